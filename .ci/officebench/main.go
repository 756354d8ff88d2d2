// Command officebench measures an office at work: a main PC in a process of its own and many PCs, each with its own
// key, connection and person, that read and write for a minute as people do. It prints how long they waited, what
// went wrong, and whether the book is sound afterwards and has all that was confirmed.
//
//	officebench [-pcs 20,100] [-for 1m] [-pause 250ms] PROGRAM
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "officebench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	f := flag.NewFlagSet("officebench", flag.ContinueOnError)
	pcs := f.String("pcs", "20,100", "how many PCs, one run for each number")
	lasts := f.Duration("for", time.Minute, "how long a run is")
	pause := f.Duration("pause", 250*time.Millisecond, "how long a person looks at an answer, on average")
	if err := f.Parse(args); err != nil {
		return err
	}
	if f.NArg() != 1 {
		return errors.New("the program without a desktop is missing")
	}
	fmt.Printf("%6s  %-7s %8s %9s %9s %9s %7s\n", "PCs", "", "calls", "p50 ms", "p99 ms", "max ms", "errors")
	var problems []error
	for word := range strings.SplitSeq(*pcs, ",") {
		n, err := strconv.Atoi(word)
		if err != nil || n < 1 {
			return fmt.Errorf("%q PCs", word)
		}
		done, err := measure(ctx, f.Arg(0), n, *lasts, *pause)
		done.print(n)
		problems = append(problems, err)
	}
	return errors.Join(problems...)
}

// measure opens an office of n PCs, lets them work, and looks at the book afterwards.
func measure(ctx context.Context, program string, n int, lasts, pause time.Duration) (done work, err error) {
	dir, err := os.MkdirTemp("", "officebench-")
	if err != nil {
		return done, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	o := &office{program: program, dir: dir}
	if err := o.open(ctx); err != nil {
		return done, err
	}
	people, err := o.hire(ctx, n)
	if err == nil {
		done, err = busy(ctx, people, lasts, pause)
	}
	var kept int64
	if err == nil {
		kept, err = o.count(ctx)
	}
	if err := errors.Join(err, o.close()); err != nil {
		return done, err
	}
	if kept != done.customers {
		return done, fmt.Errorf("%d customers were confirmed, %d are in the book", done.customers, kept)
	}
	return done, o.verify(ctx)
}

// print tells what people waited for.
func (w work) print(n int) {
	for _, k := range []kind{reads, writes} {
		t := w.took[k]
		slices.Sort(t)
		if len(t) == 0 {
			continue
		}
		at := func(share float64) float64 { return t[int(share*float64(len(t)-1))].Seconds() * 1000 }
		fmt.Printf("%6d  %-7s %8d %9.1f %9.1f %9.1f %7d\n", n, k, len(t), at(0.5), at(0.99), at(1), w.errors[k])
	}
	for _, problem := range w.problems {
		fmt.Printf("        %s\n", problem)
	}
}
