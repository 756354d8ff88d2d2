package crypt

import (
	"bytes"
	"errors"
	"io"
	"os"
	"testing"
	"testing/iotest"
)

var testStreamKey = StreamKey{1, 2, 3}

// sealStream seals a content in writes of varying size.
func sealStream(t testing.TB, content []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := NewStreamWriter(&out, testStreamKey)
	for step := 1; len(content) > 0; step = step*7 + 1 {
		n := min(step, len(content))
		if _, err := w.Write(content[:n]); err != nil {
			t.Fatal(err)
		}
		content = content[n:]
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func openStream(sealed []byte) ([]byte, error) {
	return io.ReadAll(NewStreamReader(bytes.NewReader(sealed), testStreamKey, "x"))
}

// sample is a content in which no two segments are alike.
func sample(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i>>16) ^ byte(i>>8) ^ byte(i)
	}
	return b
}

func TestStreamRoundTrip(t *testing.T) {
	for _, n := range []int{
		0, 1, 1000, streamSegment - 1, streamSegment, streamSegment + 1, 2 * streamSegment, 3*streamSegment + 17,
	} {
		content := sample(n)
		sealed := sealStream(t, content)
		if int64(len(sealed)) != StreamSize(int64(n)) {
			t.Errorf("%d bytes take %d, want %d", n, len(sealed), StreamSize(int64(n)))
		}
		for name, r := range map[string]io.Reader{
			"whole": bytes.NewReader(sealed), "halves": iotest.HalfReader(bytes.NewReader(sealed)),
			"late end": iotest.DataErrReader(bytes.NewReader(sealed)),
		} {
			got, err := io.ReadAll(NewStreamReader(r, testStreamKey, "x"))
			if err != nil || !bytes.Equal(got, content) {
				t.Errorf("%d bytes, %s: %d bytes back, %v", n, name, len(got), err)
			}
		}
		if n > 16 && bytes.Contains(sealed, content[:16]) {
			t.Errorf("%d bytes: the content is in the clear", n)
		}
	}
}

// TestStreamRefusesEveryChange: no flipped byte, no cut, nothing added, moved or left out is accepted,
// and nothing is given out behind the place of the change.
func TestStreamRefusesEveryChange(t *testing.T) {
	small := sealStream(t, sample(200))
	for i := range small {
		for _, bit := range []byte{1, 0x80} {
			bad := bytes.Clone(small)
			bad[i] ^= bit
			if got, err := openStream(bad); !streamRefused(err) || len(got) > 0 {
				t.Fatalf("byte %d flipped: %d bytes, %v", i, len(got), err)
			}
		}
	}
	for n := range small {
		if got, err := openStream(small[:n]); !errors.Is(err, ErrTampered) || len(got) > 0 {
			t.Fatalf("cut to %d: %d bytes, %v", n, len(got), err)
		}
	}
	const h, seg = len(streamHeader), streamSegment + overhead
	long := sealStream(t, sample(3*streamSegment))
	part := func(i int) []byte { return long[h+i*seg : h+(i+1)*seg] }
	for name, bad := range map[string][]byte{
		"cut at a segment":      long[:h+2*seg],
		"cut to the header":     long[:h],
		"one byte more":         append(bytes.Clone(long), 0),
		"continued":             append(bytes.Clone(long), part(1)...),
		"last twice":            append(bytes.Clone(long), part(2)...),
		"swapped":               bytes.Join([][]byte{long[:h], part(1), part(0), part(2)}, nil),
		"first left out":        bytes.Join([][]byte{long[:h], part(1), part(2)}, nil),
		"one left out":          bytes.Join([][]byte{long[:h], part(0), part(2)}, nil),
		"last one of another":   bytes.Join([][]byte{long[:h], part(0), part(1), small[h:]}, nil),
		"nothing":               nil,
		"two streams in a file": append(bytes.Clone(long), long...),
	} {
		if got, err := openStream(bad); !errors.Is(err, ErrTampered) {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
	}
	if _, err := io.ReadAll(NewStreamReader(bytes.NewReader(small), NewStreamKey(), "x")); !errors.Is(err, ErrTampered) {
		t.Errorf("another key: %v", err)
	}
	newer := bytes.Clone(small)
	newer[9] = 2
	if _, err := openStream(newer); !errors.Is(err, ErrNewer) {
		t.Errorf("newer: %v", err)
	}
}

func streamRefused(err error) bool { return errors.Is(err, ErrTampered) || errors.Is(err, ErrNewer) }

// TestStreamTellsErrorsOfTheDisk: what the disk says is passed on, on both ways, and stays.
func TestStreamTellsErrorsOfTheDisk(t *testing.T) {
	broken := errors.New("broken")
	sealed := sealStream(t, sample(2*streamSegment))
	r := NewStreamReader(io.MultiReader(bytes.NewReader(sealed[:70_000]), iotest.ErrReader(broken)), testStreamKey, "x")
	if _, err := io.ReadAll(r); !errors.Is(err, broken) {
		t.Errorf("reading: %v", err)
	}
	w := NewStreamWriter(&fullAfter{room: 70_000, err: broken}, testStreamKey)
	_, err := w.Write(sample(4 * streamSegment))
	if !errors.Is(err, broken) || !errors.Is(w.Close(), broken) {
		t.Errorf("writing: %v, then %v", err, w.Close())
	}
	w = NewStreamWriter(io.Discard, testStreamKey)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte("x")); err == nil {
		if err = w.Close(); err == nil {
			t.Error("a closed stream goes on")
		}
	}
}

