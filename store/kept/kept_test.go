package kept_test

import (
	"errors"
	"testing"

	"zafe/app/backup"
	"zafe/app/notify"
	"zafe/store"
	"zafe/store/kept"
	"zafe/store/storetest"
)

func load(t *testing.T, s kept.Setting) string {
	t.Helper()
	data, err := s.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestWhatServicesKeep(t *testing.T) {
	st, clock := storetest.New(t)
	destinations, copies, jobs := kept.Destinations(st), kept.Copies(st), kept.Jobs{Store: st}
	if p, err := kept.Origin(t.Context(), st); p != nil || err != nil || load(t, destinations) != "" {
		t.Errorf("a new book came from %v, %v", p, err)
	}
	err := errors.Join(destinations.Save(t.Context(), []byte("a disk")), copies.Save(t.Context(), []byte("one there")),
		jobs.Done(t.Context(), "verify", clock.Now()), jobs.Done(t.Context(), "other", clock.Now()))
	if err != nil {
		t.Fatal(err)
	}
	last, err := jobs.Last(t.Context())
	if err != nil || len(last) != 2 || !last["verify"].Equal(clock.Now()) {
		t.Errorf("jobs: %v, %v", last, err)
	}
	if load(t, destinations) != "a disk" || load(t, copies) != "one there" {
		t.Error("what one keeps is not what it reads")
	}
}

func TestABookThatWasPutBackKeepsItsDestinationsAlone(t *testing.T) {
	st, clock := storetest.New(t)
	destinations, copies, jobs := kept.Destinations(st), kept.Copies(st), kept.Jobs{Store: st}
	from := backup.Point{ID: "a point", Seq: 7}
	err := errors.Join(destinations.Save(t.Context(), []byte("a disk")), copies.Save(t.Context(), []byte("one there")),
		jobs.Done(t.Context(), "verify", clock.Now()),
		st.Update(t.Context(), func(tx *store.Tx) error {
			return tx.SetSetting(notify.StateKey, map[string]string{"receipt": "2026-10"})
		}),
		st.Update(t.Context(), func(tx *store.Tx) error { return kept.Restart(tx, from) }))
	if err != nil {
		t.Fatal(err)
	}
	var told map[string]string
	err = st.View(t.Context(), func(tx *store.Tx) error { _, err := tx.Setting(notify.StateKey, &told); return err })
	if err != nil || len(told) != 0 {
		t.Errorf("what was told on another PC is remembered: %v, %v", told, err)
	}
	last, err := jobs.Last(t.Context())
	if err != nil || len(last) != 0 || load(t, copies) != "" || load(t, destinations) != "a disk" {
		t.Errorf("jobs %v, copies %q, destinations %q, %v", last, load(t, copies), load(t, destinations), err)
	}
	if p, err := kept.Origin(t.Context(), st); err != nil || p == nil || p.ID != from.ID || p.Seq != from.Seq {
		t.Errorf("it came from %+v, %v", p, err)
	}
}
