//go:build linux

package main

import (
	"fmt"
	"io"
)

// print shows every measure, then the bars.
func (b *bench) print(out io.Writer) {
	fmt.Fprintf(out, "\n%-16s %-8s %10s %8s %8s  %s\n", "", "", "MB added", "CPU s", "wall s", "load before")
	last := ""
	for _, r := range b.rows {
		what := r.what
		if what == last {
			what = ""
		}
		last = r.what
		added := ""
		if r.bytes > 0 {
			added = fmt.Sprintf("%.2f", mb(r.bytes))
		}
		fmt.Fprintf(out, "%-16s %-8s %10s %8.1f %8.1f  %s\n", what, r.tool, added, r.cpu.Seconds(), r.wall.Seconds(), r.load)
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

// bar tells whether a figure of ours is at most so many times restic's.
func (b *bench) bar(out io.Writer, name, what string, of func(row) float64, most float64) {
	mine, theirs := b.find(ours, what), b.find(restic, what)
	if mine == nil || theirs == nil {
		return
	}
	ratio, verdict := of(*mine)/of(*theirs), "met"
	if ratio > most {
		verdict = "MISSED"
	}
	fmt.Fprintf(out, "%-28s %5.2f of restic's, at most %.2f: %s\n", name, ratio, most, verdict)
}

func (b *bench) find(tool, what string) *row {
	for i := range b.rows {
		if b.rows[i].tool == tool && b.rows[i].what == what {
			return &b.rows[i]
		}
	}
	return nil
}
