package billing

import (
	"zafe/app/civil"
	"zafe/app/money"
	"zafe/app/party"
)

// dates checks the dates of the document against each other and against today.
func (r *reviewer) dates() {
	d := r.doc
	r.group("billing.check.dates_ok", func() {
		switch {
		case r.day.After(r.today):
			r.add(Blocked, "date", "billing.check.date_in_future")
		case d.Kind == Invoice && d.DueDate.Before(r.day):
			r.add(Blocked, "due_date", "billing.check.due_before_date")
		case d.Kind == Invoice && d.Buyer.Kind == party.Company && tooLong(r.day, d.DueDate):
			r.add(Warning, "due_date", "billing.check.terms_long")
		case d.Kind == Quote && !d.ValidUntil.IsZero() && d.ValidUntil.Before(r.day):
			r.add(Blocked, "valid_until", "billing.check.valid_before_date")
		}
	})
}

// tooLong tells whether terms are longer than the law lets businesses agree on.
func tooLong(from, due civil.Date) bool {
	if civil.DaysBetween(from, due) <= termsMax {
		return false
	}
	return due != due.EndOfMonth() || due.After(from.AddDays(termsEndOfMonthMax).EndOfMonth())
}

// credit checks that the invoice still has what the credit note takes off.
func (r *reviewer) credit(left []VATRow) {
	r.group("billing.check.credit_ok", func() {
		for _, row := range r.doc.Rows {
			var has VATRow
			for _, l := range left {
				if l.sameAs(row) {
					has = l
				}
			}
			if beyond(row.Base, has.Base) || beyond(row.PendingBase, has.PendingBase) {
				r.add(Blocked, "lines", "billing.check.credit_too_much", "left", has.Base, "base", row.Base)
			}
		}
	})
}

// beyond tells whether taking base off left goes past zero.
func beyond(base, left money.Amount) bool {
	return base.Abs() > left.Abs() || base.Sign()*left.Sign() < 0
}

// ledger checks that the books accept an entry of that day.
func (r *reviewer) ledger(tx Tx) error {
	open, err := openFor(tx, r.doc)
	if err != nil {
		return err
	}
	if open {
		r.add(OK, "", "billing.check.year_ok")
	} else {
		r.add(Blocked, "date", "billing.check.year_closed", "date", r.day)
	}
	return nil
}

// sequence checks that the series has no gap and that dates follow numbers (CGI ann. II art. 242
// nonies A: a unique number in a continuous chronological sequence).
func (r *reviewer) sequence(tx Tx) error {
	period := r.doc.period(tx)
	last, any, err := tx.LastIssued(r.doc.Kind, period)
	if err != nil {
		return err
	}
	taken, err := tx.LastNumber(string(r.doc.Kind), period)
	if err != nil {
		return err
	}
	_, wait, err := awaiting(tx)
	switch {
	case err != nil:
		return err
	case wait:
		r.add(Blocked, "", "billing.numbers_awaited")
	case any && last.Serial > taken:
		r.add(Blocked, "", "billing.check.sequence_broken", "number", last.Number)
	case any && r.doc.Kind != Quote && r.day.Before(last.Date):
		r.add(Blocked, "date", "billing.check.date_before_last", "number", last.Number, "date", last.Date)
	default:
		r.add(OK, "", "billing.check.sequence_ok", "series", seriesName(r.doc.Kind, period))
	}
	return nil
}
