package kit

import "fyne.io/fyne/v2"

// Still has the fields in an object show what they hold and take nothing: texts can still be selected and copied, and
// tabs turned. What a page adds later is stilled by the page; what a tab makes later is stilled by the tab.
func Still(o fyne.CanvasObject) {
	switch w := o.(type) {
	case *LineEdit:
		w.ReadOnly = true
		w.Refresh()
	case *TextArea:
		w.ReadOnly = true
		w.Refresh()
	case *EditGrid:
		w.ReadOnly = true
		w.Reload()
		return
	case *Tabs:
		w.still = true
	case *Choice:
		if w.look == asSegment || w.look == asRadio {
			w.Disable()
		}
		return
	case *Combo, *DateField, *Select, *Check, *Switch:
		w.(fyne.Disableable).Disable()
		return
	}
	for _, child := range childrenOf(o) {
		Still(child)
	}
}
