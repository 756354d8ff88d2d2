package backup_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"zafe/app/backup"
	"zafe/app/i18n"
	"zafe/app/op"
	"zafe/store"
	"zafe/store/storetest"
)

// one is an engine with one restore point.
type one struct{ backup.Engine }

var point = backup.Point{ID: "p", Writer: "PC", Seq: 3, Bytes: 9, Invoice: "F-2026-0007", Invoices: 7}

func (one) Points(context.Context, string) ([]backup.Point, error) { return []backup.Point{point}, nil }

// TestAPointTellsOfItsInvoicesToWhoReadsSalesOnly: the number of an invoice and how many there are is business.
func TestAPointTellsOfItsInvoicesToWhoReadsSalesOnly(t *testing.T) {
	w := storetest.NewWorld(t, func(r *op.Registry[*store.Tx]) { backup.Bind(r, one{}) })
	hidden := point
	hidden.Invoice, hidden.Invoices = "", 0
	for who, want := range map[string]backup.Point{"owner": point, "sales": point, "machines": hidden, "technician": hidden} {
		got, err := backup.Points.Call(w.Ctx(), w.As(who), backup.IDRequest{})
		if err != nil || len(got.Points) != 1 || got.Points[0] != want {
			t.Errorf("%s sees %+v, %v", who, got.Points, err)
		}
	}
}

// TestTheAgeOfAPointDecides between PCs where it is known: a clock that is ahead makes no point the newest, and its date is
// marked.
func TestTheAgeOfAPointDecides(t *testing.T) {
	day := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	points := []backup.Point{
		{ID: "ahead 2", WriterID: "a", Seq: 2, Made: day.AddDate(2, 0, 1), Doubt: true, Age: backup.Age{Term: 1, Event: 40}},
		{ID: "before", WriterID: "a", Seq: 1, Made: day.AddDate(0, 0, -1), Age: backup.Age{Term: 1, Event: 10}},
		{ID: "took over", WriterID: "b", Seq: 1, Made: day, Age: backup.Age{Term: 2, Event: 30}},
		{ID: "no age", WriterID: "c", Seq: 1, Made: day.Add(-time.Hour)},
		{ID: "went on", WriterID: "b", Seq: 2, Made: day.Add(time.Hour), Age: backup.Age{Term: 2, Event: 35}},
	}
	var got []string
	for _, s := range backup.Together(map[string][]backup.Point{"": points}) {
		if got = append(got, s.ID); s.Doubt != (s.ID == "ahead 2") {
			t.Errorf("%s: doubtful %t", s.ID, s.Doubt)
		}
	}
	if want := []string{"went on", "took over", "no age", "ahead 2", "before"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	p := i18n.For("fr")
	if words := points[0].When(p); words == p.Instant(points[0].Made) || points[1].When(p) != p.Instant(points[1].Made) {
		t.Errorf("a doubtful date is written %q", words)
	}
}

// TestAPointOfAClockThatWasAheadIsNotTheNewest: of one PC the number decides, between PCs the date.
func TestAPointOfAClockThatWasAheadIsNotTheNewest(t *testing.T) {
	day := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	points := []backup.Point{
		{ID: "ahead", WriterID: "a", Seq: 2, Made: day.AddDate(2, 0, 0)},
		{ID: "first", WriterID: "a", Seq: 1, Made: day},
		{ID: "last", WriterID: "a", Seq: 3, Made: day.Add(time.Hour)},
		{ID: "other", WriterID: "b", Seq: 9, Made: day.Add(30 * time.Minute)},
		{ID: "next", WriterID: "b", Seq: 10, Made: day.Add(2 * time.Hour)},
	}
	var got []string
	for _, s := range backup.Together(map[string][]backup.Point{"": points}) {
		got = append(got, s.ID)
	}
	if want := []string{"next", "last", "ahead", "other", "first"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestATrialThatNobodyWentOnWithIsNotTheNewest: a PC that was restored for a trial began a later line of the book, while the
// first one worked on.
func TestATrialThatNobodyWentOnWithIsNotTheNewest(t *testing.T) {
	at := func(minute int) time.Time { return time.Date(2026, 11, 23, 16, minute, 0, 0, time.UTC) }
	points := []backup.Point{
		{ID: "before", WriterID: "main", Seq: 1, Made: at(36), Age: backup.Age{Term: 1, Event: 118}},
		{ID: "trial", WriterID: "new", Seq: 1, Made: at(39), Age: backup.Age{Term: 2, Event: 120}},
		{ID: "now", WriterID: "main", Seq: 2, Made: at(50), Age: backup.Age{Term: 1, Event: 123}},
	}
	backup.NewestFirst(points, backup.Point.Dated)
	if points[0].ID != "now" || points[1].ID != "trial" || points[2].ID != "before" {
		t.Errorf("%+v", points)
	}
}
