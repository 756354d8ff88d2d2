package user

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/recovery"
	"zafe/app/setup"
)

// An owner who forgot the password has the recovery sheet. In an open book it gives them a new password
// at once with their second factor, or, without it, a day after every owner could see and refuse that.
// A closed book that it opened gives the password at once and shuts everybody else out; the second
// factor stays. Nobody else has a sheet: an owner gives them a new password.
const (
	resetAfter = 24 * time.Hour     // until a reset without the second factor takes effect
	resetGood  = 7 * 24 * time.Hour // how long after that it may be finished
)

// PendingReset is a new password asked for without the second factor.
type PendingReset struct {
	User    auth.UserID `json:"user"`
	Name    string      `json:"name"`
	AskedAt time.Time   `json:"asked_at"`
	After   time.Time   `json:"after"` // when it can be finished
	Device  string      `json:"device,omitempty"`
	PC      string      `json:"pc,omitempty"` // the name of that; "" is the main PC
}

// RecoverRequest asks for a new password for an owner. Code is the second factor, "" without it.
type RecoverRequest struct {
	Login    string `json:"login"`
	Recovery string `json:"recovery"`
	Password string `json:"password"`
	Code     string `json:"code,omitempty"`
}

// Validate asks for what there must be.
func (r RecoverRequest) Validate() error {
	if strings.TrimSpace(r.Login) == "" {
		return fault.Field("login", "user.login_missing")
	}
	if r.Password == "" || len(r.Password) > 1024 {
		return fault.Field("password", "user.password_missing")
	}
	return nil
}

// RecoverResponse tells whether the new password is in force, else when to come back with the sheet.
type RecoverResponse struct {
	Done  bool      `json:"done"`
	After time.Time `json:"after,omitzero"`
}

// The operations of a forgotten password.
var (
	Recover = op.Op[RecoverRequest, RecoverResponse]{Spec: op.Spec{
		Name: "password.recover", Kind: op.Action, Needs: auth.Public, Since: 1, Secret: true,
		Doc: "Gives an owner a new password by the recovery key: at once with the second factor, else after a day.",
	}}
	Refuse = op.Op[IDRequest, op.Empty]{Spec: op.Spec{
		Name: "password.refuse", Kind: op.Command, Needs: auth.KeyManage, Fresh: true, Since: 1,
		Doc: "Refuses the new password that somebody asked for with the recovery key.",
	}}
)

// steady is the time by a clock that nobody sets while the program runs. A restart under another clock
// still deceives it: but who can do that with the sheet in hand can read the whole book without us.
func (s *Service[T]) steady() time.Time { return s.started.Add(s.clock().Sub(s.started)) }

// recover is the way back in of an owner. Faults: user.wait, recovery.*, store.wrong_recovery,
// user.not_owner, those of policy, user.bad_code and its kin.
func (s *Service[T]) recover(ctx context.Context, req RecoverRequest) (RecoverResponse, error) {
	var none RecoverResponse
	device := op.CredentialOf(ctx).Device
	if err := s.checkSheet(ctx, device, req.Recovery); err != nil {
		return none, err
	}
	var u User
	var known bool
	err := s.work.View(ctx, func(tx T) (err error) {
		u, known, err = tx.UserByLogin(strings.TrimSpace(req.Login))
		return err
	})
	if err != nil {
		return none, err
	}
	if !known || u.Role != auth.Owner || u.Disabled {
		return none, fault.Field("login", "user.not_owner")
	}
	if err := s.mayBe(ctx, req.Password, u, true); err != nil {
		return none, at("password", err)
	}
	how := NoticeClosed
	switch {
	case op.Actor(ctx).System:
	case req.Code != "":
		how = NoticeReset
		if err := s.checkCode(ctx, u, device, req.Code); err != nil {
			return none, err
		}
	default:
		how = NoticeWaited
		if after, err := s.waitReset(ctx, u, device); err != nil || !after.IsZero() {
			return RecoverResponse{After: after}, err
		}
	}
	return RecoverResponse{Done: true}, s.giveBack(ctx, u, req.Password, how)
}

// checkSheet refuses a key that does not open the book, and slows tries down as a log-in.
func (s *Service[T]) checkSheet(ctx context.Context, device, typed string) error {
	key, err := recovery.Parse(typed)
	if err != nil {
		return at("recovery", err)
	}
	defer clear(key[:])
	g, err := s.guess(ctx, User{}, "recovery sheet", device, "recover")
	if err != nil {
		return err
	}
	if !s.slots.RecoveryOpens(key) {
		return s.refuse(ctx, User{}, g, "password.refused", fault.Field("recovery", "store.wrong_recovery"))
	}
	s.limit.right(g)
	return nil
}

