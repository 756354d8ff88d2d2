package rebuild_test

import (
	"database/sql"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pressly/goose/v3"

	"zafe/app/backup"
	"zafe/app/company"
	"zafe/app/fault"
	"zafe/store"
	"zafe/store/crypt"
	"zafe/store/rebuild"
)

// loud fails a test when something could not be removed.
func loud(t *testing.T) func(string, error) {
	return func(what string, err error) { t.Error(what, err) }
}

// TestABookOfThePastIsReadAndNeverWritten, at the time it was, in a folder that nobody's password opens and that goes
// with it.
func TestABookOfThePastIsReadAndNeverWritten(t *testing.T) {
	st, c := original(t)
	c.Point.Made = time.Date(2026, 3, 12, 14, 5, 0, 0, time.UTC)
	parent := t.TempDir()
	past := rebuild.NewPast(parent, options(), loud(t))
	if err := send(t.Context(), st, past, c); err != nil {
		t.Fatal(err)
	}
	err := past.View(t.Context(), func(tx *store.Tx) error {
		if p, err := company.Of(tx); err != nil || p.Name != "Atelier Dupont" || !tx.Now().Equal(c.Point.Made) {
			t.Errorf("%q at %v, %v", p.Name, tx.Now(), err)
		}
		return tx.SetSetting("company", 1)
	})
	if err == nil {
		t.Error("written by whoever looks at it")
	}
	if err := past.Update(t.Context(), func(*store.Tx) error { return nil }); fault.KeyOf(err) != "op.read_only" {
		t.Errorf("written: %v", err)
	}
	left := names(t, parent)
	if len(left) != 1 || !strings.HasPrefix(left[0], "past-") {
		t.Fatalf("it is in %q", left)
	}
	keys, err := crypt.OpenKeys(filepath.Join(parent, left[0], "book", "company.keys"), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range keys.Slots() {
		if s.Label != "past" && s.Kind != crypt.KindRecovery {
			t.Errorf("opened by %+v", s)
		}
	}
	if _, err := keys.UnlockPassword("le mot d'avant"); !errors.Is(err, crypt.ErrNoSlot) {
		t.Errorf("an owner's password: %v", err)
	}
	if err := past.Close(); err != nil || len(names(t, parent)) != 0 {
		t.Errorf("left behind: %q, %v", names(t, parent), err)
	}
}

// TestABookOfThePastThatIsNotWhatItsCopySaysLeavesNothing, nor one for which there is no room.
func TestABookOfThePastThatIsNotWhatItsCopySaysLeavesNothing(t *testing.T) {
	st, c := original(t)
	c.Matches = other
	parent := t.TempDir()
	past := rebuild.NewPast(parent, options(), loud(t))
	if err := send(t.Context(), st, past, c); fault.KeyOf(err) != "backup.totals_differ" {
		t.Error(err)
	}
	past.Abort()
	past = rebuild.NewPast(parent, options(), loud(t))
	if err := past.Begin(t.Context(), 1<<16, 1<<31); fault.KeyOf(err) != "store.no_room" {
		t.Error(err)
	}
	past.Abort()
	if left := names(t, parent); len(left) != 0 {
		t.Errorf("left behind: %q", left)
	}
}

// older are the pages of a book under the schema of a version, as a program of then left them.
func older(t *testing.T, version int64) (pages [][]byte) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "book.db")
	m, err := crypt.NewMount(crypt.NewRoot(), crypt.Options{TempDir: filepath.Dir(path)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = m.Unmount() }()
	if err := m.Create(path); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", m.DSN(path, url.Values{}))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	p, err := goose.NewProvider(goose.DialectSQLite3, db, os.DirFS("../migrations"))
	if err == nil {
		_, err = p.UpTo(t.Context(), version)
	}
	if err == nil {
		_, err = db.ExecContext(t.Context(), `INSERT INTO setting(key, value) VALUES ('company', '{"name":"Atelier Dupont"}')`)
	}
	if err != nil {
		t.Fatal(err)
	}
	rows, err := db.QueryContext(t.Context(), `SELECT data FROM sqlite_dbpage ORDER BY pgno`)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var data []byte
		if err := rows.Scan(&data); err != nil {
			t.Fatal(err)
		}
		pages = append(pages, data)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return pages
}

// TestAPointOfAnOlderProgramIsRead: it is brought to the schema of this one, which knows roles.
func TestAPointOfAnOlderProgramIsRead(t *testing.T) {
	pages := older(t, 13)
	past := rebuild.NewPast(t.TempDir(), options(), loud(t))
	err := past.Begin(t.Context(), len(pages[0]), uint32(len(pages)))
	for i, data := range pages {
		err = errors.Join(err, past.Page(uint32(i+1), data))
	}
	all := func(backup.Totals) bool { return true }
	if err = errors.Join(err, past.Commit(t.Context(), rebuild.Copy{Matches: all})); err != nil {
		t.Fatal(err)
	}
	err = past.View(t.Context(), func(tx *store.Tx) error {
		roles, err := tx.Roles()
		p, nameErr := company.Of(tx)
		if len(roles) == 0 || p.Name != "Atelier Dupont" {
			t.Errorf("%d roles, %q", len(roles), p.Name)
		}
		return errors.Join(err, nameErr)
	})
	if err := errors.Join(err, past.Close()); err != nil {
		t.Error(err)
	}
}

func TestSweepRemovesWhatAKilledProgramLeft(t *testing.T) {
	parent := t.TempDir()
	for _, name := range []string{"drill-123/book", "past-123/book", "book", "vault"} {
		if err := os.MkdirAll(filepath.Join(parent, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := rebuild.Sweep(parent); err != nil {
		t.Error(err)
	}
	if left := names(t, parent); !slices.Equal(left, []string{"book", "vault"}) {
		t.Errorf("left: %q", left)
	}
}
