package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"zafe/app/catalog"
	"zafe/app/device"
	"zafe/app/fault"
	"zafe/app/imports"
	"zafe/app/ledger"
	"zafe/app/op"
	"zafe/app/party"
	"zafe/app/verify"
	"zafe/app/witness"
	"zafe/ui/machine"
)

func (r *run) version() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Prints the version and the API level", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			m, err := r.machine()
			if err != nil {
				return err
			}
			v := struct {
				Version string `json:"version"`
				Level   int    `json:"level"`
			}{m.Version(), op.Level}
			return r.answer(v, func(w io.Writer) error {
				_, err := fmt.Fprintf(w, "zafe %s, API %d\n", v.Version, v.Level)
				return err
			})
		},
	}
}

func (r *run) demo() *cobra.Command {
	var size string
	var noGUI bool
	c := &cobra.Command{
		Use: "demo", Short: "Makes the sample company, prints its log-ins and opens the desktop", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if !c.Flags().Changed("dir") {
				r.dir = filepath.Join(defaultDir()+"-demo", size) // never mixed with a real book
			}
			m, err := r.machine()
			if err != nil {
				return err
			}
			st, err := m.State(c.Context())
			if err != nil {
				return err
			}
			if st.Presence == machine.Nothing {
				r.say("cli.demo_making", "dir", r.dir)
				if err := m.Demo(c.Context(), size, func(int64, int64) {}); err != nil {
					return err
				}
			} else if !st.Demo {
				return fault.New(fault.Conflict, "cli.demo_real", "dir", r.dir)
			}
			err = r.answer(m.Logins(), func(w io.Writer) error {
				for _, l := range m.Logins() {
					role := r.text().T("role."+l.Role, nil)
					if _, err := fmt.Fprintf(w, "  %-8s %-20s %-22s %s\n", l.Login, l.Password, role, l.TOTP); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil || noGUI {
				return err
			}
			return r.Desktop(c.Context(), m)
		},
	}
	c.Flags().StringVar(&size, "size", "small", "small, year or large (1,000,000 ledger lines)")
	c.Flags().BoolVar(&noGUI, "no-gui", false, "do not open the desktop")
	return c
}

func (r *run) serve() *cobra.Command {
	var addr string
	var invite bool
	c := &cobra.Command{
		Use: "serve", Short: "Serves this PC's book to the office without a screen", Args: cobra.NoArgs,
		Long: "Opens the book by itself when its owner allowed that on the page \"Sécurité du dossier\". Otherwise it\n" +
			"takes the password of an owner or of a start delegate from --password-file, or asks for it: at the\n" +
			"terminal, or as the first line of the standard input.",
		RunE: func(c *cobra.Command, _ []string) error {
			r.serving = true
			return r.withBook(c.Context(), func(ctx context.Context, b machine.Book) error {
				ctx, stop := context.WithCancel(ctx)
				defer stop()
				var refused error
				err := b.Serve(ctx, addr, func(at string) {
					r.say("cli.serving", "addr", at)
					if invite {
						if refused = r.invite(ctx, b); refused != nil {
							stop()
						}
					}
				})
				return errors.Join(refused, err)
			})
		},
	}
	c.Flags().StringVar(&addr, "listen", ":24653", "address to listen on")
	c.Flags().BoolVar(&invite, "invite", false, "print a one-time code with which one PC can join")
	return c
}

// invite prints a pairing code: the book is open in this process only, so no other one could ask for it.
func (r *run) invite(ctx context.Context, b machine.Book) error {
	in, err := device.Invite.Call(ctx, b, op.Empty{})
	if fault.KeyOf(err) == "op.login_needed" { // the password opened the book, and logged nobody in
		return fault.New(fault.Unauthenticated, "cli.invite_login").Because(err)
	}
	if err != nil {
		return err
	}
	return r.answer(in, func(w io.Writer) error {
		_, err := fmt.Fprintln(w, r.text().T("cli.invited", map[string]any{
			"code": in.Code, "until": r.text().Instant(in.Expires),
		}))
		return err
	})
}

func (r *run) join() *cobra.Command {
	var host, code, file, name string
	c := &cobra.Command{
		Use: "join", Short: "Pairs this PC with the main PC", Args: cobra.NoArgs,
		Long: "Takes the code that the main PC shows, and its address unless there is but one main PC on the network; or\n" +
			"an invitation file, for a PC that is elsewhere. After a failure the same file may be given again.",
		RunE: func(c *cobra.Command, _ []string) error {
			m, err := r.machine()
			if err != nil {
				return err
			}
			st, err := m.State(c.Context())
			if err != nil {
				return err
			}
			if st.Presence == machine.Here {
				return fault.New(fault.Conflict, "store.book_there")
			}
			if st.Presence == machine.Joined && file != "" { // it is good once, and for another PC
				if b, err := m.Connect(c.Context()); err == nil {
					_ = b.Close(c.Context(), nil)
					return fault.New(fault.Conflict, "cli.joined_already", "host", st.Host)
				}
			}
			if name == "" {
				name = m.Name()
			}
			switch {
			case file != "":
				err = joinInvited(c.Context(), m, file, name)
			default:
				if host == "" {
					host, err = found(c.Context(), m)
				}
				if err == nil {
					err = m.Join(c.Context(), host, code, name)
				}
			}
			if err != nil {
				return err
			}
			if st, err = m.State(c.Context()); err != nil {
				return err
			}
			r.say("cli.joined", "host", st.Host)
			return nil
		},
	}
	c.Flags().StringVar(&host, "host", "", "address of the main PC; looked for on the network when left out")
	c.Flags().StringVar(&code, "code", "", "one-time code the owner shows")
	c.Flags().StringVar(&file, "invitation", "", "invitation file of the main PC")
	c.Flags().StringVar(&name, "name", "", "name of this PC")
	c.MarkFlagsOneRequired("code", "invitation")
	c.MarkFlagsMutuallyExclusive("host", "invitation")
	c.MarkFlagsMutuallyExclusive("code", "invitation")
	return c
}

// findFor is how long the main PC is looked for.
const findFor = 2 * time.Second

// found is the address of the one main PC on the network. Faults cli.none_found, cli.several_found.
func found(ctx context.Context, m machine.Machine) (string, error) {
	ctx, stop := context.WithTimeout(ctx, findFor)
	defer stop()
	var all []string
	m.Find(ctx, func(addr string) { all = append(all, addr) })
	switch len(all) {
	case 0:
		return "", fault.New(fault.NotFound, "cli.none_found")
	case 1:
		return all[0], nil
	default:
		return "", fault.New(fault.Conflict, "cli.several_found", "hosts", strings.Join(all, ", "))
	}
}

// joinInvited joins by the invitation file at a path.
func joinInvited(ctx context.Context, m machine.Machine, path, name string) error {
	file, err := os.ReadFile(path)
	if err != nil {
		return fault.New(fault.NotFound, "cli.file_unreadable", "file", path).Because(err)
	}
	return m.JoinInvited(ctx, file, name)
}

func (r *run) imports() *cobra.Command {
	var skip bool
	c := &cobra.Command{
		Use: "import customers|products|fec FILE", Short: "Brings a file into the book", Args: cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			data, err := os.ReadFile(args[1])
			if err != nil {
				return fault.New(fault.NotFound, "cli.file_unreadable", "file", args[1]).Because(err)
			}
			up := imports.Upload{Name: filepath.Base(args[1]), Data: data}
			return r.withBook(c.Context(), func(ctx context.Context, b machine.Book) error {
				switch args[0] {
				case "customers":
					out, err := party.Import.Call(ctx, b, party.ImportRequest{Upload: up, SkipErrors: skip})
					return r.told(out, r.wrongLines(ctx, b, party.ImportPreview, up, err))
				case "products":
					out, err := catalog.Import.Call(ctx, b, catalog.ImportRequest{Upload: up, SkipErrors: skip})
					return r.told(out, r.wrongLines(ctx, b, catalog.ImportPreview, up, err))
				case "fec":
					out, err := ledger.FECImport.Call(ctx, b, ledger.FECImportRequest{Name: up.Name, Data: up.Data})
					return r.told(out, err)
				default:
					return fault.New(fault.Invalid, "cli.kind_unknown", "kind", args[0])
				}
			})
		},
	}
	c.Flags().BoolVar(&skip, "skip-errors", false, "import the good lines, leave the others out")
	return c
}

// wrongLines says which lines of a file stand in the way of its import.
func (r *run) wrongLines(ctx context.Context, b machine.Book, preview op.Op[imports.Upload, imports.Preview],
	up imports.Upload, refused error,
) error {
	if fault.KeyOf(refused) != "imports.has_errors" {
		return refused
	}
	p, err := preview.Call(ctx, b, up)
	if err != nil {
		return err
	}
	for _, at := range p.Problems {
		r.say("cli.import_line", "line", at.Line, "reason", r.text().Fault(at.Reason))
	}
	return fault.New(fault.Conflict, "cli.import_errors", "n", p.Errors)
}

// told prints an answer as JSON: imports answer with figures scripts read.
func (r *run) told(out any, err error) error {
	if err != nil {
		return err
	}
	r.json = true
	return r.answer(out, nil)
}

func (r *run) exports() *cobra.Command {
	var out string
	var year int
	c := &cobra.Command{
		Use: "export fec|customers", Short: "Writes a file from the book", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return r.withBook(c.Context(), func(ctx context.Context, b machine.Book) error {
				switch args[0] {
				case "fec":
					id, err := r.fiscalYear(ctx, b, year)
					if err != nil {
						return err
					}
					return r.save(out, func(w io.Writer) (op.Download, error) {
						return ledger.FECExport.Fetch(ctx, b, ledger.YearRequest{ID: id}, w)
					})
				case "customers":
					return r.save(out, func(w io.Writer) (op.Download, error) {
						return party.Export.Fetch(ctx, b, party.ExportRequest{}, w)
					})
				default:
					return fault.New(fault.Invalid, "cli.kind_unknown", "kind", args[0])
				}
			})
		},
	}
	c.Flags().StringVarP(&out, "output", "o", ".", "file, or folder where the file takes its own name")
	c.Flags().IntVar(&year, "year", 0, "year in which the fiscal year ends; the last one by default")
	return c
}

