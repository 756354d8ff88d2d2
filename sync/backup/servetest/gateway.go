package servetest

import (
	"os"
	"path/filepath"
	"testing"
)

// Gateway starts versitygw, an S3 server with versions and object lock, on a folder; see Folder and tooltest.Lacks.
// Where versions is set, buckets can keep old versions of their objects.
func Gateway(t testing.TB, dir string, versions bool) (endpoint string) {
	t.Helper()
	path := cached(t, "versitygw")
	args := []string{path, "--quiet", "--port", freeAddr(t), "posix"}
	data, old := filepath.Join(dir, "data"), filepath.Join(dir, "versions")
	for _, d := range []string{data, old} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if versions {
		args = append(args, "--versioning-dir", old)
	}
	login := []string{"ROOT_ACCESS_KEY=" + S3Key, "ROOT_SECRET_KEY=" + S3Secret}
	serve(t, args[3], login, append(args, data)...)
	return "http://" + args[3]
}
