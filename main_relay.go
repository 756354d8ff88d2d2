package main

import (
	"context"
	"errors"
	"os"
	"sync/atomic"
	"time"

	"zafe/app/durable"
	"zafe/app/fault"
	"zafe/app/relay"
	"zafe/app/setup"
	"zafe/app/verify"
	"zafe/store"
	"zafe/store/crypt"
	"zafe/store/folder"
	"zafe/store/repair"
	"zafe/sync/device"
	"zafe/sync/guest"
	"zafe/sync/host"
	"zafe/sync/lan"
	"zafe/ui/machine"
)

// live is what this program knows of the relay PC and of a rival.
type live struct {
	*host.Guard
	store *store.Store
}

// Fed implements relay.Live.
func (l live) Fed() relay.Fed { return relay.Fed(l.store.Fed()) }

// guarding keeps the book from being the main one when another PC took its place, and fences it off if one did.
func (b *book) guarding(ctx context.Context, id setup.Identity) error {
	var post relay.Post
	err := b.store.View(ctx, func(tx *store.Tx) (err error) { post, err = relay.Of(tx); return err })
	if err != nil {
		return err
	}
	b.guard = host.NewGuard(host.GuardSettings{
		Path: b.pc.home.Path(folder.Office), Name: b.pc.Name(), Book: id.BookID, Root: id.Root, Term: post.Term,
		Clock: time.Now, Warn: b.pc.home.Warn,
	})
	b.guard.Look(ctx)
	return nil
}

// fenced tells whether another PC had taken over when the book was opened.
func (b *book) fenced() bool {
	_, lost := b.guard.Known()
	return lost
}

// Serve implements machine.Book. A program that serves is there to stay, so that the verbs of this PC are
// let in as well, whatever becomes of the port. What the office does is answered before the book closes.
func (b *book) Serve(ctx context.Context, addr string, ready func(string)) error {
	return b.works.Do(ctx, func(ctx context.Context) error {
		b.answering()
		if err := b.guard.Refusal(); err != nil {
			return err
		}
		ctx, stop := context.WithCancel(ctx)
		defer stop()
		go func() {
			select {
			case <-b.guard.Lost():
				stop()
			case <-ctx.Done():
			}
		}()
		return errors.Join(b.host.Serve(ctx, addr, ready), b.guard.Refusal())
	})
}

// copying is the copy of another PC's book on this one.
type copying struct {
	follower atomic.Pointer[guest.Follower]
	kept     atomic.Pointer[time.Time] // when it was known to have everything
}

// follow keeps a copy while this PC is named the relay.
func (p *pc) follow(b *guest.Book, at []string) *guest.Follower {
	if len(at) == 0 {
		at = lan.Addresses(lan.Port)
	}
	f := &guest.Follower{
		Book: b, At: at, Clock: time.Now, Warn: p.home.Warn,
		Open: func() (guest.Copy, error) { return store.OpenStandby(p.home.Path(folder.Relay)) },
		Kept: func(at time.Time) { p.copying.kept.Store(&at) },
	}
	if old := p.copying.follower.Swap(f); old != nil {
		old.Stop()
	}
	f.Start()
	return f
}

// guestBook is the book of the main PC, with the copy that this PC keeps.
type guestBook struct {
	*guest.Book
	follower *guest.Follower
}

// Close implements machine.Book.
func (b guestBook) Close(ctx context.Context, progress func(string)) error {
	b.follower.Stop()
	return b.Book.Close(ctx, progress)
}

// Connect implements machine.Machine.
func (p *pc) Connect(ctx context.Context) (machine.Book, error) {
	b, err := p.connect(ctx)
	if b == nil {
		return nil, err
	}
	return guestBook{b, p.follow(b, nil)}, err // with an error of the way there, so that it can be tried again
}

func (p *pc) connect(ctx context.Context) (_ *guest.Book, err error) {
	defer p.home.Refer("connect", &err)
	s, ok, err := lan.ReadSeat(p.home.Path(folder.Host))
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fault.New(fault.NotFound, "store.no_book")
	}
	return guest.Connect(ctx, s, guest.Witness{
		Memory: p, Warn: p.home.Warn,
		Keep: func(s lan.Seat) error { return durable.WriteJSON(p.home.Path(folder.Host), s) },
		Older: func(seen, shown int64) {
			p.older.Store(true)
			p.home.Log.Warn("the main PC shows an older book", "seen", seen, "shown", shown)
		},
	})
}

