// Package approval is about what takes two people (la règle des quatre yeux). What one asks for waits in the book until
// another who may do it too has it done, in the name of who asked and by the same checks, or refuses it. Where there is
// nobody else, the one may do it alone, and the journal says so.
package approval

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"zafe/app/audit"
	"zafe/app/auth"
	"zafe/app/company"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/role"
	"zafe/app/user"
)

// How long a request waits at most, how many wait at a time, and how large one may be.
const (
	goodFor      = 72 * time.Hour
	waitingMax   = 50
	bodyBytesMax = 2 << 20 // a profile with its logo
	selfApproval = "approval.self"
	aRequest     = "approval" // kind of subject in the journal
	namesMost    = 3
)

// State is what became of a request.
type State string

// The states.
const (
	Waiting   State = "waiting"
	Approved  State = "approved"
	Refused   State = "refused"
	Withdrawn State = "withdrawn" // by who asked
)

// Kept is a request as the book keeps it. What was asked never changes.
type Kept struct {
	ID        int64
	Op        string
	Body      []byte // JSON
	AskedBy   auth.UserID
	AskedName string
	AskedAt   time.Time
	Expires   time.Time
	State     State
	DecidedBy auth.UserID
	DecidedAt time.Time
}

// Digest is what a decision is bound to: that of exactly what was asked.
func (k Kept) Digest() string {
	h := sha256.Sum256(append([]byte(k.Op+"\x00"), k.Body...))
	return hex.EncodeToString(h[:])
}

// Change is one thing that the request changes; What is the end of message "approval.change.<what>". A right that the
// people with a role, or one person, would hold on more than before has Right, From and To instead of Before and After.
type Change struct {
	What   string          `json:"what"`
	Before string          `json:"before" class:"bank"`
	After  string          `json:"after" class:"bank"`
	Right  auth.Permission `json:"right,omitempty"`
	From   auth.Scope      `json:"from,omitempty"`
	To     auth.Scope      `json:"to,omitempty"`
	Of     string          `json:"of,omitempty"` // what a role that the company made is called
	Role   auth.Role       `json:"role,omitempty"`
	Who    string          `json:"who,omitempty"` // the one person
	// Team is what a team is called, whose records Who would see: those of the people in Of.
	Team string `json:"team,omitempty"`
}

// Pending is a request that waits.
type Pending struct {
	ID      int64     `json:"id"`
	Op      string    `json:"op"`
	Digest  string    `json:"digest"`
	By      string    `json:"by"`
	Mine    bool      `json:"mine,omitempty"` // the reader asked for it
	At      time.Time `json:"at"`
	Expires time.Time `json:"expires"`
	Changes []Change  `json:"changes"`
	Moved   bool      `json:"moved,omitempty"` // what it is about changed since: it cannot be done any more
	Own     bool      `json:"own,omitempty"`   // the reader's own rights would grow: they cannot approve it
	// Bar is why the word of the reader does not count, who may be one with who asked; nil when it does.
	Bar *fault.Fault `json:"bar,omitempty"`
}

// ForMe tells whether the reader's word is what it waits for.
func (p Pending) ForMe() bool { return !p.Mine && !p.Own && !p.Moved && p.Bar == nil }

// AskRequest is what a second person is to let be done.
type AskRequest struct {
	Op      string          `json:"op"`
	Request json.RawMessage `json:"request"`
}

// Validate bounds it. Faults approval.not_for, op.too_large.
func (r AskRequest) Validate() error {
	if _, known := acts[r.Op]; !known {
		return fault.New(fault.Invalid, "approval.not_for")
	}
	if len(r.Request) > bodyBytesMax {
		return fault.New(fault.Invalid, "op.too_large", "max_mb", bodyBytesMax>>20)
	}
	return nil
}

// DecideRequest answers a request, as it was read. Who asked can only take it back.
type DecideRequest struct {
	ID     int64  `json:"id"`
	Digest string `json:"digest"`
	Yes    bool   `json:"yes"`
}

// ListResponse is what waits for the person, and what they wait for.
type ListResponse struct {
	Pending []Pending `json:"pending"`
}

