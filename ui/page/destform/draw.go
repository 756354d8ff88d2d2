package destform

import (
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/backup"
	"zafe/app/i18n"
	"zafe/ui/kit"
	"zafe/ui/theme"
)

// icons are the pictures of the kinds with texts of our own; the others have a cloud.
var icons = map[string]string{
	Local: "usb", "webdav": "hard-drives", "sftp": "hard-drives", "s3": "database",
	"swift": "database", "azureblob": "database",
}

func (f *Form) draw() {
	if f.chosen.Name == "" {
		f.drawKinds()
	} else {
		f.drawBoxes()
	}
	f.root.Refresh()
}

// drawKinds lists the kinds of places: those with texts of our own as cards, all the others in a list
// that is searched.
func (f *Form) drawKinds() {
	var cards []fyne.CanvasObject
	for _, p := range f.list {
		if !p.First {
			continue
		}
		icon := icons[p.Name]
		if icon == "" {
			icon = "cloud"
		}
		b := kit.NewButton(f.title(p), icon, kit.Secondary, func() { f.choose(p) }).Left()
		if p.HelpKey != "" && f.o.Text.Has(p.HelpKey) {
			b.SetTip(firstSentence(f.t(p.HelpKey)))
		}
		cards = append(cards, b)
	}
	other := kit.NewCombo(f.t("dest.other_hint"), f.find, func(o kit.Option) {
		for _, p := range f.list {
			if p.Name == o.Key {
				f.choose(p)
			}
		}
	})
	other.Edit().Icon = "magnifying-glass"
	f.root.Objects = []fyne.CanvasObject{
		f.none, kit.FormGrid(2, cards...), kit.NewField(f.t("dest.other"), other).Hint(f.t("dest.other_more")),
	}
}

// find proposes the kinds whose name or title holds the text.
func (f *Form) find(text string, answer func([]kit.Option)) {
	var out []kit.Option
	want := i18n.Fold(text)
	for _, p := range f.list {
		if strings.Contains(i18n.Fold(p.Title+" "+f.title(p)+" "+p.Name), want) {
			out = append(out, kit.Option{Key: p.Name, Text: f.title(p), Detail: p.Name})
		}
	}
	answer(out)
}

// firstSentence keeps a tip short.
func firstSentence(s string) string {
	if i := strings.Index(s, ". "); i > 0 {
		return s[:i+1]
	}
	return s
}

func (f *Form) drawBoxes() {
	head := kit.HBox(theme.GapTight, kit.Sub(f.title(f.chosen)), kit.Spacer())
	if f.o.Existing == nil {
		head.Add(kit.NewButton(f.t("dest.change"), "arrow-u-up-left", kit.Ghost, f.back))
	}
	objects := []fyne.CanvasObject{head}
	if k := f.chosen.HelpKey; k != "" && f.o.Text.Has(k) {
		objects = append(objects, kit.MutedParagraph(f.t(k)))
	}
	if f.chosen.Shared {
		objects = append(objects, kit.NewNotice(kit.Warn, "", f.t("dest.shared")))
	}
	objects = append(objects, f.placeBoxes(), f.sameDisk)
	f.look()
	var plain, more, rest, own []fyne.CanvasObject
	foreign := false // a box that nobody can do without has no texts of ours
	for _, fl := range f.fields {
		if fl.Reading && !f.o.Reading {
			continue
		}
		b := f.boxes[fl.Name]
		if b == nil || b.spec.Kind != fl.Kind || len(b.spec.Choices) != len(fl.Choices) {
			b = f.newBox(fl)
			f.boxes[fl.Name] = b
		}
		switch {
		case fl.Own:
			own = append(own, b.field)
		case fl.Reading:
			plain = append(plain, b.field)
		case fl.Advanced && !f.ours(fl):
			rest = append(rest, b.field)
		case fl.Advanced:
			more = append(more, b.field)
		default:
			foreign = foreign || !f.ours(fl)
			plain = append(plain, b.field)
		}
	}
	if foreign {
		objects = append(objects, kit.MutedParagraph(f.t("dest.english")))
	}
	if len(plain) > 0 {
		objects = append(objects, kit.FormGrid(2, plain...))
	}
	if len(own) > 0 {
		objects = append(objects, kit.Separator(), kit.Sub(f.t("dest.own")), kit.FormGrid(2, own...),
			kit.MutedParagraph(f.t("dest.late", "amber", Lapse(f.o.Text, f.late.AmberSeconds),
				"red", Lapse(f.o.Text, f.late.RedSeconds))))
	}
	if f.chosen.Name != Local { // how a file system is read is nobody's business here
		objects = append(objects, f.folded(more, rest)...)
	}
	f.root.Objects = objects
}

