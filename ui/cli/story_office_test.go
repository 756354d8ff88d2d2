package cli_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zafe/app/user"
)

// office makes people, serves the book and joins a second PC.
func (s *story) office(t *testing.T) {
	type person struct {
		ID int64 `json:"id"`
	}
	save := func(login, role, password string) int64 {
		return op[person](s.a, "user.save", object{"login": login, "name": login, "role": role, "password": password}).ID
	}
	s.sales, s.clerk = save("yann", "sales", salesPassword), save("marc", "assistant", deskPassword)
	op[object](s.a, "customer.save", object{
		"kind": "company", "name": "Hôtel Champignac", "owner": s.sales, "city": "Le Gosier",
	})

	h := s.a.serve("127.0.0.1:0", "--invite")
	defer h.stop(t)
	s.beside(t)
	s.b.refused("", "join", "--host", h.addr, "--code", "AAAA-AAAA")
	s.b.refused("", "op", "session.me") // refused above: not joined
	s.b.ok("join", "--host", h.addr, "--code", h.code, "--name", "Atelier")
	newDesk(t, t.TempDir(), "third").refused("", "join", "--host", h.addr, "--code", h.code) // a code works once

	s.invited(t, h)

	yann := s.b.as(s.person("yann", salesPassword)...)
	type list struct {
		Rows []struct {
			Name string `json:"name"`
		} `json:"rows"`
	}
	if got := op[list](yann, "customer.list", object{}); len(got.Rows) != 1 || got.Rows[0].Name != "Hôtel Champignac" {
		t.Errorf("the sales person sees %+v", got)
	}
	for name, req := range map[string]string{
		"ledger.trial_balance": `{"from":"2026-01-01","to":"2026-12-31"}`, "user.list": "{}", "customer.get": `{"id":1}`,
		"customer.export": "{}", "backup.providers": "{}",
	} {
		yann.refused("", "op", name, req)
	}
	s.b.as(s.person("yann", "not the password")...).refused("mot de passe", "op", "session.me")
	s.b.as(s.person("claire", ownerPassword)...).refused("--totp-file", "op", "session.me")
}

// beside runs verbs on the main PC while the host has the book open: as a person, not as the program.
func (s *story) beside(t *testing.T) {
	s.a.refused("--user", "verify") // with the recovery key
	yann := s.a.as(s.person("yann", salesPassword)...)
	if me := op[struct {
		User struct {
			Login string `json:"login"`
		} `json:"user"`
	}](yann, "session.me", object{}); me.User.Login != "yann" {
		t.Errorf("at work beside the host: %+v", me)
	}
	yann.refused("rôle", "op", "user.list")
	s.a.as(s.person("yann", "not the password")...).refused("mot de passe", "op", "session.me")
	claire := s.a.as(s.owner(ownerPassword)...)
	claire.refused("--output", "op", "customer.export")
	file := filepath.Join(s.files, "clients.csv")
	if _, refusal, code := claire.run("{}", "op", "customer.export", "-", "-o", file); code != 0 {
		t.Error(refusal)
	}
	if list, err := os.ReadFile(file); err != nil || !bytes.Contains(list, []byte("Champignac")) {
		t.Errorf("the list of customers: %v", err)
	}
	if out := newDesk(t, t.TempDir(), "nobody").ok("op", "--list"); !strings.Contains(out, "invoice.issue") {
		t.Error("the list of operations needs a book")
	}
}

