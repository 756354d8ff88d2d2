package user

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"zafe/app/auth"
	"zafe/app/civil"
	"zafe/app/fault"
	"zafe/app/op"
)

// EnrolResponse is what an authenticator app needs.
type EnrolResponse struct {
	Secret string `json:"secret"`
	URI    string `json:"uri"` // for the QR code
}

// CodesResponse lists fresh recovery codes, shown once.
type CodesResponse struct {
	Codes []string `json:"codes"`
}

// PasswordRequest changes one's own password.
type PasswordRequest struct {
	Old string `json:"old"`
	New string `json:"new"`
}

// PreferencesRequest sets one's own language and theme, and the minutes until one's screen locks (0: as it was).
type PreferencesRequest struct {
	Lang      string `json:"lang"`
	Theme     string `json:"theme"`
	LockAfter int    `json:"lock_after,omitempty"`
}

// Validate accepts the languages, themes and delays there are.
func (r PreferencesRequest) Validate() error {
	if r.Lang != "" && r.Lang != "fr" && r.Lang != "en" {
		return fault.Field("lang", "user.lang_unknown")
	}
	if r.Theme != "" && r.Theme != "light" && r.Theme != "dark" {
		return fault.Field("theme", "user.theme_unknown")
	}
	if r.LockAfter != 0 && (r.LockAfter < LockMinutes || r.LockAfter > lockMost) {
		return fault.Field("lock_after", "user.lock_after", "min", LockMinutes, "max", lockMost)
	}
	return nil
}

// SaveRequest creates (ID 0) or changes a person. Password is needed at creation and optional later:
// giving one resets it and closes the person's sessions.
type SaveRequest struct {
	ID       auth.UserID `json:"id,omitempty"`
	Login    string      `json:"login"`
	Name     string      `json:"name"`
	Email    string      `json:"email,omitempty"`
	Role     auth.Role   `json:"role"`
	Password string      `json:"password,omitempty"`
	Disabled bool        `json:"disabled,omitempty"`
	// EndsOn is the last day of the account, for somebody from outside, who must have one, or who leaves; none for an
	// owner.
	EndsOn civil.Date `json:"ends_on,omitzero"`
}

// Refusals are all that is wrong with the request by itself, one a field. Faults: user.login_invalid,
// user.name_missing, user.email_invalid, user.role_unknown, user.password_missing, user.owner_ends, user.outsider_ends.
func (r SaveRequest) Refusals() (out []*fault.Fault) {
	check := func(wrong bool, field, key string) {
		if wrong {
			out = append(out, fault.Field(field, key))
		}
	}
	name, login := strings.TrimSpace(r.Name), strings.TrimSpace(r.Login)
	check(name == "" || utf8.RuneCountInString(name) > 120, "name", "user.name_missing")
	check(login == "" || utf8.RuneCountInString(login) > 60 || strings.ContainsAny(r.Login, " \t"), "login",
		"user.login_invalid")
	check(r.Email != "" && !strings.Contains(r.Email, "@"), "email", "user.email_invalid")
	check(r.Role == "", "role", "user.role_unknown")
	check(r.ID == 0 && r.Password == "", "password", "user.password_missing")
	check(r.Role == auth.Owner && !r.EndsOn.IsZero(), "ends_on", "user.owner_ends")
	check(r.Role.Outside() && r.EndsOn.IsZero(), "ends_on", "user.outsider_ends")
	return out
}

// Validate checks what needs no book.
func (r SaveRequest) Validate() error {
	if wrong := r.Refusals(); len(wrong) > 0 {
		return wrong[0]
	}
	return nil
}

// ShutsOut tells that the person can do nothing afterwards: that is no work on the book.
func (r SaveRequest) ShutsOut() bool { return r.ID != 0 && r.Disabled }

// IDRequest names a person.
type IDRequest struct {
	ID auth.UserID `json:"id"`
}

// ListResponse lists the people.
type ListResponse struct {
	Users []User `json:"users"`
}

