package backup_test

import (
	"context"
	"testing"

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
