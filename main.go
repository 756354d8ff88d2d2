// Command zafe is Zafè: the desktop, the host of an office and the verbs, in one binary. This file
// only joins the parts; it alone may import them all.
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"gopkg.in/natefinch/lumberjack.v2"

	"zafe/app/audit"
	"zafe/app/auth"
	"zafe/app/backup"
	"zafe/app/billing"
	"zafe/app/catalog"
	"zafe/app/company"
	"zafe/app/demo"
	appdevice "zafe/app/device"
	"zafe/app/durable"
	"zafe/app/fault"
	"zafe/app/file"
	"zafe/app/history"
	"zafe/app/imports"
	"zafe/app/job"
	"zafe/app/ledger"
	"zafe/app/op"
	"zafe/app/opening"
	"zafe/app/party"
	"zafe/app/password"
	"zafe/app/recovery"
	"zafe/app/search"
	"zafe/app/setup"
	"zafe/app/user"
	"zafe/app/verify"
	"zafe/store"
	"zafe/store/crypt"
	"zafe/store/harden"
	"zafe/store/keyring"
	"zafe/store/opener"
	syncbackup "zafe/sync/backup"
	"zafe/sync/backup/keeper"
	"zafe/sync/backup/remote"
	"zafe/sync/backup/vault"
	"zafe/sync/device"
	"zafe/sync/lan"
	"zafe/sync/pair"
	"zafe/ui"
	"zafe/ui/cli"
	"zafe/ui/machine"
)

// version is set by the linker.
var version = "dev"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := cli.Main(ctx, cli.Program{
		Args: os.Args[1:], In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Clock: time.Now,
		Machine: func(dir string) (machine.Machine, error) { return newPC(dir) },
		Desktop: ui.Run,
	})
	stop()
	os.Exit(code)
}

// The names inside a data folder.
const (
	bookDir     = "book"
	vaultDir    = "vault"
	memoryFile  = "local.json"
	hostFile    = "host.json"    // the main PC this one works on
	runningFile = "running.json" // how the verbs reach the program that has the book open
	logFile     = "zafe.log"
	chipFile    = "chip.json"   // what this PC's security chip sealed
	healthFile  = "health.json" // that the book is not sound; no such file while it is

	drillPrefix = "drill-"      // of the folder of a trial restore
	asideFormat = "book.aside-" // and the instant: a book in whose place another was restored
)

// What the log may take on the disk: with the files kept, 20 MB.
const (
	logMegabytes = 5
	logFiles     = 3
)

// pc is this computer: one data folder.
type pc struct {
	machine.Memory
	dir   string
	log   *slog.Logger
	alone *opener.PC             // opens the book without anybody
	front atomic.Pointer[func()] // brings the window to the front
	older atomic.Bool            // the book, here or on the main PC, is older than this PC saw it
	told  atomic.Pointer[func(key string)]
	// rescue is where the book was restored from that is opened next, and has its attachments.
	rescue atomic.Pointer[keeper.Rescue]
}

// strong refuses passwords that are easy to guess.
func strong(p string, about []string, secondFactor bool) error {
	_, err := password.Check(p, about, secondFactor)
	return err
}

func newPC(dir string) (*pc, error) {
	open, loose := harden.Folder(dir, bookDir)
	path := filepath.Join(dir, logFile)
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, fault.New(fault.Unavailable, "store.disk").Because(err)
	}
	// What it can no longer write is lost, but it refuses no work.
	log := slog.New(slog.NewJSONHandler(&lumberjack.Logger{
		Filename: path, MaxSize: logMegabytes, MaxBackups: logFiles,
	}, nil))
	p := &pc{dir: dir, log: log}
	p.alone = &opener.PC{Warn: p.warn, Keepers: []opener.Keeper{
		{Kind: crypt.KindKeyring, Ring: keyring.New()},
		{Kind: crypt.KindTPM, Ring: keyring.NewChip(p.path(chipFile))},
	}}
	p.Memory = machine.Memory{Path: p.path(memoryFile), Warn: p.warn}
	for _, name := range open {
		log.Warn("was open to others", slog.String("path", name))
	}
	// A disk that knows no rights, or a system without a limit, keeps nobody out of their book.
	if err := errors.Join(loose, harden.Process()); err != nil {
		p.warn("this PC is not closed as it should be", err)
	}
	return p, store.Settle(p.path(bookDir))
}

// fit refuses to put a book where a network drive or a synchronising program would harm it. Where a book
// already is, nobody is kept out of it: there the warning stays (package verify).
func (p *pc) fit() error {
	if store.Exists(p.path(bookDir)) {
		return nil
	}
	better := "~/zafe"
	if runtime.GOOS == "windows" {
		better = `C:\Zafe`
	}
	switch at := harden.Here.Judge(p.dir); at.Kind {
	case harden.Network:
		return fault.New(fault.Conflict, "store.place_network", "folder", p.dir, "what", at.What, "better", better)
	case harden.Synced:
		return fault.New(fault.Conflict, "store.place_synced", "folder", p.dir, "what", at.What, "better", better)
	default:
		return nil
	}
}

func (p *pc) warn(what string, err error) {
	p.log.Warn("trouble", slog.String("what", what), slog.Any("err", err))
}

// refer gives what no person can read a reference, under which it is in the log: outside an operation nobody
// else does.
func (p *pc) refer(what string, err *error) {
	if _, ok := errors.AsType[*fault.Fault](*err); ok || *err == nil || errors.Is(*err, context.Canceled) {
		return
	}
	f := fault.Of(*err)
	p.log.Error("trouble", slog.String("what", what), slog.Any("ref", f.Args["ref"]), slog.Any("err", *err))
	*err = f
}

var _ machine.Machine = (*pc)(nil)

func (p *pc) path(name string) string { return filepath.Join(p.dir, name) }

// seat reads what this PC remembers of a program it works with.
func (p *pc) seat(file string) (s lan.Seat, ok bool, err error) {
	err = machine.ReadFile(p.path(file), &s)
	return s, s.Addr != "", err
}

// State implements machine.Machine.
func (p *pc) State(context.Context) (machine.State, error) {
	if store.Exists(p.path(bookDir)) {
		name, sample := p.Company()
		// A key file that cannot be read is told by Open.
		h, _ := store.HeaderOf(p.path(bookDir))
		return machine.State{
			Presence: machine.Here, Company: name, Demo: sample, AutoOpen: p.alone.Alone(h),
			Older: p.older.Load(), Earlier: store.HasEarlier(p.path(bookDir)), Damaged: p.damaged(),
		}, nil
	}
	j, ok, err := p.seat(hostFile)
	if ok {
		return machine.State{Presence: machine.Joined, Company: j.Company, Host: j.Addr, Older: p.older.Load()}, err
	}
	return machine.State{Presence: machine.Nothing}, err
}

// health is what was last known of the book.
func (p *pc) health() (h verify.Health) {
	if err := machine.ReadFile(p.path(healthFile), &h); err != nil {
		p.warn("what is known of the book's health is unreadable", err)
	}
	return h
}

// keepHealth keeps what is known of the book beside it: it may take no more writes.
func (p *pc) keepHealth(h verify.Health) {
	err := os.Remove(p.path(healthFile))
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	if h.State != verify.Sound {
		err = machine.WriteFile(p.path(healthFile), h)
	}
	if err != nil {
		p.warn("what is known of the book's health is not kept", err)
	}
}

