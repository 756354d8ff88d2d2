package store

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"zafe/app/catalog"
	"zafe/app/fault"
	"zafe/app/imports"
	"zafe/app/party"
	"zafe/app/search"
)

var _ imports.Tx = (*Tx)(nil)

const batchColumns = `id, kind, file, at, by_user, by_name, rows, created, updated, unchanged, skipped,
	series_before, series_after, undone_at, undone_by`

func scanBatch(scan func(...any) error, b *imports.Batch) error {
	var at, undone string
	err := scan(&b.ID, &b.Kind, &b.File, &at, &b.User, &b.By, &b.Rows, &b.Created, &b.Updated, &b.Unchanged,
		&b.Skipped, &b.SeriesBefore, &b.SeriesAfter, &undone, &b.UndoneBy)
	if err != nil {
		return err
	}
	if b.At, err = parseInstant(at); err != nil {
		return err
	}
	b.UndoneAt, err = parseInstant(undone)
	return err
}

// AddImport stores a batch and its changes and returns its id.
func (t *Tx) AddImport(b imports.Batch, changes []imports.Change) (imports.BatchID, error) {
	id, err := t.insert(`INSERT INTO import_batch(kind, file, at, by_user, by_name, rows, created, updated,
		unchanged, skipped, series_before, series_after, undone_at, undone_by)
		VALUES (?,?,?,?,?,?,?,?,?,?,?,?,'','')`, b.Kind, b.File, instant(b.At), b.User, b.By, b.Rows, b.Created,
		b.Updated, b.Unchanged, b.Skipped, b.SeriesBefore, b.SeriesAfter)
	if err != nil {
		return 0, err
	}
	rows := make([][]any, len(changes))
	for i, c := range changes {
		rows[i] = []any{id, c.Ref, c.Prior, c.Version}
	}
	err = t.insertRows(`INSERT INTO import_change(batch, ref, prior, version)`, ``, rows)
	return imports.BatchID(id), err
}

// ImportBatch returns one batch; fault imports.not_found.
func (t *Tx) ImportBatch(id imports.BatchID) (imports.Batch, error) {
	found, err := all(t, `SELECT `+batchColumns+` FROM import_batch WHERE id = ?`, []any{id}, scanBatch)
	if err != nil {
		return imports.Batch{}, err
	}
	if len(found) == 0 {
		return imports.Batch{}, fault.New(fault.NotFound, "imports.not_found")
	}
	return found[0], nil
}

// ImportBatches returns the latest batches before the given one (0: the end), newest first.
func (t *Tx) ImportBatches(before imports.BatchID, limit int) ([]imports.Batch, error) {
	return all(t, `SELECT `+batchColumns+` FROM import_batch WHERE ?1 = 0 OR id < ?1
		ORDER BY id DESC LIMIT ?2`, []any{before, limit}, scanBatch)
}

// ImportChanges returns the changes of a batch by reference. Digests are in the audit event only.
func (t *Tx) ImportChanges(id imports.BatchID) ([]imports.Change, error) {
	return all(t, `SELECT ref, prior, version FROM import_change WHERE batch = ? ORDER BY ref`, []any{id},
		func(scan func(...any) error, c *imports.Change) error { return scan(&c.Ref, &c.Prior, &c.Version) })
}

// ErasedAfter tells whether an import that created a record was undone after an instant.
func (t *Tx) ErasedAfter(k imports.Kind, ref int64, at time.Time) (bool, error) {
	return t.exists(`SELECT 1 FROM import_batch b JOIN import_change c ON c.batch = b.id
		WHERE b.kind = ? AND b.undone_at > ? AND c.ref = ? AND c.prior = '' LIMIT 1`, k, instant(at), ref)
}

// MarkUndone records that a batch was undone.
func (t *Tx) MarkUndone(id imports.BatchID, by string) error {
	_, err := t.exec(`UPDATE import_batch SET undone_at = ?, undone_by = ? WHERE id = ?`,
		instant(t.now), by, id)
	return err
}

// imported says where the records of a kind of import are and what else speaks of them without a
// foreign key: queries that return ids of the batch's records ("refs").
type imported struct {
	table, name string
	uses        []string
}

