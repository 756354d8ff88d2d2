package lan

import (
	"context"
	"net"
	"slices"
	"sync"
	"time"

	"zafe/app/fault"
	"zafe/app/relay"
	"zafe/sync/device"
)

// highestWait bounds how long it is looked for main PCs: one that is switched off does not answer at all.
const highestWait = 3 * time.Second

// openWait bounds how long it is looked whether a PC that said nothing is there at all.
const openWait = time.Second

// othersMax is how many addresses a PC remembers of where a main one may be.
const othersMax = 12

// Highest asks at every address of the seat at once, and where somebody says that it may be found, and returns the main
// PC with the highest term that answers. Without one it is the fault of the seat's own address, or the first of the
// others.
func (s Seat) Highest(ctx context.Context, found ...string) (addr string, h Hello, err error) {
	all := distinct(append(s.addresses(), found...))
	hellos, errs, err := s.ask(ctx, all)
	if err != nil {
		return "", h, err
	}
	for i, a := range all {
		if errs[i] == nil && (addr == "" || relay.Later(hellos[i].Term, hellos[i].Lead, h.Term, h.Lead)) {
			addr, h = a, hellos[i]
		}
	}
	switch {
	case addr != "":
		return addr, h, nil
	case len(errs) > 0:
		return "", h, errs[0]
	default:
		return "", h, fault.New(fault.Unavailable, "lan.host_unreachable", "host", "")
	}
}

// ask says hello at every address at once.
func (s Seat) ask(ctx context.Context, all []string) (hellos []Hello, errs []error, err error) {
	id, err := device.Parse(s.Key)
	if err != nil {
		return nil, nil, err
	}
	root, err := device.ParseCert(s.Root)
	if err != nil {
		return nil, nil, err
	}
	ctx, stop := context.WithTimeout(ctx, highestWait)
	defer stop()
	hellos, errs = make([]Hello, len(all)), make([]error, len(all))
	var asking sync.WaitGroup
	for i, a := range all {
		asking.Go(func() {
			c := NewClient(a, root, id)
			defer c.Close()
			hellos[i], errs[i] = c.Hello(ctx)
		})
	}
	asking.Wait()
	return hellos, errs, nil
}

// Gone is nil when no main PC can be reached at any address of the seat. One that answers in any way is alive:
// faults relay.host_alive, relay.host_busy where only its door is open, or what it answered. One of a lower term
// is the main PC no more, and one of another book is none of this office's. Where somebody says that it may be found
// only the main PC itself counts: anybody could say so, and have nobody take over.
func (s Seat) Gone(ctx context.Context, found ...string) error {
	own := s.addresses()
	all := distinct(append(slices.Clone(own), found...))
	hellos, errs, err := s.ask(ctx, all)
	if err != nil {
		return err
	}
	for i, a := range all {
		switch key := fault.KeyOf(errs[i]); {
		case errs[i] == nil && hellos[i].Term >= s.Term:
			return fault.New(fault.Conflict, "relay.host_alive", "host", a)
		case errs[i] == nil || key == "lan.wrong_host" || i >= len(own):
		case key != "lan.host_unreachable" && key != "op.timeout":
			return errs[i]
		case opens(ctx, a):
			return fault.New(fault.Conflict, "relay.host_busy", "host", a).Because(errs[i])
		}
	}
	return ctx.Err()
}

// opens tells whether anything takes a connection at an address.
func opens(ctx context.Context, addr string) bool {
	d := net.Dialer{Timeout: openWait}
	c, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return false
	}
	_ = c.Close()
	return true
}

// addresses are those of the seat, its own first.
func (s Seat) addresses() []string { return distinct(append([]string{s.Addr}, s.Others...)) }

// distinct are the addresses that there are, each once.
func distinct(addrs []string) (all []string) {
	for _, a := range addrs {
		if a != "" && !slices.Contains(all, a) {
			all = append(all, a)
		}
	}
	return all
}

// Moved is the seat at the main PC that said hello at addr, or the same one with what that said. Where a main PC was
// before stays known: it may become the main one again.
func (s Seat) Moved(addr string, h Hello) Seat {
	others := append(slices.Clone(h.Others), s.addresses()...)
	if relay.Later(h.Term, h.Lead, s.Term, s.Lead) {
		s.Term, s.Lead = h.Term, h.Lead
	}
	if h.Name != "" || addr != s.Addr {
		s.Name = h.Name
	}
	s.Addr, s.Before, s.Others = addr, h.Before, nil
	for _, a := range others {
		if a != addr && a != "" && !slices.Contains(s.Others, a) && len(s.Others) < othersMax {
			s.Others = append(s.Others, a)
		}
	}
	return s
}
