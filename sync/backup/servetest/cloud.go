package servetest

import (
	"crypto/md5"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Cloud is a storage with a login in the browser: the part of Google's that rclone uses. Its tokens are asked for
// anew at every request, as if each had just expired; one that was given still opens.
type Cloud struct {
	URL string

	mu      sync.Mutex
	objects map[string][]byte // by name, all buckets alike
	token   int               // number of the last token given
	granted bool              // the person agreed, and did not take it back
	left    int               // uploads until the person takes it back; negative for never
	refused int               // tokens asked for since
}

// NewCloud starts one; nobody is logged in yet.
func NewCloud(t testing.TB) *Cloud {
	c := &Cloud{objects: map[string][]byte{}, left: -1}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /auth", c.agree)
	mux.HandleFunc("POST /token", c.giveToken)
	mux.HandleFunc("GET /storage/v1/b/{bucket}/o", c.known(c.list))
	mux.HandleFunc("GET /storage/v1/b/{bucket}/o/{name}", c.known(c.get))
	mux.HandleFunc("DELETE /storage/v1/b/{bucket}/o/{name}", c.known(c.remove))
	mux.HandleFunc("POST /upload/storage/v1/b/{bucket}/o", c.known(c.put))
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	c.URL = s.URL
	return c
}

// Browse does what the person's browser does: it agrees.
func (c *Cloud) Browse(link string) error {
	go func() {
		if resp, err := http.Get(link); err == nil {
			_ = resp.Body.Close()
		}
	}()
	return nil
}

// RevokeAfter makes the person take the agreement back after some more uploads.
func (c *Cloud) RevokeAfter(uploads int) { c.mu.Lock(); defer c.mu.Unlock(); c.left = uploads }

// Refused tells how often a token was asked for since the agreement was taken back.
func (c *Cloud) Refused() int { c.mu.Lock(); defer c.mu.Unlock(); return c.refused }

// Objects tells how many there are.
func (c *Cloud) Objects() int { c.mu.Lock(); defer c.mu.Unlock(); return len(c.objects) }

func (c *Cloud) agree(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	back := url.Values{"state": {q.Get("state")}, "code": {"the-code"}}
	http.Redirect(w, r, q.Get("redirect_uri")+"?"+back.Encode(), http.StatusFound)
}

func (c *Cloud) giveToken(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if r.FormValue("grant_type") == "authorization_code" {
		c.granted, c.left, c.refused = true, -1, 0
	}
	if !c.granted {
		c.refused++
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"error":"invalid_grant","error_description":"Token has been expired or revoked."}`)
		return
	}
	c.token++
	reply(w, map[string]any{
		"access_token": fmt.Sprint("access", c.token), "token_type": "Bearer", "expires_in": 1,
		"refresh_token": "refresh",
	})
}

// known lets through who has a token.
func (c *Cloud) known(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		defer c.mu.Unlock()
		if !strings.HasPrefix(r.Header.Get("Authorization"), "Bearer access") {
			http.Error(w, `{"error":{"code":401,"message":"Invalid Credentials"}}`, http.StatusUnauthorized)
			return
		}
		next(w, r)
	}
}

func reply(w http.ResponseWriter, what any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(what)
}

// describe is an object as the API tells of it.
func (c *Cloud) describe(bucket, name string) map[string]any {
	sum := md5.Sum(c.objects[name])
	return map[string]any{
		"kind": "storage#object", "bucket": bucket, "name": name, "size": fmt.Sprint(len(c.objects[name])),
		"md5Hash": base64.StdEncoding.EncodeToString(sum[:]), "updated": "2026-11-21T12:00:00Z",
		"mediaLink": c.URL + "/storage/v1/b/" + bucket + "/o/" + url.PathEscape(name) + "?alt=media",
	}
}

func (c *Cloud) list(w http.ResponseWriter, r *http.Request) {
	prefix, delimiter := r.FormValue("prefix"), r.FormValue("delimiter")
	items, folders := []any{}, map[string]bool{}
	for name := range c.objects {
		rest, ok := strings.CutPrefix(name, prefix)
		if !ok {
			continue
		}
		if i := strings.Index(rest, delimiter); delimiter != "" && i >= 0 {
			folders[prefix+rest[:i+1]] = true
		} else {
			items = append(items, c.describe(r.PathValue("bucket"), name))
		}
	}
	prefixes := []string{}
	for folder := range folders {
		prefixes = append(prefixes, folder)
	}
	slices.Sort(prefixes)
	reply(w, map[string]any{"kind": "storage#objects", "items": items, "prefixes": prefixes})
}

func (c *Cloud) get(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	data, there := c.objects[name]
	switch {
	case !there:
		http.Error(w, `{"error":{"code":404,"message":"Not Found"}}`, http.StatusNotFound)
	case r.FormValue("alt") == "media":
		_, _ = w.Write(data)
	default:
		reply(w, c.describe(r.PathValue("bucket"), name))
	}
}

func (c *Cloud) remove(w http.ResponseWriter, r *http.Request) {
	delete(c.objects, r.PathValue("name"))
	w.WriteHeader(http.StatusNoContent)
}

// put takes an upload in two parts: what the object is called, and its content.
func (c *Cloud) put(w http.ResponseWriter, r *http.Request) {
	var about struct{ Name string }
	_, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	parts := multipart.NewReader(r.Body, params["boundary"])
	if err == nil {
		var part *multipart.Part
		if part, err = parts.NextPart(); err == nil {
			err = json.NewDecoder(part).Decode(&about)
		}
	}
	var data []byte
	if err == nil {
		var part *multipart.Part
		if part, err = parts.NextPart(); err == nil {
			data, err = io.ReadAll(part)
		}
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	c.objects[about.Name] = data
	if c.left--; c.left == 0 {
		c.granted = false
	}
	reply(w, c.describe(r.PathValue("bucket"), about.Name))
}
