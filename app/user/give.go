package user

import (
	"context"
	"errors"

	"zafe/app/auth"
	"zafe/app/civil"
	"zafe/app/fault"
	"zafe/app/op"
)

// GiveRequest gives somebody a role, and lets them in if they were out.
type GiveRequest struct {
	ID   auth.UserID `json:"id"`
	Role auth.Role   `json:"role"`
	// Rights are those of the role, as who asks saw them: a role that changed meanwhile is not given.
	Rights auth.Rights `json:"rights"`
	EndsOn civil.Date  `json:"ends_on,omitzero"` // as of SaveRequest
}

// Validate checks what needs no book: user.not_found, user.role_unknown, user.owner_ends, user.outsider_ends.
func (r GiveRequest) Validate() error {
	switch {
	case r.ID == 0:
		return fault.New(fault.NotFound, "user.not_found")
	case r.Role == "":
		return fault.Field("role", "user.role_unknown")
	case r.Role == auth.Owner && !r.EndsOn.IsZero():
		return fault.Field("ends_on", "user.owner_ends")
	case r.Role.Outside() && r.EndsOn.IsZero():
		return fault.Field("ends_on", "user.outsider_ends")
	}
	return nil
}

// Ranks tells who may do what.
type Ranks interface {
	Today() civil.Date
	User(id auth.UserID) (User, error) // fault user.not_found
	RightsOf(role auth.Role) (auth.Rights, bool, error)
}

// Gain is a right that somebody would hold on more than before.
type Gain struct {
	Right    auth.Permission
	From, To auth.Scope
}

// Gains returns a person, nobody yet for ID 0, and what they could do more with a role: more than with the one they
// have, in or out. Of who is out all counts that the role may, once they are in, when its rights are of those that ask
// for a second factor: else such a role would be given to an account that was made, or closed, for that. Faults:
// user.not_found, user.role_unknown, user.role_changed.
func Gains(tx Ranks, req GiveRequest) (User, []Gain, error) {
	var u User
	if req.ID != 0 {
		var err error
		if u, err = tx.User(req.ID); err != nil {
			return u, nil, err
		}
	}
	rights, err := rightsOf(tx, req.Role)
	if err != nil {
		return u, nil, err
	}
	if !rights.Covers(req.Rights) || !req.Rights.Covers(rights) {
		return u, nil, fault.New(fault.Conflict, "user.role_changed")
	}
	after := User{ID: u.ID, Rights: rights, EndsOn: req.EndsOn}
	return u, gains(u, after, tx.Today()), nil
}

// gains is what somebody could do more than before; ID 0 is nobody yet.
func gains(before, after User, today civil.Date) (out []Gain) {
	in := func(u User) bool { return !u.Disabled && !u.Ended(today) }
	had := before.Rights
	switch {
	case (before.ID == 0 || !in(before)) && in(after) && after.Rights.NeedsSecondFactor():
		had = nil
	case before.ID == 0:
		return nil
	}
	for _, p := range auth.Permissions() {
		if from, to := had.Scope(p), after.Rights.Scope(p); to > from {
			out = append(out, Gain{p, from, to})
		}
	}
	return out
}

// give does it. Faults: those of Gains and of Save, user.nothing_given: what takes rights away is Save's, with the
// password that opens the book. An owner's opens it from their next log-in on.
func give[T Tx](ctx context.Context, tx T, req GiveRequest) (User, error) {
	u, more, err := Gains(tx, req)
	if err == nil && len(more) == 0 && !u.Disabled && !u.Ended(tx.Today()) {
		err = fault.New(fault.Conflict, "user.nothing_given", "name", u.Name)
	}
	if err == nil {
		err = mayEnd(u, User{Role: req.Role, EndsOn: req.EndsOn}, tx.Today())
	}
	if err != nil {
		return u, err
	}
	out, err := store(tx, op.Actor(ctx), SaveRequest{
		ID: u.ID, Login: u.Login, Name: u.Name, Email: u.Email, Role: req.Role, EndsOn: req.EndsOn,
	}, "", true)
	op.Note(ctx, "user", int64(out.ID), "", saved(out, false))
	return out, err
}

// widened is what a change of a person gives, as of Give, and whether that is anything.
func widened(tx Tx, req SaveRequest) (give GiveRequest, more bool, err error) {
	var before User
	if req.ID != 0 {
		if before, err = tx.User(req.ID); err != nil {
			return give, false, err
		}
	}
	rights, err := rightsOf(tx, req.Role)
	after := User{ID: req.ID, Rights: rights, Disabled: req.Disabled, EndsOn: req.EndsOn}
	give = GiveRequest{ID: req.ID, Role: req.Role, Rights: rights, EndsOn: req.EndsOn}
	return give, len(gains(before, after, tx.Today())) > 0, err
}

// second asks whether what a change gives may be given: it may take a second person. Faults: those of what is put
// before Give.
func (s *Service[T]) second(ctx context.Context, tx T, req SaveRequest) error {
	give, more, err := widened(tx, req)
	if err != nil || !more || s.gives == nil {
		return err
	}
	return s.gives(ctx, tx, give)
}

var errRehearsed = errors.New("rehearsed")

// rehearse is second before anything is touched, the key file above all, and leaves nothing behind.
func (s *Service[T]) rehearse(ctx context.Context, req SaveRequest) error {
	more := false
	err := s.work.View(ctx, func(tx T) (err error) { _, more, err = widened(tx, req); return err })
	if err != nil || !more {
		return err
	}
	err = s.work.Update(ctx, func(tx T) error {
		if err := s.second(ctx, tx, req); err != nil {
			return err
		}
		return errRehearsed
	})
	if errors.Is(err, errRehearsed) {
		return nil
	}
	return err
}
