package notify

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// authority signs certificates for the servers of a test.
type authority struct {
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
	pool *x509.CertPool
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{pool: x509.NewCertPool()}
	der, key := signed(t, &x509.Certificate{IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}, nil)
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	a.key, a.cert = key, cert
	a.pool.AddCert(cert)
	return a
}

// signed makes a certificate, signed by an authority or by itself.
func signed(t *testing.T, c *x509.Certificate, by *authority) ([]byte, *ecdsa.PrivateKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c.SerialNumber, c.Subject = big.NewInt(time.Now().UnixNano()), pkix.Name{CommonName: "test"}
	c.NotBefore, c.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	parent, signer := c, key
	if by != nil {
		parent, signer = by.cert, by.key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	return der, key
}

// files are the certificate and the key of a server on the loopback address, for a program.
func (a *authority) files(t *testing.T) (cert, key string) {
	t.Helper()
	der, private := signed(t, &x509.Certificate{IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}, a)
	raw, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for path, block := range map[string]*pem.Block{
		cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: raw},
	} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}

// config is that of a server on the loopback address.
func (a *authority) config(t *testing.T) *tls.Config {
	t.Helper()
	cert, key := a.files(t)
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
}

// What a bad server does instead of an answer.
const (
	hang = "hang" // nothing, for ever
	cut  = "cut"  // hangs up
)

// bad is an SMTP server that does at one moment what no good one does.
type bad struct {
	say    map[string]string // the answer to a verb, "greeting" for the first word; or hang, or cut
	tls    *tls.Config       // nil for a server without encryption
	direct bool              // encrypted from the start

	mu    sync.Mutex
	heard []string
}

// good are the answers of a server that takes everything. Before TLS it offers nothing but that.
var good = map[string]string{
	"greeting": "220 test", "STARTTLS": "220 go", "AUTH": "235 welcome", "MAIL": "250 ok", "RCPT": "250 ok",
	"DATA": "354 go on", ".": "250 taken", "QUIT": "221 bye", "EHLO": "250-test\r\n250 AUTH PLAIN LOGIN", "*": "501 no",
}

// serve runs the server until the test ends.
func (b *bad) serve(t *testing.T) (port int) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var sessions sync.WaitGroup
	over := make(chan struct{})
	sessions.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			sessions.Go(func() {
				defer func() { _ = conn.Close() }()
				b.session(conn, over)
			})
		}
	})
	t.Cleanup(func() {
		close(over)
		_ = l.Close()
		sessions.Wait()
	})
	return l.Addr().(*net.TCPAddr).Port
}

func (b *bad) session(conn net.Conn, over <-chan struct{}) {
	if b.direct {
		conn = tls.Server(conn, b.tls)
	}
	secured, r := b.direct, bufio.NewReader(conn)
	for verb, rest := "greeting", ""; ; {
		answer := good[verb]
		if verb == "EHLO" && !secured && b.tls != nil {
			answer = "250-test\r\n250 STARTTLS"
		}
		if said, ok := b.say[verb]; ok {
			answer = said
		}
		answer, leaves := strings.CutSuffix(answer, cut)
		if answer == hang {
			<-over
			return
		}
		if answer != "" {
			_, _ = fmt.Fprintf(conn, "%s\r\n", answer)
		}
		if leaves || answer == "" {
			return
		}
		if verb == "STARTTLS" {
			conn = tls.Server(conn, b.tls)
			secured, r = true, bufio.NewReader(conn)
		}
		if verb == "DATA" && strings.HasPrefix(answer, "354") {
			verb = "."
			for line := ""; line != ".\r\n"; {
				var err error
				if line, err = r.ReadString('\n'); err != nil {
					return
				}
			}
			continue
		}
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		verb, rest, _ = strings.Cut(strings.TrimSpace(line), " ")
		b.mu.Lock()
		b.heard = append(b.heard, verb+" "+rest)
		b.mu.Unlock()
	}
}

// told is all that the server was told.
func (b *bad) told() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return strings.Join(b.heard, "\n")
}

// deaf is a port that answers nothing, or nobody.
func deaf(t *testing.T, accept bool) (port int) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port = l.Addr().(*net.TCPAddr).Port
	if !accept {
		_ = l.Close()
		return port
	}
	go func() {
		conn, err := l.Accept()
		if err == nil {
			_, _ = io.Copy(io.Discard, conn)
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() { _ = l.Close() })
	return port
}
