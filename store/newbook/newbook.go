// Package newbook makes the books that did not exist before: an empty one for its owner, and the sample company.
// A book that is put back from a copy is package rebuild's.
package newbook

import (
	"context"
	"errors"

	"zafe/app/auth"
	"zafe/app/company"
	"zafe/app/password"
	"zafe/app/recovery"
	"zafe/app/setup"
	"zafe/app/user"
	"zafe/store"
)

// firstOwner is who made the book.
const firstOwner auth.UserID = 1

// Request is what a new book needs before anything else: its owner.
type Request struct {
	Company  string
	Name     string
	Login    string
	Email    string
	Password string
	Lang     string
}

// Create makes a book in dir and returns it open: it has its identity, its owner, the chart of accounts and the
// journals. Faults of the owner's name and password, and of [store.Create].
func Create(ctx context.Context, dir string, r Request, id setup.Identity, key recovery.Key, o store.Options,
) (*store.Store, error) {
	owner, err := user.NewOwner(ctx, user.SaveRequest{
		Login: r.Login, Name: r.Name, Email: r.Email, Password: r.Password,
	}, user.Standard, password.Strong)
	if err != nil {
		return nil, err
	}
	sec := store.Secrets{
		BookID: id.BookID, Label: user.SlotLabel(firstOwner), Password: r.Password, Recovery: key, Cost: o.SlotCost,
	}
	return store.Create(ctx, dir, sec, o, func(tx *store.Tx) error {
		owner.CreatedAt, owner.Lang = tx.Now(), r.Lang
		_, err := tx.SaveUser(owner)
		profile := company.Default()
		profile.Name = r.Company
		return errors.Join(err, setup.SaveIdentity(tx, id), tx.SetSetting("company", profile), setup.Seed(tx))
	})
}
