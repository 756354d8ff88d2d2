// Package pair lets a new PC and the host recognise each other by a short one-time code, over a TLS
// connection neither trusts yet. Both sides prove the code by a MAC bound to that connection, so that
// a machine in the middle learns nothing it can use (security design 1.2). A PC that is elsewhere is let in by an
// invitation file instead, which names the host's root and holds a token. It knows no storage.
package pair

import (
	"bufio"
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/argon2"

	"zafe/app/fault"
	"zafe/sync/device"
)

// Protocol is the ALPN name of pairing: an unpaired PC can reach nothing else.
const Protocol = "zafe-pair/1"

// The limits of a code.
const (
	codeSymbols   = 8 // Crockford base32: 40 bits
	CodeFor       = 10 * time.Minute
	triesMax      = 3
	messageMax    = 16 << 10
	nameRunesMax  = 60
	exchangeFor   = 30 * time.Second
	dialTimeout   = 4 * time.Second
	requestFor    = 15 * time.Second // in which a device must have stretched the code and sent its request
	argonPasses   = 3
	argonMemory   = 64 << 10
	exporterLabel = "EXPORTER-zafe-pair-v1"
)

const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// Desk is the host's side: it holds the code in force, if any. Only the latest code is good.
type Desk struct {
	Root  *x509.Certificate
	Clock func() time.Time
	// Enrol stores a device that proved the code; by is who asked for the code.
	Enrol func(ctx context.Context, fp device.Fingerprint, name string, by int64) error
	// Help is Enrol of a PC that proved a code made for an access of somebody who helps; nil where there are none.
	Help func(ctx context.Context, fp device.Fingerprint, name string, access int64) error
	// Refused is told of each wrong code, before its answer; nil to tell nobody.
	Refused func(ctx context.Context, r Refusal) error
	// Awaited tells whether a PC may come with an invitation file, and Redeem lets the first one in that has the token
	// of a hash. Both nil: there are no such files.
	Awaited func(ctx context.Context) bool
	Redeem  func(ctx context.Context, hash [32]byte, fp device.Fingerprint, name string, from net.Addr) error
	// Patience is how long a connection may stay silent; the zero value is right.
	Patience time.Duration

	mu      sync.Mutex
	code    string
	why     errand
	expires time.Time
	tries   int
}

// errand is what a code was made for.
type errand struct {
	by     int64 // who asked for it
	access int64 // of somebody who helps, 0 for a PC of the office
}

// Refusal is a wrong code.
type Refusal struct {
	Device device.Fingerprint
	From   net.Addr
	By     int64 // who asked for the code
	Burnt  bool  // it was the last try there was
}

// Invite makes a new code and voids the one before.
func (d *Desk) Invite(by int64) (code string, expires time.Time, err error) {
	return d.invite(errand{by: by})
}

// InviteHelp is Invite for an access of somebody who helps.
func (d *Desk) InviteHelp(by, access int64) (code string, expires time.Time, err error) {
	return d.invite(errand{by: by, access: access})
}

func (d *Desk) invite(why errand) (code string, expires time.Time, err error) {
	var b [codeSymbols]byte
	if _, err := rand.Read(b[:]); err != nil {
		return "", time.Time{}, err
	}
	for i := range b {
		b[i] = alphabet[b[i]&31]
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.code, d.why, d.tries = string(b[:]), why, triesMax
	d.expires = d.Clock().Add(CodeFor)
	return d.code[:4] + "-" + d.code[4:], d.expires, nil
}

// Open tells whether a code is in force.
func (d *Desk) Open() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.inForce()
}

func (d *Desk) inForce() bool {
	if d.code == "" || d.tries == 0 {
		return false
	}
	now := d.Clock() // a code of a clock that was ahead would be good until the clock gets there
	return !now.After(d.expires) && !d.expires.After(now.Add(2*CodeFor))
}

// Burnt is when the last code would have ended, if wrong tries used it up; zero if they did not.
func (d *Desk) Burnt() (expires time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.code != "" && d.tries == 0 {
		expires = d.expires
	}
	return expires
}

