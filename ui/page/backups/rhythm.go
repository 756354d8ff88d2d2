package backups

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/backup"
	"zafe/app/money"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/page/destform"
	"zafe/ui/theme"
)

// rhythm says what the owner accepts to lose, what would be lost now, and leads to the rules.
func (b *backups) rhythm(st backup.Status) fyne.CanvasObject {
	e := b.env
	most := cmp.Or(st.Rules.Loss, backup.Day)
	now := e.T("backups.loss_none")
	switch {
	case st.LossSeconds < 0 && st.Origin != nil:
		now = e.T("backups.loss_restored", "made", st.Origin.Made)
	case st.LossSeconds < 0 && slices.ContainsFunc(st.Copies, func(c backup.Copy) bool { return c.Again }):
		now = e.T("backups.loss_anew")
	case st.LossSeconds < 0:
		now = e.T("backups.loss_all")
	case st.LossSeconds > 0:
		lapse := max(time.Duration(st.LossSeconds)*time.Second, time.Minute)
		now = e.T("backups.loss_now", "lapse", e.Text.Duration(lapse))
	}
	worst := e.T("backups.loss." + string(most))
	if st.Rules.WaitSeconds > 0 { // the places' own rhythm breaks what was chosen
		worst = e.Text.Duration(st.Rules.Promise().Loss)
		now += " " + e.T("backups.loss_waits", "chosen", e.T("backups.loss."+string(most)))
	}
	text := kit.VBox(0, kit.NewLabel(e.T("backups.loss_at_worst", "most", worst),
		kit.Style{Weight: kit.Medium, Shrink: true}), kit.NewLabel(now,
		kit.Style{Size: theme.SizeCaption, Color: theme.Muted, Wrap: true}))
	row := kit.HBox(12, kit.IconTile("clock", kit.Neutral), text, kit.Spacer())
	if e.Can(backup.SetLoss.Spec) {
		more := kit.NewIconButton("dots-three", e.T("backups.rhythm"), nil)
		more.OnTapped = func() { b.rhythmMenu(more) }
		row.Add(more)
	}
	return row
}

// paused says that nothing leaves for now, and how long, with the way out.
func (b *backups) paused(st backup.Status) fyne.CanvasObject {
	e := b.env
	text := e.T("backups.paused", "until", e.Text.Instant(st.Paused))
	if !e.Can(backup.Pause.Spec) {
		return kit.NewNotice(kit.Warn, "", text)
	}
	on := b.Write(kit.NewButton(e.T("backups.resume"), "", kit.Secondary, func() { b.pause(backup.PauseRequest{}) }))
	return kit.NewNotice(kit.Warn, "", text, on)
}

// sparing says that the connection is metered, and what that holds back, with the way out.
func (b *backups) sparing(st backup.Status) fyne.CanvasObject {
	e := b.env
	text := e.T("backups.metered", "most", e.Text.Bytes(st.SmallBytes))
	held := slices.ContainsFunc(st.Copies, func(c backup.Copy) bool { return c.Metered })
	act := "backups.metered_send"
	if st.ComingHeld {
		held, act = true, "backups.metered_bring"
		text += " " + e.T("backups.metered_coming")
	}
	if !held || !e.Can(backup.Now.Spec) {
		return kit.NewNotice(kit.Info, "", text)
	}
	all := b.Write(kit.NewButton(e.T(act), "", kit.Secondary, b.backUp))
	return kit.NewNotice(kit.Warn, "", text, all)
}

func (b *backups) rhythmMenu(at fyne.CanvasObject) {
	e := b.env
	options := []kit.Option{{Key: "rules", Text: e.T("backups.rhythm"), Icon: "sliders-horizontal"}}
	if b.status.Paused.IsZero() {
		options = append(options, kit.Option{Key: "hour", Text: e.T("backups.pause_hour"), Icon: "hourglass"},
			kit.Option{Key: "morning", Text: e.T("backups.pause_morning"), Icon: "hourglass"})
	}
	kit.ShowMenu(at, options, func(o kit.Option) {
		switch o.Key {
		case "rules":
			b.rules()
		case "hour":
			b.pause(backup.PauseRequest{Minutes: 60})
		case "morning":
			b.pause(backup.PauseRequest{Morning: true})
		}
	})
}

func (b *backups) pause(q backup.PauseRequest) {
	page.Do(b.env, backup.Pause, q, func(st backup.Status) {
		b.env.Shell.Changed("backup")
		b.show(st)
	})
}

// speeds are the limits that are offered, in thousands of bits per second.
var speeds = []int64{0, 1000, 2000, 5000, 10_000, 20_000, 50_000}

// speed asks for a limit of the line.
func (b *backups) speed(now int64) *kit.Select {
	e := b.env
	offered := speeds
	if !slices.Contains(speeds, now) { // chosen by a verb
		offered = append(slices.Clone(speeds), now)
	}
	var options []kit.Option
	for _, kbit := range offered {
		text := e.T("backups.speed_free")
		if kbit > 0 {
			text = e.T("backups.speed_most", "mbit", e.Text.Quantity(money.Quantity(kbit*1000)))
		}
		options = append(options, kit.Option{Key: strconv.FormatInt(kbit, 10), Text: text})
	}
	s := kit.NewSelect(options, nil)
	s.SetKey(strconv.FormatInt(now, 10))
	return s
}

// rules is the window where the owner decides on the rhythm of all copies.
func (b *backups) rules() {
	e, was := b.env, b.status.Rules
	loss := destform.NewLoss(e.Text, cmp.Or(was.Loss, backup.Day))
	day, night := b.speed(was.Speed.DayKbit), b.speed(was.Speed.NightKbit)
	var m *kit.Modal
	done := func(st backup.Status) {
		m.Close()
		e.Shell.Changed("backup")
		b.show(st)
	}
	save := kit.NewButton(e.T("common.save"), "check", kit.Primary, func() {
		page.Do(e, backup.SetLoss, backup.LossRequest{Loss: loss.Value()}, func(st backup.Status) {
			speed := backup.Speed{DayKbit: kbitOf(day), NightKbit: kbitOf(night)}
			if speed == was.Speed {
				done(st)
				return
			}
			page.Do(e, backup.SetSpeed, speed, done)
		})
	})
	cancel := kit.NewButton(e.T("common.cancel"), "", kit.Secondary, func() { m.Close() })
	body := kit.VBox(theme.GapField, loss.Object(), kit.Separator(), kit.Sub(e.T("backups.speed")),
		kit.MutedParagraph(e.T("backups.speed_hint")),
		kit.Cols(theme.GapCard, nil, kit.NewField(e.T("backups.speed_day"), day),
			kit.NewField(e.T("backups.speed_night"), night)),
		kit.Sub(e.T("backups.metered_title")), kit.MutedParagraph(b.lineNote()))
	m = kit.NewModal(e.T("backups.rhythm_title"), 560, body, cancel, save)
	m.Show(e.Window)
}

// lineNote tells what becomes of the copies over a metered connection, or that this system does not say which are.
func (b *backups) lineNote() string {
	if b.status.Line == "" {
		return b.env.T("backups.metered_unknown")
	}
	return b.env.T("backups.metered_note", "most", b.env.Text.Bytes(b.status.SmallBytes))
}

// kbitOf is the limit that is chosen.
func kbitOf(s *kit.Select) int64 {
	kbit, _ := strconv.ParseInt(s.Key(), 10, 64) // one of speeds, or what was saved
	return kbit
}
