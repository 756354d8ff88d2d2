// Package relay is about the PC that can take the place of the main one (poste relais): the owner names it among
// those that work on the book, and from then on it has a copy that follows within seconds. When it takes over,
// the book's term rises by one; of two PCs that both have the book, the one with the higher term is the main one,
// and the other writes no more until the owner decides. How the copy travels is not its business.
package relay

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"zafe/app/audit"
	"zafe/app/auth"
	"zafe/app/company"
	"zafe/app/device"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/user"
)

const postKey = "relay"

// Post is what the book says of its main PC and of the one that can take its place.
type Post struct {
	Term   int64  `json:"term,omitempty"`   // how often another PC became the main one
	Relay  string `json:"relay,omitempty"`  // fingerprint of the relay PC; "" for none
	Main   string `json:"main,omitempty"`   // under which the main PC itself may ask another one
	Before int64  `json:"before,omitempty"` // the last event that both PCs have, when one took over last
	// Was is the fingerprint of the PC that was the main one before: its owner decides with what was done here since.
	Was string `json:"was,omitempty"`
	// Lead is drawn at random whenever the term rises: of two PCs that took the same term the one with the greater
	// Lead is the main one. Lost is the PC that is known to have taken over from this one.
	Lead string `json:"lead,omitempty"`
	Lost *Lost  `json:"lost,omitempty"`
}

// Lost is a PC that took over from the one whose book says it.
type Lost struct {
	Place  string `json:"place"`
	Term   int64  `json:"term"`
	Lead   string `json:"lead,omitempty"`
	Before int64  `json:"before,omitempty"`
}

// before is the PC that was the main one until the PC own is: where the book says that this is it itself, the one that
// was to take its place, and took it.
func (p Post) before(own string) string {
	if p.Main == own && own != "" {
		return cmp.Or(p.Relay, p.Was)
	}
	return p.Main
}

// Later tells whether a PC that took a term with a lead is the main one, and not one with the others.
func Later(term int64, lead string, thanTerm int64, thanLead string) bool {
	return term > thanTerm || term == thanTerm && lead > thanLead
}

// Note keeps in the book that another PC took over, until an owner decides: the file that says so beside the book
// can be lost.
func Note(tx company.Settings, l Lost) error {
	p, err := Of(tx)
	if err != nil {
		return err
	}
	p.Lost = &l
	return tx.SetSetting(postKey, p)
}

// Raise makes a book that was put back from a backup that of the main PC: its term rises above its own and any
// known on this PC, as when another PC takes over. own is the fingerprint by which others know this PC, "" for none.
func Raise(tx Tx, above int64, own string) error {
	p, err := Of(tx)
	if err != nil {
		return err
	}
	last, err := tx.Head()
	if err != nil {
		return err
	}
	was := p.before(own)
	p.Term, p.Lead, p.Before, p.Lost, p.Was = max(p.Term, above)+1, op.NewID(tx.Now()), last.ID, nil, was
	return tx.SetSetting(postKey, p)
}

// Accept begins another line of the book at this PC, when an owner takes it as it is though others saw it further:
// its term rises above its own and any known. What the others have of the line before nobody knows.
func Accept(tx Tx, above int64) error {
	if err := Raise(tx, above, ""); err != nil {
		return err
	}
	p, err := Of(tx)
	if err != nil {
		return err
	}
	p.Before = 0
	return tx.SetSetting(postKey, p)
}

// Settle makes this PC the main one in a book that names a relay: from its copy the relay is to know this PC, by
// its fingerprint.
func Settle(tx Tx, fingerprint, name string) error {
	p, err := Of(tx)
	if err != nil || p.Relay == "" || p.Main == fingerprint {
		return err
	}
	p.Main = fingerprint
	if err := tx.SetSetting(postKey, p); err != nil {
		return err
	}
	return enrol(tx, fingerprint, name, 0)
}

// Of reads the post.
func Of(tx company.Settings) (p Post, err error) {
	_, err = tx.Setting(postKey, &p)
	return p, err
}

