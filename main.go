// Command zafe is Zafè: the desktop, the host of an office and the verbs, in one binary. This file
// only joins the parts; it alone may import them all.
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"zafe/app/auth"
	"zafe/app/backup"
	"zafe/app/billing"
	"zafe/app/catalog"
	"zafe/app/company"
	"zafe/app/demo"
	appdevice "zafe/app/device"
	"zafe/app/fault"
	"zafe/app/history"
	"zafe/app/imports"
	"zafe/app/ledger"
	"zafe/app/op"
	"zafe/app/party"
	"zafe/app/password"
	"zafe/app/recovery"
	"zafe/app/search"
	"zafe/app/setup"
	"zafe/app/user"
	"zafe/app/verify"
	"zafe/store"
	"zafe/store/crypt"
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
	bookDir   = "book"
	vaultDir  = "vault"
	prefsFile = "local.json"
	hostFile  = "host.json"
	logFile   = "zafe.log"

	drillPrefix = "drill-" // of the folder of a trial restore
)

// pc is this computer: one data folder.
type pc struct {
	dir string
	log *slog.Logger
}

// strong refuses passwords that are easy to guess.
func strong(p string, about []string, secondFactor bool) error {
	_, err := password.Check(p, about, secondFactor)
	return err
}

// joined is what a PC that works on another one's book remembers.
type joined struct {
	Addr    string `json:"addr"`
	Root    []byte `json:"root"` // the pinned root certificate, DER
	Key     []byte `json:"key"`  // this PC's identity, PEM
	Company string `json:"company"`
}

func newPC(dir string) (*pc, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fault.New(fault.Unavailable, "store.disk").Because(err)
	}
	f, err := os.OpenFile(filepath.Join(dir, logFile), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fault.New(fault.Unavailable, "store.disk").Because(err)
	}
	return &pc{dir: dir, log: slog.New(slog.NewJSONHandler(f, nil))}, nil
}

var _ machine.Machine = (*pc)(nil)

func (p *pc) path(name string) string { return filepath.Join(p.dir, name) }

func (p *pc) joined() (j joined, ok bool, err error) {
	err = machine.ReadFile(p.path(hostFile), &j)
	return j, j.Addr != "", err
}

// State implements machine.Machine.
func (p *pc) State(context.Context) (machine.State, error) {
	pref, err := p.readPreferences()
	if err != nil { // nothing in them is worth keeping a person out of their book
		p.log.Warn("preferences unreadable", slog.Any("err", err))
	}
	if store.Exists(p.path(bookDir)) {
		return machine.State{Presence: machine.Here, Company: pref.Company, Demo: pref.Demo}, nil
	}
	j, ok, err := p.joined()
	if ok {
		return machine.State{Presence: machine.Joined, Company: j.Company, Host: j.Addr}, err
	}
	return machine.State{Presence: machine.Nothing}, err
}

// local is the file of this PC's preferences, with what the first screen shows before log-in.
type local struct {
	machine.Preferences
	Company string `json:"company,omitempty"`
	Demo    bool   `json:"demo,omitempty"`
}

func (p *pc) readPreferences() (l local, err error) {
	return l, machine.ReadFile(p.path(prefsFile), &l)
}

// Preferences implements machine.Machine; an unreadable file means the defaults.
func (p *pc) Preferences() machine.Preferences {
	l, err := p.readPreferences()
	if err != nil {
		p.log.Warn("preferences unreadable", slog.Any("err", err))
	}
	return l.Preferences
}

// SavePreferences implements machine.Machine.
func (p *pc) SavePreferences(pref machine.Preferences) error {
	l, err := p.readPreferences()
	if err != nil {
		l = local{}
	}
	l.Preferences = pref
	return machine.WriteFile(p.path(prefsFile), l)
}

func (p *pc) remember(name string, demo bool) error {
	l, err := p.readPreferences()
	if err != nil {
		l = local{}
	}
	l.Company, l.Demo = name, demo
	return machine.WriteFile(p.path(prefsFile), l)
}

// Name implements machine.Machine.
func (p *pc) Name() string {
	name, err := os.Hostname()
	if err != nil || name == "" {
		return "PC"
	}
	return name
}

// Version implements machine.Machine.
func (p *pc) Version() string { return version }

