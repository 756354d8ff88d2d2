package user

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base64"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"zafe/app/audit"
	"zafe/app/auth"
	"zafe/app/civil"
	"zafe/app/company"
	"zafe/app/fault"
	"zafe/app/op"
)

// LoginRequest is a name and a password.
type LoginRequest struct {
	Login    string `json:"login"`
	Password string `json:"password"`
}

// Validate asks for both.
func (r LoginRequest) Validate() error {
	if strings.TrimSpace(r.Login) == "" {
		return fault.Field("login", "user.login_missing")
	}
	if r.Password == "" || len(r.Password) > 1024 {
		return fault.Field("password", "user.password_missing")
	}
	return nil
}

// Next says what a log-in still needs.
type Next string

// What comes after the password.
const (
	Done  Next = ""      // logged in
	Code  Next = "code"  // give the second factor
	Enrol Next = "enrol" // logged in, but the second factor must be set up first
)

// LoginResponse carries the session's token and what comes next.
type LoginResponse struct {
	Token string `json:"token"`
	Next  Next   `json:"next"`
}

// CodeRequest carries a six-digit code, or a recovery code.
type CodeRequest struct {
	Code string `json:"code"`
}

// ConfirmRequest proves again who is there: for an operation that asks for it with the second factor, or with the
// password of a person who has none. A locked session is opened by the password, whoever has a second factor.
type ConfirmRequest struct {
	Code     string `json:"code,omitempty"`
	Password string `json:"password,omitempty"`
}

// The operations of a session.
var (
	Login = op.Op[LoginRequest, LoginResponse]{Spec: op.Spec{
		Name: "session.login", Kind: op.Action, Needs: auth.Public, Since: 1, Secret: true,
		Doc: "Opens a session with a password; the second factor may still be needed.",
	}}
	SecondFactor = op.Op[CodeRequest, LoginResponse]{Spec: op.Spec{
		Name: "session.second_factor", Kind: op.Action, Needs: auth.Public, Since: 1, Secret: true,
		Doc: "Completes a pending session with a TOTP or recovery code.",
	}}
	Confirm = op.Op[ConfirmRequest, TokenResponse]{Spec: op.Spec{
		Name: "session.confirm", Kind: op.Action, Needs: auth.Public, Since: 1, Secret: true,
		Doc: "Gives the second factor again (or the password without one) for operations that ask for it, or the password " +
			"to open a locked session. The session goes on under another token.",
	}}
	Logout = op.Op[op.Empty, op.Empty]{Spec: op.Spec{
		Name: "session.logout", Kind: op.Command, Needs: auth.Public, Since: 1,
		Doc: "Closes the session, locked or not.",
	}}
	Current = op.Op[op.Empty, Me]{Spec: op.Spec{
		Name: "session.me", Kind: op.Query, Needs: auth.Anyone, Since: 1,
		Doc: "Tells who is logged in and what they may do.",
	}}
)

// Me is what a person's screens need to know about them.
type Me struct {
	User      User              `json:"user"`
	May       map[string]string `json:"may"` // permission -> "own" or "all"
	MustEnrol bool              `json:"must_enrol"`
	CodesLeft int               `json:"codes_left"` // recovery codes not used yet
	// LongerPassword: a start delegate whose password is too short to open the book.
	LongerPassword bool `json:"longer_password,omitempty"`
	// GivenPassword: somebody else chose the password, and knows it, until the person changes it; see [Hand].
	GivenPassword bool `json:"given_password,omitempty"`
	// Viewer is the owner who looks through the person's eyes, "" for the person themselves.
	Viewer string `json:"viewer,omitempty"`
	// Support: who asks is nobody of the book, and helps from outside (package support).
	Support bool `json:"support,omitempty"`
}

// Can tells whether the person may call an operation with this permission.
func (m Me) Can(p auth.Permission) bool {
	if p == auth.Public || p == auth.Anyone {
		return true
	}
	return m.May[string(p)] != ""
}

