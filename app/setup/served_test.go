package setup_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

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
