package lan_test

import (
	"testing"

	"zafe/app/auth"
	"zafe/app/leave"
	"zafe/app/op"
	"zafe/app/user"
	"zafe/store"
)

// TestALeaverIsOutWithinASecond: whatever they had under way, on a PC of theirs and on one that others use too; that
// of a colleague goes on.
func TestALeaverIsOutWithinASecond(t *testing.T) {
	c := newCinema(t)
	ctx, host := c.here()
	if _, err := user.Save.Call(ctx, host, user.SaveRequest{
		Login: "claire", Name: "Claire", Role: auth.Owner, Password: word,
	}); err != nil {
		t.Fatal(err)
	}
	people := user.NewService[*store.Tx](c.world.Store, c.world.Clock.Now,
		user.Hashing{Passes: 1, MemoryKiB: 8, Threads: 1}, func(string, []string, bool) error { return nil }, c.world.Store)
	leave.Bind(c.reg, leave.New[*store.Tx](c.world.Store, people, doors{c.shown}.Cut))
	luc, _ := c.person("luc")
	c.person("marie")
	own, id := c.pc()
	shared, _ := c.pc()
	colleague, _ := c.pc()
	c.login(colleague, "marie")
	c.login(shared, "marie") // it is hers as well
	c.login(own, "luc")
	c.login(shared, "luc")
	hers, his, there := c.begin(colleague), c.begin(own), c.begin(shared)
	if _, err := leave.Now.Call(ctx, host, leave.NowRequest{User: luc.ID}); err != nil {
		t.Fatal(err)
	}
	c.ended(there, "user.closed")
	c.ended(his, "user.closed", "user.session_over", "lan.device_refused", "lan.host_lost", "lan.host_unreachable", "op.cancelled")
	c.world.Update(func(tx *store.Tx) error {
		d, _, err := tx.DeviceByFingerprint(string(id.Fingerprint))
		if d.State != "revoked" {
			t.Errorf("his PC is %s", d.State)
		}
		return err
	})
	for what, outcome := range hers {
		select {
		case err := <-outcome:
			t.Errorf("a colleague's %s ended: %v", what, err)
		default:
		}
	}
	if _, err := user.Current.Call(t.Context(), shared, op.Empty{}); err == nil {
		t.Error("luc goes on")
	}
}
