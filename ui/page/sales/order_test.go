package sales_test

import (
	"context"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/auth"
	"zafe/app/billing"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/uitest"
)

// slow is a shell whose answers come when the test says, in the order the test says.
type slow struct {
	*uitest.Shell
	answers []func()
}

// Go implements page.Shell.
func (s *slow) Go(work func(context.Context) error, done func(error)) {
	s.Shell.Go(work, func(err error) { s.answers = append(s.answers, func() { done(err) }) })
}

// pump gives the answers that wait, and those that come of them.
func (s *slow) pump() {
	for len(s.answers) > 0 {
		next := s.answers[0]
		s.answers = s.answers[1:]
		next()
	}
}

func openSlow(t *testing.T) (*desk, *slow) {
	d := open(t, auth.Owner)
	s := &slow{Shell: d.shell}
	d.env.Shell = s
	return d, s
}

// TestTypingWhileSaving: what is typed while a save is on its way is neither lost nor overwritten, and
// one document is made, not two.
func TestTypingWhileSaving(t *testing.T) {
	d, s := openSlow(t)
	p := d.show(page.Route{Name: "quote"})
	s.pump()
	subject := field[*kit.LineEdit](d, "Objet")
	kit.Focus(subject)
	d.write("Cui")
	d.pass(rest) // the save leaves
	d.write("sine")
	d.pass(rest) // and must wait for the first answer
	s.pump()
	d.pass(rest)
	s.pump()
	list := must(billing.List.Call(d.Ctx(), d.As("owner"), billing.ListRequest{}))(t)
	if list.Count != 1 || list.Rows[0].Subject != "Cuisine" || subject.Text() != "Cuisine" {
		t.Errorf("typed %q, kept %+v", subject.Text(), list.Rows)
	}
	eq(t, "unsaved", p.Unsaved(), false)
	d.fine()
}

// TestIssueWhileSaving: asked for during a save, the issue comes after it, once, with the last text.
func TestIssueWhileSaving(t *testing.T) {
	d, s := openSlow(t)
	doc := d.works()
	d.show(id(doc))
	s.pump()
	kit.Focus(field[*kit.LineEdit](d, "Objet"))
	d.write("Un")
	d.pass(rest)
	d.write("Deux")
	d.key(fyne.KeyF10, 0)
	s.pump()
	d.click("Valider F-2026-0001")
	s.pump()
	got := d.get(doc.ID)
	if !got.Final || got.Subject != "UnDeux" {
		t.Errorf("final %v, subject %q", got.Final, got.Subject)
	}
	d.sees("Facture F-2026-0001")
	d.fine()
}

// TestStaleAnswers: an answer to an earlier search never replaces the last one.
func TestStaleAnswers(t *testing.T) {
	d, s := openSlow(t)
	c := d.customer("SCI Les Tilleuls", "Nantes")
	d.quote(c, day(11, 2), "Cuisine", line("Plan", 1, 90000, 200_000))
	d.quote(c, day(11, 3), "Bureau", line("Plan", 1, 90000, 200_000))
	d.show(page.Route{Name: "quotes"})
	s.pump()
	search := one[*kit.LineEdit](d, 0)
	kit.Focus(search)
	d.write("cuis")
	d.pass(time.Second)
	first := s.answers
	s.answers = nil
	search.SelectAll()
	d.write("bur")
	d.pass(time.Second)
	s.pump()
	for _, late := range first {
		late()
	}
	d.sees("Bureau", "-Cuisine", "1 devis")
}

// TestDeletedElsewhere: a draft that someone else deleted is told, and what is typed stays on screen.
func TestDeletedElsewhere(t *testing.T) {
	d, s := openSlow(t)
	doc := d.works()
	d.show(id(doc))
	s.pump()
	kit.Focus(field[*kit.LineEdit](d, "Objet"))
	d.write("Un")
	must(billing.DeleteDraft.Call(d.Ctx(), d.As("owner"), billing.IssueRequest{ID: doc.ID, Version: doc.Version}))(t)
	d.pass(rest)
	s.pump()
	s.pump()
	d.sees("Ce brouillon n'existe plus.", "Claire a supprimé ce brouillon")
	eq(t, "documents", must(billing.List.Call(d.Ctx(), d.As("owner"), billing.ListRequest{}))(t).Count, 0)
}
