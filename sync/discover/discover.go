// Package discover lets a PC find the main PCs of its networks without an address: by multicast DNS (RFC 6762, 6763)
// and, where switches or Wi-Fi swallow that, by a directed broadcast. A main PC answers while it is served; the others
// ask from a port of the moment on each of their networks, so that none of them listens.
//
// Nothing that is found is trusted, and anybody may answer: the code of the pairing or the pinned root decides, as with
// an address that somebody typed. What a main PC says of itself is for all to read, so it names neither the company
// nor the PC.
//
// It is IPv4 alone: small networks have it, and an address of IPv6 can be typed.
package discover

import (
	"net"
	"net/netip"

	"zafe/sync/device"
)

// Port is the UDP port on which a main PC hears broadcasts, wherever it serves.
const Port = 24653

// The limits of what is heard and said.
const (
	linksMax     = 64   // networks of this PC
	packetBytes  = 1500 // a longer packet is none of ours
	mainsMax     = 16   // found: more of them is somebody's game
	rootSymbols  = 16   // of the fingerprint of a root: 64 bits tell offices apart, and prove nothing
	repliesEach  = 50   // a second, of either way: whoever asks more is no PC that looks for its main PC
	answerTTL    = 10   // seconds for which an answer may be kept (RFC 6762 6.7)
	questionsMax = 8    // of a packet that are looked at
)

// Main is a main PC that was found.
type Main struct {
	Addr string // host:port
	Root string // begin of the fingerprint of its root, as it says
}

// prefix is what is said of a root.
func prefix(root device.Fingerprint) string { return string(root[:min(len(root), rootSymbols)]) }

// link is a network that this PC is on, with its address there.
type link struct {
	net.Interface
	at netip.Prefix
}

// links are the networks of this PC on which others can be.
func links() []link {
	interfaces, err := net.Interfaces()
	if err != nil {
		return nil
	}
	var all []link
	for _, i := range interfaces {
		if i.Flags&net.FlagUp == 0 || i.Flags&net.FlagLoopback != 0 {
			continue
		}
		addresses, err := i.Addrs()
		if err != nil {
			continue
		}
		for _, a := range addresses {
			if at, ok := prefixOf(a); ok && len(all) < linksMax {
				all = append(all, link{i, at})
			}
		}
	}
	return all
}

// prefixOf reads an IPv4 address with its network, on which there is room for others.
func prefixOf(a net.Addr) (at netip.Prefix, ok bool) {
	n, ok := a.(*net.IPNet)
	if !ok {
		return at, false
	}
	ip, ok := netip.AddrFromSlice(n.IP.To4())
	bits, _ := n.Mask.Size()
	return netip.PrefixFrom(ip, bits), ok && bits > 0 && bits < 31
}

// multicasts tells whether a packet can be sent to a group here.
func (l link) multicasts() bool { return l.Flags&net.FlagMulticast != 0 }

// broadcast is the address of all PCs here; false where there is none. What is sent to 255.255.255.255 leaves by one card
// alone, or by none without a gateway.
func (l link) broadcast() (to netip.AddrPort, ok bool) {
	if l.Flags&net.FlagBroadcast == 0 {
		return to, false
	}
	ip := l.at.Addr().As4()
	for bit := l.at.Bits(); bit < 32; bit++ {
		ip[bit/8] |= 0x80 >> (bit % 8)
	}
	return netip.AddrPortFrom(netip.AddrFrom4(ip), Port), true
}

// of finds the network that somebody is on. Who is on none is not answered and not heard: nobody has this PC send
// anything far away.
func of(all []link, who netip.Addr) (link, bool) {
	who = who.Unmap()
	for _, l := range all {
		if l.at.Contains(who) {
			return l, true
		}
	}
	return link{}, false
}
