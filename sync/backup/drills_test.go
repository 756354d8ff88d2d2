package backup

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"slices"
	"time"

	"zafe/app/fault"
	"zafe/store"
	"zafe/store/storetest"
	"zafe/sync/backup/remote"
	"zafe/sync/backup/schedule"
	"zafe/sync/backup/vault"
)

// backUp: nothing goes wrong.
func (x *trial) backUp() {
	for range 2 + x.rounds {
		x.save(3, 20_000)
		x.send()
	}
	if n := x.points(); n != 2+x.rounds {
		x.Fatalf("%d points", n)
	}
	if report, err := x.s.Check(x.Context(), x.id); err != nil || !report.Complete() {
		x.Fatalf("%+v %v", report, err)
	}
	if _, err := x.s.Drill(x.Context(), x.id, vault.Point{}, newBlank(x), nil); err != nil {
		x.Fatal(explain(err))
	}
	if status := x.s.Status(x.change()); status.Overall != schedule.Green || status.Drill == nil {
		x.Fatalf("%+v", status)
	}
	if sent := x.send(); sent.Objects != 0 {
		x.Fatalf("%d objects were sent twice", sent.Objects)
	}
}

func (x *trial) change() uint64 {
	x.Helper()
	c, err := x.book.Checks(x.Context())
	if err != nil {
		x.Fatal(err)
	}
	return c.Change
}

// kill: the program is killed while it sends, at any moment.
func (x *trial) kill() {
	config := x.keepConfig()
	within := time.Duration(0)
	for range 2 { // the second goes over lines and folders that are there
		x.save(5, 60_000)
		start := time.Now()
		x.send()
		within = time.Since(start)
	}
	listed, interrupted := 2, 0
	for n := 0; n < 3*x.rounds || interrupted == 0 && n < 3*x.rounds+6; n++ {
		x.save(10, 30_000)
		killChild(x.T, "TestChild", within, x.child(config, "send")...)
		there := x.points()
		if there < listed || there > len(x.proofs) {
			x.Fatalf("%d points of %d, %d before", there, len(x.proofs), listed)
		}
		if listed = there; there < len(x.proofs) {
			interrupted++
		} else {
			within /= 2 // too late
		}
	}
	if interrupted == 0 {
		x.Error("every sending was over before it could be killed")
	}
	x.send()
	if n := x.points(); n != len(x.proofs) {
		x.Fatalf("%d points in the end", n)
	}
}

// killRestore: the program is killed while it restores, at any moment. No book stands half-made under its name, and
// the next restore is in nobody's way.
func (x *trial) killRestore() {
	config := x.keepConfig()
	x.save(10, 30_000)
	x.send()
	start := time.Now()
	x.restoresWhole()
	within := time.Since(start) / 2
	whole := 0
	for range 3 * x.rounds {
		pc := newBlank(x)
		killChild(x.T, "TestChild", within, append(x.child(config, "restore"), "ZAFE_BOOK="+pc.dir)...)
		if store.Exists(pc.dir) {
			whole++
			book, err := store.Open(x.Context(), pc.dir, store.WithRecovery(storetest.Recovery), pc.options())
			if err != nil {
				x.Fatalf("the book of a restore that was killed: %v", err)
			}
			pc.book = book
			tree, contents := x.tree()
			m, err := tree.Describe(x.Context(), latestOf(x, contents, x.s.set.WriterID))
			if err == nil {
				_, err = tree.RestoreFiles(x.Context(), m, pc, nil)
			}
			if err != nil {
				x.Fatal(explain(err))
			}
		} else if err := x.restoreTo(pc); err != nil {
			x.Fatal(explain(err))
		}
		if got := prove(x, pc.book); got != x.proofs[1] {
			x.Fatalf("restored\n%+v, saved\n%+v", got, x.proofs[1])
		}
	}
	x.Logf("%d of %d restores were over but for attachments", whole, 3*x.rounds)
}

// keepConfig keeps the destinations in a file, for another process.
func (x *trial) keepConfig() string {
	x.Helper()
	path := filepath.Join(x.TempDir(), "config")
	if err := x.s.set.Remotes.MoveTo(x.Context(), fileStore(path)); err != nil {
		x.Fatal(err)
	}
	return path
}

