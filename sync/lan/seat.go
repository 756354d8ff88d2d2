package lan

import (
	"cmp"
	"context"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"zafe/app/backup"
	"zafe/app/durable"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/sync/device"
	"zafe/sync/pair"
)

// Seat is what a PC remembers of the main PC whose book it works on. The key makes it this PC: keep it
// where only its user can read.
type Seat struct {
	Addr    string `json:"addr"`
	Root    []byte `json:"root"` // the pinned root certificate, DER
	Key     []byte `json:"key"`  // this PC's identity, PEM
	Company string `json:"company"`
	Name    string `json:"name,omitempty"` // what the main PC calls itself, "" as long as it did not say
	// Term is the highest of a main PC that was reached, and Others are where another one may be.
	Term   int64    `json:"term,omitempty"`
	Before int64    `json:"before,omitempty"` // as that one's Hello says
	Lead   string   `json:"lead,omitempty"`
	Others []string `json:"others,omitempty"`
	// Until is when this PC is out, of somebody who helps; zero for a PC of the office.
	Until time.Time `json:"until,omitzero"`
}

// Called is what people call the main PC: its name, or its address as long as it said none.
func (s Seat) Called() string { return cmp.Or(s.Name, s.Addr) }

// ReadSeat reads the file at path in which a seat is remembered; ok is false when there is none.
func ReadSeat(path string) (s Seat, ok bool, err error) {
	err = durable.ReadJSON(path, &s)
	return s, s.Addr != "", err
}

// Own makes the seat of this PC's own programs at a server on this PC: its key is to be the server's Self.
func Own(addr string, root *x509.Certificate, now time.Time) (Seat, device.Fingerprint, error) {
	id, err := device.NewPC(now)
	if err != nil {
		return Seat{}, "", err
	}
	key, err := id.Marshal()
	return Seat{Addr: addr, Root: root.Raw, Key: key}, id.Fingerprint, err
}

// Join pairs this PC, under a name, with the main PC at addr, by the code that the owner shows. Faults of
// [pair.Join] and [Client.Hello].
func Join(ctx context.Context, addr, code, name string, now time.Time) (Seat, error) {
	id, err := device.NewPC(now)
	if err != nil {
		return Seat{}, err
	}
	addr = WithPort(strings.TrimSpace(addr))
	root, err := pair.Join(ctx, addr, code, name, id)
	if err != nil {
		return Seat{}, err
	}
	key, err := id.Marshal()
	if err != nil {
		return Seat{}, err
	}
	return Seat{Addr: addr, Root: root.Raw, Key: key}.named(ctx)
}

// named is the seat with what the main PC says of itself.
func (s Seat) named(ctx context.Context) (Seat, error) {
	r, err := s.Open(s.Addr)
	if err != nil {
		return Seat{}, err
	}
	defer r.Client.Close()
	hello, err := r.Hello(ctx)
	if err != nil {
		return Seat{}, err
	}
	s.Company, s.Name, s.Until = hello.Company, hello.Name, hello.Until
	return s, nil
}

// Reach returns the book of the main PC, which was reached: place is what people call it. With an error
// of the way there the book is returned too, so that [Remote.Retry] can be tried later.
func (s Seat) Reach(ctx context.Context, place string) (*Remote, error) {
	r, err := s.Open(place)
	if err != nil {
		return nil, err
	}
	_, err = r.Hello(ctx)
	return r, err
}

// Open is Reach of a main PC to which nothing is said yet.
func (s Seat) Open(place string) (*Remote, error) {
	id, err := device.Parse(s.Key)
	if err != nil {
		return nil, err
	}
	root, err := device.ParseCert(s.Root)
	if err != nil {
		return nil, err
	}
	r := &Remote{Client: NewClient(s.Addr, root, id), place: place}
	r.Reached = func(ok bool) {
		if w := r.watch.Load(); w != nil {
			(*w)(ok)
		}
	}
	return r, nil
}

// Remote is a book that another program has open: the main PC, or the one at work on this PC.
type Remote struct {
	*Client
	place string
	watch atomic.Pointer[func(bool)]
}

// DoJSON performs any operation by name.
func (r *Remote) DoJSON(ctx context.Context, name string, in []byte) ([]byte, error) {
	var answer json.RawMessage
	err := r.Do(ctx, &op.Spec{Name: name}, json.RawMessage(in), &answer)
	return answer, err
}

// StreamJSON is DoJSON for the operations that make a file.
func (r *Remote) StreamJSON(ctx context.Context, name string, in []byte, w io.Writer) (op.Download, error) {
	return r.Stream(ctx, &op.Spec{Name: name}, json.RawMessage(in), w)
}

// Raise brings the window of the program that has the book to the front; only a program on the same PC is
// heard. Fault lan.no_window.
func (r *Remote) Raise(ctx context.Context) error {
	resp, err := r.send(ctx, http.MethodPost, "/raise", nil)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// Local tells that the book is not opened by this program.
func (r *Remote) Local() bool { return false }

// Place is what people call the PC that has the book.
func (r *Remote) Place() string { return r.place }

// Watch sets who is told, from any goroutine, that the main PC is lost (false) or back (true).
func (r *Remote) Watch(fn func(online bool)) { r.watch.Store(&fn) }

// Retry tries to reach the main PC now.
func (r *Remote) Retry(ctx context.Context) error { _, err := r.Hello(ctx); return err }

// Connected is known to the main PC only.
func (r *Remote) Connected() int { return 0 }

// Serve is refused with device.not_serving: only the main PC serves.
func (r *Remote) Serve(context.Context, string, func(string)) error {
	return fault.New(fault.Conflict, "device.not_serving")
}

// BackUp has nothing to do: the book is backed up where it is.
func (r *Remote) BackUp(context.Context, func(string)) *backup.Unsent { return nil }

// Close leaves the main PC.
func (r *Remote) Close(context.Context, func(string)) error { r.Client.Close(); return nil }
