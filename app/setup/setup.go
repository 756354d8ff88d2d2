// Package setup is the first day of a book: who it is, how far the wizard has come, and the recovery
// sheet. Each step of the wizard is an ordinary operation, so that it can be resumed on any later
// start; this package only remembers the step. It knows no screen and no SQL.
package setup

import (
	"context"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"zafe/app/auth"
	"zafe/app/civil"
	"zafe/app/company"
	"zafe/app/fault"
	"zafe/app/i18n"
	"zafe/app/op"
	"zafe/app/print"
	"zafe/app/recovery"
)

// Identity is what makes a book this book. It is secret: it lives inside the sealed store only, and
// no operation returns it.
type Identity struct {
	BookID      string `json:"book_id"`   // UUIDv7
	VaultID     string `json:"vault_id"`  // identity of its backups
	WriterID    string `json:"writer_id"` // this installation's folder in the vault
	WriterName  string `json:"writer_name"`
	RecoveryKey string `json:"recovery_key"`       // canonical printed form
	VaultFolder string `json:"vault_folder"`       // inside each place of the backups; "" for the first key
	Replaced    string `json:"replaced,omitempty"` // VaultID under the recovery key before; "" for the first one
	Root        []byte `json:"root"`               // PEM: the LAN root that paired PCs pin
	Demo        bool   `json:"demo"`
}

// signerInfo tells what the key is made for; another use of the root's secret takes another.
const signerInfo = "zafe-checkpoint-key-v1"

// Signer is the key with which the book signs how far it is (package audit): made of the secret of its root, so
// that every book has it, that it follows a restore, and that nothing more is to be kept. It is nil for a book
// without a root.
func (id Identity) Signer() (ed25519.PrivateKey, error) {
	if len(id.Root) == 0 {
		return nil, nil
	}
	seed, err := hkdf.Key(sha256.New, id.Root, nil, signerInfo, ed25519.SeedSize)
	if err != nil {
		return nil, err
	}
	return ed25519.NewKeyFromSeed(seed), nil
}

// The settings this package keeps.
const (
	identityKey = "identity"
	progressKey = "setup"
	printedKey  = "sheet_printed"
)

// IdentityOf reads the identity; ok is false in a book that has none yet.
func IdentityOf(tx company.Settings) (id Identity, ok bool, err error) {
	ok, err = tx.Setting(identityKey, &id)
	return id, ok, err
}

// SaveIdentity stores the identity.
func SaveIdentity(tx company.Settings, id Identity) error { return tx.SetSetting(identityKey, id) }

// Renew gives the book another recovery key. Its backups start another vault, because those there are
// stay under the old key, and the new sheet has to be printed and proven once more.
func Renew(tx Tx, key recovery.Key, vaultID string) error {
	id, ok, err := IdentityOf(tx)
	if err != nil {
		return err
	}
	if !ok {
		return fault.New(fault.NotFound, "setup.no_identity")
	}
	p, err := ProgressOf(tx)
	if err != nil {
		return err
	}
	id.RecoveryKey, id.VaultID, id.Replaced = key.String(), vaultID, id.VaultID
	id.VaultFolder = recovery.VaultPrefix + tx.Today().String() + "-" + vaultID[len(vaultID)-4:]
	p.SheetKnown, p.SheetOn, p.SheetChecks, p.SheetServed = false, civil.Date{}, 0, civil.Date{}
	if err := SaveIdentity(tx, id); err != nil {
		return err
	}
	return errors.Join(tx.SetSetting(printedKey, nil), tx.SetSetting(progressKey, p))
}

// Opened notes that somebody gave the whole key of the recovery sheet, which opened the copies that the book came back
// from: no check asks for more. Another key says nothing about the sheet.
func Opened(tx Tx, key recovery.Key) error {
	id, ok, err := IdentityOf(tx)
	if err != nil || !ok || id.RecoveryKey != key.String() {
		return err
	}
	p, err := ProgressOf(tx)
	if err != nil {
		return err
	}
	p.SheetKnown, p.SheetOn = true, tx.Today()
	return tx.SetSetting(progressKey, p)
}

// sheetNumber is how many characters of a vault's identity tell the sheets of one company apart. They are the
// last ones of its folder's name as well.
const sheetNumber = 4

