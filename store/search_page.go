package store

import (
	"encoding/json"
	"slices"
	"strings"

	"zafe/app/search"
)

// narrowMax is the number of rows a typed text may match for the list to be made from the matches. A
// text that matches more is answered by walking the list in its order until the page is full.
// It is a variable for the tests, which have smaller books.
var narrowMax = 8000

// listing is a page of a table that has a fold column and a <table>_fts index of it. The pieces of
// SQL are constants of the callers; what a person typed travels as arguments.
type listing struct {
	table  string
	where  string // condition on the table's columns
	args   []any  // of where
	order  string // "name_fold, name"; the id breaks ties
	desc   bool
	query  search.Query
	within []int64 // when only is set, the rows one may choose among
	only   bool
	offset int
	limit  int
}

// ids returns the ids of the page in order, and of how many rows it is a part; atLeast says that
// there are more than that. counted gives the number of rows without a text, if that is known.
func (t *Tx) ids(l listing, counted func() (int, error)) (page []int64, total int, atLeast bool, err error) {
	if !l.query.Empty() {
		found, err := t.matches(l.table, l.query, narrowMax+1)
		if err != nil {
			return nil, 0, false, err
		}
		if len(found) <= narrowMax {
			if l.only {
				l.within = common(found, l.within)
			} else {
				l.within = found
			}
			l.only, l.query = true, search.Query{}
		}
	}
	if l.only {
		page, err = t.sorted(l)
		total = len(page)
		return page[min(l.offset, total):min(l.offset+l.limit, total)], total, false, err
	}
	if page, err = t.walk(l); err != nil {
		return nil, 0, false, err
	}
	if l.query.Empty() {
		total, err = counted()
		return page, total, false, err
	}
	if total = l.offset + len(page); len(page) == l.limit {
		return page, total, true, nil
	}
	return page, total, false, nil
}

// matches returns up to limit ids of the rows that answer q.
func (t *Tx) matches(table string, q search.Query, limit int) ([]int64, error) {
	return all(t, `SELECT rowid FROM `+table+`_fts WHERE `+table+`_fts MATCH ? LIMIT ?`,
		[]any{matching(q), limit}, scanID)
}

// completed returns the ids for a field that completes what is typed: the row with this code, then
// those whose name, folded in nameColumn, starts with it, then the rest of the listing.
func (t *Tx) completed(l listing, typed, nameColumn string) ([]int64, error) {
	if l.query.Empty() {
		return t.walk(l)
	}
	typed = strings.TrimSpace(typed)
	// No order here: in the order of names, SQLite would read them all to find one code.
	ids, err := all(t, `SELECT id FROM `+l.table+` WHERE code IN (?, ?) AND `+l.where,
		append([]any{typed, strings.ToUpper(typed)}, l.args...), scanID)
	if err != nil {
		return nil, err
	}
	start := strings.Join(l.query.Words, " ")
	named := l
	named.query, named.where = search.Query{}, l.where+` AND `+nameColumn+` >= ? AND `+nameColumn+` < ?`
	named.args = append(slices.Clone(l.args), start, start+"\U0010FFFF")
	found, err := t.walk(named)
	if ids = merged(ids, found, l.limit); err != nil || len(ids) == l.limit {
		return ids, err
	}
	found, _, _, err = t.ids(l, func() (int, error) { return 0, nil })
	return merged(ids, found, l.limit), err
}

// merged appends to ids those of more that are not there yet, up to limit.
func merged(ids, more []int64, limit int) []int64 {
	for _, id := range more {
		if len(ids) < limit && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// sorted returns every id of l.within that fits, in order.
func (t *Tx) sorted(l listing) ([]int64, error) {
	list, err := json.Marshal(l.within)
	if err != nil {
		return nil, err
	}
	args := append([]any{string(list)}, l.args...)
	where, args := l.typed(args)
	// A CROSS JOIN reads the list and looks each row up; left to choose, SQLite may walk the whole table
	// in the order asked for to find one row.
	return all(t, `SELECT id FROM (SELECT value found FROM json_each(?)) CROSS JOIN `+l.table+
		` ON id = found WHERE `+where+l.ordered(), args, scanID)
}

// common returns the ids that are in both.
func common(a, b []int64) []int64 {
	in := make(map[int64]bool, len(b))
	for _, id := range b {
		in[id] = true
	}
	return slices.DeleteFunc(a, func(id int64) bool { return !in[id] })
}

// walk returns the ids of the page by reading the table in the order of an index.
func (t *Tx) walk(l listing) ([]int64, error) {
	where, args := l.typed(slices.Clone(l.args))
	return all(t, `SELECT id FROM `+l.table+` WHERE `+where+l.ordered()+` LIMIT ? OFFSET ?`,
		append(args, l.limit, l.offset), scanID)
}

// typed adds to the condition that every word of the query starts a word of fold, which itself starts
// with a space.
func (l listing) typed(args []any) (string, []any) {
	if l.query.Empty() {
		return l.where, args
	}
	if slices.ContainsFunc(l.query.Words, func(w string) bool { return len(w) > 1 }) {
		// Rows with one common word may stand together far down the list, as all that start with
		// "SARL": the walk then asks the index's answer, not each row. The + keeps the walk.
		cond := l.where + ` AND +id IN (SELECT rowid FROM ` + l.table + `_fts WHERE ` + l.table + `_fts MATCH ?)`
		return cond, append(args, matching(l.query))
	}
	// Single letters are everywhere: the page is full after a few rows.
	words := make([]string, len(l.query.Words))
	for i, w := range l.query.Words {
		words[i] = `instr(fold, ?) > 0`
		args = append(args, " "+w)
	}
	cond := strings.Join(words, " AND ")
	if l.query.Digits != "" {
		cond = `(` + cond + `) OR instr(fold, ?) > 0`
		args = append(args, " "+l.query.Digits)
	}
	return l.where + ` AND (` + cond + `)`, args
}

func (l listing) ordered() string {
	columns := l.order + ", id"
	if l.desc {
		columns = strings.ReplaceAll(columns, ",", " DESC,") + " DESC"
	}
	return ` ORDER BY ` + columns
}

func scanID(scan func(...any) error, id *int64) error { return scan(id) }

// inOrder returns the rows of ids in the order of ids; rows come from the store in any order.
func inOrder[R any](ids []int64, rows []R, idOf func(R) int64) []R {
	at := make(map[int64]R, len(rows))
	for _, r := range rows {
		at[idOf(r)] = r
	}
	out := make([]R, 0, len(ids))
	for _, id := range ids {
		if r, there := at[id]; there {
			out = append(out, r)
		}
	}
	return out
}

// idList writes ids for json_each.
func idList(ids []int64) string {
	b, _ := json.Marshal(ids) // integers always marshal
	return string(b)
}
