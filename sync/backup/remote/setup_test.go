package remote

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zafe/app/fault"
	"zafe/sync/backup/servetest"
)

func use(t testing.TB, store ConfigStore) *Remotes {
	t.Helper()
	r, err := Use(context.Background(), store, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func wantFault(t *testing.T, err error, key, field string) {
	t.Helper()
	f := new(fault.Fault)
	if !errors.As(err, &f) || f.Key != key || f.Field != field {
		t.Fatalf("got %v, want the fault %s at %q", err, key, field)
	}
}

// add runs the wizard to its end.
func add(t *testing.T, r *Remotes, d Draft) (Destination, error) {
	t.Helper()
	ctx := context.Background()
	s, err := r.Begin(ctx, d)
	if err != nil {
		return Destination{}, err
	}
	defer s.Cancel()
	if q, problem := s.Question(); q != nil || problem != "" {
		t.Fatalf("%s asks %+v %s", d.Provider, q, problem)
	}
	return s.Finish(ctx)
}

func webdavDraft(url string) Draft {
	return Draft{Provider: "webdav", Label: "NAS", Folder: "zafe/copies", Values: map[string]string{
		"url": url, "vendor": "other", "user": servetest.User, "pass": servetest.Password,
	}}
}

func s3Draft(endpoint string) Draft {
	return Draft{Provider: "s3", Label: "S3", Folder: "bucket/zafe", Values: map[string]string{
		"provider": "Other", "access_key_id": servetest.S3Key, "secret_access_key": servetest.S3Secret,
		"endpoint": endpoint,
	}}
}

func sftpDraft(s *servetest.SSH, folder string) Draft {
	return Draft{Provider: "sftp", Label: "SSH", Folder: folder, Values: map[string]string{
		"host": s.Host, "port": s.Port, "user": s.User, "key_file": s.KeyFile,
	}}
}

func s3Dir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "bucket"), 0o700); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestLocalFolder(t *testing.T) {
	ctx := context.Background()
	store := &Memory{}
	r := use(t, store)
	dir := filepath.Join(t.TempDir(), "usb")
	d, err := add(t, r, Draft{Provider: "local", Label: " Clé USB ", Folder: dir})
	want := Destination{ID: "d1", Label: "Clé USB", Provider: "local", Folder: dir, Reach: d.Reach}
	if err != nil || d != want || d.Reach == "" {
		t.Fatalf("%+v %v", d, err)
	}
	health, err := r.Probe(ctx, d.ID)
	if err != nil || !health.Empty || health.Vault || health.Free <= 0 {
		t.Errorf("%+v %v", health, err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("the probe left %v", left)
	}

	cases := []struct {
		name       string
		draft      Draft
		key, field string
	}{
		{"same name", Draft{Provider: "local", Label: "clé usb", Folder: dir}, "backup.name_used", "label"},
		{"no name", Draft{Provider: "local", Label: " ", Folder: dir}, "backup.field_required", "label"},
		{"no folder", Draft{Provider: "local", Label: "x"}, "backup.field_required", "folder"},
		{"relative", Draft{Provider: "local", Label: "x", Folder: "copies"}, "backup.folder_relative", "folder"},
		{
			"unplugged",
			Draft{Provider: "local", Label: "x", Folder: "/media/none/zafe"},
			"backup.disk_absent",
			"folder",
		},
		{"unknown kind", Draft{Provider: "crypt", Label: "x", Folder: "y"}, "backup.provider_unknown", "provider"},
		{"no address", Draft{Provider: "webdav", Label: "x", Folder: "y", Values: map[string]string{"url": "mon nuage"}}, "backup.address_bad", "url"},
		{"nothing entered", Draft{Provider: "webdav", Label: "x", Folder: "y"}, "backup.field_required", "url"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := add(t, r, c.draft)
			wantFault(t, err, c.key, c.field)
		})
	}

	if err := r.Rename(ctx, d.ID, "Disque du bureau"); err != nil {
		t.Fatal(err)
	}
	again := use(t, store) // a restart
	if list := again.List(); len(list) != 1 || list[0].Label != "Disque du bureau" {
		t.Fatalf("after a restart %+v", list)
	}
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	_, err = again.Probe(ctx, d.ID)
	wantFault(t, err, "backup.disk_absent", "")
	if err := again.Remove(ctx, d.ID); err != nil || len(again.List()) != 0 {
		t.Fatal(again.List(), err)
	}
	_, err = again.Probe(ctx, d.ID)
	wantFault(t, err, "backup.dest_unknown", "")
}

