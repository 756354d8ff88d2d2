package start_test

import (
	"context"
	"testing"

	"fyne.io/fyne/v2"

	"zafe/app/fault"
	"zafe/app/user"
	"zafe/store/storetest"
	"zafe/ui/kit"
	"zafe/ui/machine"
	"zafe/ui/uitest"
)

// brokenPC has a book that does not open.
type brokenPC struct {
	*pc
	refusal error
	asked   []machine.RepairRequest
	answer  error
}

func (b *brokenPC) Open(context.Context, machine.Secret) (machine.Book, error) { return nil, b.refusal }

func (b *brokenPC) Repair(_ context.Context, r machine.RepairRequest) (machine.Repaired, error) {
	b.asked = append(b.asked, r)
	if b.answer == nil {
		b.refusal = fault.New(fault.Unauthenticated, "start.owner_first")
	}
	return machine.Repaired{Events: 5129}, b.answer
}

func guided(t *testing.T, key string, args ...any) (*brokenPC, *screen) {
	t.Helper()
	p := newPC(t, machine.Here, user.SaveRequest{Login: "claire", Name: "Claire Durand", Password: secretWords})
	b := &brokenPC{pc: p, refusal: fault.New(fault.Unavailable, key, args...)}
	s := showOn(t, p, b)
	boxes := s.fields()
	boxes[0].SetText("claire")
	boxes[1].SetText(secretWords)
	s.press("Se connecter")
	return b, s
}

func (s *screen) button(text string) *kit.Button {
	var found *kit.Button
	uitest.Walk(s.window.Content(), func(o fyne.CanvasObject) {
		if b, ok := o.(*kit.Button); ok && b.Text() == text && b.Visible() {
			found = b
		}
	})
	return found
}

func TestABookThatDoesNotOpenIsExplained(t *testing.T) {
	for _, tt := range []struct {
		key, file     string
		title         string
		restore, take bool
	}{
		{"store.file_missing", "book.db-ledger", "Le registre des pages manque", true, true},
		{"store.damaged", "book.db-ledger", "Le registre des pages manque", true, true},
		{"store.file_missing", "book.db-wal", "Le travail le plus récent manque", true, false},
		{"store.damaged", "book.db-wal", "Le dossier a été modifié", true, false},
		{"store.file_missing", "book.db", "La base de votre entreprise a disparu", true, false},
		{"store.damaged", "book.db", "Le dossier a été modifié", true, false},
		{"store.keys_missing", "company.keys", "Le fichier des clés manque", true, false},
		{"store.damaged", "company.keys", "Le fichier des clés manque", true, false},
		{"store.old_keys", "company.keys", "Le fichier des clés est un ancien", true, false},
		{"store.other_keys", "company.keys", "celui d’un autre dossier", true, false},
		{"store.apart", "company.keys", "ne vont pas ensemble", true, false},
		{"store.old_ledger", "book.db-ledger", "Le registre du dossier est une ancienne version", true, false},
		{"store.newer_book", "book.db", "version plus récente", false, false},
		{"store.in_use", "book.db-lock", "déjà ouvert", false, false},
	} {
		t.Run(tt.key+" "+tt.file, func(t *testing.T) {
			_, s := guided(t, tt.key, "file", tt.file)
			s.press("Voir quoi faire")
			if !s.has(tt.title) {
				t.Errorf("%q is not said", tt.title)
			}
			if got := s.button("Restaurer") != nil; got != tt.restore {
				t.Errorf("restore offered: %v", got)
			}
			if got := s.button("Continuer") != nil; got != tt.take {
				t.Errorf("accepting the book as it is offered: %v", got)
			}
			again := !tt.take && tt.key != "store.damaged" || tt.title == "Le fichier des clés manque"
			if got := s.button("Réessayer") != nil; got != again {
				t.Errorf("another try offered: %v", got)
			}
		})
	}
	_, s := guided(t, "store.disk_full")
	if b := s.button("Voir quoi faire"); b != nil {
		t.Error("a full disk is no broken book")
	}
}

