package billing

import (
	"fmt"
	"slices"

	"zafe/app/audit"
	"zafe/app/ledger"
	"zafe/app/money"
)

// Finding is something that does not hold in the documents or payments of a book, as a message for
// people; Args name the document or the payment.
type Finding struct {
	Key  string         `json:"key"`
	Args map[string]any `json:"args,omitempty"`
}

// Auditor is what Verify asks of a transaction, beside what billing needs.
type Auditor interface {
	Tx
	// EachEvent calls fn for every event after an id, in order.
	EachEvent(after int64, fn func(audit.Event) error) error
	// FinalDocuments returns the ids of the final documents of a kind by period and serial.
	FinalDocuments(kind Kind) ([]DocumentID, error)
	// AllPayments returns the ids of all payments by period and serial.
	AllPayments() ([]PaymentID, error)
}

// Verify computes again, from the lines up, all that final documents and payments say, and compares:
// amounts, numbering without gap or step back, digests against the chained events, ledger entries,
// settlements, tax released. It returns what does not hold.
func Verify(tx Auditor) ([]Finding, error) {
	v := &verifier{tx: tx, sealed: map[subject]string{}}
	var err error
	if v.gaps, err = tx.Gaps(); err != nil {
		return nil, err
	}
	if err := tx.EachEvent(0, v.remember); err != nil {
		return nil, err
	}
	for _, kind := range []Kind{Quote, Invoice, CreditNote} {
		ids, err := tx.FinalDocuments(kind)
		if err != nil {
			return nil, err
		}
		v.last = place{}
		for _, id := range ids {
			if err := v.document(id); err != nil {
				return nil, err
			}
		}
		if err := v.series(string(kind)); err != nil {
			return nil, err
		}
	}
	if err := v.payments(); err != nil {
		return nil, err
	}
	v.lost()
	return v.found, nil
}

// subject is what an event is about.
type subject struct {
	kind string
	id   int64
}

// place is where a series stands.
type place struct {
	kind   string
	period string
	serial int64
	day    string
}

type verifier struct {
	tx     Auditor
	sealed map[subject]string // digests of what was made final, by the events
	gaps   []Gap
	last   place
	found  []Finding
}

func (v *verifier) add(key, number string) {
	v.found = append(v.found, Finding{Key: "billing.verify." + key, Args: map[string]any{"number": number}})
}

// sealing are the operations that make something final.
var sealing = []string{SendQuote.Name, Issue.Name, RecordPayment.Name}

func (v *verifier) remember(e audit.Event) error {
	if slices.Contains(sealing, e.Op) && e.Digest != "" {
		v.sealed[subject{e.SubjectKind, e.SubjectID}] = e.Digest
	}
	return nil
}

// bound compares a digest with that of the event, and forgets the event.
func (v *verifier) bound(kind string, id int64, digest, number string) {
	s := subject{kind, id}
	if v.sealed[s] != digest {
		v.add("digest", number)
	}
	delete(v.sealed, s)
}

// lost reports what the events say was made final and is no longer there.
func (v *verifier) lost() {
	var gone []string
	for s := range v.sealed {
		gone = append(gone, fmt.Sprintf("%s %d", s.kind, s.id))
	}
	slices.Sort(gone)
	for _, g := range gone {
		v.add("lost", g)
	}
}

// next follows a series: from one document to the next the serial grows by one, but for numbers passed over, and
// dates never go back, but for quotes.
func (v *verifier) next(p place, number string, dated bool) {
	if p.period == v.last.period {
		if p.serial <= v.last.serial || !passed(v.gaps, p.kind, p.period, v.last.serial, p.serial) {
			v.add("gap", number)
		}
		if dated && p.day < v.last.day {
			v.add("order", number)
		}
	}
	v.last = p
}

// series compares the last document of a series with the counter.
func (v *verifier) series(name string) error {
	if v.last.period == "" {
		return nil
	}
	n, err := v.tx.LastNumber(name, v.last.period)
	if err == nil && n < v.last.serial {
		v.add("counter", name+" "+v.last.period)
	}
	return err
}