// child is what a process of its own is told; see TestChild.
func (x *trial) child(config, do string) []string {
	return []string{
		"ZAFE_DO=" + do, "ZAFE_VAULT=" + x.s.set.Dir, "ZAFE_REMOTES=" + config, "ZAFE_ID=" + x.id,
		"ZAFE_WRITER=" + x.s.set.WriterID,
	}
}

// cutUp: each connection breaks after some bytes of upload, in the middle of a large attachment or later.
func (x *trial) cutUp() {
	for round := range x.rounds {
		x.book.work(4, 10_000)
		x.save(4, 60_000)
		x.line.Limit(int64(40_000 + rand.IntN(15_000)))
		x.insist("send", x.line.Limit, func() error { return x.s.Send(x.Context(), x.id, nil).Err })
		if n := x.points(); n != round+1 {
			x.Fatalf("%d points after round %d", n, round)
		}
	}
	if x.line.Cuts() == 0 {
		x.Fatal("nothing was cut")
	}
	x.Logf("%d cuts", x.line.Cuts())
}

// insist tries again while the line is cut, then over a whole one.
func (x *trial) insist(what string, limit func(int64), try func() error) {
	x.Helper()
	defer limit(0)
	const tries = 3
	for n := range tries {
		if n == tries-1 {
			limit(0)
		}
		err := try()
		if err == nil {
			return
		}
		if n == tries-1 || !remote.Passing(err) {
			x.Fatalf("%s over a cut line ends with %s", what, explain(err))
		}
	}
}

// cutDown: each connection breaks after some bytes of download, during a restore and a trial restore.
func (x *trial) cutDown() {
	x.save(10, 45_000)
	x.send()
	for range x.rounds {
		x.line.LimitDown(int64(40_000 + rand.IntN(40_000)))
		x.insist("trial restore", x.line.LimitDown, func() error {
			_, err := x.s.Drill(x.Context(), x.id, vault.Point{}, newBlank(x), nil)
			return err
		})
		if status := x.s.Status(x.change()); !status.DrillFailed.IsZero() {
			x.Fatal("a cut line made the trial restore fail")
		}
		x.line.LimitDown(int64(40_000 + rand.IntN(40_000)))
		x.insist("restore", x.line.LimitDown, x.restoreOnce)
	}
	if x.line.Cuts() == 0 {
		x.Fatal("nothing was cut")
	}
	x.Logf("%d cuts", x.line.Cuts())
}

// restoreOnce restores the newest point on a blank PC. What comes over a bad line is right, or not there.
func (x *trial) restoreOnce() error {
	pc := newBlank(x)
	err := x.restoreTo(pc)
	if err != nil && pc.book == nil && store.Exists(pc.dir) {
		x.Fatal("a restore that failed left a book")
	}
	return err
}

// restoreTo restores the newest point on a PC.
func (x *trial) restoreTo(pc *blank) error {
	ctx := x.Context()
	tree, err := OpenCopy(ctx, x.s.set.Remotes, x.id, testKey)
	if err != nil {
		return err
	}
	contents, err := tree.Read(ctx)
	if err != nil {
		return err
	}
	done, err := Restore(ctx, tree, latestOf(x, contents, x.s.set.WriterID), pc, nil)
	if n := len(done.Files.Missing) + len(done.Files.Damaged); n > 0 {
		x.Fatalf("%d attachments pass for lost", n)
	}
	return err
}

// full: the server's disk is full, and later is not.
func (x *trial) full() {
	saved := 0
	var err error
	for err == nil {
		if saved++; saved > 30 {
			x.Fatal("the disk does not fill up")
		}
		x.save(3, 70_000)
		err = x.s.Send(x.Context(), x.id, nil).Err
	}
	before := x.points()
	if before == 0 || before >= saved {
		x.Fatalf("%d points of %d on the full disk", before, saved)
	}
	x.should("told", fault.KeyOf(err) == "backup.dest_full", "a full disk is told as ", explain(err))
	if status := x.s.Status(x.change()); status.Copies[0].Fault == nil || !status.Copies[0].Lacks {
		x.Errorf("the status hides it: %+v", status.Copies[0])
	}
	remount(x, x.dir, "64m")
	x.send()
	if n := x.points(); n != saved {
		x.Fatalf("%d points after making room", n)
	}
}

