package user

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"zafe/app/audit"
	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/op"
)

// How long nobody has to touch the program before a session is locked, and how many sessions a person may have.
// People whose role must have a second factor see the books and take files away: less of both.
const (
	lockAfter     = 10 * time.Minute
	lockSensitive = 5 * time.Minute
	LockMinutes   = 5  // the least one can choose
	lockMost      = 30 // the most
	lockMostOwner = 10 // the most of a sensitive role
	lockGrace     = time.Minute
	sessionsMax   = 3
	sessionsFew   = 2
	tokenGrace    = time.Minute // how long a token replaced by a proof is good for what is on its way
)

// LocksAfter is how long the person's screen stays open when nobody touches it.
func (u User) LocksAfter() time.Duration {
	chosen := time.Duration(u.LockAfter) * time.Minute
	switch {
	case chosen == 0 && u.NeedsSecondFactor:
		return lockSensitive
	case chosen == 0:
		return lockAfter
	default:
		return min(chosen, time.Duration(u.LockMost())*time.Minute)
	}
}

// LockMost is the longest delay in minutes that the person may choose.
func (u User) LockMost() int {
	if u.NeedsSecondFactor {
		return lockMostOwner
	}
	return lockMost
}

func (u User) sessionsMax() int {
	if u.NeedsSecondFactor {
		return sessionsFew
	}
	return sessionsMax
}

// alive knows when somebody last did something in each session. It is not in the book: a write at each call would
// make every list a change to back up. After a restart a session counts from its last proof of who is there, so
// that at worst that is asked for once more.
type alive struct {
	mu   sync.Mutex
	last map[int64]time.Time
}

func (a *alive) mark(session int64, now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.last == nil {
		a.last = map[int64]time.Time{}
	}
	for id, at := range a.last {
		if now.Sub(at) > sessionFor || auth.Ahead(at, now, 0) {
			delete(a.last, id)
		}
	}
	a.last[session] = now
}

// of is when somebody last did something in a session; zero if that was only under a clock that was ahead.
func (a *alive) of(ss Session, now time.Time) (out time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, at := range []time.Time{ss.FreshAt, a.last[ss.seat()]} {
		if !auth.Ahead(at, now, 0) {
			out = later(out, at)
		}
	}
	return out
}

// locked tells whether nobody has been at a session for too long, as far as can be told: what was done in it under a
// clock that was ahead tells nothing. The program at the other end locks its screen first; who took its token away is
// refused here all the same.
func (s *Service[T]) locked(u User, ss Session, now time.Time) bool {
	since := s.alive.of(ss, now)
	return since.IsZero() || now.Sub(since) > u.LocksAfter()+lockGrace
}

// GoesOn tells whether somebody who began a call may go on with it. Faults: user.session_over when their session was
// closed since, user.session_role when that was for another role, user.closed when their account was, user.ended when their
// last day is over, op.rights_changed when they may do other things than then. A screen that locked meanwhile ends nothing
// that was asked before, and to be asked about is no sign of life.
func (s *Service[T]) GoesOn(ctx context.Context, a auth.Actor) error {
	return s.work.View(ctx, func(tx T) error {
		ss, ok, err := tx.Session(a.Session)
		if err != nil {
			return err
		}
		if !ok {
			return sessionOver()
		}
		u, err := personOf(tx, ss)
		if err != nil {
			return err
		}
		now, err := actorIn(tx, ss, u)
		if err == nil && (!maps.Equal(now.Rights, a.Rights) || !slices.Equal(now.Team, a.Team)) {
			err = fault.New(fault.Forbidden, "op.rights_changed")
		}
		return err
	})
}

// TokenResponse is the token that takes the place of the one before.
type TokenResponse struct {
	Token string `json:"token"`
}

// SessionsRequest names whose: 0 for one's own.
type SessionsRequest struct {
	User auth.UserID `json:"user,omitempty"`
}

// SessionRequest names a session.
type SessionRequest struct {
	ID int64 `json:"id"`
}

// OpenSession is a session as people see it.
type OpenSession struct {
	ID      int64     `json:"id"`
	Device  string    `json:"device"` // "" at the main PC's own keyboard
	Name    string    `json:"name"`   // of the PC
	Since   time.Time `json:"since"`
	Active  time.Time `json:"active"` // when somebody last did something
	Locked  bool      `json:"locked"`
	Current bool      `json:"current"` // the one that asks
}

