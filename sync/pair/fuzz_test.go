package pair

import (
	"bytes"
	"strings"
	"testing"

	"zafe/app/fault"
)

// FuzzMessage reads what a stranger sends before anything is proven: it is one line within its bound, or refused.
func FuzzMessage(f *testing.F) {
	f.Add([]byte(`{"name":"Caisse","mac":"AAAA"}` + "\n"))
	f.Add([]byte(`{"mac":"` + strings.Repeat("A", messageMax) + "\"}\n"))
	f.Add([]byte("{"))
	f.Fuzz(func(t *testing.T, sent []byte) {
		var req request
		if err := read(bytes.NewReader(sent), &req); err == nil && bytes.IndexByte(sent, '\n') >= messageMax {
			t.Error("a message beyond the bound is read")
		}
		if name := cleanName(req.Name); len([]rune(name)) > nameRunesMax || strings.ContainsAny(name, "\n\r\x00\x1b") {
			t.Errorf("the name of a PC is %q", name)
		}
	})
}

// FuzzTicket reads invitation files: one that is taken says what it said when it was made.
func FuzzTicket(f *testing.F) {
	f.Add([]byte(`{"zafe":"invitation-1"}`))
	f.Add([]byte(`{"zafe":"","addresses":[""],"token":"AAAA","check":"AAAA"}`))
	f.Fuzz(func(t *testing.T, file []byte) {
		ticket, err := ReadTicket(file)
		switch key := fault.KeyOf(err); {
		case err != nil && key != "pair.not_invitation" && key != "pair.invitation_altered":
			t.Error(err)
		case err == nil && (len(ticket.Token) != tokenBytes || len(ticket.Addresses) == 0):
			t.Errorf("%+v", ticket)
		}
	})
}