// folded are the boxes that hardly anybody needs: those with texts of ours, and behind another press those that the
// engine alone describes, in English.
func (f *Form) folded(more, rest []fyne.CanvasObject) (objects []fyne.CanvasObject) {
	fold := func(open *bool, show, hide, note string, boxes []fyne.CanvasObject) {
		text := f.t(show)
		if *open {
			text = f.t(hide)
		}
		objects = append(objects, kit.HBox(0, kit.NewButton(text, "sliders-horizontal", kit.Link,
			func() { *open = !*open; f.draw() }), kit.Spacer()))
		if *open {
			objects = append(objects, kit.MutedParagraph(f.t(note)), kit.FormGrid(2, boxes...))
		}
	}
	if len(more) > 0 {
		fold(&f.advanced, "dest.advanced", "dest.simple", "dest.advanced_note", more)
	}
	if len(rest) > 0 && (f.advanced || len(more) == 0) {
		fold(&f.foreign, "dest.foreign", "dest.foreign_hide", "dest.english", rest)
	}
	return objects
}

// ours tells whether a box has texts of our own.
func (f *Form) ours(fl backup.Field) bool { return fl.LabelKey != "" && f.o.Text.Has(fl.LabelKey) }

// Lapse is a lapse of time that may not be told shorter than it is: from a day on in whole days, rounded up.
func Lapse(p *i18n.Printer, seconds int64) string {
	const day = 24 * time.Hour
	d := time.Duration(seconds) * time.Second
	if d > day {
		d = (d + day - 1).Truncate(day)
	}
	return p.Duration(d)
}

// placeBoxes are the folder and the name of the destination.
func (f *Form) placeBoxes() fyne.CanvasObject {
	var folder fyne.CanvasObject = f.folder
	hint := f.t("dest.folder_hint")
	switch {
	case f.chosen.Name == Local:
		pick := kit.NewButton(f.t("dest.browse"), "folder-open", kit.Secondary, func() {
			f.o.PickFolder(f.t("dest.browse_title"), func(path string) {
				f.folder.SetText(path)
				f.folderAt.SetError("")
				f.look()
				f.changed()
			})
		}).Small()
		folder = kit.Cols(theme.GapTight, []float32{1.5, 1}, f.folder, pick)
		hint = f.t("dest.folder_local_hint")
	case f.chosen.Bucket:
		hint = f.t("dest.folder_bucket_hint")
	}
	if f.o.Reading {
		hint = f.t("dest.folder_reading_hint")
	}
	f.folderAt = kit.NewField(f.t("dest.folder"), folder).Required().Hint(hint)
	f.labelAt = kit.NewField(f.t("dest.label"), f.label).Hint(f.t("dest.label_hint"))
	f.label.Placeholder = f.title(f.chosen)
	if f.o.Reading {
		return f.folderAt
	}
	return kit.Cols(theme.GapCard, nil, f.folderAt, f.labelAt)
}

// box is one field of the form with its widget.
type box struct {
	spec  backup.Field
	field *kit.Field
	edit  *kit.LineEdit // where one types; nil where one chooses
}

