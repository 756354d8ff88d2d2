package shell

import (
	"context"
	"slices"
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/backup"
	"zafe/app/civil"
	"zafe/app/ledger"
	"zafe/app/notify"
	"zafe/app/op"
	"zafe/app/verify"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/theme"
)

// pollEvery is how often the state of the backups is asked.
const pollEvery = 30 * time.Second

// facts are what the status bar and the shield show.
type facts struct {
	backup  backup.Status
	known   bool // the backups have been asked
	health  verify.Health
	red     bool // as everybody is told, see warn
	period  civil.Period
	port    string // why other PCs cannot come, "" when they can
	running bool   // a poll is under way
	again   bool   // something changed since it began
}

// follow asks about the backups and the book's health at intervals, and once now, with the fiscal year.
func (s *Shell) follow() {
	s.facts.year(s)
	s.facts.poll(s)
	s.every(pollEvery, func() { s.facts.poll(s) })
	s.every(time.Second, s.second)
	s.every(beatEvery, s.beat)
	s.lookForIncident()
	s.every(incidentEvery, s.lookForIncident)
	s.lookForSupport()
	s.every(supportEvery, s.lookForSupport)
	s.lookForHolds()
	s.every(pollEvery, s.lookForHolds)
	s.connect()
	s.listen()
	s.serve()
}

// every runs act on the UI goroutine at intervals until the session ends.
func (s *Shell) every(d time.Duration, act func()) {
	if s.Tick == nil {
		return // tests move the clock by hand
	}
	s.Tick(s.ctx, d, func() {
		if s.ctx.Err() == nil {
			act()
		}
	})
}

// beatEvery is how often a page that is shown looks at what changes by itself.
const beatEvery = 5 * time.Second

func (s *Shell) beat() {
	if !s.link.online || s.idle.locked {
		return
	}
	if s.facts.disks() {
		s.facts.poll(s)
	}
	if f := s.current(); f != nil {
		if l, ok := f.page.(page.Living); ok {
			l.Beat()
		}
	}
}

// second is what the window looks at each second: the countdown of a lost link, idleness, the size.
func (s *Shell) second() {
	s.link.second(s)
	s.idle.second(s)
	s.soon()
	if s.facts.backup.Running != nil {
		s.facts.poll(s)
	}
	s.renew()
}

// plugged tells when a disk of the backups comes, and when it has all and can go again.
func (s *Shell) plugged(was, is backup.Status) {
	switch news, label := plugNews(was, is); news {
	case "here":
		kit.Toast(s.Host, kit.Info, s.t("shell.plug.here", "label", label))
	case "done":
		kit.Toast(s.Host, kit.Ok, s.t("shell.plug.done", "label", label))
	}
}

// stayed tells, at the first log-in, of work that the last closing left on this PC only, as long as it is.
func (s *Shell) stayed(st backup.Status) {
	since := st.OnlyHere()
	if since.IsZero() || !since.Before(s.Begun) {
		return
	}
	text, see := s.t("shell.unsent.still", "since", since), ""
	if s.Me.Can(backup.Begin.Needs) {
		see = s.t("shell.unsent.see")
	}
	kit.ToastAction(s.Host, kit.Warn, text, see, func() { s.leaving(s.history, func() { s.jump(page.Route{Name: "backups"}) }) })
}

// plugNews compares how the copies stood and stand: "here" for a disk that came, "done" for one that has all now, "" for
// nothing new.
func plugNews(was, is backup.Status) (news, label string) {
	whole := func(c backup.Copy, st backup.Status) bool {
		return c.Plug == backup.PluggedIn && c.Running == nil && !c.Lacks && !st.Unsaved && c.Fault == nil
	}
	for _, c := range is.Copies {
		i := slices.IndexFunc(was.Copies, func(o backup.Copy) bool { return o.ID == c.ID })
		if i < 0 || c.Plug != backup.PluggedIn {
			continue
		}
		came := was.Copies[i].Plug == backup.Unplugged
		switch work := was.Copies[i].Running != nil; {
		case whole(c, is) && (came || work):
			return "done", c.Label
		case came:
			return "here", c.Label
		}
	}
	return "", ""
}

// disks tells whether a disk that comes and goes has a copy.
func (f *facts) disks() bool {
	return slices.ContainsFunc(f.backup.Copies, func(c backup.Copy) bool { return c.Plug != "" })
}

