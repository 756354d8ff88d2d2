// Package host serves the open book of this PC: to the PCs of the office, which the book itself lists, and to
// the other programs of this PC. It says who may come in and where it listens; what they speak is package
// lan's, how a new PC proves itself is package pair's, and what it means to work on another PC's book is
// package guest's.
package host

import (
	"context"
	"errors"
	"io"
	"maps"
	"net"
	"net/netip"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"zafe/app/auth"
	"zafe/app/company"
	appdevice "zafe/app/device"
	"zafe/app/durable"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/relay"
	"zafe/app/support"
	"zafe/app/witness"
	"zafe/sync/device"
	"zafe/sync/discover"
	"zafe/sync/lan"
	"zafe/sync/pair"
)

// Tx is what this package needs of a transaction.
type Tx interface {
	support.Tx
	witness.Journal
	// DoneAfter counts what was recorded about customers, sales and books after an event, by operation, the most often
	// first.
	DoneAfter(event int64) ([]relay.Done, error)
}

// Settings are what a Host needs.
type Settings[T Tx] struct {
	Book     op.Work[T]
	BookID   string
	Root     []byte // PEM: what the paired PCs pin
	Registry lan.Registry
	Version  string // of the program
	Clock    func() time.Time
	Raise    func() bool // see [lan.Server]
	// Feed answers the relay PC's copy of the book.
	Feed func(ctx context.Context, ask io.Reader, w io.Writer) error
	// Still tells whether somebody may go on with a call, see [lan.Server].
	Still func(ctx context.Context, a auth.Actor) error
	// Guard ends the serving when another PC took over.
	Guard *Guard
	Log   func(what string, err error) // what others did that is nothing to worry about
	Warn  func(what string, err error)
}

// Host serves one open book. It is the book's appdevice.Inviter and support.Desk.
type Host[T Tx] struct {
	set    Settings[T]
	desk   *pair.Desk
	server *lan.Server
	mu     sync.Mutex
	heard  map[string]witness.Heard // by fingerprint
	port   atomic.Int64             // 0 while the office is not served
	seen   chan string              // PCs of which the book says too little
	told   recent
}

// New prepares a host; it listens nowhere yet.
func New[T Tx](set Settings[T]) (*Host[T], error) {
	root, err := device.ParseRoot(set.Root)
	if err != nil {
		return nil, err
	}
	identity, err := root.Host()
	if err != nil {
		return nil, err
	}
	h := &Host[T]{set: set, seen: make(chan string, seenMax)}
	h.desk = &pair.Desk{
		Root: root.Cert, Clock: set.Clock, Enrol: h.enrol, Help: h.help, Refused: h.refused, Awaited: h.awaited, Redeem: h.redeem,
	}
	h.server = &lan.Server{
		Registry: set.Registry, Devices: h, Desk: h.desk, Identity: identity,
		Hello: h.hello, Feed: h.feed, Still: set.Still, Raise: set.Raise, Log: set.Log,
	}
	return h, nil
}

func (h *Host[T]) hello(ctx context.Context, event int64) (out lan.Hello, err error) {
	out = lan.Hello{
		Product: "zafe", Version: h.set.Version, Level: op.Level, MinLevel: op.MinLevel, Book: h.set.BookID,
		Name: h.set.Guard.set.Name,
	}
	if event > 0 {
		h.hear(op.CredentialOf(ctx).Device, event)
	}
	err = h.set.Book.View(ctx, func(tx T) error {
		c, err := company.Of(tx)
		if err != nil {
			return err
		}
		now, err := witness.Of(tx)
		if err != nil {
			return err
		}
		out.Company, out.Event, out.Hash, out.At, out.Signature = c.Name, now.Event, now.Hash, now.At, now.Signature
		if event > 0 {
			e, held, err := tx.Link(event)
			if err != nil {
				return err
			}
			if out.Asked = event; held {
				out.Held = e.Hash.String()
			}
		}
		if self, known, err := tx.DeviceByFingerprint(h.set.Guard.Own()); err != nil {
			return err
		} else if known { // its owner may have given it another name
			out.Name = self.Name
		}
		p, err := relay.Of(tx)
		out.Term, out.Lead, out.Before = p.Term, p.Lead, p.Before
		out.Relay = p.Relay != "" && p.Relay == op.CredentialOf(ctx).Device
		if err != nil {
			return err
		}
		d, _, err := tx.DeviceByFingerprint(op.CredentialOf(ctx).Device)
		out.Until = d.EndsAt
		// Nobody is logged in there: only the PC that had the book before is told what was done since.
		if err == nil && p.Before > 0 && p.Was != "" && d.Fingerprint == p.Was {
			out.Counted = true
			out.Done, err = tx.DoneAfter(p.Before)
		}
		return err
	})
	out.Others = h.set.Guard.Others()
	return out, err
}

