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

// SaveItem stores i as it is, every field, and returns its id: a new row when i.ID is zero. The
// search box follows. What may be stored is the caller's business.
func (t *Tx) SaveItem(i catalog.Item) (catalog.ItemID, error) {
	fold := search.Index(i.Label, i.Code, i.Description)
	values := append(itemValues(i), search.Fold(i.Label), " "+fold)
	if i.ID == 0 {
		id, err := t.insert(`INSERT INTO item(`+itemColumns+`, label_fold, fold)
			VALUES (`+places(len(values))+`)`, values...)
		if err != nil {
			return 0, err
		}
		i.ID = catalog.ItemID(id)
	} else {
		_, err := t.exec(`UPDATE item SET (`+itemColumns+`, label_fold, fold) =
			(`+places(len(values))+`) WHERE id = ?`, append(values, i.ID)...)
		if err != nil {
			return 0, err
		}
	}
	if i.Archived {
		return i.ID, t.DropSearch(search.Item, int64(i.ID))
	}
	return i.ID, t.IndexSearch(search.Item, int64(i.ID), 0, i.Label, i.Code, fold)
}
