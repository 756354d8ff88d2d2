package crypt

import (
	"bytes"
	"crypto/sha3"
	"encoding/hex"
	"testing"
)

// TestXAESVectors checks against the vectors of https://c2sp.org/XAES-256-GCM.
func TestXAESVectors(t *testing.T) {
	for _, v := range []struct{ key, aad, want string }{
		{"\x01", "", "ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271"},
		{"\x03", "c2sp.org/XAES-256-GCM", "986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d"},
	} {
		s := newSuite([32]byte(bytes.Repeat([]byte(v.key), 32)))
		nonce := []byte("ABCDEFGHIJKLMNOPQRSTUVWX")
		plain := []byte("XAES-256-GCM")
		got := s.lookup(nonce[:12]).aead.Seal(nil, nonce[12:], plain, []byte(v.aad))
		if hex.EncodeToString(got) != v.want {
			t.Errorf("key %x: got %x, want %s", v.key, got, v.want)
		}
		out := make([]byte, len(plain))
		if !s.open(out, append(got, nonce...), []byte(v.aad)) || !bytes.Equal(out, plain) {
			t.Errorf("key %x: does not open", v.key)
		}
	}
}

// TestXAESAccumulated runs C2SP's randomized vectors: 10 000 iterations of SHAKE128-chosen inputs.
func TestXAESAccumulated(t *testing.T) {
	in, out := sha3.NewSHAKE128(), sha3.NewSHAKE128()
	read := func(n int) []byte {
		b := make([]byte, n)
		_, _ = in.Read(b)
		return b
	}
	for range 10_000 {
		s := newSuite([32]byte(read(32)))
		nonce := read(24)
		plain := read(int(read(1)[0]))
		aad := read(int(read(1)[0]))
		sealed := s.lookup(nonce[:12]).aead.Seal(nil, nonce[12:], plain, aad)
		_, _ = out.Write(sealed)
	}
	sum := make([]byte, 32)
	_, _ = out.Read(sum)
	const want = "e6b9edf2df6cec60c8cbd864e2211b597fb69a529160cd040d56c0c210081939"
	if got := hex.EncodeToString(sum); got != want {
		t.Errorf("accumulated: got %s, want %s", got, want)
	}
}

func TestSealDoesNotAllocate(t *testing.T) {
	s := newSuite([32]byte{1})
	buf, aad := make([]byte, 4096), make([]byte, 28)
	n := testing.AllocsPerRun(200, func() {
		s.seal(buf, buf[:4056], aad)
		if !s.open(buf, buf, aad) {
			t.Fatal("does not open")
		}
	})
	if n != 0 {
		t.Errorf("%v allocations per page", n)
	}
}

// TestNonces sees that no two records share a nonce: tails are random, and prefixes are, of each run and
// after the number of records the format allows.
func TestNonces(t *testing.T) {
	prefixes, tails := make(map[string]bool), make(map[string]bool)
	for range 3 { // runs
		s := newSuite([32]byte{1})
		for i := range 100 {
			if i == 50 {
				s.left = 0
			}
			buf := make([]byte, overhead)
			s.seal(buf, nil, nil)
			prefixes[string(buf[tagSize:tagSize+prefixSize])] = true
			tails[string(buf[tagSize+prefixSize:])] = true
		}
		if s.left != prefixUses-50 {
			t.Errorf("%d records left under this prefix", s.left)
		}
	}
	if len(prefixes) != 6 || len(tails) != 300 {
		t.Errorf("%d prefixes, %d tails", len(prefixes), len(tails))
	}
}
