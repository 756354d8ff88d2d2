// Package opener lets a PC open its book by itself: it joins the slots of the key file with the secret
// that the PC keeps for one of them. It knows no screen, and no password but to fall back on.
package opener

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"

	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/opening"
	"zafe/app/recovery"
	"zafe/app/setup"
	"zafe/store"
	"zafe/store/crypt"
	"zafe/store/keyring"
)

// Ring keeps a secret for each book; *keyring.Ring does. Get of a secret that is not there is
// keyring.ErrAbsent.
type Ring interface {
	Get(book string) ([]byte, error)
	Set(book string, secret []byte) error
	Delete(book string) error
}

// PC is what this PC keeps. Warn is told why the book did not open by itself.
type PC struct {
	Ring Ring
	Warn func(what string, err error)
	// SlotCost is Argon2id's for the slot a rotation makes; the zero value is right.
	SlotCost crypt.KDF
}

// Alone tells whether a book, by what its key file says, is to open by itself.
func Alone(h store.Header) bool { return slices.Contains(h.Kinds, crypt.KindKeyring) }

// Unlock opens a book by what this PC keeps, else by a password. Faults: store.wrong_secret when there
// is no password either, store.wrong_password.
func (p *PC) Unlock(password string) store.Unlock {
	return func(k *crypt.Keys) (crypt.Root, error) {
		root, err := p.alone(k)
		switch {
		case err == nil:
			return root, nil
		case password == "":
			return root, fault.New(fault.Unauthenticated, "store.wrong_secret").Because(err)
		default:
			return store.WithPassword(password)(k)
		}
	}
}

func (p *PC) alone(k *crypt.Keys) (crypt.Root, error) {
	if !slices.ContainsFunc(k.Slots(), func(s crypt.SlotInfo) bool { return s.Kind == crypt.KindKeyring }) {
		return crypt.Root{}, errors.New("opener: the book has no slot for this PC")
	}
	secret, err := p.Ring.Get(k.Book())
	var root crypt.Root
	if err == nil {
		root, err = store.WithSecret(crypt.KindKeyring, secret)(k)
		clear(secret)
	}
	if err != nil {
		p.Warn("the book does not open by itself", err)
	}
	return root, err
}

// Keys are the slots of an open book with what this PC keeps.
type Keys struct {
	*store.Store
	pc *PC
}

var _ opening.Keys = Keys{}

// Keys returns those of an open book.
func (p *PC) Keys(st *store.Store) Keys { return Keys{st, p} }

// PC implements opening.Keys.
func (k Keys) PC(context.Context) (st opening.PC) {
	st.On = k.HasSlot(crypt.KindKeyring)
	secret, err := k.pc.Ring.Get(k.BookID())
	st.Keyring = err == nil || errors.Is(err, keyring.ErrAbsent)
	st.Works = err == nil && k.SecretOpens(crypt.KindKeyring, secret)
	clear(secret)
	return st
}

// SetAutomatic implements opening.Keys. The keyring has the secret before the book opens by it, and the
// book no longer opens by it before the keyring forgets it: killed in between, the program leaves a
// secret that opens nothing, or a slot that is tried in vain.
func (k Keys) SetAutomatic(ctx context.Context, on bool) error {
	if !on {
		if err := k.DropSecretSlots(ctx, crypt.KindKeyring); err != nil {
			return err
		}
		if err := k.pc.Ring.Delete(k.BookID()); err != nil {
			k.pc.Warn("the keyring keeps a secret that opens nothing", err)
		}
		return nil
	}
	secret := make([]byte, 32)
	defer clear(secret)
	if _, err := rand.Read(secret); err != nil {
		return err
	}
	switch err := k.pc.Ring.Set(k.BookID(), secret); {
	case errors.Is(err, keyring.ErrSilent):
		return fault.New(fault.Unavailable, "opening.keyring_silent").Because(err)
	case err != nil:
		return fault.New(fault.Unavailable, "opening.no_keyring").Because(err)
	}
	return k.SetSecretSlot(ctx, crypt.KindKeyring, secret)
}

// Rotate implements opening.Keys.
func (k Keys) Rotate(ctx context.Context, label, password string, note func(op.Tx) error,
	progress func(done, total uint32),
) error {
	var id setup.Identity
	err := k.View(ctx, func(tx *store.Tx) (err error) { id, _, err = setup.IdentityOf(tx); return err })
	if err != nil {
		return err
	}
	key, err := recovery.Parse(id.RecoveryKey)
	if err != nil {
		return err
	}
	defer clear(key[:])
	return k.Store.Rotate(ctx, store.Rotation{
		Label: label, Password: password, Recovery: key, Cost: k.pc.SlotCost,
		Init: func(tx *store.Tx) error { return note(tx) },
	}, progress)
}
