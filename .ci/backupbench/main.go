//go:build linux

// Command backupbench measures the backups beside restic and borg, as Debian has them, on the same book of 300 MB
// and 1,000 attachments of 200 MB: what a first backup costs and what one after an edit costs, in bytes at the
// destination, processor time and wall time; how long a restore takes; the first upload over a line of 80 ms; and a
// book that a blank PC gets back at 50 Mbit/s. The others get the book in clear: the time to write that is shown
// apart. Each step is a process of its own.
//
//	backupbench [-small] [-dir DIR] [-line=false]
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// The backups that are compared, and what is done with each.
const (
	firstBackup = "first"
	recentEdit  = "recent edit"
	randomEdit  = "random edit"
	restoring   = "restore"
	flushed     = "restore, flushed"
	upload      = "first, 80 ms"
	blankBook   = "book, 50 Mbit/s"
	blankFiles  = "all, 50 Mbit/s"
)

// The lines of the last two.
const (
	farDelay  = 40 * time.Millisecond // each way
	farRate   = 100e6 / 8             // bytes per second
	slowDelay = 10 * time.Millisecond
	slowRate  = 50e6 / 8
)

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "backupbench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	f := flag.NewFlagSet("backupbench", flag.ContinueOnError)
	isSmall := f.Bool("small", false, "a tenth of the book, to try the bench itself")
	lines := f.Bool("line", true, "measure over the slow lines as well")
	in := f.String("dir", "", "where everything goes; a folder of the system's if empty")
	if err := f.Parse(args); err != nil {
		return err
	}
	of := whole
	if *isSmall {
		of = small
	}
	if f.NArg() > 0 {
		return step(ctx, f.Args(), of)
	}
	dir, err := os.MkdirTemp(*in, "backupbench-*")
	if err != nil {
		return err
	}
	b := &bench{dir: dir, small: *isSmall}
	err = b.all(ctx, *lines)
	return errors.Join(err, os.RemoveAll(dir))
}

// step does what another process of this program asks for.
func step(ctx context.Context, args []string, of size) error {
	switch what, args := args[0], args[1:]; what {
	case "make":
		return makeBook(ctx, args[0], of)
	case "edit":
		return edit(ctx, args[0], args[1], of)
	case "export":
		return export(ctx, args[0], args[1])
	case "snapshot":
		day, err := strconv.Atoi(args[2])
		if err != nil {
			return err
		}
		return snapshot(ctx, args[0], args[1], day)
	case "send":
		return send(ctx, args[0], args[1])
	case "restore":
		return restore(ctx, args[0], args[1], args[2] == "all")
	default:
		return fmt.Errorf("unknown step %s", what)
	}
}

// bench is one run.
type bench struct {
	dir   string
	small bool
	rows  []row
}

// row is one measure of one tool, of which there may be several. Bytes are what the destination grew by.
type row struct {
	tool, what string
	cpu, wall  time.Duration
	bytes      int64
	load       string
}

// at is a path in the bench's folder.
func (b *bench) at(path ...string) string { return filepath.Join(append([]string{b.dir}, path...)...) }

// self is a step in a process of its own.
func (b *bench) self(args ...string) command {
	if b.small {
		args = append([]string{"-small"}, args...)
	}
	return command{args: append([]string{"/proc/self/exe"}, args...)}
}

// command is a process to be run.
type command struct {
	args []string
	dir  string
	env  []string
}

// took runs processes one after the other and adds up what they took, with their children.
func (b *bench) took(tool, what string, all ...command) (row, error) {
	r := row{tool: tool, what: what, load: load()}
	for _, c := range all {
		cmd := exec.Command(c.args[0], c.args[1:]...)
		var said bytes.Buffer
		cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = c.dir, append(os.Environ(), c.env...), &said, &said
		start := time.Now()
		if err := cmd.Run(); err != nil {
			return r, fmt.Errorf("%s, %s: %w: %s", tool, what, err, said.String())
		}
		r.wall += time.Since(start)
		r.cpu += cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	}
	fmt.Fprintf(os.Stderr, "%-22s %-16s %7.1f s CPU %7.1f s  load %s\n", tool, what, r.cpu.Seconds(), r.wall.Seconds(),
		r.load)
	return r, nil
}

