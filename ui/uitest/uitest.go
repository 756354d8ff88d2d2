// Package uitest gives pages what they need in tests: an Env whose Shell works at once, on the
// calling goroutine, and writes down what the page asked of it. The operations are real: give it a
// caller over a book of package storetest. Only tests import it.
package uitest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"zafe/app/auth"
	"zafe/app/i18n"
	"zafe/app/op"
	"zafe/app/user"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/theme"
)

// Shell is a page.Shell that does everything at once.
type Shell struct {
	Window fyne.Window

	Yes     bool   // what Confirm and StepUp answer
	Name    string // what PickFile and PickFolder give; "" means that the person cancelled
	Data    []byte
	Offline bool
	Proved  func() // runs when StepUp is answered

	Token  string // what Renew was given
	Looks  []auth.UserID
	Opened []page.Route
	Backs  int
	Toasts []string
	Failed []error
	Asked  []string // titles of Confirm and PickFile, "step-up" for StepUp
	Kinds  []string // what Changed was told
	Moves  int      // times the page moved by itself
	Leaves int      // times Restore was asked for
	Files  map[string][]byte

	ctx context.Context
}

var _ page.Shell = (*Shell)(nil)

// NoJSON is the part of a machine.Book that only the command line asks for.
type NoJSON struct{}

// DoJSON implements machine.Book.
func (NoJSON) DoJSON(context.Context, string, []byte) ([]byte, error) {
	return nil, errors.ErrUnsupported
}

// StreamJSON implements machine.Book.
func (NoJSON) StreamJSON(context.Context, string, []byte, io.Writer) (op.Download, error) {
	return op.Download{}, errors.ErrUnsupported
}

// UploadJSON implements machine.Book.
func (NoJSON) UploadJSON(context.Context, string, []byte, io.Reader) ([]byte, error) {
	return nil, errors.ErrUnsupported
}

// New makes an Env in French for a person in a role, in a window of 1440 by 900 without a screen.
func New(t testing.TB, c op.Caller, role auth.Role) (*page.Env, *Shell) {
	t.Helper()
	kit.After = kit.Never
	app := test.NewTempApp(t)
	theme.Apply(app, theme.Light)
	kit.SetWords(Words())
	w := test.NewTempWindow(t, kit.NewHost(kit.Gap(1, 1)))
	w.SetPadded(false)
	w.Resize(fyne.NewSize(1440, 900))
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	sh := &Shell{Window: w, Yes: true, Files: map[string][]byte{}, ctx: ctx}
	return &page.Env{Caller: c, Me: Me(role), Text: i18n.For(i18n.French), Window: w, Shell: sh}, sh
}

// Me is the person of a role, with the ids of package storetest: owner 1, accountant 2, sales 3,
// assistant 5, reader 6.
func Me(role auth.Role) user.Me {
	ids := map[auth.Role]auth.UserID{
		auth.Owner: 1, auth.Accountant: 2, auth.Sales: 3, auth.Assistant: 5,
		auth.Reader: 6,
	}
	may := map[string]string{}
	for _, p := range auth.Permissions() {
		if s := role.Rights().Scope(p); s != auth.None {
			may[string(p)] = s.String()
		}
	}
	u := user.User{
		ID: ids[role], Login: string(role), Name: "Claire Durand", Role: role, Lang: i18n.French,
		NeedsSecondFactor: role.Rights().NeedsSecondFactor(),
	}
	return user.Me{User: u, May: may}
}

// Words are the kit's own texts.
func Words() kit.Words {
	return kit.Words{
		Cut: "Couper", Copy: "Copier", Paste: "Coller", SelectAll: "Tout sélectionner", Cancel: "Annuler",
		Close: "Fermer", NoResult: "Aucun résultat", Loading: "Chargement…", Today: "Aujourd'hui",
		Months: [12]string{
			"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre",
			"novembre", "décembre",
		},
		Days:         [7]string{"lu", "ma", "me", "je", "ve", "sa", "di"},
		ShowPassword: "Afficher", HidePassword: "Masquer", Previous: "Précédent", Next: "Suivant",
	}
}

