//go:build !headless

package ui

import "zafe/ui/shell"

// pages is every page there is, by route name.
func pages() shell.Table {
	t := shell.Table{}
	return t
}
