package backup

import (
	"testing"
	"time"

	"zafe/app/fault"
	"zafe/sync/backup/remote"
	"zafe/sync/backup/schedule"
	"zafe/sync/backup/servetest"
)

// limited is a place on a real server with limits of its own, and a folder without.
func limited(t *testing.T, values map[string]string) (x *trial, free string) {
	t.Helper()
	x = newTrial(t, "limits", "", place{draft: webdavDraft(servetest.WebDAV(t, t.TempDir()))})
	free = addAs(t, x.s, remote.Draft{Provider: "local", Label: "free", Folder: t.TempDir()})
	setValues(t, x.s, x.id, values)
	return x, free
}

// Each place takes as much of the line as its owner lets it, not more and not less.
func TestAPlaceHasItsShareOfTheLine(t *testing.T) {
	x, free := limited(t, map[string]string{remote.SpeedKey: "800"}) // 100 kB a second
	x.save(6, 50_000)
	began := time.Now()
	sent := x.send()
	took := time.Since(began)
	want := time.Duration(float64(sent.Bytes) / 100_000 * float64(time.Second))
	began = time.Now()
	if err := x.s.Send(t.Context(), free, nil).Err; err != nil {
		t.Fatal(err)
	}
	other := time.Since(began)
	if t.Logf("%d bytes in %v (want %v), elsewhere in %v", sent.Bytes, took, want, other); sent.Bytes < 200_000 {
		t.Fatal("too little to measure")
	}
	if took < want*8/10 || took > 3*want || other > want/2 {
		t.Errorf("%d bytes in %v (want %v), elsewhere in %v", sent.Bytes, took, want, other)
	}
	x.restoresWhole()
}

// The room that a place may take is told to whoever sends there, and waits for the owner.
func TestAPlaceHasRoomForSoMuch(t *testing.T) {
	x, free := limited(t, map[string]string{remote.RoomKey: "1"})
	if got := x.s.sending(x.Context(), x.id, Manner{}, nil).Room; got != 1_000_000_000 {
		t.Errorf("room for %d", got)
	}
	if got := x.s.sending(x.Context(), free, Manner{}, nil).Room; got != 0 {
		t.Errorf("elsewhere room for %d", got)
	}
	if remote.Passing(fault.New(fault.Conflict, "backup.dest_room")) {
		t.Error("it is tried again without a word of the owner")
	}
}

// What a place may be late follows its rhythm.
func TestALateCopyIsJudgedByItsRhythm(t *testing.T) {
	x, _ := limited(t, map[string]string{remote.EveryKey: "12h", remote.HoursKey: "19-8"})
	x.s.Promise(time.Hour)
	x.save(1, 1000)
	x.send()
	c := x.s.Status(x.change()).Copies[0]
	if c.Amber != 24*time.Hour || c.Red != 48*time.Hour { // an hour, every 12, closed for 11
		t.Fatalf("amber after %v, red after %v", c.Amber, c.Red)
	}
	x.book.work(1, 1000)
	x.s.Seen(x.change())
	for passed, want := range map[time.Duration]schedule.Light{
		23 * time.Hour: schedule.Green, 25 * time.Hour: schedule.Amber, 49 * time.Hour: schedule.Red,
	} {
		x.clock.pass(passed)
		if got := x.s.Status(x.change()).Copies[0].Light; got != want {
			t.Errorf("after %v %s", passed, got)
		}
		x.clock.pass(-passed)
	}
}
