//go:build linux

package main

import (
	"fmt"
	"io"
	"slices"
)

// print shows the median of every measure, then the bars.
func (b *bench) print(out io.Writer) {
	fmt.Fprintf(out, "\n%-16s %-8s %10s %8s %8s  %s\n", "", "", "MB added", "CPU s", "wall s", "load before")
	last := ""
	for i, r := range b.rows {
		if slices.ContainsFunc(b.rows[:i], r.same) {
			continue
		}
		all := b.find(r.tool, r.what)
		what := r.what
		if what == last {
			what = ""
		}
		last = r.what
		added := ""
		if r.bytes > 0 {
			added = fmt.Sprintf("%.2f", mb(r.bytes))
		}
		cpu := median(all, func(r row) float64 { return r.cpu.Seconds() })
		wall := median(all, func(r row) float64 { return r.wall.Seconds() })
		fmt.Fprintf(out, "%-16s %-8s %10s %8.1f %8.1f  %s\n", what, r.tool, added, cpu, wall, r.load)
	}
	fmt.Fprintln(out)
	bytes := func(r row) float64 { return float64(r.bytes) }
	wall := func(r row) float64 { return r.wall.Seconds() }
	b.bar(out, "first backup: bytes", firstBackup, bytes, 1)
	b.bar(out, "after a recent edit: bytes", recentEdit, bytes, 1./3)
	b.bar(out, "restore: time", restoring, wall, 1)
	b.bar(out, "restore, flushed: time", flushed, wall, 1)
	b.bar(out, "first backup at 80 ms: time", upload, wall, 1)
}

// bar tells whether a figure of ours is at most so many times restic's: the median of the ratios, each of two measures
// made one after the other, so that a busy machine weighs on both.
func (b *bench) bar(out io.Writer, name, what string, of func(row) float64, most float64) {
	mine, theirs := b.find(ours, what), b.find(restic, what)
	if len(mine) == 0 || len(mine) != len(theirs) {
		return
	}
	var ratios []float64
	for i := range mine {
		ratios = append(ratios, of(mine[i])/of(theirs[i]))
	}
	slices.Sort(ratios)
	verdict, spread := "met", ""
	if ratios[len(ratios)/2] > most {
		verdict = "MISSED"
	}
	if n := len(ratios); n > 1 {
		spread = fmt.Sprintf(" (%d pairs, %.2f to %.2f)", n, ratios[0], ratios[n-1])
	}
	fmt.Fprintf(out, "%-28s %5.2f of restic's, at most %.2f: %s%s\n", name, ratios[len(ratios)/2], most, verdict, spread)
}

// find gives the measures of a tool, in the order they were made.
func (b *bench) find(tool, what string) (out []row) {
	for _, r := range b.rows {
		if r.tool == tool && r.what == what {
			out = append(out, r)
		}
	}
	return out
}

func (r row) same(other row) bool { return r.tool == other.tool && r.what == other.what }

func median(all []row, of func(row) float64) float64 {
	var values []float64
	for _, r := range all {
		values = append(values, of(r))
	}
	slices.Sort(values)
	return values[len(values)/2]
}