// The operations.
var (
	Ask = op.Op[AskRequest, op.Empty]{Spec: op.Spec{
		Name: "approval.ask", Kind: op.Command, Needs: auth.Anyone, Fresh: true, Since: 1,
		Doc: "Keeps what takes two people until a second one decides, for three days.",
	}}
	List = op.Op[op.Empty, ListResponse]{Spec: op.Spec{
		Name: "approval.list", Kind: op.Query, Needs: auth.Anyone, Since: 1,
		Doc: "Lists what waits for one's approval, and what one asked for oneself.",
	}}
	Decide = op.Op[DecideRequest, op.Empty]{Spec: op.Spec{
		Name: "approval.decide", Kind: op.Command, Needs: auth.Anyone, Fresh: true, Since: 1,
		Doc: "Has what somebody else asked for done in their name, or refuses it; takes back what one asked for oneself.",
	}}
)

// Tx is what this package needs of a transaction.
type Tx interface {
	op.Tx
	company.Settings
	user.Telling
	user.Ranks
	user.Hands
	// Teams returns the teams by name.
	Teams() ([]role.Team, error)
	// Role returns a role. Fault role.not_found.
	Role(key auth.Role) (role.Role, error)
	// Approvals lists the requests that wait and are still good, oldest first.
	Approvals() ([]Kept, error)
	Approval(id int64) (Kept, error) // fault approval.not_found
	// DropAsked forgets the notices of a kind about a person that were left at an instant.
	DropAsked(kind user.NoticeKind, about auth.UserID, at time.Time) error
	// Notices lists what somebody was not told yet.
	Notices(to auth.UserID) ([]user.Notice, error)
	AddApproval(k Kept) (Kept, error)
	// CloseApproval notes what became of a request that waits.
	CloseApproval(k Kept) error
}

// act is an operation of which some requests take two people.
type act struct {
	needs auth.Permission
	// changes tells what of it takes two people, nothing for what one may do alone; a request that could not be done now
	// is refused as the operation itself would.
	changes func(ctx context.Context, tx Tx, body []byte) ([]Change, error)
	// widens tells whether somebody's own rights would grow by it: they are no second person. nil: nobody's do.
	widens func(body []byte, u user.User) bool
	// sees is what a second person must be shown to know what they agree to, "" for nothing that is hidden from anybody.
	sees auth.Class
}

// within tells whether somebody's rights are enough to do it and to agree to it.
func (a act) within(scope func(auth.Permission) auth.Scope) bool {
	return scope(a.needs) == auth.All && (a.sees == "" || scope(a.sees.Right()) != auth.None)
}

// grows tells whether somebody's own rights would grow by a request.
func (a act) grows(body []byte, u user.User) bool { return a.widens != nil && a.widens(body, u) }

// acts are all of them.
var acts = map[string]act{
	company.Save.Name: {needs: company.Save.Needs, changes: bankDetails, sees: auth.Bank},
	role.Save.Name: {needs: role.Save.Needs, changes: moreRights, widens: func(body []byte, u user.User) bool {
		var asked role.SaveRequest
		return json.Unmarshal(body, &asked) != nil || u.Role == asked.Key
	}},
	user.Give.Name: {needs: user.Give.Needs, changes: given, widens: func(body []byte, u user.User) bool {
		var asked user.GiveRequest
		return json.Unmarshal(body, &asked) != nil || u.ID == asked.ID
	}},
	user.GiveStart.Name: {needs: user.GiveStart.Needs, changes: startGiven, widens: func(body []byte, u user.User) bool {
		var asked user.IDRequest
		return json.Unmarshal(body, &asked) != nil || u.ID == asked.ID
	}},
	// Who would see more may agree: else the only other approver, put into the team, would leave who asks alone.
	role.SaveTeam.Name: {needs: role.SaveTeam.Needs, changes: teamGiven},
}

// startGiven tells whose password would open the book.
func startGiven(_ context.Context, tx Tx, body []byte) ([]Change, error) {
	var asked user.IDRequest
	if err := json.Unmarshal(body, &asked); err != nil {
		return nil, fault.New(fault.Invalid, "op.bad_request", "detail", err.Error()).Because(err)
	}
	u, err := tx.User(asked.ID)
	if err != nil || u.OpensBook() {
		return nil, err
	}
	return []Change{{What: "start", Who: u.Name}}, user.MayStart(tx, u)
}

