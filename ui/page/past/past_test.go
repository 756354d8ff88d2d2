package past

import (
	"context"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/auth"
	"zafe/app/backup"
	"zafe/app/billing"
	"zafe/app/catalog"
	"zafe/app/company"
	"zafe/app/fault"
	"zafe/app/file"
	"zafe/app/imports"
	"zafe/app/op"
	"zafe/app/party"
	"zafe/app/past"
	"zafe/store"
	"zafe/store/storetest"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/uitest"
)

// engine opens another book as the one of then.
type engine struct {
	then *storetest.World
	err  error
	open int
}

type copied struct {
	op.Local[*store.Tx]
	e *engine
}

func (e *engine) Open(_ context.Context, _, point string, _ func(backup.Progress)) (past.Copy, error) {
	if e.err != nil {
		return nil, e.err
	}
	e.open++
	return copied{op.Local[*store.Tx]{Registry: e.then.Registry}, e}, nil
}

func (copied) Point() backup.Point {
	made := time.Date(2026, 3, 12, 14, 5, 0, 0, time.Local)
	return backup.Point{ID: "p1", Made: made, Writer: "PC-Accueil", Invoice: "F-2026-0012"}
}

func (copied) Content(context.Context, string, func(context.Context, io.Reader) error) error {
	return fault.New(fault.NotFound, "file.not_found")
}

func (c copied) Close() error { c.e.open--; return nil }

// desk is a book of today with one of then, and the page between them.
type desk struct {
	*book
	t         *testing.T
	then, now *storetest.World
	engine    *engine
	sh        *uitest.Shell
}

// worlds are the two books, with the same bakery and window in both but for a telephone and a price.
func worlds(t *testing.T) *desk {
	t.Helper()
	kit.After = kit.Never
	d := &desk{t: t}
	bind := []func(*op.Registry[*store.Tx]){
		company.Bind[*store.Tx], party.Bind[*store.Tx], catalog.Bind[*store.Tx], imports.Bind[*store.Tx], billing.Bind[*store.Tx],
	}
	for i, w := range []**storetest.World{&d.then, &d.now} {
		*w = storetest.NewWorld(t, bind...)
		file.Bind((*w).Registry, (*w).Store.ReceiveFile)
		phone := [2]string{"0590111111", "0590222222"}[i]
		c := must(d, party.Save, (*w).As("owner"), party.Customer{Name: "Boulangerie du Bourg", Phone: phone}).Customer
		must(d, billing.SaveQuote, (*w).As("owner"), billing.SaveRequest{Header: billing.Header{Customer: c.ID, Subject: "Four"}})
		must(d, catalog.Save, (*w).As("owner"), catalog.Item{Label: "Fenêtre"})
	}
	d.engine = &engine{then: d.then}
	service := past.New(d.engine, d.now.Clock.Now, func(what string, err error) { t.Error(what, err) })
	t.Cleanup(service.End)
	past.Bind(d.now.Registry, d.now.Store, service, d.now.Store.ReceiveFile)
	return d
}

// shown is the page of the point, for somebody.
func (d *desk) shown(who string, role auth.Role) {
	e, sh := uitest.New(d.t, d.now.As(who), role)
	d.sh = sh
	d.book = newBook(e, RouteTo("", "p1").Arg)
	sh.Show(d.Object())
}

func must[Req, Resp any](d *desk, o op.Op[Req, Resp], c op.Caller, req Req) Resp {
	d.t.Helper()
	resp, err := o.Call(d.t.Context(), c, req)
	if err != nil {
		d.t.Fatalf("%s: %v", o.Name, err)
	}
	return resp
}

// plain has the letters of a keyboard.
var plain = strings.NewReplacer("’", "'", "\u00a0", " ", "\u202f", " ")

// says are the texts that can be read.
func (d *desk) says() (all []string) {
	uitest.Walk(d.Object(), func(o fyne.CanvasObject) {
		if l, ok := o.(*kit.Label); ok {
			all = append(all, plain.Replace(l.Text()))
		}
	})
	return all
}

func (d *desk) mustSay(texts ...string) {
	d.t.Helper()
	all := strings.Join(d.says(), "\n")
	for _, text := range texts {
		if !strings.Contains(all, text) {
			d.t.Errorf("nothing says %q in:\n%s", text, all)
		}
	}
}

// press presses the button with a text and tells whether there is one.
func (d *desk) press(text string) (there bool) {
	uitest.Walk(d.Object(), func(o fyne.CanvasObject) {
		if b, ok := o.(*kit.Button); ok && plain.Replace(b.Text()) == text && !there {
			there = true
			b.Tapped(nil)
		}
	})
	return there
}

