package start_test

import (
	"testing"

	"zafe/ui/machine"
)

// walled is a PC whose system decides who comes in.
type walled struct {
	*pc
	state machine.Firewall
}

func (w walled) Firewall() (machine.Firewall, error) { return w.state, nil }

// TestWindowsIsExpectedToAsk: where the system is going to ask whether others may come in, what to answer is said before
// there is a book, from which on the program listens.
func TestWindowsIsExpectedToAsk(t *testing.T) {
	for state, said := range map[machine.Firewall]bool{
		machine.NoRule: true, machine.Blocked: false, machine.LetsIn: false, machine.AnyoneIn: false,
	} {
		p := newPC(t, machine.Nothing)
		if s := showOn(t, p, walled{p, state}); s.has("Autoriser l’accès") != said {
			t.Errorf("%s: said %t", state, !said)
		}
	}
}
