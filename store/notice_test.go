package store_test

import (
	"slices"
	"strings"
	"testing"
)

// hears opens a book, verifies it, and returns what the log of the program is told.
func (b *broken) hears(wantNotice string) (told []string) {
	b.t.Helper()
	b.o.OnEvent = func(what string) { told = append(told, what) }
	s, err := b.open()
	if err != nil {
		return told
	}
	_, err = s.VerifySeal(b.t.Context(), nil)
	notices := ""
	for _, n := range s.Notices() {
		notices += n.Key
	}
	if err != nil || notices != wantNotice {
		b.t.Errorf("%v %v, want %s", notices, err, wantNotice)
	}
	_ = s.Close()
	return told
}

// TestTheLogSaysWhatTheSealMet: the file, the page and the cause, not a word without them.
func TestTheLogSaysWhatTheSealMet(t *testing.T) {
	for name, c := range map[string]struct {
		book   func(*testing.T) *broken
		damage func(*broken)
		want   []string
		notice string
	}{
		"sound": {newBroken, func(*broken) {}, nil, ""},
		"a page": {
			newBroken, func(b *broken) { d := b.read("book.db"); d[4096*6+7] ^= 1; b.write("book.db", d) },
			[]string{"book.db: the file is not what was written (7): does not open"},
			"",
		},
		"the ledger": {
			newBroken, func(b *broken) { b.remove("book.db-ledger") }, []string{"book.db-ledger", "missing"}, "",
		},
		"a key file": {
			newBroken, func(b *broken) { b.remove("company.keys") },
			[]string{"company.keys: rewritten"},
			"verify.keys_mended",
		},
		"the end of the log": {
			stopped, func(b *broken) { b.spoilFrame(b.frames()) }, []string{"book.db-wal (", "dropped"}, "verify.log_cut",
		},
		"the end of the ledger": {
			newBroken, func(b *broken) { b.write("book.db-ledger", append(b.read("book.db-ledger"), "torn"...)) },
			[]string{"book.db-ledger: incomplete"},
			"verify.ledger_cut",
		},
	} {
		b := c.book(t)
		c.damage(b)
		told := b.hears(c.notice)
		if (len(told) == 0) != (c.want == nil) {
			t.Errorf("%s: told %q", name, told)
		}
		for _, want := range c.want {
			if !slices.ContainsFunc(told, func(s string) bool { return strings.Contains(s, want) }) {
				t.Errorf("%s: told %q, want %q", name, told, want)
			}
		}
	}
}

// TestANoticeIsForOneOpening: once the book was closed in order there is nothing to notice.
func TestANoticeIsForOneOpening(t *testing.T) {
	b := stopped(t)
	b.spoilFrame(b.frames())
	b.hears("verify.log_cut")
	b.hears("")
}
