// Command zafe is Zafè: the desktop, the host of an office and the verbs, in one binary. This file
// only joins the parts; it alone may import them all.
package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"zafe/app/approval"
	"zafe/app/attempt"
	"zafe/app/audit"
	"zafe/app/backup"
	"zafe/app/billing"
	"zafe/app/bin"
	"zafe/app/catalog"
	"zafe/app/change"
	"zafe/app/company"
	"zafe/app/demo"
	appdevice "zafe/app/device"
	"zafe/app/durable"
	"zafe/app/fault"
	"zafe/app/file"
	"zafe/app/history"
	"zafe/app/imports"
	"zafe/app/incident"
	"zafe/app/job"
	"zafe/app/leave"
	"zafe/app/ledger"
	"zafe/app/notify"
	"zafe/app/op"
	"zafe/app/opening"
	"zafe/app/party"
	"zafe/app/password"
	"zafe/app/past"
	"zafe/app/plan"
	"zafe/app/recovery"
	"zafe/app/relay"
	"zafe/app/role"
	"zafe/app/search"
	"zafe/app/sentry"
	"zafe/app/setup"
	"zafe/app/support"
	"zafe/app/user"
	"zafe/app/verify"
	"zafe/app/where"
	appwitness "zafe/app/witness"
	"zafe/store"
	"zafe/store/checkup"
	"zafe/store/crypt"
	"zafe/store/folder"
	"zafe/store/kept"
	"zafe/store/keyring"
	"zafe/store/newbook"
	"zafe/store/opener"
	"zafe/store/rebuild"
	"zafe/store/repair"
	"zafe/store/source"
	"zafe/store/witness"
	syncbackup "zafe/sync/backup"
	"zafe/sync/backup/disks"
	"zafe/sync/backup/keeper"
	"zafe/sync/backup/remote"
	"zafe/sync/backup/vault"
	"zafe/sync/device"
	"zafe/sync/discover"
	"zafe/sync/firewall"
	"zafe/sync/guest"
	"zafe/sync/host"
	"zafe/sync/lan"
	"zafe/sync/metered"
	syncnotify "zafe/sync/notify"
	"zafe/ui"
	"zafe/ui/cli"
	"zafe/ui/machine"
)

// version is set by the linker.
var version = "dev"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := cli.Main(ctx, cli.Program{
		Args: os.Args[1:], In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Clock: machine.Now,
		Machine: func(dir string) (machine.Machine, error) { return newPC(dir) },
		Desktop: ui.Run,
	})
	stop()
	os.Exit(code)
}

// pc is this computer: one data folder.
type pc struct {
	*machine.Memory
	home  folder.Folder
	alone *opener.PC             // opens the book without anybody
	front atomic.Pointer[func()] // brings the window to the front
	older atomic.Bool            // the book, here or on the main PC, is older than this PC saw it
	told  atomic.Pointer[func(key string)]
	copy  guest.Follower // of the book of another PC, while this one is its relay
	// rescue is where the book was restored from that is opened next, and has its attachments.
	rescue atomic.Pointer[keeper.Rescue]
}

func newPC(dir string) (*pc, error) {
	home, err := folder.Open(dir)
	if err != nil {
		return nil, err
	}
	p := &pc{home: home, Memory: &machine.Memory{Path: home.Path(folder.Memory), Warn: home.Warn}}
	p.alone = &opener.PC{Warn: home.Warn, Keepers: []opener.Keeper{
		{Kind: crypt.KindKeyring, Ring: keyring.New()},
		{Kind: crypt.KindTPM, Ring: keyring.NewChip(home.Path(folder.Chip))},
	}}
	p.copy = guest.Follower{
		Path: home.Path(folder.Copied), Clock: machine.Now, Warn: home.Warn,
		Open: func() (guest.Copy, error) { return store.OpenStandby(home.Path(folder.Relay)) },
		Connect: func(ctx context.Context) (*guest.Book, error) {
			if s, err := p.State(ctx); err != nil || s.Presence != machine.Joined {
				return nil, err
			}
			return p.connect(ctx)
		},
	}
	return p, store.Settle(home.Path(folder.Book))
}

var _ machine.Machine = (*pc)(nil)

// State implements machine.Machine.
func (p *pc) State(context.Context) (machine.State, error) {
	if store.Exists(p.home.Path(folder.Book)) {
		name, sample := p.Company()
		taken, notTaken := host.Taken(p.home.Path(folder.Office))
		// A key file that is damaged is told by Open.
		h, _ := store.HeaderOf(p.home.Path(folder.Book))
		return machine.State{
			Presence: machine.Here, Company: name, Demo: sample, AutoOpen: p.alone.Alone(h),
			Older: p.older.Load(), Earlier: store.HasEarlier(p.home.Path(folder.Book)), Damaged: p.home.Damaged(),
			Taken: taken.Addr, TakenBy: taken.Called(), Fenced: notTaken == nil,
		}, nil
	}
	j, ok, err := lan.ReadSeat(p.home.Path(folder.Host))
	if ok {
		return machine.State{
			Presence: machine.Joined, Company: j.Company, Host: j.Called(), HostAddr: j.Addr, Older: p.older.Load(), HelpsUntil: j.Until,
		}, err
	}
	return machine.State{Presence: machine.Nothing}, err
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
	b := &book{pc: p, caller: caller{Registry: op.New[*store.Tx](nil, nil, machine.Now, nil)}}
	b.bind(nil)
	return b.Registry.Reference()
}

