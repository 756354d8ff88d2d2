package start_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/auth"
	"zafe/app/backup"
	"zafe/app/company"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/setup"
	"zafe/store"
	"zafe/store/storetest"
	"zafe/ui/kit"
	"zafe/ui/start"
	"zafe/ui/uitest"
)

// TestTheOwnersAddressIsProposedForTheCompany: what was typed in the first step is not asked again.
func TestTheOwnersAddressIsProposedForTheCompany(t *testing.T) {
	w := storetest.NewWorld(t, company.Bind[*store.Tx], setup.Bind[*store.Tx])
	env, sh := uitest.New(t, w.As("owner"), auth.Owner)
	env.Me.User.Email = "claire@durand.example"
	flow := &start.Flow{Window: env.Window, Text: env.Text, Clock: w.Clock.Now}
	sh.Show(flow.SetUp(env.Me)(env, func() { t.Error("the set-up is over") }))
	if len(sh.Failed) > 0 {
		t.Fatal(sh.Failed)
	}
	found := false
	uitest.Walk(env.Window.Content(), func(o fyne.CanvasObject) {
		if e, ok := o.(*kit.LineEdit); ok && e.Text() == "claire@durand.example" {
			found = true
		}
	})
	if !found {
		t.Error("the address has to be typed again")
	}
}

// places is where copies can go: folders of this PC, all on the disk of the book.
type places struct{ backup.Engine }

func (places) Destinations() []backup.Destination { return nil }

func (places) Providers(bool) []backup.Provider {
	return []backup.Provider{{Name: "local", TitleKey: "backup.provider.local.title", First: true}}
}

func (places) Form(context.Context, string, string, map[string]string) (backup.FormResponse, error) {
	return backup.FormResponse{}, nil
}

func (places) SameDisk(string) bool { return true }

// server is a place with a form that is higher than the window, which nobody reaches.
type server struct{ places }

func (server) Providers(bool) []backup.Provider {
	return []backup.Provider{{Name: "sftp", TitleKey: "backup.provider.sftp.title", First: true}}
}

func (server) Form(context.Context, string, string, map[string]string) (r backup.FormResponse, err error) {
	for i := range 24 {
		r.Fields = append(r.Fields, backup.Field{Name: fmt.Sprint("field", i), Kind: "text", Default: "x"})
	}
	return r, nil
}

func (server) Begin(context.Context, backup.NewDestination) (backup.Step, error) {
	return backup.Step{}, fault.New(fault.Unavailable, "backup.dest_offline")
}

func (server) LoginLink(context.Context) string { return "" }

// TestAPlaceThatIsNotReachedIsSaidWhereItIsSeen: the form of a server is higher than a small screen.
func TestAPlaceThatIsNotReachedIsSaidWhereItIsSeen(t *testing.T) {
	w := storetest.NewWorld(t, company.Bind[*store.Tx], setup.Bind[*store.Tx],
		func(r *op.Registry[*store.Tx]) { backup.Bind(r, server{}) })
	w.Update(func(tx *store.Tx) error { return tx.SetSetting("setup", setup.Progress{Step: setup.Backup}) })
	env, sh := uitest.New(t, w.As("owner"), auth.Owner)
	flow := &start.Flow{Window: env.Window, Text: env.Text, Clock: w.Clock.Now}
	sh.Show(flow.SetUp(env.Me)(env, func() { t.Error("the set-up is over") }))
	s := &screen{t: t, window: env.Window}
	s.press(env.T("backup.provider.sftp.title"))
	s.press("Suivant")
	var said *kit.Label
	uitest.Walk(env.Window.Content(), func(o fyne.CanvasObject) {
		if l, ok := o.(*kit.Label); ok && l.Visible() && strings.Contains(l.Text(), "relié au réseau") {
			said = l
		}
	})
	if said == nil {
		t.Fatal("nothing is said", sh.Failed, sh.Asked)
	}
	const foot = 61 // with the buttons
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(said).Y
	if bottom := at + said.Size().Height; at < 0 || bottom > env.Window.Canvas().Size().Height-foot || said.Size().Height == 0 {
		t.Errorf("it is said from %v to %v of %v", at, bottom, env.Window.Canvas().Size().Height)
	}
}

// tried is a place that was tried by itself as soon as its first copy was there, or not.
type tried struct {
	places
	at     time.Time
	trials int
}

func (p *tried) Destinations() []backup.Destination {
	return []backup.Destination{{ID: "d1", Label: "Disque", Provider: "local"}}
}

func (p *tried) Now(context.Context) (backup.Status, error) {
	return backup.Status{Copies: []backup.Copy{{Destination: backup.Destination{ID: "d1"}, LastOK: storetest.Noon, Drilled: p.at}}}, nil
}

func (p *tried) Drill(context.Context, string) (backup.Status, error) {
	p.trials++
	return backup.Status{}, nil
}

// TestTheWizardTriesANewPlaceOnce: not again where that was done by itself.
func TestTheWizardTriesANewPlaceOnce(t *testing.T) {
	for at, want := range map[time.Time]int{{}: 1, storetest.Noon: 0} {
		engine := &tried{at: at}
		w := storetest.NewWorld(t, company.Bind[*store.Tx], setup.Bind[*store.Tx],
			func(r *op.Registry[*store.Tx]) { backup.Bind(r, engine) })
		w.Update(func(tx *store.Tx) error { return tx.SetSetting("setup", setup.Progress{Step: setup.Backup}) })
		env, sh := uitest.New(t, w.As("owner"), auth.Owner)
		flow := &start.Flow{Window: env.Window, Text: env.Text, Clock: w.Clock.Now}
		sh.Show(flow.SetUp(env.Me)(env, func() { t.Error("the set-up is over") }))
		if engine.trials != want || len(sh.Failed) > 0 {
			t.Errorf("tried before: %t, then %d times", !at.IsZero(), engine.trials)
		}
	}
}

// TestTheWizardAsksAboutAFolderOnTheDiskOfTheBook: as the page of the backups does.
func TestTheWizardAsksAboutAFolderOnTheDiskOfTheBook(t *testing.T) {
	w := storetest.NewWorld(t, company.Bind[*store.Tx], setup.Bind[*store.Tx],
		func(r *op.Registry[*store.Tx]) { backup.Bind(r, places{}) })
	w.Update(func(tx *store.Tx) error { return tx.SetSetting("setup", setup.Progress{Step: setup.Backup}) })
	env, sh := uitest.New(t, w.As("owner"), auth.Owner)
	flow := &start.Flow{Window: env.Window, Text: env.Text, Clock: w.Clock.Now}
	sh.Show(flow.SetUp(env.Me)(env, func() { t.Error("the set-up is over") }))
	s := &screen{t: t, window: env.Window}
	s.press("Un dossier, une clé ou un disque USB")
	s.fields()[0].SetText("/home/claire/copies")
	sh.Yes = false
	s.press("Suivant")
	if !slices.Equal(sh.Asked, []string{"Prendre ce dossier\u00a0?"}) || len(sh.Failed) > 0 {
		t.Errorf("asked %q, failed %v", sh.Asked, sh.Failed)
	}
}
