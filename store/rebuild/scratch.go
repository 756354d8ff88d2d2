package rebuild

import (
	"context"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"zafe/app/op"
	"zafe/store"
	"zafe/store/crypt"
)

// What the folders are called that books are put together in for a while.
const (
	trialPrefix = "drill-"
	pastPrefix  = "past-"
)

// What such a book needs beside the pages themselves: their seals, and room for those at work.
const (
	sealShare = 8
	spare     = 64 << 20 // bytes
)

// scratchCost: such a book lives for minutes under keys that nobody is given: being random, they need not be slow.
// What a disk still holds of it afterwards cannot be read.
var scratchCost = crypt.KDF{Time: 1, MemoryKiB: 64, Threads: 1}

// scratch is a book that is put together in a folder of its own in parent.
type scratch struct {
	pages
	parent, prefix string
	options        store.Options
	first          func(*store.Tx, Copy) error // may refuse it, in the first transaction after the pages
	warn           func(what string, err error)

	dir string // once begun
}

func newScratch(parent, prefix string, o store.Options, first func(*store.Tx, Copy) error,
	warn func(what string, err error),
) scratch {
	o.SlotCost = scratchCost
	return scratch{parent: parent, prefix: prefix, options: o, first: first, warn: warn}
}

// Begin implements [Receiver].
func (s *scratch) Begin(ctx context.Context, pageSize int, pages uint32) error {
	image := int64(pageSize) * int64(pages)
	if err := s.options.Room(s.parent, image+image/sealShare+spare); err != nil {
		return err
	}
	dir, err := os.MkdirTemp(s.parent, s.prefix)
	if err != nil {
		return err
	}
	s.dir = dir
	sec := store.Secrets{
		BookID: op.NewID(s.options.Clock()), Label: strings.TrimSuffix(s.prefix, "-"), Password: rand.Text(),
		Cost: scratchCost,
	}
	if _, err := rand.Read(sec.Recovery[:]); err != nil {
		return err
	}
	s.begin(ctx, filepath.Join(dir, "book"), sec, s.options, s.first)
	return nil
}

// Abort implements [Receiver].
func (s *scratch) Abort() {
	s.pages.Abort()
	if err := s.clear(); err != nil {
		s.warn("a book put together for a while was not removed", err)
	}
}

func (s *scratch) clear() error {
	if s.dir == "" {
		return nil
	}
	return os.RemoveAll(s.dir)
}

// Sweep removes the trials and the books of the past that a killed program left in parent; none may be in use.
func Sweep(parent string) error {
	left, err := os.ReadDir(parent)
	for _, e := range left {
		if strings.HasPrefix(e.Name(), trialPrefix) || strings.HasPrefix(e.Name(), pastPrefix) {
			err = errors.Join(err, os.RemoveAll(filepath.Join(parent, e.Name())))
		}
	}
	return err
}
