package backup_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"zafe/app/backup"
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
