package cli_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// What is promised of a relay: how much work is lost with the main PC, and when people work again.
const (
	lossMax     = 5 * time.Second
	takeOverMax = 2 * time.Minute
)

// relayStory is an office of three PCs: the main one, its relay, and one at which people work.
type relayStory struct {
	*story
	c        *desk
	at, over string // addresses of the main PC and of the relay, once it is the main one
}

// TestTheRelayTakesOver kills the main PC under load, takes over on the relay, and lets the first one come back.
func TestTheRelayTakesOver(t *testing.T) {
	if testing.Short() {
		t.Skip("starts real programs for a minute")
	}
	root := t.TempDir()
	s := &relayStory{story: &story{t: t, files: filepath.Join(root, "papers")}, c: newDesk(t, root, "c")}
	if err := os.MkdirAll(s.files, 0o700); err != nil {
		t.Fatal(err)
	}
	s.recovery, s.totp = filepath.Join(s.files, "recovery"), filepath.Join(s.files, "totp")
	s.a = newDesk(t, root, "a", "--recovery-file", s.recovery)
	s.b = newDesk(t, root, "b", "--recovery-file", s.recovery)
	for _, step := range []struct {
		name string
		do   func(*testing.T)
	}{
		{"office", s.office},
		{"killed under load", s.killed},
		{"the first one comes back", s.comesBack},
		{"the relay is lost for good", s.lost},
		{"the first one takes the lead back", s.takesBack},
		{"the relay works for it again", s.rejoins},
	} {
		if !t.Run(step.name, func(t *testing.T) { s.t, s.a.t, s.b.t, s.c.t = t, t, t, t; step.do(t) }) {
			return
		}
	}
}

// office founds the company, and joins two PCs, one of which is named the relay.
func (s *relayStory) office(t *testing.T) {
	s.found(t)
	op[object](s.a, "user.save", object{"login": "marc", "name": "Marc", "role": "assistant", "password": deskPassword})
	s.at, s.over = "127.0.0.1:0", free(t)
	for _, pc := range []struct {
		desk *desk
		name string
	}{{s.b.as(), "Comptoir"}, {s.c, "Atelier"}} {
		h := s.a.serve(s.at, "--invite")
		s.at = h.addr
		pc.desk.ok("join", "--host", h.addr, "--code", h.code, "--name", pc.name)
		h.stop(t)
	}
	s.a.refused("", "relay", "name", "Personne")
	if got := s.a.ok("relay", "name", "Comptoir"); !strings.Contains(got, "Comptoir") {
		t.Errorf("named: %q", got)
	}
	s.a.refused("rien à reprendre", "relay", "take-over")
	s.a.refused("rien à reprendre", "relay", "rejoin")
	s.b.refused("pas de copie", "relay", "take-over")
}

// free is an address at which nobody listens.
func free(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	return ln.Addr().String()
}

// follows starts the relay, and waits until it has a copy.
func (s *relayStory) follows(d *desk, at string) *exec.Cmd {
	s.t.Helper()
	cmd := d.as().command("relay", "follow", "--at", at)
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = cmd.Process.Kill() })
	for range 300 {
		if _, err := os.Stat(filepath.Join(d.dir, "relay", "book.db")); err == nil {
			return cmd
		}
		time.Sleep(100 * time.Millisecond)
	}
	s.t.Fatal("there is no copy")
	return nil
}

func (s *relayStory) marc(d *desk) *desk { return d.as(s.person("marc", deskPassword)...) }

// killed has people at work until the main PC is killed, and takes over.
func (s *relayStory) killed(t *testing.T) {
	h := s.a.serve(s.at)
	follower := s.follows(s.b, s.over)
	s.b.refused("répond encore", "relay", "take-over")
	confirmed, dead := s.work(t, h, 4*time.Second)
	if err := follower.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := follower.Wait(); err != nil {
		t.Errorf("the follower ended badly: %v", err)
	}
	s.b.ok("relay", "take-over")
	over := s.b.serve(s.over)
	defer over.stop(t)
	have := s.customers(s.marc(s.c)) // found without anybody telling where
	back := time.Since(dead)
	lost, loss := 0, time.Duration(0)
	for _, c := range confirmed {
		if have[c.name] {
			continue
		}
		lost++
		loss = max(loss, dead.Sub(c.at))
	}
	t.Logf("killed after %d confirmed operations: %d lost, %.3f s of work; at work again after %.1f s",
		len(confirmed), lost, loss.Seconds(), back.Seconds())
	if loss > lossMax || back > takeOverMax || len(confirmed) < 10 {
		t.Error("that is not what is promised")
	}
	s.marc(s.c).ok("op", "customer.save", `{"kind":"company","name":"Après la reprise","city":"Le Moule"}`)
}

type confirmedWork struct {
	name string
	at   time.Time
}

