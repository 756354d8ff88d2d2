package pair

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"net"
	"strings"
	"time"

	"zafe/app/fault"
	"zafe/sync/device"
)

// InviteProtocol is the ALPN name of pairing by an invitation file.
const InviteProtocol = "zafe-invite/1"

// The limits of an invitation file.
const (
	ticketFormat  = "invitation/1"
	tokenBytes    = 16 // 128 bits: nobody guesses it, so that it needs no slow hash and no count of tries
	addressesMax  = 16
	TicketBytes   = 16 << 10
	addressLength = 300
)

// Ticket is what an invitation file says: where the main PC can be reached, by which root it is known, and a token
// that lets one PC in. The file goes a way that the owner trusts; the root in it is pinned before the first byte.
type Ticket struct {
	Zafe      string             `json:"zafe"`
	Addresses []string           `json:"addresses"`
	Root      device.Fingerprint `json:"root"`
	Token     []byte             `json:"token"`
	Expires   time.Time          `json:"expires"` // by the clock of the main PC, which decides
	// Check finds a file that did not come through whole, or that somebody wrote in.
	Check []byte `json:"check"`
}

// NewTicket makes an invitation file to the main PC with a root, and the hash of its token, which alone is to be kept.
func NewTicket(root *x509.Certificate, addresses []string, expires time.Time) (file []byte, hash [32]byte, err error) {
	t := Ticket{
		Zafe: ticketFormat, Addresses: addresses[:min(len(addresses), addressesMax)],
		Root: device.FingerprintOf(root), Token: make([]byte, tokenBytes), Expires: expires.UTC().Truncate(time.Second),
	}
	if _, err := rand.Read(t.Token); err != nil {
		return nil, hash, err
	}
	if t.Check, err = t.check(); err != nil {
		return nil, hash, err
	}
	file, err = json.MarshalIndent(t, "", "  ")
	return append(file, '\n'), TokenHash(t.Token), err
}

// TokenHash is what the main PC keeps of a token.
func TokenHash(token []byte) [32]byte { return sha256.Sum256(token) }

// check is the digest of all that the file says.
func (t Ticket) check() ([]byte, error) {
	t.Check = nil
	b, err := json.Marshal(t)
	sum := sha256.Sum256(b)
	return sum[:], err
}

// ReadTicket reads an invitation file. Faults: pair.not_invitation, pair.invitation_altered.
func ReadTicket(file []byte) (Ticket, error) {
	var t Ticket
	if len(file) > TicketBytes || json.Unmarshal(file, &t) != nil || t.Zafe != ticketFormat {
		return Ticket{}, fault.New(fault.Invalid, "pair.not_invitation")
	}
	sum, err := t.check()
	whole := err == nil && string(sum) == string(t.Check) && len(t.Token) == tokenBytes &&
		len(t.Addresses) > 0 && len(t.Addresses) <= addressesMax
	for _, a := range t.Addresses {
		whole = whole && len(a) <= addressLength
	}
	if !whole {
		return Ticket{}, fault.New(fault.Invalid, "pair.invitation_altered")
	}
	return t, nil
}

// invitation is what a PC sends: the token itself, for the main PC has proven by then that it is the one of the file.
type invitation struct {
	Name  string `json:"name"`
	Token []byte `json:"token"`
}

// Awaits tells whether a PC may come with an invitation file.
func (d *Desk) Awaits(ctx context.Context) bool { return d.Awaited != nil && d.Awaited(ctx) }

// ServeInvited answers one connection of a PC with an invitation file and closes it.
func (d *Desk) ServeInvited(ctx context.Context, conn *tls.Conn) error {
	defer func() { _ = conn.Close() }()
	ctx, cancel := context.WithTimeout(ctx, exchangeFor)
	defer cancel()
	start := time.Now() //nolint:forbidigo // a socket deadline is real time
	_ = conn.SetDeadline(start.Add(cmp.Or(d.Patience, requestFor)))
	var in invitation
	if err := read(conn, &in); err != nil {
		return err
	}
	_ = conn.SetDeadline(start.Add(exchangeFor))
	certs := conn.ConnectionState().PeerCertificates
	if len(certs) == 0 || d.Redeem == nil {
		return write(conn, answer{Error: "pair.refused"})
	}
	err := d.Redeem(ctx, TokenHash(in.Token), device.FingerprintOf(certs[0]), cleanName(in.Name), conn.RemoteAddr())
	if err != nil {
		return errors.Join(err, write(conn, answer{Error: fault.KeyOf(err)}))
	}
	return write(conn, answer{})
}

// Redeem has this PC let in by the main PC at addr, with an invitation file, and returns the root to pin. Faults:
// pair.wrong_host, pair.invitation_used, pair.invitation_over, pair.invitation_unknown, pair.refused,
// lan.host_unreachable.
func Redeem(ctx context.Context, addr string, t Ticket, name string, id device.Identity) (*x509.Certificate, error) {
	ctx, cancel := context.WithTimeout(ctx, exchangeFor)
	defer cancel()
	dialer := tls.Dialer{NetDialer: &net.Dialer{Timeout: dialTimeout}, Config: &tls.Config{
		MinVersion: tls.VersionTLS13, NextProtos: []string{InviteProtocol}, Certificates: []tls.Certificate{id.TLS},
		// The root that the file names decides, not names, addresses or clocks.
		InsecureSkipVerify: true, //nolint:gosec // VerifyConnection does it
		VerifyConnection: func(cs tls.ConnectionState) error {
			root, err := t.rootOf(cs.PeerCertificates)
			if err != nil {
				return err
			}
			return device.CheckHost(cs.PeerCertificates, root)
		},
	}}
	raw, err := dialer.DialContext(ctx, "tcp", addr)
	switch {
	case err == nil:
	case device.ErrNotPinned(err):
		return nil, fault.New(fault.Unavailable, "pair.wrong_host").Because(err)
	case strings.Contains(err.Error(), "tls: no application protocol"): // no invitation is out there
		return nil, fault.New(fault.Conflict, "pair.invitation_unknown").Because(err)
	default:
		return nil, fault.New(fault.Unavailable, "lan.host_unreachable", "host", addr).Because(err)
	}
	conn := raw.(*tls.Conn)
	defer func() { _ = conn.Close() }()
	deadline, _ := ctx.Deadline()
	_ = conn.SetDeadline(deadline)
	var a answer
	if err := write(conn, invitation{Name: cleanName(name), Token: t.Token}); err != nil {
		return nil, fault.New(fault.Unavailable, "lan.cut").Because(err)
	}
	if err := read(conn, &a); err != nil {
		return nil, fault.New(fault.Unavailable, "lan.cut").Because(err)
	}
	switch a.Error {
	case "":
		return t.rootOf(conn.ConnectionState().PeerCertificates)
	case "pair.invitation_used", "pair.invitation_over", "pair.invitation_unknown":
		return nil, fault.New(fault.Conflict, a.Error)
	default:
		return nil, fault.New(fault.Unavailable, "pair.refused")
	}
}

// rootOf finds in what a main PC shows the root that the file names.
func (t Ticket) rootOf(chain []*x509.Certificate) (*x509.Certificate, error) {
	if len(chain) < 2 || device.FingerprintOf(chain[1]) != t.Root {
		return nil, device.NotPinned()
	}
	return chain[1], nil
}