// take spends a try and returns the code in force, or "", and whether there is no other try.
func (d *Desk) take() (code string, why errand, last bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.inForce() {
		return "", errand{}, false
	}
	d.tries--
	return d.code, d.why, d.tries == 0
}

// spent voids the code after its one success.
func (d *Desk) spent(code string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.code != code {
		return false
	}
	d.code = ""
	return true
}

type request struct {
	Name string `json:"name"`
	MAC  []byte `json:"mac"`
}

type answer struct {
	Root  []byte `json:"root,omitempty"`
	MAC   []byte `json:"mac,omitempty"`
	Error string `json:"error,omitempty"`
}

// Serve answers one pairing connection and closes it.
func (d *Desk) Serve(ctx context.Context, conn *tls.Conn) error {
	defer func() { _ = conn.Close() }()
	ctx, cancel := context.WithTimeout(ctx, exchangeFor)
	defer cancel()
	start := time.Now() //nolint:forbidigo // a socket deadline is real time
	_ = conn.SetDeadline(start.Add(cmp.Or(d.Patience, requestFor)))
	var req request
	if err := read(conn, &req); err != nil {
		return err
	}
	_ = conn.SetDeadline(start.Add(exchangeFor))
	key, fp, why, err := d.check(ctx, conn, req)
	if err != nil {
		return errors.Join(err, write(conn, answer{Error: fault.KeyOf(err)}))
	}
	if err := d.letIn(ctx, fp, cleanName(req.Name), why); err != nil {
		return errors.Join(err, write(conn, answer{Error: fault.KeyOf(err)}))
	}
	state := conn.ConnectionState()
	mac := seal(key, "host", exporter(&state), hostSPKI(d.Root), []byte(fp), d.Root.Raw)
	return write(conn, answer{Root: d.Root.Raw, MAC: mac})
}

// letIn stores a PC that proved the code.
func (d *Desk) letIn(ctx context.Context, fp device.Fingerprint, name string, why errand) error {
	if why.access != 0 {
		return d.Help(ctx, fp, name, why.access)
	}
	return d.Enrol(ctx, fp, name, why.by)
}

func (d *Desk) check(ctx context.Context, conn *tls.Conn, req request) (key []byte, fp device.Fingerprint, why errand, err error) {
	state := conn.ConnectionState()
	if len(state.PeerCertificates) == 0 {
		return nil, "", why, fault.New(fault.Invalid, "pair.refused")
	}
	fp = device.FingerprintOf(state.PeerCertificates[0])
	code, why, last := d.take()
	if code == "" {
		return nil, "", why, fault.New(fault.Conflict, "pair.no_code")
	}
	key = stretch(code, exporter(&state))
	if !hmac.Equal(req.MAC, seal(key, "device", exporter(&state), []byte(fp), []byte(req.Name))) {
		err := error(fault.Field("code", "pair.bad_code"))
		if last {
			err = fault.Field("code", "pair.code_burnt")
		}
		if d.Refused != nil {
			err = errors.Join(err, d.Refused(ctx, Refusal{Device: fp, From: conn.RemoteAddr(), By: why.by, Burnt: last}))
		}
		return nil, "", why, err
	}
	if !d.spent(code) {
		return nil, "", why, fault.New(fault.Conflict, "pair.no_code")
	}
	return key, fp, why, nil
}

// Join proves code to the host at addr and returns the root to pin. Faults: pair.bad_code,
// pair.code_burnt, pair.no_code, pair.refused, pair.wrong_host, lan.host_unreachable.
func Join(ctx context.Context, addr, code, name string, id device.Identity) (*x509.Certificate, error) {
	folded, err := Fold(code)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, exchangeFor)
	defer cancel()
	dialer := tls.Dialer{Config: &tls.Config{
		MinVersion: tls.VersionTLS13, NextProtos: []string{Protocol}, Certificates: []tls.Certificate{id.TLS},
		// Nothing is trusted yet: the MAC over this very connection decides.
		InsecureSkipVerify: true, //nolint:gosec // see above
	}}
	raw, err := dialer.DialContext(ctx, "tcp", addr)
	if err != nil && strings.Contains(err.Error(), "tls: no application protocol") {
		// A host that has handed out no code does not even offer to pair.
		return nil, fault.New(fault.Conflict, "pair.no_code").Because(err)
	}
	if err != nil {
		return nil, fault.New(fault.Unavailable, "lan.host_unreachable", "host", addr).Because(err)
	}
	conn := raw.(*tls.Conn)
	defer func() { _ = conn.Close() }()
	deadline, _ := ctx.Deadline()
	_ = conn.SetDeadline(deadline)
	root, err := exchange(conn, folded, cleanName(name), id)
	var ne net.Error
	if errors.As(err, &ne) || errors.Is(err, io.EOF) {
		return nil, fault.New(fault.Unavailable, "pair.refused").Because(err)
	}
	return root, err
}

