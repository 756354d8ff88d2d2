package vault

import (
	"context"
	"io"
	"sync"

	"github.com/rclone/rclone/fs"
)

// gate is a storage that a test watches: what is listed and opened there is counted, and what is to be removed
// passes by it.
type gate struct {
	fs.Fs
	mu     sync.Mutex
	listed map[string]int
	opened map[string]int        // by stored leaf name
	remove func(fs.Object) error // nil lets everything go
	breaks int64                 // so many bytes come of what is opened, and then the line breaks; 0 never
}

// List implements fs.Fs.
func (g *gate) List(ctx context.Context, dir string) (fs.DirEntries, error) {
	g.mu.Lock()
	if g.listed == nil {
		g.listed = map[string]int{}
	}
	g.listed[dir]++
	g.mu.Unlock()
	entries, err := g.Fs.List(ctx, dir)
	for i, e := range entries {
		if o, ok := e.(fs.Object); ok {
			entries[i] = &gated{o, g}
		}
	}
	return entries, err
}

// lists tells how often folders were listed since it was last asked.
func (g *gate) lists() (all int) {
	for _, n := range g.listed {
		all += n
	}
	g.listed = nil
	return all
}

type gated struct {
	fs.Object
	gate *gate
}

// Open implements fs.Object.
func (o *gated) Open(ctx context.Context, options ...fs.OpenOption) (io.ReadCloser, error) {
	o.gate.mu.Lock()
	if o.gate.opened == nil {
		o.gate.opened = map[string]int{}
	}
	o.gate.opened[leaf(o)]++
	o.gate.mu.Unlock()
	r, err := o.Object.Open(ctx, options...)
	if err == nil && o.gate.breaks > 0 {
		r = &breaking{ReadCloser: r, left: o.gate.breaks}
	}
	return r, err
}

// breaking is a line that breaks.
type breaking struct {
	io.ReadCloser
	left int64
}

func (b *breaking) Read(p []byte) (int, error) {
	if b.left == 0 {
		return 0, io.ErrUnexpectedEOF
	}
	n, err := b.ReadCloser.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}

// Remove implements fs.Object.
func (o *gated) Remove(ctx context.Context) error {
	if o.gate.remove != nil {
		if err := o.gate.remove(o.Object); err != nil {
			return err
		}
	}
	return o.Object.Remove(ctx)
}
