package store

import (
	"strconv"
	"strings"

	"zafe/app/auth"
	"zafe/app/search"
)

// candidatesMax bounds how many records of a kind one search looks at, the latest first: a person
// who typed one letter will type another.
const candidatesMax = 200

// IndexSearch makes a record findable in the search box, or refreshes it, in this transaction: kind
// is one of package search's, owner whose record it is (0: nobody's), title and detail are shown,
// body is found too. The record is indexed under the folded words of title and body.
func (t *Tx) IndexSearch(kind string, ref int64, owner auth.UserID, title, detail, body string) error {
	return t.indexAll(kind, []searchDoc{{ref, owner, title, detail, body}}, nil)
}

// searchDoc is a record as IndexSearch takes it.
type searchDoc struct {
	ref                 int64
	owner               auth.UserID
	title, detail, body string
}

// indexAll indexes records of a kind and drops others of it. A record that says the same as before is
// not written again.
func (t *Tx) indexAll(kind string, docs []searchDoc, gone []int64) error {
	rows := make([][]any, len(docs))
	for i, d := range docs {
		indexed := search.Index(d.title, d.body) + " " + kindToken(kind) + " " + ownerToken(d.owner)
		rows[i] = []any{kind, d.ref, d.owner, d.title, d.detail, indexed}
	}
	err := t.insertRows(`INSERT INTO search_doc(kind, ref, owner, title, detail, body)`,
		` ON CONFLICT(kind, ref) DO UPDATE SET owner = excluded.owner, title = excluded.title,
			detail = excluded.detail, body = excluded.body
		WHERE (owner, title, detail, body) <> (excluded.owner, excluded.title, excluded.detail, excluded.body)`, rows)
	if err != nil || len(gone) == 0 {
		return err
	}
	_, err = t.exec(`DELETE FROM search_doc WHERE kind = ? AND ref IN (SELECT value FROM json_each(?))`,
		kind, idList(gone))
	return err
}

// DropSearch makes a record unfindable; one that was not indexed is no error.
func (t *Tx) DropSearch(kind string, ref int64) error {
	_, err := t.exec(`DELETE FROM search_doc WHERE kind = ? AND ref = ?`, kind, ref)
	return err
}

// SearchDocs returns up to candidatesMax records of a kind that answer q, the latest first; only
// those of owner when mine is set.
func (t *Tx) SearchDocs(kind string, q search.Query, mine bool, owner auth.UserID) ([]search.Hit, error) {
	match := "(" + matching(q) + ") AND " + kindToken(kind)
	if mine {
		match += " AND " + ownerToken(owner)
	}
	return all(t, `SELECT d.kind, d.ref, d.title, d.detail
		FROM search s JOIN search_doc d ON d.id = s.rowid
		WHERE s.search MATCH ?1 AND d.kind = ?2 AND (?3 = 0 OR d.owner = ?4)
		ORDER BY s.rowid DESC LIMIT ?5`, []any{match, kind, mine, owner, candidatesMax},
		func(scan func(...any) error, h *search.Hit) error {
			return scan(&h.Kind, &h.Ref, &h.Title, &h.Detail)
		})
}

// matching writes q in the language of FTS5. The words are letters and figures only.
func matching(q search.Query) string {
	words := make([]string, len(q.Words))
	for i, w := range q.Words {
		words[i] = `"` + w + `"*`
	}
	all := strings.Join(words, " AND ")
	if q.Digits == "" {
		return all
	}
	return "(" + all + `) OR "` + q.Digits + `"*`
}

// The tokens let the index itself narrow a search to a kind and an owner. They are an economy, not
// a protection: SearchDocs filters the rows as well.
func kindToken(kind string) string { return "k0" + strings.ReplaceAll(kind, "_", "") }

func ownerToken(owner auth.UserID) string { return "o0" + strconv.FormatInt(int64(owner), 10) + "o" }
