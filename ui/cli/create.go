package cli

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"zafe/app/backup"
	"zafe/app/civil"
	"zafe/app/company"
	"zafe/app/fault"
	"zafe/app/ledger"
	"zafe/app/op"
	"zafe/app/setup"
	"zafe/app/user"
	"zafe/ui/machine"
)

// companyFile is what `init` reads: what the wizard would have asked.
type companyFile struct {
	Owner struct {
		Name     string `json:"name"`
		Login    string `json:"login"`
		Email    string `json:"email"`
		Password string `json:"password"`
		Lang     string `json:"lang"`
	} `json:"owner"`
	Company company.Profile `json:"company"`
	Year    civil.Period    `json:"fiscal_year"`
	// TOTP puts a second factor in force at once and writes its secret to this file.
	TOTPFile string `json:"totp_file"`
	// RecoveryFile receives the recovery key; whoever has it opens everything.
	RecoveryFile string `json:"recovery_file"`
}

func (r *run) init() *cobra.Command {
	var file string
	c := &cobra.Command{
		Use: "init", Short: "Creates a company's book without a screen", Args: cobra.NoArgs,
		Long: "Creates a company's book from a JSON file: owner {name, login, password}, company {name, siren, ...},\n" +
			"fiscal_year {from, to}, totp_file and recovery_file (where the secrets are written).",
		RunE: func(c *cobra.Command, _ []string) error {
			f := companyFile{Company: company.Default()}
			data, err := os.ReadFile(file)
			if err != nil {
				return fault.New(fault.NotFound, "cli.file_unreadable", "file", file).Because(err)
			}
			if err := json.Unmarshal(data, &f); err != nil {
				return fault.New(fault.Invalid, "cli.company_file", "file", file, "detail", err.Error()).Because(err)
			}
			return r.create(c.Context(), f)
		},
	}
	c.Flags().StringVar(&file, "company", "", "JSON file describing the company")
	if err := c.MarkFlagRequired("company"); err != nil {
		panic(err)
	}
	return c
}

func (r *run) create(ctx context.Context, f companyFile) error {
	if f.RecoveryFile == "" {
		return fault.Field("recovery_file", "cli.recovery_needed")
	}
	if _, err := f.Company.Normalize(); err != nil {
		return err
	}
	m, err := r.machine()
	if err != nil {
		return err
	}
	b, err := m.Create(ctx, machine.NewBook{
		Company: f.Company.Name, Name: f.Owner.Name, Login: f.Owner.Login, Email: f.Owner.Email,
		Password: f.Owner.Password, Lang: f.Owner.Lang,
	})
	if err != nil {
		return err
	}
	err = r.fill(ctx, m, b, f)
	if err = errors.Join(err, b.Close(ctx, nil)); err != nil {
		return err
	}
	r.say("cli.created", "name", f.Company.Name, "dir", r.dir)
	return nil
}

func (r *run) fill(ctx context.Context, m machine.Machine, b machine.Book, f companyFile) error {
	if f.TOTPFile != "" {
		e, err := user.EnrolBegin.Call(ctx, b, op.Empty{})
		if err != nil {
			return err
		}
		if err := os.WriteFile(f.TOTPFile, []byte(e.Secret+"\n"), 0o600); err != nil {
			return fault.New(fault.Unavailable, "cli.file_unwritable", "file", f.TOTPFile).Because(err)
		}
		code, err := user.CodeAt(e.Secret, r.Clock())
		if err != nil {
			return err
		}
		if _, err := user.EnrolConfirm.Call(ctx, b, user.CodeRequest{Code: code}); err != nil {
			return err
		}
	}
	key, err := m.RecoveryKey(ctx, b)
	if err != nil {
		return err
	}
	if err := os.WriteFile(f.RecoveryFile, []byte(key+"\n"), 0o600); err != nil {
		return fault.New(fault.Unavailable, "cli.file_unwritable", "file", f.RecoveryFile).Because(err)
	}
	system := op.AsSystem(ctx)
	if _, err := company.Save.Call(system, b, f.Company); err != nil {
		return err
	}
	if !f.Year.IsZero() {
		if _, err := ledger.FiscalYearOpen.Call(system, b, ledger.YearOpenRequest{Period: f.Year}); err != nil {
			return err
		}
	}
	_, err = setup.SetStep.Call(system, b, setup.StepRequest{Step: setup.Done})
	return err
}

// place is the destination that flags describe.
type place struct {
	provider, label, folder string
	set, setFile            []string
}

func (p *place) flags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&p.provider, "provider", "local", "kind of place: local, sftp, webdav, s3, drive...")
	f.StringVar(&p.label, "label", "", "name of the destination")
	f.StringVar(&p.folder, "folder", "", "folder there (for local: of this PC)")
	f.StringArrayVar(&p.set, "set", nil, "option as name=value, repeatable; zafe_away=true: it is in another building")
	f.StringArrayVar(&p.setFile, "set-file", nil, "option whose value is in a file, as name=file: for secrets")
}

func (p *place) destination() (backup.NewDestination, error) {
	n := backup.NewDestination{Provider: p.provider, Label: p.label, Folder: p.folder, Values: map[string]string{}}
	if n.Label == "" {
		n.Label = p.provider
	}
	for _, s := range p.set {
		name, value, ok := strings.Cut(s, "=")
		if !ok {
			return n, fault.New(fault.Invalid, "cli.set_form", "text", s)
		}
		n.Values[name] = value
	}
	for _, s := range p.setFile {
		name, file, _ := strings.Cut(s, "=")
		b, err := os.ReadFile(file)
		if err != nil {
			return n, fault.New(fault.NotFound, "cli.file_unreadable", "file", file).Because(err)
		}
		n.Values[name] = strings.TrimRight(string(b), "\r\n")
	}
	return n, nil
}

