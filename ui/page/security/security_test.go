package security_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/approval"
	"zafe/app/auth"
	"zafe/app/company"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/opening"
	"zafe/app/role"
	"zafe/app/setup"
	"zafe/app/user"
	"zafe/store"
	"zafe/store/storetest"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/page/security"
	"zafe/ui/uitest"
)

// office is a PC whose slots are what the test says.
type office struct {
	pc      opening.PC
	slots   []opening.Slot
	rotated []opening.Rotation
	fails   error
	served  bool      // the sheet opened the book
	made    time.Time // its key; zero for a book without one
}

func (o *office) Slots(context.Context) ([]opening.Slot, error) { return o.slots, nil }

func (o *office) PC(context.Context) opening.PC { return o.pc }

func (o *office) SetAutomatic(_ context.Context, on bool) error {
	o.pc.By, o.pc.Works = "", on
	if on {
		o.pc.By = o.pc.Offers
	}
	return o.fails
}

func (o *office) Rotate(_ context.Context, r opening.Rotation) error {
	o.rotated = append(o.rotated, r)
	return o.fails
}

// Still and WithPassword implement opening.People.
func (o *office) Still(do func() error) error { return do() }

func (o *office) WithPassword(_ context.Context, password string, do func(string) error) error {
	if password != "juste" {
		return fault.Field("password", "user.bad_password")
	}
	return do("user:1")
}

type screen struct {
	t  *testing.T
	o  fyne.CanvasObject
	sh *uitest.Shell
	w  *storetest.World

	page page.Page
}

func show(t *testing.T, o *office) *screen {
	t.Helper()
	return showTo(t, "owner", o)
}

func showTo(t *testing.T, who string, o *office) *screen {
	t.Helper()
	return showAt(t, who, "", o)
}

func showAt(t *testing.T, who, arg string, o *office) *screen {
	t.Helper()
	w := storetest.NewWorld(t, company.Bind[*store.Tx], role.Bind[*store.Tx])
	svc := user.NewService[*store.Tx](w.Store, w.Clock.Now, user.Hashing{Passes: 1, MemoryKiB: 8, Threads: 1},
		func(string, []string, bool) error { return nil }, w.Store)
	user.Bind(w.Registry, svc)
	opening.Bind(w.Registry, w.Store, o, o)
	setup.Bind(w.Registry)
	approval.Bind(w.Registry)
	w.Update(func(tx *store.Tx) error {
		if !o.made.IsZero() {
			if err := setup.SaveIdentity(tx, setup.Identity{VaultID: op.NewID(o.made)}); err != nil {
				return err
			}
		}
		if o.served {
			if err := setup.Served(tx); err != nil {
				return err
			}
		}
		for i, r := range []auth.Role{auth.Owner, auth.Accountant} {
			name := []string{"Claire", "Sonia"}[i]
			_, err := tx.SaveUser(user.User{Login: string(r), Name: name, Role: r, CreatedAt: tx.Now()})
			if err != nil {
				return err
			}
		}
		return nil
	})
	e, sh := uitest.New(t, w.As(who), auth.Owner)
	p := security.Routes()["security"](e, page.Route{Name: "security", Arg: arg})
	sh.Show(p.Object())
	return &screen{t, p.Object(), sh, w, p}
}

// texts are what can be read on the page.
func (s *screen) texts() (out []string) {
	uitest.Walk(s.o, func(o fyne.CanvasObject) {
		if l, ok := o.(*kit.Label); ok {
			out = append(out, l.Text())
		}
	})
	return out
}

func (s *screen) buttons(text string) (out []*kit.Button) {
	uitest.Walk(s.o, func(o fyne.CanvasObject) {
		if b, ok := o.(*kit.Button); ok && b.Text() == text {
			out = append(out, b)
		}
	})
	return out
}

