package remote

import "strings"

// regions are the places of the storages of kind S3 by the provider and the region that are set, as rclone's own
// descriptions of them say (v1.76.0). What is not here is not known.
var regions = map[string]map[string]string{
	"AWS": {
		"eu-west-1": "IE", "eu-west-2": "GB", "eu-west-3": "FR", "eu-central-1": "DE", "eu-north-1": "SE", "eu-south-1": "IT",
		"us-east-1": "US", "us-east-2": "US", "us-west-1": "US", "us-west-2": "US", "ca-central-1": "CA",
	},
	"Hetzner":    {"hel1": "FI", "fsn1": "DE", "nbg1": "DE"},
	"Infomaniak": {"us-east-1": "CH"},
	"IONOS": {
		"de": "DE", "eu-central-2": "DE", "eu-central-3": "DE", "eu-central-4": "DE", "eu-south-2": "ES", "us-central-1": "US",
	},
	"Outscale": {"eu-west-2": "FR", "cloudgouv-eu-west-1": "FR", "us-east-2": "US", "us-west-1": "US"},
	"OVHcloud": {
		"gra": "FR", "rbx": "FR", "rbx-archive": "FR", "sbg": "FR", "eu-west-par": "FR", "de": "DE", "waw": "PL", "uk": "GB",
		"bhs": "CA", "ca-east-tor": "CA", "us-east-va": "US", "us-west-or": "US",
	},
	"Scaleway": {"fr-par": "FR", "nl-ams": "NL", "pl-waw": "PL", "it-mil": "IT"},
}

// Country is where a destination keeps what it is given, as ISO 3166-1 has it, and "" where nothing in its settings
// tells: the program asks no provider, and believes no address.
func (r *Remotes) Country(id string) string { return countryOf(r.sections.copySection(id)) }

func countryOf(values map[string]string) string {
	if values["type"] != "s3" {
		return ""
	}
	return regions[values["provider"]][strings.ToLower(values["region"])]
}
