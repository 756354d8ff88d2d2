package rebuild

import (
	"context"
	"errors"
	"fmt"

	"zafe/app/billing"
	"zafe/app/company"
	"zafe/app/op"
	"zafe/app/password"
	"zafe/app/plan"
	"zafe/app/recovery"
	"zafe/app/relay"
	"zafe/app/setup"
	"zafe/app/user"
	"zafe/app/verify"
	"zafe/store"
	"zafe/store/kept"
)

// Request says whose a book is that is put back, and where.
type Request struct {
	Login      string // of the owner whose password it becomes; "" for the first owner in work
	Password   string
	Recovery   recovery.Key
	Shared     bool   // the key came from two of its shares: its own sheet was not read
	WriterID   string // of this PC, new
	WriterName string
	Above      int64  // the highest term of a main PC known here: see [relay.Raise]
	Own        string // the fingerprint by which others know this PC: see there
}

// Check refuses what the book would refuse, as far as it can be told before anything is downloaded. Faults as
// [user.CheckReset].
func (r Request) Check() error { return user.CheckReset(r.Login, r.Password, password.Strong) }

// Own is a book that is put back as this PC's own.
type Own struct {
	pages
	dir     string
	options store.Options
	request Request

	owner   user.User // whose password it is
	company string
	events  int64 // in the chain
}

// NewOwn prepares a book in dir under fresh keys. A book that is there goes to Options.Aside; the clock of
// the options must be set. Faults of its Commit: backup.totals_differ, user.not_found and those of passwords.
func NewOwn(dir string, o store.Options, r Request) *Own {
	return &Own{dir: dir, options: o, request: r}
}

var _ Receiver = (*Own)(nil)

// Begin implements [Receiver].
func (b *Own) Begin(ctx context.Context, _ int, _ uint32) error {
	sec := store.Secrets{
		BookID: op.NewID(b.options.Clock()), Password: b.request.Password, Recovery: b.request.Recovery,
		Cost: b.options.SlotCost,
		// Under another's label it would go on opening the book after its owner changed it or left.
		Owner: func() string { return user.SlotLabel(b.owner.ID) },
	}
	b.begin(ctx, b.dir, sec, b.options, b.adopt)
	return nil
}

// adopt is the first transaction after the pages: a new writer for the backups, a new password, every session
// over, and the event that says so.
func (b *Own) adopt(tx *store.Tx, c Copy) error {
	if err := promised(tx, c); err != nil {
		return err
	}
	id, ok, err := setup.IdentityOf(tx)
	if err != nil || !ok {
		return errors.Join(err, differs())
	}
	id.WriterID, id.WriterName = b.request.WriterID, b.request.WriterName
	profile, err := company.Of(tx)
	if err != nil {
		return err
	}
	b.company = profile.Name
	r := b.request
	b.owner, err = user.Reset(context.Background(), tx, r.Login, r.Password, user.Standard, password.Strong)
	if err != nil {
		return err
	}
	last, err := tx.Head()
	if err != nil {
		return err
	}
	b.events = last.ID
	if !r.Shared {
		if err := setup.Opened(tx, r.Recovery); err != nil {
			return err
		}
	}
	// What the other PC found and did was about its own files.
	return errors.Join(setup.SaveIdentity(tx, id), relay.Raise(tx, b.request.Above, b.request.Own), kept.Restart(tx, c.Point), verify.Forget(tx),
		billing.AskNumbers(tx, c.Point.Made, tx.Now()), plan.AskCause(tx, c.Point.Made, tx.Now()),
		tx.NoteRestored(fmt.Sprintf(`{"writer":%q,"seq":%d}`, c.WriterID, c.Seq)))
}

// Restored is what came back.
type Restored struct {
	Login    string // of the owner whose password it is now
	Company  string
	Events   int64 // in the chain
	Invoices int64 // issued invoices and credit notes
}

// Restored is known once Commit succeeded.
func (b *Own) Restored() Restored {
	return Restored{Login: b.owner.Login, Company: b.company, Events: b.events, Invoices: b.of.Point.Invoices}
}