func (d *desk) choose(row int) {
	uitest.Walk(d.Object(), func(o fyne.CanvasObject) {
		if g, ok := o.(*kit.Grid); ok {
			g.Select(row)
		}
	})
}

// TestACustomerIsComparedAndTakenBackOnAClearYes.
func TestACustomerIsComparedAndTakenBackOnAClearYes(t *testing.T) {
	d := worlds(t)
	d.shown("owner", auth.Owner)
	d.mustSay("Dossier du jeudi 12 mars 2026 à 14 h 05", "Lecture seule", "PC-Accueil", "Choisissez une ligne")
	d.choose(0)
	d.mustSay("Boulangerie du Bourg", "1 différence avec aujourd'hui", "Téléphone", "0590111111", "0590222222")
	phone := func() string {
		return must(d, party.Get, d.now.As("owner"), party.IDRequest{ID: 1}).Phone
	}
	d.sh.Yes = false
	if !d.press("Reprendre ce client") || phone() != "0590222222" {
		t.Fatal("taken back without a yes")
	}
	d.sh.Yes = true
	d.press("Reprendre ce client")
	if phone() != "0590111111" || len(d.sh.Toasts) != 1 || !slices.Contains(d.sh.Kinds, "customer") {
		t.Errorf("%q; toasts %v, failed %v", phone(), d.sh.Toasts, d.sh.Failed)
	}
	d.mustSay("Il n'y a rien à reprendre")
	if d.press("Reprendre ce client") {
		t.Error("what is the same can be taken back")
	}
	d.press("Fermer cette sauvegarde")
	if d.engine.open != 0 || d.sh.Backs != 1 {
		t.Errorf("%d are open, went back %d times", d.engine.open, d.sh.Backs)
	}
}

// TestADocumentIsPrintedAndADraftTakenBack into a new one, which is shown.
func TestADocumentIsPrintedAndADraftTakenBack(t *testing.T) {
	d := worlds(t)
	d.shown("owner", auth.Owner)
	d.turn(documents)
	d.choose(0)
	d.mustSay("Il n'y a rien à reprendre", "Four")
	if d.press("Reprendre comme nouveau brouillon") || !d.press("Imprimer tel qu'il était") {
		t.Error("a draft that is the same is taken back, or not printed")
	}
	must(d, billing.DeleteDraft, d.now.As("owner"), billing.IssueRequest{ID: 1, Version: 1})
	d.choose(0)
	d.Refresh()
	d.mustSay("Reprendre le recrée", "Objet", "Four")
	if d.sh.Yes = true; !d.press("Reprendre comme nouveau brouillon") || !d.press("Imprimer tel qu'il était") {
		t.Fatal("no way to take it back or to print it")
	}
	if len(d.sh.Failed) > 0 || !slices.Contains(d.sh.Opened, page.Route{Name: "quote", ID: 2}) {
		t.Errorf("opened %v, failed %v", d.sh.Opened, d.sh.Failed)
	}
	d.turn(items)
	d.choose(0)
	d.mustSay("Fenêtre", "Il n'y a rien à reprendre")
}

// TestWhoMayReadNothingIsToldSo, and an opening that fails leaves a page that says what to do.
func TestWhoMayReadNothingIsToldSo(t *testing.T) {
	d := worlds(t)
	d.shown("machines", auth.Technician)
	d.mustSay("Rien à lire ici avec vos droits")
	if len(d.says()) == 0 || len(d.sheets) != 0 {
		t.Error("lists are shown")
	}
	d.press("Fermer cette sauvegarde")
	d.engine.err = fault.New(fault.NotFound, "backup.point_gone")
	d.shown("owner", auth.Owner)
	d.mustSay("Aucune sauvegarde n'est ouverte")
	if len(d.sh.Failed) != 1 || fault.KeyOf(d.sh.Failed[0]) != "backup.point_gone" {
		t.Errorf("failed %v", d.sh.Failed)
	}
}

// TestAPointClosedMeanwhileIsSaid: the rows that are left lead nowhere.
func TestAPointClosedMeanwhileIsSaid(t *testing.T) {
	d := worlds(t)
	d.shown("owner", auth.Owner)
	must(d, past.Close, d.now.As("owner"), op.Empty{})
	d.choose(0)
	d.mustSay("Aucune sauvegarde n'est ouverte")
	if len(d.sh.Failed) != 1 || fault.KeyOf(d.sh.Failed[0]) != "past.closed" {
		t.Errorf("failed %v", d.sh.Failed)
	}
}