// sheetOf names the recovery sheet of a vault: each key has a vault of its own, made with it.
func sheetOf(vaultID string) print.SheetID {
	id := print.SheetID{Number: strings.ToUpper(vaultID[max(len(vaultID)-sheetNumber, 0):])}
	if made := op.TimeOf(vaultID); !made.IsZero() {
		id.Made = made.Local()
	}
	return id
}

// Step is one page of the wizard.
type Step string

// The steps in their order. Owner is done when the book exists.
const (
	SecondFactor Step = "second_factor"
	Company      Step = "company"
	VAT          Step = "vat"
	Year         Step = "year"
	Bank         Step = "bank"
	Import       Step = "import"
	Backup       Step = "backup"
	Sheet        Step = "sheet"
	Done         Step = "done"
)

// Steps returns the steps in order.
func Steps() []Step {
	return []Step{SecondFactor, Company, VAT, Year, Bank, Import, Backup, Sheet, Done}
}

// Progress is how far the set-up has come.
type Progress struct {
	Step        Step       `json:"step"`                   // the step to show next
	SheetKnown  bool       `json:"sheet_known"`            // two groups of the sheet were typed back
	SheetOn     civil.Date `json:"sheet_on"`               // when
	NoBackup    bool       `json:"no_backup"`              // the owner chose to go on without a destination
	SheetChecks int        `json:"sheet_checks,omitempty"` // how many times; this and the next three for who keeps the keys
	SheetGroups []int      `json:"sheet_groups"`           // the groups to type back, from 1: others than the last time
	ShareGroups []int      `json:"share_groups,omitempty"` // the same of the sheets that share the key: each of another one
	SheetShared bool       `json:"sheet_shared,omitempty"` // those were printed last
	SheetNumber string     `json:"sheet_number,omitempty"`
	SheetMade   time.Time  `json:"sheet_made,omitzero"` // when the key on it was
	// SheetServed is when the sheet opened a closed book to give an owner a new password, and others may have seen it:
	// until it is replaced, or proven to be on paper once more.
	SheetServed civil.Date `json:"sheet_served,omitzero"`
}

// SheetDue tells whether the sheet is to be typed back again: paper gets lost, and ink fades.
func (p Progress) SheetDue(today civil.Date) bool {
	return p.SheetKnown && !p.SheetOn.IsZero() && !today.Before(p.SheetOn.AddYears(1))
}

// SheetFile is the name of the file of the sheet, which differs from that of any other.
func (p Progress) SheetFile(t *i18n.Printer) string { return p.file(t, "setup.sheet_file") }

// SharesFile is the name of the file of the sheets that share its key.
func (p Progress) SharesFile(t *i18n.Printer) string { return p.file(t, "setup.shares_file") }

func (p Progress) file(t *i18n.Printer, key string) string {
	return t.T(key, map[string]any{
		"made": p.SheetMade.Local().Format("2006-01-02-15h04"), "number": p.SheetNumber,
	})
}

// ProgressOf reads the progress.
func ProgressOf(tx company.Settings) (Progress, error) {
	p := Progress{Step: SecondFactor}
	_, err := tx.Setting(progressKey, &p)
	return p, err
}

// Served notes that the sheet opened the closed book today.
func Served(tx Tx) error {
	p, err := ProgressOf(tx)
	if err != nil {
		return err
	}
	p.SheetServed = tx.Today()
	return tx.SetSetting(progressKey, p)
}

// StepRequest says which step comes next.
type StepRequest struct {
	Step     Step `json:"step"`
	NoBackup bool `json:"no_backup,omitempty"`
}

// Validate accepts the steps there are.
func (r StepRequest) Validate() error {
	if !slices.Contains(Steps(), r.Step) {
		return fault.Field("step", "setup.step_unknown")
	}
	return nil
}

// SheetRequest asks for the recovery sheet in a language.
type SheetRequest struct {
	Lang string `json:"lang"`
	// Places are where the copies are, in words; a second line says how a place is reached. Nil leaves room on the sheet to
	// write them by hand.
	Places []string `json:"places"`
	// Reaches are the [backup.Destination.Reach] of the places, in their order; none where they are not known.
	Reaches []string `json:"reaches,omitempty"`
	Saved   bool     `json:"saved,omitempty"` // it goes to a file that is kept; else it may only be looked at
}

// The bounds of a SheetRequest.
const (
	placesMost = 100  // more than anybody has
	placeMost  = 4000 // bytes, of two lines
)

