package crypt

import (
	"encoding/hex"
	"errors"
)

// Marks tell what the pages of a database hold, without reading them. A page of the same file with the same mark
// holds the same: the mark is of the seal of what is in the file, and each seal is drawn anew. It holds nothing
// that is secret.
type Marks struct {
	File  string   // the identity of the file, in hexadecimal
	Pages []uint64 // of each page, the first one first; 0: not known, it must be read
}

// Marks returns those of the database at path as whoever reads it sees it, in a transaction that has read something
// before the call and goes on after it: its reader keeps pages that it would not see out of the file. Of pages in the
// log it is not known which state of them a reader sees. It fails as [Mount.Hold].
func (m *Mount) Marks(path string) (marks Marks, err error) {
	err = m.with(path, func(d *database) error {
		if d.creating.Load() {
			return errors.New("crypt: a database that is being made has no marks")
		}
		marks = d.marks()
		return nil
	})
	return marks, err
}

func (d *database) marks() Marks {
	d.writing.Lock() // no page is written meanwhile, and none gets in doubt
	defer d.writing.Unlock()
	d.log.mu.RLock()
	defer d.log.mu.RUnlock()
	d.versionMu.RLock()
	defer d.versionMu.RUnlock()
	m := Marks{File: hex.EncodeToString(d.fileID[:]), Pages: append([]uint64(nil), d.versions...)}
	for _, unknown := range []map[uint32]bool{d.log.pages, d.torn} {
		for n := range unknown {
			if int64(n) <= int64(len(m.Pages)) && n > 0 {
				m.Pages[n-1] = 0
			}
		}
	}
	return m
}
