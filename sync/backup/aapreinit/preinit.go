// Package aapreinit prepares the environment before rclone wakes up.
//
// Merely linking rclone's fs/config creates ~/.config/rclone (or %APPDATA%\rclone), and RCLONE_*
// or AWS_* variables can silently re-point a configured destination. Both happen in, or are armed
// by, package initialisation, so the cure must run earlier. Go initialises packages that are ready
// in the order of their import paths; "zafe/..." sorts after "github.com/rclone/...", which is why
// this package is a module of its own with a path that sorts first. It may import nothing but os
// and strings, or it would become ready too late.
package aapreinit

import (
	"os"
	"strings"
)

// NoConfig is the value RCLONE_CONFIG gets. The file never exists: the configuration lives inside
// the encrypted book only.
const NoConfig = "zafe-keeps-it-in-the-book.conf"

func init() {
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		upper := strings.ToUpper(name)
		if strings.HasPrefix(upper, "RCLONE_") || strings.HasPrefix(upper, "AWS_") {
			_ = os.Unsetenv(name)
		}
	}
	_ = os.Setenv("RCLONE_CONFIG", NoConfig)
}