// Service performs the log-in: it hashes outside any transaction and records refusals.
type Service[T Tx] struct {
	work    op.Work[T]
	clock   func() time.Time
	hashing *hasher
	policy  Policy
	slots   Slots
	// slotting: one person's row and slots change at a time.
	slotting sync.Mutex
	settled  atomic.Pointer[civil.Date] // the day of the last Settle
	// gives asks what is put before Give, for what gives somebody more than they had.
	gives func(ctx context.Context, tx T, req GiveRequest) error
	// starts asks what is put before GiveStart.
	starts  func(ctx context.Context, tx T, req IDRequest) error
	limit   throttle
	alive   alive
	enrols  enrolments
	started time.Time // with the monotonic clock of a real one
}

// Policy refuses a password that is too easy to guess for the person described by context; a second
// factor lets it be shorter. Package password has the real one.
type Policy func(password string, context []string, secondFactor bool) error

// mayBe refuses a password that is too easy to guess for who knows the person and where they work. Faults: those
// of the policy.
func (s *Service[T]) mayBe(ctx context.Context, password string, u User, secondFactor bool) error {
	var firm company.Profile
	if err := s.work.View(ctx, func(tx T) (err error) { firm, err = company.Of(tx); return err }); err != nil {
		return err
	}
	return s.policy(password, about(u, firm), secondFactor)
}

// about is what an attacker would know of a person.
func about(u User, firm company.Profile) []string {
	return []string{u.Login, u.Name, u.Email, firm.Name, firm.TradeName, firm.City}
}

// NewService makes the service over a store and its key slots.
func NewService[T Tx](w op.Work[T], clock func() time.Time, cost Hashing, policy Policy, slots Slots) *Service[T] {
	return &Service[T]{
		work: w, clock: clock, hashing: newHasher(cost), policy: policy, slots: slots, started: clock(),
	}
}

// Authenticate implements op.Authenticator. No token is nobody; a token that is no longer good is
// fault user.session_over.
func (s *Service[T]) Authenticate(ctx context.Context, c op.Credential) (a auth.Actor, err error) {
	if c.Token == "" {
		return a, nil
	}
	err = s.work.View(ctx, func(tx T) error {
		ss, u, err := sessionOf(tx, c)
		if err != nil || ss.Pending {
			return err
		}
		if a, err = actorIn(tx, ss, u); err != nil {
			return err
		}
		if replaced(ss, c) {
			a.FreshAt = time.Time{} // what is on its way with it is nothing that asks for a proof
		}
		now := tx.Now()
		if a.Locked = s.locked(u, ss, now); !a.Locked && !c.Away {
			s.alive.mark(ss.seat(), now)
		}
		return nil
	})
	return a, err
}

func actorOf(u User, ss Session) auth.Actor {
	return auth.Actor{
		User: u.ID, Name: u.Name, Login: u.Login, Role: u.Role, Rights: u.Rights, Team: u.Team, Device: ss.Device, Session: ss.ID,
		FreshAt: ss.FreshAt, MustSetUp: u.NeedsSecondFactor && !u.SecondOn,
	}
}

// sessionOf finds the living session of a credential and its user.
func sessionOf(tx Tx, c op.Credential) (Session, User, error) {
	ss, ok, err := tx.SessionByToken(digest(c.Token))
	if err != nil {
		return ss, User{}, err
	}
	if !ok || ss.Device != c.Device {
		return ss, User{}, sessionOver()
	}
	u, err := personOf(tx, ss)
	return ss, u, err
}

func ended(u User) *fault.Fault {
	return fault.New(fault.Unauthenticated, "user.ended", "day", u.EndsOn)
}

// closed is told to who proved to be the person alone: whether an account is closed is nobody else's business.
func closed() *fault.Fault { return fault.New(fault.Unauthenticated, "user.closed") }

func sessionOver() error { return fault.New(fault.Unauthenticated, "user.session_over") }

