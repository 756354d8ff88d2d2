// Package destform is the form of a place for backups, whichever of the kinds there are: choose the
// kind, fill its boxes, answer its questions. The backups page uses it over operations, the restore of
// a first start over this PC. It knows no kind by itself but the folder of this PC.
package destform

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/backup"
	"zafe/app/fault"
	"zafe/app/i18n"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/theme"
)

// Local is the kind of place that is a folder of this PC: a USB disk, a network drive.
const Local = "local"

// folderFirst is the folder proposed elsewhere than on this PC.
const folderFirst = "Zafe"

// Options are what a Form asks.
type Options struct {
	Text *i18n.Printer
	// Go runs work in the background and then done on the UI goroutine.
	Go func(work func(ctx context.Context) error, done func(error))
	// Providers lists the kinds of places, Fields the boxes of one for what was entered so far.
	Providers func(ctx context.Context, all bool) ([]backup.Provider, error)
	Fields    func(ctx context.Context, provider string, values map[string]string) (backup.FormResponse, error)
	// SameDisk tells whether a folder of this PC is on the disk of the book; nil while there is none.
	SameDisk func(ctx context.Context, folder string) (bool, error)
	// PickFolder lets the person choose a folder of this PC.
	PickFolder func(title string, got func(path string))
	// Fail shows what could not be read.
	Fail func(error)
	// Existing is the destination being changed; nil for a new one.
	Existing *backup.Destination
	// Reading is set to restore: the folder must hold copies, and needs no label.
	Reading bool
	// Secret is given the box of the password, or of the key, the first time that it is shown; nil where nobody waits for it.
	Secret func(*kit.LineEdit)
	// OnChanged tells that the kind was chosen or the boxes changed.
	OnChanged func()
}

// ForEnv makes Options over the operations of an open book; existing is nil for a new destination.
func ForEnv(e *page.Env, existing *backup.Destination) Options {
	id := ""
	if existing != nil {
		id = existing.ID
	}
	return Options{
		Text: e.Text, Go: e.Shell.Go, PickFolder: e.Shell.PickFolder, Fail: e.Shell.Fail, Existing: existing,
		Providers: func(ctx context.Context, all bool) ([]backup.Provider, error) {
			r, err := backup.Providers.Call(ctx, e.Caller, backup.AllRequest{All: all})
			return r.Providers, err
		},
		Fields: func(ctx context.Context, provider string, values map[string]string) (backup.FormResponse, error) {
			return backup.Form.Call(ctx, e.Caller, backup.FormRequest{Provider: provider, ID: id, Values: values})
		},
		SameDisk: func(ctx context.Context, folder string) (bool, error) {
			r, err := backup.Disk.Call(ctx, e.Caller, backup.FolderRequest{Folder: folder})
			return r.Same, err
		},
	}
}

// Form is the form.
type Form struct {
	o        Options
	root     *fyne.Container
	chosen   backup.Provider
	all      bool
	list     []backup.Provider
	fields   []backup.Field
	late     backup.Late
	boxes    map[string]*box
	values   map[string]string
	label    *kit.LineEdit
	folder   *kit.LineEdit
	folderAt *kit.Field
	labelAt  *kit.Field
	none     *kit.Label // that no kind was chosen, hidden until somebody goes on without
	advanced bool
	foreign  bool // the boxes without texts of ours are open
	turn     int  // drops the answer to an earlier question

	sameDisk fyne.CanvasObject // the warning, hidden while there is nothing to warn of
	typing   kit.Later
	asked    int // drops the answer about a folder that was changed
}

// restFolder is how long typing rests before one looks where the folder is.
const restFolder = 400 * time.Millisecond

// New makes a form; it asks for the kinds of places at once.
func New(o Options) *Form {
	f := &Form{
		o: o, root: kit.VBox(theme.GapField), boxes: map[string]*box{}, values: map[string]string{},
		typing: kit.Later{Wait: restFolder},
	}
	f.label, f.folder = kit.NewLineEdit(""), kit.NewLineEdit("")
	f.label.OnChanged = func(string) { f.changed() }
	f.folder.OnChanged = func(string) {
		f.typing.Do(f.look)
		f.changed()
	}
	f.none = kit.NewLabel(f.t("dest.none"), kit.Style{Color: theme.ErrorText, Wrap: true})
	f.none.Hide()
	f.sameDisk = kit.NewNotice(kit.Warn, f.t("dest.same_disk"), f.t("dest.same_disk_note"))
	f.sameDisk.Hide()
	if o.Existing != nil {
		f.label.SetText(o.Existing.Label)
		f.folder.SetText(o.Existing.Folder)
	}
	f.load()
	return f
}

// Object is the form's place on the page.
func (f *Form) Object() fyne.CanvasObject { return f.root }

// Provider is the kind chosen, with an empty name while none is.
func (f *Form) Provider() backup.Provider { return f.chosen }

// Past tells whether the place may be looked at as it was before: somebody may have erased what was there.
func (f *Form) Past() bool {
	return slices.ContainsFunc(f.fields, func(b backup.Field) bool { return b.Reading && b.LabelKey != "" })
}

