//go:build linux

package main

import (
	"fmt"
	"io"
	"slices"
	"time"

	"zafe/.ci/storebench/work"
)

func ms(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e6 }

func cpu(s work.Sample) float64  { return ms(s.CPU) }
func wall(s work.Sample) float64 { return ms(s.Wall) }

// print writes the table: the plain engine in milliseconds, the others as ratios to it.
func (t *table) print(w io.Writer) {
	runs := 0
	for _, by := range t.Samples {
		for _, s := range by {
			runs = max(runs, len(s))
		}
	}
	fmt.Fprintf(w, "\n%d rows, cache %d KiB, %d transactions, %d statements, %d points; fastest of up to %d runs\n",
		t.Size.Rows, t.Size.CacheKiB, t.Size.Transactions, t.Size.Statements, t.Size.Points, runs)
	fmt.Fprintf(w, "load average before %s, after %s\n", t.Load, t.LoadAfter)
	fmt.Fprintf(w, "processor time / wall time, as ratios to %s\n\n%-18s", plain, "engine")
	for _, k := range t.Works {
		fmt.Fprintf(w, " %13s", k)
	}
	fmt.Fprintln(w)
	t.line(w, plain+", ms", plain, func(s, _ []work.Sample) string {
		return fmt.Sprintf("%.0f / %.0f", least(s, cpu), least(s, wall))
	})
	for _, name := range t.Engines {
		if name != plain && slices.Contains(t.Engines, plain) {
			t.line(w, name, name, func(s, base []work.Sample) string {
				c, w := least(s, cpu)/least(base, cpu), least(s, wall)/least(base, wall)
				return fmt.Sprintf("%.2f / %.2f", c, w)
			})
		}
	}
	t.line(w, sealed+", median", sealed, func(s, base []work.Sample) string {
		return fmt.Sprintf("%.2f / %.2f", paired(s, base, cpu), paired(s, base, wall))
	})
	fmt.Fprint(w, "\nThe fastest runs count; the last line is the median of the ratios of runs side by side,\n",
		"which says more on a busy machine.\n")
}

// paired is the median of the ratios of runs side by side.
func paired(s, base []work.Sample, of func(work.Sample) float64) float64 {
	all := make([]float64, min(len(s), len(base)))
	for i := range all {
		all[i] = of(s[i]) / of(base[i])
	}
	slices.Sort(all)
	return (all[(len(all)-1)/2] + all[len(all)/2]) / 2
}

// line writes one engine's line.
func (t *table) line(w io.Writer, title, name string, cell func(s, base []work.Sample) string) {
	fmt.Fprintf(w, "%-18s", title)
	for _, k := range t.Works {
		s, base := t.Samples[name][k], t.Samples[plain][k]
		text := "–"
		if len(s) > 0 && len(base) > 0 {
			text = cell(s, base)
		}
		fmt.Fprintf(w, " %13s", text)
	}
	fmt.Fprintln(w)
}
