// Package repair is what owners may have done to a book of this PC that nobody has open and that is not what it
// should be: accepted without its ledger, put back as it was before its last update. It says who may and what is
// checked first; how it is done is the store's business.
package repair

import (
	"context"
	"errors"
	"fmt"
	"time"

	"zafe/app/auth"
	"zafe/app/billing"
	"zafe/app/fault"
	"zafe/app/user"
	"zafe/app/verify"
	"zafe/store"
	"zafe/store/checkup"
	"zafe/store/witness"
)

// Accepted is what a repair accepted, or would accept.
type Accepted struct {
	File   string // the file that was lost or damaged
	Why    string // missing, damaged
	Cut    bool   // the last operation was not wholly written, and is gone
	Pages  int64
	Events int64  // in the chain, unbroken
	Aside  string // where the book as it was is kept; "" for a rehearsal
}

// Accept takes the book in dir as it is, under a new ledger, when an owner asks for it, it goes as far as this PC
// saw it, and all that can still be checked is sound. Its chain says what was accepted. The book as it was goes to
// Options.Aside, which must be set, as must its clock. Without place all is done on a copy that is thrown away.
// Faults: store.repair_unsound, store.repair_older, store.owner_only and those of [user.User.Is] for the name given
// and of [store.Accept].
func Accept(ctx context.Context, dir string, unlock store.Unlock, o store.Options, seen verify.Seen, login string,
	place bool,
) (out Accepted, err error) {
	err = store.Accept(ctx, dir, unlock, o, store.Repair{
		Head: seen.Seal, Place: place,
		Check: func(ctx context.Context, st *store.Store, d store.Damage) error {
			out.File, out.Why, out.Cut = d.File, d.Why, d.Cut
			return judge(ctx, st, o.Clock, seen, login, &out)
		},
	})
	if err == nil && place {
		out.Aside = o.Aside
	}
	return out, err
}

// judge has the last word on a book whose ledger was made anew, and notes in the chain what is accepted.
func judge(ctx context.Context, st *store.Store, clock func() time.Time, seen verify.Seen, login string, out *Accepted,
) error {
	var owner user.User
	err := st.View(ctx, func(tx *store.Tx) (err error) {
		if owner, err = ownerOf(tx, st.OpenedBy()); err != nil {
			return err
		}
		return errors.Join(owner.Is(login), witness.Reaches(tx, seen))
	})
	if err != nil {
		return err
	}
	rep, err := verify.New(checkup.Settings(st, clock)).Run(ctx)
	if err != nil {
		return err
	}
	if n := len(rep.Findings); n > 0 {
		return fault.New(fault.Conflict, "store.repair_unsound", "n", n)
	}
	out.Pages, out.Events = rep.Counted("seal"), rep.Events
	return st.Update(ctx, func(tx *store.Tx) error {
		a := verify.Acceptance{At: tx.Now(), By: owner.Name, File: out.File, Cut: out.Cut}
		if err := verify.Accept(tx, a); err != nil {
			return err
		}
		// Nobody can tell any more whether the last numbers given out are in it.
		last, err := tx.Head()
		if err != nil {
			return err
		}
		if err := billing.AskNumbers(tx, last.At, tx.Now()); err != nil {
			return err
		}
		what := fmt.Sprintf(`{"cut":%t,"events":%d,"file":%q,"pages":%d,"why":%q}`,
			out.Cut, rep.Events, out.File, out.Pages, out.Why)
		return tx.NoteAccepted(int64(owner.ID), owner.Name, what)
	})
}

// ownerOf is the active owner whose slot opened the book; the recovery key speaks for the first one.
func ownerOf(tx *store.Tx, label string) (user.User, error) {
	people, err := tx.Users()
	if err != nil {
		return user.User{}, err
	}
	for _, u := range people {
		if u.Role == auth.Owner && !u.Disabled && (label == "recovery" || label == user.SlotLabel(u.ID)) {
			return u, nil
		}
	}
	return user.User{}, fault.New(fault.Forbidden, "store.owner_only")
}

// mayGoBack refuses who is no owner: a start delegate's password opens the book, and no more.
func mayGoBack(tx *store.Tx, label string) error {
	_, err := ownerOf(tx, label)
	return err
}

// LookBack tells an owner what GoBack would lose. Faults: store.owner_only and those of [store.LookBack].
func LookBack(ctx context.Context, dir string, unlock store.Unlock, o store.Options) (store.Earlier, error) {
	return store.LookBack(ctx, dir, unlock, o, mayGoBack)
}

// GoBack puts the book in dir back as it was before its last update, when an owner asks for it; the present one
// goes to Options.Aside. The password that opened logs its owner in there, though it may have been changed since;
// "" when the recovery key did, which gives an owner a new one once the book is open. Line begins another line of the
// book, as [relay.Raise] does: the other PCs saw more. Faults: store.owner_only and those of [store.GoBack].
func GoBack(ctx context.Context, dir string, unlock store.Unlock, o store.Options, password string,
	line func(*store.Tx) error,
) error {
	return store.GoBack(ctx, dir, unlock, o, mayGoBack, func(tx *store.Tx, label string) error {
		last, err := tx.Head()
		if err != nil {
			return err
		}
		if err := errors.Join(billing.AskNumbers(tx, last.At, tx.Now()), line(tx)); err != nil {
			return err
		}
		if password == "" {
			return nil
		}
		u, err := ownerOf(tx, label)
		if err == nil {
			_, err = user.Reset(ctx, tx, u.Login, password, user.Standard, anything)
		}
		return err
	})
}

// anything is the policy for a password that was chosen before.
func anything(string, []string, bool) error { return nil }