func (f *facts) poll(s *Shell) {
	if f.running || !s.link.online || s.idle.locked {
		f.show(s)
		return
	}
	f.running = true
	var st backup.Status
	var health verify.Health
	var light notify.Light
	var unasked, unknown, unlit error // a lost main PC has its banner, and the shield keeps the last it knew
	s.run(func(ctx context.Context) error {
		health, unknown = verify.HealthOf.Call(ctx, s.Book, op.Empty{})
		if s.Me.Can(backup.GetStatus.Needs) {
			st, unasked = backup.GetStatus.Call(ctx, s.Book, op.Empty{})
		}
		if !s.Me.Can(backup.Begin.Needs) {
			light, unlit = notify.LightOf.Call(ctx, s.Book, op.Empty{})
		}
		return nil
	}, func(error) {
		f.running = false
		if f.again {
			f.again = false
			defer f.poll(s)
		}
		if unasked == nil && s.Me.Can(backup.GetStatus.Needs) {
			if f.known {
				s.plugged(f.backup, st)
			} else {
				s.stayed(st)
			}
			f.backup, f.known = st, true
		}
		if unknown == nil {
			s.ail(health)
		}
		if unlit == nil {
			s.warn(light)
		}
		f.show(s)
	})
}

// year finds the fiscal year of today.
func (f *facts) year(s *Shell) {
	if !s.Me.Can(ledger.FiscalYearListing.Needs) {
		return
	}
	var years ledger.YearList
	s.run(func(ctx context.Context) (err error) {
		years, err = ledger.FiscalYearListing.Call(ctx, s.Book, op.Empty{})
		return err
	}, func(err error) {
		today := civil.Of(s.Clock())
		for _, y := range years.Years {
			if err == nil && y.Period.Contains(today) {
				f.period = y.Period
			}
		}
		f.show(s)
	})
}

// tone is the colour of the shield: the worst of what it stands for.
func (f *facts) tone() kit.Tone {
	copies := f.copies()
	switch {
	case f.damaged():
		return kit.Error
	case f.health.State == verify.Doubtful && copies != kit.Error:
		return kit.Warn
	default:
		return copies
	}
}

// anew tells that the copies begin again under a new key, and that nothing else is wrong with them.
func (f *facts) anew() bool { return f.backup.Light == backup.Green && f.backup.Anew() }

// copies is the colour of the backups.
func (f *facts) copies() kit.Tone {
	switch {
	case !f.known && f.red:
		return kit.Error // all that who may not see them is told of them
	case !f.known:
		return kit.Neutral
	}
	if f.anew() || f.backup.Held() {
		return kit.Info
	}
	return map[backup.Light]kit.Tone{
		backup.Green: kit.Ok, backup.Amber: kit.Warn,
		backup.Red: kit.Error,
	}[f.backup.Light]
}

func (f *facts) icon() string {
	if f.tone() == kit.Warn || f.tone() == kit.Error {
		return "shield-warning"
	}
	return "shield-check"
}

func (f *facts) show(s *Shell) {
	items := []kit.StatusItem{f.where(s)}
	if n := s.Book.Connected(); s.Book.Local() && n > 0 {
		items = append(items, kit.StatusItem{
			Icon: "desktop-tower", Text: s.Text.N("shell.connected", n, nil),
			Run: s.toPCs(),
		})
	}
	if f.port != "" {
		items = append(items, kit.StatusItem{Icon: "warning", Text: f.port, Tone: kit.Warn})
	}
	if f.known || f.tone() != kit.Neutral {
		items = append(items, kit.StatusItem{Icon: f.icon(), Text: f.saying(s), Tone: f.tone(), Run: s.shielded()})
	}
	s.status.SetItems(items...)
	hints := []string{s.t("shell.hints.help")}
	if s.Me.Can(searchPermission) {
		hints = append(hints, s.t("shell.hints.search"))
	}
	if f.period.Valid() {
		year := s.t("shell.year", "from", s.Text.Date(f.period.From), "to", s.Text.Date(f.period.To))
		hints = append([]string{year}, hints...)
	}
	s.status.SetRight(hints...)
	s.top.shield(f.icon(), f.tone(), f.saying(s))
	mark := ""
	if f.copies() == kit.Warn || f.copies() == kit.Error {
		mark = "!"
	}
	s.nav.SetBadge("backups", mark)
}

func (f *facts) where(s *Shell) kit.StatusItem {
	switch {
	case s.link.ousted:
		return kit.StatusItem{Icon: "warning", Text: s.t("start.login.fenced"), Tone: kit.Warn}
	case s.Book.Local():
		return kit.StatusItem{
			Icon: "desktop-tower", Text: s.t("shell.here", "name", s.Book.Place()),
			Tone: kit.Neutral,
		}
	case s.link.online:
		return kit.StatusItem{
			Icon: "plugs-connected", Text: s.t("shell.there", "name", s.Book.Place()),
			Tone: kit.Ok,
		}
	default:
		return kit.StatusItem{Icon: "plugs", Text: s.t("shell.lost", "name", s.Book.Place()), Tone: kit.Warn}
	}
}

