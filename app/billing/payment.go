package billing

import (
	"fmt"

	"zafe/app/auth"
	"zafe/app/civil"
	"zafe/app/fault"
	"zafe/app/ledger"
	"zafe/app/money"
	"zafe/app/party"
)

// PaymentID identifies a payment of the book.
type PaymentID int64

// SettlementID identifies one imputation.
type SettlementID int64

// AllocationsMax bounds the documents that one payment settles.
const AllocationsMax = 200

// Payment is money received from a customer (règlement), or paid back to one (remboursement). It
// never changes: a mistake is cancelled, with a reason, and recorded again.
type Payment struct {
	ID           PaymentID        `json:"id"`
	Number       string           `json:"number"` // "R-2026-0001"
	Refund       bool             `json:"refund,omitempty"`
	Customer     party.CustomerID `json:"customer"`
	CustomerCode string           `json:"customer_code"`
	CustomerName string           `json:"customer_name"`
	Owner        auth.UserID      `json:"owner,omitempty"`
	Date         civil.Date       `json:"date"`
	Amount       money.Amount     `json:"amount"`
	Method       Method           `json:"method"`
	Account      string           `json:"account"` // treasury account, "512000"
	Reference    string           `json:"reference,omitempty"`
	Note         string           `json:"note,omitempty"`
	Settlements  []Settlement     `json:"settlements"`
	OnAccount    money.Amount     `json:"on_account" class:"balance"` // not yet used to settle anything
	Entry        ledger.EntryID   `json:"entry"`
	Recorded     Stamp            `json:"recorded"`
	Cancelled    *Cancellation    `json:"cancelled,omitempty"`
	Digest       string           `json:"digest,omitempty"`
	Checks       []Check          `json:"checks,omitempty"` // what is worth a second look while recording

	Period string        `json:"-"`
	Serial int64         `json:"-"`
	Line   ledger.LineID `json:"-"` // of what was on account from the start, 0 for none

	CustomerOwner auth.UserID `json:"-"` // whose the customer is now
}

// Whose tells the payment's owner and its customer's.
func (p Payment) Whose() auth.Whose { return auth.Whose{Owner: p.Owner, Customer: p.CustomerOwner} }

// Cancellation is the end of a payment recorded by mistake.
type Cancellation struct {
	Date   civil.Date     `json:"date"`
	Reason string         `json:"reason"`
	Entry  ledger.EntryID `json:"entry"` // the reversing entry
	Stamp  Stamp          `json:"stamp"`
}

// Settlement is an imputation: a part of a payment, or of a credit note, that settles a document.
type Settlement struct {
	ID       SettlementID `json:"id"`
	Document DocumentID   `json:"document"`
	Number   string       `json:"number,omitempty"` // of that document
	Payment  PaymentID    `json:"payment,omitempty"`
	Credit   DocumentID   `json:"credit,omitempty"`
	// By is the number of the payment or of the credit note.
	By     string       `json:"by,omitempty"`
	Amount money.Amount `json:"amount"`
	Date   civil.Date   `json:"date"`
	Method Method       `json:"method,omitempty"` // of the payment

	Line   ledger.LineID `json:"-"` // entry line of the settling side
	Undoes SettlementID  `json:"-"`
	// Netted tells that a credit note reduces the very invoice it corrects: nothing was paid.
	Netted bool `json:"netted,omitempty"`
}

// Release is tax on services that fell due: it leaves the pending account for that of its rate.
type Release struct {
	Document DocumentID
	Rate     money.Rate
	Amount   money.Amount
	Date     civil.Date
	Entry    ledger.EntryID
}

// Allocation says how much of a payment settles a document.
type Allocation struct {
	Document DocumentID   `json:"document"`
	Amount   money.Amount `json:"amount"`
}

// RecordRequest records a payment. What the allocations leave stays on account for the customer. A
// refund settles credit notes and leaves nothing. Account "" is that of the method.
type RecordRequest struct {
	Customer    party.CustomerID `json:"customer"`
	Refund      bool             `json:"refund,omitempty"`
	Date        civil.Date       `json:"date"`
	Amount      money.Amount     `json:"amount"`
	Method      Method           `json:"method"`
	Account     string           `json:"account,omitempty"`
	Reference   string           `json:"reference,omitempty"` // cheque number, reference of the transfer
	Note        string           `json:"note,omitempty"`
	Allocations []Allocation     `json:"allocations"`
}

// Validate implements op.Validator.
func (r RecordRequest) Validate() error {
	switch {
	case r.Customer <= 0:
		return fault.Field("customer", "billing.customer_needed")
	case !r.Date.Valid():
		return fault.Field("date", "billing.date_wrong")
	case r.Amount <= 0:
		return fault.Field("amount", "billing.payment_amount")
	case !r.Amount.Valid():
		return fault.Field("amount", "billing.amount_too_large")
	case !r.Method.Known():
		return fault.Field("method", "billing.method_unknown")
	case r.Account != "" && !treasuryAccount(r.Account):
		return fault.Field("account", "billing.treasury_account")
	}
	if f := checkText("reference", r.Reference, TextMax); f != nil {
		return f
	}
	if f := checkText("note", r.Note, NotesMax); f != nil {
		return f
	}
	return checkAllocations(r.Allocations, r.Amount, r.Refund)
}

// checkAllocations refuses allocations that are not positive, twice the same, or more than amount;
// exact asks that they use all of it.
func checkAllocations(as []Allocation, amount money.Amount, exact bool) error {
	if len(as) > AllocationsMax {
		return fault.Field("allocations", "billing.too_many_allocations", "max", AllocationsMax)
	}
	seen := map[DocumentID]bool{}
	var sum money.Amount
	for i, a := range as {
		field := fmt.Sprintf("allocations[%d]", i)
		switch {
		case a.Document <= 0 || seen[a.Document]:
			return fault.Field(field+".document", "billing.allocation_twice")
		case a.Amount <= 0 || !a.Amount.Valid():
			return fault.Field(field+".amount", "billing.payment_amount")
		}
		seen[a.Document] = true
		sum = sum.Add(a.Amount)
	}
	if sum > amount {
		return fault.Field("allocations", "billing.allocated_too_much", "allocated", sum, "amount", amount)
	}
	if exact && sum != amount {
		return fault.Field("allocations", "billing.refund_not_allocated")
	}
	return nil
}

// treasuryAccount tells whether a is a bank or cash account: 51 or 53, six digits or more.
func treasuryAccount(a string) bool {
	n, ok := ledger.NormalAccount(a)
	return ok && n == a && (a[:2] == "51" || a[:2] == "53")
}
