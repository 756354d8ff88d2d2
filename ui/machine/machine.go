// Package machine says what the interface asks of this PC beyond the operations of a book: whether
// there is a book here, to create, open, join or restore one. main implements it over the store and
// the network, which the interface never sees.
package machine

import (
	"context"
	"io"
	"time"

	"zafe/app/backup"
	"zafe/app/op"
	"zafe/app/relay"
)

// Presence says what this PC holds.
type Presence string

// What a PC can hold.
const (
	Nothing Presence = "nothing" // show the three doors
	Here    Presence = "here"    // a book of its own: this is the main PC (poste principal)
	Joined  Presence = "joined"  // it works on another PC's book
)

// State is what the first screen needs.
type State struct {
	Presence Presence
	Company  string // name shown before log-in; "" until known
	Host     string // what the main PC is called when joined, its address while that is not known
	HostAddr string // where it was last reached, host:port
	// HelpsUntil is when this PC, which joined to help from outside, is out again; zero for a PC of the office.
	HelpsUntil time.Time
	Demo       bool   // the sample company: its logins may be shown
	Older      bool   // the book last opened is older than this PC had seen it: earlier files were put back
	AutoOpen   bool   // the book opens without the owner's password (this PC's keyring has a key)
	Earlier    bool   // the book is kept as it was before its last update: see Machine.GoBack
	Taken      string // address of the PC that took over from this one, "" for none: see Machine.Rejoin
	TakenBy    string // what that PC is called, its address while that is not known
	Fenced     bool   // another PC took over, though its address may not be known any more
	// Damaged is since when the book's files are known not to be what was written, though it may open; zero
	// for a sound one.
	Damaged time.Time
}

// Rival is the PC that took over from this one, as it answers.
type Rival struct {
	Name string
	Done []relay.Done // since it took over, the most often first
	// Counted tells that it said what was done: else that is not known.
	Counted bool
}

// NewBook is what creating a company's book needs before anything else: its owner. The rest of the
// set-up happens in operations on the book, so that it can be resumed at each step.
type NewBook struct {
	Company  string // name, for the sheet and the folder
	Name     string
	Login    string
	Email    string
	Password string
	Lang     string
}

// Secret opens a book of this PC: the owner's password, or the recovery key.
type Secret struct {
	Password string
	Recovery string
}

// Book is an open book, here or on the main PC.
type Book interface {
	op.Caller
	// DoJSON, StreamJSON and UploadJSON perform any operation by name, its request and answer in JSON.
	DoJSON(ctx context.Context, name string, in []byte) ([]byte, error)
	StreamJSON(ctx context.Context, name string, in []byte, w io.Writer) (op.Download, error)
	UploadJSON(ctx context.Context, name string, in []byte, content io.Reader) ([]byte, error)
	// SetToken gives the session token of the person logged in; "" after log-out.
	SetToken(token string)
	// SetAway says that nobody is at the screen: what the program asks meanwhile keeps no session open.
	SetAway(away bool)
	// Local tells whether the book is on this PC.
	Local() bool
	// Place names where the book is, for the status bar: this PC's name or the main PC's address.
	Place() string
	// Watch tells, from any goroutine, when the main PC is lost (false) and back (true).
	Watch(func(online bool))
	// Retry tries to reach the main PC now.
	Retry(ctx context.Context) error
	// Serve answers the PCs of the office at addr until ctx ends; only the main PC can. It tells
	// where it listens once it does. A desktop serves by itself at the usual port.
	Serve(ctx context.Context, addr string, ready func(addr string)) error
	// Connected counts the PCs at work on this book.
	Connected() int
	// BackUp makes the last backup before Close, of a book of this PC, and says what it could not bring elsewhere; nil
	// for nothing. progress says what it is doing; ending ctx leaves the upload for the next start.
	BackUp(ctx context.Context, progress func(key string)) *backup.Unsent
	// Close leaves the book. Here it also finishes: last backup as the owner asked, then the files.
	// progress says what it is doing; ending ctx leaves the upload for the next start.
	Close(ctx context.Context, progress func(key string)) error
}

// Earlier is what going back to a book as it was before its last update would lose.
type Earlier struct {
	At          time.Time `json:"at"`           // of the update
	Changes     int64     `json:"changes"`      // what was done since
	Invoices    int64     `json:"invoices"`     // invoices and credit notes issued since
	LastInvoice string    `json:"last_invoice"` // highest number issued so far, "" for none
	Counted     bool      `json:"counted"`      // false when the present book cannot be read
}

// Place is a place with backups that was reached with its login.
type Place interface {
	// Open opens it with the recovery key of the sheet: backup.wrong_key, recovery.*.
	Open(ctx context.Context, recovery string) (Vault, error)
}

