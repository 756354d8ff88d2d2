package store

import (
	"strings"

	"zafe/app/catalog"
	"zafe/app/search"
)

var _ catalog.Tx = (*Tx)(nil)

var itemOrders = map[catalog.Sort]string{
	catalog.ByLabel: `label_fold, label`,
	catalog.ByCode:  `code`,
	catalog.ByPrice: `price, label_fold`,
	catalog.ByRate:  `vat_rate, label_fold`,
}

var itemFilters = map[catalog.Filter]string{
	catalog.FilterActive:   `archived = 0`,
	catalog.FilterGoods:    `archived = 0 AND nature = 'goods'`,
	catalog.FilterServices: `archived = 0 AND nature = 'services'`,
	catalog.FilterArchived: `archived = 1`,
}

func itemListing(s catalog.Selection) listing {
	return listing{
		table: "item", where: itemFilters[s.Filter], order: itemOrders[s.Sort], desc: s.Desc, query: s.Query,
		offset: s.Offset, limit: s.Limit,
	}
}

// ItemPage returns the items a selection asks for.
func (t *Tx) ItemPage(s catalog.Selection) (catalog.Page, error) {
	l := itemListing(s)
	ids, total, atLeast, err := t.ids(l, func() (n int, err error) {
		_, err = t.one(`SELECT count(*) FROM item WHERE `+l.where, l.args, &n)
		return n, err
	})
	if err != nil {
		return catalog.Page{}, err
	}
	items, err := t.items(ids)
	return catalog.Page{Items: items, Total: total, AtLeast: atLeast}, err
}

// ItemNames returns up to s.Limit items that are not archived: the one with the code typed, then those
// whose label starts with what is typed, then those found otherwise.
func (t *Tx) ItemNames(s catalog.Selection) ([]catalog.Item, error) {
	ids, err := t.completed(itemListing(s), s.Typed, "label_fold")
	if err != nil {
		return nil, err
	}
	return t.items(ids)
}

func (t *Tx) items(ids []int64) ([]catalog.Item, error) {
	rows, err := all(t, `SELECT id, `+itemColumns+` FROM item WHERE id IN (SELECT value FROM json_each(?))`,
		[]any{idList(ids)}, scanItem)
	return inOrder(ids, rows, func(i catalog.Item) int64 { return int64(i.ID) }), err
}

// ItemsLike returns the other items with the label of i, whatever its accents and capitals.
func (t *Tx) ItemsLike(i catalog.Item) ([]catalog.Item, error) {
	return all(t, `SELECT id, `+itemColumns+` FROM item
		WHERE archived IN (0, 1) AND label_fold = ? AND id <> ? ORDER BY archived, id LIMIT ?`,
		[]any{search.Fold(strings.TrimSpace(i.Label)), i.ID, lookAlikesMax}, scanItem)
}