// Version implements machine.Machine.
func (p *pc) Version() string { return version }

func (p *pc) options(cost crypt.KDF) store.Options {
	return store.Options{
		Clock: machine.Now, SlotCost: cost, Invariants: checkup.Invariants,
		Known:   store.Known{Book: p.Seen().Book, Seal: p.Seen().Seal},
		OnEvent: func(what string) { p.home.Log.Warn("seal", slog.String("what", what)) },
		Progress: func(key string) {
			if told := p.told.Load(); told != nil {
				(*told)(key)
			}
		},
	}
}

// replacing are the options of what takes the place of the book that is here, which is moved aside.
func (p *pc) replacing() store.Options {
	o := p.options(crypt.KDF{})
	o.Aside = p.home.Aside(machine.Now())
	return o
}

// maker is this PC as one that makes a book.
func (p *pc) maker() (newbook.PC, error) {
	root, err := device.NewRoot(machine.Now())
	if err != nil {
		return newbook.PC{}, err
	}
	pem, err := root.Marshal()
	if err != nil {
		return newbook.PC{}, err
	}
	writer, err := p.newWriter()
	return newbook.PC{Name: p.Name(), WriterID: writer, Root: pem}, err
}

func (p *pc) newWriter() (string, error) {
	var r [4]byte
	_, err := rand.Read(r[:])
	return vault.WriterID(p.Name(), r), err
}

