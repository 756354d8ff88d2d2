package lan_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"zafe/app/incident"
	"zafe/app/op"
	"zafe/app/party"
	"zafe/app/user"
	"zafe/store"
)

// inFull asks an operation as people do, without rehearsing it, with what an upload sends.
func (c raw) inFull(s op.Spec, token string, request any, content io.Reader) (answer, error) {
	body, err := json.Marshal(request)
	if err != nil {
		return answer{}, err
	}
	path := map[op.Kind]string{op.Stream: "/stream/", op.Upload: "/upload/"}[s.Kind]
	if path == "" {
		path = "/op/"
	}
	if content == nil {
		content = bytes.NewReader(body)
	}
	r, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, "https://"+c.addr+path+s.Name, content)
	if err != nil {
		return answer{}, err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Zafe-Level", fmt.Sprint(op.Level))
	if s.Kind == op.Upload {
		r.Header.Set("Zafe-Ask", url.QueryEscape(string(body)))
	}
	resp, err := c.http.Do(r)
	if err != nil {
		return answer{}, err
	}
	got, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, string(got), strings.ToLower(fmt.Sprint(string(got), resp.Header, resp.Trailer))},
		errors.Join(err, resp.Body.Close())
}

// TestOneActStopsEveryPC: within a second of it, no PC saves anything, not even a file whose half is there already.
func TestOneActStopsEveryPC(t *testing.T) {
	o := newOffice(t)
	reg := o.world.Registry
	product(reg, o.world)
	reg.Halt = incident.Halt[*store.Tx]
	kept := make(chan struct{}, 1)
	op.BindUpload(reg, reel, op.Uploading[*store.Tx, sizeRequest, op.Empty, reeled]{
		Expect: func(context.Context, *store.Tx, sizeRequest) error { return nil },
		Receive: func(_ context.Context, _ sizeRequest, content io.Reader) (reeled, error) {
			_, err := io.Copy(io.Discard, content)
			return reeled{}, err
		},
		Keep: func(context.Context, *store.Tx, sizeRequest, reeled) (op.Empty, error) {
			kept <- struct{}{}
			return op.Empty{}, nil
		},
	})
	op.BindAction(reg, build, func(context.Context, sizeRequest) (op.Empty, error) { return op.Empty{}, nil })
	var pcs []raw
	for range 3 {
		pcs = append(pcs, newRaw(t, o))
	}
	must := func(c raw, s op.Spec, who string, request any, status int, word string) {
		t.Helper()
		got, err := c.inFull(s, who, request, nil)
		if err != nil || got.status != status || !strings.Contains(got.text, word) {
			t.Errorf("%s as %s: %d %s, %v; want %d %q", s.Name, who, got.status, got.text, err, status, word)
		}
	}
	client := m{"kind": "company", "name": "Avant", "owner": 3, "postal_code": "44000", "city": "Nantes"}
	must(pcs[1], party.Save.Spec, "assistant", client, http.StatusOK, "avant")

	half, whole := io.Pipe()
	ended := make(chan answer, 1)
	go func() {
		got, err := pcs[2].inFull(reel.Spec, "owner", m{"bytes": 2}, half)
		if err != nil {
			t.Error(err)
		}
		ended <- got
	}()
	if _, err := whole.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	must(pcs[0], incident.Begin.Spec, "owner", m{}, http.StatusOK, `"on":true`)
	for i, pc := range pcs {
		for _, who := range []string{"owner", "accountant", "assistant"} {
			must(pc, incident.Get.Spec, who, m{}, http.StatusOK, `"on":true`)
		}
		must(pc, party.Save.Spec, "owner", client, http.StatusForbidden, "incident.on")
		must(pc, take.Spec, "assistant", m{"kind": "k"}, http.StatusForbidden, "incident.on")
		must(pc, build.Spec, "owner", m{}, http.StatusForbidden, "incident.on")
		must(pc, party.Export.Spec, "accountant", m{}, http.StatusForbidden, "incident.on")
		must(pc, party.List.Spec, "assistant", m{}, http.StatusOK, "avant")
		if i == 0 {
			if _, err := whole.Write([]byte("y")); err != nil {
				t.Fatal(err)
			}
			_ = whole.Close()
		}
	}
	if got := <-ended; got.status != http.StatusForbidden || !strings.Contains(got.text, "incident.on") || len(kept) != 0 {
		t.Errorf("a file came in: %d %s", got.status, got.text)
	}
	got, err := pcs[1].inFull(user.Save.Spec, "owner", m{"id": 3, "login": "yann", "name": "Yann", "role": "sales", "disabled": true}, nil)
	if err != nil || strings.Contains(got.text, "incident.on") {
		t.Errorf("nobody can be shut out: %d %s, %v", got.status, got.text, err)
	}
	must(pcs[1], incident.End.Spec, "stale", m{}, http.StatusUnauthorized, "op.fresh_needed")
	must(pcs[1], incident.End.Spec, "assistant", m{}, http.StatusForbidden, "op.forbidden")
	must(pcs[1], incident.End.Spec, "owner", m{}, http.StatusOK, `"on":false`)
	must(pcs[2], take.Spec, "assistant", m{"kind": "k"}, http.StatusOK, "1")
}
