// Package device is about the PCs allowed to work on the book: the owner invites one with a one-time
// code, sees them all and revokes them. How they are recognised on the wire is not its business.
package device

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"zafe/app/audit"
	"zafe/app/auth"
	"zafe/app/civil"
	"zafe/app/fault"
	"zafe/app/i18n"
	"zafe/app/op"
	"zafe/app/user"
)

// ID identifies a PC in one book.
type ID int64

// The states of a PC.
const (
	Active  = "active"
	Revoked = "revoked"
)

// Device is a PC that was paired.
type Device struct {
	ID          ID          `json:"id"`
	Fingerprint string      `json:"fingerprint"` // hex SHA-256 of its public key
	Name        string      `json:"name"`
	State       string      `json:"state"`
	ApprovedBy  auth.UserID `json:"approved_by"`
	FirstSeen   time.Time   `json:"first_seen"`
	LastSeen    time.Time   `json:"last_seen"`
	EndsAt      time.Time   `json:"ends_at,omitzero"` // when a PC that was let in for a while is out; zero for the others
	Here        bool        `json:"here,omitempty"`   // it is connected now; told by List alone
}

// guestMost is for how long a PC is let in at most that is out by itself.
const guestMost = 4 * time.Hour

// Allowed tells whether the PC may talk to the book.
func (d Device) Allowed(now time.Time) bool {
	return d.State == Active && (d.EndsAt.IsZero() || now.Before(d.EndsAt) && !auth.Ahead(d.EndsAt, now, guestMost))
}

// Tx is what this package needs of a transaction.
type Tx interface {
	op.Tx
	Devices() ([]Device, error)
	Device(id ID) (Device, error) // fault device.not_found
	DeviceByFingerprint(fp string) (Device, bool, error)
	SaveDevice(d Device) (Device, error) // ID 0 inserts
	DropDeviceSessions(fp string) error
	User(id auth.UserID) (user.User, error) // fault user.not_found
	user.Telling
	Today() civil.Date
	AddInvitation(hash [32]byte, in Invited) error
	Invitation(hash [32]byte) (Invited, bool, error)
	TakeInvitation(hash [32]byte, fingerprint string) (bool, error) // false: not free, or over
	InvitationsOut() (int, error)                                   // that are good for a PC
	InvitationsSince(end time.Time) (bool, error)                   // any that end later, used or not
	PruneInvitations(before time.Time) error
	DropInvitations() error // that no PC used
	// DropInvitationsBy is DropInvitations of those that one person made; it returns how many there were.
	DropInvitationsBy(who auth.UserID) (int64, error)
}

// Invitation is a one-time code that lets one PC in.
type Invitation struct {
	Code      string    `json:"code"`
	Expires   time.Time `json:"expires"`
	Addresses []string  `json:"addresses"` // where this host can be reached, host:port
}

// Main knows the main PC.
type Main interface {
	// Self is this PC, the main one: its own name, and the fingerprint under which the book has it, "" where it has not.
	Self() (name, fingerprint string)
}

// Inviter makes invitations; the LAN server's pairing desk does. Fault device.not_serving.
type Inviter interface {
	Invite(by auth.UserID) (Invitation, error)
	// InviteFile writes an invitation file, which tells of one more address if there is one.
	InviteFile(ctx context.Context, by auth.UserID, address string, w io.Writer) error
	// Cut closes the living connections of a device.
	Cut(fingerprint string)
	// Here tells whether a device has a living connection.
	Here(fingerprint string) bool
	Main
	// Burnt is when the code given last would have ended, if wrong tries used it up; zero if they did not.
	Burnt() time.Time
}

// ListResponse lists the PCs.
type ListResponse struct {
	Devices []Device `json:"devices"`
	Invited int      `json:"invited,omitempty"` // invitation files that are out
	// Burnt is Expires of the code given last, if wrong tries used it up; zero if they did not.
	Burnt time.Time `json:"burnt,omitzero"`
}

// IDRequest names a PC.
type IDRequest struct {
	ID ID `json:"id"`
}

// RenameRequest gives a PC another name.
type RenameRequest struct {
	ID   ID     `json:"id"`
	Name string `json:"name"`
}

// Validate asks for a name.
func (r RenameRequest) Validate() error {
	if strings.TrimSpace(r.Name) == "" {
		return fault.Field("name", "device.name_missing")
	}
	return nil
}

