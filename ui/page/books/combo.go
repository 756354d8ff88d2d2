package books

import (
	"strings"

	"zafe/app/ledger"
	"zafe/app/party"
	"zafe/app/search"
	"zafe/ui/kit"
	"zafe/ui/page"
)

// foundMax is how many accounts, and how many customers, a field proposes.
const foundMax = 12

// accountCombo finds an account by number or by words of its title, and a customer by name. followed
// leaves out the accounts whose lines are not matched.
func accountCombo(
	e *page.Env, years []ledger.FiscalYear, followed bool, chosen func(account, aux string),
) *kit.Combo {
	c := kit.NewCombo(e.T("books.find_account"), nil, nil)
	suppliers := supplierFinder(e, years)
	c.Find = func(text string, answer func([]kit.Option)) {
		req := ledger.AccountListRequest{Search: text, Limit: foundMax}
		if followed {
			req.Limit = 0
		}
		page.Call(e, ledger.AccountListing, req, func(l ledger.AccountList, err error) {
			var out []kit.Option
			for _, a := range l.Accounts {
				if len(out) < foundMax && (!followed || isFollowed(a.Number)) {
					out = append(out, kit.Option{Key: a.Number, Text: a.Number + " " + a.Title})
				}
			}
			customers(e, text, func(found []kit.Option) {
				suppliers(text, func(more []kit.Option) { answer(append(append(found, more...), out...)) })
			})
		})
	}
	c.OnChosen = func(o kit.Option) {
		account, aux, _ := strings.Cut(o.Key, ":")
		chosen(account, aux)
	}
	c.Edit().Icon = "magnifying-glass"
	return c
}

// customers finds the accounts of customers by name or code; a number finds none.
func customers(e *page.Env, text string, answer func([]kit.Option)) {
	text = strings.TrimSpace(text)
	if text == "" || text[0] >= '0' && text[0] <= '9' || !e.Can(party.Names.Spec) {
		answer(nil)
		return
	}
	req := party.NamesRequest{Text: text, Limit: foundMax}
	page.Call(e, party.Names, req, func(found []party.Name, err error) {
		var out []kit.Option
		for _, n := range found {
			key := ledger.Customers + ":" + n.Code
			out = append(out, kit.Option{Key: key, Text: n.Name, Detail: n.Code, Icon: "user"})
		}
		answer(out)
	})
}

// supplierFinder finds the accounts of suppliers, read once from the balance of the last two years.
func supplierFinder(e *page.Env, years []ledger.FiscalYear) func(text string, answer func([]kit.Option)) {
	var all []kit.Option
	read := len(years) == 0
	pick := func(text string) []kit.Option {
		var out []kit.Option
		q := search.Parse(text)
		for _, o := range all {
			if len(out) < foundMax && q.Match(search.Index(o.Text, o.Detail)) {
				out = append(out, o)
			}
		}
		return out
	}
	return func(text string, answer func([]kit.Option)) {
		text = strings.TrimSpace(text)
		switch {
		case text == "" || text[0] >= '0' && text[0] <= '9':
			answer(nil)
			return
		case read:
			answer(pick(text))
			return
		}
		page.Call(e, ledger.TrialBalanceOf, supplierBalance(years), func(t ledger.TrialBalance, err error) {
			if read = err == nil; read {
				all = nil
			}
			for _, r := range t.Rows {
				if r.Aux != "" {
					key := r.Account + ":" + r.Aux
					all = append(all, kit.Option{Key: key, Text: r.AuxTitle, Detail: r.Aux, Icon: "truck"})
				}
			}
			answer(pick(text))
		})
	}
}

// supplierBalance asks for the suppliers of the last two years.
func supplierBalance(years []ledger.FiscalYear) ledger.TrialBalanceRequest {
	return ledger.TrialBalanceRequest{
		From: years[max(len(years)-2, 0)].Period.From, To: years[len(years)-1].Period.To,
		Prefix: "40", Detail: true,
	}
}

// isFollowed tells whether the lines of an account are usually matched.
func isFollowed(account string) bool {
	for _, p := range []string{"40", "41", "42", "45", "46", "511", "58"} {
		if strings.HasPrefix(account, p) {
			return true
		}
	}
	return false
}
