package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"zafe/app/device"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/relay"
	"zafe/ui/machine"
)

func (r *run) relay() *cobra.Command {
	c := &cobra.Command{
		Use: "relay", Short: "The PC that keeps a live copy of the book and can take over from the main PC",
	}
	c.AddCommand(r.relayStatus(), r.relayName(), r.relayFollow(), r.relayTakeOver(), r.relayRejoin())
	return c
}

func (r *run) relayStatus() *cobra.Command {
	return &cobra.Command{
		Use: "status", Short: "Tells which PC is the relay and how far its copy is", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return r.withBook(c.Context(), func(ctx context.Context, b machine.Book) error {
				s, err := relay.Get.Call(ctx, b, op.Empty{})
				if err != nil {
					return err
				}
				return r.relayed(s)
			})
		},
	}
}

func (r *run) relayed(s relay.Status) error {
	return r.answer(s, func(w io.Writer) error {
		_, err := fmt.Fprintln(w, r.text().T("relay.state."+s.State, map[string]any{
			"name": s.Name, "at": r.text().Instant(s.Asked), "s": (s.BehindMS + 999) / 1000, "n": s.Own,
		}))
		return err
	})
}

func (r *run) relayName() *cobra.Command {
	var none bool
	c := &cobra.Command{
		Use: "name PC", Short: "Names the relay PC, by its name among the paired ones; --none for none",
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if none == (len(args) == 1) {
				return fault.New(fault.Invalid, "cli.relay_which")
			}
			return r.withBook(c.Context(), func(ctx context.Context, b machine.Book) error {
				var id device.ID
				if !none {
					var err error
					if id, err = paired(ctx, b, args[0]); err != nil {
						return err
					}
				}
				s, err := relay.Name.Call(ctx, b, relay.NameRequest{ID: id})
				if err != nil {
					return err
				}
				return r.relayed(s)
			})
		},
	}
	c.Flags().BoolVar(&none, "none", false, "no PC is the relay any more")
	return c
}

// paired finds an active PC by its name.
func paired(ctx context.Context, b machine.Book, name string) (device.ID, error) {
	list, err := device.List.Call(ctx, b, op.Empty{})
	if err != nil {
		return 0, err
	}
	for _, d := range list.Devices {
		if d.Name == name && d.State == device.Active {
			return d.ID, nil
		}
	}
	return 0, fault.New(fault.NotFound, "device.not_found")
}

func (r *run) relayFollow() *cobra.Command {
	var at []string
	c := &cobra.Command{
		Use: "follow", Short: "Keeps this PC's copy of the book without a screen, until it is stopped", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			m, err := r.machine()
			if err != nil {
				return err
			}
			st, err := m.State(c.Context())
			if err == nil && st.Presence != machine.Joined {
				err = fault.New(fault.NotFound, "relay.not_joined")
			}
			if err == nil {
				m.Follow(c.Context(), at)
			}
			return err
		},
	}
	c.Flags().StringSliceVar(&at, "at", nil, "address at which this PC will serve once it took over; its own by default")
	return c
}

func (r *run) relayTakeOver() *cobra.Command {
	var behind bool
	c := &cobra.Command{
		Use: "take-over", Short: "Makes this PC the main one, with its copy of the book", Args: cobra.NoArgs,
		Long: "On the relay PC, when the main PC does not answer; or on a main PC from which another took over, to take\n" +
			"the book back: what was done on the other one meanwhile stays there. It takes an owner's password or the\n" +
			"recovery key.",
		RunE: func(c *cobra.Command, _ []string) error {
			m, err := r.machine()
			if err != nil {
				return err
			}
			who, err := r.credentials(m)
			if err == nil {
				err = r.complete(c.Context(), &who, true)
			}
			if err == nil {
				err = m.TakeOver(c.Context(), machine.Secret{Password: who.password, Recovery: who.recovery}, behind)
			}
			if err != nil {
				return err
			}
			r.say("cli.taken_over")
			return nil
		},
	}
	c.Flags().BoolVar(&behind, "behind", false, "even where the copy lacks what this PC has seen of the book")
	return c
}

func (r *run) relayRejoin() *cobra.Command {
	return &cobra.Command{
		Use: "rejoin", Short: "Makes this PC work on the book of the one that took over from it", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			m, err := r.machine()
			if err == nil {
				err = m.Rejoin(c.Context())
			}
			if err != nil {
				return err
			}
			r.say("cli.rejoined", "aside", m.Aside())
			return nil
		},
	}
}
