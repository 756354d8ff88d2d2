// Package importing is the assistant that brings a file of customers or items in: choose the file,
// match its columns, see what each line would do, import, and take an import back.
package importing

import (
	"maps"
	"sort"
	"strconv"

	"fyne.io/fyne/v2"

	"zafe/app/catalog"
	"zafe/app/imports"
	"zafe/app/op"
	"zafe/app/party"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/theme"
)

// subject is what is imported: the operations of customers or of items.
type subject struct {
	kind    imports.Kind
	preview op.Op[imports.Upload, imports.Preview]
	run     func(e *page.Env, up imports.Upload, skip bool, done func(imports.Batch, error))
	changed string
}

// Customers is the assistant for customers.
func Customers(e *page.Env) page.Page {
	return newAssistant(e, subject{
		kind: imports.Customers, preview: party.ImportPreview, changed: "customer",
		run: func(e *page.Env, up imports.Upload, skip bool, done func(imports.Batch, error)) {
			page.Call(e, party.Import, party.ImportRequest{Upload: up, SkipErrors: skip}, done)
		},
	})
}

// Items is the assistant for articles.
func Items(e *page.Env) page.Page {
	return newAssistant(e, subject{
		kind: imports.Items, preview: catalog.ImportPreview, changed: "item",
		run: func(e *page.Env, up imports.Upload, skip bool, done func(imports.Batch, error)) {
			page.Call(e, catalog.Import, catalog.ImportRequest{Upload: up, SkipErrors: skip}, done)
		},
	})
}

type assistant struct {
	*page.Gate
	env    *page.Env
	about  subject
	object *kit.Page
	file   imports.Upload
	seen   imports.Preview
	skip   *kit.Check
	run    *kit.Button
	busy   bool
}

func newAssistant(e *page.Env, s subject) page.Page {
	a := &assistant{Gate: page.NewGate(e), env: e, about: s}
	head := kit.NewHeader(e.T("importing.title."+string(s.kind)+"s"), e.T("importing.under")).
		OnBack(e.T("common.back"), e.Shell.Back)
	a.object = kit.NewPage(head, kit.Gap(1, 1))
	a.Refresh()
	return a
}

// Object implements page.Page.
func (a *assistant) Object() fyne.CanvasObject { return a.object }

// SetOnline implements page.Linked.
func (a *assistant) SetOnline(online bool) {
	a.Gate.SetOnline(online)
	if a.run != nil {
		a.enable()
	}
}

// Unsaved implements page.Page.
func (a *assistant) Unsaved() bool { return false }

// Refresh implements page.Page: before a file is chosen the page shows the imports done.
func (a *assistant) Refresh() {
	if len(a.file.Data) > 0 {
		return
	}
	if !a.env.Can(imports.List.Spec) {
		a.object.SetBody(a.start(nil))
		return
	}
	page.Call(a.env, imports.List, imports.ListRequest{}, func(all []imports.Batch, err error) {
		if err != nil {
			all = nil
		}
		a.object.SetBody(a.start(all))
	})
}

// start offers to choose a file, and the past imports to take back.
func (a *assistant) start(done []imports.Batch) fyne.CanvasObject {
	e := a.env
	a.Forget()
	pick := a.Write(kit.NewButton(e.T("importing.pick"), "folder-open", kit.Primary, a.pick))
	choose := kit.NewCard("", kit.VBox(12, kit.Sub(e.T("importing.which")),
		kit.MutedParagraph(e.T("importing.which_note")), kit.HBox(8, pick, kit.Spacer())))
	var own []imports.Batch
	for _, b := range done {
		if b.Kind == a.about.kind {
			own = append(own, b)
		}
	}
	if len(own) == 0 {
		return kit.VBox(theme.GapCard, choose)
	}
	grid := kit.NewGrid([]kit.Column{
		{Title: e.T("importing.column.file"), Width: 200, Weight: 1},
		{Title: e.T("importing.column.at"), Width: 150},
		{Title: e.T("importing.column.by"), Width: 150},
		{Title: e.T("importing.column.created"), Width: 90, Align: fyne.TextAlignTrailing},
		{Title: e.T("importing.column.updated"), Width: 90, Align: fyne.TextAlignTrailing},
		{Title: e.T("importing.column.state"), Width: 120},
	}, func() int { return len(own) }, func(row, col int) kit.CellView { return a.batchCell(own[row], col) })
	grid.OnOpen = func(row int) { a.undo(own[row]) }
	past := kit.NewCard(e.T("importing.past"), grid).Flush().Action(kit.Caption(e.T("importing.past_hint")))
	return kit.VFill(theme.GapCard, 1, choose, past)
}

