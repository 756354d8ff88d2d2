package servetest

import (
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"zafe/app/tooltest"
)

// Apache starts Debian's Apache with WebDAV on a folder and returns its URL; see Folder and tooltest.Lacks.
func Apache(t testing.TB, dir string) (url string) {
	t.Helper()
	path := tooltest.Program(t, "/usr/sbin/apache2")
	const who = "www-data"
	own := Folder(t)
	data, lock := filepath.Join(dir, "dav"), filepath.Join(own, "lock")
	give(t, who, data, lock)
	sum := sha1.Sum([]byte(Password))
	users := configure(t, filepath.Join(own, "users"), User+":{SHA}"+base64.StdEncoding.EncodeToString(sum[:])+"\n")
	give(t, who, users)
	addr := freeAddr(t)
	lines := []string{
		"ServerRoot " + own, "ServerName localhost", "Listen " + addr, "PidFile " + filepath.Join(own, "pid"),
		"ErrorLog " + filepath.Join(own, "log"), "DefaultRuntimeDir " + own, "User " + who, "Group " + who,
	}
	for _, module := range []string{
		"mpm_event", "authn_core", "authn_file", "authz_core", "authz_user", "auth_basic", "dav", "dav_fs",
	} {
		lines = append(lines, fmt.Sprintf("LoadModule %s_module /usr/lib/apache2/modules/mod_%s.so", module, module))
	}
	lines = append(lines,
		"DavLockDB "+filepath.Join(lock, "db"), "DocumentRoot "+data, "<Directory "+data+">", "Dav On",
		"AuthType Basic", "AuthName zafe", "AuthUserFile "+users, "Require valid-user", "</Directory>")
	config := configure(t, filepath.Join(own, "config"), strings.Join(lines, "\n")+"\n")
	serve(t, addr, nil, path, "-f", config, "-DFOREGROUND")
	return "http://" + addr
}