// measure is took for a row of the table. grown is the folder whose growth counts, "" for none.
func (b *bench) measure(tool, what, grown string, all ...command) error {
	before := bytesIn(grown)
	r, err := b.took(tool, what, all...)
	r.bytes = bytesIn(grown) - before
	b.rows = append(b.rows, r)
	syscall.Sync() // what one leaves to the disk is not the next one's burden
	return err
}

// all makes the book, measures every tool on it and prints the table.
func (b *bench) all(ctx context.Context, lines bool) error {
	made, err := b.took("the book", "is made", b.self("make", b.at("book")))
	if err != nil {
		return err
	}
	book, attached := bytesIn(b.at("book"))-bytesIn(b.at("book", "files")), bytesIn(b.at("book", "files"))
	var exports []row
	for day, what := range []string{firstBackup, recentEdit, randomEdit} {
		if day > 0 {
			if _, err := b.took("the book", what, b.self("edit", b.at("book"), what)); err != nil {
				return err
			}
		}
		r, err := b.took("the book in clear", what, b.self("export", b.at("book"), b.at("clear")))
		if err != nil {
			return err
		}
		exports = append(exports, r)
		if err := b.backUp(what, day); err != nil {
			return err
		}
		if day == 0 && lines {
			if err := b.overLines(); err != nil {
				return err
			}
		}
	}
	if err := errors.Join(b.restores(), ctx.Err()); err != nil {
		return err
	}
	fmt.Printf("Book %.0f MB, attachments %.0f MB, made in %.0f s; load %s.\n",
		mb(book), mb(attached), made.wall.Seconds(), made.load)
	for _, r := range exports {
		fmt.Printf("Written in clear for the others, %s: %.1f s CPU, %.1f s, in none of their figures.\n",
			r.what, r.cpu.Seconds(), r.wall.Seconds())
	}
	b.print(os.Stdout)
	return nil
}

// The tools, as the table names them. borg has no way to a server by SFTP.
const (
	ours   = "zafe"
	restic = "restic"
	borg   = "borg"
)

// backUp makes a backup with each tool, in a folder.
func (b *bench) backUp(what string, day int) error {
	if day == 0 {
		if err := os.MkdirAll(b.at("back", borg), 0o700); err != nil { // borg works where it is started
			return err
		}
		for _, c := range []command{b.restic("init", nil, b.at("restic")), b.borg("init", "--encryption", "repokey-blake2")} {
			if _, err := b.took(c.args[0], "init", c); err != nil {
				return err
			}
		}
	}
	clear := b.at("clear")
	return errors.Join(
		b.measure(ours, what, b.at("copy"), b.self("snapshot", b.at("book"), b.at("vault"), strconv.Itoa(day)),
			b.self("send", b.at("vault"), b.at("copy"))),
		b.measure(restic, what, b.at("restic"), b.restic("backup", nil, b.at("restic"), clear)),
		b.measure(borg, what, b.at("borg"), b.borg("create", "--compression", "zstd,3", "::"+strconv.Itoa(day), clear)),
	)
}

// restic is a command of restic's on a repository.
func (b *bench) restic(verb string, options []string, repo string, args ...string) command {
	all := append([]string{restic, "-q", "-r", repo}, options...)
	return command{
		args: append(append(all, verb), args...),
		env:  []string{"RESTIC_PASSWORD=bench", "RESTIC_CACHE_DIR=" + b.at("restic-cache")},
	}
}

func (b *bench) borg(verb string, args ...string) command {
	return command{
		args: append([]string{borg, verb}, args...), dir: b.at("back", borg),
		env: []string{"BORG_PASSPHRASE=bench", "BORG_BASE_DIR=" + b.at("borg-base"), "BORG_REPO=" + b.at(borg)},
	}
}

