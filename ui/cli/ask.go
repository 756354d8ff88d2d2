package cli

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"zafe/app/fault"
	"zafe/app/recovery"
)

// passwordBytesMax bounds a password, or a name, that somebody types.
const passwordBytesMax = 4 << 10

// terminal is where somebody types, nil when the input is no terminal.
func (r *run) terminal() *os.File {
	f, ok := r.In.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return nil
	}
	return f
}

// complete asks at the terminal for what no flag gave: the password, and before it the name when somebody logs
// in. Elsewhere nobody can be asked: fault cli.password_needed.
func (r *run) complete(ctx context.Context, who *credentials, login bool) (err error) {
	if who.recovery != "" || who.password != "" && (who.login != "" || !login) {
		return nil
	}
	if r.terminal() == nil {
		if who.password == "" {
			return fault.New(fault.Unauthenticated, "cli.password_needed")
		}
		return nil // the log-in says that the name is missing
	}
	if login && who.login == "" {
		if who.login, err = r.ask(ctx, "cli.login_ask", false); err != nil {
			return err
		}
	}
	if who.password == "" {
		who.password, err = r.ask(ctx, "cli.password_yours", true)
	}
	return err
}

// askRecovery asks for the recovery key, or for two of its shares. Where nobody can be asked: fault
// cli.recovery_file_needed.
func (r *run) askRecovery(ctx context.Context) (string, error) {
	if r.terminal() == nil {
		return "", fault.New(fault.Invalid, "cli.recovery_file_needed")
	}
	key, err := r.ask(ctx, "cli.recovery_ask", false)
	if err == nil && recovery.IsShare(key) && !strings.Contains(key, "+") {
		var other string
		other, err = r.ask(ctx, "cli.share_ask", false)
		key += "+" + other
	}
	return key, err
}

// newPassword asks twice for a password that is to be set. Faults cli.password_needed, cli.password_differs.
func (r *run) newPassword(ctx context.Context) (string, error) {
	if r.terminal() == nil {
		return "", fault.New(fault.Unauthenticated, "cli.password_needed")
	}
	once, err := r.ask(ctx, "cli.password_new", true)
	if err != nil {
		return "", err
	}
	again, err := r.ask(ctx, "cli.password_again", true)
	if err == nil && once != again {
		err = fault.New(fault.Invalid, "cli.password_differs")
	}
	return once, err
}

// askPassword reads a password: at the terminal, else the first line of what is given to the program.
func (r *run) askPassword(ctx context.Context) (string, error) {
	if r.terminal() != nil {
		return r.ask(ctx, "cli.password_ask", true)
	}
	text, err := bufio.NewReader(io.LimitReader(r.In, passwordBytesMax)).ReadString('\n')
	if text = strings.TrimRight(text, "\r\n"); text == "" {
		return "", fault.New(fault.Unauthenticated, "cli.password_missing").Because(err)
	}
	return text, nil
}

// ask puts a question at the terminal and returns the answer, which is not shown if it is to be hidden. Whoever
// interrupts it gets the terminal back as it was. Fault cli.password_missing for no answer.
func (r *run) ask(ctx context.Context, key string, hide bool) (string, error) {
	f := r.terminal()
	before, err := term.GetState(int(f.Fd()))
	if err != nil {
		return "", err
	}
	_, _ = fmt.Fprint(r.Err, r.text().T(key, nil)+" ")
	type answer struct {
		text []byte
		err  error
	}
	got := make(chan answer, 1)
	go func() {
		read := line
		if hide {
			read = func(f *os.File) ([]byte, error) { return term.ReadPassword(int(f.Fd())) }
		}
		text, err := read(f)
		got <- answer{text, err}
	}()
	select {
	case <-ctx.Done():
		_, _ = fmt.Fprintln(r.Err)
		_ = term.Restore(int(f.Fd()), before) // the program ends
		return "", fault.New(fault.Unavailable, "op.cancelled")
	case a := <-got:
		if hide { // nor is the return that ended it
			_, _ = fmt.Fprintln(r.Err)
		}
		if a.err != nil || len(a.text) == 0 {
			return "", fault.New(fault.Unauthenticated, "cli.password_missing").Because(a.err)
		}
		return string(a.text), nil
	}
}

// line reads a line, and not a byte of the next.
func line(f *os.File) (text []byte, err error) {
	one := make([]byte, 1)
	for err == nil && len(text) < passwordBytesMax && !bytes.HasSuffix(text, []byte{'\n'}) {
		var n int
		n, err = f.Read(one)
		text = append(text, one[:n]...)
	}
	return bytes.TrimSpace(text), err
}