// personOf returns whose a session is. Faults: user.session_over when it is one no more, user.session_role when that is so
// because somebody gave them another role, user.closed when their account was closed, user.ended when its last day is over.
func personOf(tx Tx, ss Session) (User, error) {
	u, err := tx.User(ss.User)
	switch {
	case err != nil:
	case u.Disabled && ss.Parent == 0:
		err = closed()
	case u.Disabled: // an owner's look through their eyes is over
		err = sessionOver()
	case u.Generation != ss.Generation:
		err = outdated(tx, ss)
	case u.Ended(tx.Today()):
		err = ended(u)
	case outOfTime(ss, tx.Now()):
		err = sessionOver()
	}
	return u, err
}

// outdated is the fault of a session that another one of the person's rights took the place of: by whom, as long as they
// were not told.
func outdated(tx Tx, ss Session) error {
	waits, err := tx.Notices(ss.User)
	if err != nil {
		return err
	}
	for _, n := range waits {
		if n.Kind == NoticeRole && !n.At.Before(ss.CreatedAt) && ss.Parent == 0 {
			return fault.New(fault.Unauthenticated, "user.session_role", "who", n.Detail)
		}
	}
	return sessionOver()
}

// outOfTime tells whether a session is over, or of a clock that was ahead: that one would last, and stay unlocked, until
// the clock gets there.
func outOfTime(ss Session, now time.Time) bool {
	return !now.Before(ss.ExpiresAt) || auth.Ahead(ss.ExpiresAt, now, sessionFor)
}

// replaced tells whether the token of a credential is the one before the session's own.
func replaced(ss Session, c op.Credential) bool { return ss.TokenHash != digest(c.Token) }

// ownSession finds the session of a credential for what changes the session itself or the account: with the token
// in force only, so that whoever kept the one before can neither go on with it nor throw the person out. Faults:
// user.session_over, op.fresh_needed.
func ownSession(tx Tx, c op.Credential) (Session, User, error) {
	ss, u, err := sessionOf(tx, c)
	if err == nil && replaced(ss, c) {
		err = fault.New(fault.Unauthenticated, "op.fresh_needed")
	}
	return ss, u, err
}

func (s *Service[T]) login(ctx context.Context, req LoginRequest) (LoginResponse, error) {
	device := op.CredentialOf(ctx).Device
	var u User
	var known bool
	var today civil.Date
	err := s.work.View(ctx, func(tx T) (err error) {
		u, known, err = tx.UserByLogin(strings.TrimSpace(req.Login))
		today = tx.Today()
		return err
	})
	if err != nil {
		return LoginResponse{}, err
	}
	g, err := s.guess(ctx, u, req.Login, device, "login")
	if err != nil {
		return LoginResponse{}, err
	}
	good, err := s.hashing.verify(ctx, u.Password, req.Password)
	if err != nil {
		s.limit.unanswered(g)
		return LoginResponse{}, err
	}
	if !good || !known {
		return LoginResponse{}, s.refuse(ctx, u, g, "session.refused", fault.New(fault.Unauthenticated, "user.bad_login"))
	}
	s.limit.right(g)
	if u.Disabled {
		return LoginResponse{}, s.refuse(ctx, u, nil, "session.refused", closed())
	}
	if u.Ended(today) {
		s.settleOn(ctx, today)
		return LoginResponse{}, s.refuse(ctx, u, nil, "session.refused", ended(u))
	}
	var renewed string
	if s.hashing.weaker(u.Password) {
		if renewed, err = s.hashing.hash(ctx, req.Password); err != nil {
			return LoginResponse{}, err
		}
	}
	resp, err := s.open(ctx, u, renewed, device)
	if err == nil {
		// A slot that cannot be put right keeps nobody out: the next log-in tries again.
		_ = s.settleSlots(ctx, u.ID, req.Password, cmp.Or(renewed, u.Password))
		s.settleOn(ctx, today)
	}
	return resp, err
}

// guess counts a password or a code that is about to be checked. Faults: user.wait, user.wait_day.
func (s *Service[T]) guess(ctx context.Context, u User, typed, device, at string) (g guess, err error) {
	err = s.work.View(ctx, func(tx T) (err error) { g, err = guessOf(tx, u, typed, device, at); return err })
	if err != nil {
		return nil, err
	}
	return g, s.limit.take(g, s.clock())
}

