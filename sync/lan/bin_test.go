package lan_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"zafe/app/bin"
	"zafe/app/party"
)

// TestManyDeletionsAreHeldOverTheWire: a client that knows nothing but the wire gets fifty through, and no more until an
// owner said so; nobody else can, and what is in the bin is each one's own.
func TestManyDeletionsAreHeldOverTheWire(t *testing.T) {
	x := newLooked(t)
	var b strings.Builder
	b.WriteString("Nom;Code\n")
	for i := range bin.Most + 1 {
		fmt.Fprintf(&b, "Masse %d;M%05d\n", i, i)
	}
	x.does(party.Import.Spec, "claire", m{"name": "a.csv", "data": []byte(b.String())}, &struct{}{})
	var page party.Page
	x.does(party.List.Spec, "claire", m{"text": "Masse", "limit": 500}, &page)
	if len(page.Rows) != bin.Most+1 {
		t.Fatalf("%d customers", len(page.Rows))
	}
	for _, r := range page.Rows[:bin.Most] {
		x.does(party.Archive.Spec, "marc", m{"id": r.ID}, &party.Customer{})
	}
	last := m{"id": page.Rows[bin.Most].ID}
	x.refuses(party.Archive.Spec, "marc", last, "bin.held")
	x.refuses(party.Archive.Spec, "marc", last, "bin.held")
	x.refuses(bin.Look.Spec, "marc", m{}, "op.forbidden")

	var o bin.Overview
	x.does(bin.Look.Spec, "claire", m{}, &o)
	if len(o.Waiting()) != 1 || o.Holds[0].Name != "Marc" || o.Holds[0].Left != bin.Most {
		t.Fatalf("%+v", o)
	}
	id := o.Holds[0].ID
	for _, who := range []string{"marc", "sonia", "ines"} {
		x.refuses(bin.Free.Spec, who, m{"id": id}, "op.forbidden")
	}
	x.refuses(bin.Restore.Spec, "yann", m{"hold": id}, "bin.gone")
	var mine bin.ListResponse
	x.does(bin.List.Spec, "yann", m{}, &mine)
	if len(mine.Rows) != 0 {
		t.Errorf("Yann reads %+v", mine.Rows)
	}
	var back bin.Restored
	x.does(bin.Restore.Spec, "claire", m{"hold": id}, &back)
	x.does(party.List.Spec, "claire", m{"text": "Masse", "limit": 500}, &page)
	if back.Back != bin.Most || len(page.Rows) != bin.Most+1 {
		t.Errorf("%+v, %d customers", back, len(page.Rows))
	}
	x.o.world.Clock.Add(time.Second)
	x.does(bin.Free.Spec, "claire", m{"id": id}, &o)
	x.does(party.Archive.Spec, "marc", last, &party.Customer{})
}