func (a *assistant) batchCell(b imports.Batch, col int) kit.CellView {
	e := a.env
	switch col {
	case 0:
		return kit.CellView{Text: b.File, Weight: kit.Bold}
	case 1:
		return kit.CellView{Text: e.Text.Instant(b.At)}
	case 2:
		return kit.CellView{Text: b.By, Color: theme.Muted}
	case 3:
		return kit.CellView{Text: e.Text.Number(int64(b.Created))}
	case 4:
		return kit.CellView{Text: e.Text.Number(int64(b.Updated))}
	default:
		if b.UndoneAt.IsZero() {
			return kit.CellView{Text: e.T("importing.done"), Pill: true, Tone: kit.Ok}
		}
		return kit.CellView{Text: e.T("importing.undone"), Pill: true, Tone: kit.Neutral}
	}
}

// undo takes an import back: every record is as it was before, or nothing changes.
func (a *assistant) undo(b imports.Batch) {
	e := a.env
	if !b.UndoneAt.IsZero() {
		return
	}
	e.Shell.Confirm(e.T("importing.undo_title", "file", b.File), e.T("importing.undo_text"), e.T("importing.undo"), true, func() {
		page.Do(e, imports.Undo, imports.UndoRequest{ID: b.ID}, func(imports.Batch) {
			e.Shell.Toast(kit.Ok, e.T("importing.undo_done"))
			e.Shell.Changed(a.about.changed)
			a.Refresh()
		})
	})
}

func (a *assistant) pick() {
	e := a.env
	e.Shell.PickFile(e.T("importing.pick"), []string{".csv", ".txt", ".xlsx"}, func(name string, data []byte) {
		a.file = imports.Upload{Name: name, Data: data}
		a.look()
	})
}

// look asks what the file would do, with the columns as they are matched now.
func (a *assistant) look() {
	e := a.env
	page.Call(e, a.about.preview, a.file, func(p imports.Preview, err error) {
		if err != nil {
			e.Shell.Fail(err)
			if len(a.seen.Header) == 0 {
				a.file = imports.Upload{}
			}
			return
		}
		a.seen = p
		a.object.SetBody(a.matching())
	})
}

// matching shows the columns matched on the left, what the lines would do on the right.
func (a *assistant) matching() fyne.CanvasObject {
	e, p := a.env, a.seen
	columns := []kit.Option{{Key: "-1", Text: e.T("importing.not_there")}}
	for i, h := range p.Header {
		columns = append(columns, kit.Option{Key: strconv.Itoa(i), Text: h})
	}
	missing := map[string]bool{}
	for _, m := range p.Missing {
		missing[m] = true
	}
	boxes := kit.VBox(10)
	for _, f := range p.Fields {
		choice := kit.NewSelect(columns, func(key string) { a.match(f.Name, key) })
		choice.SetKey("-1")
		if c, ok := p.Mapping[f.Name]; ok {
			choice.SetKey(strconv.Itoa(c))
		}
		field := kit.NewField(e.T(f.Label), choice)
		if f.Required {
			field.Required()
		}
		if missing[f.Name] {
			field.SetError(e.T("imports.field_missing"))
		}
		boxes.Add(field)
	}
	left := kit.NewCard(e.T("importing.columns"), kit.NewScroll(boxes))
	return kit.Cols(theme.GapCard, []float32{1, 2.2}, left, a.result())
}

// match puts a field in a column; two fields cannot share one.
func (a *assistant) match(field, key string) {
	m := imports.Mapping{}
	maps.Copy(m, a.seen.Mapping)
	delete(m, field)
	if n, err := strconv.Atoi(key); err == nil && n >= 0 {
		for f, c := range m {
			if c == n {
				delete(m, f)
			}
		}
		m[field] = n
	}
	a.file.Mapping = m
	a.look()
}