// work saves customers from the third PC, kills the host after a while, and returns what was confirmed.
func (s *relayStory) work(t *testing.T, h *host, after time.Duration) (confirmed []confirmedWork, dead time.Time) {
	var calls []call
	for n := range 20000 {
		req := object{"kind": "company", "name": clientName(n), "city": "Le Gosier"}
		calls = append(calls, call{"customer.save", fmt.Sprintf("save-%d", n), req})
	}
	cmd := s.marc(s.c).command("op", "--lines")
	cmd.Stdin = strings.NewReader(lines(t, calls))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewScanner(out)
	r.Buffer(nil, 1<<20)
	begun := time.Now()
	for r.Scan() {
		confirmed = append(confirmed, confirmedWork{clientName(len(confirmed)), time.Now()})
		if dead.IsZero() && time.Since(begun) > after {
			h.kill(t)
			dead = time.Now()
		}
	}
	_ = cmd.Wait()
	return confirmed, dead
}

func clientName(n int) string { return fmt.Sprintf("Client %05d", n) }

// customers are the names that a PC sees.
func (s *relayStory) customers(d *desk) map[string]bool {
	s.t.Helper()
	have := map[string]bool{}
	const page = 200
	for offset := 0; ; offset += page {
		list := op[struct {
			Rows []struct {
				Name string `json:"name"`
			} `json:"rows"`
		}](d, "customer.list", object{"limit": page, "offset": offset})
		for _, r := range list.Rows {
			have[r.Name] = true
		}
		if len(list.Rows) < page {
			return have
		}
	}
}

const another = `{"kind":"company","name":"Trop tard","city":"Le Moule"}`

// comesBack starts the first main PC again: it writes no more, whether the other one answers or not.
func (s *relayStory) comesBack(t *testing.T) {
	over := s.b.serve(s.over)
	refusal := "a pris le relais"
	s.a.refused(refusal, "op", "customer.save", another)
	s.a.refused(refusal, "serve", "--listen", s.at)
	status := struct{ State string }{}
	if err := json.Unmarshal([]byte(s.a.ok("relay", "status", "--json")), &status); err != nil || status.State != "taken" {
		t.Errorf("its status: %+v, %v", status, err)
	}
	if have := s.customers(s.a); have["Après la reprise"] || !have[clientName(0)] {
		t.Error("it does not show its own book")
	}
	over.stop(t)
	s.a.refused(refusal, "op", "customer.save", another)
	s.a.refused("", "relay", "rejoin") // the other one does not answer
}

// lost never lets the relay be heard of again: with the owner's key the first one takes the lead back all by itself, says
// so in its journal, and the others find it. All of it happens to copies of the PCs: the story goes on with the relay.
func (s *relayStory) lost(t *testing.T) {
	copied := func(d *desk) *desk {
		dir := filepath.Join(t.TempDir(), "copy")
		if err := os.CopyFS(dir, os.DirFS(d.dir)); err != nil {
			t.Fatal(err)
		}
		other := *d
		other.dir = dir
		return &other
	}
	a, c := copied(s.a), copied(s.c)
	a.refused("", "relay", "rejoin")
	a.as().refused("", "relay", "take-over") // without a proof of who one is
	a.ok("relay", "take-over")
	status := struct {
		State string
		Term  int64
	}{}
	if err := json.Unmarshal([]byte(a.ok("relay", "status", "--json")), &status); err != nil || status.State == "taken" || status.Term != 2 {
		t.Errorf("after taking the lead back: %+v, %v", status, err)
	}
	if told := a.ok("op", "event.list", `{}`); !strings.Contains(told, "book.taken_over") {
		t.Error("the journal does not say who leads")
	}
	h := a.serve(s.at)
	defer h.stop(t)
	s.marc(c).ok("op", "customer.save", `{"kind":"company","name":"Sans le relais","city":"Le Moule"}`)
	if have := s.customers(s.marc(c)); !have["Sans le relais"] || have["Après la reprise"] {
		t.Error("it is another book, or what the relay alone had came back")
	}
}

// takesBack makes the first one the main one again: the other stops at once, at work though it is.
func (s *relayStory) takesBack(t *testing.T) {
	over := s.b.serve(s.over)
	s.a.ok("relay", "take-over")
	h := s.a.serve(s.at)
	defer h.stop(t)
	over.ends(t, "a pris le relais")
	s.b.refused("a pris le relais", "op", "customer.save", another)
	s.marc(s.c).ok("op", "customer.save", `{"kind":"company","name":"Chez le premier","city":"Le Moule"}`)
}

// ends waits for a host that ends by itself, with a refusal.
func (h *host) ends(t *testing.T, want string) {
	t.Helper()
	over := make(chan struct{})
	go func() { _ = h.cmd.Wait(); close(over) }()
	select {
	case <-over:
	case <-time.After(time.Minute):
		t.Fatal("it goes on")
	}
	sentence(t, "serve", strings.TrimSuffix(h.stderr.String(), "\n"), h.cmd.ProcessState.ExitCode())
	if !strings.Contains(h.stderr.String(), want) {
		t.Errorf("it ended with %q", h.stderr)
	}
}

// rejoins makes the second one work on the book of the first again, which is what people see there.
func (s *relayStory) rejoins(t *testing.T) {
	h := s.a.serve(s.at)
	defer h.stop(t)
	s.b.as().ok("relay", "rejoin")
	have := s.customers(s.marc(s.b))
	if !have["Chez le premier"] || have["Après la reprise"] {
		t.Error("it shows another book")
	}
	if kept, err := filepath.Glob(filepath.Join(s.b.dir, "book.aside-*", "book.db")); err != nil || len(kept) != 1 {
		t.Errorf("its own book is not kept: %v %v", kept, err)
	}
}
