package notify

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"zafe/app/fault"
	appnotify "zafe/app/notify"
)

// The time-outs of one notice, whatever the other side does.
const (
	mailWithin = 45 * time.Second
	callWithin = 20 * time.Second
	quitWithin = time.Second // what a server may take for its good-bye
)

// Carrier is the way out of the house.
type Carrier struct {
	roots                  *x509.CertPool // whom to trust; nil for those of the system
	mailWithin, callWithin time.Duration
}

var _ appnotify.Carrier = (*Carrier)(nil)

// New returns a carrier that trusts whom the system trusts.
func New() *Carrier { return &Carrier{mailWithin: mailWithin, callWithin: callWithin} }

func (c *Carrier) tls(host string) *tls.Config {
	return &tls.Config{ServerName: host, RootCAs: c.roots, MinVersion: tls.VersionTLS12}
}

// broken says in a person's words why a line to a host failed; nil when it did not, as far as err tells. Faults
// notify.certificate, notify.not_tls, notify.no_host, notify.unreachable, notify.silent, notify.cut.
func broken(host string, port int, err error) *fault.Fault {
	refuse := func(key string) *fault.Fault {
		return fault.New(fault.Unavailable, key, "host", host, "port", strconv.Itoa(port)).Because(err)
	}
	var certificate *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var name *net.DNSError
	var dial *net.OpError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &certificate):
		return refuse("notify.certificate")
	case errors.As(err, &record):
		return refuse("notify.not_tls")
	case errors.As(err, &name):
		return refuse("notify.no_host")
	case errors.As(err, &dial) && dial.Op == "dial":
		return refuse("notify.unreachable")
	case timedOut(err):
		return refuse("notify.silent")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed),
		errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return refuse("notify.cut")
	}
	return nil
}

// timedOut tells whether nobody answered in time; some of the library's errors keep no more than the words of theirs.
func timedOut(err error) bool {
	var late net.Error
	return errors.Is(err, os.ErrDeadlineExceeded) || errors.As(err, &late) && late.Timeout() ||
		strings.Contains(err.Error(), os.ErrDeadlineExceeded.Error())
}
