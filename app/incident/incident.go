// Package incident is for the first minutes of an intrusion, a theft or a ransomware: one act puts everybody in
// read-only, until somebody who may end it has proven again who they are (features.md R16). The halt is in the book,
// so that it outlives a restart and goes to the relay; it knows neither screen nor copies.
package incident

import (
	"context"
	"time"

	"zafe/app/auth"
	"zafe/app/company"
	"zafe/app/fault"
	"zafe/app/op"
)

// settingKey is the setting that has the incident there is now.
const settingKey = "incident"

// State tells whether everybody is in read-only, since when and by whom.
type State struct {
	On    bool      `json:"on"`
	Since time.Time `json:"since,omitzero"`
	By    string    `json:"by,omitempty"`
}

// Tx is what this package needs of a transaction.
type Tx interface {
	op.Tx
	company.Settings
}

// The operations.
var (
	Get = op.Op[op.Empty, State]{Spec: op.Spec{
		Name: "incident.get", Kind: op.Query, Needs: auth.Anyone, Since: 1,
		Doc: "Tells whether everybody is in read-only because of an incident.",
	}}
	Begin = op.Op[op.Empty, State]{Spec: op.Spec{
		Name: "incident.begin", Kind: op.Command, Needs: auth.IncidentManage, Since: 1,
		Doc: "Puts everybody in read-only at once, and has a copy made of the book as it is.",
	}}
	End = op.Op[op.Empty, State]{Spec: op.Spec{
		Name: "incident.end", Kind: op.Command, Needs: auth.IncidentManage, Fresh: true, Since: 1,
		Doc: "Ends the read-only of an incident.",
	}}
)

// Bind registers the operations. begun runs once everybody is in read-only; it does not wait for what it starts.
func Bind[T Tx](r *op.Registry[T], begun func()) {
	op.Bind(r, Get, func(_ context.Context, tx T, _ op.Empty) (State, error) { return Of(tx) })
	op.Bind(r, Begin, func(ctx context.Context, tx T, _ op.Empty) (State, error) {
		s, err := Of(tx)
		if err != nil || s.On {
			return s, err // the first minute is the one that counts
		}
		op.AfterCommit(ctx, begun)
		return save(tx, State{On: true, Since: tx.Now(), By: op.Actor(ctx).Name})
	})
	op.Bind(r, End, func(ctx context.Context, tx T, _ op.Empty) (State, error) { return end(ctx, tx) })
	bindRecords(r)
}

// Of reads the state.
func Of(tx company.Settings) (State, error) {
	c, err := currentOf(tx)
	return c.State, err
}

// current is what the setting has: the state, and what was said of the CNIL before the end.
type current struct {
	State
	CNIL *Answer `json:"cnil,omitempty"`
}

func currentOf(tx company.Settings) (c current, err error) {
	_, err = tx.Setting(settingKey, &c)
	return c, err
}

func save(tx Tx, s State) (State, error) { return s, tx.SetSetting(settingKey, current{State: s}) }

// end lets everybody work again; what the incident was stays, with its deadline.
func end(ctx context.Context, tx Tx) (State, error) {
	c, err := currentOf(tx)
	if err != nil || !c.On {
		return c.State, err
	}
	all, err := past(tx)
	if err != nil {
		return c.State, err
	}
	r := c.record()
	r.Ended, r.EndedBy = tx.Now(), op.Actor(ctx).Name
	if err := keep(tx, append(all, r)); err != nil {
		return c.State, err
	}
	return save(tx, State{})
}

// goesOn is all that is done during an incident beside reading: who is there, shutting out, proving, copying.
// Previews go on as well, since nothing comes of them. Printing the recovery sheet and the journal are reading; lists
// do not leave, see taken.
var goesOn = map[string]bool{
	"incident.begin": true, "incident.end": true, "incident.cnil": true,

	"session.login": true, "session.second_factor": true, "session.confirm": true, "session.logout": true,
	"session.close": true, "session.close_others": true,
	"totp.begin": true, "totp.confirm": true, "totp.renew_codes": true,
	"password.change": true, "password.recover": true, "password.refuse": true,
	"leave.now": true, "leave.run": true, "session.view_as": true, "session.view_end": true,
	"user.sign_out": true, "support.end": true, "device.revoke": true, "device.withdraw": true, "notice.seen": true,

	"backup.now": true, "backup.drill": true, "book.verify": true, "witness.older": true,
	"past.open": true, "past.close": true, // to see what it was before
	"plan.cause": true, "plan.tick": true,
	// A copy that was made during an incident comes back with it. Saying its last numbers gives none out.
	"series.confirm": true,
	"opening.rotate": true, "recovery.check": true, // another key, when somebody may have the sheet
}

// taken are the files that would carry a whole list away.
var taken = map[string]bool{"customer.export": true, "fec.export": true}

// shutter is a request that may do no more than shut somebody out.
type shutter interface{ ShutsOut() bool }

// Halt refuses, while there is an incident, all but reading and what ends it: fault incident.on.
func Halt[T Tx](tx T, s *op.Spec, req any) error {
	if goesOn[s.Name] || s.Kind == op.Query || s.Kind == op.Watch || s.Kind == op.Stream && !taken[s.Name] {
		return nil
	}
	if out, ok := req.(shutter); ok && out.ShutsOut() {
		return nil
	}
	st, err := Of(tx)
	if err != nil || !st.On {
		return err
	}
	return fault.New(fault.Forbidden, "incident.on", "name", st.By, "since", st.Since)
}
