package billing

import (
	"context"

	"zafe/app/auth"
	"zafe/app/op"
)

// The operations on quotes.
var (
	SaveQuote = op.Op[SaveRequest, Document]{Spec: op.Spec{
		Name: "quote.save", Kind: op.Command, Needs: auth.SalesWrite, Destroys: true, Since: 1,
		Doc: "Writes a draft quote (devis); the answer has its totals and checks.",
	}}
	SendQuote = op.Op[IssueRequest, Document]{Spec: op.Spec{
		Name: "quote.send", Kind: op.Command, Needs: auth.SalesWrite, Since: 1,
		Doc: "Numbers and freezes a quote that goes to the customer.",
	}}
	AcceptQuote = op.Op[AcceptRequest, Document]{Spec: op.Spec{
		Name: "quote.accept", Kind: op.Command, Needs: auth.SalesWrite, Since: 1,
		Doc: "Keeps the customer's agreement to a quote: the day and who signed.",
	}}
	RefuseQuote = op.Op[RefuseRequest, Document]{Spec: op.Spec{
		Name: "quote.refuse", Kind: op.Command, Needs: auth.SalesWrite, Since: 1,
		Doc: "Keeps the customer's refusal of a quote.",
	}}
	QuoteToInvoice = op.Op[DocumentRequest, Document]{Spec: op.Spec{
		Name: "quote.to_invoice", Kind: op.Command, Needs: auth.SalesWrite, Since: 1,
		Doc: "Makes a draft invoice of a quote.",
	}}
)

// The operations on invoices and credit notes.
var (
	SaveInvoice = op.Op[SaveRequest, Document]{Spec: op.Spec{
		Name: "invoice.save", Kind: op.Command, Needs: auth.SalesWrite, Destroys: true, Since: 1,
		Doc: "Writes a draft invoice, or the draft credit note of invoice.credit; answers totals and checks.",
	}}
	Issue = op.Op[IssueRequest, IssueAnswer]{Spec: op.Spec{
		Name: "invoice.issue", Kind: op.Command, Needs: auth.InvoiceIssue, Since: 1,
		Doc: "Makes a draft invoice or credit note final (validation): number, freeze, ledger entry.",
	}}
	Credit = op.Op[CreditRequest, Document]{Spec: op.Spec{
		Name: "invoice.credit", Kind: op.Command, Needs: auth.SalesWrite, Since: 1,
		Doc: "Makes the draft of a credit note (avoir) of all or of chosen lines of an invoice.",
	}}
)

// The operations on documents of every kind.
var (
	List = op.Op[ListRequest, Page]{Spec: op.Spec{
		Name: "document.list", Kind: op.Query, Needs: auth.SalesRead, Since: 1,
		Doc: "Lists quotes, invoices and credit notes with the totals of all that the filters keep.",
	}}
	Get = op.Op[DocumentRequest, Card]{Spec: op.Spec{
		Name: "document.get", Kind: op.Query, Needs: auth.SalesRead, Since: 1,
		Doc: "Reads one document with its payments, links and history; a draft as it would be issued now.",
	}}
	DeleteDraft = op.Op[IssueRequest, op.Empty]{Spec: op.Spec{
		Name: "document.delete_draft", Kind: op.Command, Needs: auth.SalesDelete, Destroys: true, Since: 1,
		Doc: "Throws a draft away.",
	}}
	Duplicate = op.Op[DocumentRequest, Document]{Spec: op.Spec{
		Name: "document.duplicate", Kind: op.Command, Needs: auth.SalesWrite, Since: 1,
		Doc: "Makes a new draft like a quote or an invoice.",
	}}
	PDF = op.Op[PDFRequest, op.Download]{Spec: op.Spec{
		Name: "document.pdf", Kind: op.Stream, Needs: auth.SalesRead, Since: 1,
		Doc: "Writes a document as PDF; a draft bears the word BROUILLON.",
	}}
)

// The operations on payments.
var (
	RecordPayment = op.Op[RecordRequest, Payment]{Spec: op.Spec{
		Name: "payment.record", Kind: op.Command, Needs: auth.PaymentWrite, Since: 1,
		Doc: "Records a payment or a refund, settles documents with it, books it and matches the lines.",
	}}
	Allocate = op.Op[AllocateRequest, op.Empty]{Spec: op.Spec{
		Name: "payment.allocate", Kind: op.Command, Needs: auth.PaymentWrite, Since: 1,
		Doc: "Settles invoices with what a payment left on account or a credit note still has.",
	}}
	CancelPayment = op.Op[CancelRequest, Payment]{Spec: op.Spec{
		Name: "payment.cancel", Kind: op.Command, Needs: auth.PaymentWrite, Since: 1,
		Doc: "Cancels a payment with a reason: reversing entry, matching and tax undone.",
	}}
	Payments = op.Op[PaymentListRequest, PaymentPage]{Spec: op.Spec{
		Name: "payment.list", Kind: op.Query, Needs: auth.SalesRead, Since: 1,
		Doc: "Lists payments with their total.",
	}}
)

// Bind registers the operations.
func Bind[T Tx](r *op.Registry[T]) {
	op.Bind(r, SaveQuote, saveQuote[T])
	op.Bind(r, SendQuote, send[T])
	op.Bind(r, AcceptQuote, accept[T])
	op.Bind(r, RefuseQuote, refuse[T])
	op.Bind(r, QuoteToInvoice, toInvoice[T])
	op.Bind(r, SaveInvoice, saveInvoice[T])
	op.Bind(r, Issue, issue[T])
	op.Bind(r, Credit, credit[T])
	op.Bind(r, List, list[T])
	op.Bind(r, Get, get[T])
	op.Bind(r, DeleteDraft, deleteDraft[T])
	op.Bind(r, Duplicate, duplicate[T])
	op.BindStream(r, PDF, pdf[T])
	op.Bind(r, RecordPayment, record[T])
	op.Bind(r, Allocate, allocate[T])
	op.Bind(r, CancelPayment, cancel[T])
	op.Bind(r, Payments, payments[T])
	op.Bind(r, GetNumbers, func(_ context.Context, tx T, _ op.Empty) (Numbers, error) { return numbers(tx) })
	op.Bind(r, ConfirmNumbers, func(ctx context.Context, tx T, req ConfirmRequest) (Numbers, error) {
		return confirm(ctx, tx, req)
	})
}
