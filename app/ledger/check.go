package ledger

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"zafe/app/fault"
)

// clean returns an entry with its texts fit for the books: trimmed, and without the tabs, bars and
// line ends that would break the FEC (arr. A47 A-1 of the LPF; checked 2026-11-21).
func (e Entry) clean() Entry {
	e.Journal = strings.ToUpper(strings.TrimSpace(e.Journal))
	e.Ref, e.Label, e.Reason = cleanText(e.Ref), cleanText(e.Label), cleanText(e.Reason)
	lines := make([]Line, len(e.Lines))
	for i, l := range e.Lines {
		if n, ok := NormalAccount(l.Account); ok {
			l.Account = n
		}
		l.Aux, l.AuxLabel = strings.ToUpper(cleanText(l.Aux)), cleanText(l.AuxLabel)
		l.Label, l.Ref = cleanText(l.Label), cleanText(l.Ref)
		l.Currency = strings.ToUpper(strings.TrimSpace(l.Currency))
		lines[i] = l
	}
	e.Lines = lines
	return e
}

// cleanText makes control characters and bars spaces, and trims.
func cleanText(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r == '|' || unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd")))
}

// checkHead refuses an entry whose own fields cannot stand. Faults, with the field: ledger.no_journal,
// ledger.no_date, ledger.no_label, ledger.text_long, ledger.lines_many.
func (e Entry) checkHead() error {
	switch {
	case e.Journal == "":
		return fault.Field("journal", "ledger.no_journal")
	case !e.Date.Valid():
		return fault.Field("date", "ledger.no_date")
	case !e.RefDate.IsZero() && !e.RefDate.Valid():
		return fault.Field("ref_date", "ledger.no_date")
	case e.Label == "":
		return fault.Field("label", "ledger.no_label")
	case long(e.Label):
		return fault.Field("label", "ledger.text_long", "max", TextMax)
	case long(e.Ref):
		return fault.Field("ref", "ledger.text_long", "max", TextMax)
	case len(e.Lines) > LinesMax:
		return fault.Field("lines", "ledger.lines_many", "max", LinesMax)
	}
	return nil
}

// checkBalance refuses an entry that may not be posted: fewer than two lines, or debits that differ
// from credits by as little as a cent. Faults: ledger.lines_few, ledger.unbalanced.
func (e Entry) checkBalance() error {
	if len(e.Lines) < 2 {
		return fault.Field("lines", "ledger.lines_few")
	}
	debit, credit := e.Totals()
	if debit != credit {
		return fault.Field("lines", "ledger.unbalanced",
			"debit", debit, "credit", credit, "gap", (debit - credit).Abs())
	}
	return nil
}

// check refuses a line that cannot stand by itself. Faults, with the field: ledger.account_form,
// ledger.amount_sign, ledger.amount_sides, ledger.amount_large, ledger.aux_label, ledger.no_date,
// ledger.text_long, ledger.currency.
func (l Line) check() *fault.Fault {
	_, ok := NormalAccount(l.Account)
	switch {
	case !ok:
		return fault.Field("account", "ledger.account_form", "account", l.Account)
	case l.Debit < 0 || l.Credit < 0:
		return fault.Field("debit", "ledger.amount_sign")
	case (l.Debit == 0) == (l.Credit == 0):
		return fault.Field("debit", "ledger.amount_sides")
	case !l.Debit.Valid() || !l.Credit.Valid() || !l.CurrencyAmount.Valid():
		return fault.Field("debit", "ledger.amount_large")
	case l.Aux == "" && l.AuxLabel != "":
		return fault.Field("aux", "ledger.aux_label")
	case !l.DueDate.IsZero() && !l.DueDate.Valid():
		return fault.Field("due_date", "ledger.no_date")
	case !l.RefDate.IsZero() && !l.RefDate.Valid():
		return fault.Field("ref_date", "ledger.no_date")
	case long(l.Label):
		return fault.Field("label", "ledger.text_long", "max", TextMax)
	case long(l.Aux) || long(l.AuxLabel):
		return fault.Field("aux", "ledger.text_long", "max", TextMax)
	case (l.Currency == "") != (l.CurrencyAmount == 0) || l.Currency != "" && !isCurrency(l.Currency):
		return fault.Field("currency", "ledger.currency")
	}
	return nil
}

// checkLines runs check on every line and names the first at fault.
func (e Entry) checkLines() error {
	for i, l := range e.Lines {
		if f := l.check(); f != nil {
			return f.At(lineField(i))
		}
	}
	return nil
}

func lineField(i int) string { return "lines[" + strconv.Itoa(i) + "]" }

func long(s string) bool { return utf8.RuneCountInString(s) > TextMax }

func isCurrency(s string) bool {
	return len(s) == 3 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}
