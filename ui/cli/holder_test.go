package cli_test

import (
	osuser "os/user"
	"strings"
	"testing"
)

// TestWhatTheSheetDidIsToldFromWhatTheProgramDid: who gives the recovery key instead of a log-in is nobody of the book;
// the journal says so, and under which session of the PC.
func TestWhatTheSheetDidIsToldFromWhatTheProgramDid(t *testing.T) {
	if testing.Short() {
		t.Skip("makes a company")
	}
	a, sheet, _ := newCompany(t)
	direct := a.as("--recovery-file", sheet)
	op[object](direct, "customer.save", object{"kind": "company", "name": "Garage Bleu"})
	type event struct {
		Op    string `json:"op"`
		Actor string `json:"actor"`
	}
	last := op[struct {
		Events []event `json:"events"`
	}](direct, "event.list", object{"limit": 1}).Events[0]
	who, err := osuser.Current()
	if err != nil {
		t.Fatal(err)
	}
	if last.Op != "customer.save" || !strings.Contains(last.Actor, who.Username) || !strings.HasPrefix(last.Actor, "Clé de secours") {
		t.Errorf("%+v", last)
	}
}
