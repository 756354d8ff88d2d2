package crypt

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
)

// Options configure a mount; the zero value is fine.
type Options struct {
	// OnEvent is told of every finding, from whatever goroutine made it. It must not use the
	// database.
	OnEvent func(Event)
	// TempDir is where SQLite's temporary files go, sealed; the system's folder if empty. What a killed process
	// left there is removed.
	TempDir string
	// Tap is told of everything done to the files of the databases; nil for nobody.
	Tap Tap

	disk disk // replaced by tests
}

// Mount gives SQLite access to the sealed databases of one book under one root key.
type Mount struct {
	name    string
	number  uintptr // in mounts
	memory  uintptr // the VFS and its method table, in SQLite's memory
	methods uintptr
	disk    disk
	tempDir string
	onEvent func(Event)

	pages, logs, ledgers, temps *suite

	mu        sync.Mutex
	databases map[string]*database
	held      map[string]*database
	gone      bool // unmounted

	lastMu    sync.Mutex
	last      *Fault
	lastOther error
}

// NewMount registers a SQLite VFS with a name of its own for the databases under root.
func NewMount(root Root, o Options) (*Mount, error) {
	m := &Mount{
		disk: o.disk, tempDir: o.TempDir, onEvent: o.OnEvent,
		pages: newSuite(root.Sub("db")), logs: newSuite(root.Sub("wal")),
		ledgers: newSuite(root.Sub("ledger")), temps: newSuite(NewRoot()),
		databases: make(map[string]*database), held: make(map[string]*database),
	}
	if m.disk == nil {
		m.disk = osDisk{}
	}
	if o.Tap != nil {
		m.disk = tapDisk{m.disk, o.Tap}
	}
	if m.tempDir == "" {
		m.tempDir = os.TempDir()
	} else {
		removeTemps(m.tempDir)
	}
	installPageCache()
	if err := m.register(); err != nil {
		return nil, err
	}
	return m, nil
}

// VFSName is the name for SQLite's vfs= parameter.
func (m *Mount) VFSName() string { return m.name }

// DSN is the data source for database/sql's "sqlite" driver: a file: URI of path with the given
// parameters and this mount's VFS.
func (m *Mount) DSN(path string, params url.Values) string {
	q := url.Values{}
	maps.Copy(q, params)
	q.Set("vfs", m.name)
	p := filepath.ToSlash(path)
	if filepath.VolumeName(path) != "" && !strings.HasPrefix(p, "/") {
		p = "/" + p // file:///C:/…
	}
	return "file:" + (&url.URL{Path: p}).EscapedPath() + "?" + q.Encode()
}

// Hold opens the files of the database at path, takes the lock against other processes and checks
// ledger and log, before SQLite is involved. It fails with a [Fault], or with fs.ErrNotExist if
// there is no such database. The lock is kept until [Mount.Unmount] or [Mount.Release].
func (m *Mount) Hold(path string) error {
	path, err := canonical(path)
	if err != nil {
		return err
	}
	d, err := m.acquire(path, false)
	if err != nil {
		if f, ok := errors.AsType[*Fault](err); ok {
			m.fault(f)
		}
		return err
	}
	m.mu.Lock()
	twice := m.held[path] != nil
	m.held[path] = d
	m.mu.Unlock()
	if twice {
		return m.release(d)
	}
	return nil
}

// Release undoes [Mount.Hold]. Files stay open as long as SQLite has connections.
func (m *Mount) Release(path string) error {
	path, err := canonical(path)
	if err != nil {
		return err
	}
	m.mu.Lock()
	d := m.held[path]
	delete(m.held, path)
	m.mu.Unlock()
	if d == nil {
		return nil
	}
	return m.release(d)
}

// Unmount releases what is held and takes the VFS away. Every connection must be closed before;
// otherwise it fails and may be called again. A second call does nothing.
func (m *Mount) Unmount() error {
	m.mu.Lock()
	held := m.held
	m.held = make(map[string]*database)
	m.mu.Unlock()
	var errs []error
	for _, d := range held {
		errs = append(errs, m.release(d))
	}
	m.mu.Lock()
	left, gone := len(m.databases), m.gone
	m.gone = left == 0
	m.mu.Unlock()
	if left > 0 {
		return errors.Join(append(errs, fmt.Errorf("crypt: %d databases still open", left))...)
	}
	if !gone {
		m.unregister()
	}
	return errors.Join(errs...)
}

// acquire opens a database or adds a reference to it.
func (m *Mount) acquire(path string, create bool) (*database, error) {
	path = filepath.Clean(path)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.gone {
		return nil, errors.New("crypt: unmounted")
	}
	if d := m.databases[path]; d != nil {
		d.refs++
		return d, nil
	}
	d, err := openDatabase(m, path, create)
	if err != nil {
		return nil, err
	}
	d.refs = 1
	m.databases[path] = d
	m.forgive(path)
	return d, nil
}

// release drops a reference; the last one closes the files.
func (m *Mount) release(d *database) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if d.refs--; d.refs > 0 {
		return nil
	}
	delete(m.databases, d.path)
	return d.close()
}

// Files are the files that make up the database at path, those that may be absent included. They
// belong together: they are moved, removed and copied (while the database is closed) as one.
func Files(path string) []string {
	return []string{path, path + walSuffix, path + ledgerSuffix}
}

// canonical spells a path as SQLite will: absolute and, except on Windows, free of symbolic links.
func canonical(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil || runtime.GOOS == "windows" {
		return path, err
	}
	whole, err := filepath.EvalSymlinks(path)
	if errors.Is(err, fs.ErrNotExist) {
		dir, err := filepath.EvalSymlinks(filepath.Dir(path))
		return filepath.Join(dir, filepath.Base(path)), err
	}
	return whole, err
}

// event passes a finding on.
func (m *Mount) event(e Event) {
	if m.onEvent != nil {
		m.onEvent(e)
	}
}
