package backups

import (
	"context"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/auth"
	"zafe/app/backup"
	"zafe/app/fault"
	"zafe/app/notify"
	"zafe/store"
	"zafe/store/storetest"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/uitest"
)

// box takes letters, or refuses them.
type box struct {
	letters []notify.Letter
	calls   []string
	refuse  error
}

func (b *box) Send(_ context.Context, _ notify.Account, l notify.Letter) error {
	b.letters = append(b.letters, l)
	return b.refuse
}

func (b *box) Call(_ context.Context, url string) error {
	b.calls = append(b.calls, url)
	return b.refuse
}

// alerted is the page of a book that can write letters.
func alerted(t *testing.T, who string, role auth.Role,
) (*backups, *uitest.Shell, *box, *notify.Service[*store.Tx], *storetest.Clock) {
	t.Helper()
	w, copies, letters := storetest.NewWorld(t), &engine{status: backup.Status{Light: backup.Red}}, &box{}
	backup.Bind(w.Registry, copies)
	s := notify.New(notify.Options[*store.Tx]{
		Work: w.Store, Copies: copies, Carrier: letters, Clock: w.Clock.Now, Automatic: true,
		Warn: func(what string, err error) { t.Log(what, err) },
	})
	notify.Bind(w.Registry, s)
	e, sh := uitest.New(t, w.As(who), role)
	p := Routes()["backups"](e, page.Route{}).(*backups)
	sh.Show(p.Object())
	return p, sh, letters, s, w.Clock
}

// window is what lies over the page.
type window struct{ sh *uitest.Shell }

func (w window) walk(see func(fyne.CanvasObject)) {
	for _, o := range w.sh.Window.Canvas().Overlays().List() {
		uitest.Walk(o, see)
	}
}

// field is a box by its label.
func (w window) field(t *testing.T, label string) *kit.Field {
	t.Helper()
	var found *kit.Field
	w.walk(func(o fyne.CanvasObject) {
		if f, ok := o.(*kit.Field); ok && f.Label() == label {
			found = f
		}
	})
	if found == nil {
		t.Fatalf("no field %q", label)
	}
	return found
}

// write types into a box.
func (w window) write(t *testing.T, label, text string) {
	t.Helper()
	edit, ok := w.field(t, label).Control().(*kit.LineEdit)
	if p, hidden := w.field(t, label).Control().(*kit.PasswordField); hidden {
		edit, ok = p.Edit(), true
	}
	if !ok {
		t.Fatal(label)
	}
	edit.SetText(text)
	if edit.OnChanged != nil {
		edit.OnChanged(text)
	}
}

func (w window) press(t *testing.T, text string) {
	t.Helper()
	var found *kit.Button
	w.walk(func(o fyne.CanvasObject) {
		if b, ok := o.(*kit.Button); ok && b.Text() == text {
			found = b
		}
	})
	if found == nil {
		t.Fatalf("no button %q", text)
	}
	found.Tapped(nil)
}

func (w window) turn(text string) {
	w.walk(func(o fyne.CanvasObject) {
		if s, ok := o.(*kit.Switch); ok && s.AccessibilityLabel() == text {
			s.Tapped(nil)
		}
	})
}

func (w window) says(text string) bool {
	found := false
	w.walk(func(o fyne.CanvasObject) {
		switch x := o.(type) {
		case *kit.Banner:
			found = found || strings.Contains(plain(x.Text()), text)
		case *kit.Field:
			found = found || strings.Contains(plain(x.Refusal()), text)
		}
	})
	return found
}

func plain(s string) string {
	return strings.NewReplacer("’", "'", "\u00a0", " ", "\u202f", " ").Replace(s)
}

