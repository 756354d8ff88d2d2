package backups

import (
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/backup"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/page/destform"
	"zafe/ui/theme"
)

// rhythm says what the owner accepts to lose, what would be lost now, and leads to the rules.
func (b *backups) rhythm(st backup.Status) fyne.CanvasObject {
	e := b.env
	most := st.Rules.Loss
	if most == "" {
		most = backup.Day
	}
	now := e.T("backups.loss_none")
	switch {
	case st.LossSeconds < 0:
		now = e.T("backups.loss_all")
	case st.LossSeconds > 0:
		lapse := max(time.Duration(st.LossSeconds)*time.Second, time.Minute)
		now = e.T("backups.loss_now", "lapse", e.Text.Duration(lapse))
	}
	text := kit.VBox(0, kit.NewLabel(e.T("backups.loss_at_worst", "most", e.T("backups.loss."+string(most))),
		kit.Style{Weight: kit.Medium, Shrink: true}), kit.NewLabel(now,
		kit.Style{Size: theme.SizeCaption, Color: theme.Muted, Wrap: true}))
	right := kit.Gap(1, 1)
	if e.Can(backup.SetLoss.Spec) {
		change := kit.NewButton(e.T("backups.rhythm"), "sliders-horizontal", kit.Ghost, b.rules).Small()
		if !e.Shell.Online() {
			change.DisableWith(e.T("common.offline"))
		}
		right = change
	}
	return kit.Row(12, kit.IconTile("clock", kit.Neutral), text, right)
}

// rules is the window where the owner decides on the rhythm of all copies.
func (b *backups) rules() {
	e := b.env
	loss := destform.NewLoss(e.Text, b.status.Rules.Loss)
	var m *kit.Modal
	save := kit.NewButton(e.T("common.save"), "check", kit.Primary, func() {
		page.Do(e, backup.SetLoss, backup.LossRequest{Loss: loss.Value()}, func(st backup.Status) {
			m.Close()
			e.Shell.Changed("backup")
			b.show(st)
		})
	})
	cancel := kit.NewButton(e.T("common.cancel"), "", kit.Secondary, func() { m.Close() })
	m = kit.NewModal(e.T("backups.rhythm_title"), 560, loss.Object(), cancel, save)
	m.Show(e.Window)
}
