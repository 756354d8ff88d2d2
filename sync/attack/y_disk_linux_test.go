package attack

import (
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestADiskThatTakesNothingOpensNothing: every write of the main PC fails, so that errors come from its very inside. Each
// answer is a sentence, with nothing of the PC and its files; what was answered with an error was not done, and once the
// disk takes something again the work goes on. The journal cannot have it: that could not be written either.
func TestADiskThatTakesNothingOpensNothing(t *testing.T) {
	v := attacked(t)
	token := v.in(t, v.desk, "yann")
	var was unix.Rlimit
	if err := unix.Prlimit(v.cmd.Process.Pid, unix.RLIMIT_FSIZE, nil, &was); err != nil {
		t.Fatal(err)
	}
	limit := func(bytes uint64) {
		t.Helper()
		if err := unix.Prlimit(v.cmd.Process.Pid, unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: bytes, Max: was.Max}, nil); err != nil {
			t.Fatal(err)
		}
	}
	limit(0)
	t.Cleanup(func() { limit(was.Cur) })
	failed := 0
	for _, c := range []answer{
		v.desk.op("customer.save", token, object{"kind": "company", "name": "Droguerie Pleine"}),
		v.desk.op("preferences.save", token, object{"lang": "fr", "theme": "dark"}),
		v.desk.op("session.login", "", object{"login": "yann", "password": password("yann")}),
		v.desk.op("session.login", "", object{"login": "yann", "password": "x"}),
		v.thief.op("customer.list", token, nil),
		v.desk.op("session.logout", token, nil),
	} {
		if c.err != nil || c.status < 400 || c.key == "" {
			t.Errorf("%d %s %v", c.status, c.body, c.err)
		}
		if c.status >= 500 {
			failed++
		}
	}
	limit(was.Cur)
	if failed == 0 {
		t.Error("no error came from inside")
	}
	if a := v.desk.op("customer.list", token, object{"text": "Droguerie"}); a.status != 200 || strings.Contains(a.body, "Pleine") {
		t.Errorf("%d %s %v", a.status, a.body, a.err)
	}
	v.desk.ask(t, "customer.save", token, object{"kind": "company", "name": "Droguerie Vide"}, 200, nil)
}