func TestWebDAV(t *testing.T) {
	ctx := context.Background()
	store := &Memory{}
	r := use(t, store)
	url := servetest.WebDAV(t, t.TempDir())
	d, err := add(t, r, webdavDraft(url))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Probe(ctx, d.ID); err != nil {
		t.Fatal(err)
	}
	values, set, err := r.Values(d.ID)
	if err != nil || values["url"] != url || values["pass"] != "" || !set["pass"] {
		t.Errorf("the form shows %v %v %v", values, set, err)
	}
	saved, _ := store.Load(ctx)
	if strings.Contains(string(saved), servetest.Password) {
		t.Error("the password is not even obscured")
	}

	wrong := webdavDraft(url)
	wrong.Label, wrong.Values["pass"] = "Autre", "wrong"
	_, err = add(t, r, wrong)
	wantFault(t, err, "backup.dest_login", "")
	if list := r.List(); len(list) != 1 {
		t.Errorf("a failed set-up left %+v", list)
	}
	saved, _ = store.Load(ctx)
	if strings.Contains(string(saved), "draft") {
		t.Error("a draft was saved")
	}

	// Changing the password: the old one stays until the new one was tried.
	edit, err := r.Edit(ctx, d.ID, Draft{
		Label: "NAS", Folder: d.Folder,
		Values: map[string]string{"pass": "wrong"},
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = edit.Finish(ctx)
	wantFault(t, err, "backup.dest_login", "")
	edit.Cancel()
	if _, err := r.Probe(ctx, d.ID); err != nil {
		t.Fatalf("a failed change spoilt the destination: %v", err)
	}
	edit, err = r.Edit(ctx, d.ID, Draft{
		Label: "NAS 2", Folder: "elsewhere",
		Values: map[string]string{"pass": "", "user": servetest.User},
	})
	if err != nil {
		t.Fatal(err)
	}
	d2, err := edit.Finish(ctx)
	if err != nil || d2.ID != d.ID || d2.Label != "NAS 2" || d2.Folder != "elsewhere" {
		t.Errorf("%+v %v", d2, err)
	}
}

func TestS3(t *testing.T) {
	ctx := context.Background()
	r := use(t, &Memory{})
	endpoint := servetest.S3(t, s3Dir(t))
	d, err := add(t, r, s3Draft(endpoint))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Probe(ctx, d.ID); err != nil {
		t.Fatal(err)
	}
	values, set, _ := r.Values(d.ID)
	secret := "secret_access_key"
	if values["access_key_id"] != servetest.S3Key || values[secret] != "" || !set[secret] {
		t.Errorf("the form shows %v %v", values, set)
	}
	for name, value := range map[string]string{secret: "wrong-secret", "access_key_id": "WRONGKEY12"} {
		wrong := s3Draft(endpoint)
		wrong.Label, wrong.Values[name] = name, value
		_, err = add(t, r, wrong)
		wantFault(t, err, "backup.dest_login", "")
	}
}

func TestSFTP(t *testing.T) {
	ctx := context.Background()
	server := servetest.SSHD(t)
	r := use(t, &Memory{})
	folder := filepath.Join(t.TempDir(), "copies")
	d, err := add(t, r, sftpDraft(server, folder))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Probe(ctx, d.ID); err != nil {
		t.Fatal(err)
	}
	section := r.sections.copySection(d.ID)
	if !strings.HasPrefix(section["host_keys"], "ssh-ed25519 ") || section["pin_host_key"] != "" ||
		section["disable_hashcheck"] != "true" {
		t.Errorf("the server's identity is not pinned: %v", section)
	}
	if d, err := r.Get(d.ID); err != nil || !d.Keyed {
		t.Errorf("that one logs in by a key is not known: %+v %v", d, err)
	}
	r.sections.SetValue(d.ID, "pass", "obscured")
	if d, err := r.Get(d.ID); err != nil || d.Keyed {
		t.Errorf("a password is not known: %+v %v", d, err)
	}
	r.sections.DeleteKey(d.ID, "pass")
	wrong := sftpDraft(server, folder)
	wrong.Label, wrong.Values["key_file"] = "x", server.OtherKeyFile
	_, err = add(t, r, wrong)
	wantFault(t, err, "backup.dest_login", "")
	wrong.Values["key_file"], wrong.Values["pass"] = "", "wrong"
	_, err = add(t, r, wrong)
	wantFault(t, err, "backup.dest_login", "")

	// Another machine answers at that address: refused, until the owner accepts it.
	server.NewHostKey(t)
	server.Restart(t)
	_, err = r.Probe(ctx, d.ID)
	wantFault(t, err, "backup.dest_hostkey", "")
	edit, err := r.Edit(ctx, d.ID, Draft{Label: d.Label, Folder: d.Folder, Again: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err = edit.Finish(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Probe(ctx, d.ID); err != nil {
		t.Fatal(err)
	}
}

// What goes wrong with a server is told in a sentence of its own.
func TestProbeTellsWhatIsWrong(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = silent.Close() }()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = closed.Close()
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	defer secure.Close()
	status := func(code int) string {
		answer := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
		s := httptest.NewServer(http.HandlerFunc(answer))
		t.Cleanup(s.Close)
		return s.URL
	}
	cases := []struct{ name, url, key string }{
		{"no such machine", "http://no-such-machine.invalid", "backup.dest_host"},
		{"nothing listens", "http://" + closed.Addr().String(), "backup.dest_refused"},
		{"never answers", "http://" + silent.Addr().String(), "backup.dest_timeout"},
		{"unknown certificate", secure.URL, "backup.dest_tls"},
		{"not a secure server", "https" + strings.TrimPrefix(status(200), "http"), "backup.dest_tls"},
		{"full", status(507), "backup.dest_full"},
		{"forbidden", status(403), "backup.dest_forbidden"},
		{"no such address", status(404), "backup.dest_not_found"},
		{"overloaded", status(503), "backup.dest_busy"},
	}
	r := use(t, &Memory{})
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(context.Background(), 12*time.Second)
			defer cancel()
			s, err := r.Begin(ctx, webdavDraft(c.url))
			if err != nil {
				t.Fatal(err)
			}
			defer s.Cancel()
			_, err = s.Finish(ctx)
			wantFault(t, err, c.key, "")
		})
	}
}

func TestProbeOfAFullDisk(t *testing.T) {
	dir := t.TempDir()
	if err := mountTmpfs(t, dir); err != nil {
		t.Skip("cannot mount a small disk here:", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "fill"), make([]byte, 64<<10), 0o600); err == nil {
		t.Fatal("the small disk is not small")
	}
	r := use(t, &Memory{})
	_, err := add(t, r, Draft{Provider: "local", Label: "x", Folder: dir})
	wantFault(t, err, "backup.dest_full", "")
}

// To restore, a place need not be writable, and nothing may appear in it.
func TestReadOnlyPlace(t *testing.T) {
	r := use(t, &Memory{})
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "zafe", "copies"), 0o700); err != nil {
		t.Fatal(err)
	}
	before, err := os.Stat(filepath.Join(dir, "zafe", "copies"))
	if err != nil {
		t.Fatal(err)
	}
	draft := webdavDraft(servetest.WebDAV(t, dir))
	draft.ReadOnly, draft.Folder = true, "elsewhere"
	_, err = add(t, r, draft)
	wantFault(t, err, "backup.dest_not_found", "")
	draft.Folder = "zafe/copies"
	if _, err := add(t, r, draft); err != nil {
		t.Fatal(err)
	}
	after, err := os.Stat(filepath.Join(dir, "zafe", "copies"))
	if err != nil || !after.ModTime().Equal(before.ModTime()) {
		t.Errorf("something was written: %v", err)
	}
	missing := filepath.Join(t.TempDir(), "none")
	_, err = add(t, r, Draft{Provider: "local", Label: "x", Folder: missing, ReadOnly: true})
	wantFault(t, err, "backup.disk_absent", "folder")
}

func TestFileInTheWay(t *testing.T) {
	r := use(t, &Memory{})
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := add(t, r, Draft{Provider: "local", Label: "x", Folder: file})
	wantFault(t, err, "backup.dest_not_folder", "folder")
}
