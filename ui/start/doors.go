package start

import (
	"fyne.io/fyne/v2"

	"zafe/ui/kit"
	"zafe/ui/machine"
	"zafe/ui/theme"
)

// Doors shows the three ways to begin on an empty PC.
func (f *Flow) Doors() {
	door := func(icon, key string, kind kit.Kind, run func()) fyne.CanvasObject {
		b := kit.NewButton(f.t("start.door."+key+".act"), "", kind, run)
		text := kit.VBox(theme.GapLabel, kit.Sub(f.t("start.door."+key)),
			kit.MutedParagraph(f.t("start.door."+key+".more")))
		return kit.NewCard("", kit.Row(16, kit.IconTile(icon, kit.Info), text, kit.Fixed(120, 0, b))).Room(20)
	}
	body := kit.VBox(theme.GapCard,
		kit.Title(f.t("start.doors.title")), kit.MutedParagraph(f.t("start.doors.text")), kit.Gap(0, 6),
		door("buildings", "create", kit.Primary, f.Create),
		door("cloud-arrow-up", "restore", kit.Secondary, f.Restore),
		door("plugs-connected", "join", kit.Secondary, f.Join),
		kit.Gap(0, 2), kit.Caption(f.t("start.doors.foot")))
	if state, err := f.Machine.Firewall(); err == nil && state == machine.NoRule {
		// The program listens from the first open book on, and the system asks then.
		body.Add(kit.NewNotice(kit.Info, "", f.t("firewall.asks")))
	}
	f.show(f.beside(620, body))
}