// damaged is since when the book is known to be damaged, zero for one that is not.
func (p *pc) damaged() time.Time {
	if h := p.health(); h.State == verify.Damaged {
		return h.Since
	}
	return time.Time{}
}

// Name implements machine.Machine.
func (p *pc) Name() string {
	name, err := os.Hostname()
	if err != nil || name == "" {
		return "PC"
	}
	return name
}

// Raise implements machine.Machine.
func (p *pc) Raise(ctx context.Context) bool {
	b := p.running(ctx)
	if b == nil {
		return false
	}
	defer b.Client.Close()
	return b.Raise(ctx) == nil
}

// OnRaise implements machine.Machine.
func (p *pc) OnRaise(front func()) { p.front.Store(&front) }

// OnOpening implements machine.Machine.
func (p *pc) OnOpening(told func(key string)) { p.told.Store(&told) }

// Reference implements machine.Machine: the rows of a registry over no book.
func (p *pc) Reference() []op.Entry {
	b := &book{pc: p, reg: op.New[*store.Tx](nil, nobody{}, time.Now, p.record)}
	b.bind(nil)
	return b.reg.Reference()
}

// Version implements machine.Machine.
func (p *pc) Version() string { return version }

func (p *pc) options(cost crypt.KDF) store.Options {
	return store.Options{
		Clock: time.Now, SlotCost: cost, Invariants: invariants,
		OnEvent: func(what string) { p.log.Warn("seal", slog.String("what", what)) },
		Progress: func(key string) {
			if told := p.told.Load(); told != nil {
				(*told)(key)
			}
		},
	}
}

// areaChecks are what the areas check of a book.
func areaChecks() []verify.Check[*store.Tx] {
	return []verify.Check[*store.Tx]{{Name: "ledger", Run: ledgerFindings}, {Name: "billing", Run: billingFindings}}
}

// invariants are the findings of the areas in words that an update compares.
func invariants(tx *store.Tx) (out []string, err error) {
	for _, check := range areaChecks() {
		found, err := check.Run(tx)
		if err != nil {
			return nil, err
		}
		for _, f := range found {
			out = append(out, fmt.Sprint(f.Key, f.Args))
		}
	}
	return out, nil
}

// newIdentity makes what makes a book itself.
func (p *pc) newIdentity() (setup.Identity, recovery.Key, error) {
	key, err := recovery.New(rand.Reader)
	if err != nil {
		return setup.Identity{}, key, err
	}
	root, err := device.NewRoot(time.Now())
	if err != nil {
		return setup.Identity{}, key, err
	}
	pem, err := root.Marshal()
	if err != nil {
		return setup.Identity{}, key, err
	}
	writer, err := p.newWriter()
	return setup.Identity{
		BookID: op.NewID(time.Now()), VaultID: op.NewID(time.Now()),
		WriterID: writer, WriterName: p.Name(), RecoveryKey: key.String(), Root: pem,
	}, key, err
}

func (p *pc) newWriter() (string, error) {
	var r [4]byte
	_, err := rand.Read(r[:])
	return vault.WriterID(p.Name(), r), err
}

// Create implements machine.Machine.
func (p *pc) Create(ctx context.Context, n machine.NewBook) (_ machine.Book, err error) {
	defer p.refer("create", &err)
	if err := p.fit(); err != nil {
		return nil, err
	}
	owner, err := user.NewOwner(ctx, user.SaveRequest{
		Login: n.Login, Name: n.Name, Email: n.Email, Password: n.Password,
	}, user.Standard, strong)
	if err != nil {
		return nil, err
	}
	id, key, err := p.newIdentity()
	if err != nil {
		return nil, err
	}
	sec := store.Secrets{BookID: id.BookID, Label: user.SlotLabel(firstOwner), Password: n.Password, Recovery: key}
	st, err := store.Create(ctx, p.path(bookDir), sec, p.options(crypt.KDF{}), func(tx *store.Tx) error {
		return firstRows(tx, id, owner, n)
	})
	if err != nil {
		return nil, err
	}
	if err := p.SetCompany(n.Company, false); err != nil {
		return nil, errors.Join(err, st.Close())
	}
	b, err := p.open(ctx, st)
	if err != nil {
		return nil, err
	}
	in, err := user.Login.Call(ctx, b, user.LoginRequest{Login: n.Login, Password: n.Password})
	if err != nil {
		return nil, errors.Join(err, b.Close(ctx, nil))
	}
	b.SetToken(in.Token)
	return b, nil
}

// firstRows fills the first transaction of a book: identity, owner, chart of accounts, journals.
func firstRows(tx *store.Tx, id setup.Identity, owner user.User, n machine.NewBook) error {
	owner.CreatedAt, owner.Lang = tx.Now(), n.Lang
	_, err := tx.SaveUser(owner)
	profile := company.Default()
	profile.Name = n.Company
	return errors.Join(err, setup.SaveIdentity(tx, id), tx.SetSetting("company", profile), setup.Seed(tx))
}

// Open implements machine.Machine.
func (p *pc) Open(ctx context.Context, s machine.Secret) (_ machine.Book, err error) {
	defer p.refer("open", &err)
	open, err := unlock(s)
	if err != nil {
		return nil, err
	}
	if s.Recovery == "" {
		if b := p.running(ctx); b != nil {
			return b, nil // the log-in that follows asks for the password there
		}
		open = p.alone.Unlock(s.Password)
	}
	st, err := store.Open(ctx, p.path(bookDir), open, p.options(crypt.KDF{}))
	if err != nil {
		return nil, err
	}
	return p.open(ctx, st)
}

// unlock is how a secret opens the key file.
func unlock(s machine.Secret) (store.Unlock, error) {
	if s.Recovery == "" {
		return store.WithPassword(s.Password), nil
	}
	key, err := recovery.Parse(s.Recovery)
	return store.WithRecovery(key), err
}

// Repair implements machine.Machine.
func (p *pc) Repair(ctx context.Context, r machine.RepairRequest) (out machine.Repaired, err error) {
	defer p.refer("repair", &err)
	open, err := unlock(r.Secret)
	if err != nil {
		return out, err
	}
	o := p.options(crypt.KDF{})
	o.Aside = p.aside()
	seen := p.Seen()
	err = store.Accept(ctx, p.path(bookDir), open, o, store.Repair{
		Head: seen.Seal, Place: r.Accept,
		Check: func(ctx context.Context, st *store.Store, d store.Damage) error {
			out.File, out.Why, out.Cut = d.File, d.Why, d.Cut
			return p.acceptable(ctx, st, seen, &out)
		},
	})
	if err == nil && r.Accept {
		out.Aside = o.Aside
		p.keepHealth(verify.Health{State: verify.Sound}) // all of it was just checked
	}
	return out, err
}

// aside is where a book that another takes the place of is moved.
func (p *pc) aside() string { return p.path(asideFormat + time.Now().UTC().Format("20060102-150405")) }

