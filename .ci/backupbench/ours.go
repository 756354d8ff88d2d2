//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	_ "aapreinit" // before rclone, as everywhere

	"zafe/app/fault"
	"zafe/store"
	"zafe/store/source"
	"zafe/sync/backup/vault"

	_ "github.com/rclone/rclone/backend/sftp"
	"github.com/rclone/rclone/fs"
)

const (
	recoveryKey = "ZAFE1-000G-40R4-0M30-E209-185G-R38E-1W81-24GK-BC1MH1"
	writer      = "pc-00000001"
)

// place opens a folder, or what [sshd.ours] gives.
func place(ctx context.Context, at string) (fs.Fs, error) {
	if filepath.IsAbs(at) {
		return vault.LocalFolder(ctx, at)
	}
	return fs.NewFs(ctx, at)
}

func openVault(ctx context.Context, dir string) (*vault.Vault, error) {
	key, err := vault.NewKey(recoveryKey)
	if err != nil {
		return nil, err
	}
	set := vault.Settings{
		Dir: dir, ID: "bench", Key: key, WriterID: writer, WriterName: "bench", AppVersion: "bench", Schema: store.Schema(),
	}
	if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
		if err := vault.Create(set); err != nil {
			return nil, err
		}
	}
	return vault.Open(ctx, set)
}

// snapshot makes a restore point in the local vault.
func snapshot(ctx context.Context, dir, into string, at int) (err error) {
	b, err := openBook(ctx, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	v, err := openVault(ctx, into)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, v.Close()) }()
	now := today.AddDate(0, 0, at)
	taken, err := v.Snapshot(ctx, source.Book{Store: b.Store}, source.Files{Store: b.Store}, vault.Run{Now: now})
	if err == nil && len(taken.Damaged) > 0 {
		err = fmt.Errorf("damaged: %v", taken.Damaged)
	}
	return err
}

// send makes a place a copy of the local vault.
func send(ctx context.Context, from, to string) (err error) {
	v, err := openVault(ctx, from)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, v.Close()) }()
	f, err := place(ctx, to)
	if err != nil {
		return err
	}
	sent, err := v.Replicate(ctx, f, vault.Sending{})
	if err == nil && !sent.Check.Newest {
		err = fmt.Errorf("incomplete: %+v", sent)
	}
	return err
}

// restore puts a book back from a copy, into the sealed book of a PC that has nothing: the book alone, or its
// attachments as well.
func restore(ctx context.Context, from, to string, files bool) (err error) {
	f, err := place(ctx, from)
	if err != nil {
		return err
	}
	key, err := vault.NewKey(recoveryKey)
	if err != nil {
		return err
	}
	tree, err := vault.Locate(ctx, f, key)
	if err != nil {
		return err
	}
	contents, err := tree.Read(ctx)
	if err != nil {
		return err
	}
	points := contents.Points()
	if len(points) == 0 {
		return errors.New("no restore point")
	}
	pc := &blank{dir: to}
	m, err := tree.RestoreBook(ctx, points[0], pc, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, pc.Close()) }()
	if !files {
		return nil
	}
	all := source.Files{Store: pc.Store}
	report, err := tree.RestoreFiles(ctx, m, all, nil)
	if err == nil && report.Restored != m.Files.Count {
		err = fmt.Errorf("attachments: %+v of %d", report, m.Files.Count)
	}
	return err
}

// blank is a PC that has nothing: a book is put back into its folder.
type blank struct {
	book
	dir      string
	into     *store.Restoring
	manifest vault.Manifest
}

var _ vault.BookSink = (*blank)(nil)

func (p *blank) Begin(ctx context.Context, _ int, _ uint32) error {
	p.now = today.AddDate(0, 0, 1)
	p.into = store.StartRestore(ctx, p.dir, secrets, p.options(), func(tx *store.Tx) error {
		t, err := source.Totals(tx)
		if err == nil && !p.manifest.Matches(t) {
			err = fault.New(fault.Conflict, "backup.totals_differ")
		}
		return err
	})
	return nil
}

func (p *blank) Page(_ uint32, data []byte) error { return p.into.Page(data) }

func (p *blank) Commit(_ context.Context, m vault.Manifest) (err error) {
	p.manifest = m
	p.Store, err = p.into.Finish()
	return err
}

func (p *blank) Abort() { p.into.Abort() }
