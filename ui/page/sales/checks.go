package sales

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"zafe/app/billing"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/theme"
)

// checkList shows the checks before issue: what blocks first, then what to watch, then what is well.
type checkList struct {
	object *kit.Scroll
	rows   *fyne.Container
	goTo   func(field string)
	shown  []billing.Check
}

func newCheckList(goTo func(string)) *checkList {
	c := &checkList{rows: kit.VBox(6), goTo: goTo}
	c.object = kit.NewScroll(c.rows)
	return c
}

// look is the icon of a level and its colour.
func look(l billing.Level) (icon string, color fyne.ThemeColorName) {
	switch l {
	case billing.OK:
		return "check-circle", theme.Ok
	case billing.Warning:
		return "warning-circle", theme.Warn
	default:
		return "x-circle", theme.Error
	}
}

func (c *checkList) show(e *page.Env, checks []billing.Check) {
	c.shown = checks
	c.rows.Objects = nil
	for _, level := range []billing.Level{billing.Blocked, billing.Warning, billing.OK} {
		for _, k := range checks {
			if k.Level == level {
				c.rows.Add(c.row(e.Text.T(k.Key, k.Args), k))
			}
		}
	}
	c.rows.Refresh()
	c.object.Refresh()
}

// row is one check; one that names a field is a button that goes there.
func (c *checkList) row(text string, k billing.Check) fyne.CanvasObject {
	icon, color := look(k.Level)
	mark := kit.NewIconButton(icon, "", nil)
	mark.SetIcon(icon, color)
	if k.Field != "" && k.Level != billing.OK {
		mark.OnTapped = func() { c.goTo(k.Field) }
	}
	return checkRow(mark, kit.NewLabel(text, kit.Style{Wrap: true}))
}

// checkRow puts a small icon before a text of one or more lines.
func checkRow(mark, text fyne.CanvasObject) fyne.CanvasObject {
	return container.New(iconLine{}, mark, text)
}

// iconLine lays an icon of 20 before a text that wraps.
type iconLine struct{}

const (
	iconRoom float32 = 24
	barRoom  float32 = 12 // of the scroll bar
)

// MinSize implements fyne.Layout.
func (iconLine) MinSize(o []fyne.CanvasObject) fyne.Size {
	m := o[1].MinSize()
	return fyne.NewSize(m.Width+iconRoom+barRoom, max(m.Height, 18))
}

// Layout implements fyne.Layout.
func (iconLine) Layout(o []fyne.CanvasObject, size fyne.Size) {
	o[0].Move(fyne.NewPos(-7, -6))
	o[0].Resize(fyne.NewSize(30, 30))
	o[1].Move(fyne.NewPos(iconRoom, 0))
	o[1].Resize(fyne.NewSize(size.Width-iconRoom-barRoom, size.Height))
}
