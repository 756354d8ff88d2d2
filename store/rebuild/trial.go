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

const trialPrefix = "drill-"

// What a trial needs beside the pages themselves: their seals, and room for those at work.
const (
	sealShare = 8
	spare     = 64 << 20 // bytes
)

// trialCost: a trial lives for seconds under keys that nobody is given: being random, they need not be slow.
// What a disk still holds of it afterwards cannot be read.
var trialCost = crypt.KDF{Time: 1, MemoryKiB: 64, Threads: 1}

// Trial is a book that is put back beside the one at work, checked and thrown away.
type Trial struct {
	pages
	parent  string
	options store.Options
	warn    func(what string, err error)

	dir string
}

// NewTrial prepares a trial in a folder of its own in parent. The clock of the options must be set. Fault of its
// Begin: store.no_room. Of its Commit: backup.totals_differ.
func NewTrial(parent string, o store.Options, warn func(what string, err error)) *Trial {
	o.SlotCost = trialCost
	return &Trial{parent: parent, options: o, warn: warn}
}

var _ Receiver = (*Trial)(nil)

// Begin implements [Receiver].
func (t *Trial) Begin(ctx context.Context, pageSize int, pages uint32) error {
	image := int64(pageSize) * int64(pages)
	if err := t.options.Room(t.parent, image+image/sealShare+spare); err != nil {
		return err
	}
	dir, err := os.MkdirTemp(t.parent, trialPrefix)
	if err != nil {
		return err
	}
	t.dir = dir
	sec := store.Secrets{
		BookID: op.NewID(t.options.Clock()), Label: "drill", Password: rand.Text(), Cost: trialCost,
	}
	if _, err := rand.Read(sec.Recovery[:]); err != nil {
		return err
	}
	t.begin(ctx, filepath.Join(dir, "book"), sec, t.options, examine)
	return nil
}

func examine(tx *store.Tx, c Copy) error {
	wrong, err := tx.CheckIntegrity()
	if err == nil && len(wrong) > 0 {
		err = differs()
	}
	return errors.Join(err, promised(tx, c))
}

// Commit implements [Receiver].
func (t *Trial) Commit(ctx context.Context, c Copy) error {
	return errors.Join(t.pages.Commit(ctx, c), t.clear())
}

// Abort implements [Receiver].
func (t *Trial) Abort() {
	t.pages.Abort()
	if err := t.clear(); err != nil {
		t.warn("trial restore not removed", err)
	}
}

func (t *Trial) clear() error {
	if t.dir == "" {
		return nil
	}
	return os.RemoveAll(t.dir)
}

// Sweep removes the trials that a killed program left in parent; none may be under way.
func Sweep(parent string) error {
	left, err := os.ReadDir(parent)
	for _, e := range left {
		if strings.HasPrefix(e.Name(), trialPrefix) {
			err = errors.Join(err, os.RemoveAll(filepath.Join(parent, e.Name())))
		}
	}
	return err
}
