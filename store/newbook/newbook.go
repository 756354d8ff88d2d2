// Package newbook makes the books that did not exist before: an empty one for its owner, and the sample
// company. A book that is put back from a copy is package rebuild's.
package newbook

import (
	"context"
	"crypto/rand"
	"errors"

	"zafe/app/auth"
	"zafe/app/company"
	"zafe/app/op"
	"zafe/app/password"
	"zafe/app/recovery"
	"zafe/app/setup"
	"zafe/app/user"
	"zafe/store"
)

// firstOwner is who made the book.
const firstOwner auth.UserID = 1

// PC is the PC that makes a book, and has it.
type PC struct {
	Name     string
	WriterID string // of its copies
	Root     []byte // PEM: what the PCs of the office will pin
}

// identity makes what makes a book itself, and what opens it: a fresh recovery key, and a password.
func (by PC) identity(o store.Options, password string) (id setup.Identity, sec store.Secrets, err error) {
	key, err := recovery.New(rand.Reader)
	if err != nil {
		return id, sec, err
	}
	id = setup.Identity{
		BookID: op.NewID(o.Clock()), VaultID: op.NewID(o.Clock()),
		WriterID: by.WriterID, WriterName: by.Name, RecoveryKey: key.String(), Root: by.Root,
	}
	return id, store.Secrets{
		BookID: id.BookID, Label: user.SlotLabel(firstOwner), Password: password, Recovery: key, Cost: o.SlotCost,
	}, nil
}

// Request is what a new book needs before anything else: its owner.
type Request struct {
	Company  string
	Name     string
	Login    string
	Email    string
	Password string
	Lang     string
}

// Create makes a book in dir and returns it open: it has its identity, its owner, the chart of accounts and
// the journals. Faults of the owner's name and password, and of [store.Create]. The clock of the options must
// be set.
func Create(ctx context.Context, dir string, by PC, r Request, o store.Options) (*store.Store, error) {
	owner, err := user.NewOwner(ctx, user.SaveRequest{
		Login: r.Login, Name: r.Name, Email: r.Email, Password: r.Password,
	}, user.Standard, password.Strong)
	if err != nil {
		return nil, err
	}
	id, sec, err := by.identity(o, r.Password)
	if err != nil {
		return nil, err
	}
	return store.Create(ctx, dir, sec, o, func(tx *store.Tx) error {
		owner.CreatedAt, owner.Lang = tx.Now(), r.Lang
		_, err := tx.SaveUser(owner)
		profile := company.Default()
		profile.Name = r.Company
		return errors.Join(err, setup.SaveIdentity(tx, id), tx.SetSetting("company", profile), setup.Seed(tx))
	})
}
