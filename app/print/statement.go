package print

import (
	"fmt"
	"io"

	"zafe/app/civil"
	"zafe/app/i18n"
	"zafe/app/money"
)

// Statement is a customer's account as sent to that customer (relevé de
// compte). Balances come from the ledger; nothing is summed here but for the
// amounts carried from page to page.
type Statement struct {
	Seller  Seller
	Buyer   Buyer
	Account string // 411DUPONT
	Date    civil.Date
	Period  string
	Opening StatementRow // Balance before the first row; its Date may be zero
	Rows    []StatementRow
	Debit   money.Amount // totals of the rows
	Credit  money.Amount
	Balance money.Amount // due to the seller when positive
	Late    money.Amount // the part of it that is past due
	Payment Payment
	Notes   string
	Accent  Color
}

// StatementRow is one movement of the account and the balance after it.
type StatementRow struct {
	Date     civil.Date
	Document string
	Label    string
	DueDate  civil.Date
	Debit    money.Amount
	Credit   money.Amount
	Balance  money.Amount
}

// Abscissas of a statement's columns: left edges of the texts, right edges of
// the amounts, in millimetres.
const (
	stDate, stDocument, stLabel, stDue = marginSide + 2, marginSide + 21, marginSide + 49, marginSide + 100
	stDebit, stCredit, stBalance       = marginSide + 136, marginSide + 157, marginSide + 178
	stAmount                           = 19.5
	stRow                              = 5.6
)

// statementPrinter lays a statement out.
type statementPrinter struct {
	letter
	d Statement
}

// WriteStatement writes a customer's statement as a PDF file. Errors are
// ErrDocument, ErrLogo or those of w.
func WriteStatement(w io.Writer, p *i18n.Printer, d Statement) error {
	if d.Date.IsZero() {
		return fmt.Errorf("%w: statement without date", ErrDocument)
	}
	for _, a := range []money.Amount{d.Debit, d.Credit, d.Balance, d.Late} {
		if !a.Valid() {
			return fmt.Errorf("%w: amount %d out of range", ErrDocument, a)
		}
	}
	l, err := newLetter(p, letter{
		seller: d.Seller, buyer: d.Buyer, title: words{p}.say("print.statement.title"), number: p.Date(d.Date),
		accent: d.Accent,
	}, d.Period, d.Date)
	if err != nil {
		return err
	}
	s := &statementPrinter{l, d}
	facts := []fact{{"print.statement.as_of", s.t.date(d.Date)}}
	for _, f := range []fact{
		{"print.statement.period", d.Period},
		{"print.statement.account", d.Account},
		{"print.buyer_siren", siren(d.Buyer.SIREN)},
	} {
		if f.value != "" {
			facts = append(facts, f)
		}
	}
	s.strip(facts)
	s.rows()
	s.summary()
	return s.write(w, s.furniture)
}

// rows puts the movements, with the titles repeated on every page.
func (s *statementPrinter) rows() {
	s.titles()
	if o := s.d.Opening; !o.Date.IsZero() {
		o.Label = s.t.say("print.statement.opening", "date", s.t.date(o.Date))
		o.Date = civil.Date{}
		s.movement(o)
	}
	for i, r := range s.d.Rows {
		need := stRow
		if i == len(s.d.Rows)-1 {
			need += s.summaryHeight() // the balance is never alone on a page
		}
		if s.y+need > s.bottom {
			s.next()
			s.y = nextPageTop
			s.titles()
		}
		s.movement(r)
	}
}

func (s *statementPrinter) titles() {
	y := s.y
	s.put(func() {
		s.box(marginSide, y, contentWidth, tableHeadHeight-0.8, 1.2, s.accent.tint())
		for _, c := range []struct {
			x   float64
			key string
			a   alignment
		}{
			{stDate, "print.statement.date", left},
			{stDocument, "print.statement.document", left},
			{stLabel, "print.statement.label", left},
			{stDue, "print.statement.due_date", left},
			{stDebit, "print.statement.debit", right},
			{stCredit, "print.statement.credit", right},
			{stBalance, "print.statement.balance", right},
		} {
			s.text(c.x, y+1.4, s.t.say(c.key), textHead, c.a)
		}
	})
	s.y += tableHeadHeight
}

// movement draws one row; a zero amount is left blank.
func (s *statementPrinter) movement(r StatementRow) {
	y := s.y
	s.y += stRow
	s.put(func() {
		st := style{regular, 8.4, inkText}
		due := st
		if !r.DueDate.IsZero() && r.DueDate.Before(s.d.Date) {
			due.color = inkWarn
		}
		s.fit(stDate, y+0.8, s.t.date(r.Date), st, left, stDocument-stDate-2)
		s.fit(stDocument, y+0.8, r.Document, style{medium, 8.4, inkText}, left, stLabel-stDocument-2)
		s.fit(stLabel, y+0.8, r.Label, st, left, stDue-stLabel-2)
		s.fit(stDue, y+0.8, s.t.date(r.DueDate), due, left, 17)
		if r.Debit != 0 {
			s.figure(stDebit, y+0.8, s.t.number(r.Debit), st, stAmount)
		}
		if r.Credit != 0 {
			s.figure(stCredit, y+0.8, s.t.number(r.Credit), st, stAmount)
		}
		s.figure(stBalance, y+0.8, s.t.number(r.Balance), st, stAmount)
		s.hairline(marginSide, y+stRow-0.2, contentWidth, inkHairline, 0.2)
	})
}

func (s *statementPrinter) summaryHeight() float64 { return tailGap + 3*totalRow + dueHeight + 4 }

// summary puts totals, balance and how to pay.
func (s *statementPrinter) summary() {
	s.y += tailGap
	if s.y+s.summaryHeight()-tailGap > s.bottom {
		s.next()
		s.y = nextPageTop
	}
	label, amount := "print.statement.due", s.d.Balance
	if amount < 0 {
		label, amount = "print.statement.credit_due", amount.Neg()
	}
	y := s.y
	s.put(func() {
		st, figure := style{regular, 9, inkMuted}, style{regular, 9, inkText}
		at := y
		for _, l := range []struct {
			key string
			a   money.Amount
		}{
			{"print.statement.total_debit", s.d.Debit},
			{"print.statement.total_credit", s.d.Credit},
			{"print.statement.late", s.d.Late},
		} {
			if l.key == "print.statement.late" {
				if l.a <= 0 {
					continue
				}
				figure.color = inkWarn
			}
			s.text(totalsLeft+3, at, s.t.say(l.key), st, left)
			s.figure(totalsLeft+totalsWidth-2, at, s.t.amount(l.a), figure, 40)
			at += totalRow
		}
		at += 1
		s.box(totalsLeft, at, totalsWidth, dueHeight, 1.6, s.accent)
		s.fit(totalsLeft+3, at+2.5, s.t.say(label), style{semiBold, 9.6, inkWhite}, left, totalsWidth-44)
		s.figure(totalsLeft+totalsWidth-2, at+2, s.t.amount(amount), style{semiBold, 11.5, inkWhite}, 40)
	})
	if lines := s.paymentLines(s.d.Payment, asideWidth); len(lines) > 0 {
		s.payment(lines[:min(len(lines), 7)], y)
	}
	s.y += s.summaryHeight()
	s.paragraph(s.d.Notes, textNotes)
}