func (p *pc) options(cost crypt.KDF) store.Options {
	return store.Options{Clock: time.Now, SlotCost: cost, OnEvent: func(what string) {
		p.log.Warn("seal", slog.String("what", what))
	}}
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
func (p *pc) Create(ctx context.Context, n machine.NewBook) (machine.Book, error) {
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
	if err := p.remember(n.Company, false); err != nil {
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
func (p *pc) Open(ctx context.Context, s machine.Secret) (machine.Book, error) {
	unlock := store.WithPassword(s.Password)
	if s.Recovery != "" {
		key, err := recovery.Parse(s.Recovery)
		if err != nil {
			return nil, err
		}
		unlock = store.WithRecovery(key)
	}
	st, err := store.Open(ctx, p.path(bookDir), unlock, p.options(crypt.KDF{}))
	if err != nil {
		return nil, err
	}
	return p.open(ctx, st)
}

// book is an open book of this PC with everything that works on it.
type book struct {
	pc    *pc
	store *store.Store
	reg   *op.Registry[*store.Tx]
	keep  *keeper.Keeper
	desk  *pair.Desk
	host  *lan.Server
	token atomic.Pointer[string]
	port  atomic.Int64
	stop  context.CancelFunc
	jobs  sync.WaitGroup
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
	b := &book{pc: p, store: st}
	users := user.NewService[*store.Tx](st, time.Now, user.Standard, strong, st)
	b.reg = op.New[*store.Tx](st, users, time.Now, p.record)
	if err := b.network(id); err != nil {
		return nil, err
	}
	if err := b.backups(ctx, id); err != nil {
		return nil, err
	}
	b.bind(users)
	background, stop := context.WithCancel(context.Background())
	b.stop = stop
	st.OnCommit(func(uint64) { b.keep.Changed() })
	b.jobs.Go(func() { b.keep.Run(background) })
	return b, nil
}

// sweep removes the trial restores of a program that was killed; the book is held, so none is under way.
func (p *pc) sweep() {
	left, err := filepath.Glob(p.path(drillPrefix + "*"))
	for _, dir := range left {
		err = errors.Join(err, os.RemoveAll(dir))
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
	setup.Bind(b.reg)
	appdevice.Bind(b.reg, b)
	backup.Bind(b.reg, b.keep)
	bindBusiness(b.reg)
	history.Bind(b.reg)
	verify.Bind(b.reg, b.store, func(ctx context.Context) error { return b.store.VerifySeal(ctx, nil) },
		verify.Check[*store.Tx](ledgerFindings), verify.Check[*store.Tx](billingFindings))
}

// bindBusiness registers the operations on the business itself.
func bindBusiness(reg *op.Registry[*store.Tx]) {
	company.Bind(reg)
	party.Bind(reg)
	catalog.Bind(reg)
	imports.Bind(reg)
	search.Bind(reg)
	ledger.Bind(reg)
	billing.Bind(reg)
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
				h.Company = c.Name
				return err
			})
			return h, err
		},
		Log: func(what string, err error) { b.pc.log.Info("lan", slog.String("what", what), slog.Any("err", err)) },
	}
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

// Serve implements machine.Book.
func (b *book) Serve(ctx context.Context, addr string, ready func(string)) error {
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

// backups prepares the copies of the book.
func (b *book) backups(ctx context.Context, id setup.Identity) error {
	remotes, err := remote.Use(ctx, kept{b.store, "backup.config"}, nil)
	if err != nil {
		return err
	}
	service, err := syncbackup.Open(ctx, syncbackup.Settings{
		Dir: b.pc.path(vaultDir), VaultID: id.VaultID, RecoveryKey: id.RecoveryKey, WriterID: id.WriterID,
		WriterName: id.WriterName, AppVersion: version, Schema: store.Schema(), Every: 2 * time.Hour,
		Source: source{b.store}, Files: noFiles{}, Remotes: remotes, State: kept{b.store, "backup.state"}, Now: time.Now,
	})
	if err != nil {
		return err
	}
	b.keep, err = keeper.New(ctx, keeper.Settings{
		Service: service, Remotes: remotes, Clock: time.Now, Automatic: !id.Demo,
		Change: func(ctx context.Context) (uint64, error) { return changes(ctx, b.store) },
		SheetKnown: func(ctx context.Context) (known bool, err error) {
			err = b.store.View(ctx, func(tx *store.Tx) error {
				p, err := setup.ProgressOf(tx)
				known = p.SheetKnown
				return err
			})
			return known, err
		},
		Drill: func() vault.BookSink { return &drillSink{pc: b.pc} },
		Log:   func(what string, err error) { b.pc.log.Warn(what, slog.Any("err", err)) },
	})
	return err
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

// noFiles: the book has no attachment yet, the vault's format has their place.
type noFiles struct{}

// Attachments implements vault.Files.
func (noFiles) Attachments(context.Context) ([]vault.Attachment, error) { return nil, nil }

// Open implements vault.Files.
func (noFiles) Open(_ context.Context, hash string) (io.ReadCloser, error) {
	return nil, fmt.Errorf("no attachment %s", hash)
}

// Has and Put implement vault.FileSink.
func (noFiles) Has(context.Context, vault.Attachment) (bool, error) { return true, nil }

// Put implements vault.FileSink.
func (noFiles) Put(_ context.Context, a vault.Attachment, _ io.Reader) error {
	return fmt.Errorf("attachment %s has no place", a.Hash)
}

// Do implements op.Caller.
func (b *book) Do(ctx context.Context, s *op.Spec, req, resp any) error {
	return b.local().Do(ctx, s, req, resp)
}

// Stream implements op.Caller.
func (b *book) Stream(ctx context.Context, s *op.Spec, req any, w io.Writer) (op.Download, error) {
	return b.local().Stream(ctx, s, req, w)
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

// Reference implements cli.Registry.
func (b *book) Reference() []op.Entry { return b.reg.Reference() }

// DoJSON implements cli.Registry.
func (b *book) DoJSON(ctx context.Context, name string, in []byte) ([]byte, error) {
	return b.reg.DoJSON(op.WithCredential(ctx, b.local().Credential()), name, in)
}

// Close implements machine.Book.
func (b *book) Close(ctx context.Context, progress func(string)) error {
	if progress == nil {
		progress = func(string) {}
	}
	b.stop()
	b.jobs.Wait()
	progress("shell.closing.backup")
	if err := b.keep.Close(ctx); err != nil {
		b.pc.log.Warn("backup at close failed", slog.Any("err", err))
	}
	progress("shell.closing.book")
	return b.store.Close()
}

// far is a book on another PC.
type far struct {
	*lan.Client
	watch atomic.Pointer[func(bool)]
}

var _ machine.Book = (*far)(nil)

// Join implements machine.Machine.
func (p *pc) Join(ctx context.Context, addr, code, name string) error {
	id, err := device.NewPC(time.Now())
	if err != nil {
		return err
	}
	addr = lan.WithPort(strings.TrimSpace(addr))
	root, err := pair.Join(ctx, addr, code, name, id)
	if err != nil {
		return err
	}
	key, err := id.Marshal()
	if err != nil {
		return err
	}
	c := lan.NewClient(addr, root, id)
	defer c.Close()
	hello, err := c.Hello(ctx)
	if err != nil {
		return err
	}
	return machine.WriteFile(p.path(hostFile), joined{Addr: addr, Root: root.Raw, Key: key, Company: hello.Company})
}

// Leave implements machine.Machine.
func (p *pc) Leave() error { return os.Remove(p.path(hostFile)) }

// Connect implements machine.Machine.
func (p *pc) Connect(ctx context.Context) (machine.Book, error) {
	j, ok, err := p.joined()
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fault.New(fault.NotFound, "store.no_book")
	}
	id, err := device.Parse(j.Key)
	if err != nil {
		return nil, err
	}
	root, err := device.ParseCert(j.Root)
	if err != nil {
		return nil, err
	}
	f := &far{Client: lan.NewClient(j.Addr, root, id)}
	f.Reached = func(ok bool) {
		if w := f.watch.Load(); w != nil {
			(*w)(ok)
		}
	}
	_, err = f.Hello(ctx)
	return f, err
}

// Local implements machine.Book.
func (f *far) Local() bool { return false }

// Place implements machine.Book.
func (f *far) Place() string { return f.Addr() }

// Watch implements machine.Book.
func (f *far) Watch(fn func(bool)) { f.watch.Store(&fn) }

// Retry implements machine.Book.
func (f *far) Retry(ctx context.Context) error { _, err := f.Hello(ctx); return err }

// Connected implements machine.Book.
func (f *far) Connected() int { return 0 }

// Serve implements machine.Book: only the main PC serves.
func (f *far) Serve(context.Context, string, func(string)) error {
	return fault.New(fault.Conflict, "device.not_serving")
}

// Close implements machine.Book.
func (f *far) Close(context.Context, func(string)) error { f.Client.Close(); return nil }

// Providers implements machine.Machine.
func (p *pc) Providers(all bool) []backup.Provider { return keeper.Providers(all) }

// Form implements machine.Machine.
func (p *pc) Form(provider string, values map[string]string) ([]backup.Field, error) {
	return keeper.Form(provider, values)
}

// copies is a vault opened to restore from it.
type copies struct {
	pc       *pc
	tree     *vault.Tree
	recovery recovery.Key
	byID     map[string]vault.Point
}

// OpenVault implements machine.Machine.
func (p *pc) OpenVault(ctx context.Context, n backup.NewDestination, sheet string,
	ask func(backup.Question) (string, bool),
) (machine.Vault, error) {
	key, err := recovery.Parse(sheet)
	if err != nil {
		return nil, err
	}
	c := &copies{pc: p, recovery: key, byID: map[string]vault.Point{}}
	if n.Provider == "local" {
		c.tree, err = syncbackup.OpenFolder(ctx, n.Folder, key.String())
		return c, err
	}
	remotes, err := remote.Use(ctx, &remote.Memory{}, nil)
	if err != nil {
		return nil, err
	}
	draft := keeper.Draft(n)
	draft.ReadOnly = true
	s, err := remotes.Begin(ctx, draft)
	if err != nil {
		return nil, err
	}
	for step := keeper.StepOf(s); step.Question != nil; step = keeper.StepOf(s) {
		value, ok := ask(*step.Question)
		if !ok {
			s.Cancel()
			return nil, fault.New(fault.Unavailable, "op.cancelled")
		}
		if err := s.Answer(ctx, value); err != nil {
			s.Cancel()
			return nil, err
		}
	}
	d, err := s.Finish(ctx)
	if err != nil {
		s.Cancel()
		return nil, err
	}
	c.tree, err = syncbackup.OpenCopy(ctx, remotes, d.ID, key.String())
	return c, err
}

// pointsShown bounds the list of a restore: nobody on their worst day reads more.
const pointsShown = 60

// Points implements machine.Vault.
func (c *copies) Points(ctx context.Context) ([]machine.Point, error) {
	contents, err := c.tree.Read(ctx)
	if err != nil {
		return nil, err
	}
	var points []vault.Point
	for _, w := range contents.Writers {
		points = append(points, w.Points...)
	}
	slices.SortFunc(points, func(a, b vault.Point) int { return b.At.Compare(a.At) })
	var out []machine.Point
	for _, at := range points[:min(len(points), pointsShown)] {
		m, err := c.tree.Describe(ctx, at)
		if err != nil {
			c.pc.log.Warn("restore point unreadable", slog.Any("err", err))
			continue
		}
		id := at.String()
		c.byID[id] = at
		out = append(out, machine.Point{
			ID: id, Writer: m.WriterName, Made: m.Created, Bytes: m.BookBytes(),
			Invoice: m.Checks.LastInvoice, Invoices: m.Checks.InvoiceCount, Newest: len(out) == 0,
		})
	}
	return out, nil
}

// Close implements machine.Vault.
func (c *copies) Close() error { return nil }

// Restore implements machine.Vault.
func (c *copies) Restore(ctx context.Context, pt machine.Point, login, pass string, progress func(backup.Progress)) error {
	at, ok := c.byID[pt.ID]
	if !ok {
		return fault.New(fault.NotFound, "backup.point_gone")
	}
	if err := user.CheckReset(login, pass, strong); err != nil {
		return err
	}
	writer, err := c.pc.newWriter()
	if err != nil {
		return err
	}
	sink := &restoreSink{pc: c.pc, key: c.recovery, login: login, password: pass, writer: writer}
	if _, err := syncbackup.Restore(ctx, c.tree, at, sink, func(v vault.Progress) {
		progress(backup.Progress{Stage: string(v.Stage), Done: v.Done, Total: v.Total})
	}); err != nil {
		return err
	}
	return c.pc.remember(sink.company, false)
}

// firstOwner is who made the book.
const firstOwner auth.UserID = 1

// restoreSink puts a restored book in place on this PC under fresh keys.
type restoreSink struct {
	noFiles
	pc              *pc
	key             recovery.Key
	login, password string
	writer          string
	company         string
	owner           auth.UserID // whose password it is
	manifest        vault.Manifest
	into            *store.Restoring
}

// Begin implements vault.BookSink.
func (r *restoreSink) Begin(ctx context.Context, _ int, _ uint32) error {
	sec := store.Secrets{BookID: op.NewID(time.Now()), Label: user.SlotLabel(firstOwner), Password: r.password, Recovery: r.key}
	r.into = store.StartRestore(ctx, r.pc.path(bookDir), sec, r.pc.options(crypt.KDF{}), r.adopt)
	return nil
}

// Page implements vault.BookSink.
func (r *restoreSink) Page(_ uint32, data []byte) error { return r.into.Page(data) }

// adopt makes a restored book this PC's own, in the first transaction after its pages: a new writer
// for the backups, a new password, every session over, and the event that says so.
func (r *restoreSink) adopt(tx *store.Tx) error {
	got, err := checks(tx)
	if err != nil {
		return err
	}
	if !r.manifest.Matches(got) {
		return fault.New(fault.Conflict, "backup.totals_differ")
	}
	id, ok, err := setup.IdentityOf(tx)
	if err != nil || !ok {
		return errors.Join(err, fault.New(fault.Conflict, "backup.totals_differ"))
	}
	id.WriterID, id.WriterName = r.writer, r.pc.Name()
	c, err := company.Of(tx)
	if err != nil {
		return err
	}
	r.company = c.Name
	owner, err := user.Reset(context.Background(), tx, r.login, r.password, user.Standard, strong)
	if err != nil {
		return err
	}
	r.owner = owner.ID
	return errors.Join(setup.SaveIdentity(tx, id), tx.SetSetting("backup.state", []byte(nil)),
		tx.NoteRestored(fmt.Sprintf(`{"writer":%q,"seq":%d}`, r.manifest.WriterID, r.manifest.Seq)))
}

// Commit implements vault.BookSink.
func (r *restoreSink) Commit(ctx context.Context, m vault.Manifest) error {
	r.manifest = m
	st, err := r.into.Finish()
	if err != nil {
		return err
	}
	// Whose password it is was known only once the people could be read. Under another's label it would
	// go on opening the book after its owner changed it or left.
	if r.owner != firstOwner {
		err = st.SetPasswordSlot(ctx, user.SlotLabel(r.owner), r.password)
		if err == nil {
			err = st.DropPasswordSlot(ctx, user.SlotLabel(firstOwner))
		}
	}
	return errors.Join(err, st.Close())
}

// Abort implements vault.BookSink.
func (r *restoreSink) Abort() {
	if r.into != nil {
		r.into.Abort()
	}
}

// drillSink restores a copy beside the book, checks it and throws it away.
type drillSink struct {
	pc       *pc
	dir      string
	manifest vault.Manifest
	into     *store.Restoring
}

// Begin implements vault.BookSink.
func (d *drillSink) Begin(ctx context.Context, _ int, _ uint32) (err error) {
	if d.dir, err = os.MkdirTemp(d.pc.dir, drillPrefix); err != nil {
		return err
	}
	// The trial book lives for seconds under keys that nobody is given: being random, they need not be
	// slow. What a disk still holds of it afterwards cannot be read.
	sec := store.Secrets{
		BookID: op.NewID(time.Now()), Label: "drill", Password: rand.Text(),
		Cost: crypt.KDF{Time: 1, MemoryKiB: 64, Threads: 1},
	}
	if _, err := rand.Read(sec.Recovery[:]); err != nil {
		return err
	}
	d.into = store.StartRestore(ctx, filepath.Join(d.dir, bookDir), sec, d.pc.options(sec.Cost), d.check)
	return nil
}

// Page implements vault.BookSink.
func (d *drillSink) Page(_ uint32, data []byte) error { return d.into.Page(data) }

// check compares the restored book with what the manifest promised.
func (d *drillSink) check(tx *store.Tx) error {
	wrong, err := tx.CheckIntegrity()
	if err != nil {
		return err
	}
	got, err := checks(tx)
	if err != nil {
		return err
	}
	if len(wrong) > 0 || !d.manifest.Matches(got) {
		return fault.New(fault.Conflict, "backup.totals_differ")
	}
	return nil
}

// Commit implements vault.BookSink.
func (d *drillSink) Commit(_ context.Context, m vault.Manifest) error {
	d.manifest = m
	st, err := d.into.Finish()
	if err != nil {
		return errors.Join(err, os.RemoveAll(d.dir))
	}
	return errors.Join(st.Close(), os.RemoveAll(d.dir))
}

// Abort implements vault.BookSink.
func (d *drillSink) Abort() {
	if d.into != nil {
		d.into.Abort()
	}
	if err := os.RemoveAll(d.dir); err != nil {
		d.pc.log.Warn("trial restore not removed", slog.Any("err", err))
	}
}

// Logins implements machine.Machine.
func (p *pc) Logins() []machine.Login {
	l, err := p.readPreferences()
	if err != nil || !l.Demo {
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
func (p *pc) Demo(ctx context.Context, size string, progress func(done, total int64)) error {
	z, ok := demo.ParseSize(size)
	if !ok {
		return fault.New(fault.Invalid, "cli.kind_unknown", "kind", size)
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
	bindBusiness(reg)
	err = demo.Fill(ctx, op.Local[*store.Tx]{Registry: reg}, clock, z, progress)
	if err = errors.Join(err, st.Close()); err != nil {
		return errors.Join(err, os.RemoveAll(fresh))
	}
	if err := os.Rename(fresh, p.path(bookDir)); err != nil {
		return err
	}
	return p.remember(demo.Company().Name, true)
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
