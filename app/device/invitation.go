package device

import (
	"context"
	"io"
	"strings"
	"time"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/op"
)

// An invitation file lets one PC in that is elsewhere, where nobody can read a code from this screen: it tells where
// the main PC can be reached, by what it is known, and holds a token that is good once.

// The limits of invitation files.
const (
	InvitedFor     = 72 * time.Hour
	invitedMax     = 20                  // that are out at once
	invitedKept    = 30 * 24 * time.Hour // after its end, so that who comes too late is told so
	addressMax     = 255
	invitationFile = "Invitation.zafe-invitation"
)

// Invited is an invitation file, of which only the hash of its token is known.
type Invited struct {
	By      auth.UserID
	Expires time.Time
	Device  string // the fingerprint of the PC that used it, "" for none
}

// InviteFileRequest makes an invitation file. Address is one more at which the main PC can be reached, beside those
// that it knows itself.
type InviteFileRequest struct {
	Address string `json:"address,omitempty"`
}

// Validate refuses what cannot be an address: lan.bad_address.
func (r InviteFileRequest) Validate() error {
	if a := strings.TrimSpace(r.Address); len(a) > addressMax || strings.ContainsAny(a, " \t\r\n/@\"") {
		return fault.Field("address", "lan.bad_address", "host", a)
	}
	return nil
}

// The operations on invitation files.
var (
	InviteFile = op.Op[InviteFileRequest, op.Download]{Spec: op.Spec{
		Name: "device.invite_file", Kind: op.Stream, Needs: auth.DeviceManage, Fresh: true, Since: 1,
		Doc: "Makes a file with which one PC that is elsewhere can be paired, once and within three days.",
	}}
	Withdraw = op.Op[op.Empty, op.Empty]{Spec: op.Spec{
		Name: "device.withdraw", Kind: op.Command, Needs: auth.DeviceManage, Since: 1,
		Doc: "Makes every invitation file that was not used worthless.",
	}}
)

// bindInvitations registers the operations.
func bindInvitations[T Tx](r *op.Registry[T], inviter Inviter) {
	op.BindStreamElsewhere(r, InviteFile, func(ctx context.Context, req InviteFileRequest, w io.Writer) (op.Download, error) {
		err := inviter.InviteFile(ctx, op.Actor(ctx).User, strings.TrimSpace(req.Address), w)
		return op.Download{Name: invitationFile, Type: "application/json"}, err
	})
	op.Bind(r, Withdraw, func(_ context.Context, tx T, _ op.Empty) (op.Empty, error) {
		return op.Empty{}, tx.DropInvitations()
	})
}

// KeepInvitation stores the hash of a token that is given out. Fault device.invitations_max.
func KeepInvitation(tx Tx, hash [32]byte, by auth.UserID) error {
	if err := tx.PruneInvitations(tx.Now().Add(-invitedKept)); err != nil {
		return err
	}
	out, err := tx.InvitationsOut()
	if err == nil && out >= invitedMax {
		err = fault.New(fault.Conflict, "device.invitations_max", "max", invitedMax)
	}
	if err != nil {
		return err
	}
	return tx.AddInvitation(hash, Invited{By: by, Expires: tx.Now().Add(InvitedFor)})
}

// Awaited tells whether a PC may come with an invitation file: for the first time, again because it got no answer, or
// too late, of which it is to be told.
func Awaited(tx Tx) (bool, error) { return tx.InvitationsSince(tx.Now().Add(-invitedKept)) }

// Redeem lets the PC in that has the token of that hash: the first one that comes with it, in time, while who made
// the invitation may still let PCs in. The same PC may come again, for the answer may have been lost, as long as it
// was not shut out since. Faults: pair.invitation_unknown, pair.invitation_used, pair.invitation_over.
func Redeem(tx Tx, main Main, hash [32]byte, fingerprint, name string) error {
	in, known, err := tx.Invitation(hash)
	if err != nil {
		return err
	}
	if !known {
		return fault.New(fault.Conflict, "pair.invitation_unknown")
	}
	if in.Device == fingerprint {
		d, _, err := tx.DeviceByFingerprint(fingerprint)
		if err == nil && d.State != Active {
			err = fault.New(fault.Conflict, "pair.invitation_used")
		}
		return err
	}
	if by, err := tx.User(in.By); in.By != 0 &&
		(err != nil || by.Disabled || by.Ended(tx.Today()) || by.Rights.Scope(auth.DeviceManage) == auth.None) {
		return fault.New(fault.Conflict, "pair.invitation_unknown").Because(err)
	}
	taken, err := tx.TakeInvitation(hash, fingerprint)
	switch {
	case err != nil:
		return err
	case taken:
		return LetIn(tx, main, fingerprint, name, in.By)
	case in.Device != "":
		return fault.New(fault.Conflict, "pair.invitation_used")
	default:
		return fault.New(fault.Conflict, "pair.invitation_over")
	}
}