var importedKinds = map[imports.Kind]imported{
	imports.Customers: {table: "customer", name: "name", uses: []string{
		`SELECT c.id FROM customer c JOIN aux x ON x.code = c.code WHERE c.id IN refs`,
		`SELECT c.id FROM customer c JOIN draft d JOIN json_each(d.lines) l ON l.value ->> 'aux' = c.code
			WHERE c.id IN refs`,
		`SELECT subject FROM attachment WHERE kind = 'customer' AND subject IN refs`,
	}},
	imports.Items: {table: "item", name: "label", uses: []string{
		`SELECT item FROM document_line WHERE item IN refs`,
	}},
}

func kindOf(k imports.Kind) (imported, error) {
	i, known := importedKinds[k]
	if !known {
		return i, fmt.Errorf("store: import of unknown kind %q", k)
	}
	return i, nil
}

// ImportedRecord returns the present state of a record, and whether it is there.
func (t *Tx) ImportedRecord(k imports.Kind, ref int64) (imports.Record, bool, error) {
	var r imports.Record
	i, err := kindOf(k)
	if err != nil {
		return r, false, err
	}
	there, err := t.one(`SELECT `+i.name+`, version FROM `+i.table+` WHERE id = ?`, []any{ref},
		&r.Name, &r.Version)
	return r, there, err
}

// ImportedInUse returns, of the records a batch created, those something else refers to: whatever has
// a foreign key to them, now or in a later version, and what the kind names besides.
func (t *Tx) ImportedInUse(b imports.Batch) ([]int64, error) {
	i, err := kindOf(b.Kind)
	if err != nil {
		return nil, err
	}
	uses := append([]string{}, i.uses...)
	err = t.each(`SELECT m.name, f."from" FROM sqlite_schema m JOIN pragma_foreign_key_list(m.name) f
		WHERE m.type = 'table' AND f."table" = ? AND f.on_delete <> 'CASCADE'`, []any{i.table},
		func(scan func(...any) error) error {
			var table, column string
			if err := scan(&table, &column); err != nil {
				return err
			}
			uses = append(uses, `SELECT "`+column+`" FROM "`+table+`" WHERE "`+column+`" IN refs`)
			return nil
		})
	if err != nil {
		return nil, err
	}
	var query strings.Builder
	query.WriteString(`WITH refs(id) AS (SELECT ref FROM import_change WHERE batch = ? AND prior = '')`)
	for n, use := range uses {
		if n > 0 {
			query.WriteString(` UNION`)
		}
		query.WriteString(` ` + use)
	}
	return all(t, query.String()+` ORDER BY 1`, []any{b.ID}, scanID)
}

// RestoreImported removes the records an import created and puts the prior state of the others back,
// their versions and the stamps of their last change included.
func (t *Tx) RestoreImported(k imports.Kind, changes []imports.Change) error {
	i, err := kindOf(k)
	if err != nil {
		return err
	}
	var created []int64
	var customers []party.Customer
	var items []catalog.Item
	for _, c := range changes {
		switch {
		case c.Prior == "":
			created = append(created, c.Ref)
		case k == imports.Items:
			items, err = appendPrior(items, c)
		default:
			customers, err = appendPrior(customers, c)
		}
		if err != nil {
			return err
		}
	}
	if k == imports.Customers {
		if err := t.hold(handsOfCustomers, created); err != nil {
			return err
		}
	}
	if _, err := t.exec(`DELETE FROM `+i.table+` WHERE id IN (SELECT value FROM json_each(?))`,
		idList(created)); err != nil {
		return err
	}
	if err := t.indexAll(searchKinds[k], nil, created); err != nil {
		return err
	}
	if _, err := t.SaveItems(items); err != nil {
		return err
	}
	_, err = t.SaveCustomers(customers)
	return err
}

func appendPrior[R any](to []R, c imports.Change) ([]R, error) {
	var r R
	if err := json.Unmarshal([]byte(c.Prior), &r); err != nil {
		return nil, fmt.Errorf("store: prior record %d: %w", c.Ref, err)
	}
	return append(to, r), nil
}

var searchKinds = map[imports.Kind]string{imports.Customers: search.Customer, imports.Items: search.Item}

// RewindSeries puts a series back if nothing was taken of it since.
func (t *Tx) RewindSeries(kind string, from, to int64) error {
	query := `UPDATE series SET last = ?3 WHERE kind = ?1 AND period = '' AND last = ?2`
	if to == 0 {
		query = `DELETE FROM series WHERE kind = ?1 AND period = '' AND last = ?2 AND ?3 = 0`
	}
	_, err := t.exec(query, kind, from, to)
	return err
}
