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
var migrationFiles embed.FS

// applicationID marks a Zafè book in SQLite's header: "Zafe" in ASCII.
const applicationID = 0x5A616665

// migrate brings the schema to this build's version. A book made by a newer program is refused with
// store.newer_book: downgrading could lose what the older program does not know.
func migrate(ctx context.Context, db *sql.DB) error {
	files, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db, files, goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return fmt.Errorf("store: migrations: %w", err)
	}
	have, err := p.GetDBVersion(ctx)
	if err != nil {
		return fmt.Errorf("store: schema version: %w", err)
	}
	sources := p.ListSources()
	want := sources[len(sources)-1].Version
	switch {
	case have > want:
		return fault.New(fault.Unavailable, "store.newer_book", "book", have, "program", want)
	case have == want:
		return nil
	}
	if _, err := p.Up(ctx); err != nil {
		var partial *goose.PartialError
		if errors.As(err, &partial) {
			return fmt.Errorf("store: migration %s: %w", partial.Failed.Source.Path, err)
		}
		return fmt.Errorf("store: migrate: %w", err)
	}
	_, err = db.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d", applicationID))
	return err
}
