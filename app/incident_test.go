package app_test

import (
	"slices"
	"testing"

	"zafe/app/auth"
	"zafe/app/incident"
	"zafe/app/op"
	"zafe/app/user"
	"zafe/store"
	"zafe/store/storetest"
)

// halting is what goes on during an incident, beside reading: each is a decision.
var halting = []string{
	"backup.drill", "backup.now", "book.verify", "device.revoke", "device.withdraw", "incident.begin", "incident.cnil", "incident.end",
	"leave.now", "leave.run", "notice.seen", "opening.rotate", "password.change", "password.recover", "password.refuse", "past.close", "past.open",
	"plan.cause", "plan.tick",
	"recovery.check", "series.confirm", "session.close", "session.close_others", "session.confirm", "session.login", "session.logout",
	"session.second_factor", "session.view_as", "session.view_end", "support.end", "totp.begin", "totp.confirm", "totp.renew_codes", "user.sign_out", "witness.older",
}

// TestWhatGoesOnDuringAnIncident: a new operation that writes is refused, one that would take a list away too.
func TestWhatGoesOnDuringAnIncident(t *testing.T) {
	r := registry(t)
	w := storetest.NewWorld(t)
	incident.Bind(w.Registry, func() {})
	if _, err := incident.Begin.Call(w.Ctx(), w.As("owner"), op.Empty{}); err != nil {
		t.Fatal(err)
	}
	var goOn, stopped []string
	err := w.Store.View(w.Ctx(), func(tx *store.Tx) error {
		for _, s := range r.Specs() {
			switch err := incident.Halt(tx, &s, nil); {
			case err != nil && (s.Kind == op.Query || s.Kind == op.Stream || s.Kind == op.Watch):
				stopped = append(stopped, s.Name)
			case err == nil && s.Kind != op.Query && s.Kind != op.Stream && s.Kind != op.Watch:
				goOn = append(goOn, s.Name)
			}
		}
		save := user.Save.Spec
		for req, allowed := range map[user.SaveRequest]bool{
			{ID: 3, Disabled: true, Role: auth.Sales}: true, {ID: 3, Role: auth.Owner}: false, {Disabled: true}: false,
		} {
			if err := incident.Halt(tx, &save, req); (err == nil) != allowed {
				t.Errorf("%+v: %v", req, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(goOn, halting) {
		t.Errorf("goes on: %v\nwant %v", goOn, halting)
	}
	if want := []string{"customer.export", "fec.export"}; !slices.Equal(stopped, want) {
		t.Errorf("of what is read, %v is stopped, want %v", stopped, want)
	}
}