// wrongLogin: the provider does not accept the login any more, until the owner corrects it.
func (x *trial) wrongLogin() {
	x.save(3, 20_000)
	x.send()
	setValues(x, x.s, x.id, x.wrong)
	x.save(1, 20_000)
	err := x.s.Send(x.Context(), x.id, nil).Err
	if err == nil || remote.Passing(err) {
		x.Fatalf("a refused login is told as %s", explain(err))
	}
	x.should("told", fault.KeyOf(err) == "backup.dest_login", "a refused login is told as ", explain(err))
	if _, err := x.s.Drill(x.Context(), x.id, vault.Point{}, newBlank(x), nil); err == nil {
		x.Fatal("a trial restore without a login")
	}
	status := x.s.Status(x.change())
	if status.Copies[0].Light == schedule.Green {
		x.Errorf("%+v", status)
	}
	x.should("trial restore", status.DrillFailed.IsZero(), "a refused login makes a trial restore fail for good")
	d := x.draft
	d.Label = "copie"
	edit, err := x.s.set.Remotes.Edit(x.Context(), x.id, d)
	if err != nil {
		x.Fatal(explain(err))
	}
	if _, err := edit.Finish(x.Context()); err != nil {
		edit.Cancel()
		x.Fatal(explain(err))
	}
	x.send()
	if n := x.points(); n != 2 {
		x.Fatalf("%d points", n)
	}
}

// clockJumps: this PC's clock is a year ahead, then right again, then a year behind. Nothing is pruned
// meanwhile and the newest point by number is the newest.
func (x *trial) clockJumps() {
	const year = 365 * 24 * time.Hour
	for _, jump := range []time.Duration{0, year, -year, -year, year} {
		x.clock.pass(jump)
		x.save(1, 20_000)
		x.send()
		if _, err := x.s.Drill(x.Context(), x.id, vault.Point{}, newBlank(x), nil); err != nil {
			x.Fatal(explain(err))
		}
		_, err := x.s.Prune(x.Context(), false)
		if key := fault.KeyOf(err); jump > 0 && key != "backup.prune_clock" {
			x.Errorf("a jump of %s does not keep from pruning: %v", jump, err)
		}
		if n := x.points(); n != len(x.proofs) {
			x.Fatalf("%d of %d points are left after a jump of %s: %v", n, len(x.proofs), jump, err)
		}
	}
}

// second is another PC that backs up a book of its own company into the same vault.
func (x *trial) second() *trial {
	x.Helper()
	set := x.s.set
	y := &trial{T: x.T, place: x.place, rounds: x.rounds, book: newLedgerBook(x), id: x.id, proofs: map[uint64]proof{}}
	y.clock = &clock{now: x.clock.now}
	set.Dir, set.WriterID, set.WriterName = filepath.Join(x.TempDir(), "vault2"), "pc-00000002", "Bureau"
	set.State, set.Source, set.Files = &remote.Memory{}, y.book, y.book
	set.Now = func() time.Time { return y.clock.now }
	var err error
	if y.s, err = Open(x.Context(), set); err != nil {
		x.Fatal(err)
	}
	return y
}

// twoWriters: two PCs, each a process of its own, send to the same place at the same time.
func (x *trial) twoWriters() {
	y := x.second()
	other := x.keepConfig()
	for range 1 + x.rounds {
		x.save(3, 30_000)
		y.save(3, 30_000)
		done := make(chan error)
		go func() { done <- runChild(y.child(other, "send")...) }()
		sent := x.s.Send(x.Context(), x.id, nil)
		if err := <-done; err != nil || sent.Err != nil {
			x.Fatalf("one: %v, the other: %v", sent.Err, err)
		}
	}
	if n, m := x.points(), y.points(); n != 1+x.rounds || m != n {
		x.Fatalf("%d points of one, %d of the other", n, m)
	}
	y.restoresWhole()
}

