package notify

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"

	"zafe/app/fault"
)

// The most that is taken from a watcher.
const (
	movesMost  = 3
	answerMost = 4 << 10 // bytes
)

// errMoved is a watcher that leads to an address that is not safe, or on and on.
var errMoved = errors.New("moved too often or to an address that is not https")

// Call implements [appnotify.Carrier]. Faults those of a line that breaks, notify.call_refused, notify.call_moved.
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
		Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, TLSClientConfig: c.tls(""), DisableKeepAlives: true},
		CheckRedirect: func(next *http.Request, via []*http.Request) error {
			if next.URL.Scheme != "https" || len(via) > movesMost {
				return errMoved
			}
			next.Header.Del("Referer") // the address that is a secret
			return nil
		},
	}
	answer, err := client.Do(req)
	if err != nil {
		return lost(host, plainly(err))
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
func lost(host string, err error) error {
	if errors.Is(err, errMoved) {
		return fault.New(fault.Unavailable, "notify.call_moved", "host", host).Because(err)
	}
	if f := broken(host, httpsPort, err); f != nil {
		return f
	}
	return fault.New(fault.Unavailable, "notify.silent", "host", host).Because(err)
}

const httpsPort = 443
