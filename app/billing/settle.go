package billing

import (
	"context"
	"sort"

	"zafe/app/civil"
	"zafe/app/fault"
	"zafe/app/ledger"
	"zafe/app/money"
	"zafe/app/tax"
)

// settle keeps one imputation, matches the ledger lines that now belong together (lettrage) and
// releases the tax on services that falls due with it.
func settle(ctx context.Context, tx Tx, s Settlement) error {
	if _, err := tx.AddSettlement(s); err != nil {
		return err
	}
	if err := match(ctx, tx, s.Line); err != nil {
		return err
	}
	if err := release(ctx, tx, s.Document, s.Date); err != nil {
		return err
	}
	if s.Credit != 0 && !s.Netted {
		return release(ctx, tx, s.Credit, s.Date)
	}
	return nil
}

// match groups a ledger line with all those tied to it by settlements. Groups they were in are undone
// first: one that people made by hand is kept whole when it is partial, and refused when it is
// complete. Fault: billing.matched_by_hand.
func match(ctx context.Context, tx Tx, line ledger.LineID) error {
	ids, err := tx.SettledWith(line)
	if err != nil || len(ids) < 2 {
		return err
	}
	lines, err := tx.MatchLines(ids)
	if err != nil {
		return err
	}
	group := map[ledger.LineID]bool{}
	for _, id := range ids {
		group[id] = true
	}
	undone := map[string]bool{}
	for _, l := range lines {
		if l.Code == "" || undone[l.Code] {
			continue
		}
		undone[l.Code] = true
		mates, err := tx.DropMatch(l.ID)
		if err != nil {
			return err
		}
		for _, m := range mates {
			if !group[m] && !l.Partial {
				return fault.New(fault.Conflict, "billing.matched_by_hand", "code", l.Code)
			}
			if !group[m] {
				group[m] = true
				ids = append(ids, m)
			}
		}
	}
	_, err = ledger.Match(ctx, tx, ids)
	return err
}

// release brings the tax released for a document to what its settlements make due, by an entry
// dated day when there is a difference. Tax on services falls due in proportion to what the customer
// paid (CGI art. 269-2-c); the payment that settles the document takes the rounding with it.
func release(ctx context.Context, tx Tx, id DocumentID, day civil.Date) error {
	d, _, err := tx.Document(id)
	if err != nil || !d.hasPending() {
		return err
	}
	due, err := dueTax(tx, d)
	if err != nil {
		return err
	}
	done, err := tx.Released(id)
	if err != nil {
		return err
	}
	var moved []Release
	for _, rate := range rates(due, done) {
		if diff := due[rate].Sub(done[rate]); diff != 0 {
			moved = append(moved, Release{Document: id, Rate: rate, Amount: diff, Date: day})
		}
	}
	if len(moved) == 0 {
		return nil
	}
	e, err := ledger.Post(ctx, tx, releaseEntry(d, moved, day))
	if err != nil {
		return err
	}
	for _, r := range moved {
		r.Entry = e.ID
		if err := tx.AddRelease(r); err != nil {
			return err
		}
	}
	return nil
}

func (d Document) hasPending() bool {
	for _, r := range d.Rows {
		if r.PendingTax != 0 {
			return true
		}
	}
	return false
}

// dueTax returns the tax on services that the settlements of a document have made due, by rate;
// negative on a credit note. An invoice and its own credit notes count together: what they cancel
// of each other was never due.
func dueTax(tx Tx, d Document) (map[money.Rate]money.Amount, error) {
	pending := pendingByRate(d)
	if d.Kind == CreditNote {
		for rate, p := range pending {
			pending[rate] = p.Sub(p.Share(d.Balance.Netted, d.Gross)).Neg()
		}
		return shareOut(pending, d.Balance.Paid, d.Gross.Sub(d.Balance.Netted)), nil
	}
	uses, err := tx.Settlements(d.ID)
	if err != nil {
		return nil, err
	}
	for _, u := range uses {
		if !u.Netted {
			continue
		}
		c, _, err := tx.Document(u.Credit)
		if err != nil {
			return nil, err
		}
		for rate, p := range pendingByRate(c) {
			pending[rate] = pending[rate].Sub(p.Share(c.Balance.Netted, c.Gross))
		}
	}
	return shareOut(pending, d.Balance.Paid, d.Gross.Sub(d.Balance.Netted)), nil
}

// shareOut returns the part of each amount that paid is of whole; all of it once whole is paid.
func shareOut(pending map[money.Rate]money.Amount, paid, whole money.Amount) map[money.Rate]money.Amount {
	out := map[money.Rate]money.Amount{}
	for rate, p := range pending {
		if paid == whole {
			out[rate] = p
		} else {
			out[rate] = p.Share(paid, whole)
		}
	}
	return out
}

// pendingByRate returns the tax of a document that waits for payment, by rate.
func pendingByRate(d Document) map[money.Rate]money.Amount {
	out := map[money.Rate]money.Amount{}
	for _, r := range d.Rows {
		if r.PendingTax != 0 {
			out[r.Rate] = out[r.Rate].Add(r.PendingTax)
		}
	}
	return out
}

// rates returns the keys of both maps, the highest first.
func rates(a, b map[money.Rate]money.Amount) []money.Rate {
	var out []money.Rate
	for r := range a {
		out = append(out, r)
	}
	for r := range b {
		if _, both := a[r]; !both {
			out = append(out, r)
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i] > out[j] })
	return out
}

// releaseEntry moves tax from the pending account to the accounts of its rates.
func releaseEntry(d Document, moved []Release, day civil.Date) ledger.Entry {
	e := ledger.Entry{
		Journal: "OD", Date: day, Ref: d.Number, RefDate: d.Date,
		Label: entryLabel(d.Number, d.Buyer.Name), Source: source("vat", int64(d.ID)),
	}
	var total money.Amount
	for _, m := range moved {
		total = total.Add(m.Amount)
	}
	e.Lines = addLine(e.Lines, tax.PendingAccount(), total)
	byAccount := map[string]money.Amount{}
	var order []string
	for _, m := range moved {
		a := taxSeller(d.Seller).Account(m.Rate)
		if _, ok := byAccount[a]; !ok {
			order = append(order, a)
		}
		byAccount[a] = byAccount[a].Add(m.Amount)
	}
	for _, a := range order {
		e.Lines = addLine(e.Lines, a, byAccount[a].Neg())
	}
	return e
}
