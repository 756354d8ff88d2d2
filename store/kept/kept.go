// Package kept is what services around a book keep in it: each what it knows, in a setting that is theirs
// alone. What these mean is their business.
package kept

import (
	"context"
	"errors"
	"time"

	"zafe/app/backup"
	"zafe/app/notify"
	"zafe/store"
)

// The settings. The names are permanent.
const (
	destinations = "backup.config"
	copies       = "backup.state"
	origin       = "backup.origin" // the restore point that the book was put back from
	jobs         = "jobs.last"
	rules        = "backup.rules"
)

// Setting is a setting of a book that holds what its owner alone understands.
type Setting struct {
	store *store.Store
	key   string
}

// Destinations is where the backups keep their destinations.
func Destinations(st *store.Store) Setting { return Setting{st, destinations} }

// Copies is where the backups keep what they know of the copies.
func Copies(st *store.Store) Setting { return Setting{st, copies} }

// Rules is where the backups keep what the owner decided on their rhythm. They stay with a book that is restored.
func Rules(st *store.Store) Setting { return Setting{st, rules} }

// Load returns what was saved last, nil when nothing was.
func (s Setting) Load(ctx context.Context) (data []byte, err error) {
	err = s.store.View(ctx, func(tx *store.Tx) error { _, err := tx.Setting(s.key, &data); return err })
	return data, err
}

// Save replaces it.
func (s Setting) Save(ctx context.Context, data []byte) error {
	return s.store.Update(ctx, func(tx *store.Tx) error { return tx.SetSetting(s.key, data) })
}

// Jobs is where the last success of each job is kept.
type Jobs struct{ Store *store.Store }

// Last implements job.Memory.
func (j Jobs) Last(ctx context.Context) (last map[string]time.Time, err error) {
	err = j.Store.View(ctx, func(tx *store.Tx) error { _, err := tx.Setting(jobs, &last); return err })
	return last, err
}

// Done implements job.Memory.
func (j Jobs) Done(ctx context.Context, name string, at time.Time) error {
	return j.Store.Update(ctx, func(tx *store.Tx) error {
		last := map[string]time.Time{}
		if _, err := tx.Setting(jobs, &last); err != nil {
			return err
		}
		last[name] = at
		return tx.SetSetting(jobs, last)
	})
}

// Origin is the restore point that the book was put back from, nil for none.
func Origin(ctx context.Context, st *store.Store) (p *backup.Point, err error) {
	err = st.View(ctx, func(tx *store.Tx) error { _, err := tx.Setting(origin, &p); return err })
	return p, err
}

// Restart makes a book that was put back from a point start anew here: what is known of copies, notices and jobs was
// known on another PC. Its destinations stay, and where notices go.
func Restart(tx *store.Tx, from backup.Point) error {
	return errors.Join(tx.SetSetting(copies, []byte(nil)), tx.SetSetting(origin, from),
		tx.SetSetting(notify.StateKey, struct{}{}), tx.SetSetting(jobs, map[string]time.Time{}))
}

// Measures keeps what was measured about the copies in the journal of the book.
type Measures struct{ Store *store.Store }

// Note implements keeper.Measures.
func (m Measures) Note(ctx context.Context, measure backup.Measure) error {
	return m.Store.Update(ctx, func(tx *store.Tx) error { return tx.AddMeasure(measure) })
}

// Proof implements keeper.Measures.
func (m Measures) Proof(ctx context.Context, seq uint64) (p *backup.Measure, err error) {
	err = m.Store.View(ctx, func(tx *store.Tx) (err error) { p, err = tx.Proof(seq); return err })
	return p, err
}

// ChangeAfter implements keeper.Measures.
func (m Measures) ChangeAfter(ctx context.Context, change uint64) (at time.Time, err error) {
	err = m.Store.View(ctx, func(tx *store.Tx) (err error) { at, err = tx.ChangeAfter(change); return err })
	return at, err
}