func (s *story) secondFactor(t *testing.T) {
	h := s.serveAgain()
	defer h.stop(t)
	secret, err := os.ReadFile(s.totp)
	if err != nil {
		t.Fatal(err)
	}
	code, err := user.CodeAt(strings.TrimSpace(string(secret)), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	// The log-in uses the code shown now or a later one: this one is spent.
	in := lines(t, []call{{Op: "user.list"}, {Op: "session.confirm", Request: object{"code": code}}})
	out, refusal, exit := s.b.as(s.owner(ownerPassword)...).run(in, "op", "--lines")
	sentence(t, "replayed code", refusal, exit)
	if strings.Count(out, "\n") != 1 || !strings.Contains(out, "yann") {
		t.Errorf("the owner's list: %q, then %q", out, refusal)
	}
}

// serveAgain serves where the second PC looks for the host.
func (s *story) serveAgain() *host {
	data, err := os.ReadFile(filepath.Join(s.b.dir, "host.json"))
	if err != nil {
		s.t.Fatal(err)
	}
	var at struct {
		Addr string `json:"addr"`
	}
	if err := json.Unmarshal(data, &at); err != nil {
		s.t.Fatal(err)
	}
	return s.a.serve(at.Addr)
}

// powerCut kills the host while the second PC issues invoices one after the other.
func (s *story) powerCut(t *testing.T) {
	const drafts, before = 60, 12
	today := time.Now().Format(time.DateOnly)
	var save, issue []call
	for n := range drafts {
		req := object{"customer": 2, "date": today, "lines": line(int64(n+1) * 10_000_000)}
		save = append(save, call{"invoice.save", "", req})
	}
	h := s.serveAgain()
	marc := s.b.as(s.person("marc", deskPassword)...)
	out, refusal, _ := marc.run(lines(t, save), "op", "--lines")
	made := answers[document](t, out)
	if len(made) != drafts {
		t.Fatalf("%d drafts: %s", len(made), refusal)
	}
	for n, d := range made {
		issue = append(issue, call{"invoice.issue", fmt.Sprintf("issue-%d", n), object{"id": d.ID, "version": d.Version}})
	}
	acknowledged := issueUntilKilled(t, marc, h, lines(t, issue), before)
	for _, leak := range s.leaks(t, s.a.dir, s.a.temp) { // with what an orderly end would have cleared away
		t.Error(leak)
	}

	h = s.serveAgain()
	defer h.stop(t)
	out, refusal, code := marc.run(lines(t, issue), "op", "--lines")
	again := answers[document](t, out)
	if code != 0 || len(again) != drafts {
		t.Fatalf("after the cut: %d invoices, %s", len(again), refusal)
	}
	for n, d := range acknowledged {
		if again[n].Number != d.Number || again[n].ID != d.ID || d.Number == "" {
			t.Errorf("issue-%d was %s, now %s", n, d.Number, again[n].Number)
		}
	}
	s.noGap(marc, drafts+1)
}

// issueUntilKilled kills the host after some answers and returns every answer that arrived.
func issueUntilKilled(t *testing.T, d *desk, h *host, calls string, before int) (acknowledged []document) {
	cmd := d.command("op", "--lines")
	var stderr bytes.Buffer
	cmd.Stdin, cmd.Stderr = strings.NewReader(calls), &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewScanner(out)
	r.Buffer(nil, 1<<20)
	for r.Scan() {
		acknowledged = append(acknowledged, answers[document](t, r.Text())...)
		if len(acknowledged) == before {
			h.kill(t)
		}
	}
	_ = cmd.Wait()
	sentence(t, "op --lines at a power cut", strings.TrimSuffix(stderr.String(), "\n"), cmd.ProcessState.ExitCode())
	if len(acknowledged) < before {
		t.Fatalf("%d invoices before the cut: %s", len(acknowledged), &stderr)
	}
	return acknowledged
}

// noGap checks that the invoices are numbered 1 to n.
func (s *story) noGap(d *desk, n int) {
	s.t.Helper()
	type list struct {
		Rows  []document `json:"rows"`
		Count int        `json:"count"`
	}
	got := op[list](d, "document.list", object{"kinds": []string{"invoice"}, "limit": 200})
	seen := map[string]bool{}
	for _, r := range got.Rows {
		seen[r.Number] = true
	}
	for i := 1; i <= n; i++ {
		if number := fmt.Sprintf("F-%d-%04d", time.Now().Year(), i); !seen[number] {
			s.t.Errorf("there is no %s", number)
		}
	}
	if got.Count != n {
		s.t.Errorf("%d invoices, want %d", got.Count, n)
	}
}