// hear notes which event a PC of the office says it has.
func (h *Host[T]) hear(fingerprint string, event int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.heard == nil {
		h.heard = map[string]witness.Heard{}
	}
	h.heard[fingerprint] = witness.Heard{Event: event, At: h.set.Clock().UTC()}
}

// Heard is what the PCs of the office last said to have of the book, by fingerprint, since the program started.
func (h *Host[T]) Heard() map[string]witness.Heard {
	h.mu.Lock()
	defer h.mu.Unlock()
	return maps.Clone(h.heard)
}

// feed answers the PC that the owner named. Fault relay.not_named for any other.
func (h *Host[T]) feed(ctx context.Context, at []string, ask io.Reader, w io.Writer) error {
	named := false
	err := h.set.Book.View(ctx, func(tx T) error {
		p, err := relay.Of(tx)
		named = p.Relay != "" && p.Relay == op.CredentialOf(ctx).Device
		return err
	})
	if err == nil && !named {
		err = fault.New(fault.Forbidden, "relay.not_named")
	}
	if err == nil { // a main PC that the copy does not know could not be told that the relay took over
		err = h.Settle(ctx)
	}
	if err != nil {
		return err
	}
	h.set.Guard.Relayed(at)
	return h.set.Feed(ctx, ask, w)
}

// Settle makes this PC the main one in a book that names a relay and came here from a backup, or whose guard lost its
// key.
func (h *Host[T]) Settle(ctx context.Context) error {
	var p relay.Post
	err := h.set.Book.View(ctx, func(tx T) (err error) { p, err = relay.Of(tx); return err })
	if err != nil || p.Relay == "" {
		return err
	}
	name, fingerprint, err := h.set.Guard.Seat()
	if err != nil || p.Main == fingerprint {
		return err
	}
	return h.set.Book.Update(ctx, func(tx T) error {
		return relay.Settle(tx, fingerprint, name)
	})
}

func (h *Host[T]) enrol(ctx context.Context, fp device.Fingerprint, name string, by int64) error {
	return h.set.Book.Update(ctx, func(tx T) error {
		return appdevice.LetIn(tx, h, string(fp), name, auth.UserID(by))
	})
}

// help lets the PC of somebody who helps in.
func (h *Host[T]) help(ctx context.Context, fp device.Fingerprint, name string, access int64) error {
	return h.set.Book.Update(ctx, func(tx T) error { return support.Enter(tx, h, support.ID(access), string(fp), name) })
}

// Allowed implements lan.Devices: the row of the book decides.
func (h *Host[T]) Allowed(ctx context.Context, fp device.Fingerprint) (ok bool, err error) {
	var d appdevice.Device
	err = h.set.Book.View(ctx, func(tx T) (err error) { d, ok, err = tx.DeviceByFingerprint(string(fp)); return err })
	if ok = ok && d.Allowed(h.set.Clock()); ok && d.Dated(h.set.Clock()) {
		select {
		case h.seen <- string(fp):
		default: // its next call will do
		}
	}
	return ok, err
}

// Invite implements appdevice.Inviter. Fault device.not_serving while the office is not served.
func (h *Host[T]) Invite(by auth.UserID) (appdevice.Invitation, error) {
	return h.invite(func() (string, time.Time, error) { return h.desk.Invite(int64(by)) })
}

// InviteHelp implements support.Desk. Fault device.not_serving while the office is not served.
func (h *Host[T]) InviteHelp(by auth.UserID, access int64) (appdevice.Invitation, error) {
	return h.invite(func() (string, time.Time, error) { return h.desk.InviteHelp(int64(by), access) })
}

