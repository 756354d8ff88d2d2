package store

import (
	"context"
	"fmt"
	"time"
)

// checkpoints moves committed pages from the WAL to the file at a steady pace, and empties the WAL when
// nobody writes for a while or when it is too long: at the next start it has to be gone through, and every
// reader looks pages up in it. It shares a mutex with what exchanges the files; a backup reads in one
// transaction, which checkpoints do not disturb.
func (s *Store) checkpoints(ctx context.Context) {
	tick := time.NewTicker(s.opts.every)
	defer tick.Stop()
	p := pace{max: s.opts.logMax}
	failed := "" // what was told of the last one
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		written := false
		select {
		case <-s.dirty:
			written = true
		default:
		}
		mode := p.next(written)
		if mode == "" || !s.copying.TryLock() {
			continue
		}
		frames, emptied, err := s.checkpoint(ctx, mode)
		s.copying.Unlock()
		if err != nil {
			if what := err.Error(); ctx.Err() == nil && what != failed {
				s.opts.tell("checkpoint: " + what) // the pages stay in the WAL, the next one tries again
				failed = what
			}
			continue
		}
		failed = ""
		if what := p.done(frames*walFrameBytes, emptied); what != "" {
			s.opts.tell(what)
		}
	}
}

// pace decides on checkpoints. It has no clock: next is called once a tick.
type pace struct {
	max     int64 // bytes beyond which the WAL is emptied at once
	pending bool  // there is something in the WAL
	idle    int   // ticks since the last commit
	bytes   int64 // length of the WAL
	told    int64 // length at which somebody heard of it
}

// next is the checkpoint that is due, "" for none.
func (p *pace) next(written bool) string {
	if written {
		p.pending, p.idle = true, 0
	} else {
		p.idle++
	}
	switch {
	case !p.pending:
		return ""
	case p.idle >= idleTicks || p.bytes > p.max:
		return "TRUNCATE"
	case written:
		return "PASSIVE"
	default:
		return ""
	}
}

// done takes the outcome of a checkpoint and returns what somebody should hear of, "" for nothing. A WAL that
// goes on growing under a reading that does not end is told each time it has doubled.
func (p *pace) done(bytes int64, emptied bool) string {
	p.bytes = bytes
	if emptied {
		p.pending, p.bytes, p.told = false, 0, 0
		return ""
	}
	if bytes <= p.max || bytes < 2*p.told {
		return ""
	}
	p.told = bytes
	return fmt.Sprintf("the log has grown to %d MB: a reading that does not end is in the way", bytes>>20)
}

// checkpoint runs a checkpoint and returns the length of the WAL in frames. A passive one goes on beside the
// writer. One that empties the WAL runs on the writer's connection, between two commits, and waits for no
// reader: writers would wait with it.
func (s *Store) checkpoint(ctx context.Context, mode string) (frames int64, emptied bool, err error) {
	db := s.db.write
	if mode == "PASSIVE" {
		db = s.db.move
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return 0, false, err
	}
	defer func() { _ = conn.Close() }()
	free := context.WithoutCancel(ctx)
	if _, err := conn.ExecContext(free, "PRAGMA busy_timeout = 0"); err != nil {
		return 0, false, err
	}
	var busy, moved int64
	err = conn.QueryRowContext(free, "PRAGMA wal_checkpoint("+mode+")").Scan(&busy, &frames, &moved)
	_, backErr := conn.ExecContext(free, fmt.Sprintf("PRAGMA busy_timeout = %d", busyMS))
	if err == nil {
		err = backErr
	}
	return frames, err == nil && busy == 0 && mode == "TRUNCATE", s.storageFault(err)
}
