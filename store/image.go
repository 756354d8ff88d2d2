package store

import (
	"context"
	"database/sql"
	"fmt"

	"zafe/app/backup"
)

// Pages reads every page of the database inside one read transaction: begin is called once with the
// page size in bytes and the number of pages, then page for 1, 2, 3... in order, with the plain
// logical page, valid during the call. Writers are not blocked; nothing in clear touches a disk.
func (s *Store) Pages(ctx context.Context, begin func(pageSize int, pages uint32) error,
	page func(pgno uint32, data []byte) error,
) error {
	return s.View(ctx, func(tx *Tx) error { return tx.pages(begin, page) })
}

// MarkedPages is Pages with the marks of all pages at hand: begin is given them, and tells which pages are to be read,
// in their order, or that all are. Without marks, where they cannot be had, those of begin are nil.
func (s *Store) MarkedPages(ctx context.Context,
	begin func(pageSize int, pages uint32, m *backup.Marks) (some []uint32, all bool, err error),
	page func(pgno uint32, data []byte) error,
) error {
	return s.View(ctx, func(tx *Tx) error {
		size, count, err := tx.extent() // from here on nothing that others do changes what is read
		if err != nil {
			return err
		}
		some, all, err := begin(size, count, s.marks(count))
		switch {
		case err != nil:
			return err
		case all:
			return tx.allPages(size, count, page)
		}
		return tx.somePages(size, some, page)
	})
}

// marks are those of so many pages, which a transaction under way sees; nil when there are none.
func (s *Store) marks(pages uint32) *backup.Marks {
	m, err := s.mount.Marks(s.path())
	if err != nil {
		s.opts.tell("which pages changed is not known: " + err.Error())
		return nil
	}
	out := &backup.Marks{File: m.File, Pages: make([]uint64, pages)}
	copy(out.Pages, m.Pages)
	return out
}

// somePages reads some pages, in any order.
func (t *Tx) somePages(size int, some []uint32, page func(pgno uint32, data []byte) error) error {
	for _, pgno := range some {
		found := false
		err := t.each(`SELECT data FROM sqlite_dbpage WHERE pgno = ?`, []any{pgno}, func(scan func(...any) error) error {
			var data sql.RawBytes
			if err := scan(&data); err != nil {
				return err
			}
			if found = len(data) == size; !found {
				return fmt.Errorf("store: page %d of %d bytes", pgno, len(data))
			}
			return page(pgno, data)
		})
		if err == nil && !found {
			err = fmt.Errorf("store: page %d is not there", pgno)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *Tx) pages(begin func(pageSize int, pages uint32) error, page func(pgno uint32, data []byte) error) error {
	size, count, err := t.extent()
	if err != nil {
		return err
	}
	if err := begin(size, count); err != nil {
		return err
	}
	return t.allPages(size, count, page)
}

// extent is the size of a page in bytes and the number of pages.
func (t *Tx) extent() (size int, count uint32, err error) {
	if _, err = t.one(`PRAGMA page_size`, nil, &size); err == nil {
		_, err = t.one(`PRAGMA page_count`, nil, &count)
	}
	return size, count, err
}

func (t *Tx) allPages(size int, count uint32, page func(pgno uint32, data []byte) error) error {
	next := uint32(1)
	err := t.each(`SELECT pgno, data FROM sqlite_dbpage ORDER BY pgno`, nil, func(scan func(...any) error) error {
		var pgno uint32
		var data sql.RawBytes
		if err := scan(&pgno, &data); err != nil {
			return err
		}
		if pgno != next || len(data) != size {
			return fmt.Errorf("store: page %d of %d bytes where page %d was due", pgno, len(data), next)
		}
		next++
		return page(pgno, data)
	})
	if err == nil && next != count+1 {
		err = fmt.Errorf("store: %d pages read of %d", next-1, count)
	}
	return err
}

// CheckIntegrity runs SQLite's own structural check and the foreign keys; it returns what is wrong.
func (t *Tx) CheckIntegrity() ([]string, error) { return t.structure("integrity_check") }

// structure is CheckIntegrity by a check of SQLite's: integrity_check, or quick_check, which does not
// compare the indexes with their tables.
func (t *Tx) structure(check string) ([]string, error) {
	var found []string
	err := t.each(`PRAGMA `+check+`(20)`, nil, func(scan func(...any) error) error {
		var line string
		if err := scan(&line); err != nil {
			return err
		}
		if line != "ok" {
			found = append(found, line)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = t.each(`PRAGMA foreign_key_check`, nil, func(scan func(...any) error) error {
		var table, parent string
		var rowid, fk sql.NullInt64
		if err := scan(&table, &rowid, &parent, &fk); err != nil {
			return err
		}
		found = append(found, fmt.Sprintf("%s row %d has no %s", table, rowid.Int64, parent))
		return nil
	})
	return found, err
}

// Schema returns the statements that make the schema, tables first, in a stable order.
func (t *Tx) Schema() ([]string, error) {
	return all(t, `SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT GLOB 'sqlite_*'
		AND name NOT GLOB 'search_*' AND name NOT GLOB 'goose_*'
		ORDER BY type = 'trigger', type = 'index', tbl_name, name`, nil,
		func(scan func(...any) error, s *string) error { return scan(s) })
}
