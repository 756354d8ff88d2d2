package attack

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"zafe/app/user"
)

// TestATokenIsGoodOnItsPCAndInItsTime: attack 10. A token that is not good is refused before there is anybody to name:
// no event is due, and the log has each call.
func TestATokenIsGoodOnItsPCAndInItsTime(t *testing.T) {
	v := attacked(t)
	token := v.in(t, v.desk, "yann")
	const over = "user.session_over"
	since, logged := v.journal(t), v.logged(t)
	v.thief.refused(t, "session.me", token, nil, over)
	v.thief.refused(t, "customer.list", v.claire, nil, over)
	v.desk.refused(t, "customer.list", v.claire, nil, over)
	for _, forged := range []string{
		token[:len(token)-1], token + "A", strings.ToLower(token), strings.Repeat("A", len(token)), "1", "null",
		"' OR 1=1 --", "../" + token, token + "\x00"[:0] + "=", strings.Repeat("x", 20_000),
	} {
		v.desk.refused(t, "session.me", forged, nil, over)
	}
	// Where a token has no business it is nobody's.
	for name, put := range map[string]func(*http.Request){
		"in a cookie": func(r *http.Request) { r.AddCookie(&http.Cookie{Name: "token", Value: token}) },
		"in another header": func(r *http.Request) {
			r.Header.Set("X-Auth-Token", token)
			r.Header.Set("Proxy-Authorization", "Bearer "+token)
		},
	} {
		r := v.desk.request("/op/session.me", "", strings.NewReader("{}"))
		put(r)
		if a := v.desk.send(r); a.key != "op.login_needed" {
			t.Errorf("a token %s: %d %s", name, a.status, a.body)
		}
	}
	if got := since(); len(got) > 0 {
		t.Errorf("the journal has %v", got)
	}
	if n := strings.Count(logged(), `"code":"unauthenticated"`); n < 12 {
		t.Errorf("%d refusals are in the log", n)
	}

	// A token that somebody brings along to a log-in is not one they leave with.
	brought := strings.Repeat("B", len(token))
	v.desk.refused(t, "session.login", brought, object{"login": "yann", "password": password("yann")}, over)
	v.desk.refused(t, "session.me", brought, nil, over)

	since = v.journal(t)
	v.desk.ask(t, "session.logout", token, nil, 200, nil)
	for range 3 {
		v.desk.refused(t, "session.me", token, nil, over)
	}
	if got := since(); count(got, "session.logout") != 1 {
		t.Errorf("the journal has %v", got)
	}
}

// specs are all operations there are.
func specs(t *testing.T, v *victim) (all []struct {
	Name, Kind, Needs string
	Request           []string
},
) {
	t.Helper()
	c := v.verb("op", "--list", "--json")
	out, err := c.Output()
	if err == nil {
		err = json.Unmarshal(out, &all)
	}
	if err != nil || len(all) < 100 {
		t.Fatalf("%d operations, %v", len(all), err)
	}
	return all
}

func path(kind, name string) string {
	switch kind {
	case "stream", "watch":
		return "/stream/" + name
	case "upload":
		return "/upload/" + name
	}
	return "/op/" + name
}

// TestAPasswordAloneOpensNothing: attack 9, of every operation there is. The half of a log-in is in the journal; what
// it is refused is in the log.
func TestAPasswordAloneOpensNothing(t *testing.T) {
	v := attacked(t)
	since := v.journal(t)
	var half struct{ Token, Next string }
	v.thief.ask(t, "session.login", "", object{"login": "sonia", "password": password("sonia")}, 200, &half)
	if half.Next != "code" {
		t.Fatalf("%+v", half)
	}
	v.secrets = append(v.secrets, []byte(half.Token))
	tried := 0
	for _, s := range specs(t, v) {
		if s.Needs == "public" {
			continue
		}
		r := v.thief.request(path(s.Kind, s.Name), half.Token, strings.NewReader("{}"))
		r.Header.Set("Zafe-Ask", "%7B%7D")
		if a := v.thief.send(r); a.err != nil || a.key != "op.login_needed" {
			t.Errorf("%s: %d %s %v", s.Name, a.status, a.body, a.err)
		}
		tried++
	}
	v.thief.refused(t, "session.confirm", half.Token, object{"password": password("sonia")}, "op.login_needed")
	if tried < 150 {
		t.Errorf("only %d operations", tried)
	}
	if got := since(); count(got, "session.login") != 1 || len(got) != 1 {
		t.Errorf("the journal has %v", got)
	}
}