// Create implements machine.Machine.
func (p *pc) Create(ctx context.Context, n machine.NewBook) (_ machine.Book, err error) {
	defer p.home.Refer("create", &err)
	if err := p.home.Fit(); err != nil {
		return nil, err
	}
	maker, err := p.maker()
	if err != nil {
		return nil, err
	}
	st, err := newbook.Create(ctx, p.home.Path(folder.Book), maker, newbook.Request(n), p.options(crypt.KDF{}))
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

// Open implements machine.Machine.
func (p *pc) Open(ctx context.Context, s machine.Secret) (_ machine.Book, err error) {
	defer p.home.Refer("open", &err)
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
	st, err := store.Open(ctx, p.home.Path(folder.Book), open, p.options(crypt.KDF{}))
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
func (p *pc) Repair(ctx context.Context, r machine.RepairRequest) (_ machine.Repaired, err error) {
	defer p.home.Refer("repair", &err)
	open, err := unlock(r.Secret)
	if err != nil {
		return machine.Repaired{}, err
	}
	out, err := repair.Accept(ctx, p.home.Path(folder.Book), open, p.replacing(), p.Seen(), r.Login, r.Accept)
	if err == nil && r.Accept {
		p.home.KeepHealth(verify.Health{State: verify.Sound}) // all of it was just checked
	}
	return machine.Repaired(out), err
}

// Earlier implements machine.Machine.
func (p *pc) Earlier(ctx context.Context, s machine.Secret) (_ machine.Earlier, err error) {
	defer p.home.Refer("look back", &err)
	open, err := unlock(s)
	if err != nil {
		return machine.Earlier{}, err
	}
	e, err := repair.LookBack(ctx, p.home.Path(folder.Book), open, p.options(crypt.KDF{}))
	return machine.Earlier(e), err
}

// GoBack implements machine.Machine.
func (p *pc) GoBack(ctx context.Context, s machine.Secret) (err error) {
	defer p.home.Refer("go back", &err)
	open, err := unlock(s)
	if err != nil {
		return err
	}
	pass := s.Password
	if s.Recovery != "" {
		pass = "" // it opened nothing
	}
	line := func(*store.Tx) error { return nil }
	if _, notTaken := host.Taken(p.home.Path(folder.Office)); notTaken != nil { // this PC leads
		above, own, _ := host.Restored(p.home.Path(folder.Office))
		line = func(tx *store.Tx) error { return relay.Raise(tx, above, own) }
	}
	if err := repair.GoBack(ctx, p.home.Path(folder.Book), open, p.replacing(), pass, line); err != nil {
		return err
	}
	p.home.KeepHealth(verify.Health{State: verify.Sound}) // the one that is aside was not
	return p.SetSeen(verify.Seen{})                       // older than it was, as it was asked to be
}

// running reaches the program that has the book of this PC open, nil when none does.
func (p *pc) running(ctx context.Context) *lan.Remote {
	return host.Reach(ctx, p.home.Path(folder.Running), p.Name(), p.home.Warn)
}

// caller performs operations on a book of this PC.
type caller = op.Local[*store.Tx]

// book is an open book of this PC with everything that works on it.
type book struct {
	caller
	pc    *pc
	store *store.Store
	keep  *keeper.Keeper
	host  *host.Host[*store.Tx]
	guard *host.Guard
	past  *past.Service
	check *verify.Service[*store.Tx]
	tells *notify.Service[*store.Tx]
	news  *change.Service
	leave *leave.Service[*store.Tx]
	help  *support.Keeper[*store.Tx]
	token atomic.Pointer[string]
	away  atomic.Bool
	works *job.Group // what Close waits for

	answering func() // lets the verbs of this PC in, once
	backedUp  bool   // the last backup was made
}

var _ machine.Book = (*book)(nil)

// open assembles a book over its store.
func (p *pc) open(ctx context.Context, st *store.Store) (_ *book, err error) {
	defer func() {
		if err != nil {
			err = errors.Join(err, st.Close())
		}
	}()
	b := &book{pc: p, store: st}
	id, err := b.identity(ctx)
	if err != nil {
		return nil, err
	}
	if err := b.guarding(ctx, id); err != nil {
		return nil, err
	}
	if err := rebuild.Sweep(p.home.Dir); err != nil { // the book is held: no trial restore is under way
		p.home.Log.Warn("trial restore not removed", slog.Any("err", err))
	}
	if err := p.compare(ctx, st); err != nil {
		return nil, err
	}
	b.check = p.watch(st)
	users := user.NewService[*store.Tx](st, machine.Now, user.Standard, password.Strong, st)
	b.help = support.NewKeeper[*store.Tx](st, users, machine.Now)
	reg := op.New[*store.Tx](st, b.help, machine.Now, op.LogTo(p.home.Log))
	reg.Fence, reg.Halt = relay.Fence(b.live()), incident.Halt[*store.Tx]
	reg.Denied = attempt.New[*store.Tx](st, p.home.Warn).Denied
	b.caller = caller{Registry: reg, Credential: b.credential, Still: b.help.GoesOn}
	if err := b.network(id); err != nil {
		return nil, err
	}
	if err := b.listening(ctx); err != nil {
		return nil, err
	}
	if err := b.backups(ctx, id); err != nil {
		return nil, err
	}
	reg.BeforeRisk(b.keep.Before)
	b.past = past.New(earlier{b}, machine.Now, p.home.Warn)
	b.bind(users)
	b.works = job.NewGroup()
	b.works.Go(b.past.Care)
	b.answering = sync.OnceFunc(func() {
		serve, err := b.host.Answer(p.home.Path(folder.Running))
		if err != nil {
			p.home.Warn("the verbs cannot reach this program", err)
			return
		}
		b.works.Go(serve)
	})
	if b.guard.Refusal() != nil { // it is looked at
		return b, nil
	}
	if err := users.Settle(ctx); err != nil {
		return nil, err
	}
	if err := opener.TellMended(ctx, st); err != nil { // it is no reason to keep everybody out
		p.home.Warn("that the key files were mended is not told", err)
	}
	st.OnCommit(func(uint64) { b.keep.Changed() })
	st.OnChange(b.news.Tell)
	st.OnCompared(func(differ []string) { b.compared(context.WithoutCancel(ctx), differ) })
	b.works.Go(func(ctx context.Context) { b.guard.Run(ctx); b.noteLoss(context.WithoutCancel(ctx)) })
	b.lead(func(ctx context.Context) { b.compareCopies(ctx); b.keep.Run(ctx) })
	b.lead(b.tells.Run)
	b.lead(func(ctx context.Context) { b.leave.Care(ctx, b, p.home.Warn) })
	b.lead(func(ctx context.Context) { b.help.Care(ctx, b.host, p.home.Warn) })
	b.lead(func(ctx context.Context) { b.check.Care(ctx, b, kept.Jobs{Store: st}, p.home.Warn) })
	b.lead(func(ctx context.Context) { witness.Keep(ctx, st, p, noteEvery, p.home.Warn) })
	b.lead(func(ctx context.Context) { b.keep.KeepFiles(ctx, p.rescue.Swap(nil), source.Files{Store: st}) })
	return b, nil
}

// compare asks whether the book is older than this PC saw it, which keeps nobody out.
func (p *pc) compare(ctx context.Context, st *store.Store) error {
	seen := p.Seen()
	older, err := witness.Compare(ctx, st, p)
	if older {
		p.older.Store(true)
		p.home.Log.Warn("older than it was", slog.Int64("seen", seen.Event))
	}
	return err
}

// bind registers every operation there is.
func (b *book) bind(users *user.Service[*store.Tx]) {
	user.Bind(b.Registry, users)
	opening.Bind(b.Registry, b.store, users, keeper.Keys{
		Keys: b.pc.alone.Keys(b.store), Keeper: b.keep, Book: source.Files{Store: b.store}, Identity: b.identity,
	})
	setup.Bind(b.Registry)
	appdevice.Bind(b.Registry, b.host, relay.Spare[*store.Tx])
	b.leave = leave.New[*store.Tx](b.store, users, b.host.Cut, relay.Spare[*store.Tx])
	leave.Bind(b.Registry, b.leave)
	support.Bind(b.Registry, b.help, b.host)
	relay.Bind(b.Registry, b.live())
	appwitness.Bind(b.Registry, b.host.Heard, func() { b.pc.older.Store(false) })
	backup.Bind(b.Registry, b.keep)
	past.Bind(b.Registry, b.store, b.past, b.store.ReceiveFile)
	plan.Bind(b.Registry, b.store, b.keep)
	where.Bind(b.Registry, b.store, where.Around{
		Name: b.pc.Name(), Own: b.guard.Own, Folder: b.pc.home.Path(folder.Book), Slots: b.pc.alone.Keys(b.store).Slots, Copies: b.keep,
	})
	notify.Bind(b.Registry, b.tells)
	bindBusiness(b.Registry, b.store)
	approval.Bind(b.Registry)
	history.Bind(b.Registry)
	sentry.Bind(b.Registry)
	bin.Bind(b.Registry)
	verify.Bind(b.Registry, b.check)
	change.Bind(b.Registry, b.news)
	incident.Bind(b.Registry, b.copyNow)
}

// copyNow makes a restore point and sends it everywhere, beside whoever asks.
func (b *book) copyNow() {
	go func() {
		err := b.works.Do(context.Background(), func(ctx context.Context) error {
			_, err := b.keep.Now(ctx)
			return err
		})
		if err != nil {
			b.pc.home.Warn("no copy was made", err)
		}
	}()
}

// bindBusiness registers the operations on the business itself.
func bindBusiness(reg *op.Registry[*store.Tx], st *store.Store) {
	company.Bind(reg)
	role.Bind(reg)
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
	set := checkup.Settings(st, machine.Now)
	set.Known, set.Keep = p.home.Health(), p.home.KeepHealth
	set.Around = func() verify.Surroundings {
		around := p.home.Around()
		around.Older = p.older.Load()
		return around
	}
	v := verify.New(set)
	st.OnDamage(v.Hurt)
	return v
}

// network prepares this PC to be the main PC of an office.
func (b *book) network(id setup.Identity) (err error) {
	b.host, err = host.New(host.Settings[*store.Tx]{
		Book: b.store, BookID: id.BookID, Root: id.Root, Registry: b.Registry, Version: version, Clock: machine.Now,
		Raise: func() bool {
			front := b.pc.front.Load()
			if front != nil {
				(*front)()
			}
			return front != nil
		},
		Feed: b.store.Feed, Still: b.help.GoesOn, Guard: b.guard,
		Log: func(what string, err error) {
			b.pc.home.Log.Info("lan", slog.String("what", what), slog.Any("err", err))
		},
		Warn: b.pc.home.Warn,
	})
	return err
}

// listening prepares what tells people of what others change.
func (b *book) listening(ctx context.Context) error {
	var head audit.Event
	err := b.store.View(ctx, func(tx *store.Tx) (err error) { head, err = tx.Head(); return err })
	b.news = change.New(head.ID, b.help.GoesOn)
	return err
}

// Serve implements machine.Book. A program that serves is there to stay, so that the verbs of this PC are
// let in as well, whatever becomes of the port. What the office does is answered before the book closes.
func (b *book) Serve(ctx context.Context, addr string, ready func(string)) error {
	return b.works.Do(ctx, func(ctx context.Context) error {
		b.answering()
		return b.host.Serve(ctx, addr, ready)
	})
}

// live is what this program knows of the relay PC, and of one that took over.
type live struct {
	*host.Guard
	book *book
}

func (b *book) live() live { return live{b.guard, b} }

// Here implements relay.Live.
func (l live) Here(fingerprint string) bool { return l.book.host.Here(fingerprint) }

// Forget implements relay.Live.
func (l live) Forget() {
	l.Guard.Forget()
	l.book.store.EndFeed()
}

// Fed implements relay.Live.
func (l live) Fed() relay.Fed { return relay.Fed(l.book.store.Fed()) }

// guarding asks whether another PC took the place of this one, before the book is written to.
func (b *book) guarding(ctx context.Context, id setup.Identity) error {
	var post relay.Post
	err := b.store.View(ctx, func(tx *store.Tx) (err error) { post, err = relay.Of(tx); return err })
	if err != nil {
		return err
	}
	b.guard = host.NewGuard(host.GuardSettings{
		Path: b.pc.home.Path(folder.Office), Name: b.pc.Name(), Book: id.BookID, Root: id.Root, Post: post,
		Clock: machine.Now, Warn: b.pc.home.Warn,
	})
	b.guard.Look(ctx)
	b.noteLoss(ctx)
	return nil
}

// noteLoss keeps in the book that another PC took over: the file that says so can be lost.
func (b *book) noteLoss(ctx context.Context) {
	l, ok := b.guard.Loss()
	if !ok {
		return
	}
	if err := b.store.Update(ctx, func(tx *store.Tx) error { return relay.Note(tx, l) }); err != nil {
		b.pc.home.Warn("that another PC took over was not noted in the book", err)
	}
}

// compared keeps what came of a comparison of the relay's copy with the book.
func (b *book) compared(ctx context.Context, differ []string) {
	if len(differ) > 0 {
		b.pc.home.Log.Warn("the copy of the relay differs", slog.Int("files", len(differ)), slog.String("first", differ[0]))
	}
	if err := b.store.Update(ctx, func(tx *store.Tx) error { return relay.Compared(tx, len(differ)) }); err != nil {
		b.pc.home.Warn("that the copy of the relay was compared was not noted", err)
	}
}

// lead does a work of the main PC until ctx ends or another PC takes over: nothing more is to reach the copies.
func (b *book) lead(work func(ctx context.Context)) {
	b.works.Go(func(ctx context.Context) {
		ctx, stop := context.WithCancel(ctx)
		defer stop()
		defer context.AfterFunc(b.guard.Lost(), stop)()
		work(ctx)
	})
}

// backups prepares the copies of the book.
func (b *book) backups(ctx context.Context, id setup.Identity) error {
	origin, err := kept.Origin(ctx, b.store)
	if err != nil {
		return err
	}
	remotes, err := remote.Use(ctx, kept.Destinations(b.store), nil)
	if err != nil {
		return err
	}
	var from *vault.Origin
	if origin != nil {
		from = vault.OriginOf(origin.ID)
	}
	service, err := syncbackup.Open(ctx, syncbackup.Settings{
		Dir: b.pc.home.Path(folder.Vault), Vault: keeper.VaultOf(id), WriterID: id.WriterID,
		WriterName: cmp.Or(b.given(ctx), id.WriterName), AppVersion: version, Schema: store.Schema(),
		Source: source.Book{Store: b.store}, Files: source.Files{Store: b.store}, Remotes: remotes,
		State: kept.Copies(b.store), RestoredFrom: from, Now: machine.Now, Behind: b.behind,
		Checkpoint: source.Book{Store: b.store}.Checkpoint,
		SameDisk:   func(dir string) bool { return keeper.SameDisk(b.pc.home.Path(folder.Vault), dir) },
	})
	if err != nil {
		return err
	}
	b.keep, err = keeper.New(ctx, keeper.Settings{
		Service: service, Remotes: remotes, Clock: machine.Now, Sample: id.Demo, Origin: origin,
		Dir:    b.pc.home.Path(folder.Vault),
		Rules:  kept.Rules(b.store),
		Change: source.Book{Store: b.store}.Change,
		SheetKnown: func(ctx context.Context) (known bool, err error) {
			err = b.store.View(ctx, func(tx *store.Tx) error {
				p, err := setup.ProgressOf(tx)
				known = p.SheetKnown
				return err
			})
			return known, err
		},
		Drill: func() vault.BookSink {
			return received{rebuild.NewTrial(b.pc.home.Dir, b.pc.options(crypt.KDF{}), b.pc.home.Warn)}
		},
		Measures: kept.Measures{Store: b.store},
		Writer:   b.newWriter,
		Log:      b.pc.home.Warn,
		Proved:   func() { b.tells.Proved() },
		Disks:    disks.Roots,
		Line:     metered.Now,
	})
	b.tells = notify.New(notify.Options[*store.Tx]{
		Work: b.store, Copies: b.keep, Carrier: syncnotify.New(), Clock: machine.Now, Warn: b.pc.home.Warn,
		Automatic: !id.Demo,
	})
	return err
}

// earlier puts together what the book was at its restore points.
type earlier struct{ *book }

// was is the book as it was at one of them.
type was struct {
	op.Local[*store.Tx]
	*rebuild.Past
	keep  *keeper.Keeper
	place string
	point backup.Point
}

// Point implements past.Copy.
func (w was) Point() backup.Point { return w.point }

// Content implements past.Copy.
func (w was) Content(ctx context.Context, digest string, take func(context.Context, io.Reader) error) error {
	a, err := w.Attachment(ctx, digest)
	if err != nil {
		return err
	}
	return w.keep.Content(ctx, w.place, a, take)
}

// Open implements past.Engine.
func (e earlier) Open(ctx context.Context, place, point string, progress func(backup.Progress)) (past.Copy, error) {
	home := e.pc.home
	into := rebuild.NewPast(home.Dir, e.pc.options(crypt.KDF{}), home.Warn)
	p, err := e.keep.Recall(ctx, place, point, received{into}, progress)
	if err != nil {
		return nil, err
	}
	reg := op.New[*store.Tx](into, nil, machine.Now, func(op.Record) {}) // who asks is known, and logs
	reg.Reading = true
	party.Bind(reg)
	catalog.Bind(reg)
	billing.Bind(reg)
	file.Bind(reg, e.store.ReceiveFile) // refused, as all that writes
	return was{op.Local[*store.Tx]{Registry: reg}, into, e.keep, place, p}, nil
}

// identity reads what makes the book itself.
func (b *book) identity(ctx context.Context) (id setup.Identity, err error) {
	err = b.store.View(ctx, func(tx *store.Tx) (err error) { id, _, err = setup.IdentityOf(tx); return err })
	return id, err
}

// given is the name that the book has for this PC, which an owner may have given it; "" where it has none.
func (b *book) given(ctx context.Context) (name string) {
	err := b.store.View(ctx, func(tx *store.Tx) (err error) { name, err = tx.PCName(b.guard.Own()); return err })
	if err != nil {
		b.pc.home.Warn("what this PC is called was not read", err)
	}
	return name
}

// newWriter gives the book's backups another name among the writers of its vault.
func (b *book) newWriter(ctx context.Context) (writer string, err error) {
	if writer, err = b.pc.newWriter(); err != nil {
		return "", err
	}
	name := cmp.Or(b.given(ctx), b.pc.Name())
	return writer, b.store.Update(ctx, func(tx *store.Tx) error {
		id, _, err := setup.IdentityOf(tx)
		id.WriterID, id.WriterName = writer, name
		return errors.Join(err, setup.SaveIdentity(tx, id), op.RecordIn(ctx, tx))
	})
}

// behind makes a book that somebody put back, as its copies show, wait for its owner's word on its numbers.
func (b *book) behind(ctx context.Context) error {
	return b.store.Update(ctx, func(tx *store.Tx) error {
		last, err := tx.Head()
		return errors.Join(err, billing.AskNumbers(tx, last.At, tx.Now()), tx.NoteOlder(`{"seen":0}`))
	})
}

// compareCopies asks whether the newest copy on this PC holds more than the book.
func (b *book) compareCopies(ctx context.Context) {
	newest, err := b.keep.Newest(ctx)
	if err == nil && newest != nil {
		older := false
		err = b.store.View(ctx, func(tx *store.Tx) (err error) { older, err = appwitness.Older(tx, *newest); return err })
		if err == nil && older {
			err = b.store.Update(ctx, func(tx *store.Tx) error { return appwitness.Compare(tx, *newest) })
		}
	}
	if err != nil && ctx.Err() == nil {
		b.pc.home.Warn("the book was not compared with its newest copy", err)
	}
}

// credential is that of who is logged in here.
func (b *book) credential() op.Credential {
	if t := b.token.Load(); t != nil {
		return op.Credential{Token: *t, Away: b.away.Load()}
	}
	return op.Credential{}
}

// SetToken implements machine.Book.
func (b *book) SetToken(token string) { b.token.Store(&token) }

// SetAway implements machine.Book.
func (b *book) SetAway(away bool) { b.away.Store(away) }

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

// nameCompany notes the company's name for the next log-in.
func (b *book) nameCompany(ctx context.Context) error {
	return b.store.View(context.WithoutCancel(ctx), func(tx *store.Tx) error {
		c, err := company.Of(tx)
		if name, sample := b.pc.Company(); err == nil && c.Name != name {
			err = b.pc.SetCompany(c.Name, sample)
		}
		return err
	})
}

// BackUp implements machine.Book.
func (b *book) BackUp(ctx context.Context, progress func(string)) *backup.Unsent {
	b.works.End()
	b.past.End()
	if b.guard.Refusal() != nil { // nothing of it is to reach the copies
		return nil
	}
	b.backedUp = true
	progress("shell.closing.backup")
	if err := b.keep.Close(ctx); err != nil {
		b.pc.home.Log.Warn("backup at close failed", slog.Any("err", err))
	}
	return b.keep.Unsent(context.WithoutCancel(ctx))
}

// Close implements machine.Book.
func (b *book) Close(ctx context.Context, progress func(string)) (err error) {
	defer b.pc.home.Refer("close", &err)
	if progress == nil {
		progress = func(string) {}
	}
	last := ctx
	if b.backedUp { // what did not leave then goes at the next start; others may have worked on
		stopped, stop := context.WithCancel(ctx)
		stop()
		last = stopped
	}
	b.BackUp(last, progress)
	if b.guard.Refusal() != nil {
		return b.store.Close()
	}
	b.tells.Close(ctx)
	progress("shell.closing.book")
	if err := errors.Join(b.nameCompany(ctx), witness.Note(ctx, b.store, b.pc)); err != nil {
		b.pc.home.Warn("the company's name or the end of the chain was not noted", err)
	}
	return b.store.Close()
}

// Find implements machine.Machine.
func (p *pc) Find(ctx context.Context, found func(addr string)) {
	discover.Find(ctx, func(m discover.Main) { found(m.Addr) })
}

// sought looks on the network for the main PC of a seat.
func sought(ctx context.Context, s lan.Seat) []string {
	root, err := device.ParseCert(s.Root)
	if err != nil { // who is asked next says so
		return nil
	}
	return discover.Where(ctx, device.FingerprintOf(root))
}

// Join implements machine.Machine.
func (p *pc) Join(ctx context.Context, addr, code, name string) (err error) {
	defer p.home.Refer("join", &err)
	if err := p.home.Fit(); err != nil { // the key of this PC is kept there
		return err
	}
	s, err := lan.Join(ctx, addr, code, name, machine.Now())
	if err != nil {
		return err
	}
	return p.copy.Sit(p.home.Path(folder.Host), s)
}

// JoinInvited implements machine.Machine.
func (p *pc) JoinInvited(ctx context.Context, file []byte, name string) (err error) {
	defer p.home.Refer("join", &err)
	if err := p.home.Fit(); err != nil { // as Join
		return err
	}
	begun := p.home.Path(folder.Joining)
	s, err := lan.JoinInvited(ctx, begun, file, name, machine.Now())
	if err != nil {
		return err
	}
	if err := p.copy.Sit(p.home.Path(folder.Host), s); err != nil {
		return err
	}
	return os.Remove(begun)
}

// Firewall implements machine.Machine.
func (p *pc) Firewall() (machine.Firewall, error) {
	state, err := firewall.Look()
	return machine.Firewall(state), err
}

// LetIn implements machine.Machine.
func (p *pc) LetIn(ctx context.Context, in bool) error { return firewall.Set(ctx, in) }

// Leave implements machine.Machine.
func (p *pc) Leave() error { return p.copy.Leave(p.home.Path(folder.Host)) }

// Connect implements machine.Machine.
func (p *pc) Connect(ctx context.Context) (machine.Book, error) {
	b, err := p.connect(ctx)
	if b == nil {
		return nil, err
	}
	return b, err // with an error of the way there, so that it can be tried again
}

// noteEvery is how often a main PC notes how far its book is.
const noteEvery = time.Hour

// lookEvery is how often a PC looks whether the main PC still shows the newest book.
const lookEvery = 10 * time.Minute

func (p *pc) connect(ctx context.Context) (_ *guest.Book, err error) {
	defer p.home.Refer("connect", &err)
	s, ok, err := lan.ReadSeat(p.home.Path(folder.Host))
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fault.New(fault.NotFound, "store.no_book")
	}
	return guest.Connect(ctx, s, guest.Witness{
		Memory: p, Warn: p.home.Warn, Every: lookEvery, Where: sought,
		Keep: func(s lan.Seat) error { return durable.WriteJSON(p.home.Path(folder.Host), s) },
		Older: func(seen, shown int64) {
			if was := p.older.Swap(seen != 0); seen != 0 && !was {
				p.home.Log.Warn("the main PC shows an older book", slog.Int64("seen", seen), slog.Int64("shown", shown))
			}
		},
	})
}

// Follow implements machine.Machine.
func (p *pc) Follow(ctx context.Context, at []string) { p.copy.Run(ctx, at) }

// Standby implements machine.Machine.
func (p *pc) Standby() machine.Standby {
	return machine.Standby{
		Ready: store.Exists(p.home.Path(folder.Relay)) && !store.Exists(p.home.Path(folder.Book)), Kept: p.copy.Kept(),
	}
}

// Rival implements machine.Machine.
func (p *pc) Rival(ctx context.Context) (machine.Rival, error) {
	seat, err := host.Taken(p.home.Path(folder.Office))
	if err != nil {
		return machine.Rival{}, err
	}
	_, h, err := seat.Highest(ctx)
	if err == nil && relay.Later(seat.Term, seat.Lead, h.Term, h.Lead) { // one that was the main PC before
		err = fault.New(fault.Unavailable, "lan.host_unreachable", "host", seat.Addr)
	}
	return machine.Rival{Name: h.Name, Done: h.Done, Counted: h.Counted}, err
}

// TakeOver implements machine.Machine.
func (p *pc) TakeOver(ctx context.Context, s machine.Secret, behind bool) (err error) {
	defer p.home.Refer("take over", &err)
	open, err := unlock(s)
	if err != nil {
		return err
	}
	office := p.home.Path(folder.Office)
	if store.Exists(p.home.Path(folder.Book)) { // another took over from this one
		seat, err := host.Taken(office)
		if err != nil {
			return err
		}
		return p.take(ctx, p.home.Path(folder.Book), open, seat, verify.Seen{})
	}
	seat, ok, err := lan.ReadSeat(p.home.Path(folder.Host))
	if err != nil {
		return err
	}
	if !ok || !p.Standby().Ready {
		return fault.New(fault.NotFound, "relay.no_copy")
	}
	if err := seat.Gone(ctx, sought(ctx, seat)...); err != nil {
		return err
	}
	defer p.copy.Pause()()
	seat.Before = 0 // that of an older takeover: all that is in the copy was the main PC's
	var seen verify.Seen
	if !behind {
		seen = p.Seen()
	}
	err = p.take(ctx, p.home.Path(folder.Relay), open, seat, seen)
	if err == nil {
		err = store.PutInPlace(p.home.Path(folder.Relay), p.home.Path(folder.Book))
	}
	if err != nil {
		return err
	}
	return errors.Join(p.SetSeen(verify.Seen{}), p.SetCompany(seat.Company, false), os.Remove(p.home.Path(folder.Host)),
		p.copy.Forget())
}

// take makes this PC the main one, with the book in dir that is to go as far as was seen, and remembers where the
// other one was.
func (p *pc) take(ctx context.Context, dir string, open store.Unlock, seat lan.Seat, seen verify.Seen) error {
	if seat.Key == nil { // it was lost with the file that had it
		fresh, err := device.NewPC(machine.Now())
		if err != nil {
			return err
		}
		if seat.Key, err = fresh.Marshal(); err != nil {
			return err
		}
	}
	id, err := device.Parse(seat.Key)
	if err != nil {
		return err
	}
	writer, err := p.newWriter()
	if err != nil {
		return err
	}
	book, post, err := repair.TakeOver(ctx, dir, open, p.options(crypt.KDF{}), repair.Taking{
		WriterID: writer, WriterName: p.Name(), Main: string(id.Fingerprint), Above: seat.Term, Before: seat.Before,
		Seen: seen,
	})
	if err != nil {
		return err
	}
	return host.Lead(p.home.Path(folder.Office), book, seat, post)
}

// Rejoin implements machine.Machine.
func (p *pc) Rejoin(ctx context.Context) (err error) {
	defer p.home.Refer("rejoin", &err)
	office := p.home.Path(folder.Office)
	seat, err := host.Taken(office)
	if err == nil && (seat.Addr == "" || seat.Key == nil) {
		err = fault.New(fault.Conflict, "relay.fenced")
	}
	if err != nil {
		return err
	}
	addr, h, err := seat.Highest(ctx, sought(ctx, seat)...)
	if err == nil && relay.Later(seat.Term, seat.Lead, h.Term, h.Lead) {
		err = fault.New(fault.Unavailable, "relay.old_host", "host", addr)
	}
	if err != nil {
		return err
	}
	seat = seat.Moved(addr, h)
	seat.Company = h.Company
	// While the book is here, this PC works on it and not on the other: what ends in between is begun again.
	if err := durable.WriteJSON(p.home.Path(folder.Host), seat); err != nil {
		return err
	}
	if err := store.SetAside(p.home.Path(folder.Book), p.home.Aside(machine.Now())); err != nil {
		return err
	}
	return os.Remove(office)
}

// Providers implements machine.Machine.
func (p *pc) Providers(all bool) []backup.Provider { return keeper.Providers(all) }

// Form implements machine.Machine.
func (p *pc) Form(provider string, values map[string]string) ([]backup.Field, error) {
	return keeper.Form(provider, values)
}

// OwnCopies implements machine.Machine.
func (p *pc) OwnCopies() string {
	if entries, err := os.ReadDir(p.home.Path(folder.Vault)); err != nil || len(entries) == 0 {
		return ""
	}
	return p.home.Path(folder.Vault)
}

// copies is a place with backups, and this PC to put one back on.
type copies struct {
	*keeper.Rescue
	pc       *pc
	recovery recovery.Key
	shared   bool // made of two shares
}

// place is a place with copies, reached without their key.
type place struct {
	*keeper.Place
	pc *pc
}

// ReachVault implements machine.Machine.
func (p *pc) ReachVault(ctx context.Context, n backup.NewDestination, ask func(backup.Question) (string, bool),
) (_ machine.Place, err error) {
	defer p.home.Refer("reach copies", &err)
	at, err := keeper.Reach(ctx, n, ask, p.home.Warn)
	if err != nil {
		return nil, err
	}
	return place{at, p}, nil
}

// Open implements machine.Place.
func (at place) Open(ctx context.Context, sheet string) (_ machine.Vault, err error) {
	defer at.pc.home.Refer("open copies", &err)
	key, err := recovery.Parse(sheet)
	if err != nil {
		return nil, err
	}
	r, err := at.Place.Open(ctx, key.String())
	if err != nil {
		return nil, err
	}
	return &copies{r, at.pc, key, recovery.Shared(sheet)}, nil
}

// Restore implements machine.Vault: under fresh keys, as a book of this PC.
func (c *copies) Restore(ctx context.Context, point, login, pass string, progress func(backup.Progress),
) (done machine.Restored, err error) {
	defer c.pc.home.Refer("restore", &err)
	r := rebuild.Request{Login: login, Password: pass, Recovery: c.recovery, Shared: c.shared, WriterName: c.pc.Name()}
	if err := errors.Join(c.pc.home.Fit(), r.Check()); err != nil {
		return done, err
	}
	if r.WriterID, err = c.pc.newWriter(); err != nil {
		return done, err
	}
	above, self, lead := host.Restored(c.pc.home.Path(folder.Office))
	r.Above, r.Own = above, self
	own := rebuild.NewOwn(c.pc.home.Path(folder.Book), c.pc.replacing(), r)
	if err := c.Rescue.Restore(ctx, point, received{own}, progress); err != nil {
		return done, err
	}
	if err := lead(); err != nil {
		return done, err
	}
	c.pc.rescue.Store(c.Rescue)
	c.pc.home.KeepHealth(verify.Health{State: verify.Sound})
	back := own.Restored()
	done = machine.Restored{Login: back.Login, Events: back.Events, Invoices: back.Invoices}
	return done, errors.Join(c.pc.SetCompany(back.Company, false), c.pc.SetSeen(verify.Seen{}))
}

// Rest implements machine.Vault.
func (c *copies) Rest(ctx context.Context, progress func(backup.Progress)) (left int, err error) {
	open := store.WithRecovery(c.recovery)
	st, err := store.Open(ctx, c.pc.home.Path(folder.Book), open, c.pc.options(crypt.KDF{}))
	if err != nil {
		return 0, err
	}
	files := source.Files{Store: st}
	missing, err := files.Missing(ctx)
	if err == nil {
		left, err = c.Files(ctx, missing, files, keeper.Telling(progress))
	}
	return left, errors.Join(err, st.Close())
}

// received hands what a copy says of itself to the book that is rebuilt from it.
type received struct{ rebuild.Receiver }

// Commit implements vault.BookSink.
func (r received) Commit(ctx context.Context, m vault.Manifest) error {
	return r.Receiver.Commit(ctx, rebuild.Copy{
		WriterID: m.WriterID, Seq: m.Seq, Point: keeper.PointOf(m), Matches: m.Matches, Checkpoint: m.Checkpoint,
	})
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
func (p *pc) RecoveryKey(ctx context.Context, b machine.Book) (string, error) {
	mine, ok := b.(*book)
	if !ok {
		return "", fault.New(fault.Forbidden, "op.forbidden")
	}
	id, err := mine.identity(ctx)
	return id.RecoveryKey, err
}

// Demo implements machine.Machine.
func (p *pc) Demo(ctx context.Context, size string, progress func(done, total int64)) (err error) {
	defer p.home.Refer("sample", &err)
	z, ok := demo.ParseSize(size)
	if !ok {
		return fault.New(fault.Invalid, "cli.kind_unknown", "kind", size)
	}
	if err := p.home.Fit(); err != nil {
		return err
	}
	maker, err := p.maker()
	if err != nil {
		return err
	}
	err = newbook.Sample(ctx, p.home.Path(folder.Book), maker, z, p.options(crypt.KDF{}), bindBusiness,
		op.LogTo(p.home.Log), progress)
	if err != nil {
		return err
	}
	return p.SetCompany(demo.Company().Name, true)
}