func TestTheOwnerChoosesHowTheBookOpens(t *testing.T) {
	o := &office{pc: opening.PC{Offers: opening.Keyring}, slots: []opening.Slot{
		{Number: 1, Kind: opening.Recovery}, {Number: 2, Kind: opening.Password, Label: user.SlotLabel(1)},
	}}
	s := show(t, o)
	if n := len(s.buttons("Choisir")); n != 1 {
		t.Fatalf("%d ways to choose: only the one that is not in force", n)
	}
	s.buttons("Choisir")[0].Tapped(nil)
	if o.pc.By != opening.Keyring || len(s.sh.Asked) == 0 {
		t.Fatal("not turned on, or without a question", o.pc, s.sh.Asked)
	}
	s.cards("En vigueur", "Non choisi", "Non choisi")
	if n := len(s.buttons("Choisir")); n != 1 {
		t.Fatalf("%d ways to go back", n)
	}
	s.buttons("Choisir")[0].Tapped(nil)
	if o.pc.By != "" || len(s.sh.Failed) != 0 {
		t.Error("not turned off", o.pc, s.sh.Failed)
	}
	s.cards("Non choisi", "En vigueur", "Non choisi")
}

// cards fails the test unless the three ways say this of themselves.
func (s *screen) cards(want ...string) {
	s.t.Helper()
	var got []string
	uitest.Walk(s.o, func(o fyne.CanvasObject) {
		if p, ok := o.(*kit.Pill); ok {
			got = append(got, p.Text())
		}
	})
	if !slices.Equal(got, want) {
		s.t.Errorf("the ways say %q, want %q", got, want)
	}
}

// says tells whether a text of the page holds these words.
func (s *screen) says(words string) bool {
	return slices.ContainsFunc(s.texts(), func(t string) bool {
		return strings.Contains(strings.NewReplacer("’", "'", "\u00a0", " ", "\u202f", " ").Replace(t), words)
	})
}

// TestTheSheetHasItsOwnDate: that of the paper, whatever became of the key of the data since.
func TestTheSheetHasItsOwnDate(t *testing.T) {
	o := &office{slots: []opening.Slot{{Number: 1, Kind: opening.Recovery, Since: storetest.Noon}}}
	o.made = time.Date(2025, 3, 4, 9, 30, 0, 0, time.Local)
	if s := show(t, o); !s.says("du 4 mars 2025 à 09:30") && !s.says("du 04/03/2025") || s.says("depuis le") {
		t.Error(s.texts())
	}
}

func TestAPCThatCannotKeepASecretSaysWhyInItsCard(t *testing.T) {
	s := show(t, &office{})
	if len(s.buttons("Choisir")) != 0 || !s.says("n'a ni trousseau") {
		t.Error("offered, or refused without a reason", s.texts())
	}
	s.cards("Pas possible ici", "En vigueur", "Non choisi")
}

// TestADelegateWhoHasNotLoggedInYet: the card, the notice and the list of openers say the same.
func TestADelegateWhoHasNotLoggedInYet(t *testing.T) {
	o := &office{slots: []opening.Slot{{Number: 1, Kind: opening.Password, Label: user.SlotLabel(1)}}}
	s := show(t, o)
	if !s.says("cochez quelqu'un plus bas") || !s.says("Ayez-en au moins deux") {
		t.Error("how to choose it is not said", s.texts())
	}
	uitest.Walk(s.o, func(o fyne.CanvasObject) {
		if x, ok := o.(*kit.Switch); ok {
			x.Tapped(nil)
		}
	})
	s.cards("Pas possible ici", "En vigueur", "Choisi, en attente")
	if !s.says("dès la prochaine connexion de Sonia") || !s.says("l'ouvrira aussi : Sonia") {
		t.Error("who is waited for is not said", s.texts())
	}
	o.slots = append(o.slots, opening.Slot{Number: 2, Kind: opening.Password, Label: user.SlotLabel(2)})
	s.page.Refresh()
	s.cards("Pas possible ici", "Non choisi", "En vigueur")
	if !s.says("décochez plus bas") || s.says("Une seule personne") {
		t.Error("the way back is not said, or the notice stays", s.texts())
	}
}

func TestAPCThatLostItsSecretIsSaidAndMended(t *testing.T) {
	o := &office{pc: opening.PC{Offers: opening.TPM, By: opening.TPM}}
	s := show(t, o)
	again := s.buttons("Refaire la clé de ce PC")
	if len(again) != 1 {
		t.Fatal("not said")
	}
	again[0].Tapped(nil)
	if !o.pc.Works || len(s.buttons("Refaire la clé de ce PC")) != 0 {
		t.Error("not mended", o.pc)
	}
}