// Walk calls see for an object and all that can be seen in it, in the order of drawing.
func Walk(o fyne.CanvasObject, see func(fyne.CanvasObject)) {
	if o == nil || !o.Visible() {
		return
	}
	see(o)
	switch x := o.(type) {
	case *fyne.Container:
		for _, c := range x.Objects {
			Walk(c, see)
		}
	case fyne.Widget:
		for _, c := range test.WidgetRenderer(x).Objects() {
			Walk(c, see)
		}
	}
}

// Press taps a button that can be seen in an object, by its text.
func Press(t testing.TB, in fyne.CanvasObject, text string) {
	t.Helper()
	var found *kit.Button
	Walk(in, func(o fyne.CanvasObject) {
		if b, ok := o.(*kit.Button); ok && b.Text() == text {
			found = b
		}
	})
	if found == nil {
		t.Fatalf("no button %q", text)
	}
	found.Tapped(nil)
}

// Show puts a page in the window.
func (s *Shell) Show(o fyne.CanvasObject) {
	host := kit.NewHost(kit.Backdrop(theme.Canvas, o))
	s.Window.SetContent(host)
	host.Attach(s.Window)
	s.Window.Resize(fyne.NewSize(1440, 900))
}

// Go implements page.Shell.
func (s *Shell) Go(work func(context.Context) error, done func(error)) { done(work(s.ctx)) }

// Open implements page.Shell.
func (s *Shell) Open(r page.Route) { s.Opened = append(s.Opened, r) }

// Back implements page.Shell.
func (s *Shell) Back() { s.Backs++ }

// Toast implements page.Shell.
func (s *Shell) Toast(_ kit.Tone, text string) { s.Toasts = append(s.Toasts, text) }

// Fail implements page.Shell.
func (s *Shell) Fail(err error) { s.Failed = append(s.Failed, err) }

// Confirm implements page.Shell.
func (s *Shell) Confirm(title, _, _ string, _ bool, yes func()) {
	s.Asked = append(s.Asked, title)
	if s.Yes {
		yes()
	}
}

// StepUp implements page.Shell.
func (s *Shell) StepUp(then func()) {
	s.Asked = append(s.Asked, "step-up")
	if s.Yes {
		if s.Proved != nil {
			s.Proved()
		}
		then()
	}
}

// LookAs implements page.Shell.
func (s *Shell) LookAs(id auth.UserID) { s.Looks = append(s.Looks, id) }

// Renew implements page.Shell.
func (s *Shell) Renew(token string) { s.Token = token }

// PickFile implements page.Shell.
func (s *Shell) PickFile(title string, _ []string, got func(string, []byte)) {
	s.Asked = append(s.Asked, title)
	if s.Name != "" {
		got(s.Name, s.Data)
	}
}

// PickPath implements page.Shell: the path is Name.
func (s *Shell) PickPath(title string, got func(string)) { s.PickFolder(title, got) }

// PickFolder implements page.Shell: the folder is Name.
func (s *Shell) PickFolder(title string, got func(string)) {
	s.Asked = append(s.Asked, title)
	if s.Name != "" {
		got(s.Name)
	}
}

// SaveFile implements page.Shell.
func (s *Shell) SaveFile(name string, write func(context.Context, io.Writer) error) {
	var b bytes.Buffer
	if err := write(s.ctx, &b); err != nil {
		s.Fail(err)
		return
	}
	s.Files[name] = b.Bytes()
}

// ShowDocument implements page.Shell.
func (s *Shell) ShowDocument(name string, write func(context.Context, io.Writer) error) {
	s.SaveFile(name, write)
}

// Task implements page.Shell.
func (s *Shell) Task(_ string, work func(context.Context, func(int64, int64)) error, done func(error)) {
	done(work(s.ctx, func(int64, int64) {}))
}

// Changed implements page.Shell.
func (s *Shell) Changed(kind string) { s.Kinds = append(s.Kinds, kind) }

// Moved implements page.Shell.
func (s *Shell) Moved() { s.Moves++ }

// Restore implements page.Shell.
func (s *Shell) Restore() { s.Leaves++ }

// Online implements page.Shell.
func (s *Shell) Online() bool { return !s.Offline }
