package backup

import (
	"path/filepath"
	"testing"

	"zafe/app/fault"
	"zafe/sync/backup/remote"
	"zafe/sync/backup/schedule"
	"zafe/sync/backup/servetest"
)

// TestAPasswordThatIsRefusedAfterItWorked is told as such by every way a server has to refuse it, and a new one mends it.
func TestAPasswordThatIsRefusedAfterItWorked(t *testing.T) {
	for name, config := range map[string]string{
		"it may be typed again": "", "it hangs up": "MaxAuthTries 1", "passwords only": "KbdInteractiveAuthentication no",
	} {
		t.Run(name, func(t *testing.T) {
			server := servetest.SSHDPassword(t, config)
			draft := remote.Draft{
				Provider: "sftp", Folder: filepath.Join(servetest.Folder(t), "copy"), Values: map[string]string{
					"host": server.Host, "port": server.Port, "user": server.User, "pass": server.Password,
				},
			}
			x := newTrial(t, name, "", place{draft: draft})
			x.save(3, 20_000)
			x.send()
			server.SetPassword(t, "another horse")
			x.save(1, 20_000)
			err := x.s.Send(t.Context(), x.id, nil).Err
			if fault.KeyOf(err) != "backup.dest_login" || remote.Passing(err) {
				t.Fatalf("told as %s", explain(err))
			}
			if c := x.s.Status(x.change()).Copies[0]; fault.KeyOf(c.Fault) != "backup.dest_login" || c.Light == schedule.Green {
				t.Errorf("%+v", c)
			}
			draft.Label, draft.Values = "copie", map[string]string{"pass": server.Password}
			edit, err := x.s.set.Remotes.Edit(t.Context(), x.id, draft)
			if err == nil {
				_, err = edit.Finish(t.Context())
			}
			if err != nil {
				t.Fatal(explain(err))
			}
			x.send()
		})
	}
}
