package store

import (
	"context"
	"io/fs"
	"path"
	"testing/fstest"
	"time"

	"zafe/store/crypt"
)

// AddMigration gives the program a newer schema until the returned function takes it back.
func AddMigration(name, sql string) (back func()) {
	files := fstest.MapFS{}
	err := fs.WalkDir(embedded, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := fs.ReadFile(embedded, p)
		files[p] = &fstest.MapFile{Data: body}
		return err
	})
	if err != nil {
		panic(err) // embedded files can be read
	}
	files[path.Join("migrations", name)] = &fstest.MapFile{Data: []byte(sql)}
	migrations = files
	return func() { migrations = embedded }
}

// OpeningFault is what an opening that met damage says of an error.
func OpeningFault(met *crypt.Fault, err error) error {
	s := &Store{damage: new(damage)}
	s.damage.first.Store(met)
	return s.openingFault(err)
}

// Exec runs a statement as no area would.
func Exec(tx *Tx, query string) error {
	_, err := tx.exec(query)
	return err
}

// Stepping has at told before each step of an exchange.
func Stepping(o Options, at func(step string) error) Options {
	o.at = at
	return o
}

// OnADiskOf has the disk be one with so much room left, in bytes.
func OnADiskOf(o Options, free int64) Options {
	o.free = func(string) (int64, error) { return free, nil }
	return o
}

// Paced has checkpoints come at another pace, and the log be too long sooner.
func Paced(o Options, every time.Duration, logMax int64) Options {
	o.every, o.logMax = every, logMax
	return o
}

// ColumnsOf are the columns of a table.
func ColumnsOf(tx *Tx, table string) ([]string, error) {
	return all(tx, `SELECT name FROM pragma_table_info(?)`, []any{table},
		func(scan func(...any) error, name *string) error { return scan(name) })
}

// Vacuum rebuilds the database, as no part of the program does.
func Vacuum(ctx context.Context, s *Store) error {
	_, err := s.db.write.ExecContext(ctx, "VACUUM")
	return err
}

// Move moves pages from the log to the file.
func Move(ctx context.Context, s *Store, mode string) error {
	_, err := s.db.move.ExecContext(ctx, "PRAGMA wal_checkpoint("+mode+")")
	return err
}