func (h *Host[T]) invite(code func() (string, time.Time, error)) (out appdevice.Invitation, err error) {
	port := int(h.port.Load())
	if port == 0 {
		return out, fault.New(fault.Conflict, "device.not_serving")
	}
	out.Code, out.Expires, err = code()
	out.Addresses = lan.Addresses(port)
	return out, err
}

// Cut implements appdevice.Inviter.
func (h *Host[T]) Cut(fingerprint string) { h.server.CloseDevice(device.Fingerprint(fingerprint)) }

// Here implements appdevice.Inviter.
func (h *Host[T]) Here(fingerprint string) bool {
	return h.server.Here(device.Fingerprint(fingerprint))
}

// Self implements appdevice.Inviter.
func (h *Host[T]) Self() (name, fingerprint string) { return h.set.Guard.set.Name, h.set.Guard.Own() }

// Burnt implements appdevice.Inviter.
func (h *Host[T]) Burnt() time.Time { return h.desk.Burnt() }

// Connected counts the PCs of the office at work on the book.
func (h *Host[T]) Connected() int { return h.server.Connected() }

// Serve answers the PCs of the office at addr until ctx ends; ready is told where it listens. Faults
// lan.port_taken, relay.taken_over.
func (h *Host[T]) Serve(ctx context.Context, addr string, ready func(addr string)) error {
	if err := h.set.Guard.Refusal(); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	defer context.AfterFunc(h.set.Guard.Lost(), stop)()
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", addr)
	if err != nil {
		return fault.New(fault.Unavailable, "lan.port_taken", "addr", addr).Because(err)
	}
	_, port, err := net.SplitHostPort(ln.Addr().String())
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		return err
	}
	h.port.Store(int64(n))
	defer h.port.Store(0)
	defer h.keepSeen(ctx)()
	defer h.announce(ctx, ln.Addr())()
	ready(ln.Addr().String())
	return errors.Join(h.server.Serve(ctx, ln), h.set.Guard.Refusal())
}

// announce lets the PCs of its networks find this one until it is told to end.
func (h *Host[T]) announce(ctx context.Context, at net.Addr) (end func()) {
	serving, err := netip.ParseAddrPort(at.String())
	if err != nil {
		h.set.Warn("this PC cannot be found on its networks", err)
		return func() {}
	}
	ctx, stop := context.WithCancel(ctx)
	var announcing sync.WaitGroup
	announcing.Go(func() {
		discover.Announcement{At: serving, Root: device.FingerprintOf(h.desk.Root), Warn: h.set.Warn}.Run(ctx)
	})
	return func() { stop(); announcing.Wait() }
}

// Answer lets the other programs of this PC in, once: they reach it on the loopback with a key that lives as
// long as this program, which Reach finds at path, in a file that only its user can read. The serve that it
// returns answers them until its ctx ends, and removes the file. It comes before the first Serve.
func (h *Host[T]) Answer(path string) (serve func(ctx context.Context), err error) {
	var lc net.ListenConfig
	ln, err := lc.Listen(context.Background(), "tcp", "127.0.0.1:0") // nothing there to wait for
	if err != nil {
		return nil, err
	}
	seat, self, err := lan.Own(ln.Addr().String(), h.desk.Root, h.set.Clock())
	if err == nil {
		err = durable.WriteJSON(path, seat)
	}
	if err != nil {
		return nil, errors.Join(err, ln.Close())
	}
	h.server.Self = self
	return func(ctx context.Context) {
		if err := h.server.Serve(ctx, ln); err != nil {
			h.set.Warn("the verbs cannot reach this program", err)
		}
		if err := os.Remove(path); err != nil {
			h.set.Warn("left behind", err)
		}
	}, nil
}

// Reach finds the program of this PC that has its book open, by the file at path; place is what people call
// the PC. It is nil when none does, or does not answer: a killed one leaves its file behind.
func Reach(ctx context.Context, path, place string, warn func(what string, err error)) *lan.Remote {
	s, ok, err := lan.ReadSeat(path)
	if err != nil || !ok {
		return nil
	}
	r, err := s.Reach(ctx, place)
	if err != nil {
		warn("the program at work does not answer", err)
		if r != nil {
			r.Client.Close()
		}
		return nil
	}
	return r
}