// acceptable judges a book whose ledger was made anew: asked for by an owner, as far as this PC saw it go,
// and sound in everything that can still be checked. It notes in the chain what is accepted.
func (p *pc) acceptable(ctx context.Context, st *store.Store, seen machine.Seen, out *machine.Repaired) error {
	var owner user.User
	err := st.View(ctx, func(tx *store.Tx) (err error) {
		if owner, err = ownerOf(tx, st.OpenedBy()); err != nil {
			return err
		}
		return reaches(tx, seen)
	})
	if err != nil {
		return err
	}
	rep, err := verify.New(p.checks(st)).Run(ctx)
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
		return tx.NoteAccepted(int64(owner.ID), owner.Name, fmt.Sprintf(`{"cut":%t,"events":%d,"file":%q,"pages":%d,"why":%q}`,
			out.Cut, rep.Events, out.File, out.Pages, out.Why))
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

// reaches tells whether the chain of a book holds the event that this PC saw: one that does not is older
// than it was, all its files put back together. Fault store.repair_older.
func reaches(tx *store.Tx, seen machine.Seen) error {
	id, _, err := setup.IdentityOf(tx)
	if err != nil || seen.Event == 0 || id.BookID != seen.Book {
		return err
	}
	found := false
	err = tx.EachEvent(seen.Event-1, func(e audit.Event) error {
		found = e.ID == seen.Event && e.Hash.String() == seen.Hash
		return errSeen
	})
	if err != nil && !errors.Is(err, errSeen) {
		return err
	}
	if !found {
		return fault.New(fault.Conflict, "store.repair_older")
	}
	return nil
}

var errSeen = errors.New("seen")

// compare notes in the chain of a book that this PC saw further than it is: somebody put older files back.
// It keeps nobody out, as it may have been the owner; the page of the book's integrity says it.
func (p *pc) compare(ctx context.Context, st *store.Store) error {
	seen := p.Seen()
	head, err := st.Head()
	if err != nil {
		return err
	}
	var last audit.Event
	err = st.View(ctx, func(tx *store.Tx) (err error) {
		if last, err = tx.Head(); err != nil {
			return err
		}
		if err = reaches(tx, seen); err != nil {
			return err
		}
		id, _, err := setup.IdentityOf(tx)
		if id.BookID == seen.Book && head < seen.Seal { // the same events, in files of before
			err = fault.New(fault.Conflict, "store.repair_older")
		}
		return err
	})
	switch {
	case fault.KeyOf(err) != "store.repair_older":
		return err
	case last.Op == "book.went_back" || last.Op == "book.restored":
		return p.SetSeen(machine.Seen{}) // asked for, and the program killed before it forgot what it saw
	}
	p.older.Store(true)
	p.log.Warn("older than it was", slog.Int64("seen", seen.Event))
	return st.Update(ctx, func(tx *store.Tx) error { return tx.NoteOlder(fmt.Sprintf(`{"seen":%d}`, seen.Event)) })
}

// note remembers how far the book is.
func (p *pc) note(ctx context.Context, st *store.Store) error {
	head, err := st.Head()
	if err != nil {
		return err
	}
	seen := machine.Seen{Seal: head}
	err = st.View(context.WithoutCancel(ctx), func(tx *store.Tx) error {
		id, _, err := setup.IdentityOf(tx)
		if err != nil {
			return err
		}
		last, err := tx.Head()
		seen.Book, seen.Event, seen.Hash = id.BookID, last.ID, last.Hash.String()
		return err
	})
	if err != nil {
		return err
	}
	return p.SetSeen(seen)
}

// Earlier implements machine.Machine.
func (p *pc) Earlier(ctx context.Context, s machine.Secret) (_ machine.Earlier, err error) {
	defer p.refer("look back", &err)
	open, err := unlock(s)
	if err != nil {
		return machine.Earlier{}, err
	}
	e, err := store.LookBack(ctx, p.path(bookDir), open, p.options(crypt.KDF{}), mayGoBack)
	return machine.Earlier(e), err
}

// GoBack implements machine.Machine.
func (p *pc) GoBack(ctx context.Context, s machine.Secret) (err error) {
	defer p.refer("go back", &err)
	open, err := unlock(s)
	if err != nil {
		return err
	}
	o := p.options(crypt.KDF{})
	o.Aside = p.aside()
	err = store.GoBack(ctx, p.path(bookDir), open, o, mayGoBack, func(tx *store.Tx, label string) error {
		if s.Recovery != "" {
			return nil // the recovery key gives an owner a new password when the book is open
		}
		return passwordAgain(ctx, tx, label, s.Password)
	})
	if err != nil {
		return err
	}
	p.keepHealth(verify.Health{State: verify.Sound}) // the one that is aside was not
	return p.SetSeen(machine.Seen{})                 // older than it was, as it was asked to be
}

// passwordAgain gives the owner whose slot bears a label the password that opened it: it may have been changed
// after the book was kept, and would open it and yet not log in.
func passwordAgain(ctx context.Context, tx *store.Tx, label, pass string) error {
	u, err := ownerOf(tx, label)
	if err == nil {
		_, err = user.Reset(ctx, tx, u.Login, pass, user.Standard, anything)
	}
	return err
}

// mayGoBack refuses who is no owner: a start delegate's password opens the book, and no more.
func mayGoBack(tx *store.Tx, label string) error {
	_, err := ownerOf(tx, label)
	return err
}

// running reaches the program that has the book of this PC open; nil when none does, or does not answer:
// a killed one leaves its file behind.
func (p *pc) running(ctx context.Context) *lan.Remote {
	s, ok, err := p.seat(runningFile)
	if err != nil || !ok {
		return nil
	}
	b, err := s.Reach(ctx, p.Name())
	if err != nil {
		p.warn("the program at work does not answer", err)
		if b != nil {
			b.Client.Close()
		}
		return nil
	}
	return b
}

// book is an open book of this PC with everything that works on it.
type book struct {
	pc     *pc
	store  *store.Store
	reg    *op.Registry[*store.Tx]
	keep   *keeper.Keeper
	copies *syncbackup.Service
	desk   *pair.Desk
	host   *lan.Server
	check  *verify.Service[*store.Tx]
	token  atomic.Pointer[string]
	port   atomic.Int64
	life   context.Context // until Close
	stop   context.CancelFunc
	ending sync.Mutex     // over stop and what adds to jobs
	jobs   sync.WaitGroup // what Close waits for

	answering func() // lets the verbs of this PC in, once
}

var _ machine.Book = (*book)(nil)

// open assembles a book over its store.
func (p *pc) open(ctx context.Context, st *store.Store) (_ *book, err error) {
	defer func() {
		if err != nil {
			err = errors.Join(err, st.Close())
		}
	}()
	var id setup.Identity
	if err := st.View(ctx, func(tx *store.Tx) (err error) { id, _, err = setup.IdentityOf(tx); return err }); err != nil {
		return nil, err
	}
	p.sweep()
	if err := p.compare(ctx, st); err != nil {
		return nil, err
	}
	b := &book{pc: p, store: st, check: p.watch(st)}
	users := user.NewService[*store.Tx](st, time.Now, user.Standard, strong, st)
	b.reg = op.New[*store.Tx](st, users, time.Now, p.record)
	if err := b.network(id); err != nil {
		return nil, err
	}
	if err := b.backups(ctx, id); err != nil {
		return nil, err
	}
	background, stop := context.WithCancel(context.Background())
	b.life, b.stop = background, stop
	b.bind(users)
	if err := users.Settle(ctx); err != nil {
		stop()
		return nil, err
	}
	b.answering = sync.OnceFunc(func() {
		if err := b.answer(background); err != nil {
			p.warn("the verbs cannot reach this program", err)
		}
	})
	st.OnCommit(func(uint64) { b.keep.Changed() })
	b.jobs.Go(func() { b.keep.Run(background) })
	b.jobs.Go(func() { b.care(background) })
	b.jobs.Go(func() { b.bringFiles(background) })
	return b, nil
}

// sweep removes the trial restores of a program that was killed; the book is held, so none is under way.
func (p *pc) sweep() {
	left, err := os.ReadDir(p.dir)
	for _, e := range left {
		if strings.HasPrefix(e.Name(), drillPrefix) {
			err = errors.Join(err, os.RemoveAll(p.path(e.Name())))
		}
	}
	if err != nil {
		p.log.Warn("trial restore not removed", slog.Any("err", err))
	}
}

// record writes the one log line of a call.
func (p *pc) record(r op.Record) {
	attrs := []any{
		slog.String("op", r.Op), slog.Int64("actor", r.Actor), slog.String("device", r.Device),
		slog.Int64("ms", r.Took.Milliseconds()), slog.String("code", string(r.Code)),
	}
	if r.Ref != "" {
		p.log.Error("call", append(attrs, slog.String("ref", r.Ref), slog.Any("err", r.Cause))...)
		return
	}
	p.log.Info("call", attrs...)
}

// bind registers every operation there is.
func (b *book) bind(users *user.Service[*store.Tx]) {
	user.Bind(b.reg, users)
	opening.Bind(b.reg, b.store, users, bookKeys{b.pc.alone.Keys(b.store), b})
	setup.Bind(b.reg)
	appdevice.Bind(b.reg, b)
	backup.Bind(b.reg, b.keep)
	bindBusiness(b.reg, b.store)
	history.Bind(b.reg)
	verify.Bind(b.reg, b.check)
}

// bindBusiness registers the operations on the business itself.
func bindBusiness(reg *op.Registry[*store.Tx], st *store.Store) {
	company.Bind(reg)
	party.Bind(reg)
	catalog.Bind(reg)
	imports.Bind(reg)
	search.Bind(reg)
	ledger.Bind(reg)
	billing.Bind(reg)
	file.Bind(reg, st.ReceiveFile)
}

// watch checks an open book, and takes note of damage that the work on it meets.
func (p *pc) watch(st *store.Store) *verify.Service[*store.Tx] {
	set := p.checks(st)
	set.Known, set.Keep = p.health(), p.keepHealth
	v := verify.New(set)
	st.OnDamage(v.Hurt)
	return v
}

// checks are what a check of an open book goes through.
func (p *pc) checks(st *store.Store) verify.Settings[*store.Tx] {
	return verify.Settings[*store.Tx]{
		Work: st, Clock: time.Now, Around: p.around, Notices: func() []verify.Finding { return findings(st.Notices()) },
		Steps: []verify.Step{
			{Name: "keys", Run: verifyKeys(st)}, {Name: "seal", Run: verifySeal(st)}, {Name: "files", Run: verifyFiles(st)},
		},
		Checks: areaChecks(),
	}
}

type checkFiles = func(ctx context.Context, progress func(done, total int64)) (verify.Found, error)

func verifyKeys(st *store.Store) checkFiles {
	return func(ctx context.Context, _ func(int64, int64)) (f verify.Found, err error) {
		err = st.VerifyKeys(ctx)
		if bad, ok := errors.AsType[*fault.Fault](err); ok {
			f.Findings, err = []verify.Finding{{Key: bad.Key, Args: bad.Args}}, nil
		}
		f.Count = 2 // the file and its copy
		return f, err
	}
}

func verifySeal(st *store.Store) checkFiles {
	return func(ctx context.Context, progress func(done, total int64)) (verify.Found, error) {
		rep, err := st.VerifySeal(ctx, progress)
		f := verify.Found{Count: rep.Pages, Stop: len(rep.Faults) > 0}
		f.Findings = findings(rep.Faults)
		return f, err
	}
}

func findings(faults []*fault.Fault) (out []verify.Finding) {
	for _, f := range faults {
		out = append(out, verify.Finding{Key: f.Key, Args: f.Args})
	}
	return out
}

// verifyFiles checks the attachments.
func verifyFiles(st *store.Store) checkFiles {
	return func(ctx context.Context, progress func(done, total int64)) (f verify.Found, err error) {
		f.Findings, err = st.VerifyFiles(ctx, func(done, total int64) {
			f.Count++
			progress(done, total)
		})
		return f, err
	}
}

// around tells what this PC does with the book.
func (p *pc) around() verify.Surroundings {
	at, memory := harden.Here.Judge(p.dir), harden.Memory()
	return verify.Surroundings{
		System: runtime.GOOS, Folder: p.dir, Place: string(at.Kind), Service: at.What,
		Swap: string(memory.Swap), Hibernate: string(memory.Hibernate), Older: p.older.Load(),
	}
}

// care runs what the book does by itself, until it is closed. What was wrong with it when it was open last is
// looked at first: it may be another by now.
func (b *book) care(ctx context.Context) {
	if b.check.Known.State == verify.Damaged {
		if _, err := verify.Book.Call(op.AsSystem(ctx), b, op.Empty{}); err != nil && ctx.Err() == nil {
			b.pc.warn("the book was not checked again", err)
		}
	}
	s := &job.Scheduler{
		Memory: jobMemory{b.store}, Clock: time.Now, Warn: b.pc.warn,
		Jobs: []job.Job{{Name: "verify", Every: verify.Every, Run: func(ctx context.Context) error {
			_, err := verify.Book.Call(op.AsSystem(ctx), b, op.Empty{})
			return err
		}}},
	}
	s.Run(ctx)
}

// jobMemory keeps the last success of each job in a setting of the book.
type jobMemory struct{ *store.Store }

const jobsKey = "jobs.last"

// Last implements job.Memory.
func (m jobMemory) Last(ctx context.Context) (last map[string]time.Time, err error) {
	err = m.View(ctx, func(tx *store.Tx) error { _, err := tx.Setting(jobsKey, &last); return err })
	return last, err
}

// Done implements job.Memory.
func (m jobMemory) Done(ctx context.Context, name string, at time.Time) error {
	return m.Update(ctx, func(tx *store.Tx) error {
		last := map[string]time.Time{}
		if _, err := tx.Setting(jobsKey, &last); err != nil {
			return err
		}
		last[name] = at
		return tx.SetSetting(jobsKey, last)
	})
}

func ledgerFindings(tx *store.Tx) (out []verify.Finding, err error) {
	found, err := ledger.Verify(tx)
	for _, f := range found {
		out = append(out, verify.Finding{Key: f.Key, Args: f.Args})
	}
	return out, err
}

func billingFindings(tx *store.Tx) (out []verify.Finding, err error) {
	found, err := billing.Verify(tx)
	for _, f := range found {
		out = append(out, verify.Finding{Key: f.Key, Args: f.Args})
	}
	return out, err
}

// network prepares this PC to be the main PC of an office.
func (b *book) network(id setup.Identity) error {
	root, err := device.ParseRoot(id.Root)
	if err != nil {
		return err
	}
	host, err := root.Host(time.Now())
	if err != nil {
		return err
	}
	b.desk = &pair.Desk{Root: root.Cert, Clock: time.Now, Enrol: b.enrol}
	b.host = &lan.Server{
		Registry: b.reg, Devices: b, Desk: b.desk, Identity: host,
		Hello: func(ctx context.Context) (h lan.Hello, err error) {
			h = lan.Hello{Product: "zafe", Version: version, Level: op.Level, MinLevel: op.MinLevel, Book: id.BookID}
			err = b.store.View(ctx, func(tx *store.Tx) error {
				c, err := company.Of(tx)
				if err != nil {
					return err
				}
				last, err := tx.Head()
				h.Company, h.Event, h.Hash = c.Name, last.ID, last.Hash.String()
				return err
			})
			return h, err
		},
		Raise: func() bool {
			front := b.pc.front.Load()
			if front != nil {
				(*front)()
			}
			return front != nil
		},
		Log: func(what string, err error) { b.pc.log.Info("lan", slog.String("what", what), slog.Any("err", err)) },
	}
	return nil
}

// answer lets the verbs of this PC work on the book while this program has it open: they reach it on the
// loopback with a key that lives as long as the program, in a file that only its user can read.
func (b *book) answer(ctx context.Context) error {
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	seat, self, err := lan.Own(ln.Addr().String(), b.desk.Root, time.Now())
	if err == nil {
		err = machine.WriteFile(b.pc.path(runningFile), seat)
	}
	if err != nil {
		return errors.Join(err, ln.Close())
	}
	b.host.Self = self
	b.jobs.Go(func() {
		if err := b.host.Serve(ctx, ln); err != nil {
			b.pc.warn("the verbs cannot reach this program", err)
		}
		if err := os.Remove(b.pc.path(runningFile)); err != nil {
			b.pc.warn("left behind", err)
		}
	})
	return nil
}

func (b *book) enrol(ctx context.Context, fp device.Fingerprint, name string, by int64) error {
	return b.store.Update(ctx, func(tx *store.Tx) error {
		return appdevice.Enrol(tx, string(fp), name, auth.UserID(by))
	})
}

// Allowed implements lan.Devices: the row of the book decides.
func (b *book) Allowed(ctx context.Context, fp device.Fingerprint) (ok bool, err error) {
	err = b.store.View(ctx, func(tx *store.Tx) error {
		d, known, err := tx.DeviceByFingerprint(string(fp))
		ok = known && d.State == appdevice.Active
		return err
	})
	return ok, err
}

// Invite implements device.Inviter.
func (b *book) Invite(by auth.UserID) (appdevice.Invitation, error) {
	port := int(b.port.Load())
	if port == 0 {
		return appdevice.Invitation{}, fault.New(fault.Conflict, "device.not_serving")
	}
	code, expires, err := b.desk.Invite(int64(by))
	return appdevice.Invitation{Code: code, Expires: expires, Addresses: lan.Addresses(port)}, err
}

// Cut implements device.Inviter.
func (b *book) Cut(fingerprint string) { b.host.CloseDevice(device.Fingerprint(fingerprint)) }

// Serve implements machine.Book. A program that serves is there to stay, so that the verbs of this PC are
// let in as well, whatever becomes of the port.
func (b *book) Serve(ctx context.Context, addr string, ready func(string)) error {
	if !b.begin() { // work of the office that is under way is answered before the book closes
		return fault.New(fault.Unavailable, "store.closed")
	}
	defer b.jobs.Done()
	b.answering()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(b.life, cancel)()
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", addr)
	if err != nil {
		return fault.New(fault.Unavailable, "lan.port_taken", "addr", addr).Because(err)
	}
	_, port, err := net.SplitHostPort(ln.Addr().String())
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		return err
	}
	b.port.Store(int64(n))
	defer b.port.Store(0)
	ready(ln.Addr().String())
	return b.host.Serve(ctx, ln)
}

