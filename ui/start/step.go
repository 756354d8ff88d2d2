package start

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"zafe/ui/kit"
	"zafe/ui/theme"
)

// stepWidth is the width of a step's content.
const stepWidth = 820

// stepNames are the pages of the set-up, the first two before the book can be worked in.
var stepNames = []string{
	"you", "second_factor", "company", "vat", "year", "bank", "import", "backup",
	"sheet",
}

// layStep lays out one page of an assistant: the steps above, a title, the content, and at the foot
// what leads back at the left and on at the right.
func layStep(bar, title, under, content fyne.CanvasObject, left,
	right []fyne.CanvasObject,
) fyne.CanvasObject {
	head := kit.Backdrop(theme.Surface, kit.VBox(0, kit.Pad(14, 28, 14, 28, bar), kit.Separator()))
	body := kit.VBox(theme.GapCard, kit.VBox(theme.GapLabel, title, under), content)
	row := append(append(append([]fyne.CanvasObject{}, left...), kit.Spacer()), right...)
	foot := kit.Backdrop(theme.Surface, kit.VBox(0, kit.Separator(),
		kit.Pad(12, 28, 12, 28, container.New(&centred{stepWidth}, kit.HBox(theme.GapTight, row...)))))
	column := kit.VFill(0, 1, head, kit.NewScroll(container.New(&middle{width: stepWidth, top: 48}, body)), foot)
	return kit.Backdrop(theme.Canvas, column)
}

// centred gives one object a width, in the middle.
type centred struct{ width float32 }

// MinSize implements fyne.Layout.
func (c *centred) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(min(c.width, 400), o[0].MinSize().Height)
}

// Layout implements fyne.Layout.
func (c *centred) Layout(o []fyne.CanvasObject, size fyne.Size) {
	w := min(c.width, size.Width)
	o[0].Resize(fyne.NewSize(w, size.Height))
	o[0].Move(fyne.NewPos(float32(int((size.Width-w)/2)), 0))
}

// step shows one of the pages before the book: the second factor is alone for a person who joins
// later, and the second of the set-up for the owner of a new company.
func (f *Flow) step(title, under string, content, next fyne.CanvasObject) fyne.CanvasObject {
	bar := fyne.CanvasObject(kit.Sub(f.t("start.enrol.alone")))
	if f.creating {
		bar = f.stepBar(1)
	}
	return layStep(bar, kit.Title(title), kit.MutedParagraph(under), content, nil, []fyne.CanvasObject{next})
}

func (f *Flow) stepBar(current int) fyne.CanvasObject {
	var names []string
	for _, n := range stepNames {
		names = append(names, f.t("start.step."+n))
	}
	b := kit.NewStepBar(names...)
	b.SetCurrent(current)
	return b
}

// why is the one line that explains a step, opened by a click.
func (f *Flow) why(key string) fyne.CanvasObject { return why(f.t("start.why"), f.t(key)) }

func why(ask, answer string) fyne.CanvasObject {
	text := kit.MutedParagraph(answer)
	text.Hide()
	var box *fyne.Container
	b := kit.NewButton(ask, "question", kit.Link, func() {
		if text.Visible() {
			text.Hide()
		} else {
			text.Show()
		}
		box.Refresh()
	})
	box = kit.VBox(theme.GapLabel, kit.HBox(0, b, kit.Spacer()), text)
	return box
}
