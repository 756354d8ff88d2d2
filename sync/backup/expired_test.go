package backup

import (
	"testing"
	"time"

	"zafe/app/fault"
	"zafe/sync/backup/remote"
	"zafe/sync/backup/schedule"
	"zafe/sync/backup/servetest"

	"github.com/rclone/rclone/lib/oauthutil"
)

// The person takes back at the provider what the program may do, in the middle of a sending. Work stops at once
// with one sentence; logged in again, it goes on where it was.
func TestLoginExpiresDuringASending(t *testing.T) {
	ctx := t.Context()
	cloud := servetest.NewCloud(t)
	x := newTrial(t, "cloud, expired login", "", place{draft: remote.Draft{
		Provider: "local", Folder: servetest.Folder(t),
	}})
	servetest.LoginPort(t)
	defer func(open func(string) error) { oauthutil.OpenURL = open }(oauthutil.OpenURL)
	oauthutil.OpenURL = cloud.Browse
	draft := remote.Draft{Provider: "google cloud storage", Label: "nuage", Folder: "bucket/zafe", Values: map[string]string{
		"client_id": "zafe", "client_secret": "x", "auth_url": cloud.URL + "/auth", "token_url": cloud.URL + "/token",
		"endpoint": cloud.URL + "/storage/v1/", "bucket_policy_only": "true",
	}}
	x.id = logIn(t, func() (*remote.Setup, error) { return x.s.set.Remotes.Begin(ctx, draft) })
	x.save(2, 20_000)
	x.send()
	x.save(12, 20_000)
	before := cloud.Objects()
	cloud.RevokeAfter(3)
	start := time.Now()
	sent := x.s.Send(ctx, x.id, nil)
	wantFault(t, sent.Err, "backup.dest_expired")
	if took := time.Since(start); took > 15*time.Second {
		t.Errorf("it took %s to stop", took)
	}
	if n := cloud.Refused(); n == 0 || n > 20 {
		t.Errorf("a token was asked for %d times more", n)
	}
	arrived := cloud.Objects()
	if remote.Passing(sent.Err) || arrived > before+8 { // four are under way at a time
		t.Errorf("it goes on: %s, %d objects", explain(sent.Err), arrived-before)
	}
	status := x.s.Status(x.change())
	for _, c := range status.Copies {
		if c.ID == x.id && (c.Fault == nil || c.Fault.Key != "backup.dest_expired" || c.Light == schedule.Green) {
			t.Errorf("the status is %+v", c)
		}
	}
	draft.Again = true
	logIn(t, func() (*remote.Setup, error) { return x.s.set.Remotes.Edit(ctx, x.id, draft) })
	if sent := x.send(); sent.Objects == 0 || cloud.Objects() != arrived+sent.Objects {
		t.Errorf("%d objects were sent, there are %d and were %d", sent.Objects, cloud.Objects(), arrived)
	}
	if n := x.points(); n != 2 {
		t.Fatalf("%d points", n)
	}
	x.restoresWhole()
}

// logIn goes through the wizard. The port the browser comes back to is a fixed one, which another program may
// have for a moment.
func logIn(t *testing.T, begin func() (*remote.Setup, error)) (id string) {
	t.Helper()
	for range 40 {
		setup, err := begin()
		if fault.KeyOf(err) == "backup.dest_login_port" {
			time.Sleep(500 * time.Millisecond)
			continue
		}
		if err != nil {
			t.Fatal(explain(err))
		}
		made, err := setup.Finish(t.Context())
		if err != nil {
			setup.Cancel()
			t.Fatal(explain(err))
		}
		return made.ID
	}
	t.Fatal("the port for the login stays taken")
	return ""
}
