package remote

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"zafe/app/fault"

	"github.com/rclone/rclone/fs"
	"github.com/rclone/rclone/fs/object"
	"github.com/rclone/rclone/fs/operations"
)

// probeTime bounds a trial of a destination. A good one answers in seconds.
const probeTime = 60 * time.Second

// Health is what a trial of a destination found.
type Health struct {
	Empty bool  // nothing is in the folder
	Vault bool  // a vault's marker is in it
	Free  int64 // bytes left there, -1 when the provider does not say
	Took  time.Duration
}

// Probe tries a destination as a backup would: lists the folder, writes a small file, reads it back
// and removes it. Errors are faults (see Classify); it never takes longer than a minute.
func (r *Remotes) Probe(ctx context.Context, id string) (Health, error) {
	return r.probe(ctx, id, false)
}

// Look lists the folder of a destination and writes nothing.
func (r *Remotes) Look(ctx context.Context, id string) (Health, error) { return r.probe(ctx, id, true) }

func (r *Remotes) probe(ctx context.Context, id string, readOnly bool) (Health, error) {
	start := time.Now() //nolint:forbidigo // a duration is measured
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	ctx, ci := fs.AddConfig(ctx)
	ci.LowLevelRetries = 2
	ci.ConnectTimeout = fs.Duration(10 * time.Second)
	ci.Timeout = fs.Duration(20 * time.Second)
	type result struct {
		health Health
		err    error
	}
	// Some libraries look at the deadline late: the answer comes in time whatever they do.
	done := make(chan result, 1)
	go func() {
		h, err := r.try(ctx, id, readOnly)
		done <- result{h, err}
	}()
	select {
	case got := <-done:
		if got.err != nil && ctx.Err() != nil {
			got.err = ctx.Err()
		}
		got.health.Took = time.Since(start)
		return got.health, Classify(got.err)
	case <-ctx.Done():
		return Health{}, Classify(ctx.Err())
	}
}

func (r *Remotes) try(ctx context.Context, id string, readOnly bool) (Health, error) {
	f, err := r.Open(ctx, id, "")
	if err != nil {
		return Health{}, err
	}
	health := Health{Free: -1}
	entries, err := f.List(ctx, "")
	switch {
	case errors.Is(err, fs.ErrorDirNotFound) && readOnly:
		return health, faultNotFound.Because(err)
	case errors.Is(err, fs.ErrorDirNotFound):
		health.Empty = true
		if err := f.Mkdir(ctx, ""); err != nil {
			return health, err
		}
	case err != nil:
		return health, err
	default:
		health.Empty = len(entries) == 0
		for _, e := range entries {
			health.Vault = health.Vault || e.Remote() == "VAULT"
		}
	}
	if !readOnly {
		if err := roundTrip(ctx, f); err != nil {
			return health, Told(ctx, f, err)
		}
	}
	if about := f.Features().About; about != nil {
		if usage, err := about(ctx); err == nil && usage.Free != nil {
			health.Free = *usage.Free
		}
	}
	return health, nil
}

// roundTrip writes, reads and removes one small file.
func roundTrip(ctx context.Context, f fs.Fs) (err error) {
	random := make([]byte, 64)
	if _, err := rand.Read(random); err != nil {
		return err
	}
	name := fmt.Sprintf("zafe-test-%x.tmp", random[:6])
	now := time.Now() //nolint:forbidigo // nobody reads the date of this file
	info := object.NewStaticObjectInfo(name, now, int64(len(random)), true, nil, f)
	o, err := f.Put(ctx, bytes.NewReader(random), info)
	if err != nil {
		return err
	}
	defer func() {
		if removeErr := o.Remove(ctx); err == nil {
			err = removeErr
		}
	}()
	r, err := operations.Open(ctx, o)
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }()
	got, err := io.ReadAll(r)
	if err == nil && !bytes.Equal(got, random) {
		err = fault.New(fault.Unavailable, "backup.dest_garbles")
	}
	return err
}

// checkLocal refuses a folder of this PC whose parent does not exist, or that is a file. A folder to
// read from must exist itself.
func checkLocal(folder string, readOnly bool) error {
	if !filepath.IsAbs(folder) {
		return fault.Field("folder", "backup.folder_relative")
	}
	info, err := os.Stat(folder)
	if err == nil && !info.IsDir() {
		return fault.Field("folder", faultNotFolder.Key)
	}
	if errors.Is(err, os.ErrNotExist) {
		if _, err := os.Stat(filepath.Dir(folder)); err != nil || readOnly {
			return fault.Field("folder", "backup.disk_absent", "folder", folder)
		}
		return nil
	}
	return Classify(err)
}

func makeLocal(folder string) error {
	err := os.Mkdir(folder, 0o700)
	if errors.Is(err, os.ErrExist) {
		return nil
	}
	return err
}
