// Package notify tells how the copies stand to those who do not look at them: letters by e-mail, a call to a watcher
// outside the house that raises the alarm when it is no longer called (a dead man's switch), and a word in every window
// of the office while the copies are red. It decides what is said, when and in which words; how it travels is its
// [Carrier]'s business, and how the copies stand that of package backup's engine.
package notify

import (
	"context"
	"time"

	"zafe/app/audit"
	"zafe/app/auth"
	"zafe/app/backup"
	"zafe/app/civil"
	"zafe/app/company"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/user"
)

// Tx is what this package needs of a transaction.
type Tx interface {
	op.Tx
	company.Settings
	Today() civil.Date
	Users() ([]user.User, error)
	Measures(since time.Time) ([]backup.Measure, error)
	Head() (audit.Event, error)
}

// Copies are the copies of the book; package backup's engine is.
type Copies interface {
	Status(ctx context.Context) (backup.Status, error)
	// Points lists the restore points of a place, this PC's for "", the newest first.
	Points(ctx context.Context, id string) ([]backup.Point, error)
}

// Account is the mail box that letters leave from.
type Account struct {
	Host            string
	Port            int
	Security        Security
	Login, Password string // no log-in when Login is ""
}

// Letter is one e-mail, of plain text.
type Letter struct {
	From, To, Subject, Body string
	At                      time.Time
}

// Carrier takes things out of the house; sync/notify does. Neither call outlasts its own time-out, and what they
// refuse is a fault that tells a person what to do and holds no secret.
type Carrier interface {
	Send(ctx context.Context, a Account, l Letter) error
	// Call asks for an address of https and gives nothing with it.
	Call(ctx context.Context, url string) error
}

// Status is how the notices are set and what became of the last ones.
type Status struct {
	Settings
	PasswordKept bool         `json:"password_kept"`
	Watcher      string       `json:"watcher"`              // the host that is called; the rest of its address is a secret
	Mailed       time.Time    `json:"mailed,omitzero"`      // the last letter that left
	MailFault    *fault.Fault `json:"mail_fault,omitempty"` // why the next one has not
	Called       time.Time    `json:"called,omitzero"`      // the last call that was answered
	CallFault    *fault.Fault `json:"call_fault,omitempty"` // why the next one was not
}

// Light is all that everybody may know of the copies.
type Light struct {
	Light backup.Light `json:"light"`
	Tell  []string     `json:"tell,omitempty"` // whom to tell when it is red
}

// The operations on notices. Save and Try can refuse with notify.password_missing, notify.ping_missing, and
// notify.password_again: the password that is kept goes to no other server than the one it was given for.
var (
	Get = op.Op[op.Empty, Status]{Spec: op.Spec{
		Name: "notify.get", Kind: op.Query, Needs: auth.BackupPlace, Since: 1,
		Doc: "Tells where notices about the copies go, and what became of the last ones.",
	}}
	Save = op.Op[SaveRequest, Status]{Spec: op.Spec{
		Name: "notify.save", Kind: op.Command, Needs: auth.BackupPlace, Fresh: true, Since: 1, Secret: true,
		Doc: "Sets where notices about the copies go.",
	}}
	Try = op.Op[SaveRequest, op.Empty]{Spec: op.Spec{
		Name: "notify.try", Kind: op.Action, Needs: auth.BackupPlace, Fresh: true, Since: 1, Secret: true,
		Doc: "Sends a letter and calls the watcher by settings that are not kept yet.",
	}}
	LightOf = op.Op[op.Empty, Light]{Spec: op.Spec{
		Name: "notify.light", Kind: op.Query, Needs: auth.Anyone, Since: 1,
		Doc: "Tells everybody how worried to be about the copies, and whom to tell.",
	}}
)

// Bind registers the operations.
func Bind[T Tx](r *op.Registry[T], s *Service[T]) {
	op.Bind(r, Get, func(_ context.Context, tx T, _ op.Empty) (Status, error) { return statusOf(tx) })
	op.Bind(r, Save, func(ctx context.Context, tx T, req SaveRequest) (Status, error) {
		op.AfterCommit(ctx, s.changed)
		return save(ctx, tx, req)
	})
	op.BindAction(r, Try, func(ctx context.Context, req SaveRequest) (op.Empty, error) {
		return op.Empty{}, s.try(ctx, req)
	})
	op.BindElsewhere(r, LightOf, func(ctx context.Context, _ op.Empty) (Light, error) { return s.light(ctx) })
}

// tellMost is how many people a notice names.
const tellMost = 3

// light is asked by every window each half minute.
func (s *Service[T]) light(ctx context.Context) (Light, error) {
	st, err := s.Copies.Status(ctx)
	if err != nil || st.Light != backup.Red {
		return Light{Light: st.Light}, err
	}
	out := Light{Light: st.Light}
	err = s.Work.View(ctx, func(tx T) error {
		users, err := tx.Users()
		for _, u := range users {
			if u.Role == auth.Owner && !u.Disabled && !u.Ended(tx.Today()) && len(out.Tell) < tellMost {
				out.Tell = append(out.Tell, u.Name)
			}
		}
		return err
	})
	return out, err
}
