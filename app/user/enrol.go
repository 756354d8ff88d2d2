package user

import (
	"context"
	"sync"
	"time"

	"zafe/app/auth"
	"zafe/app/company"
	"zafe/app/fault"
	"zafe/app/op"
)

// enrolFor is how long a person has to install an app and give its first code.
const enrolFor = 30 * time.Minute

// enrolments are the secrets shown and not confirmed yet, by session. They are not in the book: the
// factor in force stays in force until the new one has given a code, whatever happens in between.
type enrolments struct {
	mu      sync.Mutex
	waiting map[int64]enrolment
}

type enrolment struct {
	secret string
	until  time.Time
}

// put keeps the secret of a session and forgets those past their time.
func (e *enrolments) put(session int64, secret string, now time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.waiting == nil {
		e.waiting = map[int64]enrolment{}
	}
	for id, w := range e.waiting {
		if !now.Before(w.until) {
			delete(e.waiting, id)
		}
	}
	e.waiting[session] = enrolment{secret, now.Add(enrolFor)}
}

// get returns the secret a session was shown, or "".
func (e *enrolments) get(session int64, now time.Time) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	if w := e.waiting[session]; now.Before(w.until) && !auth.Ahead(w.until, now, enrolFor) {
		return w.secret
	}
	return ""
}

func (e *enrolments) drop(session int64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.waiting, session)
}

// recent refuses, with op.fresh_needed, somebody who has not just proved who they are: whoever finds a screen open
// would put a telephone of their own in force, and prove with it from then on that they are the person.
func recent(a auth.Actor, now time.Time) error {
	if !a.Fresh(now) {
		return fault.New(fault.Unauthenticated, "op.fresh_needed")
	}
	return nil
}

// enrolBegin shows the session a new secret. Faults: those of recent.
func (s *Service[T]) enrolBegin(ctx context.Context, tx T, _ op.Empty) (EnrolResponse, error) {
	a := op.Actor(ctx)
	u, err := tx.User(a.User)
	if err != nil {
		return EnrolResponse{}, err
	}
	if err := recent(a, tx.Now()); err != nil {
		return EnrolResponse{}, err
	}
	secret, err := newSecret()
	if err != nil {
		return EnrolResponse{}, err
	}
	firm, err := company.Of(tx)
	if err != nil {
		return EnrolResponse{}, err
	}
	now := tx.Now()
	op.AfterCommit(ctx, func() { s.enrols.put(a.Session, secret, now) })
	return EnrolResponse{Secret: secret, URI: enrolURI(firm.Name, u.Login, secret)}, nil
}

// enrolConfirm puts the secret this session was shown in force. It looks at no other: a code of the
// factor in force confirms nothing here. Who was made to set one up at the log-in may take their time: they can do
// nothing else. The others are told of it, with the owners. Faults: those of recent, user.enrol_first, user.bad_code,
// user.clock_differs.
func (s *Service[T]) enrolConfirm(ctx context.Context, req CodeRequest) (CodesResponse, error) {
	a, now := op.Actor(ctx), s.clock()
	if err := recent(a, now); err != nil && !a.MustSetUp {
		return CodesResponse{}, err
	}
	secret := s.enrols.get(a.Session, now)
	if secret == "" {
		return CodesResponse{}, fault.New(fault.Conflict, "user.enrol_first")
	}
	step, ok := matchStep(secret, foldCode(req.Code), now, stepsAround)
	if !ok {
		return CodesResponse{}, wrongCode(secret, foldCode(req.Code), now)
	}
	codes, save, err := s.freshCodes(ctx)
	if err != nil {
		return CodesResponse{}, err
	}
	err = s.work.Update(ctx, func(tx T) error {
		u, err := tx.User(a.User)
		if err != nil {
			return err
		}
		u.Secret, u.SecondOn, u.LastStep = secret, true, step
		if _, err := tx.SaveUser(u); err != nil {
			return err
		}
		if err := saveSpent(tx, u.ID, []int64{step}); err != nil { // those before were another secret's
			return err
		}
		if err := save(tx, u.ID); err != nil {
			return err
		}
		if !a.MustSetUp {
			name, err := tx.PCName(a.Device)
			if err == nil {
				err = tellBoth(tx, u.ID, NoticePhone, NoticePhoneOf, name)
			}
			if err != nil {
				return err
			}
		}
		return op.RecordIn(ctx, tx)
	})
	if err != nil {
		return CodesResponse{}, err
	}
	s.enrols.drop(a.Session)
	return CodesResponse{Codes: codes}, nil
}
