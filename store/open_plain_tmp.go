package store

import (
	"context"
	"net/url"
	"path/filepath"
)

func (s *Store) dsn(v url.Values) string {
	return "file:" + filepath.Join(s.dir, bookFile) + "?" + v.Encode()
}

// OpenPlain is scaffolding until the seal lands.
func OpenPlain(ctx context.Context, dir string, o Options) (*Store, error) {
	s := &Store{dir: dir, opts: o}
	return s, s.start(ctx)
}
