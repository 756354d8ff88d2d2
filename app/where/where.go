// Package where answers one question for whoever works on the book: where are my data? Where the book is, who can open
// it, where its copies are and in which country, what leaves the main PC, and whom to ask. All of it is looked up at
// the moment it is asked; nothing is declared by anybody.
package where

import (
	"context"
	"slices"
	"time"

	"zafe/app/auth"
	"zafe/app/backup"
	"zafe/app/civil"
	"zafe/app/company"
	"zafe/app/device"
	"zafe/app/notify"
	"zafe/app/op"
	"zafe/app/opening"
	"zafe/app/relay"
	"zafe/app/user"
)

// Seat is what the PC that asks has of the book.
type Seat string

// The seats.
const (
	Main  Seat = "main"  // the book itself
	Relay Seat = "relay" // a sealed copy that follows
	Guest Seat = "guest" // nothing: it works on the main PC's
)

// Opener is something that opens the sealed book; Name is whose password it is.
type Opener struct {
	Kind string `json:"kind"` // as [opening.Slot]
	Name string `json:"name,omitempty"`
}

// Copy is a place that copies are sent to. Its label is only for those who may see how the copies stand.
type Copy struct {
	Label    string    `json:"label,omitempty"`
	Provider string    `json:"provider"`
	Away     bool      `json:"away"`              // in another building than the book
	OnDisk   bool      `json:"on_disk,omitempty"` // on the disk that holds the book
	Country  string    `json:"country,omitempty"` // ISO 3166-1; "" where the settings of the place do not tell
	LastOK   time.Time `json:"last_ok,omitzero"`
}

// Map is where the data are.
type Map struct {
	Seat    Seat      `json:"seat"`
	Main    string    `json:"main"`             // name of the main PC
	Folder  string    `json:"folder,omitempty"` // of the book there, for those who look after the copies
	Relay   string    `json:"relay,omitempty"`  // name of the PC that has a sealed copy that follows
	Openers []Opener  `json:"openers"`
	Logins  int       `json:"logins"` // people who may log in
	PCs     int       `json:"pcs"`    // PCs beside the main one that are let in
	Saved   time.Time `json:"saved,omitzero"`
	Copies  []Copy    `json:"copies"`
	// Mail and Watcher tell that notices about the copies go to servers outside, whose names are for those who look
	// after the copies.
	Mail        bool     `json:"mail,omitempty"`
	MailHost    string   `json:"mail_host,omitempty"`
	Watcher     bool     `json:"watcher,omitempty"`
	WatcherHost string   `json:"watcher_host,omitempty"`
	Journal     []string `json:"journal"` // who may read what everybody did
	Ask         []string `json:"ask"`     // the owners
}

// Get is the operation.
var Get = op.Op[op.Empty, Map]{Spec: op.Spec{
	Name: "where.get", Kind: op.Query, Needs: auth.Anyone, Since: 1,
	Doc: "Tells where the data are: the book, who opens it, its copies, what leaves the main PC and whom to ask.",
}}

// Tx is what this package needs of a transaction.
type Tx interface {
	op.Tx
	company.Settings
	Today() civil.Date
	Users() ([]user.User, error)
	Devices() ([]device.Device, error)
}

// Copies tell how the copies stand; package backup's engine does.
type Copies interface {
	Status(ctx context.Context) (backup.Status, error)
	// Country is where a destination keeps what it is given, as its settings tell: "" when they do not.
	Country(id string) string
}

// Around is the main PC.
type Around struct {
	Name string // its own
	// Own is the fingerprint under which the book has it, with a name that an owner may have given it; "" where it has
	// not. May be nil.
	Own    func() string
	Folder string // of the book
	// Slots lists what opens the book.
	Slots  func(ctx context.Context) ([]opening.Slot, error)
	Copies Copies
}

// Bind registers the operation.
func Bind[T Tx](r *op.Registry[T], work op.Work[T], a Around) {
	op.BindElsewhere(r, Get, func(ctx context.Context, _ op.Empty) (m Map, err error) {
		slots, err := a.Slots(ctx)
		if err != nil {
			return m, err
		}
		st, err := a.Copies.Status(ctx)
		if err != nil {
			return m, err
		}
		err = work.View(ctx, func(tx T) (err error) { m, err = draw(ctx, tx, a, slots, st); return err })
		return m, err
	})
}

// draw makes the map for who asks.
func draw(ctx context.Context, tx Tx, a Around, slots []opening.Slot, st backup.Status) (Map, error) {
	who := op.Actor(ctx)
	m := Map{Main: a.Name, Saved: st.Saved, Copies: []Copy{}}
	people, err := tx.Users()
	if err != nil {
		return m, err
	}
	m.people(people, slots, tx.Today())
	post, err := relay.Of(tx)
	if err != nil {
		return m, err
	}
	pcs, err := tx.Devices()
	if err != nil {
		return m, err
	}
	if a.Own != nil {
		if i := slices.IndexFunc(pcs, func(d device.Device) bool { return d.Fingerprint == a.Own() }); i >= 0 {
			m.Main = pcs[i].Name
		}
	}
	m.pcs(pcs, post, who.Device)
	for _, c := range st.Copies {
		place := Copy{
			Label: c.Label, Provider: c.Provider, Away: c.Away, OnDisk: c.OnDisk,
			Country: a.Copies.Country(c.ID), LastOK: c.LastOK,
		}
		if !who.May(auth.BackupRead) {
			place.Label = ""
		}
		m.Copies = append(m.Copies, place)
	}
	mail, watcher, err := notify.Servers(tx)
	m.Mail, m.Watcher = mail != "", watcher != ""
	if who.May(auth.BackupManage) {
		m.Folder, m.MailHost, m.WatcherHost = a.Folder, mail, watcher
	}
	return m, err
}

// people tells who opens the book, who may log in, who may read the journal, and who decides.
func (m *Map) people(people []user.User, slots []opening.Slot, today civil.Date) {
	m.Openers, m.Ask, m.Journal = []Opener{}, []string{}, []string{}
	for _, s := range slots {
		o := Opener{Kind: s.Kind}
		if s.Kind == opening.Password {
			i := slices.IndexFunc(people, func(u user.User) bool { return user.SlotLabel(u.ID) == s.Label })
			if i < 0 {
				continue // a slot that a killed program left, until the next start
			}
			o.Name = people[i].Name
		}
		if !slices.Contains(m.Openers, o) {
			m.Openers = append(m.Openers, o)
		}
	}
	for _, u := range people {
		if u.Disabled || u.Ended(today) {
			continue
		}
		m.Logins++
		if u.Role == auth.Owner {
			m.Ask = append(m.Ask, u.Name)
		}
		if u.Rights.Scope(auth.AuditRead) != auth.None {
			m.Journal = append(m.Journal, u.Name)
		}
	}
}

// pcs tells which PCs there are beside the main one, and which of all asks.
func (m *Map) pcs(all []device.Device, post relay.Post, asks string) {
	m.Seat = Guest
	for _, d := range all {
		if d.State != device.Active || d.Fingerprint == post.Main {
			continue
		}
		m.PCs++
		if d.Fingerprint == post.Relay {
			m.Relay = d.Name
		}
	}
	switch {
	case asks == "" || asks == post.Main:
		m.Seat = Main
	case asks == post.Relay:
		m.Seat = Relay
	}
}
