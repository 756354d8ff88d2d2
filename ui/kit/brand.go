package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"zafe/ui/theme"
)

// BrandPoint is one reason to trust the product, on the log-in panel.
type BrandPoint struct {
	Icon, Text, Detail string
}

// NewBrandPanel is the dark panel beside the log-in and the first-run pages.
func NewBrandPanel(brand, motto, foot string, points ...BrandPoint) fyne.CanvasObject {
	b := &brandPanel{brand: brand, motto: motto, foot: foot, points: points}
	b.ExtendBaseWidget(b)
	return b
}

type brandPanel struct {
	widget.BaseWidget
	brand, motto, foot string
	points             []BrandPoint
}

func (b *brandPanel) CreateRenderer() fyne.WidgetRenderer {
	back := canvas.NewVerticalGradient(theme.Color(theme.Nav), theme.Color(theme.NavEnd))
	mark := canvas.NewImageFromResource(theme.AppIcon())
	brand := newText(b.brand, theme.SizeTitle, Bold)
	motto := newText(b.motto, theme.SizeSub, Regular)
	foot := newText(b.foot, theme.SizeCaption, Regular)
	r := &clipped{painted{owner: b, objects: []fyne.CanvasObject{back, mark, brand, motto, foot}}}
	type line struct {
		icon         *canvas.Image
		text, detail *canvas.Text
	}
	var lines []line
	for _, p := range b.points {
		l := line{
			newIcon(p.Icon, theme.NavText),
			newText(p.Text, theme.SizeText, Medium),
			newText(p.Detail, theme.SizeText, Regular),
		}
		lines = append(lines, l)
		r.objects = append(r.objects, l.icon, l.text, l.detail)
	}
	r.min = func() fyne.Size { return fyne.NewSize(280, 240) }
	r.layout = func(size fyne.Size) {
		const x float32 = 48
		place(back, 0, 0, size.Width, size.Height)
		place(mark, x, 52, 46, 46)
		placeText(brand, x+60, 52, size.Width-x-70, 46)
		motto.Text = fit(b.motto, size.Width-x-16, theme.SizeSub, Regular)
		placeText(motto, x, 118, size.Width-x-16, 24)
		y := size.Height - 64 - float32(len(lines))*55
		for i, l := range lines {
			l.icon.Hidden, l.text.Hidden, l.detail.Hidden = y < 160, y < 160, y < 160
			place(l.icon, x, y+8, 20, 20)
			l.text.Text = fit(b.points[i].Text, size.Width-x-52, theme.SizeText, Medium)
			l.detail.Text = fit(b.points[i].Detail, size.Width-x-52, theme.SizeText, Regular)
			placeText(l.text, x+36, y, size.Width-x-50, 19)
			placeText(l.detail, x+36, y+18, size.Width-x-50, 19)
			y += 55
		}
		placeText(foot, x, size.Height-48, size.Width-x-16, 18)
	}
	r.paint = func() {
		back.StartColor, back.EndColor = theme.Color(theme.Nav), theme.Color(theme.NavEnd)
		back.Refresh()
		tint(brand, theme.NavTextOn)
		tint(motto, theme.NavText)
		tint(foot, theme.NavMuted)
		for i, l := range lines {
			setIcon(l.icon, b.points[i].Icon, theme.NavText)
			tint(l.text, theme.NavTextOn)
			tint(l.detail, theme.NavText)
		}
	}
	r.paint()
	return r
}
