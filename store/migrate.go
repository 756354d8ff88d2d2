package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"

	"zafe/app/fault"
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
	if have, err = schemaVersion(ctx, db); err != nil {
		return nil, 0, 0, fmt.Errorf("store: schema version: %w", err)
	}
	sources := p.ListSources()
	want = sources[len(sources)-1].Version
	if have > want {
		err = fault.New(fault.Unavailable, "store.newer_book", "book", have, "program", want)
	}
	return p, have, want, err
}

// schemaVersion reads what goose noted, 0 in a new database. Goose itself takes a table that it cannot read
// for one that is missing, and makes it.
func schemaVersion(ctx context.Context, db *sql.DB) (have int64, err error) {
	var there bool
	err = db.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = ?)`,
		goose.DefaultTablename).Scan(&there)
	if err == nil && there {
		err = db.QueryRowContext(ctx, `SELECT coalesce(max(version_id), 0) FROM `+goose.DefaultTablename).Scan(&have)
	}
	return have, err
}

// openMigrated opens the book of the folder under this build's schema. A book with work in it is updated as
// a copy, which then takes its place: see update.go.
func (s *Store) openMigrated(ctx context.Context) error {
	p, have, want, err := s.openPlain(ctx)
	if err == nil && 0 < have && have < want && !s.opts.building {
		if err = s.update(ctx, have, want); err == nil {
			return nil
		}
	} else if err == nil && have < want {
		err = migrate(ctx, p, s.db.write)
	}
	if err != nil {
		err = errors.Join(s.openingFault(err), s.db.close())
	}
	return err
}

// openingFault is storageFault of an opening. A damaged page that was met on the way is why it failed, whatever
// a library made of the error.
func (s *Store) openingFault(err error) error {
	err = s.storageFault(err)
	met := s.met()
	if _, ok := errors.AsType[*fault.Fault](err); ok || met == nil {
		return err
	}
	return damageFault(met, err)
}

// openPlain opens the pools as the book is, and what would migrate it.
func (s *Store) openPlain(ctx context.Context) (p *goose.Provider, have, want int64, err error) {
	if s.db, err = openPools(ctx, s.dsn); err != nil {
		return nil, 0, 0, err
	}
	return migrator(ctx, s.db.write)
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
