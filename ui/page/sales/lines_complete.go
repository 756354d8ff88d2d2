package sales

import (
	"strings"

	"zafe/app/billing"
	"zafe/app/catalog"
	"zafe/app/fr"
	"zafe/app/i18n"
	"zafe/app/tax"
	"zafe/ui/kit/edit"
)

// proposalsMax is how many proposals a cell shows.
const proposalsMax = 8

// Complete implements edit.Model. Articles come from the book: what is not there yet is asked for,
// and the grid asks again when it came.
func (m *lines) Complete(row, col int, text string) []edit.Proposal {
	if l, _ := m.line(row); l.Kind != billing.ItemLine {
		return nil
	}
	switch col {
	case colText:
		return m.items(text)
	case colUnit:
		return units(text)
	case colVAT:
		return m.taxes(text)
	}
	return nil
}

func (m *lines) items(text string) []edit.Proposal {
	if m.asked != text && !m.taken[text] && m.ask != nil {
		if m.taken == nil {
			m.taken = map[string]bool{}
		}
		m.taken[text] = true
		m.ask(text)
	}
	if m.asked != text {
		return nil
	}
	out := make([]edit.Proposal, 0, len(m.found))
	for _, item := range m.found {
		out = append(out, edit.Proposal{Text: item.Label, Label: item.Code, Detail: m.text.UnitPrice(item.Price)})
	}
	return out[:min(len(out), proposalsMax)]
}

// answer keeps the articles that a text may mean.
func (m *lines) answer(text string, found []catalog.Item) {
	delete(m.taken, text)
	m.asked, m.found = text, found
}

// units lists the units whose abbreviation or name starts with a text.
func units(text string) []edit.Proposal {
	want := i18n.Fold(text)
	var exact, out []edit.Proposal
	for _, u := range fr.Units() {
		p := edit.Proposal{Text: u.Abbreviation, Label: u.Singular}
		switch short := i18n.Fold(u.Abbreviation); {
		case short == want:
			exact = append(exact, p)
		case strings.HasPrefix(short, want), strings.HasPrefix(i18n.Fold(u.Singular), want):
			out = append(out, p)
		}
	}
	out = append(exact, out...)
	return out[:min(len(out), proposalsMax)]
}

// taxes lists the rates that start with a text, then the reasons for having none that hold it.
func (m *lines) taxes(text string) []edit.Proposal {
	want := i18n.Fold(text)
	var out []edit.Proposal
	for _, r := range m.rates {
		if short := m.text.RateBare(r.Rate); strings.HasPrefix(short, want) {
			out = append(out, edit.Proposal{Text: m.text.Rate(r.Rate), Label: r.Label})
		}
	}
	for _, x := range tax.Choices() {
		name := m.text.T("tax.exemption."+string(x), nil)
		if strings.Contains(i18n.Fold(name), want) {
			out = append(out, edit.Proposal{Text: name})
		}
	}
	return out[:min(len(out), 2*proposalsMax)]
}