// begin counts one more job that Close waits for, unless it does already.
func (b *book) begin() bool {
	b.ending.Lock()
	defer b.ending.Unlock()
	if b.life.Err() != nil {
		return false
	}
	b.jobs.Add(1)
	return true
}

// originKey is the setting with the restore point that the book was put back from.
const originKey = "backup.origin"

// backups prepares the copies of the book.
func (b *book) backups(ctx context.Context, id setup.Identity) error {
	var origin *backup.Point
	err := b.store.View(ctx, func(tx *store.Tx) error { _, err := tx.Setting(originKey, &origin); return err })
	if err != nil {
		return err
	}
	remotes, err := remote.Use(ctx, kept{b.store, "backup.config"}, nil)
	if err != nil {
		return err
	}
	service, err := syncbackup.Open(ctx, syncbackup.Settings{
		Dir: b.pc.path(vaultDir), Vault: vaultOf(id), WriterID: id.WriterID,
		WriterName: id.WriterName, AppVersion: version, Schema: store.Schema(), Every: 2 * time.Hour,
		Source: source{b.store}, Files: attachments{b.store}, Remotes: remotes, State: kept{b.store, "backup.state"},
		Now: time.Now,
	})
	if err != nil {
		return err
	}
	b.copies = service
	b.keep, err = keeper.New(ctx, keeper.Settings{
		Service: service, Remotes: remotes, Clock: time.Now, Automatic: !id.Demo, Origin: origin,
		Dir:    b.pc.path(vaultDir),
		Change: func(ctx context.Context) (uint64, error) { return changes(ctx, b.store) },
		SheetKnown: func(ctx context.Context) (known bool, err error) {
			err = b.store.View(ctx, func(tx *store.Tx) error {
				p, err := setup.ProgressOf(tx)
				known = p.SheetKnown
				return err
			})
			return known, err
		},
		Writer: b.newWriter,
		Drill:  func() vault.BookSink { return &drill{pc: b.pc} },
		Log:    b.pc.warn,
	})
	return err
}