// TestOneCodeLetsOneIn: attack 6, sixteen at once over connections of their own.
func TestOneCodeLetsOneIn(t *testing.T) {
	v := attacked(t)
	since := v.journal(t)
	halves := make([]string, 2)
	for i := range halves {
		var half struct{ Token string }
		v.desk.ask(t, "session.login", "", object{"login": "sonia", "password": password("sonia")}, 200, &half)
		halves[i] = half.Token
	}
	code, err := v.code(soniaTOTP)
	if err != nil {
		t.Fatal(err)
	}
	answers := make([]answer, 16)
	var at sync.WaitGroup
	for i := range answers {
		at.Go(func() {
			c := newPC(v, v.desk.id)
			defer c.http.CloseIdleConnections()
			answers[i] = c.op("session.second_factor", halves[i%len(halves)], object{"code": code})
		})
	}
	at.Wait()
	in, told := 0, map[string]int{}
	for _, a := range answers {
		if a.err != nil {
			t.Error(a.err)
		}
		if a.status == 200 {
			in++
		}
		told[a.key]++
	}
	if in != 1 {
		t.Errorf("%d are in: %v", in, told)
	}
	var half struct{ Token string }
	v.desk.ask(t, "session.login", "", object{"login": "sonia", "password": password("sonia")}, 200, &half)
	again := v.desk.op("session.second_factor", half.Token, object{"code": code})
	if again.key != "user.code_reused" && again.key != "user.wait" {
		t.Errorf("once more: %d %s %v", again.status, again.body, again.err)
	}
	told[again.key]++
	// Each code that was looked at is in the journal; those that had to wait were not.
	got := since()
	if count(got, "session.second_factor") != 1 || count(got, "session.code_refused") != told["user.code_reused"] {
		t.Errorf("answers %v, journal %v", told, got)
	}
}

// TestGuessesAreSlowAndLockNobodyOut: attacks 1 to 4, from a PC of the office where none of the company ever logged in.
func TestGuessesAreSlowAndLockNobodyOut(t *testing.T) {
	v := attacked(t)
	v.in(t, v.desk, "marc") // who is at home there
	since := v.journal(t)
	looked := map[string]int{}
	for _, who := range []string{"marc", "personne"} {
		for n := range 8 {
			a := v.thief.op("session.login", "", object{"login": who, "password": fmt.Sprintf("essai-zafe-%d", n)})
			switch a.key {
			case "user.bad_login":
				looked[who]++
			case "user.wait":
			default:
				t.Fatalf("%s, %d: %d %s %v", who, n, a.status, a.body, a.err)
			}
		}
		// The right password has to wait as well: it is not looked at.
		v.thief.refused(t, "session.login", "", object{"login": who, "password": password("marc")}, "user.wait")
	}
	if looked["marc"] != looked["personne"] || looked["marc"] == 0 || looked["marc"] > 6 {
		t.Errorf("of somebody and of nobody %v were looked at", looked)
	}
	if got := since(); count(got, "session.refused") != looked["marc"]+looked["personne"] {
		t.Errorf("%v were looked at, the journal has %v", looked, got)
	}
	v.in(t, v.desk, "marc")
	v.office.works(t, v.claire)
	// Nothing tells whether there is such a person: the same words, the same headers.
	here, nobody := v.desk.op("session.login", "", object{"login": "sonia", "password": "x"}),
		v.desk.op("session.login", "", object{"login": "personne2", "password": "x"})
	if here.body != nobody.body || here.status != nobody.status || here.status != 401 {
		t.Errorf("%d %s\n%d %s", here.status, here.body, nobody.status, nobody.body)
	}
	for name := range here.header {
		if _, too := nobody.header[name]; !too || len(here.header) != len(nobody.header) {
			t.Errorf("headers %v and %v", here.header, nobody.header)
		}
	}
}

