package crypt

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"sync/atomic"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

var names atomic.Uint64

const fileSize = unsafe.Sizeof(sqlFile{})

// register makes the VFS known to SQLite. It is a copy of the platform's own, which keeps path
// names, time, randomness and sleep; files are opened, removed and looked for here.
func (m *Mount) register() error {
	tls := libc.NewTLS()
	defer tls.Close()
	base := sqlite3.Xsqlite3_vfs_find(tls, 0)
	if base == 0 {
		return errors.New("crypt: SQLite has no VFS for this platform")
	}
	m.number = mounts.add(m)
	m.name = fmt.Sprintf("zafe-%d", names.Add(1)) // never the name of another mount, even a past one
	name := newCString(tls, m.name)
	m.memory = sqlite3.Xsqlite3_malloc64(tls, sqlite3.Tsqlite3_uint64(vfsSize+methodsSize))
	if name == 0 || m.memory == 0 {
		return errors.New("crypt: out of memory")
	}
	m.methods = m.memory + vfsSize
	newMethods(m.methods)
	v := (*sqlite3.Tsqlite3_vfs)(at(m.memory))
	*v = *(*sqlite3.Tsqlite3_vfs)(at(base))
	v.FszOsFile, v.FpNext, v.FzName = int32(fileSize), 0, name
	v.FpAppData = m.number
	v.FxOpen, v.FxDelete, v.FxAccess = funcAddr(vfsOpen), funcAddr(vfsDelete), funcAddr(vfsAccess)
	if rc := sqlite3.Xsqlite3_vfs_register(tls, m.memory, 0); rc != sqlite3.SQLITE_OK {
		return fmt.Errorf("crypt: SQLite refuses the VFS: %d", rc)
	}
	return nil
}

// unregister takes the VFS away. Its memory is kept: a stray pointer must not reach freed memory.
func (m *Mount) unregister() {
	tls := libc.NewTLS()
	defer tls.Close()
	sqlite3.Xsqlite3_vfs_unregister(tls, m.memory)
	mounts.remove(m.number)
}

func mountOf(pVfs uintptr) *Mount {
	return mounts.get((*sqlite3.Tsqlite3_vfs)(at(pVfs)).FpAppData)
}

func vfsOpen(_ *libc.TLS, pVfs, zName, pFile uintptr, flags int32, pOut uintptr) int32 {
	m := mountOf(pVfs)
	f := (*sqlFile)(at(pFile))
	f.methods = 0
	h, err := m.open(stringAt(zName), flags)
	if err != nil {
		return m.code(err, sqlite3.SQLITE_CANTOPEN)
	}
	f.number = openHandles.add(&slot{m: m, h: h})
	f.methods = m.methods
	setInt32(pOut, flags)
	return sqlite3.SQLITE_OK
}

// open opens a file of the kind SQLite names in flags.
func (m *Mount) open(name string, flags int32) (handle, error) {
	const temporary = sqlite3.SQLITE_OPEN_TEMP_DB | sqlite3.SQLITE_OPEN_TRANSIENT_DB |
		sqlite3.SQLITE_OPEN_TEMP_JOURNAL | sqlite3.SQLITE_OPEN_SUBJOURNAL
	create := flags&sqlite3.SQLITE_OPEN_CREATE != 0
	switch {
	case flags&temporary != 0:
		return newTempFile(m.temps, m.tempDir), nil
	case flags&sqlite3.SQLITE_OPEN_MAIN_DB != 0 && name != "":
		d, err := m.acquire(name, create)
		if err != nil {
			return nil, err
		}
		return newMainFile(d), nil
	case flags&sqlite3.SQLITE_OPEN_WAL != 0:
		d, err := m.owner(name, walSuffix)
		if err != nil {
			return nil, err
		}
		d.creating.Store(false)
		return d.log.handle(create)
	case flags&sqlite3.SQLITE_OPEN_MAIN_JOURNAL != 0:
		d, err := m.owner(name, journalSuffix)
		if err != nil {
			return nil, err
		}
		return d.openJournal()
	}
	return nil, errors.New("a file of this kind is not supported")
}

// openJournal serves the rollback journal of a database being created, from memory.
func (d *database) openJournal() (handle, error) {
	if !d.creating.Load() {
		return nil, errors.New("a sealed database has no rollback journal")
	}
	d.journalMu.Lock()
	defer d.journalMu.Unlock()
	if d.journal == nil {
		d.journal = &memoryFile{}
	}
	return journalHandle{memoryFile: d.journal}, nil
}

func vfsDelete(_ *libc.TLS, pVfs, zName uintptr, _ int32) int32 {
	m := mountOf(pVfs)
	err := m.delete(stringAt(zName))
	if errors.Is(err, fs.ErrNotExist) {
		return sqlite3.SQLITE_IOERR_DELETE_NOENT
	}
	return m.code(err, sqlite3.SQLITE_IOERR_DELETE)
}

func (m *Mount) delete(name string) error {
	if d, err := m.owner(name, walSuffix); err == nil {
		return d.log.delete()
	}
	d, err := m.owner(name, journalSuffix)
	if err != nil {
		return err
	}
	d.journalMu.Lock()
	defer d.journalMu.Unlock()
	if d.journal == nil {
		return fs.ErrNotExist
	}
	d.journal = nil
	return nil
}

func vfsAccess(_ *libc.TLS, pVfs, zName uintptr, flags int32, out uintptr) int32 {
	m := mountOf(pVfs)
	setInt32(out, 0)
	found, err := m.exists(stringAt(zName))
	if found {
		setInt32(out, 1)
	}
	return m.code(err, sqlite3.SQLITE_IOERR_ACCESS)
}

func (m *Mount) exists(name string) (bool, error) {
	if d, err := m.owner(name, walSuffix); err == nil {
		return d.log.exists()
	}
	if d, err := m.owner(name, journalSuffix); err == nil {
		d.journalMu.Lock()
		defer d.journalMu.Unlock()
		return d.journal != nil, nil
	}
	_, err := m.disk.size(name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// owner finds the open database of which name is the log or journal.
func (m *Mount) owner(name, suffix string) (*database, error) {
	path, ok := strings.CutSuffix(name, suffix)
	if ok {
		m.mu.Lock()
		defer m.mu.Unlock()
		if d := m.databases[filepath.Clean(path)]; d != nil {
			return d, nil
		}
	}
	return nil, fs.ErrNotExist
}
