package store

import (
	"context"
	"errors"
	"io"
)

// Restoring is a book being put together page by page from a backup. Nothing appears under the
// book's name before Finish.
type Restoring struct {
	pages  chan []byte
	free   chan []byte
	failed chan struct{}
	done   chan outcome
	cancel context.CancelFunc
	ended  bool
}

type outcome struct {
	store *Store
	err   error
}

var errAborted = errors.New("store: restore abandoned")

// StartRestore begins a restore into dir; see Restore.
func StartRestore(ctx context.Context, dir string, sec Secrets, o Options, init func(*Tx) error) *Restoring {
	ctx, cancel := context.WithCancel(ctx)
	r := &Restoring{
		pages: make(chan []byte, 8), free: make(chan []byte, 16), failed: make(chan struct{}),
		done: make(chan outcome, 1), cancel: cancel,
	}
	go func() {
		var last []byte
		s, err := Restore(ctx, dir, sec, o, init, func() ([]byte, error) {
			if last != nil {
				r.recycle(last)
			}
			select {
			case p, more := <-r.pages:
				if last = p; more {
					return p, nil
				}
				return nil, io.EOF
			case <-ctx.Done():
				return nil, errAborted
			}
		})
		close(r.failed)
		r.done <- outcome{s, err}
	}()
	return r
}

func (r *Restoring) recycle(p []byte) {
	select {
	case r.free <- p:
	default:
	}
}

// Page adds the next page; data is copied.
func (r *Restoring) Page(data []byte) error {
	var p []byte
	select {
	case p = <-r.free:
	default:
	}
	p = append(p[:0], data...)
	select {
	case r.pages <- p:
		return nil
	case <-r.failed:
		return r.end().err
	}
}

// Finish says that all pages were given and were the right ones; the book is put in place and opened.
func (r *Restoring) Finish() (*Store, error) {
	if !r.ended {
		close(r.pages)
	}
	out := r.end()
	r.cancel()
	return out.store, out.err
}

// Abort throws away what was received.
func (r *Restoring) Abort() {
	r.cancel()
	if r.ended {
		return
	}
	if out := r.end(); out.store != nil {
		_ = out.store.Close()
	}
}

// end waits for the outcome once and remembers it.
func (r *Restoring) end() outcome {
	r.ended = true
	out := <-r.done
	r.done <- out
	return out
}