// The operations on people and on one's own account.
var (
	EnrolBegin = op.Op[op.Empty, EnrolResponse]{Spec: op.Spec{
		Name: "totp.begin", Kind: op.Command, Needs: auth.Anyone, Since: 1,
		Doc: "Makes a new second-factor secret, in force once confirmed.", Secret: true,
	}}
	EnrolConfirm = op.Op[CodeRequest, CodesResponse]{Spec: op.Spec{
		Name: "totp.confirm", Kind: op.Action, Needs: auth.Anyone, Since: 1,
		Doc: "Puts the second factor in force with a first code and returns recovery codes.", Secret: true,
	}}
	RenewCodes = op.Op[op.Empty, CodesResponse]{Spec: op.Spec{
		Name: "totp.renew_codes", Kind: op.Action, Needs: auth.Anyone, Fresh: true, Since: 1,
		Doc: "Replaces one's recovery codes.", Secret: true,
	}}
	ChangePassword = op.Op[PasswordRequest, TokenResponse]{Spec: op.Spec{
		Name: "password.change", Kind: op.Action, Needs: auth.Anyone, Since: 1,
		Doc:    "Changes one's own password and closes one's other sessions; this one goes on under another token.",
		Secret: true,
	}}
	SavePreferences = op.Op[PreferencesRequest, op.Empty]{Spec: op.Spec{
		Name: "preferences.save", Kind: op.Command, Needs: auth.Anyone, Since: 1,
		Doc: "Sets one's own language and theme, and when one's screen locks.",
	}}
	List = op.Op[op.Empty, ListResponse]{Spec: op.Spec{
		Name: "user.list", Kind: op.Query, Needs: auth.UserManage, Since: 1, Doc: "Lists the people.",
	}}
	Save = op.Op[SaveRequest, User]{Spec: op.Spec{
		Name: "user.save", Kind: op.Action, Needs: auth.UserManage, Fresh: true, Since: 1,
		Doc: "Creates or changes a person, their role and their password.", Secret: true,
	}}
	Give = op.Op[GiveRequest, User]{Spec: op.Spec{
		Name: "user.give", Kind: op.Command, Needs: auth.UserManage, Fresh: true, Since: 1,
		Doc: "Gives somebody a role with which they can do more, or lets them in again.",
	}}
	ResetSecondFactor = op.Op[IDRequest, op.Empty]{Spec: op.Spec{
		Name: "user.reset_second_factor", Kind: op.Command, Needs: auth.UserManage, Fresh: true, Since: 1,
		Doc: "Removes a person's second factor; they enrol a new one at their next log-in.",
	}}
	SignOutEverywhere = op.Op[IDRequest, op.Empty]{Spec: op.Spec{
		Name: "user.sign_out", Kind: op.Command, Needs: auth.UserManage, Fresh: true, Since: 1,
		Doc: "Closes every session of a person.",
	}}
	Names = op.Op[op.Empty, NamesResponse]{Spec: op.Spec{
		Name: "user.names", Kind: op.Query, Needs: auth.CustomerRead, Since: 1,
		Doc: "Lists the names of people, to choose whom a record belongs to.",
	}}
)

// Name is a person as others see them in a list.
type Name struct {
	ID   auth.UserID `json:"id"`
	Name string      `json:"name"`
}

// NamesResponse lists the people in work.
type NamesResponse struct {
	Users []Name `json:"users"`
}

// Bind registers the operations.
func Bind[T Tx](r *op.Registry[T], s *Service[T]) {
	op.BindAction(r, Login, s.login)
	op.BindAction(r, SecondFactor, s.secondFactor)
	op.BindAction(r, Confirm, s.confirm)
	op.Bind(r, Logout, logout[T])
	op.Bind(r, Current, s.current)
	op.Bind(r, EnrolBegin, s.enrolBegin)
	op.BindAction(r, EnrolConfirm, s.enrolConfirm)
	op.BindAction(r, RenewCodes, s.renewCodes)
	op.BindAction(r, ChangePassword, s.changePassword)
	op.Bind(r, SavePreferences, savePreferences[T])
	op.Bind(r, List, list[T])
	op.Bind(r, Names, names[T])
	op.BindAction(r, Save, s.save)
	op.Bind(r, Give, give[T])
	op.Bind(r, ResetSecondFactor, resetSecondFactor[T])
	op.Bind(r, SignOutEverywhere, signOut[T])
	op.BindAction(r, SetDelegate, s.setDelegate)
	op.Bind(r, GiveStart, giveStart[T])
	op.BindAction(r, Recover, s.recover)
	op.Bind(r, Refuse, refuseReset[T])
	op.Bind(r, Notices, s.notices)
	op.Bind(r, NoticesSeen, noticesSeen[T])
	op.Bind(r, Sessions, s.sessions)
	op.Bind(r, CloseSession, closeSession[T])
	op.BindAction(r, CloseOthers, s.closeOthers)
	op.Bind(r, ViewAs, viewAs[T])
	op.Bind(r, EndView, endView[T])
	if s == nil {
		return // only what there is to ask is listed
	}
	s.starts = func(ctx context.Context, tx T, req IDRequest) error { return op.Checked(ctx, r, GiveStart, tx, req) }
	s.gives = func(ctx context.Context, tx T, req GiveRequest) error { return op.Checked(ctx, r, Give, tx, req) }
}

