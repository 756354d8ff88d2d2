package books

import (
	"slices"
	"strings"

	"zafe/app/i18n"
	"zafe/app/ledger"
	"zafe/app/party"
	"zafe/ui/kit/edit"
)

// proposalsMax is how many proposals a cell shows.
const proposalsMax = 9

// Complete implements edit.Model: accounts by number or by words of their title, and parties by name
// or code, in the account column too.
func (m *lines) Complete(row, col int, text string) []edit.Proposal {
	text = strings.TrimSpace(text)
	l := m.line(row)
	switch {
	case col == colAccount && text != "":
		out := m.accountsFor(text)
		if text[0] < '0' || text[0] > '9' {
			out = append(m.partiesFor(text, "", true), out...)
		}
		return out[:min(len(out), proposalsMax)]
	case col == colAux && hasParty(l.Account):
		out := m.partiesFor(text, l.Account, false)
		return out[:min(len(out), proposalsMax)]
	}
	return nil
}

// accountsFor lists the accounts a text may mean, the one it is the number of first.
func (m *lines) accountsFor(text string) []edit.Proposal {
	var out []edit.Proposal
	full, ok := ledger.NormalAccount(text)
	if a, there := m.account(full); ok && there {
		out = append(out, edit.Proposal{Text: a.Number, Label: a.Title})
	}
	for _, a := range findAccounts(m.accounts, text, proposalsMax) {
		if !a.Archived && (!ok || a.Number != full) {
			out = append(out, edit.Proposal{Text: a.Number, Label: a.Title})
		}
	}
	return out
}

// partiesFor lists the parties a text may mean: suppliers in use, and customers, which are asked for
// and come with the next key. whole gives each with its account.
func (m *lines) partiesFor(text, account string, whole bool) []edit.Proposal {
	m.askFor(text)
	want := i18n.Fold(text)
	var out []edit.Proposal
	add := func(code, name, collective string) {
		p := edit.Proposal{Text: code, Label: name}
		if whole {
			p.Text = collective + " " + code
		}
		out = append(out, p)
	}
	if !strings.HasPrefix(account, "40") && m.asked == text {
		for _, n := range m.found {
			add(n.Code, n.Name, ledger.Customers)
		}
	}
	if strings.HasPrefix(account, "41") {
		return out
	}
	var codes []string
	for code, name := range m.parties {
		fits := strings.HasPrefix(i18n.Fold(code), want) || strings.Contains(i18n.Fold(name), want)
		if fits && !m.clients[code] {
			codes = append(codes, code)
		}
	}
	slices.Sort(codes)
	for _, code := range codes {
		add(code, m.parties[code], ledger.Suppliers)
	}
	return out
}

// askFor asks once for the customers of a text.
func (m *lines) askFor(text string) {
	if m.ask == nil || m.asked == text || m.taken[text] {
		return
	}
	if m.taken == nil {
		m.taken = map[string]bool{}
	}
	m.taken[text] = true
	m.ask(text)
}

// answer keeps the customers that a text may mean.
func (m *lines) answer(text string, found []party.Name) {
	delete(m.taken, text)
	m.asked, m.found = text, found
	for _, n := range found {
		m.parties[n.Code], m.clients[n.Code] = n.Name, true
	}
}