// Tx is what this package needs of a transaction.
type Tx interface {
	device.Tx
	company.Settings
	Head() (audit.Event, error)
}

// Taking is who takes over: the owner, and the PC that is the main one from now on, by the fingerprint under which
// others know it. Above is the highest term known elsewhere. Before is the last event that the PC has which took over
// from this one and from which the lead is taken back, 0 for none.
type Taking struct {
	Owner  auth.UserID
	Name   string
	Main   string
	Above  int64
	Before int64
}

// TakeOver makes the PC that has this copy the main one, and returns the book's post.
func TakeOver(tx Tx, t Taking) (Post, error) {
	p, err := Of(tx)
	if err != nil {
		return p, err
	}
	last, err := tx.Head()
	if err != nil {
		return p, err
	}
	was := p.before(t.Main)
	p = Post{Term: max(p.Term, t.Above) + 1, Main: t.Main, Before: last.ID, Lead: op.NewID(tx.Now()), Was: was}
	if t.Before > 0 {
		p.Before = min(last.ID, t.Before)
	}
	if err := tx.SetSetting(postKey, p); err != nil {
		return p, err
	}
	_, err = tx.AppendEvent(audit.Event{
		Op: "book.taken_over", Actor: int64(t.Owner), ActorName: t.Name, Device: t.Main,
		Payload: fmt.Sprintf(`{"after":%d,"term":%d}`, last.ID, p.Term),
	})
	return p, err
}

// Fed is how far the relay PC is.
type Fed struct {
	Asked  time.Time     // when it spoke last; zero if not since the program started
	Whole  bool          // it has a whole copy
	Behind time.Duration // for how long what it does not have yet has waited
}

// Rival is another PC that is the main one now.
type Rival struct {
	Place  string // its name, or else its address, "" if nobody knows
	Before int64  // the last event that it has of those that were recorded here
}

// Done is how many operations of one name were recorded.
type Done struct {
	Op string `json:"op"`
	N  int64  `json:"n"`
}

// comparedKey is the setting that has what came of the comparisons of the relay's copy with the book.
const comparedKey = "relay.compared"

type comparison struct {
	Same     time.Time `json:"same,omitzero"`
	Differed time.Time `json:"differed,omitzero"`
	Found    Finding   `json:"found,omitzero"`
}

// NoticeDiffered tells the owners that the copy of the relay PC differed from the book; the notice's Detail is the
// name of that PC.
const NoticeDiffered user.NoticeKind = "relay_differed"

// Finding is a difference that people are told of: of those that follow each other without a comparison that found the
// same, one each day.
type Finding struct {
	At    time.Time `json:"at"`
	Name  string    `json:"name"`  // of the relay PC
	Files int       `json:"files"` // how many differed, and come anew
}

// again is after how long a copy that differed is a finding once more, when it differs again: less than the day between
// two comparisons.
const again = 20 * time.Hour

// Found is the last finding since the relay PC was named; a zero At says that there is none.
func Found(tx company.Settings) (Finding, error) {
	var c comparison
	_, err := tx.Setting(comparedKey, &c)
	return c.Found, err
}

// Compared keeps what came of a comparison of the relay's copy with the book: how many of its files differ. Those come
// anew by themselves; that they had to has its event, and the owners are told.
func Compared(tx interface {
	Tx
	user.Telling
}, differ int,
) error {
	var c comparison
	if _, err := tx.Setting(comparedKey, &c); err != nil {
		return err
	}
	if differ == 0 {
		c.Same = tx.Now()
		return tx.SetSetting(comparedKey, c)
	}
	fresh := !c.Differed.After(c.Same) || tx.Now().Sub(c.Differed) >= again
	c.Differed = tx.Now()
	if fresh {
		p, err := Of(tx)
		if err != nil {
			return err
		}
		d, _, err := tx.DeviceByFingerprint(p.Relay)
		if err != nil {
			return err
		}
		c.Found = Finding{At: c.Differed, Name: d.Name, Files: differ}
		if err := user.TellOwners(tx, 0, NoticeDiffered, d.Name); err != nil {
			return err
		}
	}
	if err := tx.SetSetting(comparedKey, c); err != nil {
		return err
	}
	_, err := tx.AppendEvent(audit.Event{
		Op: "relay.differed", ActorName: "Zafè", Payload: fmt.Sprintf(`{"files":%d}`, differ),
	})
	return err
}