// Validate refuses what no sheet has room for: setup.places_many.
func (r SheetRequest) Validate() error {
	long := slices.ContainsFunc(slices.Concat(r.Places, r.Reaches), func(s string) bool { return len(s) > placeMost })
	if len(r.Places) > placesMost || len(r.Reaches) > placesMost || long {
		return fault.Field("places", "setup.places_many", "most", placesMost)
	}
	return nil
}

// CheckRequest carries the groups of the recovery key typed back, by their number from 1: Progress.SheetGroups of its
// sheet or, when it is Shared, Progress.ShareGroups, each of them of another of the sheets that share it.
type CheckRequest struct {
	Groups map[string]string `json:"groups"`
	Shared bool              `json:"shared,omitempty"`
}

// Tx is what this package needs of a transaction.
type Tx interface {
	op.Tx
	company.Settings
	Today() civil.Date
}

// The operations of the set-up.
var (
	Get = op.Op[op.Empty, Progress]{Spec: op.Spec{
		Name: "setup.get", Kind: op.Query, Needs: auth.CompanyRead, Since: 1,
		Doc: "Tells how far the set-up of the company has come.",
	}}
	SetStep = op.Op[StepRequest, Progress]{Spec: op.Spec{
		Name: "setup.step", Kind: op.Command, Needs: auth.CompanyWrite, Since: 1,
		Doc: "Moves the set-up to a step.",
	}}
	PrintSheet = op.Op[SheetRequest, op.Download]{Spec: op.Spec{
		Name: "recovery.sheet", Kind: op.Stream, Needs: auth.KeyManage, Fresh: true, Since: 1,
		Doc: "Prints the recovery sheet; it opens everything and belongs in a safe.",
	}}
	PrintShares = op.Op[SheetRequest, op.Download]{Spec: op.Spec{
		Name: "recovery.shares", Kind: op.Stream, Needs: auth.KeyManage, Fresh: true, Since: 1,
		Doc: "Prints the recovery key shared between three sheets, any two of which open everything.",
	}}
	CheckSheet = op.Op[CheckRequest, Progress]{Spec: op.Spec{
		Name: "recovery.check", Kind: op.Command, Needs: auth.KeyManage, Since: 1, Secret: true,
		Doc: "Proves that the sheet is on paper, or two of those that share its key: two groups are typed back.",
	}}
)

// Bind registers the operations.
func Bind[T Tx](r *op.Registry[T]) {
	op.Bind(r, Get, func(ctx context.Context, tx T, _ op.Empty) (Progress, error) { return shown(ctx)(progress(tx)) })
	op.Bind(r, SetStep, func(ctx context.Context, tx T, req StepRequest) (Progress, error) {
		return shown(ctx)(setStep(tx, req))
	})
	op.BindNoted(r, PrintSheet, noteShown[T], func(_ context.Context, tx T, req SheetRequest, w io.Writer) (op.Download, error) {
		return sheet(tx, req, false, w)
	})
	op.BindNoted(r, PrintShares, notePrinted[T], func(_ context.Context, tx T, req SheetRequest, w io.Writer) (op.Download, error) {
		return sheet(tx, req, true, w)
	})
	op.Bind(r, CheckSheet, func(_ context.Context, tx T, req CheckRequest) (Progress, error) { return check(tx, req) })
}

// shown leaves out what tells one sheet from another for who does not keep the keys: they neither print nor check it.
func shown(ctx context.Context) func(Progress, error) (Progress, error) {
	return func(p Progress, err error) (Progress, error) {
		if !op.Actor(ctx).May(auth.KeyManage) {
			p.SheetNumber, p.SheetMade, p.SheetGroups, p.ShareGroups, p.SheetChecks = "", time.Time{}, nil, nil, 0
		}
		return p, err
	}
}

// progress adds which two groups are to be typed back: a pair that differs from book to book.
func progress(tx Tx) (Progress, error) {
	p, err := ProgressOf(tx)
	if err != nil {
		return p, err
	}
	id, ok, err := IdentityOf(tx)
	if err != nil || !ok {
		return p, err
	}
	p.ask(id.VaultID)
	printed, _, err := PrintedOf(tx)
	p.SheetShared = printed.Shared
	sheet := sheetOf(id.VaultID)
	p.SheetNumber, p.SheetMade = sheet.Number, sheet.Made.UTC()
	return p, err
}