// newWriter gives the book's backups another name among the writers of its vault.
func (b *book) newWriter(ctx context.Context) (writer string, err error) {
	if writer, err = b.pc.newWriter(); err != nil {
		return "", err
	}
	return writer, b.store.Update(ctx, func(tx *store.Tx) error {
		id, _, err := setup.IdentityOf(tx)
		id.WriterID, id.WriterName = writer, b.pc.Name()
		return errors.Join(err, setup.SaveIdentity(tx, id))
	})
}

// vaultOf is the vault that a book's copies are in.
func vaultOf(id setup.Identity) syncbackup.VaultOf {
	return syncbackup.VaultOf{ID: id.VaultID, RecoveryKey: id.RecoveryKey, Inside: id.VaultFolder}
}

// bookKeys are the keys of an open book, whose copies follow a new recovery key.
type bookKeys struct {
	opener.Keys
	b *book
}

// Rotate implements opening.Keys. A new recovery key waits for attachments that are only in the old
// vault: opening.files_coming.
func (k bookKeys) Rotate(ctx context.Context, r opening.Rotation) error {
	if !r.Sheet {
		return k.Keys.Rotate(ctx, r)
	}
	missing, err := k.b.store.MissingFiles(ctx)
	if err != nil {
		return err
	}
	if n := len(missing); n > 0 {
		return fault.New(fault.Conflict, "opening.files_coming", "count", n)
	}
	return k.b.keep.Renew(ctx, func() (syncbackup.VaultOf, error) {
		if err := k.Keys.Rotate(ctx, r); err != nil {
			return syncbackup.VaultOf{}, err
		}
		var id setup.Identity
		err := k.b.store.View(context.WithoutCancel(ctx), func(tx *store.Tx) (err error) {
			id, _, err = setup.IdentityOf(tx)
			return err
		})
		return vaultOf(id), err
	})
}

