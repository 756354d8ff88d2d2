// Package remote is the list of places copies go to: their providers, forms, logins and health.
//
// It wraps rclone's registry and its configuration state machine. The configuration, with its
// passwords and tokens, lives in memory and in the blob the caller keeps inside the encrypted book:
// never in a file of its own. rclone's configuration is one per process, so one Remotes is in use at a
// time; Use replaces the former.
//
// The package knows neither the vault's format nor any screen.
package remote

import (
	// First of all packages, so that linking rclone has no side effect on the PC.
	_ "aapreinit"
)
