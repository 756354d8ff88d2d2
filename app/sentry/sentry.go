// Package sentry stands where rows leave the book: it counts them by person and day, in the book and in the
// transaction that lets them out, tells the owners of many, and holds back very many until another owner agrees
// (security 4.3, features.md P2). What an export contains is the business of its area.
package sentry

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"zafe/app/audit"
	"zafe/app/auth"
	"zafe/app/civil"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/user"
)

// The numbers, all of one person's day: small exports add up. Security 4.3 wants an alert above 500 rows and an
// approval above a number; 2,000 is about all the customers of a very small company.
const (
	AlertRows = 500   // rows in files, above which the owners are told
	HoldRows  = 2_000 // rows in files, above which another owner must agree
	// ListRows is above how many rows of lists, read through, the owners are told: an accountant reads some thousands
	// of lines a day. Nobody is kept from reading.
	ListRows = 5_000
)

// goodFor is how long an owner's word lets the same export out.
const goodFor = 24 * time.Hour

// lawful are the files that the law has a company hand over whole (FEC: art. L. 47 A LPF) or that prove it: they
// count and are told of, and wait for nobody.
var lawful = map[string]bool{"fec.export": true, "event.export": true}

// Day is what left with one person on one day.
type Day struct {
	User     auth.UserID `json:"user"`
	Name     string      `json:"name"`
	Day      civil.Date  `json:"day"`
	Files    int         `json:"files"`
	FileRows int         `json:"file_rows"`
	ListRows int         `json:"list_rows"`
}

// HeldID identifies an export that waits.
type HeldID int64

// State says what became of it.
type State string

// The states.
const (
	Waiting  State = "waiting"
	Approved State = "approved"
	Refused  State = "refused"
	// Left is what waited for somebody whose account is closed: nobody can answer it, and it waits again if theirs
	// opens again. It is found when it is asked for, and kept nowhere.
	Left State = "left"
)

// Held is an export that waits for the word of another owner, or has it.
type Held struct {
	ID        HeldID      `json:"id"`
	User      auth.UserID `json:"user"`
	Name      string      `json:"name"`
	Op        string      `json:"op"`
	Hash      [32]byte    `json:"-"`                // of what was asked for
	Chosen    string      `json:"chosen,omitempty"` // the filter, as the request names it
	Rows      int         `json:"rows"`
	AskedAt   time.Time   `json:"asked_at"`
	State     State       `json:"state"`
	DecidedBy auth.UserID `json:"decided_by,omitempty"`
	DecidedAt time.Time   `json:"decided_at,omitzero"`
}

// Tx is what this package needs of a transaction.
type Tx interface {
	op.Tx
	user.Telling
	user.Hands
	// CountOut adds to what left with a person today and returns the sums of the day.
	CountOut(d Day) (Day, error)
	// DaysOut returns what left since a day, the last day first.
	DaysOut(since civil.Date) ([]Day, error)
	// HeldExports returns those that wait, or were asked for since an instant, the youngest first.
	HeldExports(since time.Time) ([]Held, error)
	// SaveHeld stores h, ID 0 for a new one.
	SaveHeld(h Held) error
	AddNotice(to auth.UserID, n user.Notice) error
	// DropAsked forgets the notices of a kind about a person that were left at an instant.
	DropAsked(kind user.NoticeKind, about auth.UserID, at time.Time) error
}

// Chooser is the request of an export that says in a word which rows it is about.
type Chooser interface{ Chosen() string }

// Leave counts the rows of a file before the first byte of it leaves, and may refuse it: sentry.held, which is
// kept for another owner to decide. Where there is no other owner, the only one goes on, and the journal says so.
func Leave[T Tx](ctx context.Context, tx T, s *op.Spec, req any, rows int) (refusal, err error) {
	a := op.Actor(ctx)
	chosen := ""
	if c, ok := req.(Chooser); ok {
		chosen = c.Chosen()
	}
	note := facts{Rows: rows, Filter: chosen}
	if a.System { // the command line with the recovery key, which opens everything
		op.Note(ctx, "", 0, "", note.text())
		return nil, nil
	}
	if !lawful[s.Name] {
		before, err := tx.CountOut(Day{User: a.User, Day: tx.Today()})
		if err != nil {
			return nil, err
		}
		if before.FileRows+rows > HoldRows {
			refusal, err := hold(tx, a, Held{User: a.User, Op: s.Name, Chosen: chosen, Rows: rows}, req, &note)
			if refusal != nil || err != nil {
				return refusal, err
			}
		}
	}
	op.Note(ctx, "", 0, "", note.text())
	after, err := tx.CountOut(Day{User: a.User, Day: tx.Today(), Files: 1, FileRows: rows})
	if err != nil {
		return nil, err
	}
	return nil, tell(tx, a, user.NoticeExportsOf, AlertRows, after.FileRows-rows, after.FileRows)
}

