package notify

import (
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"zafe/app/fault"
	appnotify "zafe/app/notify"
	"zafe/app/tooltest"
)

// exim is Debian's mail server with one mail box in it.
type exim struct {
	starttls, direct int    // its ports
	dir              string // with box, where letters arrive, and log
}

// startExim starts it as a firm would have it, with its log of everything.
func startExim(t *testing.T, a *authority) *exim {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root starts a mail server with a configuration of its own")
	}
	program := tooltest.Program(t, "/usr/sbin/exim4")
	of, err := user.Lookup("Debian-exim")
	if err != nil {
		tooltest.Lacks(t, err)
	}
	uid, err := strconv.Atoi(of.Uid)
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "exim") // not below t.TempDir, which is closed to its user
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	e := &exim{starttls: deaf(t, false), direct: deaf(t, false), dir: dir}
	cert, key := a.files(t)
	conf, err := os.ReadFile("testdata/exim.conf")
	if err != nil {
		t.Fatal(err)
	}
	filled := strings.NewReplacer("@DIR@", dir, "@STARTTLS@", strconv.Itoa(e.starttls), "@TLS@", strconv.Itoa(e.direct)).
		Replace(string(conf))
	for name, from := range map[string]string{"cert.pem": cert, "key.pem": key} {
		content, err := os.ReadFile(from)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), content, 0o600)
		}
		if err == nil {
			err = os.Chown(filepath.Join(dir, name), uid, -1)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{".", "spool", "log", "box"} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chown(filepath.Join(dir, name), uid, -1); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "conf"), []byte(filled), 0o644); err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), program, "-C", filepath.Join(dir, "conf"), "-bdf")
	c.Stdout, c.Stderr = t.Output(), t.Output()
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Process.Kill()
		_ = c.Wait()
	})
	for _, port := range []int{e.starttls, e.direct} {
		waitFor(t, fmt.Sprintf("a mail server on port %d", port), func() bool {
			conn, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
			if err == nil {
				_ = conn.Close()
			}
			return err == nil
		})
	}
	return e
}

func waitFor(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !done(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("there is not:", what)
		}
	}
}

// arrived waits for the one letter in the mail box, and takes it out.
func (e *exim) arrived(t *testing.T) *mail.Message {
	t.Helper()
	var found []string
	waitFor(t, "a letter", func() bool {
		found, _ = filepath.Glob(filepath.Join(e.dir, "box", "q*"))
		return len(found) == 1
	})
	raw, err := os.ReadFile(found[0])
	if err == nil {
		err = os.Remove(found[0])
	}
	if err != nil {
		t.Fatal(err)
	}
	m, err := mail.ReadMessage(strings.NewReader(string(raw)))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestEximTakesLetters: a mail server that firms have, over both encryptions, with what it refuses in its own order:
// it judges the sender only once it hears the recipient (RFC 5321, 3.3, lets it).
func TestEximTakesLetters(t *testing.T) {
	a := newAuthority(t)
	e := startExim(t, a)
	c := New()
	c.roots = a.pool
	for s, port := range map[appnotify.Security]int{appnotify.TLS: e.direct, appnotify.StartTLS: e.starttls} {
		t.Run(string(s), func(t *testing.T) {
			if err := c.Send(t.Context(), account(port, s), letter); err != nil {
				t.Fatal(err)
			}
			e.reads(t, e.arrived(t))
			for want, bad := range map[string]func(*appnotify.Account, *appnotify.Letter){
				"notify.login_refused": func(a *appnotify.Account, _ *appnotify.Letter) { a.Password = "other" },
				"notify.login_needed":  func(a *appnotify.Account, _ *appnotify.Letter) { a.Login, a.Password = "", "" },
				"notify.recipient_refused": func(_ *appnotify.Account, l *appnotify.Letter) {
					l.To = "personne@exemple.fr"
				},
				"notify.later":          func(_ *appnotify.Account, l *appnotify.Letter) { l.To = "plein@exemple.fr" },
				"notify.sender_refused": func(_ *appnotify.Account, l *appnotify.Letter) { l.From = "autre@exemple.fr" },
			} {
				box, l := account(port, s), letter
				bad(&box, &l)
				err := c.Send(t.Context(), box, l)
				if fault.KeyOf(err) != want {
					t.Errorf("%v, want %s", err, want)
				}
				secretless(t, err)
			}
		})
	}
}

// reads fails unless the letter that arrived is the one that was sent, in characters that every server takes.
func (e *exim) reads(t *testing.T, m *mail.Message) {
	t.Helper()
	words := new(mime.WordDecoder)
	from, err := mail.ParseAddress(m.Header.Get("From"))
	if err != nil || from.Name != "Zafè" || from.Address != letter.From {
		t.Errorf("from %v, %v", from, err)
	}
	subject, err := words.DecodeHeader(m.Header.Get("Subject"))
	if err != nil || subject != "Karukéra : en danger Bcc: x@exemple.fr" {
		t.Errorf("%q, %v", subject, err)
	}
	for name, values := range m.Header {
		for _, v := range values {
			if strings.ContainsFunc(v, func(r rune) bool { return r > '~' }) {
				t.Errorf("%s: %q has a letter that not every server takes", name, v)
			}
		}
	}
	body, err := io.ReadAll(quotedprintable.NewReader(m.Body))
	if text := strings.ReplaceAll(string(body), "\r\n", "\n"); err != nil || strings.TrimSpace(text) != strings.TrimSpace(letter.Body) {
		t.Errorf("%q, %v", text, err)
	}
}
