// Package support lets somebody from outside help (accès assistance): an owner makes a code that is good once, for one
// PC, until a time that is known from the start, and says who it is for and what may be seen (security design 4.5,
// features.md P8). Who comes with it has no account: the key of that PC is what they are known by, they only read, and
// each reading is in the journal before they have it. How the PC proves the code is package pair's.
package support

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"zafe/app/audit"
	"zafe/app/auth"
	"zafe/app/device"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/user"
)

// ID identifies an access in one book.
type ID int64

// Minutes are how long an access may last, from when its code is made. The longest is that of features.md P8.
var Minutes = []int{30, 60, 120}

// The limits of what is typed, in runes, and of what is told.
const (
	textMax  = 200
	lastMax  = 20
	actsMax  = 2000
	sameFor  = 30 * time.Minute // in which the same question is in the journal once
	careEach = 2 * time.Second
)

// Kind is the subject of the events of an access.
const Kind = "support"

// readOp is the operation of the event of a reading.
const readOp = "support.read"

// Granted is what an owner lets somebody do.
type Granted struct {
	Who    string `json:"who"`    // who helps, as the owner calls them
	Reason string `json:"reason"` // what for
	Sales  bool   `json:"sales,omitempty"`
	Ledger bool   `json:"ledger,omitempty"`
	Shown  bool   `json:"shown,omitempty"` // what has a class is not hidden: addresses, telephones, balances, IBAN
}

// Rights are what somebody may read with an access: how the program and its copies are set up, and what was ticked. None
// of them writes, and none shows a secret.
func (g Granted) Rights() auth.Rights {
	ps := []auth.Permission{auth.DashboardRead, auth.SearchUse, auth.CompanyRead, auth.BackupRead}
	if g.Sales {
		ps = append(ps, auth.CustomerRead, auth.ItemRead, auth.SalesRead)
	}
	if g.Ledger {
		ps = append(ps, auth.LedgerRead)
	}
	if g.Shown {
		ps = append(ps, auth.Bank.Right(), auth.Balance.Right(), auth.Contact.Right())
	}
	r := auth.Rights{}
	for _, p := range ps {
		r[p] = auth.All
	}
	return r
}

// Access is one that was given.
type Access struct {
	ID ID `json:"id"`
	Granted
	By        auth.UserID `json:"by"`
	ByName    string      `json:"by_name"`
	MadeAt    time.Time   `json:"made_at"`
	CodeUntil time.Time   `json:"code_until"` // until when the code lets a PC in
	EndsAt    time.Time   `json:"ends_at"`
	Device    string      `json:"device,omitempty"` // fingerprint of the PC that came, "" for none
	PC        string      `json:"pc,omitempty"`     // its name
	EnteredAt time.Time   `json:"entered_at,omitzero"`
	EndedAt   time.Time   `json:"ended_at,omitzero"`
	EndedBy   string      `json:"ended_by,omitempty"` // "" when it ended by itself
	Reads     int         `json:"reads"`              // in the journal
	LastRead  time.Time   `json:"last_read,omitzero"`
}

// Awaits tells whether a PC may come with the code.
func (a Access) Awaits(now time.Time) bool {
	return a.EndedAt.IsZero() && a.Device == "" && now.Before(a.CodeUntil) && a.lasts(now)
}

// In tells whether somebody is in with it.
func (a Access) In(now time.Time) bool {
	return a.EndedAt.IsZero() && a.Device != "" && a.lasts(now)
}

// lasts tells whether its time is not up. One that was given under a clock that was ahead is over: it would last until
// the clock gets there.
func (a Access) lasts(now time.Time) bool {
	longest := time.Duration(slices.Max(Minutes)) * time.Minute
	return now.Before(a.EndsAt) && !auth.Ahead(a.EndsAt, now, longest)
}

// Tx is what this package needs of a transaction.
type Tx interface {
	device.Tx
	Support(id ID) (Access, error)                      // fault support.not_found
	SupportOpen() (Access, bool, error)                 // the one that was not ended, over or not
	SupportOf(fingerprint string) (Access, bool, error) // the last that a PC came with
	Supports(limit int) ([]Access, error)               // the youngest first
	AddSupport(a Access) (ID, error)                    //
	SaveSupport(a Access, endedBy auth.UserID) error    // what may still change of one that was not ended
	Events(kind string, id, before int64, limit int) ([]audit.Event, error)
	SubjectName(kind string, id int64) (string, error)
}

// OpenRequest asks for a code. Minutes is one of [Minutes].
type OpenRequest struct {
	Granted
	Minutes int `json:"minutes"`
}

