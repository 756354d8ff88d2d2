package discover

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"net"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/net/ipv4"

	"zafe/sync/device"
)

// When a PC asks, and how long it listens.
const (
	roundFor  = 1500 * time.Millisecond
	findAgain = 3 * time.Second        // between two rounds, for as long as somebody looks at what is found
	graceFor  = 150 * time.Millisecond // for another main PC of the same office, after the first
	hops      = 255                    // RFC 6762 11
)

// after is when either way of asking is tried: multicast DNS first, each once more as a packet may be lost.
var after = []struct {
	wait      time.Duration
	broadcast bool
}{
	{0, false}, {200 * time.Millisecond, true}, {400 * time.Millisecond, false}, {200 * time.Millisecond, true},
}

// Find looks for main PCs until ctx ends. Each one is told once, one after the other.
func Find(ctx context.Context, found func(Main)) {
	seen := map[Main]bool{}
	for ctx.Err() == nil {
		round(ctx, func(m Main) {
			if !seen[m] && len(seen) < mainsMax {
				seen[m] = true
				found(m)
			}
		})
		select {
		case <-ctx.Done():
		case <-time.After(findAgain):
		}
	}
}

// Where looks once for the main PC with a root, and returns where it may be: anybody can say to be it.
func Where(ctx context.Context, root device.Fingerprint) (addrs []string) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	seen := map[string]bool{}
	round(ctx, func(m Main) {
		if m.Root != prefix(root) || seen[m.Addr] || len(seen) == mainsMax {
			return
		}
		if len(seen) == 0 {
			time.AfterFunc(graceFor, stop)
		}
		seen[m.Addr] = true
		addrs = append(addrs, m.Addr)
	})
	return addrs
}

// round asks once on every network of this PC. It tells what is heard, one after the other.
func round(ctx context.Context, found func(Main)) {
	ctx, stop := context.WithTimeout(ctx, roundFor)
	defer stop()
	var one sync.Mutex
	var asking sync.WaitGroup
	for _, l := range links() {
		asking.Go(func() {
			l.ask(ctx, func(m Main) {
				one.Lock()
				defer one.Unlock()
				found(m)
			})
		})
	}
	asking.Wait()
}

// ask asks on one network until ctx ends. What cannot be sent here may go another way.
func (l link) ask(ctx context.Context, found func(Main)) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	c, err := open(ctx, netip.AddrPortFrom(l.at.Addr(), 0))
	if err != nil {
		return
	}
	id, nonce := uint16(0), [nonceBytes]byte{}
	_, _ = rand.Read(nonce[:]) // it never fails
	id = binary.BigEndian.Uint16(nonce[:])
	var sending sync.WaitGroup
	defer sending.Wait()
	defer stop()
	sending.Go(func() { l.send(ctx, c, id, nonce) })
	buffer := make([]byte, receiveBytes)
	for {
		n, from, err := c.ReadFromUDPAddrPort(buffer)
		if ctx.Err() != nil {
			return
		}
		if err != nil || n > packetBytes || !l.at.Contains(from.Addr().Unmap()) {
			if err != nil {
				time.Sleep(failedWait)
			}
			continue
		}
		p, ok := replied(buffer[:n], nonce)
		if !ok {
			p, ok = answered(buffer[:n], id)
		}
		if ok {
			found(Main{Addr: netip.AddrPortFrom(from.Addr().Unmap(), p.port).String(), Root: p.root})
		}
	}
}

// send asks in both ways.
func (l link) send(ctx context.Context, c *net.UDPConn, id uint16, nonce [nonceBytes]byte) {
	multicast := ipv4.NewPacketConn(c)
	if l.multicasts() {
		_ = multicast.SetMulticastInterface(&l.Interface) // without it another network may be asked, which does no harm
		_ = multicast.SetMulticastTTL(hops)
	}
	q, err := question(id)
	if err != nil {
		return
	}
	for _, a := range after {
		select {
		case <-ctx.Done():
			return
		case <-time.After(a.wait):
		}
		if to, ok := l.broadcast(); a.broadcast && ok {
			_, _ = c.WriteToUDPAddrPort(probe(nonce), to)
		}
		if !a.broadcast && l.multicasts() {
			_, _ = c.WriteToUDPAddrPort(q, group)
		}
	}
}
