package history

import (
	"slices"
	"strings"
	"time"

	"zafe/app/auth"
	"zafe/app/i18n"
	"zafe/app/search"
)

// Filter chooses events; the zero one chooses all. Each part narrows the choice.
type Filter struct {
	Kind        string // of one subject
	Subject     int64
	Person      auth.UserID // 0: by anybody
	PC          *string     // fingerprint, "" for the PC that has the book; nil: from any
	From, Until time.Time   // Until is not in it
	Words       []Word      // each must be met,
	Whole       Subjects    // or all of them together mean one of these
	Before      int64
	Limit       int
}

// Word is what a word that was typed may mean; an event that has one of these meets it.
type Word struct {
	Text     string // in the name that its author had, or the number or code of what it is about
	People   []auth.UserID
	PCs      []string
	Ops      []string
	Roles    []auth.Role // that somebody was given
	Subjects Subjects
}

// Subjects are what events may be about, by kind; nil stands for all of a kind.
type Subjects map[string][]int64

// filter finds out what is asked for. A subject is found by its name only by who may read its name.
func filter(tx Tx, actor auth.Actor, req ListRequest) (f Filter, err error) {
	f = Filter{Kind: req.Kind, Subject: req.Subject, Person: req.Person}
	switch req.PC {
	case "":
	case MainPC:
		f.PC = new(string)
	default:
		f.PC = &req.PC
	}
	if !req.From.IsZero() {
		f.From = tx.StartOf(req.From)
	}
	if !req.To.IsZero() {
		f.Until = tx.StartOf(req.To.AddDays(1))
	}
	for _, w := range search.Parse(req.Text).Words {
		word, err := meaning(tx, actor, i18n.For(req.Lang), w)
		if err != nil {
			return f, err
		}
		f.Words = append(f.Words, word)
	}
	f.Whole = Subjects{}
	return f, found(tx, actor, req.Text, f.Whole)
}

// subjects are the kinds of events whose subjects the search knows, by its own kinds.
var subjects = map[string][]string{
	search.Customer: {"customer"}, search.Item: {"item"}, search.Payment: {"payment"}, search.Entry: {"entry"},
	search.Quote: {"quote", "document"}, search.Invoice: {"invoice", "document"},
	search.CreditNote: {"credit_note", "document"},
}

// meaning finds what a folded word may mean.
func meaning(tx Tx, actor auth.Actor, p *i18n.Printer, folded string) (w Word, err error) {
	w = Word{Text: folded, Subjects: Subjects{}}
	named := func(name string) bool { return strings.Contains(i18n.Fold(name), folded) }
	people, err := tx.Users()
	if err != nil {
		return w, err
	}
	for _, u := range people {
		if named(u.Name) || named(u.Login) {
			w.People = append(w.People, u.ID)
			w.Subjects["user"] = append(w.Subjects["user"], int64(u.ID))
		}
	}
	pcs, err := tx.Devices()
	if err != nil {
		return w, err
	}
	for _, d := range pcs {
		if named(d.Name) {
			w.PCs = append(w.PCs, d.Fingerprint)
			w.Subjects["device"] = append(w.Subjects["device"], int64(d.ID))
		}
	}
	roles, err := tx.Roles()
	if err != nil {
		return w, err
	}
	for _, r := range roles {
		if named(r.Name) || r.Ready && named(p.T("role."+string(r.Key), nil)) {
			w.Roles = append(w.Roles, r.Key)
			w.Subjects["role"] = append(w.Subjects["role"], r.ID)
		}
	}
	if named(p.T("history.here", nil)) {
		w.PCs = append(w.PCs, "")
	}
	for _, key := range i18n.Keys(p.Lang()) {
		if name, ok := strings.CutPrefix(key, "event."); ok && named(p.T(key, nil)) {
			w.Ops = append(w.Ops, name)
		}
		if kind, ok := strings.CutPrefix(key, "history.kind."); ok && named(p.T(key, nil)) {
			w.Subjects[kind] = nil // all of them
		}
	}
	return w, found(tx, actor, folded, w.Subjects)
}

// found adds the records that the search box finds by a text.
func found(tx Tx, actor auth.Actor, text string, into Subjects) error {
	q := search.Parse(text).As(actor)
	if q.Empty() {
		return nil
	}
	for kind, of := range subjects {
		if !shows(actor, of[0]) {
			continue
		}
		hits, err := tx.SearchDocs(kind, q, auth.Always(true))
		if err != nil {
			return err
		}
		for _, k := range of {
			if ids, all := into[k]; all && ids == nil {
				continue
			}
			for _, h := range hits {
				into[k] = append(into[k], h.Ref)
			}
		}
	}
	return nil
}

// choices are the people and the PCs there are.
func choices(tx Tx) (people, pcs []Choice, err error) {
	all, err := tx.Users()
	if err != nil {
		return nil, nil, err
	}
	for _, u := range all {
		people = append(people, Choice{ID: u.ID, Name: u.Name})
	}
	devices, err := tx.Devices()
	for _, d := range devices {
		pcs = append(pcs, Choice{PC: d.Fingerprint, Name: d.Name})
	}
	byName := func(a, b Choice) int { return i18n.Compare(a.Name, b.Name) }
	slices.SortStableFunc(people, byName)
	slices.SortStableFunc(pcs, byName)
	return people, pcs, err
}
