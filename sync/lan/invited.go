package lan

import (
	"bytes"
	"context"
	"time"

	"zafe/app/durable"
	"zafe/app/fault"
	"zafe/sync/device"
	"zafe/sync/pair"
)

// joining is what a PC remembers while it joins with an invitation file: the main PC may have let that key in when
// the program or the power went, and lets no other in with that file.
type joining struct {
	Check []byte `json:"check"` // of the file
	Key   []byte `json:"key"`   // this PC's identity, PEM
}

// JoinInvited has this PC, under a name, let in by the main PC that an invitation file names. What was begun is
// remembered at path, which may be removed once the seat is kept. Faults of [pair.ReadTicket], [pair.Redeem] and
// [Client.Hello].
func JoinInvited(ctx context.Context, path string, file []byte, name string, now time.Time) (Seat, error) {
	t, err := pair.ReadTicket(file)
	if err != nil {
		return Seat{}, err
	}
	key, err := joiningKey(path, t, now)
	if err != nil {
		return Seat{}, err
	}
	id, err := device.Parse(key)
	if err != nil {
		return Seat{}, err
	}
	for _, addr := range t.Addresses {
		addr = WithPort(addr)
		root, redeemed := pair.Redeem(ctx, addr, t, name, id)
		if redeemed == nil {
			return Seat{Addr: addr, Root: root.Raw, Key: key}.named(ctx)
		}
		// An address of the main PC's own network may be another machine's here.
		if err = redeemed; ctx.Err() != nil || !elsewhere(err) {
			break
		}
	}
	return Seat{}, err
}

// elsewhere tells whether the main PC was not met at an address.
func elsewhere(err error) bool {
	key := fault.KeyOf(err)
	return key == "lan.host_unreachable" || key == "pair.wrong_host"
}

// joiningKey is the key with which this PC joins by an invitation file, the same at each try.
func joiningKey(path string, t pair.Ticket, now time.Time) ([]byte, error) {
	var j joining
	if err := durable.ReadJSON(path, &j); err == nil && bytes.Equal(j.Check, t.Check) {
		return j.Key, nil
	}
	id, err := device.NewPC(now)
	if err != nil {
		return nil, err
	}
	key, err := id.Marshal()
	if err != nil {
		return nil, err
	}
	return key, durable.WriteJSON(path, joining{Check: t.Check, Key: key})
}
