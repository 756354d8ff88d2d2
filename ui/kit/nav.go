package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"zafe/ui/theme"
)

// NavItem is one entry of the left bar.
type NavItem struct {
	Key, Text, Icon string
	Badge           string // a count, "" for none
}

// NavBar is the dark bar on the left: the brand, the areas, a group at the
// bottom and who is logged in. It is dark in both themes.
type NavBar struct {
	widget.BaseWidget
	OnChanged func(key string)
	OnUser    func(card fyne.CanvasObject) // a click on the user card, to open a menu

	brand, company string
	user, role     string
	key            string
	items, bottom  []*navPart
	card           *navPart
}

// NewNavBar returns the bar; the first item is current.
func NewNavBar(brand, company string, items, bottom []NavItem, changed func(key string)) *NavBar {
	n := &NavBar{brand: brand, company: company, OnChanged: changed}
	n.ExtendBaseWidget(n)
	n.card = n.part(NavItem{Icon: "user-circle"})
	n.card.act = func() {
		if n.OnUser != nil {
			n.OnUser(n.card)
		}
	}
	if len(items) > 0 {
		n.key = items[0].Key
	}
	n.SetItems(items, bottom)
	return n
}

// SetItems replaces the entries, for instance when rights change.
func (n *NavBar) SetItems(items, bottom []NavItem) {
	n.items, n.bottom = nil, nil
	for _, i := range items {
		n.items = append(n.items, n.part(i))
	}
	for _, i := range bottom {
		n.bottom = append(n.bottom, n.part(i))
	}
	n.Refresh()
}

func (n *NavBar) part(item NavItem) *navPart {
	p := &navPart{bar: n, item: item}
	p.label = item.Text
	p.bind(p, func() {
		n.SetKey(item.Key)
		if n.OnChanged != nil {
			n.OnChanged(item.Key)
		}
	})
	return p
}

// SetKey shows an entry as current without calling OnChanged.
func (n *NavBar) SetKey(key string) {
	n.key = key
	n.Refresh()
}

// Key returns the current entry.
func (n *NavBar) Key() string { return n.key }

// SetBadge changes the count of an entry; "" removes it.
func (n *NavBar) SetBadge(key, badge string) {
	for _, p := range append(append([]*navPart{}, n.items...), n.bottom...) {
		if p.item.Key == key && p.item.Badge != badge {
			p.item.Badge = badge
			p.Refresh()
		}
	}
}

// SetBrand changes the two lines at the top.
func (n *NavBar) SetBrand(brand, company string) {
	n.brand, n.company = brand, company
	n.Refresh()
}

