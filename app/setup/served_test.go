package setup_test

import (
	"io"
	"strconv"
	"strings"
	"testing"
	"time"

	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/recovery"
	"zafe/app/setup"
	"zafe/store"
	"zafe/store/storetest"
)

// TestOnlyWhoKeepsTheKeysIsToldWhichSheetItIs: its number, when it was made and what is typed back of it are for who
// prints and checks it; how far the set-up is, for everybody.
func TestOnlyWhoKeepsTheKeysIsToldWhichSheetItIs(t *testing.T) {
	w := storetest.NewWorld(t, setup.Bind[*store.Tx])
	w.Update(func(tx *store.Tx) error {
		return setup.SaveIdentity(tx, setup.Identity{RecoveryKey: recovery.Key{1, 2, 3}.String(), VaultID: op.NewID(time.Now())})
	})
	for who, keeps := range map[string]bool{"owner": true, "reader": false, "sales": false} {
		p, err := setup.Get.Call(w.Ctx(), w.As(who), op.Empty{})
		if err != nil || p.Step == "" || (p.SheetNumber != "") != keeps || p.SheetMade.IsZero() == keeps || (len(p.SheetGroups) == 2) != keeps {
			t.Errorf("%s: %+v, %v", who, p, err)
		}
	}
}

// TestASheetThatServedIsSeenTo: what is said of it goes once it was replaced, or typed back from the paper.
func TestASheetThatServedIsSeenTo(t *testing.T) {
	w := storetest.NewWorld(t, setup.Bind[*store.Tx])
	key := recovery.Key{1, 2, 3}
	served := func() setup.Progress {
		t.Helper()
		w.Update(func(tx *store.Tx) error { return setup.Served(tx) })
		p, err := setup.Get.Call(w.Ctx(), w.As("owner"), op.Empty{})
		if err != nil || p.SheetServed.IsZero() {
			t.Fatalf("%+v, %v", p, err)
		}
		return p
	}
	w.Update(func(tx *store.Tx) error {
		return setup.SaveIdentity(tx, setup.Identity{RecoveryKey: key.String(), VaultID: op.NewID(time.Now())})
	})
	groups := map[string]string{}
	for _, n := range served().SheetGroups {
		groups[strconv.Itoa(n)] = strings.Split(key.String(), "-")[n]
	}
	p, err := setup.CheckSheet.Call(w.Ctx(), w.As("owner"), setup.CheckRequest{Groups: groups})
	if err != nil || !p.SheetServed.IsZero() || !p.SheetKnown {
		t.Errorf("typed back: %+v, %v", p, err)
	}
	served()
	w.Update(func(tx *store.Tx) error { return setup.Renew(tx, recovery.Key{4, 5, 6}, op.NewID(time.Now())) })
	if p, err = setup.Get.Call(w.Ctx(), w.As("owner"), op.Empty{}); err != nil || !p.SheetServed.IsZero() || p.SheetKnown {
		t.Errorf("replaced: %+v, %v", p, err)
	}
}

// TestASharedKeyIsCheckedWithTwoOfItsSheets: who destroyed the whole sheet, as they were told to, can prove theirs.
func TestASharedKeyIsCheckedWithTwoOfItsSheets(t *testing.T) {
	w := storetest.NewWorld(t, setup.Bind[*store.Tx])
	key := recovery.Key{1, 2, 3}
	w.Update(func(tx *store.Tx) error {
		return setup.SaveIdentity(tx, setup.Identity{RecoveryKey: key.String(), VaultID: op.NewID(time.Now())})
	})
	get := func() setup.Progress {
		t.Helper()
		p, err := setup.Get.Call(w.Ctx(), w.As("owner"), op.Empty{})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	if get().SheetShared {
		t.Error("nobody printed shares")
	}
	if _, err := setup.PrintShares.Fetch(w.Ctx(), w.As("owner"), setup.SheetRequest{Lang: "fr"}, io.Discard); err != nil {
		t.Fatal(err)
	}
	if !get().SheetShared {
		t.Error("shares were printed")
	}
	for name, c := range map[string]struct {
		sheets [2]int // the share that each group is copied from, 0 for the key's own sheet
		wrong  bool
		want   string
	}{
		"two sheets":         {[2]int{1, 3}, false, ""},
		"the other way":      {[2]int{2, 1}, false, ""},
		"twice the same one": {[2]int{2, 2}, false, "setup.same_share"},
		"a typing mistake":   {[2]int{1, 2}, true, "setup.wrong_group"},
		"the whole sheet":    {[2]int{0, 0}, false, "setup.wrong_group"},
	} {
		groups := map[string]string{}
		for i, n := range get().ShareGroups {
			from := key.String()
			if s := c.sheets[i]; s > 0 {
				from = key.Shares()[s-1].String()
			}
			if parts := strings.Split(from, "-"); n < len(parts) {
				groups[strconv.Itoa(n)] = parts[n]
			}
			if c.wrong {
				groups[strconv.Itoa(n)] = "0000"
			}
		}
		p, err := setup.CheckSheet.Call(w.Ctx(), w.As("owner"), setup.CheckRequest{Groups: groups, Shared: true})
		if fault.KeyOf(err) != c.want || err == nil && !p.SheetKnown {
			t.Errorf("%s: %+v, %v", name, p, err)
		}
	}
}