func changes(ctx context.Context, st *store.Store) (n uint64, err error) {
	err = st.View(ctx, func(tx *store.Tx) (err error) { n, err = tx.LastChange(); return err })
	return n, err
}

// kept keeps a part of the backups' knowledge in a setting of the book.
type kept struct {
	store *store.Store
	key   string
}

// Load implements remote.ConfigStore and backup.StateStore.
func (k kept) Load(ctx context.Context) (data []byte, err error) {
	err = k.store.View(ctx, func(tx *store.Tx) error { _, err := tx.Setting(k.key, &data); return err })
	return data, err
}

// Save implements remote.ConfigStore and backup.StateStore.
func (k kept) Save(ctx context.Context, data []byte) error {
	return k.store.Update(ctx, func(tx *store.Tx) error { return tx.SetSetting(k.key, data) })
}

// source gives the book to the backups.
type source struct{ *store.Store }

// Checks implements vault.Source.
func (s source) Checks(ctx context.Context) (c vault.Checks, err error) {
	err = s.View(ctx, func(tx *store.Tx) error { c, err = checks(tx); return err })
	return c, err
}

func checks(tx *store.Tx) (vault.Checks, error) {
	t, err := tx.Totals()
	return vault.Checks{
		Change: t.Change, LastInvoice: t.LastInvoice, InvoiceCount: t.Invoices,
		SumDebit: int64(t.Debit), SumCredit: int64(t.Credit), AuditHead: t.Head,
	}, err
}

// attachments gives the contents of a book to the backups, and takes them back.
type attachments struct{ *store.Store }

// Attachments implements vault.Files.
func (a attachments) Attachments(ctx context.Context) ([]vault.Attachment, error) {
	all, err := a.Files(ctx)
	return known(all), err
}

// known is how the backups speak of contents.
func known(files []store.StoredFile) []vault.Attachment {
	out := make([]vault.Attachment, len(files))
	for i, f := range files {
		out[i] = vault.Attachment{Hash: f.Digest, Size: f.Size, Month: f.Month}
	}
	return out
}

// Open implements vault.Files.
func (a attachments) Open(ctx context.Context, hash string) (io.ReadCloser, error) {
	return a.OpenFile(ctx, hash)
}

// Has implements vault.FileSink.
func (a attachments) Has(ctx context.Context, f vault.Attachment) (bool, error) {
	needed, err := a.NeedsFile(ctx, f.Hash)
	return !needed, err
}

// Put implements vault.FileSink.
func (a attachments) Put(ctx context.Context, f vault.Attachment, content io.Reader) error {
	return a.RestoreFile(ctx, f.Hash, content)
}

// bringEvery is how often attachments that are still missing after a restore are looked for: the disk that has
// them may be plugged in later.
const bringEvery = 15 * time.Minute

// bringFiles brings back what a restore still lacks, while people work on the book: from the place it was
// restored from if this program did it, then from wherever the book's own copies are.
func (b *book) bringFiles(ctx context.Context) {
	rescue := b.pc.rescue.Swap(nil)
	if rescue != nil && !rescue.In(b.pc.path(vaultDir)) {
		if err := b.keep.Keep(ctx, rescue); err != nil {
			b.pc.warn("the place of the restored copy is no destination", err)
		}
	}
	for {
		left, err := b.bringOnce(ctx, rescue)
		if err != nil && ctx.Err() == nil {
			b.pc.warn("attachments are not all back", err)
		}
		if err == nil && left == 0 {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(bringEvery):
		}
	}
}

func (b *book) bringOnce(ctx context.Context, rescue *keeper.Rescue) (left int, err error) {
	sink := attachments{b.store}
	missing, err := b.store.MissingFiles(ctx)
	if err == nil && len(missing) > 0 && rescue != nil {
		if _, err := rescue.Files(ctx, known(missing), sink, func(backup.Progress) {}); err != nil {
			b.pc.warn("attachments are looked for in the other copies", err)
		}
		missing, err = b.store.MissingFiles(ctx)
	}
	if err != nil || len(missing) == 0 {
		return len(missing), err
	}
	return b.copies.BringFiles(ctx, known(missing), sink)
}

// Do implements op.Caller.
func (b *book) Do(ctx context.Context, s *op.Spec, req, resp any) error {
	return b.local().Do(ctx, s, req, resp)
}

// Stream implements op.Caller.
func (b *book) Stream(ctx context.Context, s *op.Spec, req any, w io.Writer) (op.Download, error) {
	return b.local().Stream(ctx, s, req, w)
}

// Upload implements op.Caller.
func (b *book) Upload(ctx context.Context, s *op.Spec, req any, content io.Reader, resp any) error {
	return b.local().Upload(ctx, s, req, content, resp)
}

func (b *book) local() op.Local[*store.Tx] {
	return op.Local[*store.Tx]{Registry: b.reg, Credential: func() op.Credential {
		if t := b.token.Load(); t != nil {
			return op.Credential{Token: *t}
		}
		return op.Credential{}
	}}
}

// SetToken implements machine.Book.
func (b *book) SetToken(token string) { b.token.Store(&token) }

// Local implements machine.Book.
func (b *book) Local() bool { return true }

// Place implements machine.Book.
func (b *book) Place() string { return b.pc.Name() }

// Watch implements machine.Book: a book of this PC is never out of reach.
func (b *book) Watch(func(bool)) {}

// Retry implements machine.Book.
func (b *book) Retry(context.Context) error { return nil }

// Connected implements machine.Book.
func (b *book) Connected() int { return b.host.Connected() }

// DoJSON performs any operation by name.
func (b *book) DoJSON(ctx context.Context, name string, in []byte) ([]byte, error) {
	return b.reg.DoJSON(op.WithCredential(ctx, b.local().Credential()), name, in)
}

// StreamJSON is DoJSON for the operations that make a file.
func (b *book) StreamJSON(ctx context.Context, name string, in []byte, w io.Writer) (op.Download, error) {
	return b.reg.StreamJSON(op.WithCredential(ctx, b.local().Credential()), name, in, w)
}

// UploadJSON is DoJSON for the operations that take a file.
func (b *book) UploadJSON(ctx context.Context, name string, in []byte, content io.Reader) ([]byte, error) {
	return b.reg.UploadJSON(op.WithCredential(ctx, b.local().Credential()), name, in, content)
}

// nameCompany notes the company's name for the next log-in.
func (b *book) nameCompany(ctx context.Context) error {
	var c company.Profile
	err := b.store.View(context.WithoutCancel(ctx), func(tx *store.Tx) (err error) {
		c, err = company.Of(tx)
		return err
	})
	if name, sample := b.pc.Company(); err == nil && c.Name != name {
		err = b.pc.SetCompany(c.Name, sample)
	}
	return err
}