// Vault is a place with backups, opened with its login and the recovery sheet.
type Vault interface {
	// Points lists what can be restored, newest first, a page of it after the first skip ones: to read each is a
	// request to the place. Older is what to skip for the next page, 0 when there is none.
	Points(ctx context.Context, skip int) (page []backup.Point, older int, err error)
	// Point finds a restore point of any age by its ID, the newest for "": backup.point_gone.
	Point(ctx context.Context, id string) (backup.Point, error)
	// Newer tells that the place has younger copies, made under a later recovery sheet.
	Newer() bool
	// Restore puts a point in place as this PC's book, after checking all of it, under fresh keys:
	// the same recovery key, and password to open it from now on, which becomes the password of the
	// owner who logs in as login (any owner of the book when empty). A book that is here already is
	// moved aside in the data folder, never deleted.
	// Its attachments come back while people work on it; see Rest. A damaged point is backup.point_damaged, whose
	// "point" is the ID of the last good one before it, or backup.no_good_point.
	Restore(ctx context.Context, point, login, password string, progress func(backup.Progress)) (Restored, error)
	// Rest brings back the attachments of the book just restored, which nobody has open, and returns how many
	// the place does not have. A book that is opened instead gets them by itself.
	Rest(ctx context.Context, progress func(backup.Progress)) (left int, err error)
}

// Restored is what a restore brought back.
type Restored struct {
	Login    string // of the owner whose password it is now
	Events   int64  // in the chain
	Invoices int64  // issued invoices and credit notes
}

// Preferences are kept on this PC, outside any book: nothing in them is private.
type Preferences struct {
	Lang   string  `json:"lang,omitempty"`
	Theme  string  `json:"theme,omitempty"`
	Login  string  `json:"login,omitempty"` // who logged in last
	Owner  string  `json:"owner,omitempty"` // who of the owners did, if they wanted to be remembered
	Width  float32 `json:"width,omitempty"`
	Height float32 `json:"height,omitempty"`
	// Unfinished is the restore under way; at a start, one that was cut short. nil for none.
	Unfinished *Unfinished `json:"unfinished,omitempty"`
}

// Unfinished is a restore: when it began, and where its copies are, without what opens them.
type Unfinished struct {
	At       time.Time `json:"at"`
	Provider string    `json:"provider"`
	Label    string    `json:"label"`
	Folder   string    `json:"folder"`
}

// Restoring runs do, a restore from a place that begins now, so that the next start knows of one that is cut
// short. kept is the folder in which the book that was here is set aside, "" for none.
func Restoring(m Machine, from backup.NewDestination, now time.Time, do func() error) (kept string, err error) {
	p := m.Preferences()
	p.Unfinished = &Unfinished{At: now.UTC(), Provider: from.Provider, Label: from.Label, Folder: from.Folder}
	if err := m.SavePreferences(p); err != nil {
		return "", err // nothing else can be written there either
	}
	kept, err = Replacing(m, do)
	_ = Finished(m) // at worst the next start asks about a restore that has come to its end
	return kept, err
}

// Finished forgets the restore that was under way.
func Finished(m Machine) error {
	p := m.Preferences()
	p.Unfinished = nil
	return m.SavePreferences(p)
}

// Replacing runs do, which puts another book in the place of the one here. kept is the folder in which that one
// is set aside, "" for none.
func Replacing(m Machine, do func() error) (kept string, err error) {
	before := m.Aside()
	err = do()
	if kept = m.Aside(); kept == before {
		kept = ""
	}
	return kept, err
}

// Firewall is whether a system lets other PCs in to this program.
type Firewall string

// What a system can do with who comes from elsewhere.
const (
	AnyoneIn Firewall = "needless" // it asks for no rule
	LetsIn   Firewall = "open"
	NoRule   Firewall = "missing" // it would ask, and take a question that is closed for a no
	Blocked  Firewall = "blocked"
)

// Standby is the copy of the main PC's book that this PC can take over with.
type Standby struct {
	Ready bool
	Kept  time.Time // when it was known to have everything, zero if nobody knows
}