// teamGiven tells who would see whose records that they do not see now.
func teamGiven(_ context.Context, tx Tx, body []byte) (out []Change, err error) {
	var asked role.TeamRequest
	if err := json.Unmarshal(body, &asked); err != nil {
		return nil, fault.New(fault.Invalid, "op.bad_request", "detail", err.Error()).Because(err)
	}
	if err := asked.Validate(); err != nil {
		return nil, err
	}
	more, err := role.Widened(tx, asked)
	for _, w := range more {
		out = append(out, Change{What: "team", Who: w.Who, Of: strings.Join(w.Sees, ", "), Team: asked.Name})
	}
	return out, err
}

// given tells what one person could do more with the role that they are to get.
func given(_ context.Context, tx Tx, body []byte) ([]Change, error) {
	var asked user.GiveRequest
	if err := json.Unmarshal(body, &asked); err != nil {
		return nil, fault.New(fault.Invalid, "op.bad_request", "detail", err.Error()).Because(err)
	}
	if err := asked.Validate(); err != nil {
		return nil, err
	}
	return gains(tx, asked)
}

// gains is given of somebody who may be nobody yet.
func gains(tx Tx, asked user.GiveRequest) (out []Change, err error) {
	u, more, err := user.Gains(tx, asked)
	if err != nil || len(more) == 0 {
		return nil, err
	}
	r, err := tx.Role(asked.Role)
	for _, g := range more {
		out = append(out, Change{What: "right", Right: g.Right, From: g.From, To: g.To, Of: r.Name, Role: asked.Role, Who: u.Name})
	}
	return out, err
}

// moreRights tells what the people who have a role could do more. Less takes nobody else, nor a role that nobody has.
func moreRights(_ context.Context, tx Tx, body []byte) (out []Change, err error) {
	var asked role.SaveRequest
	if err := json.Unmarshal(body, &asked); err != nil {
		return nil, fault.New(fault.Invalid, "op.bad_request", "detail", err.Error()).Because(err)
	}
	if err := asked.Validate(); err != nil || asked.Key == "" {
		return nil, err
	}
	was, err := tx.Role(asked.Key)
	if err != nil || was.People == 0 {
		return nil, err
	}
	if was.Version != asked.Version {
		return nil, fault.New(fault.Conflict, "role.changed_meanwhile", "who", was.UpdatedBy, "at", was.UpdatedAt)
	}
	for _, p := range auth.Permissions() {
		if from, to := was.Rights.Scope(p), asked.Rights.Scope(p); to > from {
			out = append(out, Change{What: "right", Right: p, From: from, To: to, Of: was.Name})
		}
	}
	return out, nil
}

// bankDetails tells how a profile changes where customers pay to: by the bank details, or by another account number
// written into a text that is printed. The first details take nobody else.
func bankDetails(ctx context.Context, tx Tx, body []byte) (out []Change, err error) {
	var asked company.Profile
	if err := json.Unmarshal(body, &asked); err != nil {
		return nil, fault.New(fault.Invalid, "op.bad_request", "detail", err.Error()).Because(err)
	}
	now, err := asked.Normalize()
	if err != nil {
		return nil, err
	}
	was, err := company.Of(tx)
	if err != nil {
		return nil, err
	}
	if err := was.Current(now.Version, "company.changed_meanwhile"); err != nil {
		return nil, err
	}
	op.KeepHidden(ctx, &now, was)
	known := was.WrittenIBANs()
	switch {
	case was.Bank.IBAN == "" && len(known) == 0:
		return nil, nil
	case was.Bank.IBAN == "" && slices.Contains(known, now.Bank.IBAN): // it moves to its field
	default:
		for _, c := range []Change{
			{What: "iban", Before: was.Bank.IBAN, After: now.Bank.IBAN}, {What: "bic", Before: was.Bank.BIC, After: now.Bank.BIC},
		} {
			if c.Before != c.After {
				out = append(out, c)
			}
		}
	}
	written := now.WrittenIBANs()
	gone := slices.DeleteFunc(slices.Clone(known), func(iban string) bool { return slices.Contains(written, iban) })
	known = append(known, was.Bank.IBAN, now.Bank.IBAN)
	for _, iban := range written {
		if slices.Contains(known, iban) {
			continue
		}
		c := Change{What: "iban_text", After: iban}
		if len(gone) > 0 { // it takes the place of one
			c.Before, gone = gone[0], gone[1:]
		}
		out = append(out, c)
	}
	return out, nil
}