// open starts a session for the person whose password was just found good; renewed, if not empty,
// is that password's hash at today's cost. The event of a completed log-in names the person.
func (s *Service[T]) open(ctx context.Context, u User, renewed, device string) (LoginResponse, error) {
	token, err := newToken()
	if err != nil {
		return LoginResponse{}, err
	}
	resp := LoginResponse{Token: token, Next: Done}
	err = s.work.Update(ctx, func(tx T) error {
		stored, err := tx.User(u.ID)
		if err != nil {
			return err
		}
		if stored.Password != u.Password || stored.Disabled {
			// It was changed while the old one was being checked.
			return fault.New(fault.Unauthenticated, "user.bad_login")
		}
		if renewed != "" {
			stored.Password = renewed
		}
		if err := unfinished(tx); err != nil {
			return err
		}
		before, life := stored, sessionFor
		switch {
		case stored.SecondOn:
			resp.Next, life = Code, pendingFor
		case stored.NeedsSecondFactor:
			resp.Next = Enrol
		}
		if resp.Next != Code {
			stored.LastLoginAt = tx.Now()
		}
		if _, err := tx.SaveUser(stored); err != nil {
			return err
		}
		ss, err := tx.AddSession(Session{
			TokenHash: digest(token), User: u.ID, Device: device, Generation: stored.Generation,
			Pending: resp.Next == Code, CreatedAt: tx.Now(), FreshAt: tx.Now(), ExpiresAt: tx.Now().Add(life),
		})
		if err != nil {
			return err
		}
		if !ss.Pending {
			if err := s.arrive(tx, before, ss); err != nil {
				return err
			}
		}
		op.NoteActor(ctx, actorOf(stored, ss))
		return op.RecordIn(ctx, tx)
	})
	if err != nil {
		return LoginResponse{}, err
	}
	return resp, nil
}

// halfSession finds the session of a credential that still waits for its second factor: a complete one would go on
// past its time with each code. Faults: user.session_over, op.login_needed.
func halfSession(tx Tx, c op.Credential) (Session, User, error) {
	ss, u, err := sessionOf(tx, c)
	if err == nil && !ss.Pending {
		err = fault.New(fault.Unauthenticated, "op.login_needed")
	}
	return ss, u, err
}

// secondFactor completes a log-in. Faults: those of halfSession and of checkCode.
func (s *Service[T]) secondFactor(ctx context.Context, req CodeRequest) (LoginResponse, error) {
	cred := op.CredentialOf(ctx)
	var u User
	err := s.work.View(ctx, func(tx T) (err error) { _, u, err = halfSession(tx, cred); return err })
	if err != nil {
		return LoginResponse{}, err
	}
	if err := s.checkCode(ctx, u, cred.Device, req.Code); err != nil {
		return LoginResponse{}, err
	}
	token, err := newToken()
	if err != nil {
		return LoginResponse{}, err
	}
	err = s.work.Update(ctx, func(tx T) error {
		ss, u, err := halfSession(tx, cred)
		if err != nil {
			return err
		}
		before := u
		u.LastLoginAt = tx.Now()
		if _, err := tx.SaveUser(u); err != nil {
			return err
		}
		ss.TokenHash, ss.Pending = digest(token), false
		ss.FreshAt, ss.ExpiresAt = tx.Now(), tx.Now().Add(sessionFor)
		op.NoteActor(ctx, actorOf(u, ss))
		if err := tx.SaveSession(ss); err != nil {
			return err
		}
		if err := s.arrive(tx, before, ss); err != nil {
			return err
		}
		return op.RecordIn(ctx, tx)
	})
	if err != nil {
		return LoginResponse{}, err
	}
	return LoginResponse{Token: token, Next: Done}, nil
}