// fiscalYear finds the fiscal year that ends in a year, or the last one.
func (r *run) fiscalYear(ctx context.Context, b machine.Book, year int) (ledger.FiscalYearID, error) {
	years, err := ledger.FiscalYearListing.Call(ctx, b, op.Empty{})
	if err != nil {
		return 0, err
	}
	var id ledger.FiscalYearID
	var last string
	for _, y := range years.Years {
		end := y.Period.To.String()
		if year == 0 && end > last || year == y.Period.To.Year {
			id, last = y.ID, end
		}
	}
	if id == 0 {
		return 0, fault.New(fault.NotFound, "cli.no_year", "year", year)
	}
	return id, nil
}

// save writes a file that an operation makes: under a temporary name, then its own, so that half a file
// is never taken for a whole one. out is a name, or a folder where the file takes its own.
func (r *run) save(out string, fetch func(w io.Writer) (op.Download, error)) error {
	dir := out
	info, err := os.Stat(out)
	if err != nil || !info.IsDir() {
		dir = filepath.Dir(out)
	}
	tmp, err := os.CreateTemp(dir, ".zafe-*")
	if err != nil {
		return fault.New(fault.Unavailable, "cli.file_unwritable", "file", out).Because(err)
	}
	d, err := fetch(tmp)
	if closeErr := tmp.Close(); err == nil {
		err = closeErr
	}
	name := out
	if dir == out {
		name = filepath.Join(out, filepath.Base(d.Name))
	}
	if err == nil {
		err = os.Rename(tmp.Name(), name)
	}
	if err != nil {
		_ = os.Remove(tmp.Name())
		return err
	}
	r.say("cli.written", "file", name)
	return nil
}