// waitReset notes that a person asks for a new password without the second factor, and tells when it can
// be given; the zero time when that is now. What nobody came back for in a week is asked for anew.
func (s *Service[T]) waitReset(ctx context.Context, u User, device string) (after time.Time, err error) {
	now := s.steady().UTC().Truncate(time.Second)
	err = s.work.Update(ctx, func(tx T) error {
		r, asked, err := tx.PasswordReset(u.ID)
		if err != nil {
			return err
		}
		since := now.Sub(r.AskedAt)
		asked = asked && !auth.Ahead(r.AskedAt, now, 0) // under a clock that was ahead: the day begins now
		if asked && since >= resetAfter && since < resetAfter+resetGood {
			return nil
		} else if asked && since < resetAfter {
			after = r.AskedAt.Add(resetAfter)
			return nil
		}
		after = now.Add(resetAfter)
		op.Note(ctx, "user", int64(u.ID), "", `{"how":"asked"}`)
		if err := tx.SavePasswordReset(PendingReset{User: u.ID, AskedAt: now, Device: device}); err != nil {
			return err
		}
		return op.RecordIn(ctx, tx)
	})
	return after, err
}

// giveBack puts the new password in force, with its slot, and tells the other owners.
func (s *Service[T]) giveBack(ctx context.Context, u User, password string, how NoticeKind) error {
	hash, err := s.hashing.hash(ctx, password)
	if err != nil {
		return err
	}
	return s.replaceSlot(ctx, u.ID, password, hash, func() error {
		return s.work.Update(ctx, func(tx T) error { return recovered(ctx, tx, u, hash, how) })
	})
}

// recovered is the row of it all: password, sessions over, and what the way it took asks for besides.
func recovered(ctx context.Context, tx Tx, u User, hash string, how NoticeKind) error {
	stored, err := tx.User(u.ID)
	if err != nil {
		return err
	}
	_, asked, err := tx.PasswordReset(u.ID)
	if err != nil {
		return err
	}
	if stored.Password != u.Password || how == NoticeWaited && !asked {
		return fault.New(fault.Conflict, "user.changed_meanwhile") // or was refused meanwhile
	}
	stored.Password = hash
	stored.Generation++
	if how == NoticeWaited { // there is no second factor at hand: it is set up anew at the log-in
		stored.Secret, stored.SecondOn, stored.LastStep = "", false, 0
		if err := tx.SaveRecoveryCodes(u.ID, "", nil); err != nil {
			return err
		}
	}
	if stored, err = tx.SaveUser(stored); err != nil {
		return err
	}
	if err := bySheet(tx, stored); err != nil {
		return err
	}
	pc, err := tx.PCName(op.CredentialOf(ctx).Device)
	if err != nil {
		return err
	}
	if err := TellOwners(tx, u.ID, how, pc, u.ID); err != nil {
		return err
	}
	if how == NoticeClosed {
		if err := errors.Join(shutOut(tx), setup.Served(tx)); err != nil {
			return err
		}
	}
	op.Note(ctx, "user", int64(u.ID), "", fmt.Sprintf(`{"how":%q}`, how))
	if how == NoticeClosed { // who waits without the telephone does not wait anew for having opened the book meanwhile
		return op.RecordIn(ctx, tx)
	}
	if err := tx.DropPasswordReset(u.ID); err != nil {
		return err
	}
	return op.RecordIn(ctx, tx)
}

// shutOut closes every session of everybody, and the book to every PC but this one.
func shutOut(tx Tx) error {
	people, err := tx.Users()
	if err != nil {
		return err
	}
	for _, p := range people {
		if err := tx.DropSessions(p.ID); err != nil {
			return err
		}
	}
	return tx.RevokeDevices()
}

func refuseReset[T Tx](ctx context.Context, tx T, req IDRequest) (op.Empty, error) {
	_, asked, err := tx.PasswordReset(req.ID)
	if err == nil && !asked {
		err = fault.New(fault.NotFound, "user.no_reset")
	}
	if err != nil {
		return op.Empty{}, err
	}
	op.Note(ctx, "user", int64(req.ID), "", "")
	return op.Empty{}, tx.DropPasswordReset(req.ID)
}