// payees tells the owners that customers pay to another account from now on, and how the new one ends, wherever it is
// written.
func payees(ctx context.Context, tx Tx, by auth.UserID, name string, body []byte) error {
	if name != company.Save.Name {
		return nil
	}
	changes, err := bankDetails(ctx, tx, body)
	if err != nil {
		return err
	}
	ends := ""
	for _, c := range changes {
		if c.What != "bic" && ends == "" {
			ends = c.After[max(0, len(c.After)-ibanShown):]
		}
	}
	return user.TellOwners(tx, by, user.NoticeBank, ends)
}

// ibanShown is how many characters of an account number tell it from others in a notice.
const ibanShown = 4

// desk performs the operations.
type desk[T Tx] struct{ registry *op.Registry[T] }

// Bind registers the operations, and has the others of a registry ask for a second person. Those are bound before.
func Bind[T Tx](r *op.Registry[T]) {
	d := desk[T]{r}
	op.Bind(r, Ask, d.ask)
	op.Bind(r, List, d.list)
	op.Bind(r, Decide, d.decide)
	check(r, company.Save)
	check(r, role.Save)
	check(r, role.SaveTeam)
	check(r, user.GiveStart)
	op.Check(r, user.Give, func(ctx context.Context, tx T, req user.GiveRequest) error {
		if one(ctx) {
			return nil
		}
		changes, err := gains(tx, req)
		if err != nil || len(changes) == 0 {
			return err
		}
		body, err := json.Marshal(req)
		if err != nil {
			return err
		}
		return second(ctx, tx, user.Give.Name, body)
	})
}

// check has an operation ask for a second person.
func check[T Tx, Req, Resp any](r *op.Registry[T], o op.Op[Req, Resp]) {
	op.Check(r, o, func(ctx context.Context, tx T, req Req) error {
		if one(ctx) {
			return nil
		}
		body, err := json.Marshal(req)
		if err != nil {
			return err
		}
		changes, err := acts[o.Name].changes(ctx, tx, body)
		switch f := fault.Of(err); {
		case f != nil && f.Code == fault.Internal:
			return err // whether it takes two is not known
		case f != nil || len(changes) == 0:
			return nil //nolint:nilerr // what is wrong with the request is the operation's to say
		}
		return second(ctx, tx, o.Name, body)
	})
}

// one tells whether nobody else is asked: the program itself does it, or a second person has let it be done.
func one(ctx context.Context) bool { return op.Actor(ctx).System || op.Second(ctx) != 0 }

// second refuses what takes two people and has only one. Alone in the company, one does it after a fresh proof, and the
// journal says that nobody else saw it. Who has just made the accounts of all the others is alone as well: it is said to
// them, to the owners and to those others at that moment. Faults: approval.two, approval.put_out, op.fresh_needed.
func second(ctx context.Context, tx Tx, name string, body []byte) error {
	a := op.Actor(ctx)
	others, young, err := others(tx, name, body, a.User)
	switch {
	case err != nil:
		return err
	case len(others) > 0:
		return fault.New(fault.Conflict, "approval.two", "names", names(others))
	case !a.Fresh(tx.Now()):
		return fault.New(fault.Unauthenticated, "op.fresh_needed")
	}
	if err := payees(ctx, tx, a.User, name, body); err != nil {
		return err
	}
	payload, err := json.Marshal(Alone{Op: name, Self: true, Young: ids(young)})
	if err != nil {
		return err
	}
	who, called := a.Doer()
	_, err = tx.AppendEvent(audit.Event{
		Op: selfApproval, Actor: int64(who), ActorName: called, Device: a.Device, Payload: string(payload),
	})
	if err != nil || len(young) == 0 {
		return err
	}
	return tellAlone(tx, a.User, young)
}

// Alone is the payload of the event of what one did alone. Young are those whose accounts they had just made.
type Alone struct {
	Op    string        `json:"op"`
	Self  bool          `json:"self"`
	Young []auth.UserID `json:"young,omitempty"`
}