// fullAfter takes room bytes and no more.
type fullAfter struct {
	room int
	err  error
}

func (f *fullAfter) Write(p []byte) (int, error) {
	if f.room -= len(p); f.room < 0 {
		return 0, f.err
	}
	return len(p), nil
}

// TestGoldenStreamV1 opens a stream written when version 1 was fixed.
func TestGoldenStreamV1(t *testing.T) {
	const path = "testdata/v1/attachment"
	content := sample(streamSegment + 1000)
	if *makeGolden {
		if err := os.WriteFile(path, sealStream(t, content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	sealed, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	got, err := openStream(sealed)
	if err != nil || !bytes.Equal(got, content) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	if want := "zafe-fil\x00\x01\x01\x00\x00\x00\x00\x00"; string(sealed[:16]) != want || len(sealed) != 16+66536+80 {
		t.Errorf("header %x, %d bytes", sealed[:16], len(sealed))
	}
}

// FuzzStream: whatever a file holds, reading it ends, and only what was sealed comes back.
func FuzzStream(f *testing.F) {
	content := sample(300)
	f.Add(sealStream(f, content), uint16(0), byte(0))
	f.Add(sealStream(f, nil), uint16(9), byte(1))
	f.Add([]byte(streamHeader), uint16(3), byte(0))
	f.Fuzz(func(t *testing.T, data []byte, at uint16, flip byte) {
		if _, err := openStream(data); err != nil && !streamRefused(err) {
			t.Errorf("%v", err)
		}
		sealed := sealStream(t, data)
		if flip != 0 {
			sealed[int(at)%len(sealed)] ^= flip
		}
		got, err := openStream(sealed)
		if flip != 0 && !streamRefused(err) || flip == 0 && (err != nil || !bytes.Equal(got, data)) {
			t.Errorf("flip %d: %d of %d bytes, %v", flip, len(got), len(data), err)
		}
	})
}

func BenchmarkStream(b *testing.B) {
	content := sample(16 << 20)
	var sealed bytes.Buffer
	for _, way := range []string{"seal", "open"} {
		b.Run(way, func(b *testing.B) {
			b.SetBytes(int64(len(content)))
			for b.Loop() {
				if way == "seal" {
					sealed.Reset()
					w := NewStreamWriter(&sealed, testStreamKey)
					_, _ = w.Write(content)
					_ = w.Close()
					continue
				}
				if _, err := openStream(sealed.Bytes()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