func (r *run) simple(name, short string, fn func(context.Context, machine.Book) error) *cobra.Command {
	return &cobra.Command{
		Use: name, Short: short, Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return r.withBook(c.Context(), fn) },
	}
}

func (r *run) restore() *cobra.Command {
	var p place
	var point string
	var list, replace, before bool
	c := &cobra.Command{
		Use: "restore", Short: "Puts a company back on this PC from a copy and the recovery sheet", Args: cobra.NoArgs,
		Long: "Reads the recovery key from --recovery-file. --user and --password-file set the owner's new password.\n" +
			"With --before-update, puts the book of this PC back as it was before its last update; it opens with\n" +
			"--password-file, an owner's, or --recovery-file, and tells what it would lose unless --replace is given.",
		RunE: func(c *cobra.Command, _ []string) error {
			if before {
				return r.goBack(c.Context(), replace)
			}
			n, err := p.destination()
			if err != nil {
				return err
			}
			return r.putBack(c.Context(), n, point, list, replace)
		},
	}
	p.flags(c)
	c.Flags().StringVar(&point, "point", "", "restore point; the newest by default")
	c.Flags().BoolVar(&list, "list", false, "list the restore points only")
	c.Flags().BoolVar(&replace, "replace", false, "take the place of this PC's book, which is moved aside")
	c.Flags().BoolVar(&before, "before-update", false, "from what is kept on this PC since the last update")
	return c
}

// goBack tells what going back before the last update would lose, or does it.
func (r *run) goBack(ctx context.Context, replace bool) error {
	m, err := r.machine()
	if err != nil {
		return err
	}
	who, err := r.credentials(m)
	if err != nil {
		return err
	}
	if err := r.complete(ctx, &who, false); err != nil {
		return err
	}
	secret := machine.Secret{Password: who.password, Recovery: who.recovery}
	e, err := m.Earlier(ctx, secret)
	if err != nil {
		return err
	}
	kept := ""
	if replace {
		if kept, err = machine.Replacing(m, func() error { return m.GoBack(ctx, secret) }); err != nil {
			return err
		}
	}
	return r.answer(e, func(io.Writer) error {
		key := "cli.back_would"
		switch {
		case replace && e.Counted:
			key = "cli.back_done"
		case replace:
			key = "cli.back_done_uncounted"
		case !e.Counted:
			key = "cli.back_would_uncounted"
		}
		r.say(key, "at", r.text().Instant(e.At), "changes", e.Changes, "invoices", e.Invoices, "last", e.LastInvoice)
		r.sayKept(kept)
		return nil
	})
}

// sayKept says where the book is kept that another took the place of, if there was one.
func (r *run) sayKept(folder string) {
	if folder != "" {
		r.say("cli.kept", "folder", folder)
	}
}

func (r *run) putBack(ctx context.Context, n backup.NewDestination, point string, list, replace bool) error {
	m, err := r.machine()
	if err != nil {
		return err
	}
	st, err := m.State(ctx)
	if err != nil {
		return err
	}
	if st.Presence == machine.Here && !list && !replace {
		return fault.New(fault.Conflict, "cli.replace")
	}
	who, err := r.credentials(m)
	if err != nil {
		return err
	}
	if n.Folder == "" {
		return fault.New(fault.Invalid, "cli.folder_needed")
	}
	at, err := m.ReachVault(ctx, n, func(q backup.Question) (string, bool) { return q.Field.Default, true })
	if err != nil {
		return err
	}
	if who.recovery == "" {
		if who.recovery, err = r.askRecovery(ctx); err != nil {
			return err
		}
	}
	v, err := at.Open(ctx, who.recovery)
	if err != nil {
		return err
	}
	if v.Newer() {
		r.complain("cli.newer")
	}
	if list {
		return r.listPoints(ctx, v)
	}
	p, err := v.Point(ctx, point)
	if err != nil {
		return r.orGood(err)
	}
	if who.password == "" {
		if who.password, err = r.newPassword(ctx); err != nil {
			return err
		}
	}
	kept, err := machine.Restoring(m, n, r.Clock(), func() error {
		_, err := v.Restore(ctx, p.ID, who.login, who.password, func(backup.Progress) {})
		return err
	})
	if err != nil {
		return r.orGood(err)
	}
	left, err := v.Rest(ctx, func(backup.Progress) {})
	if err != nil {
		return err
	}
	if left > 0 {
		r.say("cli.restored_without", "n", left)
	}
	r.say("cli.restored", "made", r.text().Instant(p.Made))
	r.say("cli.restored_numbers")
	r.sayKept(kept)
	return nil
}

// orGood passes on why a point does not come back, and says how to take the last good one before a damaged one.
func (r *run) orGood(err error) error {
	if good, ok := fault.Of(err).Args["point"]; ok && fault.KeyOf(err) == "backup.point_damaged" {
		r.say("cli.restore_good", "point", good)
	}
	return err
}

// listPoints shows all that a place can restore.
func (r *run) listPoints(ctx context.Context, v machine.Vault) error {
	var points []backup.Point
	for skip, more := 0, true; more; more = skip > 0 {
		page, older, err := v.Points(ctx, skip)
		if err != nil {
			return err
		}
		points, skip = append(points, page...), older
	}
	return r.answer(points, func(w io.Writer) error {
		writer := backup.Writers(points, r.text())
		var rows [][]string
		for _, p := range points {
			rows = append(rows, []string{p.ID, p.When(r.text()), writer(p), p.Invoice})
		}
		if backup.Doubtful(points) {
			r.say("backup.point_doubts")
		}
		return table(w, rows)
	})
}
