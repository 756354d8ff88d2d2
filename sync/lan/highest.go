package lan

import (
	"context"
	"slices"
	"sync"
	"time"

	"zafe/app/fault"
	"zafe/sync/device"
)

// highestWait bounds how long it is looked for main PCs: one that is switched off does not answer at all.
const highestWait = 3 * time.Second

// othersMax is how many addresses a PC remembers of where a main one may be.
const othersMax = 12

// Highest asks at every address of the seat at once, and returns the main PC with the highest term that answers.
// Without one it is the fault of the seat's own address, or the first of the others.
func (s Seat) Highest(ctx context.Context) (addr string, h Hello, err error) {
	id, err := device.Parse(s.Key)
	if err != nil {
		return "", h, err
	}
	root, err := device.ParseCert(s.Root)
	if err != nil {
		return "", h, err
	}
	ctx, stop := context.WithTimeout(ctx, highestWait)
	defer stop()
	all := s.addresses()
	hellos, errs := make([]Hello, len(all)), make([]error, len(all))
	var asking sync.WaitGroup
	for i, a := range all {
		asking.Go(func() {
			c := NewClient(a, root, id)
			defer c.Close()
			hellos[i], errs[i] = c.Hello(ctx)
		})
	}
	asking.Wait()
	for i, a := range all {
		if errs[i] == nil && (addr == "" || hellos[i].Term > h.Term) {
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

// addresses are those of the seat, its own first.
func (s Seat) addresses() []string {
	var all []string
	for _, a := range append([]string{s.Addr}, s.Others...) {
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
	s.Addr, s.Term, s.Before, s.Others = addr, max(s.Term, h.Term), h.Before, nil
	for _, a := range others {
		if a != addr && a != "" && !slices.Contains(s.Others, a) && len(s.Others) < othersMax {
			s.Others = append(s.Others, a)
		}
	}
	return s
}