// checked checks the book, behind the check that is under way if there is one: a book that was found damaged is
// checked when it opens.
func checked(ctx context.Context, b op.Caller) (verify.Report, error) {
	for {
		rep, err := verify.Book.Call(ctx, b, op.Empty{})
		if fault.KeyOf(err) != "verify.running" {
			return rep, err
		}
		select {
		case <-ctx.Done():
			return rep, ctx.Err()
		case <-time.After(300 * time.Millisecond):
		}
	}
}

func (r *run) verify() *cobra.Command {
	return &cobra.Command{
		Use: "verify", Short: "Re-checks the whole book", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return r.withBook(c.Context(), func(ctx context.Context, b machine.Book) error {
				rep, err := checked(ctx, b)
				if err != nil {
					return err
				}
				err = r.answer(rep, func(w io.Writer) error {
					for _, f := range rep.Findings {
						if _, err := fmt.Fprintln(w, r.text().T(f.Key, f.Args)); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					return err
				}
				if n := len(rep.Findings); n > 0 {
					return fault.New(fault.Conflict, "cli.verify_bad", "n", n)
				}
				if err := r.older(ctx, b); err != nil {
					return err
				}
				r.say("cli.verify_good", "events", rep.Events)
				return nil
			})
		},
	}
}

// older says who saw more in the book than there is: a whole book put back is sound, and older. Who may not read the
// journal is told by the owner. Fault cli.verify_older.
func (r *run) older(ctx context.Context, b op.Caller) error {
	st, err := witness.Get.Call(ctx, b, op.Empty{})
	if f := fault.Of(err); f != nil && f.Code == fault.Forbidden {
		return nil
	}
	if err != nil || len(st.Alerts) == 0 {
		return err
	}
	var told []string
	for _, a := range st.Alerts {
		told = append(told, r.text().T("witness.alert."+a.From,
			map[string]any{"name": a.Name, "seen": a.Seen, "at": r.text().Instant(a.At)}))
	}
	return fault.New(fault.Conflict, "cli.verify_older", "told", strings.Join(told, " "))
}

func (r *run) repair() *cobra.Command {
	var accept bool
	c := &cobra.Command{
		Use: "repair", Short: "Says what can be done for a book that does not open; with --accept, does it",
		Long: "Without its ledger (book.db-ledger) a book is refused, as single pages could be older ones put back.\n" +
			"When every page is authentic and the whole book is sound, its owner can accept it as it is. Without\n" +
			"--accept everything is done on a copy that is thrown away. The book as it was is kept aside.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			m, err := r.machine()
			if err != nil {
				return err
			}
			who, err := r.credentials(m)
			if err != nil {
				return err
			}
			if err := r.complete(c.Context(), &who, true); err != nil {
				return err
			}
			done, err := m.Repair(c.Context(), machine.RepairRequest{
				Secret: machine.Secret{Password: who.password, Recovery: who.recovery}, Login: who.login, Accept: accept,
			})
			if err != nil {
				return err
			}
			return r.answer(done, func(w io.Writer) error {
				key := "cli.repair_would"
				if accept {
					key = "cli.repaired"
				}
				_, err := fmt.Fprintln(w, r.text().T(key, map[string]any{
					"file": done.File, "pages": done.Pages, "events": done.Events, "aside": done.Aside,
				}))
				if err == nil && done.Cut {
					_, err = fmt.Fprintln(w, r.text().T("verify.log_cut", nil))
				}
				return err
			})
		},
	}
	c.Flags().BoolVar(&accept, "accept", false, "accept the book as it is and make its ledger anew")
	return c
}
