package billing_test

import (
	"strings"
	"testing"

	"zafe/app/auth"
	"zafe/app/billing"
	"zafe/app/fault"
	"zafe/app/party"
	"zafe/app/user"
	"zafe/store"
)

// TestADocumentOfTheTeamIsSeenNotChanged: of a quote and of an invoice, draft or final, who may only read it is told
// beforehand what they may not do and who is in charge, and by the refusal of each act; who is in charge lacks nothing,
// nor does somebody who may do it with no document at all.
func TestADocumentOfTheTeamIsSeenNotChanged(t *testing.T) {
	b := open(t)
	b.Update(func(tx *store.Tx) error {
		for _, name := range []string{"claire", "sonia", "yann", "lucie"} { // Yann is user 3, Lucie 4
			if _, err := tx.SaveUser(user.User{Login: name, Name: strings.ToUpper(name), Role: auth.Sales}); err != nil {
				return err
			}
		}
		return nil
	})
	of := func(owner auth.UserID) (quote, draft, final billing.Document) {
		c := b.customer(func(c *party.Customer) { c.Owner, c.SIREN, c.Name = owner, "", "Client "+string(rune('0'+owner)) })
		r := billing.SaveRequest{
			Header: billing.Header{Customer: c.ID, Owner: owner}, Lines: []billing.Line{goods(100_00, 200_000)},
		}
		quote = must(billing.SaveQuote.Call(b.Ctx(), b.As("owner"), r))(t)
		draft = must(billing.SaveInvoice.Call(b.Ctx(), b.As("owner"), r))(t)
		final = b.issue(must(billing.SaveInvoice.Call(b.Ctx(), b.As("owner"), r))(t)).Document
		return quote, draft, final
	}
	card := func(who string, d billing.Document) billing.Card {
		return must(billing.Get.Call(b.Ctx(), b.As(who), billing.DocumentRequest{ID: d.ID}))(t)
	}
	quote, draft, final := of(4)
	mine, own, sent := of(3)
	for _, d := range []billing.Document{quote, draft, final} {
		if got := card("peer", d); len(got.Lacks) != 4 || got.Keeper != "LUCIE" {
			t.Errorf("a %s of Lucie's: lacks %v, in charge %q", d.Kind, got.Lacks, got.Keeper)
		}
		if got := card("reader", d); len(got.Lacks) != 0 || got.Keeper != "" {
			t.Errorf("who writes no %s at all lacks %v", d.Kind, got.Lacks)
		}
	}
	for _, d := range []billing.Document{mine, own, sent} {
		if got := card("peer", d); len(got.Lacks) != 0 || got.Keeper != "" {
			t.Errorf("a %s of one's own: lacks %v, in charge %q", d.Kind, got.Lacks, got.Keeper)
		}
	}
	peer := b.As("peer")
	save := func(d billing.Document) billing.SaveRequest {
		return billing.SaveRequest{ID: d.ID, Version: d.Version, Header: d.Header, Lines: d.Lines}
	}
	refusals := map[string]error{}
	_, refusals["a quote saved"] = billing.SaveQuote.Call(b.Ctx(), peer, save(quote))
	_, refusals["an invoice saved"] = billing.SaveInvoice.Call(b.Ctx(), peer, save(draft))
	_, refusals["an invoice issued"] = billing.Issue.Call(b.Ctx(), peer, billing.IssueRequest{ID: draft.ID, Version: draft.Version})
	_, refusals["an invoice credited"] = billing.Credit.Call(b.Ctx(), peer, billing.CreditRequest{Invoice: final.ID, Reason: "x"})
	for what, err := range refusals {
		f := fault.Of(err)
		if f == nil || f.Key != "billing.not_yours" || f.Code != fault.Forbidden || f.Args["name"] != "LUCIE" {
			t.Errorf("%s: %v", what, err)
		}
	}
}
