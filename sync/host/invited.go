package host

import (
	"context"
	"errors"
	"io"
	"net"

	"zafe/app/auth"
	appdevice "zafe/app/device"
	"zafe/app/fault"
	"zafe/app/user"
	"zafe/sync/device"
	"zafe/sync/lan"
	"zafe/sync/pair"
)

// InviteFile implements appdevice.Inviter. Faults device.not_serving, device.invitations_max.
func (h *Host[T]) InviteFile(ctx context.Context, by auth.UserID, address string, w io.Writer) error {
	port := int(h.port.Load())
	if port == 0 {
		return fault.New(fault.Conflict, "device.not_serving")
	}
	addresses := lan.Addresses(port)
	if address != "" {
		addresses = append([]string{lan.WithPort(address)}, addresses...)
	}
	if len(addresses) == 0 {
		return fault.New(fault.Conflict, "device.no_address")
	}
	file, hash, err := pair.NewTicket(h.desk.Root, addresses, h.set.Clock().Add(appdevice.InvitedFor))
	if err != nil {
		return err
	}
	err = h.set.Book.Update(ctx, func(tx T) error { return appdevice.KeepInvitation(tx, hash, by) })
	if err != nil {
		return err
	}
	_, err = w.Write(file)
	return err
}

// awaited tells whether an invitation file is out. Nobody is let in by a book that cannot be read.
func (h *Host[T]) awaited(ctx context.Context) (out bool) {
	err := h.set.Book.View(ctx, func(tx T) (err error) { out, err = appdevice.Awaited(tx); return err })
	if err != nil {
		h.set.Log("invitations", err)
	}
	return out && err == nil
}

// redeem lets a PC in by the token of that hash. Who has none, and anybody may come with one, costs no write. A second
// PC with the same one is told of: somebody has read the file.
func (h *Host[T]) redeem(ctx context.Context, hash [32]byte, fp device.Fingerprint, name string, from net.Addr) error {
	var in appdevice.Invited
	known := false
	err := h.set.Book.View(ctx, func(tx T) (err error) { in, known, err = tx.Invitation(hash); return err })
	if err == nil && !known {
		err = fault.New(fault.Conflict, "pair.invitation_unknown")
	}
	if err != nil {
		return err
	}
	err = h.set.Book.Update(ctx, func(tx T) error { return appdevice.Redeem(tx, h, hash, string(fp), name) })
	if fault.KeyOf(err) == "pair.invitation_used" {
		return errors.Join(err, h.tell(ctx, fp, from, in.By, user.NoticeInvited))
	}
	return err
}
