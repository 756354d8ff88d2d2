package remote

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"golang.org/x/oauth2"
)

// Identities of this program at the providers, set when it is built, e.g.
//
//	go build -ldflags "-X zafe/sync/backup/remote.driveID=... -X zafe/sync/backup/remote.driveSecret=..."
//
// Without them rclone's own login is used. A desktop program's "secret" is none: PKCE protects.
var driveID, driveSecret, onedriveID, dropboxID string

// client is our identity at one provider.
type client struct {
	ID, Secret string
	endpoint   oauth2.Endpoint
	scopes     []string
	extra      []oauth2.AuthCodeOption
	ports      []int // loopback ports the provider knows; nil means it accepts any
}

// clients are our identities by provider. An empty ID means that the program was built without it.
var clients = map[string]client{
	"drive": {
		ID: driveID, Secret: driveSecret, scopes: []string{"https://www.googleapis.com/auth/drive.file"},
		endpoint: oauth2.Endpoint{ //nolint:gosec // addresses, no credential
			AuthURL:  "https://accounts.google.com/o/oauth2/v2/auth",
			TokenURL: "https://oauth2.googleapis.com/token",
		},
		extra: []oauth2.AuthCodeOption{oauth2.AccessTypeOffline, oauth2.ApprovalForce},
	},
	"onedrive": {
		ID: onedriveID, scopes: []string{"Files.ReadWrite", "offline_access"},
		endpoint: oauth2.Endpoint{ //nolint:gosec // addresses, no credential
			AuthURL:  "https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
			TokenURL: "https://login.microsoftonline.com/common/oauth2/v2.0/token",
		},
	},
	"dropbox": {
		ID: dropboxID, ports: []int{53710, 53711, 53712},
		endpoint: oauth2.Endpoint{ //nolint:gosec // addresses, no credential
			AuthURL:  "https://www.dropbox.com/oauth2/authorize",
			TokenURL: "https://api.dropboxapi.com/oauth2/token",
		},
		extra: []oauth2.AuthCodeOption{oauth2.SetAuthURLParam("token_access_type", "offline")},
	},
}

// ownClient gives our identity at a provider, if the program was built with one.
func ownClient(provider string) (client, bool) {
	c := clients[provider]
	return c, c.ID != ""
}

// BuiltInLogin says whether the login at a provider goes through rclone's shared identity, because the
// program was built without one of its own. Screens say so: Google retires it during 2026.
func BuiltInLogin(provider string) bool {
	_, known := clients[provider]
	_, own := ownClient(provider)
	return known && !own
}

// ownLink is the address of a login of ours under way.
var ownLink atomic.Pointer[string]

// login sends the person to the provider and returns the token as rclone keeps it. It is the flow of
// RFC 8252: the system's browser, a loopback address, PKCE with S256.
func (c client) login(ctx context.Context, open func(string) error) (token string, err error) {
	listener, err := c.listen(ctx)
	if err != nil {
		return "", faultPort.Because(err)
	}
	conf := oauth2.Config{
		ClientID: c.ID, ClientSecret: c.Secret, Endpoint: c.endpoint, Scopes: c.scopes,
		RedirectURL: fmt.Sprintf("http://127.0.0.1:%d/", listener.Addr().(*net.TCPAddr).Port),
	}
	verifier, state := oauth2.GenerateVerifier(), randomState()
	answers := make(chan answer, 1)
	server := &http.Server{Handler: receive(state, answers), ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(listener) }()
	defer func() { _ = server.Close() }()
	link := conf.AuthCodeURL(state, append(c.extra, oauth2.S256ChallengeOption(verifier))...)
	ownLink.Store(&link)
	defer ownLink.Store(nil)
	_ = open(link) // if no browser opens, the screen shows LoginLink
	var got answer
	select {
	case got = <-answers:
	case <-ctx.Done():
		return "", ctx.Err()
	}
	if got.err != nil {
		return "", got.err
	}
	exchanged, err := conf.Exchange(ctx, got.code, oauth2.VerifierOption(verifier))
	if err != nil {
		return "", err
	}
	if exchanged.RefreshToken == "" {
		return "", faultLogin.Because(errors.New("the provider gave no refresh token"))
	}
	data, err := json.Marshal(exchanged) //nolint:gosec // kept in the sealed book
	return string(data), err
}

func (c client) listen(ctx context.Context) (listener net.Listener, err error) {
	ports := c.ports
	if ports == nil {
		ports = []int{0}
	}
	for _, port := range ports {
		var lc net.ListenConfig
		if listener, err = lc.Listen(ctx, "tcp", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
			return listener, nil
		}
	}
	return nil, err
}

type answer struct {
	code string
	err  error
}

// receive takes the browser's return. Only the request with our state counts, and only once.
func receive(state string, answers chan<- answer) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		query := req.URL.Query()
		if req.URL.Path != "/" || query.Get("state") != state {
			http.NotFound(w, req)
			return
		}
		got := answer{code: query.Get("code")}
		if got.code == "" {
			got.err = faultLogin.Because(errors.New("the provider answered: " + query.Get("error")))
		}
		select {
		case answers <- got:
		default:
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(returnPage))
	})
}

const returnPage = `<!doctype html><meta charset="utf-8"><title>Zafè</title>
<body style="font:18px sans-serif;margin:4em auto;max-width:30em;text-align:center">
<p>C'est fait. Vous pouvez fermer cette page et revenir dans Zafè.</p>
<p lang="en">Done. You can close this page and go back to Zafè.</p>`

func randomState() string {
	var b [24]byte
	if _, err := rand.Read(b[:]); err != nil {
		panic(err)
	}
	return base64.RawURLEncoding.EncodeToString(b[:])
}