func TestAcceptingTheBookTakesAClearWord(t *testing.T) {
	b, s := guided(t, "store.file_missing", "file", "book.db-ledger")
	s.press("Voir quoi faire")
	s.press("Continuer")
	if do := s.button("Accepter en l’état"); do == nil || !do.Disabled() {
		t.Fatal("it can be done without a word")
	}
	s.tick()
	s.press("Accepter en l’état")
	if len(b.asked) != 0 {
		t.Fatal("done without the password")
	}
	s.fields()[0].SetText("faux")
	b.answer = fault.New(fault.Conflict, "store.repair_unsound", "n", 3)
	s.press("Accepter en l’état")
	if !s.has("anomalies (3)") {
		t.Error("the refusal is not said")
	}
	b.answer = nil
	s.fields()[0].SetText(secretWords)
	s.press("Accepter en l’état")
	want := machine.RepairRequest{Secret: machine.Secret{Password: secretWords}, Accept: true}
	if len(b.asked) != 2 || b.asked[1] != want {
		t.Errorf("asked %+v", b.asked)
	}
	if s.button("Se connecter") == nil {
		t.Error("not back at the log-in")
	}
}

func TestTheSheetSpeaksForTheOwner(t *testing.T) {
	b, s := guided(t, "store.damaged", "file", "book.db-ledger")
	s.press("Voir quoi faire")
	s.press("Continuer")
	s.press("Utiliser la feuille de secours")
	s.tick()
	s.press("Accepter en l’état")
	if len(b.asked) != 0 {
		t.Error("done with an empty sheet")
	}
	if s.press("Utiliser mon mot de passe"); len(s.fields()) != 1 {
		t.Error("the password is not asked for any more")
	}
}

// TestADamagedBookThatOpensLeadsToTheRestore: what the last check found is said at the log-in, which works all
// the same; a book that this PC opened by itself is closed before another takes its place.
func TestADamagedBookThatOpensLeadsToTheRestore(t *testing.T) {
	p := newAlone(t, true)
	p.state.Damaged, p.own = storetest.Noon, "/data/vault"
	s := showOn(t, p.pc, p)
	if !s.has("trouvé ce dossier abîmé") || s.button("Voir quoi faire") == nil {
		t.Fatal("the log-in says nothing of it")
	}
	s.login("claire", "un autre mot de passe")
	if s.button("Voir quoi faire") == nil {
		t.Error("a wrong password hides what can be done")
	}
	s.press("Voir quoi faire")
	if !s.has("Ce dossier est abîmé, même s’il s’ouvre") || s.button("Continuer") == nil {
		t.Fatal("the guide does not say it, or keeps people out")
	}
	s.press("Restaurer")
	if p.book.closed != 1 || s.flow.Book() != nil {
		t.Errorf("the book was closed %d times", p.book.closed)
	}
	s.press("Les voir")
	f := s.fields()
	for i, g := range sheet.Groups() {
		f[i].SetText(g)
	}
	s.press("Voir les copies")
	if len(p.placed) != 1 || p.placed[0].Provider != "local" || p.placed[0].Folder != "/data/vault" || !s.has("Quelle copie restaurer") {
		t.Errorf("looked at %+v", p.placed)
	}
	if !s.has("Cet endroit a des copies plus récentes") {
		t.Error("nothing says that an old sheet was typed")
	}
}

func TestALeftBookLeadsToTheRestore(t *testing.T) {
	p := newPC(t, machine.Here, owner)
	s := show(t, p)
	s.flow.Mend()
	if !s.has("Où sont vos sauvegardes") || s.button("Les voir") != nil {
		t.Error("not at the places, or copies that are not there are offered")
	}
	s.press("Retour")
	if s.has("abîmé") || s.button("Se connecter") == nil {
		t.Error("the log-in of a sound book warns, or is not there")
	}
}