// Validate asks for who and what for: support.who_missing, support.reason_missing, support.too_long, support.minutes.
func (r OpenRequest) Validate() error {
	switch {
	case strings.TrimSpace(r.Who) == "":
		return fault.Field("who", "support.who_missing")
	case strings.TrimSpace(r.Reason) == "":
		return fault.Field("reason", "support.reason_missing")
	case len([]rune(r.Who)) > textMax:
		return fault.Field("who", "support.too_long", "max", textMax)
	case len([]rune(r.Reason)) > textMax:
		return fault.Field("reason", "support.too_long", "max", textMax)
	case !slices.Contains(Minutes, r.Minutes):
		return fault.Field("minutes", "support.minutes")
	}
	return nil
}

// Opened is an access with its code.
type Opened struct {
	Access     Access            `json:"access"`
	Invitation device.Invitation `json:"invitation"`
}

// Request names an access.
type Request struct {
	ID ID `json:"id"`
}

// ListResponse lists the last accesses, the youngest first.
type ListResponse struct {
	Accesses []Access `json:"accesses"`
	// Burnt is CodeUntil of the code given last, if wrong tries used it up; zero if they did not.
	Burnt time.Time `json:"burnt,omitzero"`
}

// Act is one reading, as the journal has it.
type Act struct {
	At   time.Time `json:"at"`
	Op   string    `json:"op"`             // its name for people is message "support.saw." and the operation
	ID   int64     `json:"id,omitempty"`   // of the record
	Name string    `json:"name,omitempty"` // what people call it now
}

// Record is everything that was done with an access.
type Record struct {
	Access Access `json:"access"`
	Acts   []Act  `json:"acts"` // the last first
}

// The operations.
var (
	Open = op.Op[OpenRequest, Opened]{Spec: op.Spec{
		Name: "support.open", Kind: op.Action, Needs: auth.KeyManage, Fresh: true, Since: 1, Secret: true,
		Doc: "Makes a code with which one PC from outside reads the book for a while, and does nothing else.",
	}}
	End = op.Op[Request, Access]{Spec: op.Spec{
		Name: "support.end", Kind: op.Command, Needs: auth.KeyManage, Since: 1,
		Doc: "Ends an access of somebody who helps at once, or makes its code worthless.",
	}}
	List = op.Op[op.Empty, ListResponse]{Spec: op.Spec{
		Name: "support.list", Kind: op.Query, Needs: auth.KeyManage, Since: 1,
		Doc: "Lists the last accesses given to people who help, and who is in.",
	}}
	Get = op.Op[Request, Record]{Spec: op.Spec{
		Name: "support.get", Kind: op.Query, Needs: auth.KeyManage, Since: 1,
		Doc: "Tells everything that was read with an access of somebody who helps.",
	}}
)

// Desk hands out codes and cuts lines; the LAN server's pairing desk does.
type Desk interface {
	// InviteHelp makes the code of an access. Fault device.not_serving.
	InviteHelp(by auth.UserID, access int64) (device.Invitation, error)
	// Burnt is when the code given last would have ended, if wrong tries used it up; zero if they did not.
	Burnt() time.Time
	// Cut closes the living connections of a PC.
	Cut(fingerprint string)
}

// Bind registers the operations, and has what people who help read noted by the keeper.
func Bind[T Tx](r *op.Registry[T], k *Keeper[T], desk Desk) {
	if k != nil {
		r.Helped = k.read
	}
	op.BindAction(r, Open, func(ctx context.Context, req OpenRequest) (Opened, error) { return k.open(ctx, desk, req) })
	op.Bind(r, End, func(ctx context.Context, tx T, req Request) (Access, error) {
		a, err := tx.Support(req.ID)
		if err == nil && !a.EndedAt.IsZero() {
			return a, nil // ended before, by another owner or by itself
		}
		if err != nil {
			return a, err
		}
		op.Note(ctx, Kind, int64(a.ID), "", "")
		op.AfterCommit(ctx, func() { desk.Cut(a.Device) })
		if err := end(tx, a, op.Actor(ctx).User); err != nil {
			return a, err
		}
		return tx.Support(a.ID)
	})
	op.Bind(r, List, func(_ context.Context, tx T, _ op.Empty) (ListResponse, error) {
		all, err := tx.Supports(lastMax)
		out := ListResponse{Accesses: all}
		if desk != nil {
			out.Burnt = desk.Burnt()
		}
		return out, err
	})
	op.Bind(r, Get, get[T])
}

// Keeper knows who comes with an access, and notes what they read.
type Keeper[T Tx] struct {
	work  op.Work[T]
	clock func() time.Time
	users Users
	seen  seen
}

// Users knows everybody else; package user's service does.
type Users interface {
	op.Authenticator
	GoesOn(ctx context.Context, a auth.Actor) error
}

