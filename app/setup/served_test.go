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
