package notify

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"syscall"

	"zafe/app/fault"
)

// The most that is taken from a watcher.
const (
	movesMost  = 3
	answerMost = 4 << 10 // bytes
)

// errMoved is a watcher that leads on and on, or elsewhere: only the server that an owner named is called, and over TLS.
var errMoved = errors.New("moved too often, to another server or to an address that is not https")

// errInside is a name that leads to where no watcher is.
var errInside = errors.New("an address of the machine's own line")

// outside refuses to connect to the addresses of the line itself (link-local), where the secrets of hired machines are
// given out, and to many at once or none; asked of the address that was resolved, so that no name leads there either.
// Those of the house's own network are let through: a watcher may be there.
func outside(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	if ip := at.Addr().Unmap(); ip.IsLinkLocalUnicast() || ip.IsMulticast() || ip.IsUnspecified() {
		return errInside
	}
	return nil
}

// Call implements [appnotify.Carrier]. Faults those of a line that breaks, notify.call_refused,
// notify.call_moved, notify.call_inside.
func (c *Carrier) Call(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeout(ctx, c.callWithin)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return plainly(err)
	}
	req.Header.Set("User-Agent", "Zafe")
	host := req.URL.Hostname()
	client := &http.Client{
		Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, TLSClientConfig: c.tls(""), DisableKeepAlives: true,
			DialContext: (&net.Dialer{Control: outside}).DialContext,
		},
		CheckRedirect: func(next *http.Request, via []*http.Request) error {
			if next.URL.Scheme != "https" || next.URL.Host != req.URL.Host || len(via) > movesMost {
				return errMoved
			}
			next.Header.Del("Referer") // the address that is a secret
			return nil
		},
	}
	answer, err := client.Do(req)
	if err != nil {
		return lost(host, portOf(req.URL), plainly(err))
	}
	defer func() { _ = answer.Body.Close() }()
	_, _ = io.CopyN(io.Discard, answer.Body, answerMost) // an answer that breaks off was one
	if answer.StatusCode/100 != 2 {
		return fault.New(fault.Unavailable, "notify.call_refused", "host", host, "status", answer.StatusCode)
	}
	return nil
}

// plainly takes the address, which is a secret, out of an error.
func plainly(err error) error {
	if in, ok := errors.AsType[*url.Error](err); ok {
		return in.Err
	}
	return err
}

// lost says why a watcher could not be called.
func lost(host string, port int, err error) error {
	if errors.Is(err, errMoved) {
		return fault.New(fault.Unavailable, "notify.call_moved", "host", host).Because(err)
	}
	if errors.Is(err, errInside) {
		return fault.New(fault.Invalid, "notify.call_inside", "host", host).Because(err)
	}
	if f := broken(host, port, err); f != nil {
		return f
	}
	return fault.New(fault.Unavailable, "notify.silent", "host", host).Because(err)
}

const httpsPort = 443

// portOf is the port that an address of https leads to.
func portOf(address *url.URL) int {
	if port, err := strconv.Atoi(address.Port()); err == nil {
		return port
	}
	return httpsPort
}
