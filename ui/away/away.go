// Package away tells when the person left this PC, as its system knows: they locked its screen, put it to sleep or gave
// it to somebody else.
package away

import "context"

// Watch calls left, from any goroutine, each time the person leaves this PC, until ctx ends. Where the system does not
// say it (macOS, a bare window manager), it returns at once: the pause without a touch locks all the same.
func Watch(ctx context.Context, left func()) { watch(ctx, left) }
