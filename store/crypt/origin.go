package crypt

import (
	"errors"
	"io/fs"
)

// Origin is what the files of a database that does not open say of where they come from.
type Origin struct {
	// Head is the number of the last record of the ledger, as [Mount.Head] has it of a database that opens; 0 when the
	// ledger is not whole, or not that of the database. One that is lower than was noted elsewhere is an older ledger put
	// back, whatever else is wrong.
	Head uint64
	// Foreign says that neither the ledger nor the first page of the database was sealed under the key of this mount, or
	// that nobody can tell it any more: damage does that to one of them, a key file of another book to both.
	Foreign bool
}

// Origin reads it. The database must be closed. What cannot be read says nothing.
func (m *Mount) Origin(path string) (o Origin, err error) {
	path, err = canonical(path)
	if err != nil {
		return o, err
	}
	size, err := m.disk.size(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && size < pageSize {
		return o, nil
	}
	if err != nil {
		return o, err
	}
	data, err := readFile(m.disk, path+ledgerSuffix, ledgerMax(size/pageSize))
	if err != nil {
		return o, nil //nolint:nilerr // there is no ledger to tell anything
	}
	page, err := readHead(m.disk, path, pageSize)
	if err != nil || string(page[:idSize]) == magicText {
		return o, err
	}
	l := &ledger{path: path, s: m.ledgers}
	if _, err := l.parse(data); err == nil {
		if l.size == int64(len(data)) && l.identity() == id(page[:idSize]) {
			o.Head = l.seq
		}
		return o, nil
	}
	if l.seq != 0 || len(data) <= ledgerHeader || string(data[:8]) != ledgerMagic {
		return o, nil
	}
	aad := newPageAAD(id(page[:idSize]))
	_, ok := openPage(m.pages, &aad, page, 1)
	o.Foreign = !ok
	return o, nil
}
