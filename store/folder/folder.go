// Package folder is the data folder of one PC: the names of what is in it, where it may be, its log, and what
// is known of its book's health, which is kept beside the book because the book may take no more writes. It
// opens no book and knows no network.
package folder

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"gopkg.in/natefinch/lumberjack.v2"

	"zafe/app/aside"
	"zafe/app/durable"
	"zafe/app/fault"
	"zafe/app/verify"
	"zafe/store"
	"zafe/store/harden"
)

// What is in a data folder.
const (
	Book    = aside.Book     // a folder: package store
	Vault   = "vault"        // a folder: the copies that this PC keeps for itself
	Memory  = "local.json"   // what this PC remembers outside any book
	Host    = "host.json"    // the main PC this one works on
	Joining = "joining.json" // as whom this PC joins a main PC by an invitation file
	Relay   = "relay"        // a folder: the copy of the book of the main PC, which this one can take the place of
	Copied  = "relay.json"   // when that copy last had everything
	Office  = "office.json"  // where another main PC may be, and as whom to ask it
	Running = "running.json" // how the verbs reach the program that has the book open
	Chip    = "chip.json"    // what this PC's security chip sealed

	logFile    = "zafe.log"
	healthFile = "health.json" // that the book is not sound; no such file while it is
)

// What the log may take on the disk: with the files kept, 20 MB.
const (
	logMegabytes = 5
	logFiles     = 3
)

// Folder is a data folder.
type Folder struct {
	Dir string
	Log *slog.Logger
}

// Open makes dir ready to be a data folder: closed to others, as is this process, with its log. It refuses
// what cannot be written, with store.disk.
func Open(dir string) (Folder, error) {
	open, loose := harden.Folder(dir, Book, Relay, Host, Joining, Office, Running, Chip)
	path := filepath.Join(dir, logFile)
	if err := writable(path); err != nil {
		return Folder{}, fault.New(fault.Unavailable, "store.disk").Because(err)
	}
	// What it can no longer write is lost, but it refuses no work.
	f := Folder{Dir: dir, Log: slog.New(slog.NewJSONHandler(&lumberjack.Logger{
		Filename: path, MaxSize: logMegabytes, MaxBackups: logFiles,
	}, nil))}
	if f.used() {
		for _, name := range open {
			f.Log.Warn("was open to others", slog.String("path", name))
		}
	}
	// A disk that knows no rights, or a system without a limit, keeps nobody out of their book.
	if err := errors.Join(loose, harden.Process()); err != nil {
		f.Warn("this PC is not closed as it should be", err)
	}
	return f, nil
}

// writable tells whether the log at path can be written. One that is not there yet is not made: a verb that is refused
// leaves nothing in a folder that it took for a data folder.
func writable(path string) error {
	file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0o600)
	if err == nil || !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(err, file.Close())
	}
	if file, err = os.CreateTemp(filepath.Dir(path), ".zafe-*"); err != nil {
		return err
	}
	return errors.Join(file.Close(), os.Remove(file.Name()))
}

// used tells whether something of this program is in the folder already.
func (f Folder) used() bool {
	for _, name := range []string{Book, Memory, Host, logFile} {
		if _, err := os.Stat(f.Path(name)); err == nil {
			return true
		}
	}
	return false
}

// Warn writes in the log what went wrong and is no reason to stop.
func (f Folder) Warn(what string, err error) {
	f.Log.Warn("trouble", slog.String("what", what), slog.Any("err", err))
}

// Refer gives what no person can read a reference, under which it is in the log: outside an operation nobody
// else does. The cause of a refusal that blames the PC is in the log as well.
func (f Folder) Refer(what string, err *error) {
	if known, ok := errors.AsType[*fault.Fault](*err); ok || *err == nil || errors.Is(*err, context.Canceled) {
		if ok && known.Code == fault.Unavailable && known.Unwrap() != nil {
			f.Log.Warn("trouble", slog.String("what", what), slog.Any("err", *err))
		}
		return
	}
	said := fault.Of(*err)
	f.Log.Error("trouble", slog.String("what", what), slog.Any("ref", said.Args["ref"]), slog.Any("err", *err))
	*err = said
}

// Path is where something of the folder is.
func (f Folder) Path(name string) string { return filepath.Join(f.Dir, name) }

// Aside is where a book goes in whose place another is put.
func (f Folder) Aside(now time.Time) string {
	return aside.Name(f.Path(Book), now)
}

// Fit refuses to put a book where a network drive or a synchronising program would harm it:
// store.place_network, store.place_synced. Where a book already is, nobody is kept out of it: there the
// warning stays (package verify).
func (f Folder) Fit() error {
	if store.Exists(f.Path(Book)) {
		return nil
	}
	better := "~/zafe"
	if runtime.GOOS == "windows" {
		better = `%USERPROFILE%\Zafe` // what lies right under C:\ every user of the PC may read and change
	}
	switch at := harden.Here.Judge(f.Dir); at.Kind {
	case harden.Network:
		return fault.New(fault.Conflict, "store.place_network", "folder", f.Dir, "what", at.What, "better", better)
	case harden.Synced:
		return fault.New(fault.Conflict, "store.place_synced", "folder", f.Dir, "what", at.What, "better", better)
	default:
		return nil
	}
}

// Around is what this PC does with what is in the folder.
func (f Folder) Around() verify.Surroundings {
	at, memory := harden.Here.Judge(f.Dir), harden.Memory()
	return verify.Surroundings{
		System: runtime.GOOS, Folder: f.Dir, Place: string(at.Kind), Service: at.What,
		Swap: string(memory.Swap), Hibernate: string(memory.Hibernate),
	}
}

// Health is what was last known of the book.
func (f Folder) Health() (h verify.Health) {
	if err := durable.ReadJSON(f.Path(healthFile), &h); err != nil {
		f.Warn("what is known of the book's health is unreadable", err)
	}
	return h
}

// KeepHealth keeps what is known of the book.
func (f Folder) KeepHealth(h verify.Health) {
	err := os.Remove(f.Path(healthFile))
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	if h.State != verify.Sound {
		err = durable.WriteJSON(f.Path(healthFile), h)
	}
	if err != nil {
		f.Warn("what is known of the book's health is not kept", err)
	}
}

// Damaged is since when the book is known to be damaged, zero for one that is not.
func (f Folder) Damaged() time.Time {
	if h := f.Health(); h.State == verify.Damaged {
		return h.Since
	}
	return time.Time{}
}