// confirm proves who is at a session, locked or not. A session whose second factor was never given has nobody yet:
// fault op.login_needed. The PC stands for the second factor where a screen locked, as it does between two log-ins: what
// opens it is the password, so that a telephone left on the desk does not; and that is no proof for what asks for the
// telephone. Faults: user.password_missing of a locked session, those of checkCode and checkPassword.
func (s *Service[T]) confirm(ctx context.Context, req ConfirmRequest) (out TokenResponse, err error) {
	cred := op.CredentialOf(ctx)
	var u User
	var seat int64
	locked := false
	err = s.work.View(ctx, func(tx T) error {
		ss, who, err := ownSession(tx, cred)
		if err == nil && ss.Pending {
			err = fault.New(fault.Unauthenticated, "op.login_needed")
		}
		if err == nil {
			u, seat = who, ss.seat()
			locked = s.locked(u, ss, tx.Now())
			op.NoteActor(ctx, actorOf(u, ss))
		}
		return err
	})
	if err != nil {
		return out, err
	}
	byCode := u.SecondOn && req.Code != ""
	switch {
	case locked && req.Password == "":
		err = fault.Field("password", "user.password_missing")
	case !u.SecondOn || req.Password != "":
		err = s.checkPassword(ctx, u, cred.Device, req.Password)
	}
	if err == nil && (byCode || u.SecondOn && req.Password == "") {
		err = s.checkCode(ctx, u, cred.Device, req.Code)
	}
	if err != nil {
		return out, err
	}
	err = s.work.Update(ctx, func(tx T) error {
		ss, _, err := ownSession(tx, cred)
		if err != nil {
			return err
		}
		if byCode || !u.SecondOn {
			ss.FreshAt = tx.Now()
		}
		s.alive.mark(seat, tx.Now())
		if out.Token, err = rotate(tx, ss, tokenGrace); err != nil {
			return err
		}
		return op.RecordIn(ctx, tx)
	})
	return out, err
}

func (s *Service[T]) checkPassword(ctx context.Context, u User, device, password string) error {
	g, err := s.guess(ctx, u, "", device, "password")
	if err != nil {
		return err
	}
	good, err := s.hashing.verify(ctx, u.Password, password)
	if err != nil {
		s.limit.unanswered(g)
		return err
	}
	if !good {
		return s.refuse(ctx, u, g, "session.password_refused", fault.Field("password", "user.bad_password"))
	}
	s.limit.right(g)
	return nil
}

// checkCode accepts a TOTP code never used before, or an unused recovery code. A right code of the
// wrong minute tells that the clocks differ (user.clock_differs) without being accepted.
func (s *Service[T]) checkCode(ctx context.Context, u User, device, typed string) error {
	if !u.SecondOn {
		// Without a secret there would still be a code: that of the empty one.
		return fault.New(fault.Conflict, "user.enrol_first")
	}
	g, err := s.guess(ctx, u, "", device, "code")
	if err != nil {
		return err
	}
	code := foldCode(typed)
	spend := func(tx Tx) error { return spendStep(tx, u, device, code) }
	if len(code) == codeGroups*codeGroupLen {
		hash, err := s.recoveryHash(ctx, u.ID, code)
		if err != nil {
			s.limit.unanswered(g)
			return err
		}
		spend = func(tx Tx) error { return useRecovery(tx, u.ID, device, hash) }
	}
	err = s.work.Update(ctx, func(tx T) error { return spend(tx) })
	if f := fault.Of(err); f != nil && f.Field == "code" {
		return s.refuse(ctx, u, g, "session.code_refused", f)
	}
	if err != nil {
		s.limit.unanswered(g)
		return err
	}
	s.limit.right(g)
	return nil
}

