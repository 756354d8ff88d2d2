package notify

import (
	"cmp"
	"context"
	"sync"
	"time"

	"zafe/app/backup"
	"zafe/app/company"
	"zafe/app/fault"
	"zafe/app/i18n"
	"zafe/app/op"
	"zafe/app/relay"
)

// Options are what a Service needs.
type Options[T Tx] struct {
	Work    op.Work[T]
	Copies  Copies
	Carrier Carrier
	Clock   func() time.Time
	Warn    func(what string, err error)
	// Automatic is false for the sample company: nothing leaves it but what is asked for by hand.
	Automatic bool
}

// The rhythm.
const (
	// AtStart leaves the copies the time to do what they missed while the PC was off.
	AtStart = 5 * time.Minute
	// Look is how often it is looked whether a letter is due.
	Look = time.Minute
	// callAtClose is what a call may take while the program ends.
	callAtClose = 5 * time.Second
)

// Service sends the notices of one open book. The copies never wait for it.
type Service[T Tx] struct {
	Options[T]
	wake chan struct{}

	mu    sync.Mutex
	owed  bool // the watcher is to be called
	mails pace
	calls pace
	lost  *state // what the book could not be told, nil when it was: nothing is sent twice for a full disk
}

// New prepares a service; Run makes it work by itself.
func New[T Tx](o Options[T]) *Service[T] {
	return &Service[T]{Options: o, wake: make(chan struct{}, 1)}
}

// pace is how soon something that failed is tried again.
type pace struct {
	failures int
	until    time.Time
}

var waits = []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour}

// due tells whether it is time. A time further off than any wait was noted by a clock that was wrong.
func (p *pace) due(now time.Time) bool {
	return !p.until.After(now) || p.until.Sub(now) > waits[len(waits)-1]
}

func (p *pace) note(now time.Time, err error) {
	if err == nil {
		*p = pace{}
		return
	}
	p.until = now.Add(waits[min(p.failures, len(waits)-1)])
	p.failures++
}

// Proved takes note that a place elsewhere is known to have a whole copy, or that one was restored from there: the
// watcher hears of it. It never blocks.
func (s *Service[T]) Proved() {
	s.mu.Lock()
	s.owed = true
	s.mu.Unlock()
	s.stir()
}

// changed makes new settings be followed at once.
func (s *Service[T]) changed() {
	s.mu.Lock()
	s.mails, s.calls, s.lost = pace{}, pace{}, nil
	s.mu.Unlock()
	s.stir()
}

func (s *Service[T]) stir() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Run sends what is due until ctx ends.
func (s *Service[T]) Run(ctx context.Context) {
	if !s.Automatic {
		return
	}
	t := time.NewTimer(AtStart)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.wake:
			s.Signal(ctx)
		case <-t.C:
			s.Signal(ctx)
			s.Letters(ctx)
			t.Reset(Look)
		}
	}
}

// Close calls the watcher for the copies that the end of the program made.
func (s *Service[T]) Close(ctx context.Context) {
	if !s.Automatic {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, callAtClose)
	defer cancel()
	s.Signal(ctx)
}

// Signal calls the watcher if it is to be called.
func (s *Service[T]) Signal(ctx context.Context) {
	now := s.Clock()
	s.mu.Lock()
	due := s.owed && s.calls.due(now)
	s.mu.Unlock()
	if !due {
		return
	}
	c, _, err := s.load(ctx)
	if err != nil {
		s.warn(ctx, "notices unreadable", err)
		return
	}
	s.mu.Lock()
	s.owed = false // what is proved from now on is another call
	s.mu.Unlock()
	if !c.Watch {
		return
	}
	if err = s.Carrier.Call(ctx, c.Ping); err != nil && ctx.Err() != nil {
		return // the program ends: the next copy calls
	}
	s.mu.Lock()
	s.owed = s.owed || err != nil
	s.calls.note(now, err)
	s.mu.Unlock()
	s.warn(ctx, "the watcher was not called", err)
	s.note(ctx, func(st *state) {
		if st.CallFault = fault.Of(err); err == nil {
			st.Called = now
		}
	})
}

// Letters sends the letters that are due.
func (s *Service[T]) Letters(ctx context.Context) {
	now := s.Clock()
	s.mu.Lock()
	due := s.mails.due(now)
	s.mu.Unlock()
	if !due {
		return
	}
	if err := s.letters(ctx, now); err != nil && ctx.Err() == nil {
		s.mu.Lock()
		s.mails.note(now, err)
		s.mu.Unlock()
		s.warn(ctx, "a letter about the copies did not leave", err)
		s.note(ctx, func(st *state) { st.MailFault = fault.Of(err) })
	}
}

