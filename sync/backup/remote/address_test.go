package remote

import (
	"testing"

	"zafe/app/fault"
)

// TestAddressesAreWrittenWhole: what people leave out, as browsers let them, is added, and what is no address is refused in
// our words, not in the engine's.
func TestAddressesAreWrittenWhole(t *testing.T) {
	for _, c := range []struct{ provider, field, typed, want string }{
		{"webdav", "url", "nuage.exemple.fr/remote.php/dav", "https://nuage.exemple.fr/remote.php/dav"},
		{"webdav", "url", "127.0.0.1:8080/dav", "https://127.0.0.1:8080/dav"},
		{"webdav", "url", " http://nas.local:5005 ", " http://nas.local:5005 "}, // kept as typed: blanks go later
		{"webdav", "url", "//nuage.exemple.fr", "https://nuage.exemple.fr"},
		{"webdav", "url", "", ""},
		{"s3", "endpoint", "s3.gra.io.cloud.ovh.net", "https://s3.gra.io.cloud.ovh.net"},
		{"swift", "auth", "auth.cloud.ovh.net/v3", "https://auth.cloud.ovh.net/v3"},
		{"sftp", "host", "nas:22", "nas:22"}, // no web address
		{"webdav", "url", "mon nuage", "!"},
		{"webdav", "url", "https://", "!"},
		{"webdav", "url", "ftp://nas.local", "!"},
		{"s3", "endpoint", "http://[::1", "!"},
	} {
		entered := map[string]string{c.field: c.typed}
		got, err := addressed(c.provider, entered)
		switch f := fault.Of(err); {
		case c.want == "!":
			if f == nil || f.Key != "backup.address_bad" || f.Field != c.field {
				t.Errorf("%s %q: %v %v", c.provider, c.typed, got, err)
			}
		case err != nil || got[c.field] != c.want:
			t.Errorf("%s %q: %q, %v", c.provider, c.typed, got[c.field], err)
		case entered[c.field] != c.typed:
			t.Errorf("%s %q: what was entered was changed", c.provider, c.typed)
		}
	}
}