// tellAlone says that somebody did alone what takes two people, while the accounts of some were too young: to that
// somebody, to the owners and to those. Who has not read the same yet is not told again.
func tellAlone(tx Tx, who auth.UserID, young []user.User) error {
	told := append([]auth.UserID{who}, ids(young)...)
	people, err := tx.Users()
	if err != nil {
		return err
	}
	for _, u := range people {
		if u.Role == auth.Owner && !u.Disabled && !slices.Contains(told, u.ID) {
			told = append(told, u.ID)
		}
	}
	n := user.Notice{Kind: user.NoticeAlone, User: who, At: tx.Now(), Detail: names(young)}
	for _, id := range told {
		waits, err := tx.Notices(id)
		known := slices.ContainsFunc(waits, func(w user.Notice) bool {
			return w.Kind == n.Kind && w.User == n.User && w.Detail == n.Detail
		})
		if err == nil && !known {
			err = tx.AddNotice(id, n)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func ids(people []user.User) (out []auth.UserID) {
	for _, u := range people {
		out = append(out, u.ID)
	}
	return out
}

// others are those who could be the second person: they may do it and see what it changes, are in, have set up what their role asks for, their
// own rights do not grow by it, and theirs is no account that but has just made. One whose access but gave back counts:
// else who does that would be alone. Young are those whose accounts but has just made, and who could be it later on.
// With nobody else it asks whether but is alone by their own doing. Fault approval.put_out.
func others(tx Tx, name string, body []byte, but auth.UserID) (out, young []user.User, err error) {
	people, err := tx.Users()
	if err != nil {
		return nil, nil, err
	}
	for _, u := range people {
		act := acts[name]
		if u.ID == but || !in(tx, u) || !act.within(u.Rights.Scope) || act.grows(body, u) {
			continue
		}
		made, err := user.Made(tx, but, u.ID)
		switch {
		case err != nil:
			return nil, nil, err
		case made:
			young = append(young, u)
		case able(tx, u, act):
			out = append(out, u)
		}
	}
	if len(out) > 0 {
		return out, young, nil
	}
	aside, until, err := user.PutAside(tx, but, acts[name].needs)
	if err == nil && len(aside) > 0 {
		err = fault.New(fault.Forbidden, "approval.put_out", "names", names(aside), "at", until)
	}
	return nil, young, err
}

// names are those of some people, the first ones.
func names(people []user.User) string {
	var out []string
	for _, u := range people[:min(len(people), namesMost)] {
		out = append(out, u.Name)
	}
	return strings.Join(out, ", ")
}

// able tells whether somebody may do something now.
func able(tx Tx, u user.User, act act) bool {
	return in(tx, u) && (u.SecondOn || !u.NeedsSecondFactor) && act.within(u.Rights.Scope)
}

// in tells whether an account is open.
func in(tx Tx, u user.User) bool { return !u.Disabled && !u.Ended(tx.Today()) }

// ask keeps a request. Faults: those of Validate, op.forbidden, approval.alone, approval.put_out, approval.too_many, and
// those that the operation has for it.
func (d desk[T]) ask(ctx context.Context, tx T, req AskRequest) (none op.Empty, err error) {
	a, act := op.Actor(ctx), acts[req.Op]
	if !act.within(a.Scope) {
		return none, fault.New(fault.Forbidden, "op.forbidden")
	}
	changes, err := act.changes(ctx, tx, req.Request)
	if err != nil {
		return none, err
	}
	if len(changes) == 0 {
		return none, fault.New(fault.Conflict, "approval.alone")
	}
	able, _, err := others(tx, req.Op, req.Request, a.User)
	if err != nil {
		return none, err
	}
	waiting, err := tx.Approvals()
	switch {
	case err != nil:
		return none, err
	case len(able) == 0:
		return none, fault.New(fault.Conflict, "approval.alone")
	case len(waiting) >= waitingMax:
		return none, fault.New(fault.Conflict, "approval.too_many", "max", waitingMax)
	}
	k, err := tx.AddApproval(Kept{
		Op: req.Op, Body: req.Request, AskedBy: a.User, AskedAt: tx.Now(), Expires: tx.Now().Add(goodFor), State: Waiting,
	})
	if err != nil {
		return none, err
	}
	op.Note(ctx, aRequest, k.ID, k.Digest(), `{"op":"`+k.Op+`"}`)
	told := []auth.UserID{a.User}
	for _, u := range able {
		if err := tx.AddNotice(u.ID, user.Notice{Kind: user.NoticeApproval, User: a.User, At: tx.Now()}); err != nil {
			return none, err
		}
		told = append(told, u.ID)
	}
	return none, user.TellOwners(tx, a.User, user.NoticeApproval, "", told...)
}

func (d desk[T]) list(ctx context.Context, tx T, _ op.Empty) (out ListResponse, err error) {
	a := op.Actor(ctx)
	out.Pending = []Pending{}
	all, err := tx.Approvals()
	for _, k := range all {
		act, known := acts[k.Op]
		if !known || !act.within(a.Scope) || auth.Ahead(k.Expires, tx.Now(), goodFor) {
			continue
		}
		p := Pending{
			ID: k.ID, Op: k.Op, Digest: k.Digest(), By: k.AskedName, Mine: k.AskedBy == a.User,
			At: k.AskedAt, Expires: k.Expires,
		}
		if act.widens != nil && a.User != 0 {
			me, err := tx.User(a.User)
			if err != nil {
				return out, err
			}
			p.Own = act.widens(k.Body, me)
		}
		if !p.Mine {
			p.Bar = fault.Of(user.Apart(tx, k.AskedBy, a.User, k.AskedAt))
		}
		if p.Bar != nil && p.Bar.Code != fault.Forbidden {
			return out, p.Bar
		}
		if p.Changes, err = act.changes(ctx, tx, k.Body); err != nil {
			p.Moved, err = true, nil
		}
		out.Pending = append(out.Pending, p)
	}
	return out, err
}

// decide answers a request. Faults: approval.not_found, approval.over, approval.altered, approval.own,
// approval.own_rights, approval.too_new, approval.asker_out, those of user.Apart and of the operation.
func (d desk[T]) decide(ctx context.Context, tx T, req DecideRequest) (none op.Empty, err error) {
	a := op.Actor(ctx)
	k, err := tx.Approval(req.ID)
	if err != nil {
		return none, err
	}
	if !acts[k.Op].within(a.Scope) {
		return none, fault.New(fault.NotFound, "approval.not_found")
	}
	switch {
	case k.State != Waiting || !tx.Now().Before(k.Expires) || auth.Ahead(k.Expires, tx.Now(), goodFor):
		return none, fault.New(fault.Conflict, "approval.over")
	case k.Digest() != req.Digest:
		return none, fault.New(fault.Conflict, "approval.altered")
	case k.AskedBy == a.User && req.Yes:
		return none, fault.New(fault.Forbidden, "approval.own")
	case k.AskedBy == a.User:
		k.State = Withdrawn
	case req.Yes:
		k.State = Approved
		err = d.perform(ctx, tx, k)
	default:
		k.State = Refused
	}
	if err != nil {
		return none, err
	}
	k.DecidedBy, k.DecidedAt = a.User, tx.Now()
	op.Note(ctx, aRequest, k.ID, k.Digest(), `{"op":"`+k.Op+`","state":"`+string(k.State)+`"}`)
	if err := tx.DropAsked(user.NoticeApproval, k.AskedBy, k.AskedAt); err != nil { // it waits for nobody any more
		return none, err
	}
	return none, tx.CloseApproval(k)
}

// perform does what was asked, in the name of who asked: they must still be able to. An account that was made after
// the request is not a second person, nor one that who asked may be behind (user.Hand).
func (d desk[T]) perform(ctx context.Context, tx T, k Kept) error {
	me, err := tx.User(op.Actor(ctx).User)
	if err != nil {
		return err
	}
	if acts[k.Op].grows(k.Body, me) {
		return fault.New(fault.Forbidden, "approval.own_rights")
	}
	if me.CreatedAt.After(k.AskedAt) {
		return fault.New(fault.Forbidden, "approval.too_new")
	}
	if err := user.Apart(tx, k.AskedBy, me.ID, k.AskedAt); err != nil {
		return err
	}
	asker, err := tx.User(k.AskedBy)
	if err != nil {
		return err
	}
	if !able(tx, asker, acts[k.Op]) {
		return fault.New(fault.Conflict, "approval.asker_out", "name", asker.Name)
	}
	if err := payees(ctx, tx, asker.ID, k.Op, k.Body); err != nil {
		return err
	}
	return d.registry.Again(ctx, tx, k.Op, k.Body, auth.Actor{
		User: asker.ID, Name: asker.Name, Login: asker.Login, Role: asker.Role, Rights: asker.Rights, Team: asker.Team,
	})
}