// letters sends what is due now; the error is of the first letter that did not leave.
func (s *Service[T]) letters(ctx context.Context, now time.Time) error {
	var found relay.Finding
	var c config
	var st state
	err := s.Work.View(ctx, func(tx T) (err error) {
		if c, st, err = s.of(tx); err == nil {
			found, err = relay.Found(tx)
		}
		return err
	})
	if err != nil || !c.Mail {
		s.warn(ctx, "notices unreadable", err)
		return nil
	}
	copies, err := s.Copies.Status(ctx)
	if err != nil {
		s.warn(ctx, "how the copies stand is unknown", err)
		return nil
	}
	if red := st.redSince(now, copies.Light); !red.Equal(st.Red) {
		st.Red = red
		s.note(ctx, func(st *state) { st.Red = red })
	}
	p := i18n.For(c.Lang)
	if st.Receipt == "" || st.Receipt > month(now) { // never noted, or by a clock that was wrong
		st.Receipt = month(now)
		s.note(ctx, func(st *state) { st.Receipt = month(now) })
	}
	reasons := reasonsOf(p, copies, st.ripe(now, time.Duration(c.Hours)*time.Hour))
	var due []draft
	switch {
	case st.untold(now, reasons):
		due = append(due, draft{alarm(p, st, reasons), func(st *state) { st.tell(now, reasons) }})
	case copies.Light == backup.Green && len(st.Told) > 0:
		due = append(due, draft{well(p, copies), func(st *state) { st.Told = nil }})
	}
	if st.relayDue(now, found) {
		due = append(due, draft{relayDiffered(p, found), func(st *state) { st.Relay = found.At }})
	}
	if st.Receipt != month(now) {
		due = append(due, draft{s.receipt(p, copies, st), func(st *state) { st.Receipt = month(now) }})
	}
	for _, d := range due {
		if err := s.deliver(ctx, c, now, d.write); err != nil {
			return err
		}
		s.mu.Lock()
		s.mails = pace{}
		s.mu.Unlock()
		s.note(ctx, func(st *state) {
			d.sent(st)
			st.Mailed, st.MailFault = now, nil
		})
	}
	return nil
}

// draft is a letter that is due, and what is noted once it has left.
type draft struct {
	write writer
	sent  func(*state)
}

// deliver writes a letter and sends it.
func (s *Service[T]) deliver(ctx context.Context, c config, now time.Time, write writer) error {
	var name string
	err := s.Work.View(ctx, func(tx T) error {
		profile, err := company.Of(tx)
		name = profile.Name
		return err
	})
	if err != nil {
		return err
	}
	subject, body, err := write(ctx, cmp.Or(name, "Zafè"))
	if err != nil {
		return err
	}
	return s.Carrier.Send(ctx, c.account(), Letter{From: c.From, To: c.To, Subject: subject, Body: body, At: now})
}

// try sends a letter and calls the watcher by settings that are being typed, as far as they are on.
func (s *Service[T]) try(ctx context.Context, q SaveRequest) error {
	was, _, err := s.load(ctx)
	if err != nil {
		return err
	}
	c, err := q.over(was)
	if err != nil {
		return err
	}
	if !c.Mail && !c.Watch {
		return fault.Field("mail", "notify.off")
	}
	if c.Mail {
		if err := s.deliver(ctx, c, s.Clock(), trial(i18n.For(c.Lang))); err != nil {
			return err
		}
	}
	if !c.Watch {
		return nil
	}
	return s.Carrier.Call(ctx, c.Ping)
}

func (s *Service[T]) load(ctx context.Context) (c config, st state, err error) {
	err = s.Work.View(ctx, func(tx T) error { c, st, err = s.of(tx); return err })
	return c, st, err
}

// of reads what the book keeps, or would if it could have been told.
func (s *Service[T]) of(tx T) (c config, st state, err error) {
	c, st, err = load(tx)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lost != nil {
		st = *s.lost
	}
	return c, st, err
}

// note keeps what became of a notice; it was sent, or not, whatever becomes of the note.
func (s *Service[T]) note(ctx context.Context, change func(*state)) {
	_, known, _ := s.load(ctx) // who could not read did not come so far
	change(&known)
	err := s.Work.Update(context.WithoutCancel(ctx), func(tx T) error {
		_, st, err := s.of(tx)
		if err != nil {
			return err
		}
		change(&st)
		return tx.SetSetting(StateKey, st)
	})
	s.mu.Lock()
	s.lost = nil
	if err != nil {
		s.lost = &known
	}
	s.mu.Unlock()
	s.warn(ctx, "what became of a notice was not noted", err)
}

// warn writes an error into the log, unless the program ends.
func (s *Service[T]) warn(ctx context.Context, what string, err error) {
	if err != nil && ctx.Err() == nil {
		s.Warn(what, err)
	}
}
