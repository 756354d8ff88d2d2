package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// Split stacks objects and shares the spare height by weight; weight 0 keeps
// the object's own height.
func Split(gap float32, weights []float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&split{gap, weights}, objects...)
}

type split struct {
	gap     float32
	weights []float32
}

func (s *split) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return (&vbox{gap: s.gap}).MinSize(objects)
}

func (s *split) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	weight := cols{weights: s.weights}
	room, total := size.Height+s.gap, float32(0)
	for i, o := range objects {
		if !o.Visible() {
			continue
		}
		room -= s.gap
		if w := weight.weight(i); w > 0 {
			total += w
		} else {
			room -= heightAt(o, size.Width)
		}
	}
	y := float32(0)
	for i, o := range objects {
		if !o.Visible() {
			continue
		}
		h := o.MinSize().Height
		if w := weight.weight(i); w > 0 {
			h = max(float32(int(room*w/total)), 0)
		}
		place(o, 0, y, size.Width, h)
		y += h + s.gap
	}
}