// Read counts rows of a list that somebody goes through.
func Read[T Tx](ctx context.Context, tx T, rows int) error {
	a := op.Actor(ctx)
	if a.System {
		return nil
	}
	a.User, a.Name = a.Doer() // who looks through somebody's eyes reads the rows
	after, err := tx.CountOut(Day{User: a.User, Day: tx.Today(), ListRows: rows})
	if err != nil {
		return err
	}
	before := after.ListRows - rows
	if !crosses(ListRows, before, after.ListRows) {
		return nil
	}
	_, err = tx.AppendEvent(audit.Event{
		Op: "sentry.lists", Actor: int64(a.User), ActorName: a.Name, Device: a.Device,
		Payload: fmt.Sprintf(`{"rows":%d}`, after.ListRows),
	})
	if err != nil {
		return err
	}
	return tell(tx, a, user.NoticeListsOf, ListRows, before, after.ListRows)
}

// crosses tells whether somebody's rows of a day just went over a limit.
func crosses(limit, before, after int) bool { return before <= limit && after > limit }

// facts are what the event of an export keeps, in the order of their names.
type facts struct {
	ApprovedBy auth.UserID `json:"approved_by,omitempty"`
	Filter     string      `json:"filter,omitempty"`
	Rows       int         `json:"rows"`
	Self       bool        `json:"self,omitempty"` // many rows, and no other owner to ask
}

func (f facts) text() string {
	b, _ := json.Marshal(f) // always marshals
	return string(b)
}

// tell tells the owners, once a day, that somebody's rows went over a limit; nobody of what they did themselves.
func tell(tx Tx, a auth.Actor, kind user.NoticeKind, limit, before, after int) error {
	if !crosses(limit, before, after) {
		return nil
	}
	return user.TellOwners(tx, a.User, kind, strconv.Itoa(after), a.User)
}

// hold refuses an export unless another owner agreed to the very same, or there is no other owner.
func hold(tx Tx, a auth.Actor, h Held, req any, note *facts) (refusal, err error) {
	if h.Hash, err = hashOf(h.Op, req); err != nil {
		return nil, err
	}
	others, err := user.OtherOwners(tx, a.User)
	if err != nil {
		return nil, err
	}
	if len(others) == 0 {
		note.Self = true
		return nil, nil
	}
	now := tx.Now()
	all, err := tx.HeldExports(now.AddDate(0, 0, -recentDays))
	if err != nil {
		return nil, err
	}
	for _, was := range all {
		if was.User != a.User || was.Hash != h.Hash {
			continue
		}
		switch {
		case was.State == Approved && now.Sub(was.DecidedAt).Abs() < goodFor && h.Rows <= was.Rows+was.Rows/10:
			note.ApprovedBy = was.DecidedBy
			return nil, nil
		case was.State == Waiting:
			return refuse(h.Rows), nil
		}
	}
	h.AskedAt, h.State = now, Waiting
	if err := tx.SaveHeld(h); err != nil {
		return nil, err
	}
	_, err = tx.AppendEvent(audit.Event{
		Op: "sentry.held", Actor: int64(a.User), ActorName: a.Name, Device: a.Device,
		Payload: fmt.Sprintf(`{"op":%q,"rows":%d}`, h.Op, h.Rows),
	})
	if err != nil {
		return nil, err
	}
	return refuse(h.Rows), user.TellOwners(tx, a.User, user.NoticeHeldOf, strconv.Itoa(h.Rows), a.User)
}

func refuse(rows int) error {
	return fault.New(fault.Forbidden, "sentry.held", "rows", rows)
}

// hashOf stands for what was asked for.
func hashOf(name string, req any) (sum [32]byte, err error) {
	body, err := json.Marshal(req)
	if err != nil {
		return sum, fmt.Errorf("sentry: request of %s: %w", name, err)
	}
	return sha256.Sum256(fmt.Appendf(nil, "%s %s", name, body)), nil
}

// DecideRequest is an owner's word on an export that waits.
type DecideRequest struct {
	ID      HeldID `json:"id"`
	Approve bool   `json:"approve,omitempty"`
}

// recentDays is how far back an owner looks.
const recentDays = 30

// Recent is what left lately and what waits.
type Recent struct {
	Days []Day  `json:"days"` // of the last 30 days, the last first
	Held []Held `json:"held"` // that wait, and those of the last days, the youngest first
}