// newBox makes the widget a kind of field needs.
func (f *Form) newBox(fl backup.Field) *box {
	b := &box{spec: fl}
	value := f.values[fl.Name]
	if value == "" && (f.o.Existing != nil || fl.Own) && !fl.Secret {
		value = fl.Default
	}
	set := func(v string) {
		f.values[fl.Name] = v
		b.field.SetError("")
		f.changed()
	}
	label := fl.Name
	if fl.LabelKey != "" && f.o.Text.Has(fl.LabelKey) {
		label = f.t(fl.LabelKey)
	}
	control := newControl(f.o.Text, fl, value, set, f.ask, f.o.PickFolder)
	switch c := control.(type) {
	case *kit.LineEdit:
		b.edit = c
	case *kit.PasswordField:
		b.edit = c.Edit()
	}
	b.field = kit.NewField(label, control)
	if fl.Required {
		b.field.Required()
	}
	if help := fieldHelp(f.o.Text, fl); help != "" {
		b.field.Hint(help)
	}
	return b
}

// fieldHelp is the line under a box: ours, or the first line of the engine's own, in English.
func fieldHelp(p *i18n.Printer, fl backup.Field) string {
	if fl.HelpKey != "" && p.Has(fl.HelpKey) {
		return p.T(fl.HelpKey, nil)
	}
	line, _, _ := strings.Cut(strings.TrimSpace(fl.Help), "\n")
	return line
}

// newControl makes the widget of a field; again is called when other fields may depend on it.
func newControl(p *i18n.Printer, fl backup.Field, value string, set func(string), again func(),
	folder func(string, func(string)),
) fyne.CanvasObject {
	switch fl.Kind {
	case "password":
		e := kit.NewPasswordField("")
		e.SetText(value)
		e.OnChanged = set
		return e
	case "bool":
		c := kit.NewCheck(p.T("common.yes", nil), func(on bool) {
			set(map[bool]string{
				true:  "true",
				false: "false",
			}[on])
		})
		c.SetOn(value == "true" || value == "" && fl.Default == "true")
		return c
	case "choice":
		all := choices(p, fl)
		s := kit.NewSelect(all, func(v string) { set(v); again() })
		s.Placeholder = fl.Default
		if i := slices.IndexFunc(all, func(o kit.Option) bool { return o.Key == fl.Default }); i >= 0 {
			s.Placeholder = all[i].Text // what it is when nothing is chosen
		}
		s.SetKey(value)
		return s
	case "suggest":
		return newSuggest(p, fl, value, set, again)
	default:
		return newLine(p, fl, value, set, folder)
	}
}

// choices are the values of a field with what they are.
func choices(p *i18n.Printer, fl backup.Field) []kit.Option {
	var out []kit.Option
	for _, c := range fl.Choices {
		text := c.Help
		if p.Has(text) {
			text = p.T(text, nil)
		}
		line, _, _ := strings.Cut(text, "\n")
		if line == "" {
			line = c.Value
		}
		out = append(out, kit.Option{Key: c.Value, Text: line})
	}
	return out
}

// newSuggest proposes values and takes any other.
func newSuggest(p *i18n.Printer, fl backup.Field, value string, set func(string),
	again func(),
) fyne.CanvasObject {
	options := choices(p, fl)
	c := kit.NewCombo(fl.Default, func(text string, answer func([]kit.Option)) {
		var out []kit.Option
		for _, o := range options {
			if strings.Contains(i18n.Fold(o.Key+" "+o.Text), i18n.Fold(text)) {
				out = append(out, kit.Option{Key: o.Key, Text: o.Key, Detail: o.Text})
			}
		}
		answer(out)
	}, func(o kit.Option) { set(o.Key); again() })
	c.Free = true
	c.OnText = set
	c.SetText(value)
	return c
}

// newLine is a box for a text, a number, a size, a lapse of time or a path.
func newLine(p *i18n.Printer, fl backup.Field, value string, set func(string), folder func(string,
	func(string)),
) fyne.CanvasObject {
	e := kit.NewLineEdit(fl.Default)
	e.Password = fl.Secret
	e.SetText(value)
	e.OnChanged = set
	switch fl.Kind {
	case "int":
		e.Translate = func(r rune) rune {
			if r < '0' || r > '9' {
				return 0
			}
			return r
		}
	case "size":
		e.Suffix = "Ki, Mi, Gi"
	case "duration":
		e.Suffix = "s, m, h"
	case "path":
		if folder != nil {
			e.Icon = "folder"
		}
	}
	return e
}