// TestASheetThatServedIsSaid: what to do about it stands beside the buttons that do it.
func TestASheetThatServedIsSaid(t *testing.T) {
	said := func(s *screen) bool {
		return strings.Contains(strings.Join(s.texts(), " "), "Elle a rouvert le dossier le")
	}
	if said(show(t, &office{})) {
		t.Error("said of one that did not")
	}
	if s := show(t, &office{served: true}); !said(s) || len(s.buttons("Nouvelle feuille de secours")) != 1 {
		t.Error(s.texts())
	}
}

// TestTheSheetIsRenewedFromElsewhere: the question of the sheet is asked at once, not that of the book's key, and once.
func TestTheSheetIsRenewedFromElsewhere(t *testing.T) {
	says := func(s *screen, part string) (found bool) {
		s.inDialog(func(o fyne.CanvasObject) {
			if l, ok := o.(*kit.Label); ok && strings.Contains(l.Text(), part) {
				found = true
			}
		})
		return found
	}
	s := showAt(t, "owner", "sheet", &office{})
	if !says(s, "copier votre feuille") || says(s, "feuille de secours déjà imprimée reste bonne") {
		t.Error("it is not the sheet's renewal")
	}
	kit.CloseLayers(s.sh.Window.Canvas())
	s.page.Refresh()
	if s.dialogOpen() || show(t, &office{}).dialogOpen() {
		t.Error("asked again, or of who did not want it")
	}
}

// TestThePageOpensWithTheSharesOfTheKey where it is asked to, once.
func TestThePageOpensWithTheSharesOfTheKey(t *testing.T) {
	s := showAt(t, "owner", "shares", &office{})
	found := false
	for _, o := range s.sh.Window.Canvas().Overlays().List() {
		uitest.Walk(o, func(o fyne.CanvasObject) {
			b, is := o.(*kit.Button)
			found = found || is && b.Text() == "Afficher les trois feuilles"
		})
	}
	if !found {
		t.Error("the shares are not offered")
	}
	kit.CloseLayers(s.sh.Window.Canvas())
	if s.page.Refresh(); s.dialogOpen() {
		t.Error("offered again")
	}
}

func TestARefusalIsShown(t *testing.T) {
	o := &office{pc: opening.PC{Offers: opening.Keyring}, fails: errors.New("broken")}
	s := show(t, o)
	s.buttons("Choisir")[0].Tapped(nil)
	if len(s.sh.Failed) != 1 || len(s.sh.Toasts) != 0 {
		t.Error(s.sh.Failed, s.sh.Toasts)
	}
}

func TestTickingADelegate(t *testing.T) {
	s := show(t, &office{})
	tick := func() (sw *kit.Switch) {
		uitest.Walk(s.o, func(o fyne.CanvasObject) {
			if x, ok := o.(*kit.Switch); ok {
				sw = x
			}
		})
		return sw
	}
	tick().Tapped(nil)
	if !tick().On() || !slices.ContainsFunc(s.texts(), func(t string) bool { return t == "Sonia" }) {
		t.Fatal("not ticked, or not shown as one who will open the book", s.texts())
	}
	tick().Tapped(nil)
	if tick().On() || len(s.sh.Failed) != 0 {
		t.Error("not unticked", s.sh.Failed)
	}
}

// TestADelegateWaitsForAnotherOwner: where there is one, the box stays unticked and what was asked for waits.
func TestADelegateWaitsForAnotherOwner(t *testing.T) {
	s := show(t, &office{})
	s.w.Update(func(tx *store.Tx) error {
		_, err := tx.SaveUser(user.User{Login: "adam", Name: "Adam", Role: auth.Owner, SecondOn: true, CreatedAt: tx.Now()})
		return err
	})
	uitest.Walk(s.o, func(o fyne.CanvasObject) {
		if x, ok := o.(*kit.Switch); ok {
			x.Tapped(nil)
			if x.On() {
				t.Error("ticked before anybody agreed")
			}
		}
	})
	waits, err := approval.List.Call(s.w.Ctx(), s.w.As("owner"), op.Empty{})
	if err != nil || len(waits.Pending) != 1 || waits.Pending[0].Op != "delegate.give" || waits.Pending[0].Changes[0].Who != "Sonia" {
		t.Errorf("%+v, %v", waits, err)
	}
	if len(s.sh.Failed) != 0 || len(s.sh.Toasts) != 1 || !strings.HasPrefix(s.sh.Toasts[0], "Demande envoyée") {
		t.Error(s.sh.Failed, s.sh.Toasts)
	}
}

