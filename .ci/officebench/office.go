package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/pquerna/otp/totp"

	"zafe/app/auth"
	"zafe/app/device"
	"zafe/app/op"
	"zafe/app/party"
	"zafe/app/user"
	"zafe/sync/lan"
)

// pageRows is how many rows of a list are asked for at once.
const pageRows = 100

const (
	ownerWord = "quatre mangues et un hamac"
	clerkWord = "sept crabes sous la pluie"
)

// office is a main PC with the book of a new company, served by the program.
type office struct {
	program, dir string

	cmd    *exec.Cmd
	stderr bytes.Buffer
	addr   string
	owner  *lan.Remote
}

func (o *office) path(name string) string { return filepath.Join(o.dir, name) }

// verb runs a verb of the program as the holder of the recovery key.
func (o *office) verb(ctx context.Context, args ...string) *exec.Cmd {
	all := append([]string{"--dir", o.path("main")}, args...)
	return exec.CommandContext(ctx, o.program, all...)
}

// open makes the book, serves it, and lets the owner in on a PC.
func (o *office) open(ctx context.Context) error {
	body, err := json.Marshal(map[string]any{
		"owner": map[string]any{"name": "Claire Essai", "login": "claire", "password": ownerWord, "lang": "fr"},
		"company": map[string]any{
			"name": "Atelier de la mesure", "legal_form": "sarl", "capital": 10_000_00, "siren": "812345676",
			"street": "1 rue Frébault", "postal_code": "97110", "city": "Pointe-à-Pitre", "country": "FR",
			"territory": "guadeloupe", "rcs_city": "Pointe-à-Pitre",
		},
		"fiscal_year": map[string]any{"from": year("01-01"), "to": year("12-31")},
		"totp_file":   o.path("totp"), "recovery_file": o.path("recovery"),
	})
	if err == nil {
		err = os.WriteFile(o.path("company.json"), body, 0o600)
	}
	if err != nil {
		return err
	}
	if out, err := o.verb(ctx, "init", "--company", o.path("company.json")).CombinedOutput(); err != nil {
		return fmt.Errorf("init: %w\n%s", err, out)
	}
	code, err := o.serve(ctx)
	if err != nil {
		return err
	}
	return o.admit(ctx, code)
}

func year(day string) string { return fmt.Sprintf("%d-%s", time.Now().Year(), day) }

// serve starts the main PC and returns the code with which one PC comes in.
func (o *office) serve(ctx context.Context) (code string, err error) {
	o.cmd = o.verb(context.WithoutCancel(ctx), "--recovery-file", o.path("recovery"), "serve", "--listen", "127.0.0.1:0",
		"--invite")
	o.cmd.Stderr = &o.stderr
	out, err := o.cmd.StdoutPipe()
	if err == nil {
		err = o.cmd.Start()
	}
	if err != nil {
		return "", err
	}
	lines := bufio.NewScanner(out)
	for code == "" || o.addr == "" {
		if !lines.Scan() {
			return "", fmt.Errorf("serve: %w %s", o.cmd.Wait(), &o.stderr)
		}
		for word := range strings.FieldsSeq(lines.Text()) {
			switch {
			case strings.HasPrefix(word, "127.0.0.1:"):
				o.addr = strings.TrimSuffix(word, ".")
			case len(word) == 9 && word[4] == '-' && strings.ToUpper(word) == word:
				code = word
			}
		}
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	return code, nil
}

// admit pairs the owner's PC and logs the owner in.
func (o *office) admit(ctx context.Context, code string) (err error) {
	if o.owner, err = o.join(ctx, code, "Bureau"); err != nil {
		return err
	}
	secret, err := os.ReadFile(o.path("totp"))
	if err != nil {
		return err
	}
	got, err := user.Login.Call(ctx, o.owner, user.LoginRequest{Login: "claire", Password: ownerWord})
	if err != nil {
		return err
	}
	o.owner.SetToken(got.Token)
	// The code of the next half minute, which is accepted early: that of this one may have confirmed the factor.
	digits, err := totp.GenerateCode(strings.TrimSpace(string(secret)), time.Now().Add(30*time.Second))
	if err != nil {
		return err
	}
	if got, err = user.SecondFactor.Call(ctx, o.owner, user.CodeRequest{Code: digits}); err == nil {
		o.owner.SetToken(got.Token)
	}
	return err
}

func (o *office) join(ctx context.Context, code, name string) (*lan.Remote, error) {
	seat, err := lan.Join(ctx, o.addr, code, name, time.Now())
	if err != nil {
		return nil, err
	}
	return seat.Reach(ctx, name)
}

// hire lets n people in, each on a PC of their own.
func (o *office) hire(ctx context.Context, n int) ([]*lan.Remote, error) {
	var people []*lan.Remote
	for i := range n {
		name := fmt.Sprintf("poste%d", i+1)
		if _, err := user.Save.Call(ctx, o.owner, user.SaveRequest{
			Login: name, Name: name, Role: auth.Assistant, Password: clerkWord,
		}); err != nil {
			return nil, err
		}
		invitation, err := device.Invite.Call(ctx, o.owner, op.Empty{})
		if err != nil {
			return nil, err
		}
		pc, err := o.join(ctx, invitation.Code, name)
		if err != nil {
			return nil, err
		}
		got, err := user.Login.Call(ctx, pc, user.LoginRequest{Login: name, Password: clerkWord})
		if err != nil {
			return nil, err
		}
		if got.Next != user.Done {
			return nil, fmt.Errorf("%s is asked for more: %s", name, got.Next)
		}
		pc.SetToken(got.Token)
		people = append(people, pc)
	}
	return people, nil
}

// close ends the main PC as closing the session does.
func (o *office) close() error {
	if err := o.cmd.Process.Signal(os.Interrupt); err != nil {
		return err
	}
	if err := o.cmd.Wait(); err != nil {
		return fmt.Errorf("serve ended badly: %w %s", err, &o.stderr)
	}
	return nil
}

// count returns how many customers the book has.
func (o *office) count(ctx context.Context) (n int64, err error) {
	for {
		page, err := party.List.Call(ctx, o.owner, party.ListRequest{Limit: pageRows, Offset: int(n)})
		if err != nil || len(page.Rows) == 0 {
			return n, err
		}
		n += int64(len(page.Rows))
	}
}

// verify looks at every page, row and event of the book that was closed.
func (o *office) verify(ctx context.Context) error {
	out, err := o.verb(ctx, "--recovery-file", o.path("recovery"), "verify").CombinedOutput()
	if err != nil {
		err = fmt.Errorf("verify: %w\n%s", err, out)
	}
	return err
}
