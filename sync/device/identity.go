// Package device gives each PC its identity on the LAN: a P-256 key of its own and the fingerprint
// under which the host knows it, and gives the host its root, pinned by every paired PC. It knows no
// operation and no storage.
package device

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net/url"
	"time"
)

// Fingerprint identifies a key: hex SHA-256 of its SubjectPublicKeyInfo (RFC 5280 4.1.2.7).
type Fingerprint string

// FingerprintOf returns the fingerprint of a certificate's key.
func FingerprintOf(c *x509.Certificate) Fingerprint {
	sum := sha256.Sum256(c.RawSubjectPublicKeyInfo)
	return Fingerprint(hex.EncodeToString(sum[:]))
}

// validity is far longer than any PC lives: trust ends by a row of the book, not by a date that a
// PC with a flat clock battery would get wrong.
const validity = 50 * 365 * 24 * time.Hour

// Identity is a key with its certificate chain.
type Identity struct {
	TLS         tls.Certificate
	Fingerprint Fingerprint
}

// NewPC makes the identity of a client PC. Its certificate says nothing about the company.
func NewPC(now time.Time) (Identity, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return Identity{}, err
	}
	t, err := template("zafe-pc", now.Add(-24*time.Hour), now.Add(validity))
	if err != nil {
		return Identity{}, err
	}
	t.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	der, err := x509.CreateCertificate(rand.Reader, t, t, key.Public(), key)
	if err != nil {
		return Identity{}, err
	}
	return identity([][]byte{der}, key)
}

// Root is the host's authority: it signs host certificates only and is what clients pin. It lives in
// the encrypted book, so that a restore on another PC keeps the pairings.
type Root struct {
	Cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// NewRoot makes the root of a book.
func NewRoot(now time.Time) (Root, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return Root{}, err
	}
	t, err := template("zafe-root", now.Add(-24*time.Hour), now.Add(validity))
	if err != nil {
		return Root{}, err
	}
	t.IsCA, t.BasicConstraintsValid, t.MaxPathLenZero = true, true, true
	t.KeyUsage = x509.KeyUsageCertSign
	der, err := x509.CreateCertificate(rand.Reader, t, t, key.Public(), key)
	if err != nil {
		return Root{}, err
	}
	c, err := x509.ParseCertificate(der)
	return Root{Cert: c, key: key}, err
}

// hostURI is the role a host certificate carries and a client demands.
const hostURI = "zafe://host"

// Host makes a fresh host identity under the root. It is dated as the root is: the clock of a PC whose battery is dead is
// years behind, and a certificate from before its root is refused as that of another machine.
func (r Root) Host() (Identity, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return Identity{}, err
	}
	t, err := template("zafe-host", r.Cert.NotBefore, r.Cert.NotAfter)
	if err != nil {
		return Identity{}, err
	}
	u, err := url.Parse(hostURI)
	if err != nil {
		return Identity{}, err
	}
	t.URIs = []*url.URL{u}
	t.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	der, err := x509.CreateCertificate(rand.Reader, t, r.Cert, key.Public(), r.key)
	if err != nil {
		return Identity{}, err
	}
	return identity([][]byte{der, r.Cert.Raw}, key)
}

// errNotPinned is returned when a host is not the one this PC was paired with.
var errNotPinned = errors.New("device: the host is not the one paired")

// NotPinned is the error of a host that is not the one expected.
func NotPinned() error { return errNotPinned }

// ErrNotPinned tells whether err says that another machine answers in the host's place.
func ErrNotPinned(err error) bool { return errors.Is(err, errNotPinned) }

// CheckHost verifies a chain presented by a host against the pinned root: the right root, the host's
// role. Name, address and clock do not count: the pin does.
func CheckHost(chain []*x509.Certificate, root *x509.Certificate) error {
	if len(chain) == 0 {
		return errNotPinned
	}
	leaf := chain[0]
	at := leaf.NotBefore
	if root.NotBefore.After(at) {
		at = root.NotBefore
	}
	pool := x509.NewCertPool()
	pool.AddCert(root)
	_, err := leaf.Verify(x509.VerifyOptions{
		Roots: pool, CurrentTime: at.Add(time.Hour),
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	})
	if err != nil {
		return fmt.Errorf("%w: %w", errNotPinned, err)
	}
	if len(leaf.URIs) != 1 || leaf.URIs[0].String() != hostURI {
		return errNotPinned
	}
	return nil
}

func template(cn string, from, to time.Time) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, err
	}
	return &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: cn},
		NotBefore: from, NotAfter: to,
		KeyUsage: x509.KeyUsageDigitalSignature,
	}, nil
}

func identity(chain [][]byte, key *ecdsa.PrivateKey) (Identity, error) {
	leaf, err := x509.ParseCertificate(chain[0])
	if err != nil {
		return Identity{}, err
	}
	return Identity{
		TLS:         tls.Certificate{Certificate: chain, PrivateKey: key, Leaf: leaf},
		Fingerprint: FingerprintOf(leaf),
	}, nil
}

// The PEM block types of a stored identity or root.
const (
	pemCert = "CERTIFICATE"
	pemKey  = "PRIVATE KEY"
)

// Marshal writes the identity as PEM: key, then certificate.
func (i Identity) Marshal() ([]byte, error) {
	return marshal(i.TLS.PrivateKey.(*ecdsa.PrivateKey), i.TLS.Certificate[0])
}

// Marshal writes the root as PEM: key, then certificate.
func (r Root) Marshal() ([]byte, error) { return marshal(r.key, r.Cert.Raw) }

func marshal(key *ecdsa.PrivateKey, cert []byte) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	out := pem.EncodeToMemory(&pem.Block{Type: pemKey, Bytes: der})
	return append(out, pem.EncodeToMemory(&pem.Block{Type: pemCert, Bytes: cert})...), nil
}

// Parse reads what Identity.Marshal wrote.
func Parse(b []byte) (Identity, error) {
	key, cert, err := parse(b)
	if err != nil {
		return Identity{}, err
	}
	return identity([][]byte{cert.Raw}, key)
}

// ParseRoot reads what Root.Marshal wrote.
func ParseRoot(b []byte) (Root, error) {
	key, cert, err := parse(b)
	return Root{Cert: cert, key: key}, err
}

func parse(b []byte) (*ecdsa.PrivateKey, *x509.Certificate, error) {
	k, rest := pem.Decode(b)
	c, _ := pem.Decode(rest)
	if k == nil || c == nil || k.Type != pemKey || c.Type != pemCert {
		return nil, nil, errors.New("device: not a stored identity")
	}
	parsed, err := x509.ParsePKCS8PrivateKey(k.Bytes)
	if err != nil {
		return nil, nil, err
	}
	key, ok := parsed.(*ecdsa.PrivateKey)
	if !ok {
		return nil, nil, errors.New("device: not a P-256 key")
	}
	cert, err := x509.ParseCertificate(c.Bytes)
	if err != nil {
		return nil, nil, err
	}
	if !key.PublicKey.Equal(cert.PublicKey) {
		return nil, nil, errors.New("device: the key is not that of the certificate")
	}
	return key, cert, nil
}

// ParseCert reads a pinned root certificate (DER).
func ParseCert(der []byte) (*x509.Certificate, error) { return x509.ParseCertificate(der) }