// Week sums the files of the last seven days: how many, with how many rows.
func (r Recent) Week(today civil.Date) (files, rows int) {
	for _, d := range r.Days {
		if civil.DaysBetween(d.Day, today) < 7 {
			files, rows = files+d.Files, rows+d.FileRows
		}
	}
	return files, rows
}

// Waits are the exports of others that wait for the word of an owner.
func (r Recent) Waits(owner auth.UserID) []Held {
	return slices.DeleteFunc(slices.Clone(r.Held), func(h Held) bool { return h.State != Waiting || h.User == owner })
}

// The operations.
var (
	Lately = op.Op[op.Empty, Recent]{Spec: op.Spec{
		Name: "sentry.recent", Kind: op.Query, Needs: auth.KeyManage, Since: 1,
		Doc: "Tells who took how many rows out of the book in the last 30 days, and which exports wait for an owner.",
	}}
	Decide = op.Op[DecideRequest, Recent]{Spec: op.Spec{
		Name: "sentry.decide", Kind: op.Command, Needs: auth.KeyManage, Fresh: true, Since: 1,
		Doc: "Lets an export that waits go, or refuses it.",
	}}
)

// Bind registers the operations and puts the sentry where rows leave the book.
func Bind[T Tx](r *op.Registry[T]) {
	r.Leave, r.Listed = Leave[T], Read[T]
	op.Bind(r, Lately, func(_ context.Context, tx T, _ op.Empty) (Recent, error) { return recent(tx) })
	op.Bind(r, Decide, func(ctx context.Context, tx T, req DecideRequest) (Recent, error) {
		if err := decide(ctx, tx, req); err != nil {
			return Recent{}, err
		}
		return recent(tx)
	})
}

func recent(tx Tx) (r Recent, err error) {
	if r.Days, err = tx.DaysOut(tx.Today().AddDays(1 - recentDays)); err != nil {
		return r, err
	}
	since := tx.Now().AddDate(0, 0, -recentDays)
	if r.Held, err = tx.HeldExports(since); err != nil {
		return r, err
	}
	people, err := tx.Users()
	for i, h := range r.Held {
		left := func(u user.User) bool { return u.ID == h.User && closed(tx, u) }
		if h.State == Waiting && slices.ContainsFunc(people, left) {
			r.Held[i].State = Left
		}
	}
	r.Held = slices.DeleteFunc(r.Held, func(h Held) bool { // nobody answers it any more
		return h.State == Left && h.AskedAt.Before(since)
	})
	return r, err
}

// closed tells whether somebody's account is, so that nothing leaves with them any more.
func closed(tx Tx, u user.User) bool { return u.Disabled || u.Ended(tx.Today()) }

// decide keeps an owner's word and tells whoever asked. Faults sentry.gone, sentry.own, sentry.left, those of
// user.Agree.
func decide(ctx context.Context, tx Tx, req DecideRequest) error {
	all, err := tx.HeldExports(tx.Now())
	if err != nil {
		return err
	}
	at := slices.IndexFunc(all, func(h Held) bool { return h.ID == req.ID && h.State == Waiting })
	if at < 0 {
		return fault.New(fault.Conflict, "sentry.gone")
	}
	h, a := all[at], op.Actor(ctx)
	if h.User == a.User {
		return fault.New(fault.Forbidden, "sentry.own")
	}
	who, err := tx.User(h.User)
	if err != nil {
		return err
	}
	if closed(tx, who) {
		return fault.New(fault.Conflict, "sentry.left", "name", who.Name)
	}
	alone := false
	if req.Approve {
		if alone, err = user.Agree(tx, h.User, a, h.AskedAt); err != nil {
			return err
		}
	}
	kind := user.NoticeNoExport
	if h.State = Refused; req.Approve {
		h.State, kind = Approved, user.NoticeExport
	}
	h.DecidedBy, h.DecidedAt = a.User, tx.Now()
	op.Note(ctx, "user", int64(h.User), "", fmt.Sprintf(`{"approve":%t,"op":%q,"rows":%d,"self":%t}`, req.Approve, h.Op, h.Rows, alone))
	if err := tx.SaveHeld(h); err != nil {
		return err
	}
	if err := tx.DropAsked(user.NoticeHeldOf, h.User, h.AskedAt); err != nil { // it waits for nobody any more
		return err
	}
	return tx.AddNotice(h.User, user.Notice{Kind: kind, User: h.User, At: tx.Now(), Detail: strconv.Itoa(h.Rows)})
}