// Place is a PC on which a person has logged in.
type Place struct {
	Device string    `json:"device"` // "" at the main PC's own keyboard
	Name   string    `json:"name"`
	First  time.Time `json:"first"`
	Last   time.Time `json:"last"`
}

// SessionsResponse is where a person is logged in, and where they have been.
type SessionsResponse struct {
	Sessions []OpenSession `json:"sessions"`
	Places   []Place       `json:"places"`
}

// The operations on sessions that are open.
var (
	Sessions = op.Op[SessionsRequest, SessionsResponse]{Spec: op.Spec{
		Name: "session.list", Kind: op.Query, Needs: auth.Anyone, Since: 1,
		Doc: "Lists one's open sessions and the PCs one has used; those of somebody else with user.manage.",
	}}
	CloseSession = op.Op[SessionRequest, op.Empty]{Spec: op.Spec{
		Name: "session.close", Kind: op.Command, Needs: auth.Anyone, Fresh: true, Since: 1,
		Doc: "Closes one of one's sessions; one of somebody else with user.manage.",
	}}
	CloseOthers = op.Op[op.Empty, TokenResponse]{Spec: op.Spec{
		Name: "session.close_others", Kind: op.Action, Needs: auth.Anyone, Fresh: true, Since: 1, Secret: true,
		Doc: "Closes all of one's sessions but this one, which goes on under another token.",
	}}
)

func (s *Service[T]) sessions(ctx context.Context, tx T, req SessionsRequest) (out SessionsResponse, err error) {
	a := op.Actor(ctx)
	u, err := sessionsOf(ctx, tx, cmp.Or(req.User, a.User))
	if err != nil {
		return out, err
	}
	open, err := opened(tx, u)
	if err != nil {
		return out, err
	}
	for _, ss := range open {
		name, err := tx.PCName(ss.Device)
		if err != nil {
			return out, err
		}
		out.Sessions = append(out.Sessions, OpenSession{
			ID: ss.ID, Device: ss.Device, Name: name, Since: ss.CreatedAt, Active: later(ss.CreatedAt, s.alive.of(ss, tx.Now())),
			Locked: s.locked(u, ss, tx.Now()), Current: ss.ID == a.Session,
		})
	}
	out.Places, err = tx.Places(u.ID)
	return out, err
}

// sessionsOf returns a person whose sessions the actor may see and close: themselves, or with user.manage
// somebody about whom they may decide. Faults: op.forbidden, user.not_found, user.above_you.
func sessionsOf(ctx context.Context, tx Tx, id auth.UserID) (User, error) {
	switch a := op.Actor(ctx); {
	case id == a.User:
		return tx.User(id)
	case !a.May(auth.UserManage):
		return User{}, fault.New(fault.Forbidden, "op.forbidden")
	}
	return under(ctx, tx, id)
}

// opened lists the sessions of a person with which something can be done; looks through others' eyes are part of theirs.
func opened(tx Tx, u User) (out []Session, err error) {
	all, err := tx.Sessions(u.ID)
	for _, ss := range all {
		if !ss.Pending && ss.Parent == 0 && ss.Generation == u.Generation && !outOfTime(ss, tx.Now()) {
			out = append(out, ss)
		}
	}
	return out, err
}

// closeSession closes a session of somebody whose sessions the actor may see; another is as unknown as none.
func closeSession[T Tx](ctx context.Context, tx T, req SessionRequest) (op.Empty, error) {
	ss, ok, err := tx.Session(req.ID)
	if err == nil && ok {
		_, err = sessionsOf(ctx, tx, ss.User)
	}
	switch f := fault.Of(err); {
	case f == nil && !ok, f != nil && f.Code == fault.Forbidden:
		return op.Empty{}, fault.New(fault.NotFound, "user.no_session")
	case f != nil:
		return op.Empty{}, err
	}
	op.Note(ctx, "user", int64(ss.User), "", "")
	return op.Empty{}, tx.DropSession(ss.ID)
}

func (s *Service[T]) closeOthers(ctx context.Context, _ op.Empty) (out TokenResponse, err error) {
	err = s.work.Update(ctx, func(tx T) error {
		u, err := tx.User(op.Actor(ctx).User)
		if err != nil {
			return err
		}
		if out.Token, err = onlySession(ctx, tx, u); err != nil {
			return err
		}
		op.Note(ctx, "user", int64(u.ID), "", "")
		return op.RecordIn(ctx, tx)
	})
	return out, err
}

