package repair

import (
	"context"
	"errors"

	"zafe/app/billing"
	"zafe/app/fault"
	"zafe/app/relay"
	"zafe/app/setup"
	"zafe/app/user"
	"zafe/app/verify"
	"zafe/store"
)

// Taking is the PC that takes over: the name under which its backups go, and what relay.Taking says of it.
type Taking struct {
	WriterID   string
	WriterName string
	Main       string
	Above      int64
	Before     int64
	// Seen is how far the book was seen to go, zero if that does not matter.
	Seen verify.Seen
}

// TakeOver makes the PC of the book in dir, which nobody has open, the main one when an owner asks for it, and returns
// the book's identifier and post. Nobody knows whether the last numbers given out are in it: they are asked for.
// Faults: relay.copy_behind when the book was seen to go further, store.owner_only and those of [store.Open].
func TakeOver(ctx context.Context, dir string, unlock store.Unlock, o store.Options, t Taking) (
	book string, post relay.Post, err error,
) {
	st, err := store.Open(ctx, dir, unlock, o)
	if err != nil {
		return "", post, err
	}
	err = st.Update(ctx, func(tx *store.Tx) error {
		owner, err := ownerOf(tx, st.OpenedBy())
		if err != nil {
			return err
		}
		book, post, err = take(tx, owner, t)
		return err
	})
	return book, post, errors.Join(err, st.Close())
}

func take(tx *store.Tx, owner user.User, t Taking) (book string, post relay.Post, err error) {
	last, err := tx.Head()
	if err != nil {
		return "", post, err
	}
	id, _, err := setup.IdentityOf(tx)
	if err != nil {
		return "", post, err
	}
	if n := t.Seen.Event - last.ID; n > 0 && t.Seen.Book == id.BookID {
		return "", post, fault.New(fault.Conflict, "relay.copy_behind", "at", last.At, "n", n)
	}
	d, known, err := tx.DeviceByFingerprint(t.Main)
	if err != nil {
		return "", post, err
	}
	if known { // its owner may have given it another name
		t.WriterName = d.Name
	}
	id.WriterID, id.WriterName = t.WriterID, t.WriterName
	if err := errors.Join(setup.SaveIdentity(tx, id), billing.AskNumbers(tx, last.At, tx.Now())); err != nil {
		return "", post, err
	}
	post, err = relay.TakeOver(tx, relay.Taking{
		Owner: owner.ID, Name: owner.Name, Main: t.Main, Above: t.Above, Before: t.Before,
	})
	return id.BookID, post, err
}
