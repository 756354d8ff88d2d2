// Package cli is the command line: the same operations as the desktop, for people, scripts and
// tests. Every verb has --help, ends with 0 on success and 1 on a refusal with one clear line on the
// error stream. It knows no storage and no network: it asks this PC (package machine) and calls
// operations.
package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	osuser "os/user"
	"path/filepath"
	"strings"
	"time"

	"github.com/adrg/xdg"
	"github.com/spf13/cobra"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/i18n"
	"zafe/app/op"
	"zafe/app/user"
	"zafe/ui/machine"
)

// Program is what main gives the command line.
type Program struct {
	Args     []string
	In       io.Reader
	Out, Err io.Writer
	Clock    func() time.Time
	Machine  func(dir string) (machine.Machine, error)
	// Desktop opens the window and returns when it is closed.
	Desktop func(ctx context.Context, m machine.Machine) error
}

// run is one invocation.
type run struct {
	Program
	dir, lang          string
	user, passwordFile string
	totpFile, recovery string
	json               bool
	serving            bool // the book opens for others: nobody needs to be logged in here
	in                 bool // somebody is logged in
	understood         bool // the verb and its flags; what fails from here on is the work itself
}

// Main runs the command line and returns the exit code.
func Main(ctx context.Context, p Program) int {
	r := &run{Program: p}
	root := r.root()
	root.SetArgs(p.Args)
	root.SetIn(p.In)
	root.SetOut(p.Out)
	root.SetErr(p.Err)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	_, _ = fmt.Fprintln(p.Err, r.sentence(err))
	return 1
}

// sentence is the one line of a refusal in the user's language.
func (r *run) sentence(err error) string {
	if f, ok := errors.AsType[*fault.Fault](err); ok {
		said := r.text().Fault(f)
		file, _ := f.Args["file"].(string)
		if lost := f.Key == "store.file_missing" || f.Key == "store.damaged"; lost && strings.HasSuffix(file, "-ledger") {
			said += " " + r.text().T("cli.repair_hint", nil)
		}
		return said
	}
	key := "cli.usage"
	if r.understood {
		key = "cli.failed"
	}
	return r.text().T(key, map[string]any{"detail": strings.ReplaceAll(err.Error(), "\n", "; ")})
}

func (r *run) text() *i18n.Printer {
	lang := r.lang
	if lang == "" {
		lang = os.Getenv("LANG")
	}
	if lang == "" || lang == "C" || strings.HasPrefix(lang, "C.") || strings.HasPrefix(lang, "POSIX") {
		lang = "fr"
	}
	return i18n.For(lang)
}

func (r *run) root() *cobra.Command {
	c := &cobra.Command{
		Use:           "zafe",
		Short:         "Zafè: the business software a very small company owns",
		Long:          "Without a verb, opens the desktop on this PC's book, or the three doors of a first start.",
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(c *cobra.Command, _ []string) error {
			m, err := r.machine()
			if err != nil {
				return err
			}
			return r.Desktop(c.Context(), m)
		},
	}
	f := c.PersistentFlags()
	f.StringVar(&r.dir, "dir", defaultDir(), "data folder of this PC")
	f.StringVar(&r.lang, "lang", "", "language of the messages: fr or en")
	f.StringVar(&r.user, "user", "", "who logs in")
	f.StringVar(&r.passwordFile, "password-file", "", "file with the password")
	f.StringVar(&r.totpFile, "totp-file", "", "file with the second factor's secret")
	f.StringVar(&r.recovery, "recovery-file", "",
		"file with the recovery key, or two of its shares, one below the other, instead of a log-in")
	f.BoolVar(&r.json, "json", false, "answer in JSON")
	c.AddCommand(r.version(), r.demo(), r.init(), r.serve(), r.join(), r.firewall(), r.op(), r.imports(), r.exports(),
		r.backup(), r.restore(), r.verify(), r.verifyJournal(), r.repair(), r.relay())
	r.mark(c)
	return c
}