// onlySession stores a person with every session of theirs closed but the one they are using, which goes on under
// another token: whoever else had their password, or this token, is out at once. A log-in under way is closed too.
// Faults: those of ownSession.
func onlySession(ctx context.Context, tx Tx, u User) (token string, err error) {
	ss, _, err := ownSession(tx, op.CredentialOf(ctx))
	if err != nil {
		return "", err
	}
	u.Generation++
	if _, err := tx.SaveUser(u); err != nil {
		return "", err
	}
	all, err := tx.Sessions(u.ID)
	if err != nil {
		return "", err
	}
	for _, other := range all {
		if other.ID == ss.ID {
			continue
		}
		if err := tx.DropSession(other.ID); err != nil {
			return "", err
		}
	}
	ss.Generation = u.Generation
	return rotate(tx, ss, 0)
}

// rotate gives a session another token. The one before is good for grace more, for what is on its way with it.
func rotate(tx Tx, ss Session, grace time.Duration) (token string, err error) {
	if token, err = newToken(); err != nil {
		return "", err
	}
	ss.OldHash, ss.OldUntil = ss.TokenHash, tx.Now().Add(grace)
	ss.TokenHash = digest(token)
	return token, tx.SaveSession(ss)
}

// arrive notes that a person's log-in is complete: where, for the first time or not, and how many sessions they
// have then. before is the person as they were.
func (s *Service[T]) arrive(tx Tx, before User, ss Session) error {
	if err := tx.DropPending(ss.User, ss.Device); err != nil {
		return err
	}
	_, known, err := tx.Place(ss.User, ss.Device)
	if err != nil {
		return err
	}
	// The first log-in of all is no news: somebody has just made the account.
	if !known && ss.Device != "" && !before.LastLoginAt.IsZero() {
		name, err := tx.PCName(ss.Device)
		if err == nil {
			err = tellBoth(tx, ss.User, NoticePlace, NoticePlaceOf, name)
		}
		if err != nil {
			return err
		}
	}
	if err := tx.SavePlace(ss.User, ss.Device); err != nil {
		return err
	}
	return s.thin(tx, before, ss)
}

// thin closes the sessions of a person that are one too many, of the others than their new one those that nobody
// has used for longest. They are told of one that was in use elsewhere.
func (s *Service[T]) thin(tx Tx, u User, fresh Session) error {
	open, err := opened(tx, u)
	if err != nil {
		return err
	}
	used := func(ss Session) time.Time { return s.alive.of(ss, tx.Now()) }
	for len(open) > u.sessionsMax() {
		oldest := -1
		for i, ss := range open {
			if ss.ID != fresh.ID && (oldest < 0 || used(ss).Before(used(open[oldest]))) {
				oldest = i
			}
		}
		ss := open[oldest]
		if err := tx.DropSession(ss.ID); err != nil {
			return err
		}
		if ss.Device != fresh.Device && !s.locked(u, ss, tx.Now()) {
			name, err := tx.PCName(ss.Device)
			if err == nil {
				err = tell(tx, u.ID, NoticeCrowded, name)
			}
			if err != nil {
				return err
			}
		}
		open = append(open[:oldest], open[oldest+1:]...)
	}
	return nil
}

// unfinished tells of the log-ins whose password was right and that nobody completed in time: somebody may have the
// password and not the phone. Tries of one person at one PC are one notice.
func unfinished(tx Tx) error {
	waited, err := tx.Unfinished()
	if err != nil {
		return err
	}
	type attempt struct {
		who auth.UserID
		pc  string
	}
	told := map[attempt]bool{}
	for _, ss := range waited {
		if err := tx.DropSession(ss.ID); err != nil {
			return err
		}
		a := attempt{ss.User, ss.Device}
		if told[a] {
			continue
		}
		told[a] = true
		name, err := tx.PCName(ss.Device)
		if err == nil {
			err = tellBoth(tx, ss.User, NoticeUnfinished, NoticeUnfinishedOf, name)
		}
		if err == nil {
			_, err = tx.AppendEvent(audit.Event{
				Op: "session.unfinished", Device: ss.Device, SubjectKind: "user", SubjectID: int64(ss.User),
			})
		}
		if err != nil {
			return err
		}
	}
	return nil
}
