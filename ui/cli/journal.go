package cli

import (
	"io"
	"os"

	"github.com/spf13/cobra"

	"zafe/app/audit"
	"zafe/app/fault"
	"zafe/app/history"
)

func (r *run) verifyJournal() *cobra.Command {
	return &cobra.Command{
		Use: "verify-journal FILE", Short: "Proves an exported journal without the book",
		Long: "FILE is what the journal's page, or the operation event.export, wrote. Each line is bound to the one\n" +
			"before; the first that was changed, moved or taken out is named. The last line is signed with the\n" +
			"book's key, which is told: it is the same for every journal of that book.",
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			f, err := os.Open(args[0])
			if err != nil {
				return fault.New(fault.NotFound, "cli.file_unreadable", "file", args[0]).Because(err)
			}
			defer func() { _ = f.Close() }()
			c, err := history.Check(f)
			if err != nil {
				return err
			}
			return r.answer(c, func(io.Writer) error {
				r.say("cli.journal_good", "events", c.Events, "last", c.Last.Format(audit.TimeFormat), "head", c.Head,
					"book", c.Book, "key", c.Key)
				return nil
			})
		},
	}
}
