package notify

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"zafe/app/fault"
	appnotify "zafe/app/notify"
	"zafe/app/tooltest"
)

const password = "pa55 of the mail box"

func account(port int, s appnotify.Security) appnotify.Account {
	return appnotify.Account{Host: "127.0.0.1", Port: port, Security: s, Login: "atelier", Password: password}
}

var letter = appnotify.Letter{
	From: "atelier@exemple.fr", To: "claire@exemple.fr", Subject: "Karukéra\u00a0: en danger\r\nBcc: x@exemple.fr",
	Body: "Prévenez Élise.\n\n- Disque bleu\n.\nFin\n", At: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC),
}

// debian starts Debian's aiosmtpd, and gives its port and the letters it takes.
func debian(t *testing.T, a *authority, s appnotify.Security) (port int, letters *bufio.Scanner) {
	t.Helper()
	python := tooltest.Program(t, "/usr/bin/python3")
	if err := exec.CommandContext(t.Context(), python, "-c", "import aiosmtpd").Run(); err != nil {
		tooltest.Lacks(t, "no aiosmtpd here:", err)
	}
	cert, key := a.files(t)
	c := exec.CommandContext(t.Context(), python, "testdata/server.py", string(s), cert, key)
	c.Stderr = t.Output()
	out, err := c.StdoutPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Process.Kill()
		_ = c.Wait()
	})
	letters = bufio.NewScanner(out)
	letters.Scan()
	if port, err = strconv.Atoi(letters.Text()); err != nil {
		t.Fatal(err)
	}
	return port, letters
}

// TestLettersArrive at a mail server of others, over both encryptions, as they were written; and a wrong password is
// told from the rest.
func TestLettersArrive(t *testing.T) {
	a := newAuthority(t)
	c := New()
	c.roots = a.pool
	for _, s := range []appnotify.Security{appnotify.TLS, appnotify.StartTLS} {
		t.Run(string(s), func(t *testing.T) {
			port, letters := debian(t, a, s)
			if err := c.Send(t.Context(), account(port, s), letter); err != nil {
				t.Fatal(err)
			}
			letters.Scan()
			var got struct {
				From, Host, Data string
				To               []string
				Login            bool
			}
			if err := json.Unmarshal(letters.Bytes(), &got); err != nil {
				t.Fatal(err)
			}
			if got.From != letter.From || strings.Join(got.To, " ") != letter.To || !got.Login || got.Host != "localhost" {
				t.Errorf("%+v", got)
			}
			m, err := mail.ReadMessage(strings.NewReader(got.Data))
			if err != nil {
				t.Fatal(err)
			}
			subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
			if err != nil || subject != "Karukéra : en danger Bcc: x@exemple.fr" || m.Header.Get("Bcc") != "" {
				t.Errorf("%q, %v", subject, err)
			}
			body, err := io.ReadAll(quotedprintable.NewReader(m.Body))
			if text := strings.ReplaceAll(string(body), "\r\n", "\n"); err != nil || strings.TrimSpace(text) != strings.TrimSpace(letter.Body) {
				t.Errorf("%q, %v", text, err)
			}
			if at, err := m.Header.Date(); err != nil || !at.Equal(letter.At) {
				t.Errorf("%v, %v", at, err)
			}
			name, err := os.Hostname()
			if err != nil || strings.Contains(got.Data, name) || m.Header.Get("X-Mailer") != "" {
				t.Errorf("it tells too much: %s, %v", got.Data, err)
			}
			wrong := account(port, s)
			wrong.Password = "other"
			if err := c.Send(t.Context(), wrong, letter); fault.KeyOf(err) != "notify.login_refused" {
				t.Error(err)
			}
		})
	}
}