// Value is what was entered.
func (f *Form) Value() backup.NewDestination {
	n := backup.NewDestination{
		Provider: f.chosen.Name, Label: strings.TrimSpace(f.label.Text()),
		Folder: strings.TrimSpace(f.folder.Text()),
		Values: map[string]string{},
	}
	if f.o.Existing != nil {
		n.ID = f.o.Existing.ID
	}
	for name, v := range f.values {
		if v != "" {
			n.Values[name] = v
		}
	}
	if n.Label == "" {
		n.Label = f.title(f.chosen)
	}
	return n
}

// Check marks what must be chosen or filled and is not, and tells whether all is.
func (f *Form) Check() bool {
	if f.chosen.Name == "" {
		f.none.Show()
		f.root.Refresh()
		return false
	}
	ok := true
	if strings.TrimSpace(f.folder.Text()) == "" {
		f.folderAt.SetError(f.t("backup.field_required"))
		ok = false
	}
	for _, fl := range f.fields {
		if b := f.boxes[fl.Name]; b != nil && fl.Required && fl.Default == "" &&
			strings.TrimSpace(f.values[fl.Name]) == "" {
			b.field.SetError(f.t("backup.field_required"))
			ok = false
		}
	}
	return ok
}

// SetError says what is wrong at its box and tells whether there was one; else the caller shows it.
func (f *Form) SetError(err error) bool {
	var flt *fault.Fault
	if !errors.As(err, &flt) || flt.Field == "" {
		return false
	}
	name := strings.TrimPrefix(flt.Field, "values.")
	at := f.labelAt
	switch {
	case f.chosen.Name == "":
		return false
	case name == "folder":
		at = f.folderAt
	case name == "label":
	case f.boxes[name] != nil:
		at = f.boxes[name].field
	default:
		return false
	}
	at.SetError(f.o.Text.Fault(flt))
	return true
}

func (f *Form) t(key string, args ...any) string {
	m := map[string]any{}
	for i := 0; i+1 < len(args); i += 2 {
		m[args[i].(string)] = args[i+1]
	}
	return f.o.Text.T(key, m)
}

// look warns of a folder on the disk that holds the book. It is not refused: a copy there still saves
// from a mistake.
func (f *Form) look() {
	f.asked++
	asked, folder := f.asked, strings.TrimSpace(f.folder.Text())
	if f.o.SameDisk == nil || f.o.Reading || f.chosen.Name != Local || folder == "" {
		f.warn(false)
		return
	}
	same := false
	f.o.Go(func(ctx context.Context) (err error) {
		same, err = f.o.SameDisk(ctx, folder)
		return err
	}, func(err error) {
		if asked == f.asked {
			f.warn(err == nil && same)
		}
	})
}

func (f *Form) warn(show bool) {
	if show == f.sameDisk.Visible() {
		return
	}
	if show {
		f.sameDisk.Show()
	} else {
		f.sameDisk.Hide()
	}
	f.root.Refresh()
	f.changed()
}

func (f *Form) changed() {
	if f.o.OnChanged != nil {
		f.o.OnChanged()
	}
}

// load asks for the kinds of places.
func (f *Form) load() {
	var got []backup.Provider
	f.o.Go(func(ctx context.Context) (err error) {
		got, err = f.o.Providers(ctx, f.all || f.o.Existing != nil)
		return err
	}, func(err error) {
		if err != nil {
			f.o.Fail(err)
			return
		}
		f.list = got
		if f.o.Existing != nil && f.chosen.Name == "" {
			if i := slices.IndexFunc(got,
				func(p backup.Provider) bool { return p.Name == f.o.Existing.Provider }); i >= 0 {
				f.choose(got[i])
				return
			}
		}
		f.draw()
	})
}

// choose takes a kind and asks for its boxes.
func (f *Form) choose(p backup.Provider) {
	f.none.Hide()
	f.chosen, f.advanced, f.foreign = p, false, false
	f.boxes, f.values, f.fields = map[string]*box{}, map[string]string{}, nil
	if f.o.Existing == nil {
		f.folder.SetText(folderFirst)
		if p.Name == Local || p.Bucket {
			f.folder.SetText("")
		}
	}
	f.ask()
	f.changed()
}

// back forgets the kind.
func (f *Form) back() {
	f.chosen, f.fields = backup.Provider{}, nil
	f.draw()
	f.changed()
}

// ask reads the boxes that apply to what was entered so far.
func (f *Form) ask() {
	f.turn++
	turn, provider, values := f.turn, f.chosen.Name, map[string]string{}
	maps.Copy(values, f.values)
	var got backup.FormResponse
	f.o.Go(func(ctx context.Context) (err error) {
		got, err = f.o.Fields(ctx, provider, values)
		return err
	}, func(err error) {
		if turn != f.turn {
			return
		}
		if err != nil {
			f.o.Fail(err)
			return
		}
		f.fields, f.late = got.Fields, got.Late
		f.draw()
		f.giveSecret()
	})
}

// giveSecret gives away the box of the password, once.
func (f *Form) giveSecret() {
	for _, fl := range f.fields {
		b := f.boxes[fl.Name]
		if f.o.Secret != nil && b != nil && b.edit != nil && fl.Secret && !fl.Advanced {
			f.o.Secret(b.edit)
			f.o.Secret = nil
		}
	}
}

func (f *Form) title(p backup.Provider) string {
	if p.TitleKey != "" && f.o.Text.Has(p.TitleKey) {
		return f.t(p.TitleKey)
	}
	return p.Title
}
