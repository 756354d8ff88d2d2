//go:build linux

package main

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	_ "modernc.org/sqlite"

	"zafe/.ci/storebench/work"
	"zafe/store/crypt"
)

// plain and sealed are the two engines every ratio is about: the translation of SQLite to Go, on its own
// VFS and on ours.
const (
	plain  = "modernc plain"
	sealed = "sealed"
)

// engine does workloads.
type engine interface {
	run(o work.Order) (work.Sample, error)
	close() error
}

// serve makes this process the worker of an engine.
func serve(name string) error {
	if name == plain {
		open := func(path string) (*sql.DB, error) { return sql.Open("sqlite", "file:"+path) }
		return work.Serve(open, os.Stdin, os.Stdout)
	}
	m, err := crypt.NewMount(crypt.NewRoot(), crypt.Options{})
	if err != nil {
		return err
	}
	open := func(path string) (*sql.DB, error) { return sql.Open("sqlite", m.DSN(path, nil)) }
	return errors.Join(work.Serve(open, os.Stdin, os.Stdout), m.Unmount())
}

// worker is an engine in a process of its own.
type worker struct {
	cmd     *exec.Cmd
	in      io.WriteCloser
	orders  *json.Encoder
	answers *json.Decoder
}

func startWorker(program string, args ...string) (*worker, error) {
	w := &worker{cmd: exec.Command(program, args...)}
	w.cmd.Stderr = os.Stderr
	in, err := w.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := w.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	w.in, w.orders, w.answers = in, json.NewEncoder(in), json.NewDecoder(out)
	return w, w.cmd.Start()
}

func (w *worker) run(o work.Order) (work.Sample, error) {
	if err := w.orders.Encode(o); err != nil {
		return work.Sample{}, err
	}
	var a work.Answer
	if err := w.answers.Decode(&a); err != nil {
		return work.Sample{}, err
	}
	if a.Error != "" {
		return work.Sample{}, errors.New(a.Error)
	}
	return a.Sample, nil
}

func (w *worker) close() error { return errors.Join(w.in.Close(), w.cmd.Wait()) }

// shell is a command line that reads SQL, started for each run. What an empty session takes is left off.
type shell struct {
	program string
	key     string // statements that give the key
}

func (s shell) run(o work.Order) (work.Sample, error) {
	if o.Workload == work.Bulk {
		if err := errors.Join(os.RemoveAll(o.Dir), os.MkdirAll(o.Dir, 0o700)); err != nil {
			return work.Sample{}, err
		}
		if _, err := s.session(o, work.Schema); err != nil {
			return work.Sample{}, err
		}
	}
	empty, err := s.session(o, "SELECT count(*) FROM sqlite_master;")
	if err != nil {
		return work.Sample{}, err
	}
	if o.Workload == work.Scan {
		if err := work.Cool(work.DB(o.Dir)); err != nil {
			return work.Sample{}, err
		}
	}
	got, err := s.session(o, o.Size.Script(o.Workload))
	got.CPU, got.Wall = max(0, got.CPU-empty.CPU), max(0, got.Wall-empty.Wall)
	return got, err
}

// session runs a script on the usual settings.
func (s shell) session(o work.Order, script string) (work.Sample, error) {
	all := s.key + strings.Join(o.Size.Settings(o.Workload), ";\n") + ";\n" + script
	cmd := exec.Command(s.program, "-batch", "-bail", work.DB(o.Dir))
	cmd.Stdin = strings.NewReader(all)
	var out, trouble bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &trouble
	begin := time.Now()
	if err := cmd.Run(); err != nil || trouble.Len() > 0 {
		return work.Sample{}, fmt.Errorf("%s: %v: %s", s.program, err, trouble.Bytes())
	}
	wall := time.Since(begin)
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	cpu := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	return work.Sample{CPU: cpu, Wall: wall, Check: lines[len(lines)-1]}, nil
}

func (shell) close() error { return nil }

// start makes an engine ready by its name; ok is false if what it takes is not there.
func start(name, cgo string) (e engine, ok bool, err error) {
	switch name {
	case plain, sealed:
		self, err := os.Executable()
		if err != nil {
			return nil, false, err
		}
		e, err = startWorker(self, "-worker", name)
		return e, true, err
	case "sqlite3 CLI", "sqlcipher CLI":
		program, _, _ := strings.Cut(name, " ")
		if _, err := exec.LookPath(program); err != nil {
			return nil, false, nil
		}
		s := shell{program: program}
		if program == "sqlcipher" {
			s.key = "PRAGMA key=\"x'" + strings.Repeat("2d", 32) + "'\";\nPRAGMA cipher_page_size=4096;\n"
		}
		return s, true, nil
	case "mattn", "go-sqlcipher":
		program := cgo + "/" + name
		if _, err := os.Stat(program); err != nil {
			return nil, false, nil
		}
		e, err = startWorker(program)
		return e, true, err
	}
	return nil, false, fmt.Errorf("no engine %q", name)
}