// result tells what the import would do and lists what is wrong, line by line.
func (a *assistant) result() fyne.CanvasObject {
	e, p := a.env, a.seen
	pill := func(key string, n int, tone kit.Tone) fyne.CanvasObject {
		if n == 0 {
			tone = kit.Neutral
		}
		return kit.NewPill(e.Text.N("importing."+key, n, nil), tone)
	}
	counts := kit.HBox(8, pill("new", p.New, kit.Ok), pill("updated", p.Updated, kit.Info),
		pill("duplicates", p.Duplicates, kit.Warn), pill("errors", p.Errors, kit.Error), kit.Spacer())
	a.skip = kit.NewCheck(e.T("importing.skip"), func(bool) { a.enable() })
	a.Forget()
	a.run = kit.NewButton(e.T("importing.run"), "upload-simple", kit.Primary, a.do)
	again := a.Write(kit.NewButton(e.T("importing.other_file"), "folder-open", kit.Secondary, a.pick))
	bar := kit.HBox(8)
	if p.Errors > 0 {
		bar.Add(a.skip)
	}
	bar.Add(kit.Spacer())
	bar.Add(again)
	bar.Add(a.run)
	a.enable()
	var body fyne.CanvasObject = a.sample()
	if len(p.Problems) > 0 {
		body = kit.Split(theme.GapCard, []float32{1, 1}, a.sample(), a.problems())
	}
	return kit.VFill(theme.GapCard, 1, kit.NewCard(a.file.Name, counts), body, bar)
}

func (a *assistant) enable() {
	p := a.seen
	switch {
	case !a.env.Shell.Online():
		a.run.DisableWith(page.Shut(a.env))
	case a.busy, len(p.Missing) > 0, p.New+p.Updated == 0, p.Errors > 0 && !a.skip.On():
		a.run.Disable()
	default:
		a.run.Enable()
	}
}

func (a *assistant) sample() fyne.CanvasObject {
	e, p := a.env, a.seen
	var names []string
	for f := range p.Mapping {
		names = append(names, f)
	}
	sort.Slice(names, func(i, j int) bool { return p.Mapping[names[i]] < p.Mapping[names[j]] })
	labels := map[string]string{}
	for _, f := range p.Fields {
		labels[f.Name] = e.T(f.Label)
	}
	columns := []kit.Column{{Title: e.T("importing.column.line"), Width: 60, Align: fyne.TextAlignTrailing}, {Title: e.T("importing.column.effect"), Width: 110}}
	for _, n := range names {
		columns = append(columns, kit.Column{Title: labels[n], Width: 140})
	}
	grid := kit.NewGrid(columns, func() int { return len(p.Sample) }, func(row, col int) kit.CellView {
		l := p.Sample[row]
		switch col {
		case 0:
			return kit.CellView{Text: strconv.Itoa(l.Line), Color: theme.Muted}
		case 1:
			if l.Outcome == "" {
				return kit.CellView{}
			}
			return kit.CellView{Text: e.T("importing.outcome." + string(l.Outcome)), Pill: true, Tone: toneOf(l.Outcome)}
		default:
			return kit.CellView{Text: l.Values[names[col-2]]}
		}
	})
	return kit.NewCard(e.T("importing.sample"), grid).Flush()
}

func toneOf(o imports.Outcome) kit.Tone {
	switch o {
	case imports.New:
		return kit.Ok
	case imports.Updated:
		return kit.Info
	case imports.Duplicate:
		return kit.Warn
	case imports.Wrong:
		return kit.Error
	default:
		return kit.Neutral
	}
}

func (a *assistant) problems() fyne.CanvasObject {
	e, p := a.env, a.seen
	grid := kit.NewGrid([]kit.Column{
		{Title: e.T("importing.column.line"), Width: 60, Align: fyne.TextAlignTrailing},
		{Title: e.T("importing.column.column"), Width: 110},
		{Title: e.T("importing.column.value"), Width: 120},
		{Title: e.T("importing.column.why"), Width: 300, Weight: 1},
	}, func() int { return len(p.Problems) }, func(row, col int) kit.CellView {
		x := p.Problems[row]
		switch col {
		case 0:
			return kit.CellView{Text: strconv.Itoa(x.Line), Color: theme.Muted}
		case 1:
			return kit.CellView{Text: x.Column}
		case 2:
			return kit.CellView{Text: x.Value, Weight: kit.Medium}
		default:
			return kit.CellView{Text: e.Text.Fault(x.Reason), Color: theme.ErrorText}
		}
	})
	return kit.NewCard(e.Text.N("importing.problems", len(p.Problems)+p.MoreProblems, nil), grid).Flush()
}

// do imports the file as it was shown.
func (a *assistant) do() {
	e := a.env
	a.busy = true
	a.enable()
	a.file.Mapping = a.seen.Mapping
	a.about.run(e, a.file, a.skip.On(), func(b imports.Batch, err error) {
		a.busy = false
		if err != nil {
			a.enable()
			e.Shell.Fail(err)
			return
		}
		e.Shell.Toast(kit.Ok, e.T("importing.result", "created", b.Created, "updated", b.Updated))
		e.Shell.Changed(a.about.changed)
		a.file, a.seen = imports.Upload{}, imports.Preview{}
		a.Refresh()
	})
}
