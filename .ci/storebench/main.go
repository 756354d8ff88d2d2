//go:build linux

// Command storebench measures what sealing costs: one workload after another, each on all engines in turn,
// for some rounds, so that all of them meet the same load of the machine. It prints the fastest run of
// each as a ratio to the plain engine, processor time and wall time, and writes every sample as JSON.
//
//	storebench [-large] [-rounds N] [-engines LIST] [-works LIST] [-cgo DIR] [-json FILE] [-dir DIR]
//	storebench -clients [-seconds N]: twenty clients on one book
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"zafe/.ci/storebench/work"
)

// The sizes: what everyone waits for, and what the design was measured with.
var (
	usual = work.Size{
		Rows: 300_000, CacheKiB: 16 << 10, Transactions: 5000, Statements: 50_000, Points: 100_000,
	}
	large = work.Size{
		Rows: 1_300_000, CacheKiB: 64 << 10, Transactions: 5000, Statements: 50_000, Points: 200_000,
	}
)

// engines are all engines, in the order of the table.
var engines = []string{plain, sealed, "mattn", "go-sqlcipher", "sqlite3 CLI", "sqlcipher CLI"}

// options are the command line.
type options struct {
	size           work.Size
	rounds         int
	engines, works []string
	cgo, json, dir string
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "storebench:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	var o options
	f := flag.NewFlagSet("storebench", flag.ContinueOnError)
	isLarge := f.Bool("large", false, "1.3 million rows, 215 MiB")
	f.IntVar(&o.rounds, "rounds", 3, "rounds, of four runs of each workload but bulk; the fastest run counts")
	names := f.String("engines", strings.Join(engines, ","), "those that are not there are left out")
	works := f.String("works", strings.Join(work.Names, ","), "workloads")
	f.StringVar(&o.cgo, "cgo", "", "folder of the engines in C, built; without it they are left out")
	f.StringVar(&o.json, "json", filepath.Join(os.TempDir(), "storebench.json"), "file for every sample")
	f.StringVar(&o.dir, "dir", "", "where the databases go; a folder of the system's if empty")
	clients := f.Bool("clients", false, "twenty clients instead of the table")
	seconds := f.Int("seconds", 10, "how long the clients work")
	worker := f.String("worker", "", "engine to do orders for, from standard input")
	if err := f.Parse(args); err != nil {
		return err
	}
	if *worker != "" {
		return serve(*worker)
	}
	o.size, o.engines, o.works = usual, strings.Split(*names, ","), strings.Split(*works, ",")
	if *isLarge {
		o.size = large
	}
	dir, err := os.MkdirTemp(o.dir, "storebench-*")
	if err != nil {
		return err
	}
	if o.dir = dir; *clients {
		err = measureClients(dir, *seconds, o.json)
	} else {
		err = measureTable(o)
	}
	return errors.Join(err, os.RemoveAll(dir))
}

// measureTable runs all rounds, prints the table and writes the samples.
func measureTable(o options) (err error) {
	ready := map[string]engine{}
	defer func() {
		for _, e := range ready {
			err = errors.Join(err, e.close())
		}
	}()
	var present []string
	for _, name := range o.engines {
		e, ok, err := start(name, o.cgo)
		if err != nil {
			return err
		}
		if ok {
			ready[name] = e
			present = append(present, name)
		}
	}
	t := table{
		Load: load(), Size: o.size, Engines: present, Works: o.works,
		Samples: map[string]map[string][]work.Sample{},
	}
	if len(o.works) == 0 || o.works[0] != work.Bulk { // the others need the database it makes
		for name, e := range ready {
			if _, err := e.run(work.Order{Workload: work.Bulk, Dir: folder(o.dir, name), Size: o.size}); err != nil {
				return err
			}
		}
	}
	for round := range o.rounds {
		for _, w := range o.works {
			for again := range times(w) {
				for _, name := range inTurn(present, round*times(w)+again) {
					if err := t.add(name, w, ready[name], folder(o.dir, name)); err != nil {
						return err
					}
				}
			}
		}
	}
	t.LoadAfter = load()
	t.print(os.Stdout)
	return t.save(o.json)
}

// times is how often a workload is done in a round. All but one take less than a second: one of few runs
// that nothing else of the machine disturbs is rare.
func times(workload string) int {
	if workload == work.Bulk {
		return 1
	}
	return 4
}

// inTurn gives each round another first engine and every second round the opposite order, so that none
// always runs in the wake of the same other.
func inTurn(names []string, round int) []string {
	first := round % len(names)
	turn := slices.Concat(names[first:], names[:first])
	if round%2 == 1 {
		slices.Reverse(turn)
	}
	return turn
}

// folder is where an engine's database goes.
func folder(dir, engine string) string {
	return filepath.Join(dir, strings.ReplaceAll(engine, " ", "-"))
}

// table is everything measured: samples by engine and workload.
type table struct {
	Load      string                              `json:"load_before"`
	LoadAfter string                              `json:"load_after"`
	Size      work.Size                           `json:"size"`
	Engines   []string                            `json:"engines"`
	Works     []string                            `json:"works"`
	Samples   map[string]map[string][]work.Sample `json:"samples"`
}

// add takes one sample. All engines must come to the same result.
func (t *table) add(name, w string, e engine, dir string) error {
	if _, isShell := e.(shell); isShell && t.Size.Script(w) == "" {
		return nil // a shell prepares no statements
	}
	s, err := e.run(work.Order{Workload: w, Dir: dir, Size: t.Size})
	if err != nil {
		return fmt.Errorf("%s, %s: %w", name, w, err)
	}
	round := len(t.Samples[name][w])
	for other, by := range t.Samples {
		if len(by[w]) > round && by[w][round].Check != s.Check {
			return fmt.Errorf("%s: %s says %q, %s %q", w, name, s.Check, other, by[w][round].Check)
		}
	}
	if t.Samples[name] == nil {
		t.Samples[name] = map[string][]work.Sample{}
	}
	t.Samples[name][w] = append(t.Samples[name][w], s)
	fmt.Fprintf(os.Stderr, "%-14s %-10s %8.1f ms CPU %8.1f ms\n", name, w, ms(s.CPU), ms(s.Wall))
	return nil
}

func (t *table) save(path string) error {
	raw, err := json.MarshalIndent(t, "", " ")
	if err != nil {
		return err
	}
	fmt.Println("every sample:", path)
	return os.WriteFile(path, raw, 0o600)
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

// least is the shortest time of some samples.
func least(s []work.Sample, of func(work.Sample) float64) float64 {
	all := make([]float64, len(s))
	for i, x := range s {
		all[i] = of(x)
	}
	return slices.Min(all)
}
