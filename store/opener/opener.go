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

// Keeper keeps a secret that opens slots of a kind.
type Keeper struct {
	Kind string // of the slots, as in crypt
	Ring Ring
}

// PC is what this PC keeps. Warn is told why the book did not open by itself.
type PC struct {
	Keepers []Keeper // the first that answers is taken
	Warn    func(what string, err error)
	// SlotCost is Argon2id's for the slot a rotation makes; the zero value is right.
	SlotCost crypt.KDF
}

// Alone tells whether a book, by what its key file says, is to open by itself.
func (p *PC) Alone(h store.Header) bool {
	return slices.ContainsFunc(p.Keepers, func(k Keeper) bool { return slices.Contains(h.Kinds, k.Kind) })
}

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

func (p *PC) alone(k *crypt.Keys) (root crypt.Root, err error) {
	err = errors.New("opener: the book has no slot for this PC")
	for _, keeper := range p.Keepers {
		if !slices.ContainsFunc(k.Slots(), func(s crypt.SlotInfo) bool { return s.Kind == keeper.Kind }) {
			continue
		}
		var secret []byte
		if secret, err = keeper.Ring.Get(k.Book()); err == nil {
			root, err = store.WithSecret(keeper.Kind, secret)(k)
			clear(secret)
		}
		if err == nil {
			return root, nil
		}
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
	for _, keeper := range k.pc.Keepers {
		secret, err := keeper.Ring.Get(k.BookID())
		if st.Offers == "" && (err == nil || errors.Is(err, keyring.ErrAbsent)) {
			st.Offers = keeper.Kind
		}
		if k.HasSlot(keeper.Kind) {
			st.By = keeper.Kind
			st.Works = st.Works || err == nil && k.SecretOpens(keeper.Kind, secret)
		}
		clear(secret)
	}
	return st
}

// SetAutomatic implements opening.Keys. The secret is kept before the book opens by it, and the book no
// longer opens by it before it is forgotten: killed in between, the program leaves a secret that opens
// nothing, or a slot that is tried in vain.
func (k Keys) SetAutomatic(ctx context.Context, on bool) error {
	kept := ""
	if on {
		var err error
		if kept, err = k.keep(ctx); err != nil {
			return err
		}
	}
	for _, keeper := range k.pc.Keepers {
		if keeper.Kind == kept || !k.HasSlot(keeper.Kind) {
			continue
		}
		if err := k.DropSecretSlots(ctx, keeper.Kind); err != nil {
			return err
		}
		if err := keeper.Ring.Delete(k.BookID()); err != nil {
			k.pc.Warn("this PC keeps a secret that opens nothing", err)
		}
	}
	return nil
}

// keep gives a new secret to the first keeper that takes it, and its kind.
func (k Keys) keep(ctx context.Context) (string, error) {
	secret := make([]byte, 32)
	defer clear(secret)
	if _, err := rand.Read(secret); err != nil {
		return "", err
	}
	var errs []error
	for _, keeper := range k.pc.Keepers {
		err := keeper.Ring.Set(k.BookID(), secret)
		if err == nil {
			return keeper.Kind, k.SetSecretSlot(ctx, keeper.Kind, secret)
		}
		errs = append(errs, err)
	}
	err := errors.Join(errs...)
	if errors.Is(err, keyring.ErrSilent) {
		return "", fault.New(fault.Unavailable, "opening.keyring_silent").Because(err)
	}
	return "", fault.New(fault.Unavailable, "opening.no_keyring").Because(err)
}

// Rotate implements opening.Keys.
func (k Keys) Rotate(ctx context.Context, r opening.Rotation) error {
	key, err := k.recovery(ctx, r.Sheet)
	if err != nil {
		return err
	}
	defer clear(key[:])
	return k.Store.Rotate(ctx, store.Rotation{
		Label: r.Label, Password: r.Password, Recovery: key, Cost: k.pc.SlotCost,
		Init: func(tx *store.Tx) error {
			if r.Sheet {
				if err := setup.Renew(tx, key, op.NewID(tx.Now())); err != nil {
					return err
				}
			}
			return r.Note(tx)
		},
	}, r.Progress)
}

// recovery is the recovery key that the book has, or a new one.
func (k Keys) recovery(ctx context.Context, fresh bool) (recovery.Key, error) {
	if fresh {
		return recovery.New(rand.Reader)
	}
	var id setup.Identity
	err := k.View(ctx, func(tx *store.Tx) (err error) { id, _, err = setup.IdentityOf(tx); return err })
	if err != nil {
		return recovery.Key{}, err
	}
	return recovery.Parse(id.RecoveryKey)
}