func exchange(conn *tls.Conn, code, name string, id device.Identity) (*x509.Certificate, error) {
	state := conn.ConnectionState()
	if state.NegotiatedProtocol != Protocol {
		return nil, fault.New(fault.Unavailable, "pair.wrong_host")
	}
	key := stretch(code, exporter(&state))
	mac := seal(key, "device", exporter(&state), []byte(id.Fingerprint), []byte(name))
	if err := write(conn, request{Name: name, MAC: mac}); err != nil {
		return nil, err
	}
	var a answer
	if err := read(conn, &a); err != nil {
		return nil, err
	}
	switch a.Error { // the other end is not known yet: its words are not shown
	case "":
	case "pair.bad_code", "pair.code_burnt":
		f := fault.New(fault.Conflict, a.Error)
		f.Field = "code"
		return nil, f
	case "pair.no_code":
		return nil, fault.New(fault.Conflict, a.Error)
	default:
		return nil, fault.New(fault.Unavailable, "pair.refused")
	}
	root, err := x509.ParseCertificate(a.Root)
	if err != nil {
		return nil, fault.New(fault.Unavailable, "pair.wrong_host").Because(err)
	}
	want := seal(key, "host", exporter(&state), hostSPKI(root), []byte(id.Fingerprint), root.Raw)
	if !hmac.Equal(a.MAC, want) {
		return nil, fault.New(fault.Unavailable, "pair.wrong_host")
	}
	return root, device.CheckHost(state.PeerCertificates, root)
}

// Fold normalises a typed code: case, dashes, spaces, and the letters people take for digits.
func Fold(code string) (string, error) {
	s := strings.NewReplacer(" ", "", "-", "", "\u00a0", "", "O", "0", "I", "1", "L", "1").
		Replace(strings.ToUpper(strings.TrimSpace(code)))
	if len(s) != codeSymbols || strings.Trim(s, alphabet) != "" {
		return "", fault.Field("code", "pair.code_form")
	}
	return s, nil
}

// stretch makes guessing the 40-bit code cost one Argon2id each.
func stretch(code string, exported []byte) []byte {
	return argon2.IDKey([]byte(code), exported[:16], argonPasses, argonMemory, 1, 32)
}

// exporter is a secret both ends of this TLS connection share and no other connection has.
func exporter(state *tls.ConnectionState) []byte {
	b, err := state.ExportKeyingMaterial(exporterLabel, nil, 32)
	if err != nil {
		panic("pair: TLS 1.3 exporter: " + err.Error())
	}
	return b
}

func hostSPKI(root *x509.Certificate) []byte { return []byte(device.FingerprintOf(root)) }

func seal(key []byte, label string, parts ...[]byte) []byte {
	h := hmac.New(sha256.New, key)
	for _, p := range append([][]byte{[]byte(label)}, parts...) {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(p)))
		h.Write(n[:])
		h.Write(p)
	}
	return h.Sum(nil)
}

func cleanName(s string) string {
	r := []rune(strings.Map(func(c rune) rune {
		if c < ' ' {
			return -1
		}
		return c
	}, strings.TrimSpace(s)))
	if len(r) > nameRunesMax {
		r = r[:nameRunesMax]
	}
	return string(r)
}

func write(w io.Writer, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = w.Write(append(b, '\n'))
	return err
}

func read(r io.Reader, v any) error {
	line, err := bufio.NewReader(io.LimitReader(r, messageMax)).ReadBytes('\n')
	if err != nil {
		return err
	}
	return json.Unmarshal(line, v)
}