// SetUser shows who is logged in.
func (n *NavBar) SetUser(name, role string) {
	n.user, n.role = name, role
	n.card.label = name
	n.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (n *NavBar) CreateRenderer() fyne.WidgetRenderer {
	back := canvas.NewRectangle(theme.Color(theme.Nav))
	mark := canvas.NewImageFromResource(theme.AppIcon())
	brand := newText("", 14.5, Bold)
	company := newText("", theme.SizeCaption, Regular)
	r := &clipped{painted{owner: n}}
	r.min = func() fyne.Size { return fyne.NewSize(theme.NavWidth, 240) }
	r.layout = func(size fyne.Size) {
		place(back, 0, 0, size.Width, size.Height)
		place(mark, 15, 15, 33, 33)
		brand.Text = fit(n.brand, size.Width-68, 14.5, Bold)
		company.Text = fit(n.company, size.Width-68, theme.SizeCaption, Regular)
		placeText(brand, 57, 14, size.Width-60, 20)
		placeText(company, 57, 33, size.Width-60, 18)
		foot := size.Height - 56
		bottom := foot - 6 - float32(len(n.bottom))*(theme.NavItemHeight+2)
		y, step := float32(66), theme.NavItemHeight+2
		if room := bottom - y; step*float32(len(n.items)) > room && len(n.items) > 0 {
			step = max(room/float32(len(n.items)), 22) // small screens: closer, never hidden
		}
		for _, p := range n.items {
			place(p, 9, y, size.Width-18, min(step, theme.NavItemHeight))
			y += step
		}
		for i, p := range n.bottom {
			place(p, 9, bottom+float32(i)*(theme.NavItemHeight+2), size.Width-18, theme.NavItemHeight)
		}
		place(n.card, 9, foot, size.Width-18, 48)
	}
	r.paint = func() {
		r.objects = append(r.objects[:0], back, mark, brand, company)
		for _, p := range append(append([]*navPart{}, n.items...), n.bottom...) {
			r.objects = append(r.objects, p)
			p.Refresh()
		}
		n.card.Hidden = n.user == ""
		r.objects = append(r.objects, n.card)
		n.card.Refresh()
		fill(back, theme.Nav)
		tint(brand, theme.NavTextOn)
		tint(company, theme.NavMuted)
	}
	r.paint()
	return r
}

func (n *NavBar) children() []fyne.CanvasObject {
	var out []fyne.CanvasObject
	for _, p := range append(append([]*navPart{}, n.items...), n.bottom...) {
		out = append(out, p)
	}
	return append(out, n.card)
}

// navPart is one entry, or the user card.
type navPart struct {
	clickable
	bar  *NavBar
	item NavItem
}

func (p *navPart) isCard() bool { return p == p.bar.card }

// CreateRenderer implements fyne.Widget.
func (p *navPart) CreateRenderer() fyne.WidgetRenderer {
	back := newBox(theme.RadiusPopup)
	icon := newIcon("", theme.NavText)
	text := newText("", theme.SizeText, Medium)
	under := newText("", theme.SizeCaption, Regular)
	badge := newBox(9)
	count := newText("", theme.SizeCaption, Medium)
	count.Alignment = fyne.TextAlignCenter
	r := &painted{owner: p}
	r.objects = append(back.objects(), icon, text, under)
	r.objects = append(append(r.objects, badge.objects()...), count)
	r.min = func() fyne.Size { return fyne.NewSize(120, 22) }
	r.layout = func(size fyne.Size) {
		back.place(0, 0, size.Width, size.Height)
		if p.isCard() {
			place(icon, 9, float32(int((size.Height-24)/2)), 24, 24)
			text.Text = fit(p.bar.user, size.Width-50, theme.SizeText, Medium)
			under.Text = fit(p.bar.role, size.Width-50, theme.SizeCaption, Regular)
			placeText(text, 44, 6, size.Width-50, 18)
			placeText(under, 44, 24, size.Width-50, 16)
			return
		}
		y := float32(int((size.Height - theme.NavIconSize) / 2))
		place(icon, 12, y, theme.NavIconSize, theme.NavIconSize)
		w := float32(0)
		if p.item.Badge != "" {
			w = max(measure(p.item.Badge, theme.SizeCaption, Medium).Width+12, 22)
			badge.place(size.Width-w-9, float32(int(size.Height/2))-9, w, 18)
			placeText(count, size.Width-w-9, float32(int(size.Height/2))-9, w, 18)
			w += 12
		}
		text.Text = fit(p.item.Text, size.Width-48-w, theme.SizeText, Medium)
		placeText(text, 40, 0, size.Width-48-w, size.Height)
	}
	r.paint = func() { p.paintPart(back, badge, icon, text, under, count) }
	r.paint()
	return r
}

func (p *navPart) paintPart(back, badge *box, icon *canvas.Image, text, under, count *canvas.Text) {
	on := !p.isCard() && p.item.Key == p.bar.key
	fillName, border, color := fyne.ThemeColorName(""), fyne.ThemeColorName(""), theme.NavText
	switch {
	case on:
		fillName, color = theme.NavActive, theme.NavTextOn
	case p.hovered:
		fillName = theme.NavHover
	}
	if p.focused {
		border = theme.NavTextOn
	}
	if p.isCard() {
		color = theme.NavTextOn
	}
	back.paint(fillName, border, 1.5)
	setIcon(icon, p.item.Icon, color)
	tint(text, color)
	tint(under, theme.NavMuted)
	under.Hidden = !p.isCard()
	count.Text = p.item.Badge
	tint(count, theme.NavBadgeText)
	if on {
		badge.paint(theme.Primary, "", 0)
		tint(count, theme.NavTextOn)
	} else {
		badge.paint(theme.NavBadge, "", 0)
	}
	badge.show(p.item.Badge != "")
}