// Follow implements machine.Machine.
func (p *pc) Follow(ctx context.Context, at []string) error {
	b, err := p.connect(ctx)
	if b == nil {
		return err
	}
	defer b.Client.Close()
	f := p.follow(b, at)
	<-ctx.Done()
	f.Stop()
	return nil
}

// Standby implements machine.Machine.
func (p *pc) Standby() (s machine.Standby) {
	s.Ready = store.Exists(p.home.Path(folder.Relay)) && !store.Exists(p.home.Path(folder.Book))
	if at := p.copying.kept.Load(); at != nil {
		s.Kept = *at
	}
	return s
}

// TakeOver implements machine.Machine.
func (p *pc) TakeOver(ctx context.Context, s machine.Secret) (err error) {
	defer p.home.Refer("take over", &err)
	open, err := unlock(s)
	if err != nil {
		return err
	}
	if store.Exists(p.home.Path(folder.Book)) {
		return p.takeBack(ctx, open)
	}
	seat, ok, err := lan.ReadSeat(p.home.Path(folder.Host))
	if err != nil {
		return err
	}
	if !ok || !p.Standby().Ready {
		return fault.New(fault.NotFound, "relay.no_copy")
	}
	if addr, h, err := seat.Highest(ctx); err == nil && h.Term >= seat.Term {
		return fault.New(fault.Conflict, "relay.host_alive", "host", addr)
	}
	if f := p.copying.follower.Swap(nil); f != nil {
		f.Stop()
	}
	post, err := p.take(ctx, p.home.Path(folder.Relay), open, seat)
	if err != nil {
		return err
	}
	// A kill from here on leaves a book that asks where the main PC was.
	seat = seat.Moved("", lan.Hello{Term: post.Term})
	if err := durable.WriteJSON(p.home.Path(folder.Office), seat); err != nil {
		return err
	}
	if err := store.PutInPlace(p.home.Path(folder.Relay), p.home.Path(folder.Book)); err != nil {
		return err
	}
	return errors.Join(p.SetSeen(verify.Seen{}), p.SetCompany(seat.Company, false), p.Leave())
}

// takeBack makes this PC the main one again, from which another took over.
func (p *pc) takeBack(ctx context.Context, open store.Unlock) error {
	seat, err := p.taken()
	if err != nil {
		return err
	}
	post, err := p.take(ctx, p.home.Path(folder.Book), open, seat)
	if err != nil {
		return err
	}
	seat = seat.Moved("", lan.Hello{Term: post.Term})
	return durable.WriteJSON(p.home.Path(folder.Office), seat)
}

// taken is where the PC is that took over from this one. Fault relay.not_taken.
func (p *pc) taken() (seat lan.Seat, err error) {
	err = durable.ReadJSON(p.home.Path(folder.Office), &seat)
	if err == nil && seat.Addr == "" {
		err = fault.New(fault.Conflict, "relay.not_taken")
	}
	return seat, err
}

func (p *pc) take(ctx context.Context, dir string, open store.Unlock, seat lan.Seat) (relay.Post, error) {
	id, err := device.Parse(seat.Key)
	if err != nil {
		return relay.Post{}, err
	}
	writer, err := p.newWriter()
	if err != nil {
		return relay.Post{}, err
	}
	return repair.TakeOver(ctx, dir, open, p.options(crypt.KDF{}), repair.Taking{
		WriterID: writer, WriterName: p.Name(), Main: string(id.Fingerprint), Above: seat.Term,
	})
}

// Rejoin implements machine.Machine.
func (p *pc) Rejoin(ctx context.Context) (err error) {
	defer p.home.Refer("rejoin", &err)
	seat, err := p.taken()
	if err != nil {
		return err
	}
	addr, h, err := seat.Highest(ctx)
	if err != nil {
		return err
	}
	seat = seat.Moved(addr, h)
	seat.Company = h.Company
	err = store.SetAside(p.home.Path(folder.Book), p.home.Aside(time.Now()))
	if err != nil {
		return err
	}
	return errors.Join(durable.WriteJSON(p.home.Path(folder.Host), seat), os.Remove(p.home.Path(folder.Office)))
}