// Close implements machine.Book.
func (b *book) Close(ctx context.Context, progress func(string)) (err error) {
	defer b.pc.refer("close", &err)
	if progress == nil {
		progress = func(string) {}
	}
	b.ending.Lock()
	b.stop()
	b.ending.Unlock()
	b.jobs.Wait()
	progress("shell.closing.backup")
	if err := b.keep.Close(ctx); err != nil {
		b.pc.log.Warn("backup at close failed", slog.Any("err", err))
	}
	progress("shell.closing.book")
	if err := errors.Join(b.nameCompany(ctx), b.pc.note(ctx, b.store)); err != nil {
		b.pc.warn("the company's name or the end of the chain was not noted", err)
	}
	return b.store.Close()
}

// Join implements machine.Machine.
func (p *pc) Join(ctx context.Context, addr, code, name string) (err error) {
	defer p.refer("join", &err)
	if err := p.fit(); err != nil { // the key of this PC is kept there
		return err
	}
	s, err := lan.Join(ctx, addr, code, name, time.Now())
	if err != nil {
		return err
	}
	return machine.WriteFile(p.path(hostFile), s)
}

// Leave implements machine.Machine.
func (p *pc) Leave() error { return os.Remove(p.path(hostFile)) }

// Connect implements machine.Machine.
func (p *pc) Connect(ctx context.Context) (_ machine.Book, err error) {
	defer p.refer("connect", &err)
	s, ok, err := p.seat(hostFile)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fault.New(fault.NotFound, "store.no_book")
	}
	b, err := s.Reach(ctx, s.Addr)
	if b == nil {
		return nil, err
	}
	j := &joined{Remote: b, pc: p}
	return j, errors.Join(err, j.witness(ctx, err == nil))
}

// joined is the book of the main PC, with a witness of how far it goes.
type joined struct {
	*lan.Remote
	pc *pc
}

// witness compares the end of the chain with the furthest that this PC was told, when the main PC is
// reached, and notes it.
func (j *joined) witness(ctx context.Context, reached bool) error {
	if !reached {
		return nil
	}
	h, err := j.Hello(ctx)
	if err != nil || h.Event == 0 { // an older host says nothing of it
		return err
	}
	seen := j.pc.Seen()
	if seen.Book == h.Book && (h.Event < seen.Event || h.Event == seen.Event && h.Hash != seen.Hash) {
		j.pc.older.Store(true)
		j.pc.log.Warn("the main PC shows an older book", slog.Int64("seen", seen.Event), slog.Int64("shown", h.Event))
	}
	return j.pc.SetSeen(machine.Seen{Book: h.Book, Event: h.Event, Hash: h.Hash})
}

// witnessWait bounds what a PC that leaves asks the main PC.
const witnessWait = 2 * time.Second

// Close implements machine.Book: the end of the day is what the next morning is compared with.
func (j *joined) Close(ctx context.Context, progress func(string)) error {
	asking, stop := context.WithTimeout(ctx, witnessWait)
	defer stop()
	if err := j.witness(asking, true); err != nil {
		j.pc.warn("the end of the chain was not noted", err)
	}
	return j.Remote.Close(ctx, progress)
}

// Providers implements machine.Machine.
func (p *pc) Providers(all bool) []backup.Provider { return keeper.Providers(all) }

// Form implements machine.Machine.
func (p *pc) Form(provider string, values map[string]string) ([]backup.Field, error) {
	return keeper.Form(provider, values)
}

// OwnCopies implements machine.Machine.
func (p *pc) OwnCopies() string {
	if entries, err := os.ReadDir(p.path(vaultDir)); err != nil || len(entries) == 0 {
		return ""
	}
	return p.path(vaultDir)
}

// copies is a place with backups, and this PC to put one back on.
type copies struct {
	*keeper.Rescue
	pc       *pc
	recovery recovery.Key
}

// OpenVault implements machine.Machine.
func (p *pc) OpenVault(ctx context.Context, n backup.NewDestination, sheet string,
	ask func(backup.Question) (string, bool),
) (_ machine.Vault, err error) {
	defer p.refer("reach copies", &err)
	key, err := recovery.Parse(sheet)
	if err != nil {
		return nil, err
	}
	r, err := keeper.OpenRescue(ctx, n, key.String(), ask, p.warn)
	if err != nil {
		return nil, err
	}
	return &copies{r, p, key}, nil
}

// Restore implements machine.Vault: under fresh keys, as a book of this PC.
func (c *copies) Restore(ctx context.Context, point, login, pass string, progress func(backup.Progress),
) (done machine.Restored, err error) {
	defer c.pc.refer("restore", &err)
	if err := errors.Join(c.pc.fit(), user.CheckReset(login, pass, strong)); err != nil {
		return done, err
	}
	writer, err := c.pc.newWriter()
	if err != nil {
		return done, err
	}
	a := &adoption{pc: c.pc, login: login, password: pass, writer: writer}
	sec := store.Secrets{
		BookID: op.NewID(time.Now()), Password: pass, Recovery: c.recovery,
		// Under another's label it would go on opening the book after its owner changed it or left.
		Owner: func() string { return user.SlotLabel(a.owner.ID) },
	}
	o := c.pc.options(crypt.KDF{})
	o.Aside = c.pc.aside()
	sink := &rebuild{dir: c.pc.path(bookDir), secrets: sec, options: o, check: a.adopt}
	if err := c.Rescue.Restore(ctx, point, sink, progress); err != nil {
		return done, err
	}
	c.pc.rescue.Store(c.Rescue)
	c.pc.keepHealth(verify.Health{State: verify.Sound})
	done = machine.Restored{Login: a.owner.Login, Events: a.events, Invoices: sink.manifest.Checks.InvoiceCount}
	return done, errors.Join(c.pc.SetCompany(a.company, false), c.pc.SetSeen(machine.Seen{}))
}

// Rest implements machine.Vault.
func (c *copies) Rest(ctx context.Context, progress func(backup.Progress)) (left int, err error) {
	st, err := store.Open(ctx, c.pc.path(bookDir), store.WithRecovery(c.recovery), c.pc.options(crypt.KDF{}))
	if err != nil {
		return 0, err
	}
	missing, err := st.MissingFiles(ctx)
	if err == nil {
		left, err = c.Files(ctx, known(missing), attachments{st}, progress)
	}
	return left, errors.Join(err, st.Close())
}

// firstOwner is who made the book.
const firstOwner auth.UserID = 1

// rebuild puts a book together in a folder from a backup.
type rebuild struct {
	dir     string
	secrets store.Secrets
	options store.Options
	check   func(*store.Tx, vault.Manifest) error // the first transaction; what it refuses does not appear

	manifest vault.Manifest
	into     *store.Restoring
}

// Begin implements vault.BookSink.
func (r *rebuild) Begin(ctx context.Context, _ int, _ uint32) error {
	r.into = store.StartRestore(ctx, r.dir, r.secrets, r.options, func(tx *store.Tx) error {
		return r.check(tx, r.manifest)
	})
	return nil
}

// Page implements vault.BookSink.
func (r *rebuild) Page(_ uint32, data []byte) error { return r.into.Page(data) }

// Commit implements vault.BookSink.
func (r *rebuild) Commit(_ context.Context, m vault.Manifest) error {
	r.manifest = m
	st, err := r.into.Finish()
	if err != nil {
		return err
	}
	return st.Close()
}

// Abort implements vault.BookSink.
func (r *rebuild) Abort() {
	if r.into != nil {
		r.into.Abort()
	}
}

