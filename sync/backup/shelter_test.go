package backup

import (
	"testing"
	"time"

	appbackup "zafe/app/backup"
	"zafe/sync/backup/remote"
)

// TestWhatAPlaceKeepsIsRemembered over a restart, and under a new recovery key, before it is asked again.
func TestWhatAPlaceKeepsIsRemembered(t *testing.T) {
	ctx, now := t.Context(), time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	asked := appbackup.Shelter{
		Asked: now, TrashDays: 30, Versions: appbackup.Yes, Locked: now.AddDate(0, 1, 0), Refused: 2,
	}
	s := &Service{set: Settings{State: &remote.Memory{}, Now: func() time.Time { return now }}}
	var err error
	if s.know, err = loadState(ctx, s.set.State, "one", now); err != nil {
		t.Fatal(err)
	}
	err = s.note(ctx, func(k *state) {
		c := k.copyOf("drive", now)
		k.Vault, c.Shelter, c.OK = "one", asked, Mark{Seq: 1, At: now}
	})
	if err != nil {
		t.Fatal(err)
	}
	again, err := loadState(ctx, s.set.State, "one", now)
	if err != nil || again.Copies["drive"].Shelter != asked {
		t.Errorf("after a restart: %+v %v", again.Copies["drive"], err)
	}
	renewed, err := loadState(ctx, s.set.State, "two", now)
	want := appbackup.Shelter{Asked: now, TrashDays: 30, Versions: appbackup.Yes}
	if err != nil || renewed.Copies["drive"].Shelter != want {
		t.Errorf("under a new recovery key: %+v %v", renewed.Copies["drive"], err)
	}
}
