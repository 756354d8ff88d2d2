package device

import (
	"crypto/x509"
	"testing"
	"time"
)

// TestAHostIsTheOneItIsWhateverItsClockSaysOrSaid when the book was made: a flat battery is no other machine.
func TestAHostIsTheOneItIsWhateverItsClockSaysOrSaid(t *testing.T) {
	for _, made := range []time.Time{
		time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC), time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC),
	} {
		root, err := NewRoot(made)
		if err != nil {
			t.Fatal(err)
		}
		host, err := root.Host()
		if err != nil {
			t.Fatal(err)
		}
		if err := CheckHost([]*x509.Certificate{host.TLS.Leaf}, root.Cert); err != nil {
			t.Errorf("made in %d: %v", made.Year(), err)
		}
	}
	// As one was dated by a program that took the PC's own clock, years after and before the root.
	root, err := NewRoot(time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	for _, year := range []int{2001, 2024, 2060} {
		late := root
		cert := *root.Cert
		cert.NotBefore = time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)
		cert.NotAfter = cert.NotBefore.Add(validity)
		late.Cert = &cert
		host, err := late.Host()
		if err != nil {
			t.Fatal(err)
		}
		if err := CheckHost([]*x509.Certificate{host.TLS.Leaf}, root.Cert); err != nil {
			t.Errorf("dated %d: %v", year, err)
		}
	}
}
