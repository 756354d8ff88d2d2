package backup

// Totals are the business totals of a book at one moment: each copy keeps them, and a book that is put back
// is compared with them. Amounts are cents. The names in JSON are part of the format of the copies.
type Totals struct {
	Change       uint64 `json:"change"` // the store's commit counter
	LastInvoice  string `json:"last_invoice"`
	InvoiceCount int64  `json:"invoice_count"`
	SumDebit     int64  `json:"sum_debit"`
	SumCredit    int64  `json:"sum_credit"`
	AuditHead    string `json:"audit_chain_head"`
}

// Attachment names one file kept beside the book. Its content never changes.
type Attachment struct {
	Hash  string // lower-case hexadecimal SHA-256 of the content
	Size  int64  // bytes
	Month string // "2026-11": the month it was added, only to keep folders small
}
