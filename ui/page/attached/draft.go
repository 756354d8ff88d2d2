package attached

import (
	"zafe/app/file"
	"zafe/ui/kit"
	"zafe/ui/page"
)

// Draft is what a form shows of the files of a record that is still being written: a button with their
// number, which opens their list over the form. They stay with the record once it is final.
type Draft struct {
	Button *kit.Button
	// OnCount is told that the button says another number, and needs another width.
	OnCount func()

	env   *page.Env
	kind  file.Kind
	keep  func(then func(id int64))
	panel *Panel // of the record, nil until the book has it
	modal *kit.Modal
}

// NewDraft makes the button of a record; id is 0 until the book has it. keep saves what is typed, then goes
// on with the record's id; it goes nowhere when there is nothing to save yet, and says so.
func NewDraft(e *page.Env, kind file.Kind, id int64, keep func(then func(id int64))) *Draft {
	d := &Draft{env: e, kind: kind, keep: keep, OnCount: func() {}}
	d.Button = kit.NewButton("", "paperclip", kit.Ghost, func() { page.Writable(e, func() { d.open(func() {}) }) })
	d.count(0)
	d.Saved(id)
	return d
}

// Saved tells the id under which the book has the record.
func (d *Draft) Saved(id int64) {
	if id == 0 || d.panel != nil && d.panel.subject.ID == id {
		return
	}
	d.panel = New(d.env, file.Subject{Kind: d.kind, ID: id})
	d.panel.OnCount = d.count
	d.panel.Read()
}

// Count is the number of files.
func (d *Draft) Count() int {
	if d.panel == nil {
		return 0
	}
	return len(d.panel.list.Attachments)
}

func (d *Draft) count(n int) {
	text := d.env.T("attached.title")
	if n > 0 {
		text = d.env.T("attached.title_n", "n", n)
	}
	if text != d.Button.Text() {
		d.Button.SetText(text)
		d.OnCount()
	}
}

// Drop attaches files dropped on the form.
func (d *Draft) Drop(paths []string) {
	page.Writable(d.env, func() { d.open(func() { d.panel.Drop(paths) }) })
}

// SetOnline turns off what writes while the book is out of reach.
func (d *Draft) SetOnline(online bool) {
	if d.panel != nil {
		d.panel.SetOnline(online)
	}
}

// open shows the list over the form, then goes on.
func (d *Draft) open(then func()) {
	d.keep(func(id int64) {
		d.Saved(id)
		d.panel.read(func() {
			if d.modal == nil || !d.modal.Shown() {
				d.show()
			}
			then()
		})
	})
}

// The size of the list over a form.
const (
	listWidth  float32 = 720
	listHeight float32 = 300
)

func (d *Draft) show() {
	e := d.env
	body := kit.VBox(12, kit.MutedParagraph(e.T("attached.draft."+string(d.kind))),
		kit.Fixed(0, listHeight, d.panel.Object()))
	d.modal = kit.NewModal(e.T("attached.title"), listWidth, body,
		kit.NewButton(e.T("common.close"), "", kit.Primary, func() { d.modal.Close() }))
	d.modal.Show(e.Window)
}