// Machine is this PC.
type Machine interface {
	State(ctx context.Context) (State, error)
	// Create makes a sealed book and returns it open, with the owner logged in. Faults as
	// store.book_there, password.*.
	Create(ctx context.Context, n NewBook) (Book, error)
	// Open opens this PC's book. Faults: store.wrong_password, store.wrong_recovery, store.damaged...
	Open(ctx context.Context, s Secret) (Book, error)
	// Repair accepts a book whose ledger (the list of its latest pages) is lost or damaged as it is, after
	// checking all of it; the book as it was is kept aside. Without Accept all is done on a copy that is
	// thrown away. Faults: store.repair_needless, store.repair_refused, store.repair_unsound,
	// store.repair_older, store.old_keys, store.owner_only, and those of Open.
	Repair(ctx context.Context, r RepairRequest) (Repaired, error)
	// OnOpening sets what is told, from any goroutine, the key of a sentence at each part of an opening that
	// takes long: a newer program updates the book.
	OnOpening(told func(key string))
	// Earlier tells what GoBack would lose. Faults: store.no_earlier, store.in_use, store.owner_only and those
	// of Open.
	Earlier(ctx context.Context, s Secret) (Earlier, error)
	// GoBack puts this PC's book back as it was before its last update. The one that is here is moved aside in
	// the data folder, never deleted. The password that opens becomes its owner's log-in again if it was
	// changed since. Faults as Earlier, store.no_room, store.disk_full, store.newer_book.
	GoBack(ctx context.Context, s Secret) error
	// Find looks for main PCs on the networks of this PC until ctx ends, and tells the address of each one once,
	// away from the UI goroutine. Anybody may answer: the code of Join decides.
	Find(ctx context.Context, found func(addr string))
	// Join pairs this PC with the main PC; Connect reaches it.
	Join(ctx context.Context, addr, code, name string) error
	// JoinInvited is Join with an invitation file. Tried again after a failure, the power cut among them, it goes on
	// where it was. Faults: pair.not_invitation, pair.invitation_altered, pair.invitation_used, pair.invitation_over,
	// pair.invitation_unknown, pair.wrong_host, lan.host_unreachable.
	JoinInvited(ctx context.Context, file []byte, name string) error
	Connect(ctx context.Context) (Book, error)
	// Firewall tells whether this PC's system lets others in to this program, and LetIn has it do so, or not any
	// more. Faults firewall.needless, firewall.not_admin, firewall.refused.
	Firewall() (Firewall, error)
	LetIn(ctx context.Context, in bool) error
	// Leave forgets the main PC.
	Leave() error
	// Follow keeps the copy of the main PC's book, while this PC is joined to one that named it its relay, until
	// ctx ends. at are the addresses at which this PC will be the main one, the usual ones for nil.
	Follow(ctx context.Context, at []string)
	// Standby tells of that copy.
	Standby() Standby
	// TakeOver makes this PC the main one, with an owner's password or the recovery key: with its copy, when the
	// main PC does not answer; or with its own book, when another PC took over from it. The book is to be opened
	// after that. Faults: relay.no_copy, relay.not_taken, store.owner_only, those of Open, and where a main PC is
	// alive relay.host_alive, relay.host_busy or what it answers, as lan.device_refused.
	TakeOver(ctx context.Context, s Secret, behind bool) error
	// Rival asks the PC that took over from this one what was done there since. Faults: relay.not_taken,
	// lan.host_unreachable and those of the way there.
	Rival(ctx context.Context) (Rival, error)
	// Rejoin makes a PC from which another took over work on the book of that one. Its own is moved aside, never
	// deleted. Faults: relay.not_taken, store.in_use, lan.host_unreachable.
	Rejoin(ctx context.Context) error
	// Providers lists the kinds of places a backup can be in, and Form the boxes of one of them.
	Providers(all bool) []backup.Provider
	Form(provider string, values map[string]string) ([]backup.Field, error)
	// Demo makes the sample company in this PC's folder. Sizes: small, year, large.
	Demo(ctx context.Context, size string, progress func(done, total int64)) error
	// Aside is the folder in which a book was set aside last, "" for none.
	Aside() string
	// OwnCopies is the folder of the copies that this PC keeps for itself, "" when it keeps none.
	OwnCopies() string
	// ReachVault reaches a place and looks for backups there, before anybody types the key. ask answers the
	// provider's further questions (such as which drive). Faults of the provider, backup.disk_absent, backup.no_vault.
	ReachVault(ctx context.Context, d backup.NewDestination, ask func(backup.Question) (string, bool)) (Place, error)
	// RecoveryKey gives the recovery key of a book of this PC, for scripts that create one and keep
	// the key themselves; people print the sheet.
	RecoveryKey(ctx context.Context, b Book) (string, error)
	Preferences() Preferences
	SavePreferences(p Preferences) error
	// Name is this PC's own name, to suggest when joining.
	Name() string
	// Raise brings the window that works on this PC's book to the front, and tells whether there is one.
	Raise(ctx context.Context) bool
	// OnRaise sets what does it here, called from any goroutine.
	OnRaise(front func())
	// Reference lists every operation there is, whatever book is here.
	Reference() []op.Entry
	// Version is the program's version.
	Version() string
	// Logins are the sample company's, for its first screen; nil elsewhere.
	Logins() []Login
}

// RepairRequest asks what can be done for a book that does not open, and with Accept for it to be done.
// Password is an owner's, or Recovery the sheet's. Login names who asks, "" for whose secret it is: a book that
// opens for another is refused with user.bad_login.
type RepairRequest struct {
	Secret Secret
	Login  string
	Accept bool
}

// Repaired is what a repair accepted, or would accept.
type Repaired struct {
	File   string `json:"file"` // the file that was lost or damaged
	Why    string `json:"why"`  // missing, damaged
	Cut    bool   `json:"cut"`  // the last operation was not wholly written, and is gone
	Pages  int64  `json:"pages"`
	Events int64  `json:"events"` // in the chain, unbroken
	Aside  string `json:"aside"`  // where the book as it was is kept; "" for a rehearsal
}

// Login is one of the sample company's people.
type Login struct {
	Login, Password, Role string
	TOTP                  string // secret, "" without a second factor
}