// promised compares a restored book with what its manifest said of it.
func promised(tx *store.Tx, m vault.Manifest) error {
	got, err := checks(tx)
	if err == nil && !m.Matches(got) {
		err = fault.New(fault.Conflict, "backup.totals_differ")
	}
	return err
}

// adoption makes a restored book this PC's own.
type adoption struct {
	pc              *pc
	login, password string
	writer          string
	company         string
	events          int64     // in the chain
	owner           user.User // whose password it is
}

// adopt is the first transaction after the pages: a new writer for the backups, a new password, every
// session over, and the event that says so.
func (a *adoption) adopt(tx *store.Tx, m vault.Manifest) error {
	if err := promised(tx, m); err != nil {
		return err
	}
	id, ok, err := setup.IdentityOf(tx)
	if err != nil || !ok {
		return errors.Join(err, fault.New(fault.Conflict, "backup.totals_differ"))
	}
	id.WriterID, id.WriterName = a.writer, a.pc.Name()
	c, err := company.Of(tx)
	if err != nil {
		return err
	}
	a.company = c.Name
	if a.owner, err = user.Reset(context.Background(), tx, a.login, a.password, user.Standard, strong); err != nil {
		return err
	}
	last, err := tx.Head()
	if err != nil {
		return err
	}
	a.events = last.ID
	// What the other PC found and did was about its own files.
	return errors.Join(setup.SaveIdentity(tx, id), tx.SetSetting("backup.state", []byte(nil)), verify.Forget(tx),
		tx.SetSetting(originKey, keeper.PointOf(m)),
		tx.SetSetting(jobsKey, map[string]time.Time{}), tx.NoteRestored(fmt.Sprintf(`{"writer":%q,"seq":%d}`, m.WriterID, m.Seq)))
}

// drill is a trial restore: beside the book, checked and thrown away.
type drill struct {
	rebuild
	pc *pc
}

// Begin implements vault.BookSink. The trial book lives for seconds under keys that nobody is given: being
// random, they need not be slow. What a disk still holds of it afterwards cannot be read.
func (d *drill) Begin(ctx context.Context, size int, pages uint32) error {
	dir, err := os.MkdirTemp(d.pc.dir, drillPrefix)
	if err != nil {
		return err
	}
	cost := crypt.KDF{Time: 1, MemoryKiB: 64, Threads: 1}
	d.rebuild = rebuild{
		dir:     filepath.Join(dir, bookDir),
		secrets: store.Secrets{BookID: op.NewID(time.Now()), Label: "drill", Password: rand.Text(), Cost: cost},
		options: d.pc.options(cost),
		check: func(tx *store.Tx, m vault.Manifest) error {
			wrong, err := tx.CheckIntegrity()
			if err == nil && len(wrong) > 0 {
				err = fault.New(fault.Conflict, "backup.totals_differ")
			}
			return errors.Join(err, promised(tx, m))
		},
	}
	if _, err := rand.Read(d.secrets.Recovery[:]); err != nil {
		return err
	}
	return d.rebuild.Begin(ctx, size, pages)
}

// Commit implements vault.BookSink.
func (d *drill) Commit(ctx context.Context, m vault.Manifest) error {
	return errors.Join(d.rebuild.Commit(ctx, m), d.clear())
}

// Abort implements vault.BookSink.
func (d *drill) Abort() {
	d.rebuild.Abort()
	if err := d.clear(); err != nil {
		d.pc.warn("trial restore not removed", err)
	}
}

func (d *drill) clear() error {
	if d.dir == "" {
		return nil
	}
	return os.RemoveAll(filepath.Dir(d.dir))
}

// Logins implements machine.Machine.
func (p *pc) Logins() []machine.Login {
	if _, sample := p.Company(); !sample {
		return nil
	}
	var out []machine.Login
	for _, d := range demo.People {
		out = append(out, machine.Login{Login: d.Login, Password: d.Password, Role: string(d.Role), TOTP: d.Secret})
	}
	return out
}

// RecoveryKey implements machine.Machine.
func (p *pc) RecoveryKey(ctx context.Context, b machine.Book) (key string, err error) {
	mine, ok := b.(*book)
	if !ok {
		return "", fault.New(fault.Forbidden, "op.forbidden")
	}
	err = mine.store.View(ctx, func(tx *store.Tx) error {
		id, _, err := setup.IdentityOf(tx)
		key = id.RecoveryKey
		return err
	})
	return key, err
}

// stepClock is the clock of the sample company while it is made.
type stepClock struct{ at atomic.Int64 }

// Set implements demo.Clock.
func (c *stepClock) Set(t time.Time) { c.at.Store(t.UnixMilli()) }

func (c *stepClock) now() time.Time { return time.UnixMilli(c.at.Load()).UTC() }

// demoCost: the sample's passwords are printed for all to see, slowing guesses down would be theatre.
var (
	demoSlot = crypt.KDF{Time: 1, MemoryKiB: 64, Threads: 1}
	demoHash = user.Hashing{Passes: 1, MemoryKiB: 64, Threads: 1}
)

// Demo implements machine.Machine.
func (p *pc) Demo(ctx context.Context, size string, progress func(done, total int64)) (err error) {
	defer p.refer("sample", &err)
	z, ok := demo.ParseSize(size)
	if !ok {
		return fault.New(fault.Invalid, "cli.kind_unknown", "kind", size)
	}
	if err := p.fit(); err != nil {
		return err
	}
	id, key, err := p.newIdentity()
	if err != nil {
		return err
	}
	id.Demo = true
	clock := &stepClock{}
	clock.Set(demo.FirstDay.In(time.UTC))
	sec := store.Secrets{
		BookID: id.BookID, Label: user.SlotLabel(firstOwner), Password: demo.People[0].Password, Recovery: key, Cost: demoSlot,
	}
	o := p.options(demoSlot)
	o.Clock, o.Zone = clock.now, time.UTC
	fresh := p.path(bookDir + ".making") // a killed demo leaves no half company behind
	if err := os.RemoveAll(fresh); err != nil {
		return err
	}
	st, err := store.Create(ctx, fresh, sec, o, func(tx *store.Tx) error { return demoRows(ctx, tx, id) })
	if err != nil {
		return err
	}
	reg := op.New[*store.Tx](st, nobody{}, clock.now, p.record)
	bindBusiness(reg, st)
	err = demo.Fill(ctx, op.Local[*store.Tx]{Registry: reg}, clock, z, progress)
	if err = errors.Join(err, st.Close()); err != nil {
		return errors.Join(err, os.RemoveAll(fresh))
	}
	if err := errors.Join(crypt.Rename(fresh, p.path(bookDir)), durable.Folder(p.dir)); err != nil {
		return err
	}
	return p.SetCompany(demo.Company().Name, true)
}

// nobody logs in while the sample is made: calls carry their actor.
type nobody struct{}

// Authenticate implements op.Authenticator.
func (nobody) Authenticate(context.Context, op.Credential) (auth.Actor, error) {
	return auth.Actor{}, nil
}

// demoRows fills the first transaction of the sample company.
func demoRows(ctx context.Context, tx *store.Tx, id setup.Identity) error {
	for _, d := range demo.People {
		u, err := user.NewOwner(ctx, user.SaveRequest{Login: d.Login, Name: d.Name, Password: d.Password}, demoHash, anything)
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
