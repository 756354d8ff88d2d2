package keeper_test

import (
	"testing"
	"time"

	"zafe/app/audit"
	appbackup "zafe/app/backup"
	"zafe/app/fault"
	"zafe/sync/backup/keeper"
	"zafe/sync/backup/vault"
)

// TestTheNewestIsNotThatOfAPCThatWasReplaced: nobody restores it without having chosen it.
func TestTheNewestIsNotThatOfAPCThatWasReplaced(t *testing.T) {
	_, b, c, _ := newKeeper(t)
	b.change(t)
	key, err := vault.NewKey(sheet)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	name := func(writer string) string { return writer }
	save := func(writer string, term int64, at time.Time) {
		t.Helper()
		set := vault.Settings{Dir: t.TempDir(), ID: "book", Key: key, WriterID: writer, WriterName: name(writer), Schema: 1}
		if err := vault.Create(set); err != nil {
			t.Fatal(err)
		}
		v, err := vault.Open(t.Context(), set)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = v.Close() }()
		run := vault.Run{Now: at, Checkpoint: &audit.Checkpoint{Book: "one", Term: term, Signature: "00"}}
		if _, err := v.Snapshot(t.Context(), b, b, run); err != nil {
			t.Fatal(err)
		}
		f, err := vault.LocalFolder(t.Context(), folder)
		if err == nil {
			_, err = v.Replicate(t.Context(), f, vault.Sending{})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	open := func() *keeper.Rescue {
		t.Helper()
		place := appbackup.NewDestination{Provider: "local", Folder: folder}
		r, err := keeper.OpenRescue(t.Context(), place, sheet, nil, func(string, error) {})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	save("main", 2, c.Now())
	if p, err := open().Point(t.Context(), ""); err != nil || p.Writer != "main" {
		t.Errorf("%+v %v", p, err)
	}
	save("old", 1, c.Now().Add(5*time.Hour))
	r := open()
	if _, err := r.Point(t.Context(), ""); fault.KeyOf(err) != "backup.two_lines" {
		t.Errorf("the newest was taken: %v", err)
	} else if args := fault.Of(err).Args; args["name"] == args["other"] || args["made"] == args["last"] {
		t.Errorf("nobody can choose between %v", args)
	}
	points, _, err := r.Points(t.Context(), 0)
	if err != nil || len(points) != 2 || !points[0].Old || points[1].Old {
		t.Fatalf("%+v %v", points, err)
	}
	if p, err := r.Point(t.Context(), points[0].ID); err != nil || p.Writer != "old" {
		t.Errorf("the one that was chosen: %+v %v", p, err)
	}
	folder = t.TempDir() // another place: the clock of the first PC was ahead by years, and another took over from it
	save("ahead", 1, time.Now().AddDate(2, 0, 0))
	save("next", 2, c.Now())
	r = open()
	if p, err := r.Point(t.Context(), ""); err != nil || p.Writer != "next" {
		t.Errorf("a clock that is ahead makes the newest point: %+v %v", p, err)
	}
	points, _, err = r.Points(t.Context(), 0)
	if err != nil || len(points) != 2 || points[0].Doubt || !points[1].Doubt || points[1].Old {
		t.Fatalf("%+v %v", points, err)
	}
	folder = t.TempDir() // two PCs of one name
	name = func(string) string { return "PC" }
	save("main", 2, c.Now())
	save("old", 1, c.Now().Add(5*time.Hour))
	if _, err := open().Point(t.Context(), ""); fault.KeyOf(err) != "backup.two_lines_alike" {
		t.Errorf("two of one name: %v", err)
	}
}