// NewKeeper makes the keeper over a store.
func NewKeeper[T Tx](w op.Work[T], users Users, clock func() time.Time) *Keeper[T] {
	return &Keeper[T]{work: w, users: users, clock: clock}
}

// open makes an access and its code. Faults support.open_already, device.not_serving.
func (k *Keeper[T]) open(ctx context.Context, desk Desk, req OpenRequest) (out Opened, err error) {
	req.Who, req.Reason = strings.TrimSpace(req.Who), strings.TrimSpace(req.Reason)
	a := op.Actor(ctx)
	err = k.work.Update(ctx, func(tx T) error {
		if was, open, err := tx.SupportOpen(); err != nil {
			return err
		} else if open && (was.Awaits(tx.Now()) || was.In(tx.Now())) {
			return fault.New(fault.Conflict, "support.open_already", "name", was.Who)
		} else if open { // its time is up, and nobody noted that yet
			if err := lapse(tx, was); err != nil {
				return err
			}
		}
		fresh := Access{
			Granted: req.Granted, By: a.User, MadeAt: tx.Now(),
			EndsAt: tx.Now().Add(time.Duration(req.Minutes) * time.Minute),
		}
		id, err := tx.AddSupport(fresh)
		if err != nil {
			return err
		}
		if out.Invitation, err = desk.InviteHelp(a.User, int64(id)); err != nil {
			return err
		}
		fresh.ID, fresh.CodeUntil = id, out.Invitation.Expires
		if err := tx.SaveSupport(fresh, 0); err != nil {
			return err
		}
		if out.Access, err = tx.Support(id); err != nil {
			return err
		}
		facts, err := json.Marshal(struct {
			Ledger  bool   `json:"ledger"`
			Minutes int    `json:"minutes"`
			Reason  string `json:"reason"`
			Sales   bool   `json:"sales"`
			Shown   bool   `json:"shown"`
			Who     string `json:"who"`
		}{req.Ledger, req.Minutes, req.Reason, req.Sales, req.Shown, req.Who})
		if err != nil {
			return err
		}
		op.Note(ctx, Kind, int64(id), "", string(facts))
		return op.RecordIn(ctx, tx)
	})
	return out, err
}

// Enter lets the PC in that proved the code of an access, until the access ends, and tells the other owners. A PC of
// the office is none of somebody who helps. Faults pair.no_code, pair.refused.
func Enter(tx Tx, main device.Main, id ID, fingerprint, pc string) error {
	a, err := tx.Support(id)
	if err != nil {
		return fault.New(fault.Conflict, "pair.no_code").Because(err)
	}
	may, err := stands(tx, a)
	if err != nil {
		return err
	}
	if !may || !a.Awaits(tx.Now()) {
		return fault.New(fault.Conflict, "pair.no_code")
	}
	if d, known, err := tx.DeviceByFingerprint(fingerprint); err != nil {
		return err
	} else if known && d.Allowed(tx.Now()) {
		return fault.New(fault.Conflict, "pair.refused")
	}
	if err := device.EnrolUntil(tx, main, fingerprint, pc, a.By, a.EndsAt); err != nil {
		return err
	}
	a.Device, a.EnteredAt = fingerprint, tx.Now()
	if err := tx.SaveSupport(a, 0); err != nil {
		return err
	}
	_, err = tx.AppendEvent(audit.Event{
		Op: "support.enter", ActorName: a.Who, Device: fingerprint, SubjectKind: Kind, SubjectID: int64(a.ID),
	})
	if err != nil {
		return err
	}
	return user.TellOwners(tx, a.By, user.NoticeSupport, a.Who, a.By)
}

// stands tells whether who made an access could still do so.
func stands(tx Tx, a Access) (bool, error) {
	u, err := tx.User(a.By)
	if err != nil {
		return false, err
	}
	return !u.Disabled && !u.Ended(tx.Today()) && u.Rights.Scope(auth.KeyManage) != auth.None, nil
}

// alive is the access with which a PC reads now. Fault support.over.
func alive(tx Tx, fingerprint string) (Access, error) {
	a, known, err := tx.SupportOf(fingerprint)
	if err != nil {
		return a, err
	}
	may := known && a.In(tx.Now())
	if may {
		may, err = stands(tx, a)
	}
	if err == nil && !may {
		err = fault.New(fault.Unauthenticated, "support.over")
	}
	return a, err
}

// helper is who reads with an access: nobody of the book.
func helper(a Access) auth.Actor {
	return auth.Actor{
		Name: a.Who, Role: auth.Support, Rights: a.Rights(), Device: a.Device,
		Session: -int64(a.ID), Support: int64(a.ID), // sessions of people have numbers above 0
	}
}

