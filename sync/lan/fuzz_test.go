package lan

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"zafe/app/fault"
	"zafe/app/i18n"
)

// FuzzFault reads what a host says went wrong: a PC can always say something of it, in its own language.
func FuzzFault(f *testing.F) {
	f.Add([]byte(`{"code":"forbidden","key":"op.forbidden","args":{"n":1,"date":{}}}`))
	f.Add([]byte(`{"key":"op.bad_request","args":{"detail":null}}`))
	f.Fuzz(func(t *testing.T, said []byte) {
		err := parseFault(said)
		if fault.KeyOf(err) == "" || i18n.For(i18n.French).Fault(fault.Of(err)) == "" {
			t.Errorf("nothing to say: %v", err)
		}
	})
}

// FuzzFeedAsk reads what a PC asks for its copy of the book: what it says is bounded before anybody hears of it.
func FuzzFeedAsk(f *testing.F) {
	f.Add([]byte("[\"192.168.1.20:24653\"]\n{}"))
	f.Add([]byte("[" + strings.Repeat("\"a\",", 50) + "\"a\"]\n"))
	f.Fuzz(func(t *testing.T, asked []byte) {
		w := httptest.NewRecorder()
		(&Server{Log: func(string, error) {}}).feed(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost,
			"/feed", bytes.NewReader(asked)))
		if key := fault.KeyOf(parseFault(w.Body.Bytes())); key != "op.bad_request" && key != "relay.not_named" {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	})
}