func (s *Service[T]) changePassword(ctx context.Context, req PasswordRequest) (out TokenResponse, err error) {
	a := op.Actor(ctx)
	u, err := s.stored(ctx, a.User)
	if err != nil {
		return out, err
	}
	if err := s.checkPassword(ctx, u, a.Device, req.Old); err != nil {
		if f := fault.Of(err); f.Field == "password" {
			f.Field = "old"
		}
		return out, err
	}
	if err := s.mayBe(ctx, req.New, u, u.SecondFactorHelps()); err != nil {
		return out, at("new", err)
	}
	hash, err := s.hashing.hash(ctx, req.New)
	if err != nil {
		return out, err
	}
	commit := func() error {
		return s.work.Update(ctx, func(tx T) (err error) { out.Token, err = storeOwn(ctx, tx, hash); return err })
	}
	if u.OpensBook() {
		err = s.replaceSlot(ctx, u.ID, req.New, hash, commit)
	} else {
		err = commit()
	}
	return out, err
}

// storeOwn stores the hash of the actor's own new password and gives their session another token.
func storeOwn(ctx context.Context, tx Tx, hash string) (token string, err error) {
	u, err := tx.User(op.Actor(ctx).User)
	if err != nil {
		return "", err
	}
	u.Password = hash
	if token, err = onlySession(ctx, tx, u); err != nil {
		return "", err
	}
	if err := ownPassword(tx, u.ID); err != nil {
		return "", err
	}
	op.Note(ctx, "user", int64(u.ID), "", "")
	return token, op.RecordIn(ctx, tx)
}

func (s *Service[T]) save(ctx context.Context, req SaveRequest) (User, error) {
	var before User
	if req.ID != 0 {
		var err error
		if before, err = s.stored(ctx, req.ID); err != nil {
			return User{}, err
		}
	}
	after := before
	after.Role, after.Disabled, after.EndsOn = req.Role, req.Disabled, req.EndsOn
	var today civil.Date
	if err := s.work.View(ctx, func(tx T) (err error) {
		today = tx.Today()
		after.Rights, err = mayGive(tx, op.Actor(ctx), before, req.Role)
		return err
	}); err != nil {
		return User{}, err // before the key file is touched: a slot of somebody else's choice is there at no moment
	}
	if err := mayEnd(before, after, today); err != nil {
		return User{}, err
	}
	if err := s.rehearse(ctx, req); err != nil {
		return User{}, err
	}
	after.NeedsSecondFactor = after.Rights.NeedsSecondFactor()
	var hash string
	if req.Password != "" {
		after.Login, after.Name, after.Email = req.Login, req.Name, req.Email
		if err := s.mayBe(ctx, req.Password, after, after.SecondFactorHelps()); err != nil {
			return User{}, at("password", err)
		}
		var err error
		if hash, err = s.hashing.hash(ctx, req.Password); err != nil {
			return User{}, err
		}
	}
	var out User
	commit := func() error {
		return s.work.Update(ctx, func(tx T) (err error) {
			if err := s.second(ctx, tx, req); err != nil {
				return err
			}
			if out, err = store(tx, op.Actor(ctx), req, hash, false); err != nil {
				return err
			}
			if before.Role == auth.Owner && !out.OpensBook() {
				if err := s.keepOpener(tx, out.ID); err != nil {
					return err
				}
			}
			op.Note(ctx, "user", int64(out.ID), "", saved(out, hash != ""))
			return op.RecordIn(ctx, tx)
		})
	}
	if opensOn(after, today) && hash != "" && len(s.slots.PasswordSlots(SlotLabel(req.ID))) > 0 {
		err := s.replaceSlot(ctx, req.ID, req.Password, hash, commit)
		return out, err
	}
	s.slotting.Lock()
	defer s.slotting.Unlock()
	if err := commit(); err != nil {
		return out, err
	}
	// What opens the book comes after the right to it: killed here, the program gives the slot at the
	// person's next log-in, or takes it away when it starts.
	var err error
	switch {
	case !opensOn(out, today):
		err = s.keepSlot(ctx, out.ID, 0)
	case hash != "":
		err = s.setSlot(ctx, out.ID, req.Password)
	}
	return out, err
}

