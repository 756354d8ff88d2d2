package billing

import (
	"sort"
	"strconv"
	"unicode/utf8"

	"zafe/app/ledger"
	"zafe/app/money"
	"zafe/app/tax"
)

// journalSales is the journal of invoices and credit notes (ventes).
const journalSales = "VE"

// entryOf returns the ledger entry of an invoice: customer for the total with tax, income by sales
// account, tax by rate or pending; and the reverse of a credit note.
func entryOf(d Document) ledger.Entry {
	side := money.Amount(1)
	if d.Kind == CreditNote {
		side = -1
	}
	e := ledger.Entry{
		Journal: journalSales, Date: d.Date, Ref: d.Number, RefDate: d.Date,
		Label: entryLabel(d.Number, d.Buyer.Name), Source: source(string(d.Kind), int64(d.ID)),
	}
	e.Lines = addLine(nil, ledger.Customers, side*d.Gross)
	e.Lines[0].Aux, e.Lines[0].AuxLabel = d.Buyer.Code, d.Buyer.Name
	e.Lines[0].DueDate = d.DueDate
	income := map[string]money.Amount{}
	for _, l := range d.Lines {
		if l.Kind == ItemLine {
			income[l.Account] = income[l.Account].Add(l.Net)
		}
	}
	vat := map[string]money.Amount{}
	for _, r := range d.Rows {
		account := taxSeller(d.Seller).Account(r.Rate)
		vat[account] = vat[account].Add(r.Tax.Sub(r.PendingTax))
		vat[tax.PendingAccount()] = vat[tax.PendingAccount()].Add(r.PendingTax)
	}
	for _, amounts := range []map[string]money.Amount{income, vat} {
		for _, account := range sortedAccounts(amounts) {
			e.Lines = addLine(e.Lines, account, -side*amounts[account])
		}
	}
	return e
}

// addLine adds a line for an amount, debit when positive, credit when negative, none when zero.
func addLine(lines []ledger.Line, account string, amount money.Amount) []ledger.Line {
	switch amount.Sign() {
	case 1:
		return append(lines, ledger.Line{Account: account, Debit: amount})
	case -1:
		return append(lines, ledger.Line{Account: account, Credit: amount.Neg()})
	default:
		return lines
	}
}

func sortedAccounts(m map[string]money.Amount) []string {
	out := make([]string, 0, len(m))
	for a := range m {
		out = append(out, a)
	}
	sort.Strings(out)
	return out
}

// entryLabel is the label of an entry: the number and the name, in no language.
func entryLabel(number, name string) string {
	s := number + " " + name
	for utf8.RuneCountInString(s) > ledger.TextMax {
		_, size := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-size]
	}
	return s
}

// source names what made an entry: "invoice:12".
func source(kind string, id int64) string { return kind + ":" + strconv.FormatInt(id, 10) }