// The operations on PCs.
var (
	List = op.Op[op.Empty, ListResponse]{Spec: op.Spec{
		Name: "device.list", Kind: op.Query, Needs: auth.DeviceManage, Since: 1, Doc: "Lists the paired PCs.",
	}}
	Invite = op.Op[op.Empty, Invitation]{Spec: op.Spec{
		Name: "device.invite", Kind: op.Action, Needs: auth.DeviceManage, Fresh: true, Since: 1, Secret: true,
		Doc: "Makes a one-time code with which one PC can be paired.",
	}}
	Rename = op.Op[RenameRequest, Device]{Spec: op.Spec{
		Name: "device.rename", Kind: op.Command, Needs: auth.DeviceManage, Since: 1, Doc: "Renames a PC.",
	}}
	Revoke = op.Op[IDRequest, Device]{Spec: op.Spec{
		Name: "device.revoke", Kind: op.Command, Needs: auth.DeviceManage, Fresh: true, Since: 1,
		Doc: "Shuts a PC out at once.",
	}}
)

// Bind registers the operations; without an inviter no PC comes in. Each of spare may refuse that a PC is shut out.
func Bind[T Tx](r *op.Registry[T], inviter Inviter, spare ...func(tx T, d Device) error) {
	op.Bind(r, List, func(_ context.Context, tx T, _ op.Empty) (ListResponse, error) { return list(tx, inviter) })
	op.BindAction(r, Invite, func(ctx context.Context, _ op.Empty) (Invitation, error) {
		return inviter.Invite(op.Actor(ctx).User)
	})
	bindInvitations(r, inviter)
	op.Bind(r, Rename, func(ctx context.Context, tx T, req RenameRequest) (Device, error) {
		return rename(ctx, tx, inviter, req)
	})
	op.Bind(r, Revoke, func(ctx context.Context, tx T, req IDRequest) (Device, error) {
		d, err := tx.Device(req.ID)
		for _, refuse := range spare {
			if err == nil {
				err = refuse(tx, d)
			}
		}
		if err != nil {
			return d, err
		}
		return revoke(ctx, tx, inviter, d)
	})
}

// seenEvery is how old what the book says of a PC's last call is at least before that is written again.
const seenEvery = 10 * time.Minute

// Dated tells whether what the book says of a PC's last call is too old.
func (d Device) Dated(now time.Time) bool { return now.Sub(d.LastSeen).Abs() > seenEvery }

// Seen notes that a PC is at work. It leaves no event: it is neither a decision nor a change to back up.
func Seen(tx Tx, fingerprint string) error {
	d, known, err := tx.DeviceByFingerprint(fingerprint)
	if err != nil || !known || d.State != Active || !d.Dated(tx.Now()) {
		return err
	}
	d.LastSeen = tx.Now()
	_, err = tx.SaveDevice(d)
	return err
}

// Refusal is a try of a PC to be let in that somebody should know of.
type Refusal struct {
	Fingerprint string
	From        string // its address
	By          auth.UserID
	Why         user.NoticeKind
}

// Refused records such a try and tells the owners.
func Refused(tx Tx, r Refusal) error {
	_, err := tx.AppendEvent(audit.Event{
		Op: "device.pair_refused", Device: r.Fingerprint,
		Payload: fmt.Sprintf(`{"by":%d,"from":%q,"why":%q}`, r.By, r.From, r.Why),
	})
	if err != nil {
		return err
	}
	return user.TellOwners(tx, r.By, r.Why, r.From)
}

// LetIn is Enrol of a PC that proved to the main one that somebody wanted it, and tells the other owners.
func LetIn(tx Tx, main Main, fingerprint, name string, by auth.UserID) error {
	if err := EnrolUntil(tx, main, fingerprint, name, by, time.Time{}); err != nil || by == 0 {
		return err
	}
	d, _, err := tx.DeviceByFingerprint(fingerprint)
	if err != nil {
		return err
	}
	return user.TellOwners(tx, by, user.NoticePC, d.Name, by)
}

// holder is the PC other than one that has a name, however its letters are written, allowed or not: the journal tells
// of both. ID 0 for none.
func holder(tx Tx, name string, but ID) (Device, error) {
	all, err := tx.Devices()
	for _, d := range all {
		if d.ID != but && i18n.Fold(d.Name) == i18n.Fold(name) {
			return d, err
		}
	}
	return Device{}, err
}

