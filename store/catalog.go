package store

import (
	"zafe/app/catalog"
	"zafe/app/fault"
	"zafe/app/search"
)

const itemColumns = `code, label, description, unit, price, vat_rate, nature, sales_account, archived,
	version, updated_at, updated_by`

func itemValues(i catalog.Item) []any {
	return []any{
		i.Code, i.Label, i.Description, i.Unit, i.Price, i.VATRate, i.Nature, i.SalesAccount, i.Archived,
		i.Version, instant(i.UpdatedAt), i.UpdatedBy,
	}
}

func scanItem(scan func(...any) error, i *catalog.Item) error {
	var at string
	err := scan(&i.ID, &i.Code, &i.Label, &i.Description, &i.Unit, &i.Price, &i.VATRate, &i.Nature,
		&i.SalesAccount, &i.Archived, &i.Version, &at, &i.UpdatedBy)
	if err != nil {
		return err
	}
	i.UpdatedAt, err = parseInstant(at)
	return err
}

// Item returns one item; fault catalog.not_found.
func (t *Tx) Item(id catalog.ItemID) (catalog.Item, error) {
	return t.item(`id = ?`, id)
}

// ItemByCode returns the item with a code; fault catalog.not_found.
func (t *Tx) ItemByCode(code string) (catalog.Item, error) {
	return t.item(`code = ?`, code)
}

func (t *Tx) item(where string, arg any) (catalog.Item, error) {
	is, err := all(t, `SELECT id, `+itemColumns+` FROM item WHERE `+where, []any{arg}, scanItem)
	if err != nil {
		return catalog.Item{}, err
	}
	if len(is) == 0 {
		return catalog.Item{}, fault.New(fault.NotFound, "catalog.not_found")
	}
	return is[0], nil
}

// SaveItems stores items as they are, every field, and returns their ids in order: new rows for those
// whose ID is zero. The search box follows. What may be stored is the caller's business.
func (t *Tx) SaveItems(is []catalog.Item) ([]catalog.ItemID, error) {
	ids := make([]catalog.ItemID, len(is))
	values := make([][]any, len(is))
	known := make([]int64, len(is))
	folds := make([]string, len(is))
	for n, i := range is {
		known[n] = int64(i.ID)
		folds[n] = search.Index(i.Label, i.Code, i.Description)
		values[n] = append(itemValues(i), search.Fold(i.Label), " "+folds[n])
	}
	saved, err := t.upsert("item", itemColumns+`, label_fold, fold`, known, values)
	if err != nil {
		return nil, err
	}
	var docs []searchDoc
	var gone []int64
	for n, i := range is {
		ids[n] = catalog.ItemID(saved[n])
		if i.Archived { // it leaves the search box
			gone = append(gone, saved[n])
		} else {
			docs = append(docs, searchDoc{saved[n], i.Label, i.Code, folds[n]})
		}
	}
	return ids, t.indexAll(search.Item, docs, gone)
}

// SaveItem is SaveItems for one.
func (t *Tx) SaveItem(i catalog.Item) (catalog.ItemID, error) {
	ids, err := t.SaveItems([]catalog.Item{i})
	if err != nil {
		return 0, err
	}
	return ids[0], nil
}
