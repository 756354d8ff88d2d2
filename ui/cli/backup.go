package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"zafe/app/backup"
	"zafe/app/op"
	"zafe/ui/machine"
)

func (r *run) backup() *cobra.Command {
	c := &cobra.Command{Use: "backup", Short: "Copies of the book: add, now, list, status, drill"}
	c.AddCommand(r.backupAdd(),
		r.simple("now", "Makes a restore point and sends it to every destination", r.backupNow),
		r.simple("status", "Tells how the copies stand", func(ctx context.Context, b machine.Book) error {
			st, err := backup.GetStatus.Call(ctx, b, op.Empty{})
			return r.toldStatus(st, err)
		}),
		r.simple("list", "Lists what can be restored: the restore points of this PC and of every place", r.backupList),
		r.simple("drill", "Restores the newest copy of every place to nowhere and compares it", r.backupDrill))
	return c
}

func (r *run) backupAdd() *cobra.Command {
	var p place
	c := &cobra.Command{
		Use: "add", Short: "Adds a destination after trying it for real", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			n, err := p.destination()
			if err != nil {
				return err
			}
			return r.withBook(c.Context(), func(ctx context.Context, b machine.Book) error {
				step, err := backup.Begin.Call(ctx, b, n)
				for err == nil && step.Question != nil {
					// A script cannot be asked: take the proposed answer.
					step, err = backup.AnswerQuestion.Call(ctx, b, backup.AnswerRequest{Value: step.Question.Field.Default})
				}
				if err != nil {
					return err
				}
				d, err := backup.Finish.Call(ctx, b, op.Empty{})
				if err != nil {
					return err
				}
				return r.answer(d, func(io.Writer) error {
					r.say("cli.place_added", "label", d.Label, "folder", d.Folder)
					return nil
				})
			})
		},
	}
	p.flags(c)
	return c
}

// backupNow ends with 1 when a destination did not get its copy, or has one that cannot be relied upon: scripts look at
// that only.
func (r *run) backupNow(ctx context.Context, b machine.Book) error {
	st, err := backup.Now.Call(ctx, b, op.Empty{})
	if err != nil {
		return err
	}
	err = r.answer(st, func(w io.Writer) error {
		lines := []string{r.text().T("cli.point_made", map[string]any{"when": st.Saved})}
		if len(st.Copies) == 0 {
			lines = append(lines, r.text().T("cli.no_place", nil))
		}
		for _, c := range st.Copies {
			lines = append(lines, r.copied(c))
		}
		return say(w, lines)
	})
	if err != nil {
		return err
	}
	for _, c := range st.Copies {
		if c.Fault != nil {
			return c.Failed(r.text(), c.Fault)
		}
		if c.Broken != nil {
			return c.Broken
		}
	}
	return nil
}

// copied says what a place has.
func (r *run) copied(c backup.Copy) string {
	key := "cli.copy_lacks"
	switch {
	case c.Broken != nil:
		key = "cli.copy_broken"
	case c.LastOK.IsZero():
		key = "cli.copy_never"
	case c.Undated:
		key = "cli.copy_undated"
	case c.Oldest.IsZero() && !c.Lacks:
		key = "cli.copy_whole"
	case c.Oldest.IsZero():
		key = "cli.copy_last"
	}
	return r.text().T(key, map[string]any{"label": c.Label, "when": c.LastOK, "since": c.Oldest})
}

// toldStatus tells how the copies stand and each cause of a light that is not green, in words unless JSON is asked for.
func (r *run) toldStatus(st backup.Status, err error) error {
	if err != nil {
		return err
	}
	return r.answer(st, func(w io.Writer) error {
		p := r.text()
		lines := []string{p.T(st.Head(), nil)}
		for _, c := range st.Causes(p) {
			lines = append(lines, c.Text)
		}
		lines = append(lines, st.Outstanding(p)...)
		for _, c := range st.Copies {
			lines = append(lines, r.copied(c))
		}
		switch {
		case !st.DrillFailed.IsZero():
			lines = append(lines, p.T("cli.drill_failed", map[string]any{"when": st.DrillFailed}))
		case st.Proof != nil:
			lines = append(lines, p.T("cli.proof", map[string]any{"when": st.Drill, "what": st.Proof.Told(p)}))
		default:
			lines = append(lines, p.T("cli.drill_never", nil))
		}
		return say(w, lines)
	})
}

// backupList lists what this PC and the places have. A place that does not answer is named, and hides no other.
func (r *run) backupList(ctx context.Context, b machine.Book) error {
	st, err := backup.GetStatus.Call(ctx, b, op.Empty{})
	if err != nil {
		return err
	}
	own, err := backup.Points.Call(ctx, b, backup.IDRequest{})
	if err != nil {
		return err
	}
	lists, silent, unread := map[string][]backup.Point{"": own.Points}, error(nil), map[string]bool{}
	for _, c := range st.Copies {
		there, err := backup.Points.Call(ctx, b, backup.IDRequest{ID: c.ID})
		if unread[c.ID] = err != nil; err != nil && silent == nil {
			silent = c.Failed(r.text(), err)
		}
		lists[c.ID] = there.Points
	}
	all := backup.Together(lists)
	out := struct {
		Points []backup.Sited `json:"points"`
	}{all}
	err = r.answer(out, func(w io.Writer) error {
		if len(all) == 0 {
			r.say("cli.no_point")
			return nil
		}
		points := make([]backup.Point, 0, len(all))
		for _, o := range all {
			points = append(points, o.Point)
		}
		writer := backup.Writers(points, r.text())
		var rows [][]string
		for _, o := range all {
			at := st.Where(r.text(), o, func(id string) bool { return unread[id] })
			rows = append(rows, []string{o.ID, o.When(r.text()), writer(o.Point), o.Invoice, at})
		}
		if backup.Doubtful(points) {
			r.say("backup.point_doubts")
		}
		return table(w, rows)
	})
	return errors.Join(err, silent)
}

// backupDrill tries a restore from each place that has a copy, or from this PC when none has, and ends with 1 when one
// did not pass.
func (r *run) backupDrill(ctx context.Context, b machine.Book) error {
	st, err := backup.GetStatus.Call(ctx, b, op.Empty{})
	if err != nil {
		return err
	}
	places := slices.DeleteFunc(slices.Clone(st.Copies), func(c backup.Copy) bool { return c.LastOK.IsZero() })
	if len(places) == 0 {
		return r.toldStatus(backup.Drill.Call(ctx, b, backup.IDRequest{}))
	}
	var failed error
	for _, c := range places {
		if _, err := backup.Drill.Call(ctx, b, backup.IDRequest{ID: c.ID}); err == nil {
			r.say("cli.drilled", "label", c.Label)
		} else if failed == nil {
			failed = c.Failed(r.text(), err)
		}
	}
	err = r.toldStatus(backup.GetStatus.Call(ctx, b, op.Empty{}))
	if failed != nil {
		return failed
	}
	return err
}

func say(w io.Writer, lines []string) error {
	_, err := fmt.Fprintln(w, strings.Join(lines, "\n"))
	return err
}

// table writes rows whose columns stand under each other.
func table(w io.Writer, rows [][]string) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		if _, err := fmt.Fprintln(t, strings.Join(row, "\t")); err != nil {
			return err
		}
	}
	return t.Flush()
}