// kept tells whether a name, however its letters are written, is the main PC's own while the book has no other for it.
func kept(tx Tx, main Main, name string) (bool, error) {
	if main == nil {
		return false, nil
	}
	own, fingerprint := main.Self()
	if i18n.Fold(own) != i18n.Fold(name) {
		return false, nil
	}
	_, known, err := tx.DeviceByFingerprint(fingerprint)
	return !known, err
}

// free is a name that no other PC has: PCs of one maker come with the same one. "PC-BUREAU (2)" is the second.
func free(tx Tx, main Main, name string, but ID) (string, error) {
	for n, out := 2, name; ; n++ {
		other, err := holder(tx, out, but)
		if err != nil {
			return "", err
		}
		own, err := kept(tx, main, out)
		if err != nil || other.ID == 0 && !own {
			return out, err
		}
		out = fmt.Sprintf("%s (%d)", name, n)
	}
}

// Enrol stores a PC with its event, in the name of who let it in, 0 for the program itself. One that comes back after
// being revoked is let in again: it holds a fresh code. A name that another PC has gets a number.
func Enrol(tx Tx, fingerprint, name string, by auth.UserID) error {
	return EnrolUntil(tx, nil, fingerprint, name, by, time.Time{})
}

// EnrolUntil is Enrol of another PC than the main one, whose name it does not get either, and which is out by itself at a
// time; zero for never.
func EnrolUntil(tx Tx, main Main, fingerprint, name string, by auth.UserID, ends time.Time) error {
	d, known, err := tx.DeviceByFingerprint(fingerprint)
	if err != nil {
		return err
	}
	if !known {
		d = Device{Fingerprint: fingerprint, FirstSeen: tx.Now()}
	}
	if d.Name, err = free(tx, main, strings.TrimSpace(name), d.ID); err != nil {
		return err
	}
	d.State, d.ApprovedBy, d.LastSeen, d.EndsAt = Active, by, tx.Now(), ends
	if d, err = tx.SaveDevice(d); err != nil {
		return err
	}
	approver, err := tx.User(by)
	if f := fault.Of(err); f != nil && f.Code != fault.NotFound {
		return err
	}
	_, err = tx.AppendEvent(audit.Event{
		Op: "device.enrolled", Actor: int64(by), ActorName: approver.Name, Device: fingerprint,
		SubjectKind: "device", SubjectID: int64(d.ID),
	})
	return err
}

func list(tx Tx, inviter Inviter) (ListResponse, error) {
	ds, err := tx.Devices()
	if err != nil {
		return ListResponse{}, err
	}
	out, err := tx.InvitationsOut()
	if inviter == nil {
		return ListResponse{Devices: ds, Invited: out}, err
	}
	for i := range ds {
		ds[i].Here = inviter.Here(ds[i].Fingerprint)
	}
	return ListResponse{Devices: ds, Invited: out, Burnt: inviter.Burnt()}, err
}

// rename gives a PC another name. Faults device.not_found, device.name_taken.
func rename(ctx context.Context, tx Tx, inviter Inviter, req RenameRequest) (Device, error) {
	d, err := tx.Device(req.ID)
	if err != nil {
		return d, err
	}
	op.Note(ctx, "device", int64(d.ID), "", "")
	d.Name = strings.TrimSpace(req.Name)
	other, err := holder(tx, d.Name, d.ID)
	if err == nil && other.ID != 0 {
		err = fault.Field("name", "device.name_taken", "name", other.Name)
	}
	if err != nil {
		return d, err
	}
	own, err := kept(tx, inviter, d.Name)
	if err == nil && own {
		err = fault.Field("name", "device.name_taken", "name", d.Name)
	}
	if err != nil {
		return d, err
	}
	return tx.SaveDevice(d)
}

func revoke(ctx context.Context, tx Tx, inviter Inviter, d Device) (Device, error) {
	op.Note(ctx, "device", int64(d.ID), "", "")
	op.AfterCommit(ctx, func() { inviter.Cut(d.Fingerprint) })
	return Drop(tx, d)
}

// Drop shuts a PC out; its living connections are the caller's to cut once that is committed.
func Drop(tx Tx, d Device) (Device, error) {
	d.State = Revoked
	// A PC that is let in again later starts with a log-in.
	if err := tx.DropDeviceSessions(d.Fingerprint); err != nil {
		return d, err
	}
	return tx.SaveDevice(d)
}
