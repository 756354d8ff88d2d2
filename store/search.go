package store

import (
	"strings"

	"zafe/app/auth"
	"zafe/app/search"
)

// candidatesMax bounds how many records of a kind one search looks at, the latest first: a person
// who typed one letter will type another.
const candidatesMax = 200

// IndexSearch makes a record findable in the search box, or refreshes it, in this transaction: kind is one of
// package search's, title and detail are shown, body is found too. The record is indexed under the folded
// words of title and body.
func (t *Tx) IndexSearch(kind string, ref int64, title, detail, body string) error {
	return t.indexAll(kind, []searchDoc{{ref, title, detail, body}}, nil)
}

// searchDoc is a record as IndexSearch takes it.
type searchDoc struct {
	ref                 int64
	title, detail, body string
}

// indexAll indexes records of a kind and drops others of it. A record that says the same as before is
// not written again.
func (t *Tx) indexAll(kind string, docs []searchDoc, gone []int64) error {
	rows := make([][]any, len(docs))
	for i, d := range docs {
		indexed := search.Index(d.title, d.body) + " " + kindToken(kind)
		rows[i] = []any{kind, d.ref, d.title, d.detail, indexed}
	}
	err := t.insertRows(`INSERT INTO search_doc(kind, ref, title, detail, body)`,
		` ON CONFLICT(kind, ref) DO UPDATE SET title = excluded.title, detail = excluded.detail, body = excluded.body
		WHERE (title, detail, body) <> (excluded.title, excluded.detail, excluded.body)`, rows)
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

// searched are the tables whose records belong to people and are found in the search box.
var searched = map[string]struct {
	from  string
	facts facts
}{
	search.Customer:   {"customer d", facts{owner: "d.owner"}},
	search.Quote:      {"document d", documentFacts},
	search.Invoice:    {"document d", documentFacts},
	search.CreditNote: {"document d", documentFacts},
	search.Payment:    {"payment p", paymentFacts},
}

// SearchDocs returns up to candidatesMax records of a kind that answer q, the latest first, of those allowed.
// The rights look at the records themselves, not at what the index was told of them.
func (t *Tx) SearchDocs(kind string, q search.Query, allowed auth.Predicate) ([]search.Hit, error) {
	c := &clause{}
	c.where("s.search MATCH ?", "("+matching(q)+") AND "+kindToken(kind))
	c.where("x.kind = ?", kind)
	if allowed != auth.Always(true) {
		table, belongs := searched[kind]
		if !belongs {
			return nil, nil // it is nobody's: for those only who see all
		}
		condition, args := table.facts.condition(allowed)
		c.where("x.ref IN (SELECT id FROM "+table.from+" WHERE "+condition+")", args...)
	}
	if q.NoContact && kind == search.Customer {
		condition, args := openly(q)
		c.where("x.ref IN (SELECT id FROM customer WHERE "+condition+")", args...)
	}
	return all(t, `SELECT x.kind, x.ref, x.title, x.detail FROM search s JOIN search_doc x ON x.id = s.rowid`+
		c.String()+` ORDER BY s.rowid DESC LIMIT ?`, append(c.args, candidatesMax),
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

// kindToken lets the index itself narrow a search to a kind. It is an economy: SearchDocs filters the rows as
// well.
func kindToken(kind string) string { return "k0" + strings.ReplaceAll(kind, "_", "") }
