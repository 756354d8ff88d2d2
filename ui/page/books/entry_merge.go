package books

import (
	"strings"

	"fyne.io/fyne/v2"

	"zafe/app/fault"
	"zafe/app/ledger"
	"zafe/app/money"
	"zafe/ui/page"
	"zafe/ui/page/merge"
)

var _ page.Shared = (*entry)(nil)

// Elsewhere implements page.Shared: what somebody else changed is settled with what is typed, and so is a draft that is
// not in the book any more.
func (p *entry) Elsewhere() {
	f := p.form
	if f == nil || p.was.ID == 0 || f.locked && f.asked == 0 || f.saving {
		return
	}
	known := max(p.was.Version, f.asked) // what they go on typing comes into the question that is open
	page.Call(p.env, ledger.EntryGet, ledger.EntryRequest{ID: p.was.ID}, func(now ledger.Entry, err error) {
		switch {
		case p.form != f || f.locked && f.asked == 0 || f.saving:
		case fault.KeyOf(err) == "ledger.entry_gone", fault.KeyOf(err) == "ledger.entry_deleted":
			f.lost(err)
		case err == nil && p.another(now):
			f.lost(gone())
		case err == nil && (now.Version > known || !f.locked && p.wentBack(now)):
			f.settle(now)
		}
	})
}

// wentBack tells whether the book has the draft as it was before, or as another line of the book had it: another PC
// became the main one, or a backup was restored.
func (p *entry) wentBack(now ledger.Entry) bool {
	return now.Version < p.was.Version || now.Version == p.was.Version && !now.ChangedAt.Equal(p.was.ChangedAt)
}

// another tells whether the book gave the number of this draft to one that was begun elsewhere, after it went back. A
// main PC that runs an earlier version does not say when it was begun.
func (p *entry) another(now ledger.Entry) bool {
	return !now.CreatedAt.IsZero() && !p.was.CreatedAt.IsZero() && !now.CreatedAt.Equal(p.was.CreatedAt)
}

// gone says that the draft is not in the book any more.
func gone() error { return fault.New(fault.NotFound, "ledger.entry_gone") }

// lost has the person choose what becomes of a draft that is not in the book any more.
func (f *form) lost(err error) {
	f.locked, f.asked = true, 0
	f.turn++ // nothing of it is in the book
	f.bereft(err)
}

// settle asks what becomes of a draft that somebody else changed, or that went back with the book. Nothing is saved
// before.
func (f *form) settle(now ledger.Entry) {
	p := f.entry
	f.locked, f.asked = true, now.Version
	was, back := p.was, p.wentBack(now)
	if back { // what was saved here before counts as typed
		was = now
		f.turn++
	}
	merge.Case[ledger.Entry]{
		Env: f.env, Fields: f.shared(), Was: was, Mine: f.written, Theirs: now, Back: back,
		Who: now.ChangedBy, At: now.ChangedAt,
		Bar: func() *fyne.Container { return p.form.banner }, Moved: func() { p.form.frame.Refresh() },
		Save: func() { p.form.saveNow() },
		Show: func(e ledger.Entry) {
			f.saved = f.turn
			p.edit(e)
		},
		Put: func(e ledger.Entry) {
			p.edit(e)
			p.was = now
			p.form.changed()
		},
	}.Ask()
}

// written is the draft as typed; what cannot be kept is shown where it stands.
func (f *form) written() (ledger.Entry, bool) {
	good := f.date.Commit() && f.grid.Commit()
	r, e := f.request(), f.was
	e.Journal, e.Date, e.Ref, e.Label, e.Lines = r.Journal, r.Date, r.Ref, r.Label, r.Lines
	return e, good
}

// shared are the fields of the form.
func (f *form) shared() []merge.Field[ledger.Entry] {
	type field = merge.Field[ledger.Entry]
	e := f.env
	return []field{
		merge.Plain(e.T("books.field.journal"), func(n *ledger.Entry) *string { return &n.Journal }),
		{
			Name: e.T("books.field.date"), Text: func(n ledger.Entry) string { return e.Text.Date(n.Date) },
			Take: func(to *ledger.Entry, from ledger.Entry) { to.Date = from.Date },
		},
		merge.Plain(e.T("books.field.ref"), func(n *ledger.Entry) *string { return &n.Ref }),
		merge.Plain(e.T("books.field.label"), func(n *ledger.Entry) *string { return &n.Label }),
		{Name: e.T("merge.lines"), Text: func(n ledger.Entry) string {
			rows := make([]string, len(n.Lines))
			for i, l := range n.Lines {
				rows[i] = f.lineText(l)
			}
			return strings.Join(rows, "\n")
		}, Take: func(to *ledger.Entry, from ledger.Entry) { to.Lines = from.Lines }},
	}
}

// lineText is a line as people read it.
func (f *form) lineText(l ledger.Line) string {
	side := func(column string, a money.Amount) string {
		if a == 0 {
			return ""
		}
		return f.env.T("books.column."+column) + " " + f.env.Text.Amount(a)
	}
	parts := []string{
		l.Account + " " + l.Aux, l.Label, side("debit", l.Debit), side("credit", l.Credit), f.env.Text.Date(l.DueDate),
	}
	var out []string
	for _, p := range parts {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, "  ")
}