// TestTheRightCodeOfAWrongTimeIsNone: attack 7. Each is in the journal.
func TestTheRightCodeOfAWrongTimeIsNone(t *testing.T) {
	v := attacked(t)
	since := v.journal(t)
	for _, steps := range []int64{-2, 3} {
		code, err := user.CodeAt(claireTOTP, v.soon(steps))
		if err != nil {
			t.Fatal(err)
		}
		if a := v.office.op("session.confirm", v.claire, object{"code": code}); a.status == 200 || a.err != nil {
			t.Errorf("%d steps away: %d %s %v", steps, a.status, a.body, a.err)
		}
	}
	if got := since(); count(got, "session.code_refused") != 2 {
		t.Errorf("the journal has %v", got)
	}
}

// TestAFloodOfLogInsStopsNobody: attack 5. Those that cost a hash are few, and wait for one another.
func TestAFloodOfLogInsStopsNobody(t *testing.T) {
	v := attacked(t)
	const most = 300 << 20
	grew := v.watched(t, func() {
		var flood sync.WaitGroup
		for n := range 200 {
			flood.Go(func() {
				a := v.thief.op("session.login", "", object{"login": fmt.Sprintf("nom%d", n), "password": "n'importe quoi"})
				if a.err != nil || a.status == 200 {
					t.Errorf("%d %s %v", a.status, a.body, a.err)
				}
			})
		}
		for range 5 {
			v.office.works(t, v.claire)
		}
		flood.Wait()
	})
	if grew > most {
		t.Errorf("it grew by %d MiB", grew>>20)
	}
}

// TestAPasswordIsTakenAsItIs: whole, with each character and none taken off, in place of the old one by who knows that,
// and not when it is one that everybody tries. What is looked at is in the journal.
func TestAPasswordIsTakenAsItIs(t *testing.T) {
	v := attacked(t)
	v.fresh(t)
	since := v.journal(t)
	const first, role = "corail-fenêtre-88-noir", "assistant"
	second := " " + strings.Repeat("lagune-tambour-17-bleu 🐚 ", 4)
	v.secrets = append(v.secrets, []byte(first), []byte(second))
	var firm struct{ Name string }
	v.office.ask(t, "company.get", v.claire, nil, 200, &firm)
	for _, easy := range []string{"azertyuiop123456", "motdepasse2024motdepasse", firm.Name + " 2026", "lealealealealea", "court"} {
		a := v.office.op("user.save", v.claire, object{"login": "lea", "name": "Léa", "role": role, "password": easy})
		if a.status != 400 || a.err != nil {
			t.Errorf("%q: %d %s %v", easy, a.status, a.body, a.err)
		}
	}
	v.office.ask(t, "user.save", v.claire, object{"login": "lea", "name": "Léa", "role": role, "password": first}, 200, nil)
	enter := func(word string) answer {
		return v.desk.op("session.login", "", object{"login": "lea", "password": word})
	}
	var in struct{ Token string }
	if a := enter(first); a.status != 200 || a.into(&in) != nil {
		t.Fatalf("%d %s", a.status, a.body)
	}
	v.secrets = append(v.secrets, []byte(in.Token))
	for _, old := range []string{"", "corail-fenêtre-88-noi", second} {
		if a := v.desk.op("password.change", in.Token, object{"old": old, "new": second}); a.status == 200 || a.err != nil {
			t.Errorf("changed with %q: %d %s %v", old, a.status, a.body, a.err)
		}
	}
	a := v.desk.op("password.change", in.Token, object{"old": first, "new": second})
	if a.status != 200 || a.into(&in) != nil {
		t.Fatalf("%d %s %v", a.status, a.body, a.err)
	}
	v.secrets = append(v.secrets, []byte(in.Token))
	for _, wrong := range []string{first, strings.TrimSpace(second), strings.TrimSuffix(second, " "), strings.ToUpper(second)} {
		if a := enter(wrong); a.key != "user.bad_login" {
			t.Errorf("in with %q: %d %s %v", wrong, a.status, a.body, a.err)
		}
	}
	if a := enter(second); a.status != 200 {
		t.Errorf("%d %s %v", a.status, a.body, a.err)
	}
	got := since()
	if count(got, "user.save") != 1 || count(got, "password.change") != 1 || count(got, "session.refused") != 4 {
		t.Errorf("the journal has %v", got)
	}
}
