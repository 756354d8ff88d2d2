package rebuild_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zafe/app/audit"
	"zafe/app/backup"
	"zafe/app/company"
	"zafe/app/fault"
	"zafe/app/plan"
	"zafe/app/recovery"
	"zafe/app/setup"
	"zafe/app/user"
	"zafe/store"
	"zafe/store/kept"
	"zafe/store/rebuild"
	"zafe/store/source"
	"zafe/store/storetest"
)

const chosen = "sept bateaux bleus au large"

// original is a book with its owner on another PC, and the copy that was made of it.
func original(t *testing.T) (*store.Store, rebuild.Copy) {
	t.Helper()
	st, _ := storetest.New(t)
	cost := user.Hashing{Passes: 1, MemoryKiB: 64, Threads: 1}
	r := user.SaveRequest{Login: "claire", Name: "Claire", Password: "le mot d'avant"}
	err := st.Update(t.Context(), func(tx *store.Tx) error {
		owner, err := user.NewOwner(t.Context(), r, cost, func(string, []string, bool) error { return nil })
		if err != nil {
			return err
		}
		owner.CreatedAt = tx.Now()
		_, err = tx.SaveUser(owner)
		_, noteErr := tx.AppendEvent(audit.Event{Op: "test.done"})
		profile := company.Default()
		profile.Name = "Atelier Dupont"
		return errors.Join(err, noteErr, tx.SetSetting("company", profile),
			setup.SaveIdentity(tx, setup.Identity{
				BookID: "one", WriterID: "old-1", WriterName: "Old", Root: []byte("a root"),
				RecoveryKey: recovery.Key(storetest.Recovery).String(),
			}))
	})
	if err == nil {
		err = kept.Copies(st).Save(t.Context(), []byte("what the old PC knew"))
	}
	totals, totalsErr := source.Book{Store: st}.Checks(t.Context())
	point, pointErr := source.Book{Store: st}.Checkpoint(t.Context())
	if err := errors.Join(err, totalsErr, pointErr); err != nil {
		t.Fatal(err)
	}
	return st, rebuild.Copy{
		WriterID: "old-1", Seq: 7, Point: backup.Point{ID: "a point", Invoices: 3},
		Matches: func(got backup.Totals) bool { return got == totals }, Checkpoint: &point,
	}
}

// TestACopyIsTheBookThatItSays: one whose journal is not that of its checkpoint, or of which another book says so, is
// put back nowhere and passes no trial. Older copies have none.
func TestACopyIsTheBookThatItSays(t *testing.T) {
	st, c := original(t)
	root, err := setup.Identity{Root: []byte("a root")}.Signer()
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := setup.Identity{Root: []byte("another")}.Signer()
	if err != nil {
		t.Fatal(err)
	}
	further, another, forged := *c.Checkpoint, *c.Checkpoint, *c.Checkpoint
	further.Event++
	another.Hash = strings.Repeat("0", 64)
	further, another = further.Sign(root), another.Sign(root)
	unsigned := *c.Checkpoint
	unsigned.Signature = ""
	forged = forged.Sign(stranger)
	for name, v := range map[string]struct {
		point *audit.Checkpoint
		want  string
	}{
		"as it is":       {c.Checkpoint, ""},
		"an older copy":  {nil, ""},
		"it lacks one":   {&further, "backup.totals_differ"},
		"another event":  {&another, "backup.totals_differ"},
		"another's word": {&forged, "backup.totals_differ"},
		"nobody's word":  {&unsigned, "backup.totals_differ"},
	} {
		t.Run(name, func(t *testing.T) {
			made := c
			made.Checkpoint = v.point
			trial := rebuild.NewTrial(t.TempDir(), options(), func(what string, err error) { t.Error(what, err) })
			if err := send(t.Context(), st, trial, made); fault.KeyOf(err) != v.want {
				t.Errorf("trial: %v", err)
			}
			own := rebuild.NewOwn(filepath.Join(t.TempDir(), "book"), options(), request())
			if err := send(t.Context(), st, own, made); fault.KeyOf(err) != v.want {
				t.Errorf("restore: %v", err)
			}
		})
	}
}

// send gives the pages of a book to a receiver, as a restore does.
func send(ctx context.Context, st *store.Store, to rebuild.Receiver, c rebuild.Copy) error {
	begin := func(size int, pages uint32) error { return to.Begin(ctx, size, pages) }
	if err := st.Pages(ctx, begin, to.Page); err != nil {
		return err
	}
	return to.Commit(ctx, c)
}

// other refuses every total: the copy is not the book that it says.
func other(backup.Totals) bool { return false }

func options() store.Options {
	clock := &storetest.Clock{}
	clock.Set(storetest.Noon)
	return store.Options{Clock: clock.Now, SlotCost: storetest.Cheap}
}

func request() rebuild.Request {
	return rebuild.Request{Password: chosen, Recovery: storetest.Recovery, WriterID: "new-2", WriterName: "New"}
}

