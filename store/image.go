package store

import (
	"context"
	"database/sql"
	"fmt"
)

// Pages reads every page of the database inside one read transaction: begin is called once with the
// page size in bytes and the number of pages, then page for 1, 2, 3... in order, with the plain
// logical page, valid during the call. Writers are not blocked; nothing in clear touches a disk.
func (s *Store) Pages(ctx context.Context, begin func(pageSize int, pages uint32) error,
	page func(pgno uint32, data []byte) error,
) error {
	return s.View(ctx, func(tx *Tx) error { return tx.pages(begin, page) })
}

func (t *Tx) pages(begin func(pageSize int, pages uint32) error, page func(pgno uint32, data []byte) error) error {
	var size int
	var count uint32
	if _, err := t.one(`PRAGMA page_size`, nil, &size); err != nil {
		return err
	}
	if _, err := t.one(`PRAGMA page_count`, nil, &count); err != nil {
		return err
	}
	if err := begin(size, count); err != nil {
		return err
	}
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
func (t *Tx) CheckIntegrity() ([]string, error) {
	var found []string
	err := t.each(`PRAGMA integrity_check(20)`, nil, func(scan func(...any) error) error {
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