// ask picks the groups to type back. Of a share they are one further: its first group tells which one it is.
func (p *Progress) ask(seed string) {
	p.SheetGroups, p.ShareGroups = askedGroups(seed, p.SheetChecks), nil
	for _, n := range p.SheetGroups {
		p.ShareGroups = append(p.ShareGroups, n+1)
	}
}

// askedGroups picks two different groups among those with the key's own symbols, and neither of them the next round.
func askedGroups(seed string, round int) []int {
	sum := 0
	for _, c := range seed {
		sum += int(c)
	}
	n := recovery.GroupCount
	first := sum%n + 1
	second := (sum/n+first+n/2)%n + 1
	if second == first {
		second = first%n + 1
	}
	step := 1
	if gap := (second - first + n) % n; gap == 1 || gap == n-1 {
		step = 2 // one more would ask for the second again
	}
	first, second = (first-1+step*round)%n+1, (second-1+step*round)%n+1
	return []int{min(first, second), max(first, second)}
}

func setStep(tx Tx, req StepRequest) (Progress, error) {
	p, err := progress(tx)
	if err != nil {
		return p, err
	}
	p.Step = req.Step
	if req.NoBackup {
		p.NoBackup = true
	}
	return p, tx.SetSetting(progressKey, p)
}

// sheet writes the recovery sheet, or the three that share its key.
func sheet(tx Tx, req SheetRequest, shared bool, w io.Writer) (op.Download, error) {
	id, ok, err := IdentityOf(tx)
	if err != nil {
		return op.Download{}, err
	}
	if !ok {
		return op.Download{}, fault.New(fault.NotFound, "setup.no_identity")
	}
	c, err := company.Of(tx)
	if err != nil {
		return op.Download{}, err
	}
	key, err := recovery.Parse(id.RecoveryKey)
	if err != nil {
		return op.Download{}, err
	}
	p, err := progress(tx)
	if err != nil {
		return op.Download{}, err
	}
	s := print.RecoverySheet{
		Company: c.Name, SIREN: c.SIREN, Key: key.String(), Vault: id.VaultID, Printed: tx.Now().Local(),
		Sheet: sheetOf(id.VaultID),
	}
	if id.Replaced != "" {
		s.Replaces = sheetOf(id.Replaced)
	}
	for _, place := range req.printed() {
		name, reached, _ := strings.Cut(place, "\n")
		s.Places = append(s.Places, print.BackupPlace{Provider: name, Reached: reached})
	}
	s.Untold = req.Places == nil
	text := i18n.For(req.Lang)
	name := p.SheetFile(text)
	if shared {
		name = p.SharesFile(text)
		for _, share := range key.Shares() {
			s.Shares = append(s.Shares, share.String())
		}
	}
	return op.Download{Name: name, Type: "application/pdf"}, print.Recovery(w, text, s)
}

// check compares the typed groups; a wrong one is named.
func check(tx Tx, req CheckRequest) (Progress, error) {
	p, err := progress(tx)
	if err != nil {
		return p, err
	}
	id, ok, err := IdentityOf(tx)
	if err != nil {
		return p, err
	}
	if !ok {
		return p, fault.New(fault.NotFound, "setup.no_identity")
	}
	key, err := recovery.Parse(id.RecoveryKey)
	if err != nil {
		return p, err
	}
	asked, matches := p.SheetGroups, key.MatchesGroups
	if req.Shared {
		asked, matches = p.ShareGroups, func(typed map[int]string) bool { return len(key.SharesWith(typed)) > 0 }
	}
	typed := map[int]string{}
	for _, n := range asked {
		typed[n] = req.Groups[strconv.Itoa(n)]
		if typed[n] == "" || !matches(map[int]string{n: typed[n]}) {
			return p, fault.Field("groups."+strconv.Itoa(n), "setup.wrong_group", "n", n)
		}
	}
	if req.Shared && len(key.SharesWith(typed)) > 0 {
		last := asked[len(asked)-1]
		return p, fault.Field("groups."+strconv.Itoa(last), "setup.same_share", "n", last)
	}
	p.SheetKnown, p.SheetOn, p.SheetServed = true, tx.Today(), civil.Date{}
	p.SheetChecks++
	p.ask(id.VaultID)
	printed, _, err := PrintedOf(tx)
	if err != nil {
		return p, err
	}
	if !req.Shared { // of a whole sheet that was only looked at, shares prove nothing
		printed.confirm(tx.Today())
	}
	return p, errors.Join(tx.SetSetting(printedKey, printed), tx.SetSetting(progressKey, p))
}