func names(t *testing.T, dir string) (out []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

func TestABookBecomesThisPCsOwn(t *testing.T) {
	st, c := original(t)
	dir := filepath.Join(t.TempDir(), "book")
	own := rebuild.NewOwn(dir, options(), request())
	if err := send(t.Context(), st, own, c); err != nil {
		t.Fatal(err)
	}
	want := rebuild.Restored{Login: "claire", Company: "Atelier Dupont", Events: 1, Invoices: 3}
	if got := own.Restored(); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	back, err := store.Open(t.Context(), dir, store.WithPassword(chosen), options())
	if err != nil {
		t.Fatal(err)
	}
	err = back.View(t.Context(), func(tx *store.Tx) error {
		id, _, err := setup.IdentityOf(tx)
		last, headErr := tx.Head()
		if id.BookID != "one" || id.WriterID != "new-2" || id.WriterName != "New" ||
			last.Op != "book.restored" || last.Payload != `{"writer":"old-1","seq":7}` {
			t.Errorf("%+v, %+v", id, last)
		}
		var numbers struct{ Made time.Time }
		if _, err := tx.Setting("billing.resume", &numbers); err != nil || !numbers.Made.Equal(c.Point.Made) {
			t.Errorf("the numbers are not asked about: %v, %v", numbers, err)
		}
		follow, followErr := plan.FollowOf(tx)
		if !follow.Open() || !follow.Made.Equal(c.Point.Made) || follow.Restored.IsZero() {
			t.Errorf("nobody asks what happened: %+v", follow)
		}
		sheet, sheetErr := setup.ProgressOf(tx)
		if !sheet.SheetKnown || sheet.SheetOn != tx.Today() {
			t.Errorf("the sheet that opened the copies is not taken for checked: %+v", sheet)
		}
		return errors.Join(err, headErr, followErr, sheetErr)
	})
	known, keptErr := kept.Copies(back).Load(t.Context())
	from, fromErr := kept.Origin(t.Context(), back)
	if err := errors.Join(err, keptErr, fromErr); err != nil || len(known) != 0 || from == nil || from.ID != "a point" {
		t.Errorf("it knows %q and comes from %+v, %v", known, from, err)
	}
	if by := back.OpenedBy(); by != user.SlotLabel(1) {
		t.Errorf("opened as %q", by)
	}
	if err := back.Close(); err != nil {
		t.Error(err)
	}
}

// Two shares of the key say nothing about the sheet of the whole key, which may be lost: it stays to be checked.
func TestTwoSharesDoNotCheckTheSheet(t *testing.T) {
	st, c := original(t)
	r := request()
	r.Shared = true
	dir := filepath.Join(t.TempDir(), "book")
	if err := send(t.Context(), st, rebuild.NewOwn(dir, options(), r), c); err != nil {
		t.Fatal(err)
	}
	back, err := store.Open(t.Context(), dir, store.WithPassword(chosen), options())
	if err != nil {
		t.Fatal(err)
	}
	err = back.View(t.Context(), func(tx *store.Tx) error {
		p, err := setup.ProgressOf(tx)
		if p.SheetKnown || !p.SheetOn.IsZero() {
			t.Errorf("a sheet that nobody read is taken for checked: %+v", p)
		}
		return err
	})
	if err := errors.Join(err, back.Close()); err != nil {
		t.Error(err)
	}
}

func TestWhatIsNotTheBookItSaysDoesNotAppear(t *testing.T) {
	st, c := original(t)
	nobody, easy := request(), request()
	nobody.Login, easy.Password = "bruno", "azertyuiop"
	for name, v := range map[string]struct {
		request rebuild.Request
		matches func(backup.Totals) bool
		want    string
	}{
		"other totals":     {request(), other, "backup.totals_differ"},
		"nobody's log-in":  {nobody, c.Matches, "user.not_found"},
		"an easy password": {easy, c.Matches, fault.KeyOf(easy.Check())},
	} {
		t.Run(name, func(t *testing.T) {
			parent := t.TempDir()
			wrong := c
			wrong.Matches = v.matches
			own := rebuild.NewOwn(filepath.Join(parent, "book"), options(), v.request)
			if err := send(t.Context(), st, own, wrong); v.want == "" || fault.KeyOf(err) != v.want {
				t.Errorf("%v, want %q", err, v.want)
			}
			own.Abort()
			if store.Exists(filepath.Join(parent, "book")) {
				t.Error("it is there")
			}
		})
	}
	if err := request().Check(); err != nil {
		t.Error(err)
	}
}

func TestATrialLeavesNothing(t *testing.T) {
	st, c := original(t)
	wrong := c
	wrong.Matches = other
	for name, v := range map[string]struct {
		of   rebuild.Copy
		want string
	}{"a good copy": {c, ""}, "another book": {wrong, "backup.totals_differ"}} {
		t.Run(name, func(t *testing.T) {
			parent := t.TempDir()
			trial := rebuild.NewTrial(parent, options(), func(what string, err error) { t.Error(what, err) })
			if err := send(t.Context(), st, trial, v.of); fault.KeyOf(err) != v.want {
				t.Error(err)
			}
			if left := names(t, parent); len(left) != 0 {
				t.Errorf("left behind: %q", left)
			}
		})
	}
}

func TestATrialGivenUpLeavesNothing(t *testing.T) {
	st, _ := original(t)
	parent := t.TempDir()
	trial := rebuild.NewTrial(parent, options(), func(what string, err error) { t.Error(what, err) })
	stop := errors.New("stop")
	err := st.Pages(t.Context(), func(size int, pages uint32) error { return trial.Begin(t.Context(), size, pages) },
		func(n uint32, data []byte) error { return errors.Join(trial.Page(n, data), stop) })
	if !errors.Is(err, stop) || len(names(t, parent)) != 1 {
		t.Errorf("under way: %q, %v", names(t, parent), err)
	}
	trial.Abort()
	if left := names(t, parent); len(left) != 0 {
		t.Errorf("left behind: %q", left)
	}
}

func TestATrialThatHasNoRoomIsNotBegun(t *testing.T) {
	parent := t.TempDir()
	trial := rebuild.NewTrial(parent, options(), func(what string, err error) { t.Error(what, err) })
	if err := trial.Begin(t.Context(), 1<<16, 1<<31); fault.KeyOf(err) != "store.no_room" {
		t.Error(err)
	}
	if left := names(t, parent); len(left) != 0 {
		t.Errorf("left behind: %q", left)
	}
}
