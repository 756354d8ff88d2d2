package leave

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"zafe/app/audit"
	"zafe/app/auth"
	"zafe/app/civil"
	"zafe/app/device"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/user"
)

// now puts somebody out, and then does the rest. Faults: those of ready and of user.MayGo.
func (s *Service[T]) now(ctx context.Context, req NowRequest) (out Leave, err error) {
	return s.carryOut(ctx, req, func(tx T, l Leave) error {
		op.Note(ctx, "user", int64(l.User), "", heirOf(l))
		return op.RecordIn(ctx, tx)
	})
}

// carryOut does a departure in two steps, so that whatever becomes of the second the person is out: their account
// first; then the rest, which Run takes up again where it was interrupted. note writes the event of the first.
func (s *Service[T]) carryOut(ctx context.Context, req NowRequest, note func(tx T, l Leave) error) (Leave, error) {
	err := s.people.ShutOut(ctx, req.User, func(tx T, was user.User) error {
		l, open, err := opened(tx, req.User)
		if err != nil || open && l.State == Out {
			return err // it was interrupted: what was found then is kept
		}
		l.User, l.State, l.Heir, l.Keep = req.User, Out, req.Heir, req.Keep
		if !open {
			l.AskedAt, l.AskedBy = tx.Now(), op.Actor(ctx).Name
		}
		if l.Report, err = s.survey(tx, was, req.Keep); err != nil {
			return err
		}
		if err := ready(ctx, tx, &l); err != nil {
			return err
		}
		if l, err = tx.SaveLeave(l); err != nil {
			return err
		}
		return note(tx, l)
	})
	if err != nil {
		return Leave{}, err
	}
	return s.finish(context.WithoutCancel(ctx), req.User)
}

// opened returns the departure of a person that is not done.
func opened(tx Tx, id auth.UserID) (Leave, bool, error) {
	l, ok, err := tx.Leave(id)
	if err != nil || !ok || l.State == Done {
		return Leave{}, false, err
	}
	return l, true, nil
}

// ready asks for somebody who takes over what there is. Faults: leave.not_yours when it is not the actor's to give,
// leave.heir_missing, leave.heir when they cannot. A departure that was planned long ago goes to an owner rather than
// to nobody.
func ready(ctx context.Context, tx Tx, l *Leave) error {
	a := op.Actor(ctx)
	able, err := heirs(tx, l.User)
	if err != nil {
		return err
	}
	can := slices.ContainsFunc(able, func(h user.Name) bool { return h.ID == l.Heir })
	holds := l.Report.Customers+l.Report.Drafts > 0
	switch {
	case holds && !a.Sees(auth.CustomerWrite, auth.Whose{Owner: l.User}):
		return fault.New(fault.Forbidden, "leave.not_yours")
	case can || l.Heir == 0 && !holds:
		return nil
	case a.System:
		l.Heir, err = someOwner(tx, l.User)
		return err
	case l.Heir == 0:
		return fault.Field("heir", "leave.heir_missing")
	}
	return fault.Field("heir", "leave.heir")
}

// someOwner returns another owner in work. There always is one.
func someOwner(tx Tx, but auth.UserID) (auth.UserID, error) {
	people, err := tx.Users()
	for _, u := range people {
		if u.ID != but && u.Role == auth.Owner && !u.Disabled {
			return u.ID, nil
		}
	}
	return 0, err
}

// finish does what is left once somebody is out, in one transaction with the event that seals the report, and cuts
// the PCs.
func (s *Service[T]) finish(ctx context.Context, id auth.UserID) (out Leave, err error) {
	var shut []string
	err = s.work.Update(ctx, func(tx T) error {
		shut = nil
		l, open, err := opened(tx, id)
		if err != nil || !open {
			out, _, err = tx.Leave(id) // somebody else was quicker
			return err
		}
		if shut, err = s.strip(ctx, tx, &l); err != nil {
			return err
		}
		l.State = Done
		e, err := seal(ctx, tx, l)
		if err != nil {
			return err
		}
		l.Event = e.ID
		out, err = tx.SaveLeave(l)
		return err
	})
	if err == nil {
		for _, fingerprint := range shut {
			s.cut(fingerprint)
		}
	}
	return out, err
}

// strip takes from somebody who is out all that they still hold, puts it in the report, and returns the fingerprints
// of the PCs that were shut out.
func (s *Service[T]) strip(ctx context.Context, tx T, l *Leave) (shut []string, err error) {
	u, err := tx.User(l.User)
	if err != nil {
		return nil, err
	}
	r := &l.Report
	for _, pc := range r.PCs {
		if !pc.Shut {
			continue
		}
		d, err := tx.Device(pc.ID)
		if err != nil {
			return nil, err
		}
		if d, err = device.Drop(tx, d); err != nil {
			return nil, err
		}
		shut = append(shut, d.Fingerprint)
	}
	if err := user.DropSecondFactor(ctx, tx, u); err != nil {
		return nil, err
	}
	if r.Invitations, err = tx.DropInvitationsBy(u.ID); err != nil {
		return nil, err
	}
	// What they made between the two steps goes too: nobody but a call that was under way then did.
	if r.Customers, r.Drafts, err = tx.Holdings(u.ID); err != nil || r.Customers+r.Drafts == 0 {
		return shut, err
	}
	if l.Heir == 0 {
		if l.Heir, err = someOwner(tx, l.User); err != nil {
			return nil, err
		}
	}
	heir, err := tx.User(l.Heir)
	if err != nil {
		return nil, err
	}
	r.Heir = heir.Name
	return shut, tx.HandOver(u.ID, heir.ID, op.Actor(ctx))
}