// document checks one final document.
func (v *verifier) document(id DocumentID) error {
	d, _, err := v.tx.Document(id)
	if err != nil {
		return err
	}
	v.next(place{string(d.Kind), d.Period, d.Serial, d.Date.String()}, d.Number, d.Kind != Quote)
	if d.Number != fmt.Sprintf("%s-%04d", seriesName(d.Kind, d.Period), d.Serial) {
		v.add("number", d.Number)
	}
	if digestOf(d) != d.Digest {
		v.add("changed", d.Number)
	}
	v.bound(string(d.Kind), int64(id), d.Digest, d.Number)
	if err := v.amounts(d); err != nil || d.Kind == Quote {
		return err
	}
	if err := v.entry(d.Entry, source(string(d.Kind), int64(id)), d.Gross, d.Number); err != nil {
		return err
	}
	return v.settled(d)
}

// amounts computes a document's totals again from its lines.
func (v *verifier) amounts(d Document) error {
	var left []VATRow
	if d.Kind == CreditNote {
		o, _, err := v.tx.Document(d.Source)
		if err != nil {
			return err
		}
		if left, err = leftToCredit(v.tx, o, d.ID); err != nil {
			return err
		}
	}
	lines := slices.Clone(d.Lines)
	t, err := Compute(lines, d.OnCollection, left)
	if err != nil || !slices.Equal(lines, d.Lines) || !slices.Equal(t.Rows, d.Rows) ||
		t.Net != d.Net || t.VAT != d.VAT || t.Gross != d.Gross || natureOf(lines) != d.Nature {
		v.add("totals", d.Number)
	}
	return nil
}

// entry checks that an entry is in the ledger, made by what it should be, and is of an amount on the
// customers' account.
func (v *verifier) entry(id ledger.EntryID, source string, amount money.Amount, number string) error {
	e, ok, err := v.tx.LedgerEntry(id)
	if err != nil {
		return err
	}
	var sum money.Amount
	for _, l := range e.Lines {
		if l.Account == ledger.Customers {
			sum = sum.Add(l.Net())
		}
	}
	if !ok || e.Source != source || sum.Abs() != amount {
		v.add("entry", number)
	}
	return nil
}

// settled compares a balance with the settlements, and the tax released with what they make due.
func (v *verifier) settled(d Document) error {
	on, err := settlements(v.tx, d)
	if err != nil {
		return err
	}
	var b Balance
	for _, s := range on {
		if s.Netted {
			b.Netted = b.Netted.Add(s.Amount)
		} else {
			b.Paid = b.Paid.Add(s.Amount)
		}
	}
	b.Open = d.Gross.Sub(b.Paid).Sub(b.Netted)
	if b != d.Balance || b.Open < 0 {
		v.add("balance", d.Number)
	}
	due, err := dueTax(v.tx, d)
	if err != nil {
		return err
	}
	done, err := v.tx.Released(d.ID)
	if err != nil {
		return err
	}
	for _, r := range rates(due, done) {
		if due[r] != done[r] {
			v.add("released", d.Number)
		}
	}
	return nil
}

// payments checks every payment.
func (v *verifier) payments() error {
	ids, err := v.tx.AllPayments()
	if err != nil {
		return err
	}
	v.last = place{}
	for _, id := range ids {
		p, _, err := v.tx.Payment(id)
		if err != nil {
			return err
		}
		v.next(place{kind: paymentSeries, period: p.Period, serial: p.Serial}, p.Number, false)
		if paymentDigest(p) != p.Digest {
			v.add("changed", p.Number)
		}
		v.bound("payment", int64(id), p.Digest, p.Number)
		if p.OnAccount < 0 || p.Cancelled != nil && len(p.Settlements) > 0 {
			v.add("balance", p.Number)
		}
		if err := v.entry(p.Entry, "payment:"+p.Number, p.Amount, p.Number); err != nil {
			return err
		}
	}
	return v.series(paymentSeries)
}
