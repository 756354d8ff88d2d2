package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"zafe/app/fault"
	"zafe/ui/machine"
)

// firewall is for who installs the program: Windows is to have a rule before the program listens for the first time.
func (r *run) firewall() *cobra.Command {
	var add, remove, check bool
	c := &cobra.Command{
		Use: "firewall", Short: "Has Windows let the other PCs in to this one", Args: cobra.NoArgs,
		Long: "On Windows the main PC needs a rule of the firewall, for this program and for PCs of the same private\n" +
			"network. --add makes it and --remove takes it away, as an administrator; --check tells whether it is\n" +
			"there, and ends with 1 where it is not. Other systems need none.",
		RunE: func(c *cobra.Command, _ []string) error {
			m, err := r.machine()
			if err != nil {
				return err
			}
			if !check {
				if err := m.LetIn(c.Context(), add); err != nil {
					return err
				}
			}
			state, err := m.Firewall()
			switch {
			case err != nil:
				return err
			case state == machine.Blocked && !remove:
				return fault.New(fault.Conflict, "firewall.blocked")
			case state == machine.NoRule && !remove:
				return fault.New(fault.Conflict, "firewall.missing")
			}
			return r.answer(map[string]machine.Firewall{"firewall": state}, func(w io.Writer) error {
				_, err := fmt.Fprintln(w, r.text().T("cli.firewall."+string(state), nil))
				return err
			})
		},
	}
	c.Flags().BoolVar(&add, "add", false, "let the other PCs in")
	c.Flags().BoolVar(&remove, "remove", false, "let them in no more")
	c.Flags().BoolVar(&check, "check", false, "tell whether they are let in")
	c.MarkFlagsOneRequired("add", "remove", "check")
	c.MarkFlagsMutuallyExclusive("add", "remove", "check")
	return c
}