// TestWhatGoesWrongIsToldClearly: each with its own sentence, in its time, without a secret; and who cannot prove who
// they are, or does not encrypt, is told nothing.
func TestWhatGoesWrongIsToldClearly(t *testing.T) {
	ours, others := newAuthority(t), newAuthority(t)
	at := func(verb, answer string) map[string]string { return map[string]string{verb: answer} }
	start, direct := appnotify.StartTLS, appnotify.TLS
	for name, c := range map[string]struct {
		server *bad
		by     appnotify.Security
		want   string
	}{
		"all is well":              {&bad{}, start, ""},
		"all is well, direct":      {&bad{direct: true}, direct, ""},
		"dies after it took it":    {&bad{say: at("QUIT", cut)}, start, ""},
		"hangs after it took it":   {&bad{say: at("QUIT", hang)}, start, ""},
		"wrong password":           {&bad{say: at("AUTH", "535 5.7.8 no")}, start, "notify.login_refused"},
		"wrong password, hangs up": {&bad{say: at("AUTH", "535 5.7.8 no"+cut)}, start, "notify.login_refused"},
		"app password":             {&bad{say: at("AUTH", "534 5.7.9 use an app password")}, direct, ""},
		"log-in later":             {&bad{say: at("AUTH", "454 4.7.0 try later")}, start, "notify.later"},
		"no log-in":                {&bad{say: at("EHLO", "250-test\r\n250 STARTTLS")}, start, "notify.no_login"},
		"sender":                   {&bad{say: at("MAIL", "553 not yours")}, start, "notify.sender_refused"},
		"sender, hangs up":         {&bad{say: at("MAIL", "553 not yours"+cut)}, start, "notify.sender_refused"},
		"recipient":                {&bad{say: at("RCPT", "550 nobody")}, start, "notify.recipient_refused"},
		"grey list":                {&bad{say: at("RCPT", "451 4.7.1 later")}, start, "notify.later"},
		"taken for unwanted":       {&bad{say: at(".", "554 5.7.1 spam")}, start, "notify.refused"},
		"refuses all":              {&bad{say: at("greeting", "554 go away")}, start, "notify.refused"},
		"no encryption":            {&bad{say: at("EHLO", "250 test")}, start, "notify.no_starttls"},
		"plain where TLS is asked": {&bad{}, direct, "notify.not_tls"},
		"TLS where it is not":      {&bad{direct: true}, start, "notify.silent"},
		"hangs at once":            {&bad{say: at("greeting", hang)}, start, "notify.silent"},
		"hangs in the log-in":      {&bad{say: at("AUTH", hang)}, start, "notify.silent"},
		"hangs in the encryption":  {&bad{say: at("STARTTLS", hang)}, start, "notify.silent"},
		"hangs in the letter":      {&bad{say: at("DATA", hang)}, start, "notify.silent"},
		"hangs at the end":         {&bad{say: at(".", hang)}, start, "notify.silent"},
		"dies at once":             {&bad{say: at("greeting", cut)}, start, "notify.cut"},
		"dies in the log-in":       {&bad{say: at("AUTH", cut)}, start, "notify.cut"},
		"dies before the letter":   {&bad{say: at("MAIL", cut)}, start, "notify.cut"},
		"dies in the letter":       {&bad{say: at("DATA", cut)}, start, "notify.cut"},
		"dies at the end":          {&bad{say: at(".", cut)}, start, "notify.cut"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if name == "app password" {
				c.server.direct, c.want = true, "notify.login_refused"
			}
			c.server.tls = ours.config(t)
			port := c.server.serve(t)
			carrier := &Carrier{roots: ours.pool, mailWithin: time.Second}
			if c.want == "" {
				carrier.mailWithin = mailWithin // nobody waits that long for a good-bye
			}
			begun := time.Now()
			err := carrier.Send(t.Context(), account(port, c.by), letter)
			if took := time.Since(begun); took > mailWithin/2 {
				t.Errorf("it took %v", took)
			}
			if fault.KeyOf(err) != c.want {
				t.Errorf("%v, want %s", err, c.want)
			}
			secretless(t, err)

			carrier.roots = others.pool
			before := c.server.told()
			if c.want == "" {
				if err := carrier.Send(t.Context(), account(port, c.by), letter); fault.KeyOf(err) != "notify.certificate" {
					t.Errorf("a stranger: %v", err)
				}
			}
			if said := strings.TrimPrefix(c.server.told(), before); strings.Contains(said, "AUTH") || strings.Contains(said, "MAIL") {
				t.Errorf("a stranger was told %q", said)
			}
			if c.want == "notify.no_starttls" && strings.Contains(before, "AUTH") {
				t.Errorf("told in clear: %q", before)
			}
		})
	}
}

