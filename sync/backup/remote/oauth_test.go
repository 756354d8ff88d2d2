package remote

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"zafe/sync/backup/servetest"

	"github.com/rclone/rclone/lib/oauthutil"
	"golang.org/x/oauth2"
)

// provider is an OAuth server as the big ones are: it sends the browser back with a code and swaps the
// code for a token, checking PKCE when it was asked for.
type provider struct {
	*httptest.Server
	mu        sync.Mutex
	challenge string
	deny      bool
	noRefresh bool
}

func newProvider(t *testing.T) *provider {
	servetest.LoginPort(t)
	p := &provider{}
	mux := http.NewServeMux()
	mux.HandleFunc("/auth", p.auth)
	mux.HandleFunc("/token", p.token)
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	return p
}

func (p *provider) auth(w http.ResponseWriter, req *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	q := req.URL.Query()
	p.challenge = q.Get("code_challenge")
	answer := url.Values{"state": {q.Get("state")}, "code": {"the-code"}}
	if p.deny {
		answer = url.Values{"state": {q.Get("state")}, "error": {"access_denied"}}
	}
	http.Redirect(w, req, q.Get("redirect_uri")+"?"+answer.Encode(), http.StatusFound)
}

func (p *provider) token(w http.ResponseWriter, req *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	sum := sha256.Sum256([]byte(req.FormValue("code_verifier")))
	if p.challenge != "" && p.challenge != base64.RawURLEncoding.EncodeToString(sum[:]) {
		http.Error(w, `{"error":"invalid_grant"}`, http.StatusBadRequest)
		return
	}
	token := map[string]any{"access_token": "access", "token_type": "Bearer", "expires_in": 3600}
	if !p.noRefresh {
		token["refresh_token"] = "refresh"
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(token)
}

// browse does what the person's browser does.
func browse(link string) error {
	go func() {
		resp, err := http.Get(link)
		if err == nil {
			_, _ = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()
		}
	}()
	return nil
}

func (p *provider) client() client {
	return client{ID: "zafe", endpoint: oauth2.Endpoint{AuthURL: p.URL + "/auth", TokenURL: p.URL + "/token"}}
}

func TestOwnLogin(t *testing.T) {
	ctx := context.Background()
	p := newProvider(t)
	token, err := p.client().login(ctx, browse)
	if err != nil || !strings.Contains(token, `"refresh_token":"refresh"`) {
		t.Fatalf("%s %v", token, err)
	}
	if p.challenge == "" {
		t.Error("PKCE was not used")
	}
	if LoginLink(ctx) != "" {
		t.Error("a finished login still shows its link")
	}

	p.deny = true
	_, err = p.client().login(ctx, browse)
	wantFault(t, err, "backup.dest_login", "")
	p.deny, p.noRefresh = false, true
	_, err = p.client().login(ctx, browse)
	wantFault(t, err, "backup.dest_login", "")

	// Nobody answers: the link is shown meanwhile, and the person can give up.
	short, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
	defer cancel()
	_, err = p.client().login(short, func(string) error {
		if !strings.HasPrefix(LoginLink(ctx), p.URL) {
			t.Errorf("the link shown is %q", LoginLink(ctx))
		}
		return io.ErrUnexpectedEOF // no browser
	})
	wantFault(t, Classify(err), "backup.dest_timeout", "")

	// A page that guesses the port cannot slip in a code of its own.
	short, cancel2 := context.WithTimeout(ctx, 300*time.Millisecond)
	defer cancel2()
	_, err = p.client().login(short, func(link string) error {
		u, _ := url.Parse(link)
		return browse(u.Query().Get("redirect_uri") + "?state=guess&code=evil")
	})
	wantFault(t, Classify(err), "backup.dest_timeout", "")
}

func TestBuiltInLogin(t *testing.T) {
	ctx := context.Background()
	p := newProvider(t)
	store := &Memory{}
	r, err := Use(ctx, store, browse)
	if err != nil {
		t.Fatal(err)
	}
	defer func(open func(string) error) { oauthutil.OpenURL = open }(oauthutil.OpenURL)
	draft := Draft{Provider: "dropbox", Label: "Dropbox", Folder: "zafe", Values: map[string]string{
		"client_id": "zafe", "client_secret": "x", "auth_url": p.URL + "/auth", "token_url": p.URL + "/token",
	}}
	s, err := r.Begin(ctx, draft)
	if err != nil {
		t.Fatal(err)
	}
	if token, _ := r.sections.GetValue(s.draft, "token"); !strings.Contains(token, "refresh") {
		t.Errorf("the token is %q", token)
	}
	_, err = r.Begin(ctx, draft)
	wantFault(t, err, "backup.setup_busy", "")
	s.Cancel()
	s.Cancel()
	if len(r.sections.GetSectionList()) != 0 {
		t.Errorf("a cancelled set-up left %v", r.sections.GetSectionList())
	}

	// The person closes the dialog while the browser waits.
	waiting, cancel := context.WithCancel(ctx)
	oauthutil.OpenURL = func(string) error {
		if !strings.Contains(LoginLink(ctx), "127.0.0.1:53682") {
			t.Errorf("the link shown is %q", LoginLink(ctx))
		}
		cancel()
		return nil
	}
	_, err = r.Begin(waiting, draft)
	wantFault(t, err, "backup.cancelled", "")
	if len(r.sections.GetSectionList()) != 0 {
		t.Errorf("a stopped login left %v", r.sections.GetSectionList())
	}
	oauthutil.OpenURL = browse
	again, err := r.Begin(ctx, draft)
	if err != nil {
		t.Fatal("after a stopped login:", err)
	}
	again.Cancel()
}

// With an identity of our own the wizard asks nothing more: rclone takes the token we got.
func TestOwnIdentityInTheWizard(t *testing.T) {
	ctx := context.Background()
	p := newProvider(t)
	if !BuiltInLogin("drive") || BuiltInLogin("webdav") {
		t.Error("the tests were built with an identity")
	}
	before := clients["drive"]
	clients["drive"] = p.client()
	t.Cleanup(func() { clients["drive"] = before })
	r, err := Use(ctx, &Memory{}, browse)
	if err != nil {
		t.Fatal(err)
	}
	s, err := r.Begin(ctx, Draft{Provider: "drive", Label: "Google", Folder: "zafe"})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Cancel()
	if q, problem := s.Question(); q != nil || problem != "" {
		t.Errorf("asks %+v %s", q, problem)
	}
	section := r.sections.copySection(s.draft)
	if section["scope"] != "drive.file" || !strings.Contains(section["token"], "refresh") ||
		section["client_id"] != "zafe" || p.challenge == "" {
		t.Errorf("the section is %v", section)
	}
}

// A destination whose login expired is logged in again; changing anything else opens no browser.
func TestLogInAgain(t *testing.T) {
	ctx := context.Background()
	p := newProvider(t)
	opened := 0
	r, err := Use(ctx, &Memory{}, func(link string) error { opened++; return browse(link) })
	if err != nil {
		t.Fatal(err)
	}
	old := `{"access_token":"old","token_type":"Bearer","refresh_token":"old","expiry":"2020-01-01T00:00:00Z"}`
	r.sections.put("d1", map[string]string{
		"type": "dropbox", "token": old, "client_id": "zafe",
		"auth_url": p.URL + "/auth", "token_url": p.URL + "/token", labelKey: "Dropbox", folderKey: "zafe",
	})
	for _, again := range []bool{false, true} {
		s, err := r.Edit(ctx, "d1", Draft{Label: "Dropbox", Folder: "zafe", Again: again})
		if err != nil {
			t.Fatal(err)
		}
		token, _ := r.sections.GetValue(s.draft, "token")
		if renewed := token != old; renewed != again || opened > 0 != again {
			t.Errorf("again %v: the token is %s, the browser opened %d times", again, token, opened)
		}
		s.Cancel()
	}
	if token, _ := r.sections.GetValue("d1", "token"); token != old {
		t.Error("a cancelled change touched the destination")
	}
}