// Live is what the program knows beyond the book.
type Live interface {
	// Fed tells how far the relay PC is.
	Fed() Fed
	// Here tells whether a PC is connected, by its fingerprint.
	Here(fingerprint string) bool
	// Seat returns this PC's own name and the fingerprint by which another main PC is to know it.
	Seat() (name, fingerprint string, err error)
	// Rival is the PC that took over from this one, if any did.
	Rival(ctx context.Context) (Rival, bool)
	// Forget forgets where the relay PC can be reached, and ends what it is being given: it is the relay no more.
	Forget()
}

// The states of the relay.
const (
	None      = "none"      // no PC was named
	Waiting   = "waiting"   // it has not spoken since the program started
	Starting  = "starting"  // so it is, but it works on the book: it asks for its copy by itself
	Copying   = "copying"   // it is given a whole copy
	Following = "following" // it has everything
	Late      = "late"      // something has waited for longer than it should
	Away      = "away"      // it has not spoken for a while
	Taken     = "taken"     // it took over: this PC is the main one no more
)

// When a relay is late, and when it is away.
const (
	LateAfter = 10 * time.Second
	AwayAfter = 15 * time.Second
)

// Status is the relay as it is now.
type Status struct {
	Relay device.ID `json:"relay"` // 0 for none
	Name  string    `json:"name"`
	State string    `json:"state"`
	Asked time.Time `json:"asked,omitzero"` // when it spoke last
	// BehindMS is for how long what it does not have yet has waited, in milliseconds.
	BehindMS int64     `json:"behind_ms"`
	Main     device.ID `json:"main"` // the row of the main PC itself, 0 for none
	Term     int64     `json:"term"`
	// Same is when the copy was last compared with the book and found the same, Differed when it was not and was made
	// anew; zero for never.
	Same     time.Time `json:"same,omitzero"`
	Differed time.Time `json:"differed,omitzero"`
	// Own is how many events were recorded here that the PC that took over, whose address is the name, does not
	// have. They are the last ones of the journal.
	Own int64 `json:"own"`
}

// NameRequest names the relay PC; 0 names none.
type NameRequest struct {
	ID device.ID `json:"id"`
}

// The operations.
var (
	Get = op.Op[op.Empty, Status]{Spec: op.Spec{
		Name: "relay.get", Kind: op.Query, Needs: auth.DeviceManage, Since: 1,
		Doc: "Tells which PC can take the place of the main one, and how far its copy is.",
	}}
	Name = op.Op[NameRequest, Status]{Spec: op.Spec{
		Name: "relay.name", Kind: op.Command, Needs: auth.DeviceManage, Fresh: true, Since: 1,
		Doc: "Names the PC that keeps a live copy and can take the place of the main one (poste relais).",
	}}
)

// Bind registers the operations.
func Bind[T Tx](r *op.Registry[T], live Live) {
	op.Bind(r, Get, func(ctx context.Context, tx T, _ op.Empty) (Status, error) { return status(ctx, tx, live) })
	op.Bind(r, Name, func(ctx context.Context, tx T, req NameRequest) (Status, error) {
		return name(ctx, tx, live, req.ID)
	})
}

