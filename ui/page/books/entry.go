package books

import (
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"

	"zafe/app/civil"
	"zafe/app/ledger"
	"zafe/app/op"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/page/attached"
)

// entry is the page of one entry: the form of a draft, or the view of what is posted.
type entry struct {
	*page.Gate
	env  *page.Env
	arg  string
	was  ledger.Entry // as the book has it, zero for a new one
	root *fyne.Container
	form *form // nil while a posted entry is shown

	files *attached.Panel // of the entry shown
	drop  func(paths []string)

	accounts []ledger.Account
	journals []ledger.Journal
	years    []ledger.FiscalYear
	parties  map[string]string // names of auxiliary accounts, by code
}

// copyArg starts the Arg of a new entry that repeats another: "copy:12".
const copyArg = "copy:"

func newEntry(e *page.Env, r page.Route) page.Page {
	p := &entry{
		Gate: page.NewGate(e), env: e, arg: r.Arg, parties: map[string]string{},
		root: kit.VFill(0, 0, kit.Gap(1, 1)),
	}
	p.was.ID = ledger.EntryID(r.ID)
	p.load(func() {
		from, repeats := strings.CutPrefix(r.Arg, copyArg)
		switch id, err := strconv.ParseInt(from, 10, 64); {
		case r.ID != 0:
			p.read()
		case repeats && err == nil:
			page.Do(e, ledger.EntryGet, ledger.EntryRequest{ID: ledger.EntryID(id)}, func(o ledger.Entry) {
				p.edit(p.repeat(o))
			})
		default:
			p.edit(p.blank())
		}
	})
	return p
}

// load reads what the fields propose: journals, years, the chart, and the parties already in use.
func (p *entry) load(then func()) {
	e := p.env
	page.Do(e, ledger.JournalListing, op.Empty{}, func(j ledger.JournalList) {
		p.journals = j.Journals
		page.Do(e, ledger.FiscalYearListing, op.Empty{}, func(y ledger.YearList) {
			p.years = y.Years
			page.Do(e, ledger.AccountListing, ledger.AccountListRequest{}, func(a ledger.AccountList) {
				p.accounts = a.Accounts
				p.loadParties(then)
			})
		})
	})
}

// loadParties reads the suppliers of the last two years; customers are looked for as one types.
func (p *entry) loadParties(then func()) {
	if len(p.years) == 0 {
		then()
		return
	}
	page.Call(p.env, ledger.TrialBalanceOf, supplierBalance(p.years), func(t ledger.TrialBalance, err error) {
		for _, r := range t.Rows {
			if err == nil && r.Aux != "" {
				p.parties[r.Aux] = r.AuxTitle
			}
		}
		then()
	})
}

// read shows the entry as the book has it.
func (p *entry) read() {
	page.Do(p.env, ledger.EntryGet, ledger.EntryRequest{ID: p.was.ID}, p.shown)
}

// shown shows an entry: a draft to those who may change it, else as it stands.
func (p *entry) shown(e ledger.Entry) {
	if e.ID.IsDraft() && p.env.Can(ledger.EntrySave.Spec) {
		p.edit(e)
		return
	}
	p.was, p.form = e, nil
	p.put(newView(p).object())
}

func (p *entry) put(o fyne.CanvasObject) {
	p.root.Objects = []fyne.CanvasObject{o}
	p.root.Refresh()
}

// edit shows the form of a draft.
func (p *entry) edit(e ledger.Entry) {
	p.was = e
	p.form = newForm(p)
	p.put(p.form.frame)
	p.form.focus()
}

// blank is a new draft, of the journal and the day the route names, else of purchases today.
func (p *entry) blank() ledger.Entry {
	code, date, _ := strings.Cut(p.arg, ":")
	out := ledger.Entry{Journal: code}
	if d, err := civil.Parse(date); err == nil {
		out.Date = d
	}
	if out.Date.IsZero() {
		out.Date = p.openDay()
	}
	for _, j := range p.journals {
		if out.Journal == "" && !j.Archived && j.Kind == ledger.PurchaseJournal {
			out.Journal = j.Code
		}
	}
	return out
}

