package remote

import (
	"maps"
	"net/url"
	"strings"

	"zafe/app/fault"
)

// addresses are the fields, by kind of storage, that take a web address.
var addresses = map[string][]string{
	"webdav": {"url"}, "s3": {"endpoint"}, "swift": {"auth", "storage_url"}, "koofr": {"endpoint"},
	"azureblob": {"endpoint", "sas_url"}, "b2": {"endpoint"}, "seafile": {"url"},
}

// addressed gives the values of a form with its web addresses written whole: people leave out https://, as browsers let
// them. Fault backup.address_bad at the field of one that is none.
func addressed(provider string, values map[string]string) (map[string]string, error) {
	out := values
	for _, name := range addresses[provider] {
		text := strings.TrimSpace(values[name])
		if text == "" {
			continue
		}
		whole := text
		if !strings.Contains(text, "://") {
			whole = "https://" + strings.TrimPrefix(text, "//")
		}
		u, err := url.Parse(whole)
		if err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" || strings.ContainsAny(whole, " \t") {
			return nil, fault.Field(name, "backup.address_bad", "text", text).Because(err)
		}
		if whole != text {
			out = maps.Clone(out)
			out[name] = whole
		}
	}
	return out, nil
}