// mark makes every verb tell when it starts: cobra's own refusals come before.
func (r *run) mark(c *cobra.Command) {
	if do := c.RunE; do != nil {
		c.RunE = func(c *cobra.Command, args []string) error {
			r.understood = true
			return do(c, args)
		}
	}
	for _, sub := range c.Commands() {
		r.mark(sub)
	}
}

// defaultDir is this PC's data folder: never the roaming profile of Windows. A file named "portable"
// beside the program keeps everything beside it.
func defaultDir() string {
	if dir := os.Getenv("ZAFE_DIR"); dir != "" {
		return dir
	}
	if exe, err := os.Executable(); err == nil {
		if _, err := os.Stat(filepath.Join(filepath.Dir(exe), "portable")); err == nil {
			return filepath.Join(filepath.Dir(exe), "zafe-data")
		}
	}
	return filepath.Join(xdg.DataHome, "zafe")
}

func (r *run) machine() (machine.Machine, error) { return r.Machine(r.dir) }

// openBook opens the book of this PC, or reaches the main PC, and logs in as the flags say. With the
// recovery key the verb acts for the program itself: the returned context carries that.
func (r *run) openBook(ctx context.Context) (context.Context, machine.Book, error) {
	m, err := r.machine()
	if err != nil {
		return ctx, nil, err
	}
	st, err := m.State(ctx)
	if err != nil {
		return ctx, nil, err
	}
	who, err := r.credentials(m)
	if err != nil {
		return ctx, nil, err
	}
	if st.Presence != machine.Nothing && !r.serving {
		if err := r.complete(ctx, &who, true); err != nil {
			return ctx, nil, err
		}
	}
	switch st.Presence {
	case machine.Here:
		b, err := r.openHere(ctx, m, st, who)
		if who.recovery != "" && fault.KeyOf(err) == "store.in_use" {
			err = fault.New(fault.Conflict, "cli.running")
		}
		if err != nil {
			return ctx, nil, err
		}
		switch {
		case b.Local() && who.recovery != "":
			return op.AsActor(ctx, r.holder()), b, nil
		case b.Local() && who.sample:
			return op.AsSystem(ctx), b, nil
		}
		if r.serving && who.login == "" {
			return ctx, b, nil
		}
		return ctx, b, r.login(ctx, b, who)
	case machine.Joined:
		b, err := m.Connect(ctx)
		if err != nil {
			return ctx, nil, err
		}
		return ctx, b, r.login(ctx, b, who)
	default:
		return ctx, nil, fault.New(fault.NotFound, "store.no_book")
	}
}

// holder is who gave the recovery key instead of a log-in: it may do everything, as nobody of the book. The journal names
// the sheet, and the person as this PC knows them.
func (r *run) holder() auth.Actor {
	a, name := auth.System, "?"
	if u, err := osuser.Current(); err == nil {
		name = u.Username
	}
	a.Name = r.text().T("cli.holder", map[string]any{"user": name})
	return a
}

// openHere opens the book of this PC. Serving it asks for a password only when the book does not open by
// itself and no flag names one.
func (r *run) openHere(ctx context.Context, m machine.Machine, st machine.State, who credentials,
) (machine.Book, error) {
	s := machine.Secret{Password: who.password, Recovery: who.recovery}
	if !r.serving || s != (machine.Secret{}) {
		return m.Open(ctx, s)
	}
	if st.AutoOpen {
		b, err := m.Open(ctx, s)
		if fault.KeyOf(err) != "store.wrong_secret" {
			return b, err
		}
		r.complain("cli.not_alone")
	}
	var err error
	if s.Password, err = r.askPassword(ctx); err != nil {
		return nil, err
	}
	return m.Open(ctx, s)
}

// complain says something to people beside the answer.
func (r *run) complain(key string) { _, _ = fmt.Fprintln(r.Err, r.text().T(key, nil)) }

// credentials are what the flags name. Without any, the sample company is opened with its published
// password.
type credentials struct {
	login, password, totp, recovery string
	sample                          bool
}