// openDay is today, or the nearest day that entries may still have.
func (p *entry) openDay() civil.Date {
	d := today()
	for _, y := range p.years {
		if y.State == ledger.YearOpen && y.Period.Contains(d) && d.After(y.ClosedUntil) {
			return d
		}
	}
	for _, y := range slices.Backward(p.years) {
		if y.State == ledger.YearOpen && y.ClosedUntil.Before(y.Period.To) {
			return civil.Earliest(civil.Latest(d, y.Period.From), y.Period.To)
		}
	}
	return d
}

// repeat is a new draft with the lines of another entry.
func (p *entry) repeat(o ledger.Entry) ledger.Entry {
	out := ledger.Entry{Journal: o.Journal, Date: p.openDay(), Label: o.Label}
	for _, l := range o.Lines {
		out.Lines = append(out.Lines, ledger.Line{
			Account: l.Account, Aux: l.Aux, AuxLabel: l.AuxLabel, Label: l.Label, Debit: l.Debit, Credit: l.Credit,
		})
	}
	return out
}

// journal returns a journal by its code.
func (p *entry) journal(code string) ledger.Journal {
	for _, j := range p.journals {
		if j.Code == code {
			return j
		}
	}
	return ledger.Journal{Code: code}
}

// title is the title of an account.
func (p *entry) title(number string) string {
	for _, a := range p.accounts {
		if a.Number == number {
			return a.Title
		}
	}
	return ""
}

// SetOnline implements page.Linked.
func (p *entry) SetOnline(online bool) {
	p.Gate.SetOnline(online)
	if p.files != nil {
		p.files.SetOnline(online)
	}
	if p.form != nil {
		p.form.files.SetOnline(online)
	}
}

// Drop implements page.Droppable.
func (p *entry) Drop(paths []string) {
	switch {
	case p.form != nil:
		p.form.files.Drop(paths)
	case p.drop != nil:
		p.drop(paths)
	}
}

// Object implements page.Page.
func (p *entry) Object() fyne.CanvasObject { return p.root }

// Unsaved implements page.Page.
func (p *entry) Unsaved() bool { return p.form != nil && p.form.unsaved() }

// Carry implements page.Carried.
func (p *entry) Carry() page.Carry {
	if p.form == nil || p.form.empty() {
		return nil
	}
	return p.form.carry()
}

// Refresh implements page.Page; what is being typed is kept.
func (p *entry) Refresh() {
	switch {
	case len(p.journals) == 0:
		p.load(func() {
			if p.was.ID != 0 {
				p.read()
			} else {
				p.edit(p.blank())
			}
		})
	case p.form != nil:
		p.Elsewhere()
	case p.was.ID != 0:
		p.read()
	}
}

// Commands are the shortcuts of the page.
func (p *entry) Commands() []kit.Command {
	e := p.env
	if !e.Can(ledger.EntrySave.Spec) {
		return nil
	}
	onForm := func(run func(*form)) func() {
		return func() {
			if p.form != nil {
				run(p.form)
			}
		}
	}
	editing := func() bool { return p.form != nil }
	keys := []kit.Command{
		{
			Key: fyne.KeyS, Mod: fyne.KeyModifierShortcutDefault, Name: e.T("common.save"), Enabled: editing,
			Run: onForm((*form).saveNow),
		},
		{Key: fyne.KeyN, Mod: fyne.KeyModifierShortcutDefault, Name: e.T("books.new"), Run: func() { page.Writable(e, p.next) }},
	}
	if e.Can(ledger.EntryPost.Spec) {
		keys = append(keys, kit.Command{
			Key: fyne.KeyF10, Name: e.T("books.post_one"), Enabled: editing, Run: onForm((*form).post),
		})
	}
	return keys
}

// next goes on with a new entry in the same journal on the same day; what is typed is saved first.
func (p *entry) next() {
	fresh := ledger.Entry{Journal: p.was.Journal, Date: p.openDay()}
	if p.form == nil {
		p.edit(fresh)
		return
	}
	p.form.save(func() {
		p.edit(ledger.Entry{Journal: p.form.journal.Key(), Date: p.form.date.Date()})
	})
}
