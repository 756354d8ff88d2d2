package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/pressly/goose/v3"

	"zafe/app/fault"
	"zafe/store/crypt"
)

//go:embed migrations/*.sql
var embedded embed.FS

// migrations is where the migrations are read; tests add one to it.
var migrations fs.FS = embedded

// applicationID marks a Zafè book in SQLite's header: "Zafe" in ASCII.
const applicationID = 0x5A616665

// migrator returns what brings a database to this build's schema, and the versions it has (0 when it is
// new) and will have. A book made by a newer program is refused with store.newer_book: downgrading could
// lose what the older program does not know.
func migrator(ctx context.Context, db *sql.DB) (p *goose.Provider, have, want int64, err error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, 0, 0, err
	}
	p, err = goose.NewProvider(goose.DialectSQLite3, db, files, goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return nil, 0, 0, fmt.Errorf("store: migrations: %w", err)
	}
	if have, err = p.GetDBVersion(ctx); err != nil {
		return nil, 0, 0, fmt.Errorf("store: schema version: %w", err)
	}
	sources := p.ListSources()
	want = sources[len(sources)-1].Version
	if have > want {
		err = fault.New(fault.Unavailable, "store.newer_book", "book", have, "program", want)
	}
	return p, have, want, err
}

// openMigrated opens the book of the folder under this build's schema. Before it changes the schema of a
// book with work in it, it keeps a copy of the files beside it, still sealed: see [keepCopy].
func (s *Store) openMigrated(ctx context.Context) (pools, error) {
	db, err := openPools(ctx, s.dsn)
	if err != nil {
		return pools{}, s.storageFault(err)
	}
	p, have, want, err := migrator(ctx, db.write)
	if err == nil && 0 < have && have < want && !s.opts.building {
		if err := db.close(); err != nil { // every byte is in the files then; the lock is kept
			return pools{}, s.storageFault(err)
		}
		if err := s.keepCopy(have); err != nil {
			return pools{}, classify(err)
		}
		if db, err = openPools(ctx, s.dsn); err != nil {
			return pools{}, s.storageFault(err)
		}
		p, have, want, err = migrator(ctx, db.write)
	}
	if err == nil && have < want {
		err = migrate(ctx, p, db.write)
	}
	if err != nil {
		return pools{}, errors.Join(s.storageFault(err), db.close())
	}
	return db, nil
}

// copyInfix stands in the name of the copy kept before a migration, before the schema's version.
const copyInfix = ".before-update-from-"

// copyingSuffix marks a copy that is not whole yet.
const copyingSuffix = ".copying"

// keepCopy copies the files of the book, which nobody writes to, into a folder beside it named after the
// version of its schema. Only the recovery key opens the copy: a password changed later because it was
// known to others would go on opening it, and with it the key of the book. Only the last copy is kept; the
// one before goes when this one is whole.
func (s *Store) keepCopy(version int64) error {
	parent, base := filepath.Dir(s.dir), filepath.Base(s.dir)
	beside, err := os.ReadDir(parent)
	if err != nil {
		return err
	}
	fresh := s.dir + copyingSuffix
	err = errors.Join(os.RemoveAll(fresh), copyFolder(fresh, s.dir))
	if err == nil {
		err = s.keys.CopyTo(filepath.Join(fresh, keysFile), s.root, crypt.KindRecovery)
	}
	if err != nil {
		return errors.Join(err, os.RemoveAll(fresh))
	}
	name := s.dir + copyInfix + strconv.FormatInt(version, 10)
	if err := errors.Join(os.RemoveAll(name), crypt.Rename(fresh, name), syncFolder(parent)); err != nil {
		return err
	}
	for _, e := range beside {
		if old := filepath.Join(parent, e.Name()); strings.HasPrefix(e.Name(), base+copyInfix) && old != name {
			err = errors.Join(err, os.RemoveAll(old))
		}
	}
	return err
}

// copyFolder copies the files of a book's folder, but for its lock and its keys, down to the disk. Attachments
// never change and stay where they are: the copy is of what an update touches.
func copyFolder(to, from string) error {
	files, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	if err := os.Mkdir(to, 0o700); err != nil {
		return err
	}
	for _, f := range files {
		if f.IsDir() || crypt.IsLock(f.Name()) || strings.HasPrefix(f.Name(), keysFile) {
			continue
		}
		if err := copyFile(filepath.Join(to, f.Name()), filepath.Join(from, f.Name())); err != nil {
			return err
		}
	}
	return syncFolder(to)
}

func copyFile(to, from string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Sync(), out.Close())
}

func migrate(ctx context.Context, p *goose.Provider, db *sql.DB) error {
	if _, err := p.Up(ctx); err != nil {
		if partial, ok := errors.AsType[*goose.PartialError](err); ok {
			return fmt.Errorf("store: migration %s: %w", partial.Failed.Source.Path, err)
		}
		return fmt.Errorf("store: migrate: %w", err)
	}
	_, err := db.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d", applicationID))
	return err
}
