package store

import (
	"io/fs"
	"path"
	"testing"
	"testing/fstest"
)

// AddMigration gives the program a newer schema until the returned function takes it back.
func AddMigration(t *testing.T, name, sql string) (back func()) {
	t.Helper()
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
		t.Fatal(err)
	}
	files[path.Join("migrations", name)] = &fstest.MapFile{Data: []byte(sql)}
	migrations = files
	return func() { migrations = embedded }
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
