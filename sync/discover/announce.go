package discover

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/net/ipv4"
	"golang.org/x/time/rate"

	"zafe/sync/device"
)

// group is where multicast DNS is spoken (RFC 6762 3).
var group = netip.MustParseAddrPort("224.0.0.251:5353")

const (
	linksEvery   = 2 * time.Second        // at which it is looked whether the networks of this PC changed
	openAgain    = 10 * time.Second       // before a port that was taken is tried again
	failedWait   = 100 * time.Millisecond // after a packet that could not be read
	failuresMax  = 20                     // in a row, after which the port is opened anew
	receiveBytes = packetBytes + 1
)

// Announcement is a main PC that lets itself be found.
type Announcement struct {
	At   netip.AddrPort // where it serves; on every network for an unspecified address
	Root device.Fingerprint
	Warn func(what string, err error)
}

// Run answers who looks for main PCs until ctx ends. A main PC that serves its own PC alone says nothing.
func (a Announcement) Run(ctx context.Context) {
	if a.At.Addr().IsLoopback() {
		return
	}
	o := announcer{Announcement: a, presence: newPresence(a.At.Port(), prefix(a.Root))}
	o.look()
	var going sync.WaitGroup
	going.Go(func() { o.keep(ctx, "multicast DNS is not answered", o.multicast) })
	going.Go(func() { o.keep(ctx, "broadcasts are not answered", o.broadcasts) })
	going.Wait()
}

// announcer is an announcement under way.
type announcer struct {
	Announcement
	presence
	links atomic.Pointer[[]link]
}

// look looks on which networks this PC is, and tells whether that changed.
func (a *announcer) look() (changed bool) {
	all := links()
	if at := a.At.Addr().Unmap(); !at.IsUnspecified() {
		all = slices.DeleteFunc(all, func(l link) bool { return l.at.Addr() != at })
	}
	before := a.links.Swap(&all)
	return before == nil || !slices.EqualFunc(all, *before, func(x, y link) bool {
		return x.Index == y.Index && x.Flags == y.Flags && x.at == y.at
	})
}

// keep does a work again and again until ctx ends; that it fails is told once.
func (a *announcer) keep(ctx context.Context, what string, work func(context.Context) error) {
	told := false
	for ctx.Err() == nil {
		if err := work(ctx); err != nil && ctx.Err() == nil && !told {
			told = true
			a.Warn(what, err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(openAgain):
		}
	}
}

// open opens a port, which is closed when ctx ends.
func open(ctx context.Context, at netip.AddrPort) (*net.UDPConn, error) {
	var lc net.ListenConfig
	c, err := lc.ListenPacket(ctx, "udp4", at.String())
	if err != nil {
		return nil, err
	}
	context.AfterFunc(ctx, func() { _ = c.Close() })
	return c.(*net.UDPConn), nil
}

// multicast answers multicast DNS. The port is shared with whoever else speaks it on this PC.
func (a *announcer) multicast(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	c, err := open(ctx, group)
	if err != nil {
		return err
	}
	var joining sync.WaitGroup
	defer joining.Wait()
	defer stop()
	joining.Go(func() { a.join(ctx, ipv4.NewPacketConn(c)) })
	return a.serve(ctx, c, func(packet []byte, from netip.AddrPort, l link) ([]byte, error) {
		id, q, ok := asked(packet, from.Port() != group.Port())
		if !ok {
			return nil, nil
		}
		return a.answer(id, q, l.at.Addr().As4())
	})
}

// join has c hear the group on every network, again when those change, until ctx ends.
func (a *announcer) join(ctx context.Context, c *ipv4.PacketConn) {
	to := net.UDPAddrFromAddrPort(group)
	tick := time.NewTicker(linksEvery)
	defer tick.Stop()
	var joined []link
	for {
		for _, l := range joined {
			_ = c.LeaveGroup(&l.Interface, to) // the network may be gone
		}
		joined = nil
		for _, l := range *a.links.Load() {
			if l.multicasts() && c.JoinGroup(&l.Interface, to) == nil { // a second address of an interface fails
				joined = append(joined, l)
			}
		}
		for changed := false; !changed; {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				changed = a.look()
			}
		}
	}
}

// broadcasts answers broadcasts.
func (a *announcer) broadcasts(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	c, err := open(ctx, netip.AddrPortFrom(netip.IPv4Unspecified(), Port))
	if err != nil {
		return err
	}
	return a.serve(ctx, c, func(packet []byte, _ netip.AddrPort, _ link) ([]byte, error) {
		nonce, ok := probed(packet)
		if !ok {
			return nil, nil
		}
		return a.reply(nonce)
	})
}

// serve answers the packets of who is on a network of this PC, so many a second. An answer of nil is none.
func (a *announcer) serve(ctx context.Context, c *net.UDPConn,
	answer func(packet []byte, from netip.AddrPort, l link) ([]byte, error),
) error {
	limit := rate.NewLimiter(repliesEach, repliesEach)
	buffer := make([]byte, receiveBytes)
	for failures := 0; ; {
		n, from, err := c.ReadFromUDPAddrPort(buffer)
		if ctx.Err() != nil {
			return nil //nolint:nilerr // it was closed for that reason
		}
		if err != nil { // Windows says so of an answer that nobody took, and of a packet that is too long
			if failures++; failures > failuresMax || errors.Is(err, net.ErrClosed) {
				return err
			}
			time.Sleep(failedWait)
			continue
		}
		failures = 0
		l, near := of(*a.links.Load(), from.Addr())
		if !near || n > packetBytes {
			continue
		}
		out, err := answer(buffer[:n], from, l)
		if err != nil {
			return err
		}
		if out != nil && limit.Allow() {
			_, _ = c.WriteToUDPAddrPort(out, from) // who asked asks again
		}
	}
}