// TestTheOwnerSetsTheAlerts: tries them with what is typed, is told what is wrong where it is, and sees on the page
// what became of them.
func TestTheOwnerSetsTheAlerts(t *testing.T) {
	p, sh, letters, s, clock := alerted(t, "owner", auth.Owner)
	if !p.says("Personne n'est prévenu") {
		t.Error("that nobody is told is not said")
	}
	icon(p.object, "Régler les alertes").Tapped(nil)
	w := window{sh}
	w.turn("M’écrire quand les copies ne vont plus")
	w.write(t, "Prévenir", "claire@exemple")
	w.write(t, "Envoyer depuis l’adresse", "atelier@orange.fr")
	if host := w.field(t, "Serveur d’envoi (SMTP)").Control().(*kit.LineEdit).Text(); host != "smtp.orange.fr" {
		t.Errorf("the server of a known provider is not filled in: %q", host)
	}
	w.write(t, "Port", "x")
	if w.press(t, "Envoyer un essai"); !w.says("Le port est un nombre") || len(letters.letters) > 0 {
		t.Error("a port that is none")
	}
	w.write(t, "Port", "465")
	if w.press(t, "Envoyer un essai"); !w.says("Tapez le mot de passe") {
		t.Error("a password that is missing")
	}
	w.write(t, "Mot de passe", "secret")
	letters.refuse = fault.New(fault.Unavailable, "notify.login_refused", "host", "smtp.orange.fr")
	if w.press(t, "Envoyer un essai"); !w.says("smtp.orange.fr refuse cet identifiant") || len(letters.letters) != 1 {
		t.Error("a wrong password is not told")
	}
	letters.refuse = nil
	if w.press(t, "Envoyer un essai"); !w.says("L'essai est parti vers claire@exemple") || len(letters.letters) != 2 {
		t.Error("a trial that left is not told")
	}
	w.turn("Faire surveiller ce PC de l’extérieur")
	w.write(t, "Adresse du service de surveillance", "http://hc.example/x")
	if w.press(t, "Enregistrer"); !w.says("elle commence par https://") {
		t.Error("a watcher without encryption")
	}
	w.write(t, "Adresse du service de surveillance", "https://hc.example/x")
	if w.press(t, "Envoyer un essai"); !w.says("L'adresse de surveillance a répondu") || len(letters.calls) != 1 {
		t.Errorf("the watcher is not tried: %v", letters.calls)
	}
	w.press(t, "Enregistrer")
	if !p.says("Alertes par e-mail à claire@exemple") || !p.says("hc.example pas encore appelé") || len(sh.Failed) > 0 {
		t.Errorf("not kept, or not shown: %v", sh.Failed)
	}

	s.Proved()
	s.Signal(t.Context())
	s.Letters(t.Context())
	clock.Add(4 * time.Hour)
	letters.refuse = fault.New(fault.Unavailable, "notify.silent", "host", "smtp.orange.fr")
	s.Letters(t.Context())
	p.Refresh()
	if !p.says("hc.example appelé le 21/11/2026") || !p.says("Le dernier e-mail n'est pas parti. Le serveur smtp.orange.fr") {
		t.Error("what became of the call and the letter is not told")
	}
	letters.refuse = nil
	clock.Add(time.Hour)
	s.Letters(t.Context())
	p.Refresh()
	if !p.says("Dernier e-mail parti le 21/11/2026") || p.says("n'est pas parti") {
		t.Error("that a letter left is not told")
	}
}

// TestWhoOnlyReadsTheCopiesSetsNoAlerts, nor sees where they go.
func TestWhoOnlyReadsTheCopiesSetsNoAlerts(t *testing.T) {
	p, sh, _, _, _ := alerted(t, "sales", auth.Sales)
	if icon(p.object, "Régler les alertes") != nil || p.says("e-mail") || len(sh.Failed) > 0 {
		t.Error(sh.Failed)
	}
}

// TestAlertsSetElsewhereAreSeenOnTheOpenPage: the command line or another window may have set them.
func TestAlertsSetElsewhereAreSeenOnTheOpenPage(t *testing.T) {
	p, _, _, _, _ := alerted(t, "owner", auth.Owner)
	if !p.says("Personne n'est prévenu") {
		t.Fatal("that nobody is told is not said")
	}
	_, err := notify.Save.Call(t.Context(), p.env.Caller, notify.SaveRequest{Settings: notify.Settings{
		Mail: true, To: "claire@essai.fr", From: "zafe@essai.fr", Host: "smtp.essai.fr", Port: 465, Security: notify.TLS, Lang: "fr", Hours: 4,
	}})
	if err != nil {
		t.Fatal(err)
	}
	if p.Beat(); p.says("Personne n'est prévenu") || !p.says("claire@essai.fr") {
		t.Error("the open page goes on saying that nobody is told")
	}
}
