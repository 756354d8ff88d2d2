// Package integrity is the page of the book's own check: what was checked last and what it found, in words
// and with what to do, and what the PC of the book does with it: where it lies, and where the system may
// write its memory.
package integrity

import (
	"context"
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/backup"
	"zafe/app/billing"
	"zafe/app/fault"
	"zafe/app/job"
	"zafe/app/op"
	"zafe/app/verify"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/theme"
)

// Routes are the pages of this package.
func Routes() map[string]func(*page.Env, page.Route) page.Page {
	return map[string]func(*page.Env, page.Route) page.Page{
		"integrity": func(e *page.Env, _ page.Route) page.Page { return newIntegrity(e) },
	}
}

// poll is how often the progress of a check is read.
const poll = 300 * time.Millisecond

// firstCheck is after how many minutes a book that was never checked begins to check itself.
const firstCheck = int(job.AtStart / time.Minute)

type integrity struct {
	*page.Gate
	env    *page.Env
	object fyne.CanvasObject

	state, last   *kit.KPI
	parts, around *fyne.Container
	gaps          []billing.Gap // numbers passed over after a restore
	status        verify.Status
	now           *kit.Button
}

func newIntegrity(e *page.Env) page.Page {
	p := &integrity{Gate: page.NewGate(e), env: e, parts: kit.VBox(10), around: kit.VBox(14)}
	p.now = p.Write(kit.NewButton(e.T("integrity.now"), "shield-check", kit.Primary, p.verify))
	p.state = kit.NewKPI("shield-check", e.T("integrity.state"), nil)
	p.last = kit.NewKPI("clock", e.T("integrity.last"), nil)
	head := kit.NewHeader(e.T("integrity.title"), e.T("integrity.under"), p.now).
		OnBack(e.T("common.back"), e.Shell.Back)
	body := kit.Split(theme.GapCard, []float32{0, 1}, kit.Cols(theme.GapCard, nil, p.state, p.last),
		kit.Cols(theme.GapCard, []float32{1.2, 1},
			kit.NewCard(e.T("integrity.checked"), kit.NewScroll(p.parts)),
			kit.NewCard(e.T("integrity.around"), kit.NewScroll(p.around))))
	p.object = kit.NewPage(head, body)
	p.Refresh()
	return p
}

// Object implements page.Page.
func (p *integrity) Object() fyne.CanvasObject { return p.object }

// Unsaved implements page.Page.
func (p *integrity) Unsaved() bool { return false }

// Refresh implements page.Page.
func (p *integrity) Refresh() {
	page.Call(p.env, verify.Integrity, op.Empty{}, func(st verify.Status, err error) {
		if err != nil {
			p.env.Shell.Fail(err)
			return
		}
		p.show(st)
	})
	if p.env.Can(billing.GetNumbers.Spec) {
		page.Call(p.env, billing.GetNumbers, op.Empty{}, func(n billing.Numbers, err error) {
			if err == nil && len(n.Gaps) > 0 { // else they are shown another time
				p.gaps = n.Gaps
				if len(p.parts.Objects) > 0 { // the last check is known
					p.list(p.status)
				}
			}
		})
	}
}

func (p *integrity) show(st verify.Status) {
	e, rep := p.env, st.Last
	p.status = st
	switch {
	case st.Health.State == verify.Damaged:
		p.state.Set(e.T("integrity.damaged"), e.T("integrity.damaged_note", "when", e.Text.Instant(st.Health.Since)),
			kit.Error, nil)
	case rep == nil:
		p.state.Set(e.T("integrity.never"), e.T("integrity.never_note", "minutes", firstCheck), kit.Warn, nil)
	case len(rep.Findings) > 0:
		p.state.Set(e.Text.N("integrity.bad", len(rep.Findings), nil), e.T("integrity.bad_note"), kit.Error, nil)
	default:
		p.state.Set(e.T("integrity.good"), e.Text.N("integrity.good_note", int(rep.Events), nil), kit.Ok, nil)
	}
	last := "—"
	if rep != nil {
		last = e.Text.Instant(rep.At)
	}
	p.last.Set(last, e.T("integrity.weekly"), kit.Neutral, nil)
	p.list(st)
	p.surroundings(st.Surroundings)
}

// list shows what is wrong and where it is mended, then what was gone through.
func (p *integrity) list(st verify.Status) {
	e := p.env
	var all []fyne.CanvasObject
	var findings []verify.Finding
	if st.Last != nil {
		findings = st.Last.Findings
	}
	damaged := st.Health.State == verify.Damaged
	if damaged && len(findings) == 0 { // the work met it, not a check
		all = append(all, line("warning", kit.Error, kit.Paragraph(e.T("integrity.damaged_text")), nil))
	}
	for _, a := range st.Accepted {
		text := e.T("integrity.accepted", "when", e.Text.Instant(a.At), "by", a.By, "file", a.File)
		if a.Cut {
			text += " " + e.T("verify.log_cut")
		}
		all = append(all, line("shield-warning", kit.Warn, kit.Paragraph(text), nil))
	}
	for _, g := range p.gaps {
		first, last := g.Numbers()
		key := "integrity.gap"
		if first == last {
			key = "integrity.gap_one"
		}
		all = append(all, line("info", kit.Info, kit.Paragraph(
			e.T(key, "first", first, "last", last, "when", e.Text.Instant(g.At), "by", g.By)), nil))
	}
	for _, f := range st.Notices {
		all = append(all, line("info", kit.Info, kit.Paragraph(e.Text.T(f.Key, f.Args)), nil))
	}
	for _, f := range findings {
		all = append(all, line("warning", kit.Error, kit.Paragraph(e.Text.T(f.Key, f.Args)), nil))
	}
	switch {
	case damaged:
		all = append(all, kit.HBox(0, kit.NewButton(e.T("integrity.restore"), "clock-counter-clockwise", kit.Primary,
			e.Shell.Restore)), kit.Separator())
	case len(findings) > 0 && e.Can(backup.GetStatus.Spec):
		all = append(all, kit.HBox(0, kit.NewButton(e.T("integrity.copies"), "clock-counter-clockwise", kit.Secondary,
			func() { e.Shell.Open(page.Route{Name: "backups"}) })), kit.Separator())
	}
	if st.Last == nil {
		all = append(all, kit.Pad(28, 0, 0, 0, kit.NewEmpty("shield-check", e.T("integrity.never"),
			e.T("integrity.never_text", "minutes", firstCheck), nil)))
	} else {
		for _, part := range st.Last.Parts {
			all = append(all, p.part(part, st.Accepted))
		}
	}
	p.parts.Objects = all
	p.parts.Refresh()
}

