package newbook

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"zafe/app/auth"
	"zafe/app/demo"
	"zafe/app/durable"
	"zafe/app/op"
	"zafe/app/setup"
	"zafe/app/user"
	"zafe/store"
	"zafe/store/crypt"
)

// The sample's passwords are printed for all to see, slowing guesses down would be theatre.
var (
	sampleSlot = crypt.KDF{Time: 1, MemoryKiB: 64, Threads: 1}
	sampleHash = user.Hashing{Passes: 1, MemoryKiB: 64, Threads: 1}
)

// Sample makes the sample company's book in dir, closed, through the operations that bind registers. log is
// told of each call, progress how much is done. Nothing is in dir before all of it is. The clock of the
// options must be set: it gives the identity, and the sample's own all the rest.
func Sample(ctx context.Context, dir string, by PC, z demo.Size, o store.Options,
	bind func(*op.Registry[*store.Tx], *store.Store), log func(op.Record), progress func(done, total int64),
) error {
	o.SlotCost = sampleSlot
	id, sec, err := by.identity(o, demo.People[0].Password)
	if err != nil {
		return err
	}
	id.Demo = true
	clock := &stepClock{}
	clock.Set(demo.FirstDay.In(time.UTC))
	o.Clock, o.Zone = clock.now, time.UTC
	fresh := dir + ".making" // a killed one leaves no half company behind
	if err := os.RemoveAll(fresh); err != nil {
		return err
	}
	st, err := store.Create(ctx, fresh, sec, o, func(tx *store.Tx) error { return people(ctx, tx, id) })
	if err != nil {
		return err
	}
	reg := op.New[*store.Tx](st, nobody{}, clock.now, log)
	bind(reg, st)
	err = demo.Fill(ctx, op.Local[*store.Tx]{Registry: reg}, clock, z, progress)
	if err = errors.Join(err, st.Close()); err != nil {
		return errors.Join(err, os.RemoveAll(fresh))
	}
	return errors.Join(crypt.Rename(fresh, dir), durable.Folder(filepath.Dir(dir)))
}

// people fills the first transaction of the sample company.
func people(ctx context.Context, tx *store.Tx, id setup.Identity) error {
	for _, d := range demo.People {
		r := user.SaveRequest{Login: d.Login, Name: d.Name, Password: d.Password}
		u, err := user.NewOwner(ctx, r, sampleHash, anything)
		if err != nil {
			return err
		}
		u.Role, u.Secret, u.SecondOn, u.CreatedAt = d.Role, d.Secret, d.Secret != "", tx.Now()
		if _, err := tx.SaveUser(u); err != nil {
			return err
		}
	}
	done := setup.Progress{Step: setup.Done, SheetKnown: true}
	return errors.Join(setup.SaveIdentity(tx, id), tx.SetSetting("setup", done), setup.Seed(tx))
}

func anything(string, []string, bool) error { return nil }

// stepClock is the clock of the sample company while it is made.
type stepClock struct{ at atomic.Int64 }

// Set implements demo.Clock.
func (c *stepClock) Set(t time.Time) { c.at.Store(t.UnixMilli()) }

func (c *stepClock) now() time.Time { return time.UnixMilli(c.at.Load()).UTC() }

// nobody logs in while the sample is made: calls carry their actor.
type nobody struct{}

// Authenticate implements op.Authenticator.
func (nobody) Authenticate(context.Context, op.Credential) (auth.Actor, error) {
	return auth.Actor{}, nil
}
