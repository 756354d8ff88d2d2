package store

// Raw runs a statement as an attacker of the book would, for tests of the triggers.
func (t *Tx) Raw(query string, args ...any) error {
	_, err := t.exec(query, args...)
	return err
}

// Queries whose plans are tested.
const (
	HasOpeningQuery = hasOpeningQuery
	OpenItemsQuery  = openItemsQuery
)