// PasswordDue tells whether a change of a person needs a new password: that of an owner opens the
// sealed book, and must be known once to be given that power.
func PasswordDue(before, after User) bool {
	owns := func(u User) bool { return u.Role == auth.Owner && !u.Disabled }
	return owns(after) && !owns(before)
}

// delegated tells whether a person opens the book without being an owner.
func delegated(u User) bool { return u.OpensBook() && u.Role != auth.Owner }

// saved is what the journal keeps of a change of a person: who may do what now, and whether somebody
// else chose their password.
func saved(u User, password bool) string {
	return fmt.Sprintf(`{"role":%q,"disabled":%t,"password":%t}`, u.Role, u.Disabled, password)
}

// mayEnd refuses a last day that is over, and one that is too far for somebody from outside. Faults: user.ends_past,
// user.outsider_far.
func mayEnd(before, after User, today civil.Date) error {
	if after.EndsOn != before.EndsOn && after.Ended(today) {
		return fault.Field("ends_on", "user.ends_past")
	}
	if after.Role.Outside() && after.EndsOn.After(today.AddMonths(outsideMonths)) {
		return fault.Field("ends_on", "user.outsider_far", "day", today.AddMonths(outsideMonths))
	}
	return nil
}

// store writes a person. The last owner in work can neither be disabled nor lose the role: nobody
// could open the book's settings any more. A new owner's password is in hash, or opens the book later, from their next
// log-in on.
func store(tx Tx, a auth.Actor, req SaveRequest, hash string, later bool) (User, error) {
	u := User{CreatedAt: tx.Now()}
	if req.ID != 0 {
		var err error
		if u, err = tx.User(req.ID); err != nil {
			return u, err
		}
	}
	if _, err := mayGive(tx, a, u, req.Role); err != nil {
		return u, err
	}
	if u.Role == auth.Owner && !u.Disabled && (req.Role != auth.Owner || req.Disabled) {
		if err := keepOwner(tx); err != nil {
			return u, err
		}
	}
	if PasswordDue(u, User{Role: req.Role, Disabled: req.Disabled}) {
		if err := mayOwn(tx, hash != "" || later); err != nil {
			return u, err
		}
	}
	if req.ID == a.User && req.Disabled && !a.System {
		return u, fault.New(fault.Conflict, "user.not_oneself")
	}
	if hash != "" || req.Role != u.Role || req.Disabled {
		u.Generation++ // sessions with the old rights end at once
	}
	was := u
	if hash != "" {
		u.Password = hash
	}
	u.Login, u.Name, u.Email = strings.TrimSpace(req.Login), strings.TrimSpace(req.Name), strings.TrimSpace(req.Email)
	u.Role, u.Disabled, u.EndsOn = req.Role, req.Disabled, req.EndsOn
	u.Delegate = delegated(u) // an owner needs not be one, and somebody who left is none
	u, err := tx.SaveUser(u)
	if err != nil {
		return u, err
	}
	if was.ID != 0 && (u.Disabled || !u.Rights.Covers(was.Rights)) {
		if err := putAside(tx, a.User, was); err != nil {
			return u, err
		}
	}
	if was.ID != 0 && was.Role != u.Role && !u.Disabled && u.ID != a.User && !a.System {
		if err := tell(tx, u.ID, NoticeRole, a.Name); err != nil {
			return u, err
		}
	}
	if hash == "" {
		return u, nil
	}
	return u, given(tx, a, u, req.ID == 0)
}

// given keeps who gave somebody a password, of an account that they made or not, and tells that person and the owners.
func given(tx Tx, a auth.Actor, u User, made bool) error {
	if u.ID == a.User {
		return ownPassword(tx, u.ID)
	}
	if err := layHand(tx, a.User, u, Hand{Password: true, New: made}, u.SecondOn); err != nil || made {
		return err
	}
	if err := tell(tx, u.ID, NoticePassword, a.Name); err != nil {
		return err
	}
	return TellOwners(tx, u.ID, NoticePasswordOf, a.Name, u.ID, a.User)
}

// rightsOf returns what a role may do: fault user.role_unknown.
func rightsOf(tx Ranks, role auth.Role) (auth.Rights, error) {
	rights, known, err := tx.RightsOf(role)
	if err == nil && !known {
		err = fault.Field("role", "user.role_unknown")
	}
	return rights, err
}

