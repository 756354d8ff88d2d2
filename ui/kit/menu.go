package kit

import "fyne.io/fyne/v2"

// ShowMenu opens a menu of acts under an object, such as a button. All of them are seen where the window has room: an
// act that has to be scrolled to is not found.
func ShowMenu(anchor fyne.CanvasObject, options []Option, pick func(Option)) {
	var l *layer
	list := newOptionList(options, func(o Option) {
		l.close()
		pick(o)
	})
	size := func() fyne.Size { return fyne.NewSize(list.naturalWidth()+16, list.whole()) }
	l = newLayer(canvasOf(anchor), list, below(anchor, size))
	l.show()
	list.setActive(list.next(-1, 1))
	l.canvas.Focus(list)
}

// popMenu opens a menu at a point of the window.
func popMenu(o fyne.CanvasObject, at fyne.Position, options []Option, pick func(Option)) {
	var l *layer
	list := newOptionList(options, func(o Option) {
		l.close()
		pick(o)
	})
	l = newLayer(canvasOf(o), list, func(window fyne.Size) rect {
		w, h := list.naturalWidth()+16, list.height()
		return rect{min(at.X, window.Width-w-8), min(at.Y, window.Height-h-8), w, h}
	})
	l.show()
	l.canvas.Focus(list)
}

// ShowMenuAt opens a menu of acts where the pointer is, for a right click.
func ShowMenuAt(o fyne.CanvasObject, at fyne.Position, options []Option, pick func(Option)) {
	popMenu(o, at, options, pick)
}