// shielded leads to what the shield is about: the damage, what the last check found, or the backups.
func (s *Shell) shielded() func() {
	switch {
	case s.facts.damaged():
		return s.explain
	case s.facts.tone() == kit.Warn && s.facts.health.State == verify.Doubtful && s.Me.Can(verify.Integrity.Needs):
		return func() { s.leaving(s.history, func() { s.jump(page.Route{Name: "integrity"}) }) }
	default:
		return s.going("backups")
	}
}

// saying is the state of the book and its backups in a few words.
func (f *facts) saying(s *Shell) string {
	switch {
	case f.damaged():
		return s.t("shell.damaged.title")
	case f.health.State == verify.Doubtful && f.tone() == kit.Warn:
		return s.t("shell.doubtful")
	}
	switch {
	case !f.known && f.red:
		return s.t("shell.shield.danger")
	case !f.known:
		return s.t("shell.shield.unknown")
	}
	if r, anew := f.backup.Running, f.anew(); r != nil || anew {
		doing := s.t("shell.shield.started")
		if anew {
			doing = s.t("shell.shield.anew")
		}
		if r != nil && r.Total > 0 {
			return s.t("shell.shield.running", "doing", doing, "percent", s.Text.Number(r.Done*100/r.Total))
		}
		return doing
	}
	last := f.backup.Latest()
	switch {
	case len(f.backup.Copies) == 0:
		return s.t("shell.shield.nowhere")
	case !f.backup.Paused.IsZero():
		return s.t("shell.shield.paused", "until", s.Text.Clock(f.backup.Paused))
	case last.IsZero() && f.backup.Origin != nil:
		return s.t("shell.shield.restored")
	case last.IsZero():
		return s.t("shell.shield.never")
	}
	how := string(f.backup.Light)
	switch {
	case f.backup.Held():
		how = "held"
	case f.backup.Light == backup.Green && !f.backup.Whole():
		how = "pending"
	}
	return s.t("shell.shield."+how, "ago", s.Text.Ago(last, s.Clock()))
}

// going visits a page, if there is one and the person may.
func (s *Shell) going(route string) func() {
	for _, a := range areas {
		if a.key == route && s.may(a) {
			return func() { s.visit(route) }
		}
	}
	return nil
}

// toPCs returns what opens the list of the PCs, nil for who may not.
func (s *Shell) toPCs() func() {
	if s.going("people") == nil {
		return nil
	}
	return func() { s.open(page.Route{Name: "people", Arg: "pcs"}) }
}

// topBar is the line over the pages: search, new, the shield, help.
type topBar struct {
	object fyne.CanvasObject
	lamp   *kit.IconButton
}

func (s *Shell) newTopBar() *topBar {
	t := &topBar{}
	find := kit.NewButton(s.t("shell.search.box"), "magnifying-glass", kit.Secondary, s.search).Small().Left()
	find.SetTip("Ctrl+K")
	var add *kit.Button
	add = kit.NewButton(s.t("shell.new"), "plus", kit.Secondary, func() { s.newMenu(add) }).Small()
	if len(s.creations()) == 0 {
		add.Hide()
	}
	t.lamp = kit.NewIconButton("shield", s.t("shell.shield.unknown"), func() {
		if act := s.shielded(); act != nil {
			act()
		}
	})
	where := kit.NewIconButton("map-pin", s.t("shell.user.where"), func() { s.over("where") })
	help := kit.NewIconButton("question", s.t("shell.help.tip"), s.help)
	row := kit.HBox(theme.GapTight, kit.Fixed(360, 0, find), kit.Spacer(), add, t.lamp, where, help)
	if !s.Me.Can(searchPermission) {
		find.Hide()
	}
	t.object = kit.Backdrop(theme.Surface, kit.VBox(0, kit.Pad(6, theme.PadPage, 6, theme.PadPage, row),
		kit.Separator()))
	return t
}

// shield colours the shield of the top bar.
func (t *topBar) shield(icon string, tone kit.Tone, text string) {
	colors := map[kit.Tone]fyne.ThemeColorName{
		kit.Neutral: theme.Muted, kit.Info: theme.Primary, kit.Ok: theme.Ok, kit.Warn: theme.Warn,
		kit.Error: theme.Error,
	}
	t.lamp.SetIcon(icon, colors[tone])
	t.lamp.SetTip(text)
}