func status(ctx context.Context, tx Tx, live Live) (s Status, err error) {
	p, err := Of(tx)
	if err != nil {
		return s, err
	}
	s = Status{State: None, Term: p.Term}
	if d, known, err := tx.DeviceByFingerprint(p.Main); err != nil {
		return s, err
	} else if known {
		s.Main = d.ID
	}
	if r, taken := live.Rival(ctx); taken {
		last, err := tx.Head()
		s.State, s.Name, s.Own = Taken, r.Place, max(last.ID-r.Before, 0)
		return s, err
	}
	d, known, err := tx.DeviceByFingerprint(p.Relay)
	if err != nil || !known || d.State != device.Active {
		return s, err
	}
	fed := live.Fed()
	s.Relay, s.Name, s.Asked, s.BehindMS = d.ID, d.Name, fed.Asked, fed.Behind.Milliseconds()
	var c comparison
	if _, err := tx.Setting(comparedKey, &c); err != nil {
		return s, err
	}
	s.Same, s.Differed = c.Same, c.Differed
	switch {
	case fed.Asked.IsZero() && live.Here(d.Fingerprint):
		s.State = Starting
	case fed.Asked.IsZero():
		s.State = Waiting
	case tx.Now().Sub(fed.Asked) > AwayAfter:
		s.State = Away
	case !fed.Whole:
		s.State = Copying
	case fed.Behind > LateAfter:
		s.State = Late
	default:
		s.State = Following
	}
	return s, nil
}

func name(ctx context.Context, tx Tx, live Live, id device.ID) (s Status, err error) {
	p, err := Of(tx)
	if err != nil {
		return s, err
	}
	was := p.Relay
	p.Relay = ""
	if id != 0 {
		d, err := tx.Device(id)
		if err != nil {
			return s, err
		}
		op.Note(ctx, "device", int64(id), "", "")
		own, fingerprint, err := live.Seat()
		switch {
		case err != nil:
			return s, err
		case d.State != device.Active:
			return s, fault.Field("id", "relay.revoked", "name", d.Name)
		case !d.EndsAt.IsZero():
			return s, fault.Field("id", "relay.for_a_while", "name", d.Name)
		case d.Fingerprint == fingerprint:
			return s, fault.Field("id", "relay.itself", "name", d.Name)
		}
		p.Relay = d.Fingerprint
		// The relay PC, once it is the main one, knows this one from its copy.
		if err := enrol(tx, fingerprint, own, op.Actor(ctx).User); err != nil {
			return s, err
		}
		p.Main = fingerprint
	}
	if err := tx.SetSetting(postKey, p); err != nil {
		return s, err
	}
	if was != p.Relay {
		op.AfterCommit(ctx, live.Forget)
		if err := tx.SetSetting(comparedKey, nil); err != nil {
			return s, err
		}
	}
	return status(ctx, tx, live)
}

func enrol(tx Tx, fingerprint, name string, by auth.UserID) error {
	d, known, err := tx.DeviceByFingerprint(fingerprint)
	if err != nil || known && d.State == device.Active {
		return err
	}
	return device.Enrol(tx, fingerprint, name, by)
}

// Spare refuses to shut the main PC itself out while there is a relay, which could not tell it any more that it took
// over: fault relay.main_stays.
func Spare[T Tx](tx T, d device.Device) error {
	p, err := Of(tx)
	if err == nil && p.Relay != "" && p.Main == d.Fingerprint {
		err = fault.New(fault.Conflict, "relay.main_stays", "name", d.Name)
	}
	return err
}

// Refusal is the fault of work on a book whose place a rival took: relay.taken_over, relay.fenced where nobody knows
// which PC that is.
func Refusal(r Rival) error {
	if r.Place == "" {
		return fault.New(fault.Conflict, "relay.fenced")
	}
	return fault.New(fault.Conflict, "relay.taken_over", "place", r.Place)
}

// Fence refuses work on a book whose place another PC took, as [Refusal] says. Reading goes on, at this PC.
func Fence(live Live) func(ctx context.Context, s *op.Spec) error {
	return func(ctx context.Context, s *op.Spec) error {
		reading := s.Kind == op.Query || s.Kind == op.Stream || s.Kind == op.Watch || strings.HasPrefix(s.Name, "session.")
		if reading && op.CredentialOf(ctx).Device == "" {
			return nil
		}
		r, taken := live.Rival(ctx)
		if !taken {
			return nil
		}
		return Refusal(r)
	}
}
