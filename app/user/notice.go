package user

import (
	"cmp"
	"context"
	"slices"
	"time"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/op"
)

// NoticeKind says what a person is told; its text is message "notice.<kind>".
type NoticeKind string

// What people are told at their next log-in.
const (
	NoticeReset  NoticeKind = "reset"  // owners: one of them got a new password by the sheet and the second factor; Detail is the PC
	NoticeWaited NoticeKind = "waited" // owners: by the sheet and a day's notice; Detail is the PC
	NoticeClosed NoticeKind = "closed" // owners: the sheet opened the closed book: everybody was shut out

	NoticePlace        NoticeKind = "place"         // one's first log-in on a PC; Detail is its name
	NoticePlaceOf      NoticeKind = "place_of"      // owners: that of somebody
	NoticeUnfinished   NoticeKind = "unfinished"    // one's password was given, and no code after it
	NoticeUnfinishedOf NoticeKind = "unfinished_of" // owners: somebody's was
	NoticeTriesOf      NoticeKind = "tries_of"      // owners: ten wrong tries for somebody; Detail is the last PC
	NoticeCodeUsed     NoticeKind = "code_used"     // one's recovery code was used; Detail is how many are left
	NoticeCrowded      NoticeKind = "crowded"       // one's session on a PC was closed: there were too many
	NoticeNoPhone      NoticeKind = "no_phone"      // an owner took one's second factor away
	NoticeNoPhoneOf    NoticeKind = "no_phone_of"   // the other owners: that of somebody
	NoticePassword     NoticeKind = "password"      // one was given another password; Detail is by whom
	NoticePasswordOf   NoticeKind = "password_of"   // the other owners: somebody was
	NoticeRole         NoticeKind = "role"          // one's role is another one; Detail is by whom
	NoticeSignedOut    NoticeKind = "signed_out"    // one's sessions were ended; Detail is by whom
	NoticePhone        NoticeKind = "phone"         // one's second factor was set up on a PC; Detail is its name
	NoticePhoneOf      NoticeKind = "phone_of"      // owners: that of somebody
	NoticeOlder        NoticeKind = "older"         // owners: a PC saw the book further than it is; Detail is its name
	NoticeOlderCopy    NoticeKind = "older_copy"    // owners: the newest copy holds more than the book

	NoticeKeys NoticeKind = "keys" // owners: a key file was made anew from its other copy; Detail is its name

	NoticeApproval NoticeKind = "approval" // the other owners: somebody asked for what takes two people
	// NoticeAlone tells who did alone what takes two people, the owners and the others that they did, as their accounts
	// were too young to agree; Detail has the names of those.
	NoticeAlone NoticeKind = "alone"
	NoticeBank  NoticeKind = "bank" // owners: customers pay to another account; Detail is the end of its number
	NoticeEnds  NoticeKind = "ends" // owners: somebody's account ends soon; Detail is its last day
	NoticeLeft  NoticeKind = "left" // owners: somebody's last day was over, and they are out

	NoticeSupport NoticeKind = "support" // the other owners: somebody let Detail in who helps from outside

	NoticePC        NoticeKind = "pc"         // the other owners: somebody let a PC in; Detail is its name
	NoticeCode      NoticeKind = "code"       // owners: a wrong code was tried for somebody's; Detail is where
	NoticeCodeBurnt NoticeKind = "code_burnt" // owners: ... so often that it is good no more
	NoticeInvited   NoticeKind = "invited"    // owners: somebody's invitation file came from a second PC; Detail is where
)

// What owners are told of rows that leave, Detail their number, and people of an owner's word on theirs.
const (
	NoticeExportsOf NoticeKind = "exports_of" // owners: somebody's files of the day have many
	NoticeListsOf   NoticeKind = "lists_of"   // owners: somebody went through many
	NoticeHeldOf    NoticeKind = "held_of"    // the other owners: somebody's export waits for one of them
	NoticeExport    NoticeKind = "export"     // one's export may leave
	NoticeNoExport  NoticeKind = "no_export"  // one's export may not
)

// What people are told of very many records taken away or written over (package bin).
const (
	NoticeMassOf NoticeKind = "mass_of" // the other owners: somebody is held; Detail is how many it were
	NoticeFreed  NoticeKind = "freed"   // one is held no more
)

// NoticesMax bounds what waits to be told to a person: of more, the youngest.
const NoticesMax = 50

// Notice is something a person is told once.
type Notice struct {
	ID     int64       `json:"id"`
	Kind   NoticeKind  `json:"kind"`
	User   auth.UserID `json:"user"` // whom it is about
	Name   string      `json:"name"`
	At     time.Time   `json:"at"`
	Detail string      `json:"detail,omitempty"` // as the kind says; of a PC "" is the main PC
}