// pruneMeanwhile: one PC is killed while it prunes and the other sends at the same time; every point that is
// still listed restores.
func (x *trial) pruneMeanwhile() {
	state := fileStore(filepath.Join(x.TempDir(), "state"))
	x.s.set.State = state
	x.saveMany()
	y := x.second()
	config := x.keepConfig()
	env := append(x.child(config, "prune"),
		"ZAFE_STATE="+string(state), "ZAFE_NOW="+x.clock.now.Format(time.RFC3339))
	left := 9
	for range 2 * x.rounds {
		y.save(2, 30_000)
		sent := make(chan error)
		go func() { sent <- y.s.Send(x.Context(), x.id, nil).Err }()
		killChild(x.T, "TestChild", 200*time.Millisecond, env...)
		if err := <-sent; err != nil {
			x.Fatal(explain(err))
		}
		n := x.points()
		if n > left || n < 5 {
			x.Fatalf("%d points are left of %d", n, left)
		}
		left = n
	}
	if err := pruneAll(x.Context(), x.s); err != nil {
		x.Fatal(explain(err))
	}
	if n := x.points(); n >= 9 || n < 5 {
		x.Fatalf("%d points are left", n)
	}
	if n := y.points(); n != 2*x.rounds {
		x.Fatalf("%d points of the other PC are left", n)
	}
	x.send()
	y.restoresWhole()
}

// alarms says whether a server's answer "404" is one that rclone takes for "nothing is there".
func (x *trial) alarms() bool {
	return slices.Contains([]string{"webdav", "s3", "azureblob"}, x.draft.Provider)
}

// saveMany makes nine points of which some are too many, sends them and proves the newest.
func (x *trial) saveMany() {
	x.Helper()
	for range 9 {
		x.save(1, 10_000)
		x.clock.pass(-55 * time.Minute) // five minutes apart
	}
	x.send()
	if _, err := x.s.Drill(x.Context(), x.id, vault.Point{}, newBlank(x), nil); err != nil {
		x.Fatal(explain(err))
	}
}

// pruneAll removes what is too many on this PC and at every destination.
func pruneAll(ctx context.Context, s *Service) error {
	_, err := s.Prune(ctx, true)
	for _, d := range s.set.Remotes.List() {
		_, there := s.PruneAt(ctx, d.ID, true)
		err = errors.Join(err, there)
	}
	return err
}

// portal: a page in HTML answers instead of the server. It is an alarm or a fault, never an empty vault.
func (x *trial) portal() {
	ctx := x.Context()
	x.save(3, 20_000)
	x.send()
	compared, passes := true, true
	var blank error
	for _, status := range []int{http.StatusOK, http.StatusNotFound, http.StatusFound} {
		x.save(1, 20_000)
		x.line.Portal(status)
		sent := x.s.Send(ctx, x.id, nil)
		if sent.Err == nil || sent.RolledBack || sent.Objects > 0 {
			x.Fatalf("%d: sent to a portal: %+v", status, sent)
		}
		x.Logf("%d: sending says %s", status, explain(sent.Err))
		if key := fault.KeyOf(sent.Err); x.alarms() && status == http.StatusNotFound && key != "backup.vault_gone" {
			x.Errorf("what was there and is not found any more is told as %s", key)
		}
		if s := x.s.Status(x.change()).Copies[0]; !s.Lacks || s.Fault == nil {
			x.Errorf("%d: the status is %+v", status, s)
		}
		_, err := x.s.Check(ctx, x.id)
		compared = compared && err != nil
		if _, err := x.s.Drill(ctx, x.id, vault.Point{}, newBlank(x), nil); err == nil {
			x.Errorf("%d: a trial restore from a portal", status)
		}
		passes = passes && x.s.Status(x.change()).DrillFailed.IsZero()
		tree, err := OpenCopy(ctx, x.s.set.Remotes, x.id, testKey)
		if err == nil {
			_, err = tree.Read(ctx)
		}
		if key := fault.KeyOf(err); err == nil || key == "backup.no_vault" || key == "backup.vault_empty" {
			blank = fmt.Errorf("a blank PC is told %w", err)
		}
		x.line.Portal(0)
		x.send()
	}
	x.should("compared", compared, "a comparison takes the portal for an empty copy")
	x.should("trial restore", passes, "the portal makes a trial restore fail for good")
	x.should("blank PC", blank == nil, blank)
	if n := x.points(); n != 4 {
		x.Fatalf("%d points", n)
	}
}