// TestTheLogInAfterARestoreSaysWhatCameBack: which copy, for as long as nobody is in, and whose password it is.
func TestTheLogInAfterARestoreSaysWhatCameBack(t *testing.T) {
	p := newPC(t, machine.Here, owner)
	p.own, p.pref.Login = "/data/vault", "luc"
	s := show(t, p)
	s.flow.Mend()
	s.press("Les voir")
	for i, g := range sheet.Groups() {
		s.fields()[i].SetText(g)
	}
	s.press("Voir les copies")
	s.press("Suivant")
	for _, e := range s.fields()[1:] {
		e.SetText(newWords)
	}
	s.press("Restaurer cette copie")
	for range 2 {
		if !s.has("/data/book.aside-20261122-101500") {
			t.Error("nothing says where the old book is")
		}
		if !s.has("copie du 21/11/2026") || !s.has("412") || s.fields()[0].Text() != "claire" {
			t.Fatalf("the log-in waits for %q", s.fields()[0].Text())
		}
		s.login("claire", "un autre mot de passe")
	}
	s.login("claire", secretWords)
	s.flow.LogIn(p.book)
	if s.has("copie du") {
		t.Error("it is still said to the next person")
	}
}

// restoreHere goes through a restore from a folder up to its last button.
func (s *screen) restoreHere() {
	s.t.Helper()
	for i, g := range sheet.Groups() {
		s.fields()[i].SetText(g)
	}
	s.press("Voir les copies")
	s.press("Suivant")
	for _, e := range s.fields()[1:] {
		e.SetText(newWords)
	}
	s.press("Restaurer cette copie")
}

// TestAWindowIsNotClosedOverARestoreWithoutAQuestion: and none is left once it has ended, well or not.
func TestAWindowIsNotClosedOverARestoreWithoutAQuestion(t *testing.T) {
	p := newPC(t, machine.Nothing)
	p.own = "/data/vault"
	s := show(t, p)
	closed := 0
	p.restoring = func() error {
		s.flow.Leaving(func() { closed++ })
		if closed != 0 || !s.asks("La restauration est en cours") {
			t.Error("closed without a question")
		}
		s.press("La laisser finir")
		s.flow.Leaving(func() { closed++ })
		s.press("Fermer quand même")
		return fault.New(fault.Unavailable, "backup.dest_refused")
	}
	s.press("Restaurer")
	s.press("Les voir")
	s.restoreHere()
	if closed != 1 {
		t.Errorf("closed %d times on a clear word", closed)
	}
	if s.flow.Leaving(func() { closed++ }); closed != 2 {
		t.Error("asked although it is over")
	}
	if p.pref.Unfinished != nil {
		t.Error("a restore that ended with a refusal is taken for one cut short")
	}
}

// TestARestoreCutShortIsTakenUpAgain: the next start says it, and knows from where it was.
func TestARestoreCutShortIsTakenUpAgain(t *testing.T) {
	for presence, says := range map[machine.Presence]string{
		machine.Nothing: "ce PC n’a pas encore de dossier", machine.Here: "le dossier de ce PC est resté en place",
	} {
		p := newPC(t, presence, owner)
		p.own = "/data/vault"
		s := show(t, p)
		p.restoring = func() error { // the power goes: the next start
			pref := p.pref
			if pref.Unfinished == nil {
				t.Fatal("nothing would know of it")
			}
			p.restoring = nil
			s = show(t, p)
			if !s.has("Une restauration a été interrompue") || !s.has(says) || !s.has("/data/vault") {
				t.Error("it is not said")
			}
			s.press("Reprendre la restauration")
			s.restoreHere()
			return nil
		}
		s.flow.Mend()
		s.press("Les voir")
		s.restoreHere()
		if last := p.placed[len(p.placed)-1]; last.Folder != "/data/vault" || len(p.placed) != 2 || p.pref.Unfinished != nil {
			t.Errorf("taken up from %+v, still unfinished: %v", p.placed, p.pref.Unfinished)
		}
		p.pref.Unfinished = &machine.Unfinished{At: storetest.Noon, Provider: "local", Folder: "/media/usb"}
		s = show(t, p)
		s.press("Ne pas la reprendre")
		if p.pref.Unfinished != nil || s.has("interrompue") {
			t.Error("who does not want it is asked again")
		}
	}
}