// NoticesResponse is what a person should know: what waits for an owner's refusal, and what happened.
type NoticesResponse struct {
	Resets  []PendingReset `json:"resets,omitempty"`
	Notices []Notice       `json:"notices,omitempty"`
}

// The operations on notices.
var (
	Notices = op.Op[op.Empty, NoticesResponse]{Spec: op.Spec{
		Name: "notice.list", Kind: op.Query, Needs: auth.Anyone, Since: 1,
		Doc: "Lists what one should know at log-in about one's account, and owners about everybody's.",
	}}
	NoticesSeen = op.Op[SeenRequest, op.Empty]{Spec: op.Spec{
		Name: "notice.seen", Kind: op.Command, Needs: auth.Anyone, Since: 1,
		Doc: "Forgets those of one's own notices that were read.",
	}}
)

// SeenRequest names the notices that were read: what came meanwhile was not.
type SeenRequest struct {
	IDs []int64 `json:"ids"`
}

// Validate bounds the list to as many as are shown: fault op.bad_request.
func (r SeenRequest) Validate() error {
	if len(r.IDs) > NoticesMax {
		return fault.New(fault.Invalid, "op.bad_request", "detail", "ids")
	}
	return nil
}

func (s *Service[T]) notices(ctx context.Context, tx T, _ op.Empty) (out NoticesResponse, err error) {
	if op.Actor(ctx).May(auth.KeyManage) {
		resets, err := tx.PasswordResets()
		if err != nil {
			return out, err
		}
		now := s.steady()
		for _, r := range resets {
			if now.Sub(r.AskedAt) < resetAfter+resetGood {
				r.After = r.AskedAt.Add(resetAfter)
				if r.PC, err = tx.PCName(r.Device); err != nil {
					return out, err
				}
				out.Resets = append(out.Resets, r)
			}
		}
	}
	all, err := tx.Notices(op.Actor(ctx).User)
	if err != nil {
		return out, err
	}
	here, err := tx.PCName(op.Actor(ctx).Device)
	for _, n := range all {
		// Whoever got in on a new PC would read there that somebody did, and nobody else would.
		if n.Kind != NoticePlace || n.Detail != here {
			out.Notices = append(out.Notices, n)
		}
	}
	return out, err
}

func noticesSeen[T Tx](ctx context.Context, tx T, req SeenRequest) (op.Empty, error) {
	return op.Empty{}, tx.DropNotices(op.Actor(ctx).User, req.IDs)
}

// tell keeps a notice about a person for themself.
func tell(tx Tx, about auth.UserID, kind NoticeKind, detail string) error {
	return tx.AddNotice(about, Notice{Kind: kind, User: about, At: tx.Now(), Detail: detail})
}

// Telling is what telling people needs of a transaction.
type Telling interface {
	Now() time.Time
	Users() ([]User, error)
	AddNotice(to auth.UserID, n Notice) error
}

// TellOwners keeps a notice about a person for every owner in work but some; about the program itself, 0, it is
// about each of them.
func TellOwners(tx Telling, about auth.UserID, kind NoticeKind, detail string, but ...auth.UserID) error {
	people, err := tx.Users()
	if err != nil {
		return err
	}
	for _, p := range people {
		if slices.Contains(but, p.ID) || p.Role != auth.Owner || p.Disabled {
			continue
		}
		n := Notice{Kind: kind, User: cmp.Or(about, p.ID), At: tx.Now(), Detail: detail}
		if err := tx.AddNotice(p.ID, n); err != nil {
			return err
		}
	}
	return nil
}

// OtherOwners are the owners in work but one and those that this one has just made ([Made]), and those that this one has
// just put out ([PutAside]).
func OtherOwners(tx Hands, but auth.UserID) (out []auth.UserID, err error) {
	aside, _, err := PutAside(tx, but, auth.KeyManage)
	if err != nil {
		return nil, err
	}
	for _, p := range aside {
		out = append(out, p.ID)
	}
	people, err := tx.Users()
	for _, p := range people {
		if p.ID == but || p.Role != auth.Owner || p.Disabled {
			continue
		}
		made, err := Made(tx, but, p.ID)
		if err != nil {
			return nil, err
		}
		if !made {
			out = append(out, p.ID)
		}
	}
	return out, err
}

// tellBoth tells a person and the owners, each in their own words; an owner whom it is about hears it once.
func tellBoth(tx Tx, about auth.UserID, one, owners NoticeKind, detail string) error {
	if err := tell(tx, about, one, detail); err != nil {
		return err
	}
	return TellOwners(tx, about, owners, detail, about)
}
