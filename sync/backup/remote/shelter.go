package remote

import (
	"context"
	"fmt"
	"time"

	"zafe/app/backup"

	"github.com/rclone/rclone/fs"
)

// trashDays is for how many days providers keep what is erased with their cheapest offers, by rclone's names. They
// may change it: what is said of it is "about".
var trashDays = map[string]int{"drive": 30, "onedrive": 30, "dropbox": 30, "pcloud": 15, "box": 30}

// ShelterOf asks a place what it does against erasure; newest is an object of the newest copy there, nil for
// none. What it does not say is left open.
func ShelterOf(ctx context.Context, provider string, f fs.Fs, newest fs.Object) backup.Shelter {
	s := backup.Shelter{TrashDays: trashDays[provider]}
	if commander, ok := f.(fs.Commander); ok && provider == "s3" {
		switch status, err := commander.Command(ctx, "versioning", nil, nil); {
		case err != nil:
		case fmt.Sprint(status) == "Enabled":
			s.Versions = backup.Yes
		default: // "Suspended", "Unversioned"
			s.Versions = backup.No
		}
	}
	if newest == nil {
		return s
	}
	if about, err := fs.GetMetadata(ctx, newest); err == nil && about["object-lock-mode"] != "" {
		s.Locked, _ = time.Parse(time.RFC3339, about["object-lock-retain-until-date"]) // else there is no lock
	}
	return s
}