// seal writes the event that ends a departure: its digest is the report's, so that the journal's chain holds the paper.
func seal(ctx context.Context, tx Tx, l Leave) (audit.Event, error) {
	digest, err := l.Report.Digest()
	if err != nil {
		return audit.Event{}, err
	}
	a := op.Actor(ctx)
	return tx.AppendEvent(audit.Event{
		Op: "leave.done", Actor: int64(a.User), ActorName: a.Name, Device: a.Device,
		SubjectKind: "user", SubjectID: int64(l.User), Digest: digest, Payload: heirOf(l),
	})
}

// Digest is what the journal keeps of the report: SHA-256 of it, in hex.
func (r Report) Digest() (string, error) {
	body, err := json.Marshal(r)
	if err != nil {
		return "", fmt.Errorf("leave: report: %w", err)
	}
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:]), nil
}

func heirOf(l Leave) string { return fmt.Sprintf(`{"heir":%d}`, l.Heir) }

// schedule plans a departure. Faults: those of ready and user.EndOn, leave.under_way.
func schedule[T Tx](ctx context.Context, tx T, req ScheduleRequest) (Leave, error) {
	if _, err := user.MayGo(ctx, tx, req.User); err != nil {
		return Leave{}, err
	}
	u, err := user.EndOn(ctx, tx, req.User, req.On)
	if err != nil {
		return Leave{}, err
	}
	l, open, err := opened(tx, req.User)
	if err == nil && (open && l.State == Out || u.Disabled) {
		err = fault.New(fault.Conflict, "leave.under_way", "name", u.Name)
	}
	if err != nil {
		return Leave{}, err
	}
	l.User, l.State, l.Heir, l.Keep = req.User, Planned, req.Heir, req.Keep
	l.AskedAt, l.AskedBy = tx.Now(), op.Actor(ctx).Name
	if l.Report.Customers, l.Report.Drafts, err = tx.Holdings(req.User); err != nil {
		return Leave{}, err
	}
	if err := ready(ctx, tx, &l); err != nil {
		return Leave{}, err
	}
	op.Note(ctx, "user", int64(req.User), "", fmt.Sprintf(`{"heir":%d,"on":%q}`, req.Heir, req.On))
	return tx.SaveLeave(l)
}

// cancel forgets a departure that is planned. Fault leave.not_planned.
func cancel[T Tx](ctx context.Context, tx T, req Request) (op.Empty, error) {
	if _, err := user.EndOn(ctx, tx, req.User, civil.Date{}); err != nil {
		return op.Empty{}, err
	}
	l, open, err := opened(tx, req.User)
	if err == nil && (!open || l.State != Planned) {
		err = fault.New(fault.Conflict, "leave.not_planned")
	}
	if err != nil {
		return op.Empty{}, err
	}
	op.Note(ctx, "user", int64(req.User), "", "")
	return op.Empty{}, tx.DropLeave(l.ID)
}

// work is what waits for nothing any more: departures, and accounts that end soon, of which the owners do not know yet.
type work struct {
	leaves []Leave
	ending []user.User
}

func due(tx Tx) (w work, err error) {
	all, err := tx.OpenLeaves()
	if err != nil {
		return w, err
	}
	planned := map[auth.UserID]bool{}
	for _, l := range all {
		u, err := tx.User(l.User)
		if err != nil {
			return w, err
		}
		planned[u.ID] = true
		if l.State == Out || u.Ended(tx.Today()) {
			w.leaves = append(w.leaves, l)
		}
	}
	w.ending, err = user.Ending(tx)
	w.ending = slices.DeleteFunc(w.ending, func(u user.User) bool { return planned[u.ID] })
	return w, err
}

func (s *Service[T]) run(ctx context.Context, _ op.Empty) (op.Empty, error) {
	var waiting work
	if err := s.work.View(ctx, func(tx T) (err error) { waiting, err = due(tx); return err }); err != nil {
		return op.Empty{}, err
	}
	a := op.Actor(ctx)
	var errs []error
	if len(waiting.ending) > 0 {
		errs = append(errs, s.work.Update(ctx, func(tx T) error {
			return errors.Join(user.TellEnding(tx, waiting.ending), op.RecordIn(ctx, tx))
		}))
	}
	for _, l := range waiting.leaves {
		_, err := s.carryOut(ctx, NowRequest{User: l.User, Heir: l.Heir, Keep: l.Keep}, func(tx T, l Leave) error {
			_, err := tx.AppendEvent(audit.Event{
				Op: Now.Name, Actor: int64(a.User), ActorName: a.Name, Device: a.Device,
				SubjectKind: "user", SubjectID: int64(l.User), Payload: heirOf(l),
			})
			if err != nil {
				return err
			}
			return user.TellOwners(tx, l.User, user.NoticeLeft, "")
		})
		errs = append(errs, err)
	}
	return op.Empty{}, errors.Join(errs...)
}

// look is how often it is looked whether a departure is due. Nobody is let in meanwhile: the last day of an account is
// asked at each call.
const look = time.Minute

// Care does what is due until ctx ends, through c; warn is told what failed.
func (s *Service[T]) Care(ctx context.Context, c op.Caller, warn func(what string, err error)) {
	tick := time.NewTicker(look)
	defer tick.Stop()
	for {
		if err := s.pass(ctx, c); err != nil && ctx.Err() == nil {
			warn("departures", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// pass calls Run when there is something to do: a call for nothing would be a line of the journal.
func (s *Service[T]) pass(ctx context.Context, c op.Caller) error {
	var waiting work
	err := s.work.View(ctx, func(tx T) (err error) { waiting, err = due(tx); return err })
	if err == nil && len(waiting.leaves)+len(waiting.ending) > 0 {
		_, err = Run.Call(op.AsSystem(ctx), c, op.Empty{})
	}
	return err
}
