package attached

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/file"
	"zafe/app/party"
	"zafe/store"
	"zafe/store/storetest"
	"zafe/ui/uitest"
)

// panel shows the panel of a customer of Claire's to a person.
func panel(t *testing.T, role auth.Role) (*Panel, *uitest.Shell, *storetest.World) {
	t.Helper()
	w := storetest.NewWorld(t, party.Bind[*store.Tx])
	file.Bind(w.Registry, w.Store.ReceiveFile)
	saved, err := party.Save.Call(w.Ctx(), w.As("owner"), party.Customer{Name: "Bois d'Inde"})
	if err != nil {
		t.Fatal(err)
	}
	e, shell := uitest.New(t, w.As(string(role)), role)
	p := New(e, file.Subject{Kind: file.Customer, ID: int64(saved.Customer.ID)})
	shell.Show(p.Object())
	p.Read()
	return p, shell, w
}

// onPC writes a file of the person's PC.
func onPC(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// space makes a plain space of those that do not break.
func space(r rune) rune {
	if unicode.IsSpace(r) {
		return ' '
	}
	return r
}

func TestAttachSaveDetach(t *testing.T) {
	p, shell, w := panel(t, auth.Owner)
	count := -1
	p.OnCount = func(n int) { count = n }
	if p.save.Visible() || p.detach.Visible() || !p.attach.Visible() {
		t.Error("buttons of an empty list")
	}
	shell.Name = onPC(t, "Devis signé.pdf", "%PDF-1.7 signé")
	p.attach.Tapped(nil)
	if count != 1 || len(shell.Failed) > 0 || !strings.Contains(shell.Toasts[0], "Devis signé.pdf") {
		t.Fatalf("%d attached, %v %v", count, shell.Failed, shell.Toasts)
	}
	got := p.cell(0, 0).Text + " " + p.cell(0, 1).Text + " " + p.cell(0, 2).Text
	if strings.Map(space, got) != "Devis signé.pdf 15 o Claire" {
		t.Errorf("row %q", got)
	}
	if !p.save.Disabled() || !p.detach.Disabled() {
		t.Error("nothing is chosen")
	}
	p.grid.Select(0)
	p.follow()
	p.save.Tapped(nil)
	if got := string(shell.Files["Devis signé.pdf"]); got != "%PDF-1.7 signé" {
		t.Errorf("saved %q", got)
	}
	shell.Offline = true
	p.SetOnline(false)
	if !p.detach.Disabled() || !p.attach.Disabled() || p.save.Disabled() {
		t.Error("buttons while the book is out of reach")
	}
	shell.Offline = false
	p.SetOnline(true)
	shell.Yes = false
	p.detach.Tapped(nil)
	if count != 1 {
		t.Error("detached without a yes")
	}
	shell.Yes = true
	p.detach.Tapped(nil)
	if count != 0 || p.detach.Visible() {
		t.Errorf("%d left", count)
	}
	l, err := file.Listing.Call(w.Ctx(), w.As("owner"), file.ListRequest{Subject: p.subject})
	if err != nil || len(l.Attachments) != 0 {
		t.Errorf("%+v %v", l, err)
	}
}

// TestRefusalsAreTold: each in the words of its fault, and what came before it stays attached.
func TestRefusalsAreTold(t *testing.T) {
	p, shell, _ := panel(t, auth.Owner)
	good := onPC(t, "a.txt", "texte")
	p.Drop([]string{good, onPC(t, "x.exe", "MZ"), onPC(t, "b.txt", "autre")})
	p.Drop([]string{good})
	p.Drop([]string{t.TempDir()})
	p.Drop([]string{onPC(t, "vide.txt", "")})
	keys := ""
	for _, err := range shell.Failed {
		keys += fault.KeyOf(err) + " "
	}
	if want := "file.program file.already shell.file_unreadable file.empty "; keys != want {
		t.Errorf("told %s, want %s", keys, want)
	}
	if len(p.list.Attachments) != 1 {
		t.Errorf("%+v", p.list.Attachments)
	}
}

// TestAReaderOnlySaves: who may not change the record sees no button that would.
func TestAReaderOnlySaves(t *testing.T) {
	p, shell, w := panel(t, auth.Reader)
	text := "texte"
	_, err := file.Attach.Send(w.Ctx(), w.As("owner"), file.AttachRequest{
		Subject: p.subject, Name: "a.txt", Size: int64(len(text)),
	}, strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	p.Read()
	if p.attach.Visible() || p.detach.Visible() || !p.save.Visible() {
		t.Error("buttons of a reader")
	}
	p.Drop([]string{onPC(t, "b.txt", "autre")})
	if len(p.list.Attachments) != 1 || len(shell.Toasts) != 1 {
		t.Errorf("%+v %v", p.list.Attachments, shell.Toasts)
	}
}

// TestProgressEndsWhole: it is told seldom, and the last word is the whole file.
func TestProgressEndsWhole(t *testing.T) {
	p, _, _ := panel(t, auth.Owner)
	const size = 3 << 20
	times, last := 0, int64(0)
	err := p.send(t.Context(), onPC(t, "film.dat", strings.Repeat("x", size)), func(done, total int64) {
		if done <= last || total != size {
			t.Errorf("%d of %d after %d", done, total, last)
		}
		times, last = times+1, done
	})
	if err != nil || last != size || times < 10 || times > steps+1 {
		t.Errorf("%v, told %d times, last %d", err, times, last)
	}
}
