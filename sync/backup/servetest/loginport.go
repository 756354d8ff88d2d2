package servetest

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/gofrs/flock"
)

// LoginPort keeps the tests of other packages, which run at the same time, from the port that rclone has log-ins
// come back to, until the test ends.
func LoginPort(t testing.TB) {
	t.Helper()
	lock := flock.New(filepath.Join(os.TempDir(), "zafe-test-login-port.lock"))
	if ok, err := lock.TryLockContext(t.Context(), 50*time.Millisecond); err != nil || !ok {
		t.Fatal("the port of the log-in is taken: ", err)
	}
	t.Cleanup(func() { _ = lock.Unlock() })
}
