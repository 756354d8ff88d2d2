package sales

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

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
				c.rows.Add(c.row(e, k))
			}
		}
	}
	c.rows.Refresh()
	c.object.Refresh()
}

// row is one check; one that names a field is a button that goes there.
func (c *checkList) row(e *page.Env, k billing.Check) fyne.CanvasObject {
	icon, color := look(k.Level)
	var sign fyne.CanvasObject
	if k.Field != "" && k.Level != billing.OK {
		b := kit.NewIconButton(icon, e.T("sales_ui.checks.go"), func() { c.goTo(k.Field) })
		b.SetIcon(icon, color)
		sign = b
	} else {
		sign = newMark(icon, color)
	}
	return container.New(iconLine{}, sign, kit.NewLabel(e.Text.T(k.Key, k.Args), kit.Style{Wrap: true}))
}

// mark is an icon that follows the theme.
type mark struct {
	widget.BaseWidget
	icon  string
	color fyne.ThemeColorName
	image *canvas.Image
}

func newMark(icon string, color fyne.ThemeColorName) *mark {
	m := &mark{icon: icon, color: color, image: &canvas.Image{FillMode: canvas.ImageFillContain}}
	m.image.Resource = theme.IconIn(icon, color)
	m.image.SetMinSize(fyne.NewSquareSize(theme.IconSize))
	m.ExtendBaseWidget(m)
	return m
}

// CreateRenderer implements fyne.Widget.
func (m *mark) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.NewCenter(m.image))
}

// Refresh implements fyne.CanvasObject.
func (m *mark) Refresh() {
	m.image.Resource = theme.IconIn(m.icon, m.color)
	m.image.Refresh()
	m.BaseWidget.Refresh()
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