// spendStep accepts a six-digit code once: no second time, and none older than the last that was accepted (RFC 6238,
// section 5.2). Steps that lie beyond what the clock could accept now were taken while it was ahead. They stay spent,
// for when their time comes, but are no floor: else every right code would be refused until then. Faults: user.code_reused,
// those of wrongCode.
func spendStep(tx Tx, u User, device, code string) error {
	step, ok := matchStep(u.Secret, code, tx.Now(), stepsAround)
	if !ok {
		return wrongCode(u.Secret, code, tx.Now())
	}
	u, err := tx.User(u.ID)
	if err != nil {
		return err
	}
	spent, err := spentSteps(tx, u)
	if err != nil {
		return err
	}
	newest := tx.Now().Unix()/stepSeconds + stepsAround
	for _, s := range spent {
		if s <= newest && s >= step {
			return fault.Field("code", "user.code_reused")
		}
	}
	taken, err := tx.TakeTOTPStep(u.ID, u.LastStep, step)
	if err == nil && !taken {
		err = fault.Field("code", "user.code_reused")
	}
	if err == nil {
		err = saveSpent(tx, u.ID, append(spent, step))
	}
	if err == nil && u.LastStep > newest {
		_, err = tx.AppendEvent(audit.Event{
			Op: "session.step_ahead", Device: device, SubjectKind: "user", SubjectID: int64(u.ID),
		})
	}
	return err
}

func wrongCode(secret, code string, now time.Time) error {
	if step, ok := matchStep(secret, code, now, clockSteps); ok && len(code) == 6 {
		minutes := (step - now.Unix()/stepSeconds) * stepSeconds / 60
		if minutes != 0 {
			return fault.Field("code", "user.clock_differs", "minutes", max(minutes, -minutes))
		}
	}
	return fault.Field("code", "user.bad_code", "at", now) // the clock may be days off, which no code tells
}

// refuse records a failure in the journal and in its counters, also when the caller does not wait for it, tells the
// owners of the tenth for one person in a day, and returns f.
func (s *Service[T]) refuse(ctx context.Context, u User, g guess, what string, f *fault.Fault) error {
	ctx = context.WithoutCancel(ctx)
	a, device := op.Actor(ctx), op.CredentialOf(ctx).Device // nobody at a log-in
	err := s.work.Update(ctx, func(tx T) error {
		_, err := tx.AppendEvent(audit.Event{
			Op: what, Actor: int64(a.User), ActorName: a.Name, Device: device,
			SubjectKind: "user", SubjectID: int64(u.ID),
		})
		if err != nil {
			return err
		}
		if err := s.limit.keep(tx, g); err != nil || u.ID == 0 || g == nil {
			return err
		}
		ring, err := alarm(tx, u.ID)
		if err != nil || !ring {
			return err
		}
		name, err := tx.PCName(device)
		if err != nil {
			return err
		}
		return TellOwners(tx, u.ID, NoticeTriesOf, name)
	})
	if err != nil {
		return err
	}
	return f
}

// logout closes the session that asks.
func logout[T Tx](ctx context.Context, tx T, _ op.Empty) (op.Empty, error) {
	if op.Actor(ctx).Session == 0 {
		return op.Empty{}, fault.New(fault.Unauthenticated, "op.login_needed")
	}
	ss, _, err := ownSession(tx, op.CredentialOf(ctx))
	if err != nil {
		return op.Empty{}, err
	}
	return op.Empty{}, tx.DropSession(ss.ID)
}

func (s *Service[T]) current(ctx context.Context, tx T, _ op.Empty) (m Me, err error) {
	a := op.Actor(ctx)
	if a.System {
		return Me{User: User{Name: a.Name, Login: a.Login, Role: a.Role}, May: map[string]string{}}, nil
	}
	m = Me{MustEnrol: a.MustSetUp, May: map[string]string{}, Viewer: a.ViewerName, Support: a.Support != 0}
	if m.Support {
		m.User = User{Name: a.Name, Role: a.Role}
	} else {
		if m.User, err = tx.User(a.User); err == nil {
			m.CodesLeft, err = tx.RecoveryCodesLeft(a.User)
		}
		m.LongerPassword = delegated(m.User) && len(s.slots.PasswordSlots(SlotLabel(a.User))) == 0
		if err == nil {
			m.GivenPassword, err = isGiven(tx, a.User)
		}
	}
	for _, p := range auth.Permissions() {
		if s := a.Scope(p); s != auth.None {
			m.May[string(p)] = s.String()
		}
	}
	return m, err
}

func newToken() (string, error) {
	b := make([]byte, 32)
	if _, err := rand.Read(b); err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(b), nil
}