// rounds is how often each tool restores, in turn with the others: one restore takes seconds, and something else that
// wants the disk just then would decide.
const rounds = 5

// restores brings the last backup of each tool back, and looks whether it is the book. restic has done before what it
// brought is on the disk, ours after: flushed compares the two down to the disk.
func (b *bench) restores() error {
	for range rounds {
		for _, dir := range []string{b.at("back"), b.at("flushed")} {
			if err := os.RemoveAll(dir); err != nil {
				return err
			}
		}
		if err := os.MkdirAll(b.at("back", borg), 0o700); err != nil { // borg works where it is started
			return err
		}
		err := errors.Join(
			b.measure(ours, restoring, "", b.self("restore", b.at("copy"), b.at("back", ours), "all")),
			b.measure(restic, restoring, "", b.restic("restore", nil, b.at(restic), "latest", "--target", b.at("back", restic))),
			b.measure(borg, restoring, "", b.borg("extract", "::2")),
			b.measure(ours, flushed, "", b.self("restore", b.at("copy"), b.at("flushed", ours), "all")),
			b.measure(restic, flushed, "", b.restic("restore", nil, b.at(restic), "latest", "--target", b.at("flushed", restic)),
				command{args: []string{"sync", "--file-system", b.at("flushed", restic)}}))
		if err != nil {
			return err
		}
	}
	if _, err := b.took(ours, "compare", b.self("export", b.at("book"), b.at("compare"))); err != nil {
		return err
	}
	want, err := digest(b.at("compare", "book.sqlite"))
	if err != nil {
		return err
	}
	for _, tool := range []string{restic, borg} { // ours compares by itself
		got, err := digest(b.at("back", tool, b.at("clear", "book.sqlite")))
		if err != nil || got != want {
			return errors.Join(fmt.Errorf("%s gave another book back", tool), err)
		}
	}
	return nil
}

// overLines measures the first backup over a long line, and a restore over a narrow one, to a real sshd.
func (b *bench) overLines() error {
	server, err := startSSHD(b.at("sshd"))
	if err != nil {
		return err
	}
	defer server.stop()
	far, err := newLine(server.addr, farDelay, farRate)
	if err != nil {
		return err
	}
	defer far.close()
	repo, option := server.restic(far.addr, b.at("far-restic"))
	if _, err := b.took(restic, "init", b.restic("init", option, repo)); err != nil {
		return err
	}
	err = errors.Join(
		b.measure(ours, upload, b.at("far"), b.self("snapshot", b.at("book"), b.at("far-vault"), "0"),
			b.self("send", b.at("far-vault"), server.ours(far.addr, b.at("far")))),
		b.measure(restic, upload, b.at("far-restic"), b.restic("backup", option, repo, b.at("clear"))))
	if err != nil {
		return err
	}
	slow, err := newLine(server.addr, slowDelay, slowRate)
	if err != nil {
		return err
	}
	defer slow.close()
	repo, option = server.restic(slow.addr, b.at("far-restic"))
	return errors.Join(
		b.measure(ours, blankBook, "", b.self("restore", server.ours(slow.addr, b.at("far")), b.at("blank"), "book")),
		b.measure(ours, blankFiles, "", b.self("restore", server.ours(slow.addr, b.at("far")), b.at("blank-all"), "all")),
		b.measure(restic, blankFiles, "", b.restic("restore", append(option, "--no-cache"), repo, "latest", "--target",
			b.at("blank-restic"))))
}

// bytesIn adds up the files below a folder.
func bytesIn(dir string) (sum int64) {
	_ = filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			if info, err := entry.Info(); err == nil {
				sum += info.Size()
			}
		}
		return nil
	})
	return sum
}

// load is how busy the machine is: the averages of 1, 5 and 15 minutes.
func load() string {
	raw, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	f := strings.Fields(string(raw))
	return strings.Join(f[:min(3, len(f))], " ")
}

func mb(bytes int64) float64 { return float64(bytes) / 1e6 }