// mayGive returns what a role may do, when somebody may decide about a person and holds all of that themselves.
// Faults: user.role_unknown, user.above_you.
func mayGive(tx Tx, a auth.Actor, u User, role auth.Role) (auth.Rights, error) {
	rights, err := rightsOf(tx, role)
	if err == nil && (!above(a, u) || !a.System && !a.Rights.Covers(rights)) {
		err = fault.New(fault.Forbidden, "user.above_you")
	}
	return rights, err
}

// above tells whether somebody may decide about a person: they hold all that the person holds, and keep the
// keys when that person opens the sealed book. Else who manages people would give themselves an owner's
// password, or a start delegate's.
func above(a auth.Actor, u User) bool {
	return a.System || a.Rights.Covers(u.Rights) && (!u.OpensBook() || a.May(auth.KeyManage))
}

// under returns a person about whom the actor may decide. Faults: user.not_found, user.above_you.
func under(ctx context.Context, tx Tx, id auth.UserID) (User, error) {
	u, err := tx.User(id)
	if err == nil && !above(op.Actor(ctx), u) {
		err = fault.New(fault.Forbidden, "user.above_you")
	}
	return u, err
}

// mayOwn refuses one owner too many, and one whose password is not known: it opens the sealed book, and must
// be known once to be given that power.
func mayOwn(tx Tx, known bool) error {
	if !known {
		return fault.Field("password", "user.password_missing")
	}
	people, err := tx.Users()
	if err == nil && owners(people) >= ownersMax {
		err = fault.New(fault.Conflict, "user.owners_max", "max", ownersMax)
	}
	return err
}

func owners(people []User) int {
	n := 0
	for _, p := range people {
		if p.Role == auth.Owner && !p.Disabled {
			n++
		}
	}
	return n
}

func list[T Tx](_ context.Context, tx T, _ op.Empty) (ListResponse, error) {
	us, err := tx.Users()
	return ListResponse{Users: us}, err
}

func names[T Tx](ctx context.Context, tx T, _ op.Empty) (NamesResponse, error) {
	us, err := tx.Users()
	var out NamesResponse
	for _, u := range us {
		if !u.Disabled && op.Actor(ctx).Sees(auth.CustomerRead, auth.Whose{Owner: u.ID}) {
			out.Users = append(out.Users, Name{ID: u.ID, Name: u.Name})
		}
	}
	return out, err
}

func resetSecondFactor[T Tx](ctx context.Context, tx T, req IDRequest) (op.Empty, error) {
	u, err := under(ctx, tx, req.ID)
	if err != nil {
		return op.Empty{}, err
	}
	op.Note(ctx, "user", int64(u.ID), "", "")
	if err := DropSecondFactor(ctx, tx, u); err != nil {
		return op.Empty{}, err
	}
	if err := tell(tx, u.ID, NoticeNoPhone, ""); err != nil {
		return op.Empty{}, err
	}
	return op.Empty{}, TellOwners(tx, u.ID, NoticeNoPhoneOf, "", u.ID, op.Actor(ctx).User)
}

func signOut[T Tx](ctx context.Context, tx T, req IDRequest) (op.Empty, error) {
	u, err := under(ctx, tx, req.ID)
	if err != nil {
		return op.Empty{}, err
	}
	op.Note(ctx, "user", int64(u.ID), "", "")
	u.Generation++ // a log-in under way is closed too
	if _, err := tx.SaveUser(u); err != nil {
		return op.Empty{}, err
	}
	if err := tx.DropSessions(u.ID); err != nil {
		return op.Empty{}, err
	}
	if a := op.Actor(ctx); u.ID != a.User && !a.System {
		return op.Empty{}, tell(tx, u.ID, NoticeSignedOut, a.Name)
	}
	return op.Empty{}, nil
}

func savePreferences[T Tx](ctx context.Context, tx T, req PreferencesRequest) (op.Empty, error) {
	u, err := tx.User(op.Actor(ctx).User)
	if err != nil {
		return op.Empty{}, err
	}
	u.Lang, u.Theme = req.Lang, req.Theme
	if req.LockAfter != 0 {
		u.LockAfter = req.LockAfter
	}
	_, err = tx.SaveUser(u)
	return op.Empty{}, err
}

// at names the field of a refusal that came from another package.
func at(field string, err error) error {
	f := fault.Of(err)
	if f == nil {
		return nil
	}
	c := *f
	c.Field = field
	return &c
}
