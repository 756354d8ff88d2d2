package notify

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"zafe/app/fault"
)

const token = "/5ecret-token"

// TestCalls: a watcher over TLS that answers, refuses, moves, hangs, or is somebody else.
func TestCalls(t *testing.T) {
	ours, others := newAuthority(t), newAuthority(t)
	var asked atomic.Int32
	var elsewhere atomic.Pointer[http.Request]
	over := make(chan struct{})
	mux := http.NewServeMux()
	mux.HandleFunc(token, func(_ http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		if r.Method != http.MethodGet || r.ContentLength > 0 || r.Header.Get("User-Agent") != "Zafe" {
			t.Errorf("%s %+v", r.Method, r.Header)
		}
	})
	mux.HandleFunc("/gone"+token, http.NotFound)
	mux.HandleFunc("/moved"+token, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/there", http.StatusFound) })
	mux.HandleFunc("/there", func(_ http.ResponseWriter, r *http.Request) { elsewhere.Store(r) })
	mux.HandleFunc("/round"+token, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path, http.StatusFound) })
	mux.HandleFunc("/clear"+token, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://"+r.Host+token, http.StatusFound)
	})
	mux.HandleFunc("/away"+token, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://localhost:"+r.Host[strings.LastIndex(r.Host, ":")+1:]+token, http.StatusFound)
	})
	mux.HandleFunc("/hang"+token, func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-over:
		case <-r.Context().Done():
		}
	})
	s := httptest.NewUnstartedServer(mux)
	s.TLS = ours.config(t)
	s.StartTLS()
	defer s.Close()
	defer close(over)
	nobody := "https://127.0.0.1:" + strconv.Itoa(deaf(t, false)) + token
	mute := "https://127.0.0.1:" + strconv.Itoa(deaf(t, true)) + token
	for address, want := range map[string]string{
		s.URL + token: "", s.URL + "/gone" + token: "notify.call_refused", s.URL + "/moved" + token: "",
		s.URL + "/round" + token: "notify.call_moved", s.URL + "/clear" + token: "notify.call_moved",
		s.URL + "/away" + token: "notify.call_moved", "https://169.254.169.254" + token: "notify.call_inside",
		"https://[fe80::1]" + token: "notify.call_inside", "https://[::ffff:169.254.169.254]" + token: "notify.call_inside",
		s.URL + "/hang" + token: "notify.silent", mute: "notify.silent", nobody: "notify.unreachable",
		"https://hc.zafe.invalid" + token: "notify.no_host",
	} {
		c := &Carrier{roots: ours.pool, callWithin: time.Second}
		begun := time.Now()
		err := c.Call(t.Context(), address)
		if took := time.Since(begun); fault.KeyOf(err) != want || took > 3*time.Second {
			t.Errorf("%s: %v after %v, want %s", address, err, took, want)
		}
		if err != nil && strings.Contains(err.Error(), "5ecret") {
			t.Errorf("the address is in %q", err)
		}
	}
	if asked.Load() != 1 {
		t.Errorf("asked %d times", asked.Load())
	}
	if r := elsewhere.Load(); r == nil || r.Header.Get("Referer") != "" {
		t.Error("who it leads to is not asked, or is told the address")
	}
	c := &Carrier{roots: others.pool, callWithin: time.Second}
	if err := c.Call(t.Context(), s.URL+token); fault.KeyOf(err) != "notify.certificate" || asked.Load() != 1 {
		t.Errorf("a stranger: %v, asked %d times", err, asked.Load())
	}
}