// secretless fails if an error, as a log has it, holds the password.
func secretless(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		return
	}
	for _, secret := range []string{password, base64.StdEncoding.EncodeToString([]byte("\x00atelier\x00" + password))} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("the password is in %q", err)
		}
	}
}

// TestServersThatCannotBeReached have their own sentences.
func TestServersThatCannotBeReached(t *testing.T) {
	a := newAuthority(t)
	c := &Carrier{roots: a.pool, mailWithin: 5 * time.Second}
	b := bad{tls: a.config(t)}
	nobody, named := account(deaf(t, false), appnotify.TLS), account(b.serve(t), appnotify.StartTLS)
	named.Host = "localhost" // the certificate says 127.0.0.1
	unknown := account(465, appnotify.TLS)
	unknown.Host = "smtp.zafe.invalid"
	for want, box := range map[string]appnotify.Account{
		"notify.unreachable": nobody, "notify.certificate": named, "notify.no_host": unknown,
	} {
		if err := c.Send(t.Context(), box, letter); fault.KeyOf(err) != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// TestNothingIsSentInClear but to this PC itself.
func TestNothingIsSentInClear(t *testing.T) {
	c := New()
	b := bad{}
	if err := c.Send(t.Context(), account(b.serve(t), appnotify.Plain), letter); err != nil || !strings.Contains(b.told(), "AUTH PLAIN") {
		t.Errorf("%v, %s", err, b.told())
	}
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, addr := range addrs {
		in, ok := addr.(*net.IPNet)
		if !ok || in.IP.IsLoopback() || in.IP.To4() == nil {
			continue
		}
		l, err := net.Listen("tcp", net.JoinHostPort(in.IP.String(), "0"))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = l.Close() }()
		box := account(l.Addr().(*net.TCPAddr).Port, appnotify.Plain)
		box.Host = in.IP.String()
		if err := c.Send(t.Context(), box, letter); fault.KeyOf(err) != "notify.not_loopback" {
			t.Error(err)
		}
		return
	}
	tooltest.Lacks(t, "this machine has no address but the loopback")
}

// TestALetterEndsWithTheProgram, whatever the server waits for.
func TestALetterEndsWithTheProgram(t *testing.T) {
	a := newAuthority(t)
	b := bad{tls: a.config(t), say: map[string]string{"MAIL": hang}}
	c := &Carrier{roots: a.pool, mailWithin: time.Minute}
	port := b.serve(t)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- c.Send(ctx, account(port, appnotify.StartTLS), letter) }()
	for !strings.Contains(b.told(), "MAIL") {
		time.Sleep(time.Millisecond)
	}
	cancel()
	select {
	case err := <-done:
		if err == nil {
			t.Error("it is said to have left")
		}
	case <-time.After(10 * time.Second):
		t.Error("the program waits for the server")
	}
}

// TestWithoutALogIn a server is told to want one, for the address that it refuses.
func TestWithoutALogIn(t *testing.T) {
	ours := newAuthority(t)
	for want, say := range map[string]string{"notify.login_needed_from": "MAIL", "notify.login_needed": "RCPT"} {
		server := bad{say: map[string]string{say: "550 5.7.1 relaying denied"}, tls: ours.config(t)}
		box := account(server.serve(t), appnotify.StartTLS)
		box.Login, box.Password = "", ""
		if err := (&Carrier{roots: ours.pool, mailWithin: mailWithin}).Send(t.Context(), box, letter); fault.KeyOf(err) != want {
			t.Errorf("%s: %v, want %s", say, err, want)
		}
	}
}

// TestTheServersWordsAreBounded and print.
func TestTheServersWordsAreBounded(t *testing.T) {
	if code, said, _ := answer(errors.New("x")); code != 0 || said != "" {
		t.Error(code, said)
	}
	if got := short("a\r\nb\x1b[31m" + strings.Repeat("é", 500)); len([]rune(got)) != saidMost || strings.ContainsAny(got, "\r\n\x1b") {
		t.Errorf("%q", got)
	}
}