func (r *run) credentials(m machine.Machine) (credentials, error) {
	var c credentials
	for _, f := range []struct {
		path string
		into *string
	}{{r.passwordFile, &c.password}, {r.totpFile, &c.totp}, {r.recovery, &c.recovery}} {
		if f.path == "" {
			continue
		}
		b, err := os.ReadFile(f.path)
		if err != nil {
			return c, fault.New(fault.NotFound, "cli.file_unreadable", "file", f.path).Because(err)
		}
		*f.into = strings.TrimRight(string(b), "\r\n")
	}
	c.login = r.user
	if c.password == "" && c.recovery == "" {
		for _, l := range m.Logins() {
			if r.user == "" || r.user == l.Login {
				return credentials{login: l.Login, password: l.Password, totp: l.TOTP, sample: r.user == ""}, nil
			}
		}
	}
	return c, nil
}

func (r *run) login(ctx context.Context, b machine.Book, who credentials) error {
	in, err := user.Login.Call(ctx, b, user.LoginRequest{Login: who.login, Password: who.password})
	if err == nil {
		b.SetToken(in.Token)
		if in.Next == user.Code {
			err = r.prove(ctx, b, who.totp)
		}
	}
	if err != nil {
		return errors.Join(err, b.Close(ctx, nil))
	}
	r.in = true
	return nil
}

// prove gives the second factor: by its secret, or by the code that somebody types.
func (r *run) prove(ctx context.Context, b machine.Book, secret string) error {
	if secret != "" {
		return r.secondFactor(ctx, b, secret)
	}
	if r.terminal() == nil {
		return fault.New(fault.Unauthenticated, "cli.totp_missing")
	}
	code, err := r.ask(ctx, "cli.totp_ask", false)
	if err != nil {
		return err
	}
	in, err := user.SecondFactor.Call(ctx, b, user.CodeRequest{Code: code})
	if err == nil {
		b.SetToken(in.Token)
	}
	return err
}

func (r *run) secondFactor(ctx context.Context, b machine.Book, secret string) error {
	code, err := user.CodeAt(secret, r.Clock())
	if err != nil {
		return fault.New(fault.Invalid, "cli.totp_form").Because(err)
	}
	in, err := user.SecondFactor.Call(ctx, b, user.CodeRequest{Code: code})
	if fault.KeyOf(err) == "user.code_reused" {
		// A script that runs two verbs in a row: the next code comes within half a minute.
		if err := r.nextCode(ctx); err != nil {
			return err
		}
		return r.secondFactor(ctx, b, secret)
	}
	if err != nil {
		return err
	}
	b.SetToken(in.Token)
	return nil
}

// codeLife is how long a TOTP code is shown (RFC 6238).
const codeLife = 30 * time.Second

func (r *run) nextCode(ctx context.Context) error {
	now := r.Clock()
	t := time.NewTimer(now.Truncate(codeLife).Add(codeLife + time.Second).Sub(now))
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// withBook runs fn on the open book and closes it.
func (r *run) withBook(ctx context.Context, fn func(context.Context, machine.Book) error) error {
	ctx, b, err := r.openBook(ctx)
	if err != nil {
		return err
	}
	err = fn(ctx, b)
	if r.in {
		// Scripts run many verbs: sessions left open would close those of the same person at work. One that cannot
		// be closed locks by itself.
		_, _ = user.Logout.Call(ctx, b, op.Empty{})
	}
	return errors.Join(err, b.Close(ctx, nil))
}

// answer prints a value: JSON when asked for, else by text.
func (r *run) answer(v any, text func(w io.Writer) error) error {
	if !r.json && text != nil {
		return text(r.Out)
	}
	e := json.NewEncoder(r.Out)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// say prints one line for people; with --json nothing.
func (r *run) say(key string, args ...any) {
	if r.json {
		return
	}
	m := map[string]any{}
	for i := 0; i+1 < len(args); i += 2 {
		m[args[i].(string)] = args[i+1]
	}
	_, _ = fmt.Fprintln(r.Out, r.text().T(key, m))
}