func (p *integrity) part(part verify.Part, accepted []verify.Acceptance) fyne.CanvasObject {
	e := p.env
	detail := e.T("integrity.part." + part.Name + ".text")
	switch n := len(accepted); {
	case part.Findings > 0:
		detail = e.T("integrity.part_bad")
	case n > 0 && part.Name == "seal":
		detail = e.T("integrity.part.seal.since", "when", e.Text.Instant(accepted[n-1].At))
	}
	if part.Count > 0 && e.Text.Has("integrity.part."+part.Name+".count") {
		detail += " · " + e.Text.N("integrity.part."+part.Name+".count", int(part.Count), nil)
	}
	pill := kit.NewPill(e.T("integrity.sound"), kit.Ok)
	if part.Findings > 0 {
		pill = kit.NewPill(e.Text.N("integrity.bad", part.Findings, nil), kit.Error)
	}
	text := kit.VBox(0, kit.NewLabel(e.T("integrity.part."+part.Name), kit.Style{Weight: kit.Medium, Shrink: true}),
		kit.MutedParagraph(detail))
	tone, icon := kit.Ok, "check"
	if part.Findings > 0 {
		tone, icon = kit.Error, "warning"
	}
	return line(icon, tone, text, pill)
}

// surroundings says what the PC of the book does, and what to change.
func (p *integrity) surroundings(s verify.Surroundings) {
	e := p.env
	place, tone := "local", kit.Ok
	if s.Place != "" {
		place, tone = s.Place, kit.Error
	}
	var all []fyne.CanvasObject
	add := func(icon, key string, tone kit.Tone, args ...any) {
		text := kit.VBox(0, kit.NewLabel(e.T("integrity."+key), kit.Style{Weight: kit.Medium, Shrink: true}),
			kit.MutedParagraph(e.T("integrity."+key+".text", args...)))
		all = append(all, line(icon, tone, text, nil))
	}
	if s.Older {
		add("warning", "older", kit.Error)
	}
	add("hard-drives", "place."+place, tone, "folder", s.Folder, "what", s.Service)
	add("desktop-tower", "swap."+memoryKey(s.Swap, s.System), memoryTone(s.Swap))
	if s.Hibernate != s.Swap || s.Hibernate == "clear" {
		add("moon", "hibernate."+memoryKey(s.Hibernate, s.System), memoryTone(s.Hibernate))
	}
	p.around.Objects = all
	p.around.Refresh()
}

// memoryKey is the text of a state; where the system is not asked, what to look at differs.
func memoryKey(state, system string) string {
	if state == "unknown" && system == "windows" {
		return "windows"
	}
	return state
}

func memoryTone(state string) kit.Tone {
	switch state {
	case "off", "sealed":
		return kit.Ok
	case "clear":
		return kit.Warn
	default:
		return kit.Info
	}
}

// line is an icon, a text that wraps, and what stands at the right.
func line(icon string, tone kit.Tone, text, right fyne.CanvasObject) fyne.CanvasObject {
	if right == nil {
		right = kit.Gap(0, 0)
	}
	return kit.Row(12, kit.IconTile(icon, tone), text, right)
}

// verify re-checks the whole book now, while everybody goes on working.
func (p *integrity) verify() {
	e := p.env
	p.now.Disable()
	var rep verify.Report
	e.Shell.Task(e.T("integrity.running"), func(ctx context.Context, progress func(done, total int64)) (err error) {
		following, stop := context.WithCancel(ctx)
		defer stop()
		go follow(following, e, progress)
		rep, err = verify.Book.Call(ctx, e.Caller, op.Empty{})
		return err
	}, func(err error) {
		p.now.Enable()
		p.Refresh()
		e.Shell.Changed("book")
		switch {
		case err != nil && fault.KeyOf(err) != "op.cancelled":
			e.Shell.Fail(err)
		case err != nil:
		case len(rep.Findings) > 0:
			e.Shell.Toast(kit.Error, e.Text.N("integrity.bad", len(rep.Findings), nil))
		default:
			e.Shell.Toast(kit.Ok, e.Text.N("integrity.verified", int(rep.Events), nil))
		}
	})
}

// follow tells how far the pages are: the rest takes no time worth a figure.
func follow(ctx context.Context, e *page.Env, progress func(done, total int64)) {
	t := time.NewTicker(poll)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		st, err := verify.Integrity.Call(ctx, e.Caller, op.Empty{})
		if err == nil && st.Running != nil && st.Running.Part == "seal" {
			progress(st.Running.Done, st.Running.Total)
		}
	}
}
