package remote

import (
	"strings"
	"testing"
)

// TestTheCountryOfACopyIsWhatItsSettingsSay, and nothing is said of a place that they do not name.
func TestTheCountryOfACopyIsWhatItsSettingsSay(t *testing.T) {
	for _, c := range []struct{ kind, provider, region, want string }{
		{"s3", "OVHcloud", "gra", "FR"},
		{"s3", "OVHcloud", "BHS", "CA"},
		{"s3", "AWS", "eu-central-1", "DE"},
		{"s3", "Infomaniak", "us-east-1", "CH"},
		{"s3", "Minio", "eu-central-1", ""},
		{"s3", "AWS", "", ""},
		{"swift", "OVHcloud", "gra", ""},
		{"drive", "", "", ""},
	} {
		got := countryOf(map[string]string{"type": c.kind, "provider": c.provider, "region": c.region})
		if got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
}

// TestRegionsAreRclones: each is one that rclone offers for that provider, in the country that it says.
func TestRegionsAreRclones(t *testing.T) {
	s3, _ := FindProvider("s3")
	words := map[string][]string{
		"FR": {"France", "Paris"}, "DE": {"Germany", "Frankfurt", "Falkenstein", "Nuremberg"}, "IE": {"Ireland"}, "GB": {"London"},
		"SE": {"Stockholm"}, "IT": {"Milan"}, "FI": {"Helsinki"}, "CH": {"Switzerland"}, "PL": {"Poland"}, "NL": {"Netherlands"},
		"ES": {"Spain"}, "CA": {"Canada"}, "US": {"US", "USA", "California", "Jersey"},
	}
	for provider, known := range regions {
		help := map[string]string{}
		for _, f := range s3.Fields {
			if f.Name == "region" {
				for _, o := range f.ChoicesFor(map[string]string{"provider": provider}) {
					help[o.Value] = o.Help
				}
			}
		}
		for region, country := range known {
			said := false
			for _, w := range words[country] {
				said = said || strings.Contains(help[region], w)
			}
			if !said {
				t.Errorf("%s %s is not in %s: %q", provider, region, country, help[region])
			}
		}
	}
}