func TestANewKeyAsksForThePasswordAgain(t *testing.T) {
	for name, sheet := range map[string]bool{"Changer la clé du dossier": false, "Nouvelle feuille de secours": true} {
		t.Run(name, func(t *testing.T) {
			o := &office{}
			s := show(t, o)
			s.buttons(name)[0].Tapped(nil)
			told := false
			s.inDialog(func(o fyne.CanvasObject) {
				l, ok := o.(*kit.Label)
				told = told || ok && strings.Contains(l.Text(), "inutile de la réimprimer")
			})
			if told == sheet {
				t.Error("what becomes of the printed sheet is not said as it is")
			}
			for _, c := range []struct {
				word string
				done int
			}{{"", 0}, {"faux", 0}, {"juste", 1}} {
				s.inDialog(func(o fyne.CanvasObject) {
					if p, ok := o.(*kit.PasswordField); ok {
						p.SetText(c.word)
					}
				})
				s.inDialog(func(o fyne.CanvasObject) {
					if b, ok := o.(*kit.Button); ok && b.Text() == name {
						b.Tapped(nil)
					}
				})
				if len(o.rotated) != c.done || len(s.sh.Failed) != 0 {
					t.Fatalf("%q: rotated %v, failed %v", c.word, o.rotated, s.sh.Failed)
				}
			}
			if r := o.rotated[0]; r.Label != "user:1" || r.Sheet != sheet {
				t.Error(r.Label, r.Sheet)
			}
			if there := slices.Contains(s.sh.Opened, page.Route{Name: "backups"}); there != sheet {
				t.Error("the page to print the new sheet on: opened", s.sh.Opened)
			}
			if told := slices.Contains(s.sh.Kinds, "backup"); told != sheet {
				t.Error("the shield was told of other copies:", told)
			}
		})
	}
}

// TestNothingBeginsBeforeThePasswordAndTheCodeAreRight: a wrong password is said at its box before a code is
// asked for, and who gives up at the code is where they were.
func TestNothingBeginsBeforeThePasswordAndTheCodeAreRight(t *testing.T) {
	o := &office{}
	s := showTo(t, "stale", o)
	s.sh.Yes = false
	try := func(word string) {
		s.inDialog(func(o fyne.CanvasObject) {
			if p, ok := o.(*kit.PasswordField); ok {
				p.SetText(word)
			}
		})
		s.inDialog(func(o fyne.CanvasObject) {
			if b, ok := o.(*kit.Button); ok && b.Text() == "Nouvelle feuille de secours" {
				b.Tapped(nil)
			}
		})
	}
	bar := func() (shown bool) {
		uitest.Walk(s.o, func(o fyne.CanvasObject) {
			_, ok := o.(*kit.Progress)
			shown = shown || ok
		})
		return shown
	}
	s.buttons("Nouvelle feuille de secours")[0].Tapped(nil)
	try("faux")
	told := false
	s.inDialog(func(o fyne.CanvasObject) {
		l, ok := o.(*kit.Label)
		told = told || ok && strings.Contains(l.Text(), "mot de passe actuel")
	})
	if !told || len(s.sh.Asked) != 0 || bar() {
		t.Errorf("said at its box: %v, asked %v, progress %v", told, s.sh.Asked, bar())
	}
	try("juste") // and nobody gives the code
	if !slices.Equal(s.sh.Asked, []string{"step-up"}) || len(o.rotated) != 0 || bar() || s.page.Unsaved() {
		t.Errorf("asked %v, rotated %v, progress %v", s.sh.Asked, o.rotated, bar())
	}
	if !s.dialogOpen() {
		t.Error("who gives up at the code loses the question")
	}
}

func (s *screen) dialogOpen() bool { return len(s.sh.Window.Canvas().Overlays().List()) > 0 }

// inDialog goes through what stands over the page.
func (s *screen) inDialog(see func(fyne.CanvasObject)) {
	for _, o := range s.sh.Window.Canvas().Overlays().List() {
		uitest.Walk(o, see)
	}
}