// Authenticate implements op.Authenticator. From a PC that was let in for a while comes nobody but who helps, whatever
// token they have: fault support.over.
func (k *Keeper[T]) Authenticate(ctx context.Context, c op.Credential) (who auth.Actor, err error) {
	if c.Device == "" {
		return k.users.Authenticate(ctx, c)
	}
	helps := false
	err = k.work.View(ctx, func(tx T) error {
		d, known, err := tx.DeviceByFingerprint(c.Device)
		if helps = known && !d.EndsAt.IsZero(); err != nil || !helps {
			return err
		}
		a, err := alive(tx, c.Device)
		if err == nil {
			who = helper(a)
		}
		return err
	})
	if err != nil || helps {
		return who, err
	}
	return k.users.Authenticate(ctx, c)
}

// GoesOn tells whether somebody who began a call may go on with it, as package user does. Fault support.over.
func (k *Keeper[T]) GoesOn(ctx context.Context, a auth.Actor) error {
	if a.Support == 0 {
		return k.users.GoesOn(ctx, a)
	}
	return k.work.View(ctx, func(tx T) error { _, err := alive(tx, a.Device); return err })
}

// end ends an access in the name of an owner, or by itself for 0, and shuts its PC out.
func end(tx Tx, a Access, by auth.UserID) error {
	a.EndedAt = tx.Now()
	if err := tx.SaveSupport(a, by); err != nil || a.Device == "" {
		return err
	}
	d, known, err := tx.DeviceByFingerprint(a.Device)
	if err != nil || !known || d.State != device.Active || d.EndsAt.IsZero() {
		return err
	}
	_, err = device.Drop(tx, d)
	return err
}

// lapse ends an access by itself, in the journal.
func lapse(tx Tx, a Access) error {
	if err := end(tx, a, 0); err != nil {
		return err
	}
	_, err := tx.AppendEvent(audit.Event{Op: "support.over", SubjectKind: Kind, SubjectID: int64(a.ID)})
	return err
}

// over tells whether an access that was not ended is good for nothing any more: its time is up, its code was not used,
// its PC was shut out, or who made it may no longer.
func over(tx Tx, a Access) (bool, error) {
	now := tx.Now()
	if !a.Awaits(now) && !a.In(now) {
		return true, nil
	}
	if may, err := stands(tx, a); err != nil || !may {
		return !may, err
	}
	if a.Device == "" {
		return false, nil
	}
	d, known, err := tx.DeviceByFingerprint(a.Device)
	return !known || !d.Allowed(now), err
}

// Close ends what is over, and cuts its lines.
func (k *Keeper[T]) Close(ctx context.Context, desk Desk) error {
	done := func(tx T) (a Access, due bool, err error) {
		a, open, err := tx.SupportOpen()
		if err == nil && open {
			due, err = over(tx, a)
		}
		return a, due, err
	}
	due := false
	err := k.work.View(ctx, func(tx T) (err error) { _, due, err = done(tx); return err })
	if err != nil || !due {
		return err
	}
	var cut string
	err = k.work.Update(ctx, func(tx T) error {
		a, due, err := done(tx)
		if err != nil || !due {
			return err
		}
		cut = a.Device
		return lapse(tx, a)
	})
	if err == nil && cut != "" {
		desk.Cut(cut)
	}
	return err
}

// Care closes what is over until ctx ends: at once when the program starts, which may have been off.
func (k *Keeper[T]) Care(ctx context.Context, desk Desk, warn func(what string, err error)) {
	tick := time.NewTicker(careEach)
	defer tick.Stop()
	for {
		if err := k.Close(ctx, desk); err != nil && ctx.Err() == nil {
			warn("an access of somebody who helps was not closed", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func get[T Tx](_ context.Context, tx T, req Request) (r Record, err error) {
	if r.Access, err = tx.Support(req.ID); err != nil {
		return r, err
	}
	events, err := tx.Events(Kind, int64(req.ID), 0, actsMax)
	if err != nil {
		return r, err
	}
	for _, e := range events {
		if e.Op != readOp {
			continue
		}
		var f facts
		if err := json.Unmarshal([]byte(e.Payload), &f); err != nil {
			return r, fmt.Errorf("support: event %d: %w", e.ID, err)
		}
		act := Act{At: e.At, Op: f.Op, ID: f.ID}
		if kind, _, _ := strings.Cut(f.Op, "."); f.ID != 0 {
			if act.Name, err = tx.SubjectName(kind, f.ID); err != nil {
				return r, err
			}
		}
		r.Acts = append(r.Acts, act)
	}
	return r, nil
}
