//go:build headless

// Package ui is the desktop. This build has none: it serves an office and runs the verbs.
package ui

import (
	"context"

	"zafe/app/fault"
	"zafe/ui/machine"
)

// Run refuses: this build opens no window. Fault ui.no_desktop.
func Run(context.Context, machine.Machine) error {
	return fault.New(fault.Unavailable, "ui.no_desktop")
}
