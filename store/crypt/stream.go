package crypt

import (
	"errors"
	"io"
)

// Format version 1 of a sealed stream; see FORMAT.md.
const (
	streamHeader  = "zafe-fil\x00\x01\x01\x00\x00\x00\x00\x00" // magic, version, suite, zeros
	streamVersion = 10                                         // where the version ends in the header
	streamAAD     = "zafe-fi\x01"
	streamSegment = 64 << 10 // plaintext bytes of every segment but the last
)

// StreamKey is the key of one stream. Each stream has its own: nothing binds a stream to its name or
// place but the one who keeps its key.
type StreamKey [32]byte

// NewStreamKey returns a fresh random key.
func NewStreamKey() StreamKey {
	var k StreamKey
	fillRandom(k[:])
	return k
}

// StreamSize returns how many bytes a content of n bytes takes once sealed.
func StreamSize(n int64) int64 {
	segments := max(1, (n+streamSegment-1)/streamSegment)
	return int64(len(streamHeader)) + n + segments*overhead
}

// streamBinding is the additional data of a segment: its place, and whether it is the last.
func streamBinding(dst []byte, index uint64, last bool) []byte {
	dst = append(dst[:0], streamAAD...)
	dst = be.AppendUint64(dst, index)
	if last {
		return append(dst, 1)
	}
	return append(dst, 0)
}

// StreamWriter seals a content of any length on its way to a file, in constant memory. What it wrote is
// a stream only after Close.
type StreamWriter struct {
	w     io.Writer
	s     *suite
	buf   []byte // a segment, sealed in place
	aad   []byte
	n     int // plaintext bytes in buf
	index uint64
	err   error
}

var errStreamClosed = errors.New("crypt: stream is closed")

// NewStreamWriter seals under key what is written to it, into w.
func NewStreamWriter(w io.Writer, key StreamKey) *StreamWriter {
	return &StreamWriter{w: w, s: newSuite(key), buf: make([]byte, streamSegment+overhead)}
}

// Write implements io.Writer.
func (w *StreamWriter) Write(p []byte) (int, error) {
	total := len(p)
	for len(p) > 0 {
		if w.n == streamSegment {
			w.flush(false) // more follows, so it is not the last
		}
		if w.err != nil {
			return total - len(p), w.err
		}
		n := copy(w.buf[w.n:streamSegment], p)
		w.n += n
		p = p[n:]
	}
	return total, w.err
}

// Close writes the last segment; it does not close what it writes to.
func (w *StreamWriter) Close() error {
	w.flush(true)
	err := w.err
	if err == nil {
		w.err = errStreamClosed
	}
	return err
}

func (w *StreamWriter) flush(last bool) {
	if w.err == nil && w.index == 0 {
		_, w.err = io.WriteString(w.w, streamHeader)
	}
	if w.err != nil {
		return
	}
	w.aad = streamBinding(w.aad, w.index, last)
	sealed := w.buf[:w.n+overhead]
	w.s.seal(sealed, w.buf[:w.n], w.aad)
	_, w.err = w.w.Write(sealed)
	w.n = 0
	w.index++
}

// StreamReader gives back the content of a sealed stream. Every byte it returns is authentic and in its
// place; io.EOF is returned only behind the true end, so that a content read to io.EOF is whole.
type StreamReader struct {
	r     io.Reader
	s     *suite
	path  string
	buf   []byte // a sealed segment and the first byte of the next
	have  int    // bytes of the segment that were read with the one before: 0 or 1
	plain []byte // opened, not yet returned
	aad   []byte
	index uint64
	err   error
}

// NewStreamReader reads the stream sealed under key from r; path names it in errors. Reading fails with
// a [Fault]: [ErrTampered], [ErrNewer]; or with r's own error.
func NewStreamReader(r io.Reader, key StreamKey, path string) *StreamReader {
	return &StreamReader{r: r, s: newSuite(key), path: path, buf: make([]byte, streamSegment+overhead+1)}
}

// Read implements io.Reader.
func (r *StreamReader) Read(p []byte) (int, error) {
	for len(r.plain) == 0 && r.err == nil {
		r.next()
	}
	if len(r.plain) == 0 {
		return 0, r.err
	}
	n := copy(p, r.plain)
	r.plain = r.plain[n:]
	return n, nil
}

// next opens one segment. The byte behind it tells whether it is the last.
func (r *StreamReader) next() {
	if r.index == 0 {
		if r.err = r.header(); r.err != nil {
			return
		}
	}
	if r.have == 1 {
		r.buf[0] = r.buf[streamSegment+overhead]
	}
	n, err := io.ReadFull(r.r, r.buf[r.have:])
	last := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
	if err != nil && !last {
		r.err = err
		return
	}
	record := r.buf[:min(r.have+n, streamSegment+overhead)]
	r.aad = streamBinding(r.aad, r.index, last)
	if !r.s.open(record, record, r.aad) {
		r.err = r.tampered("segment does not open")
		return
	}
	r.index++
	r.plain = record[:len(record)-overhead]
	if last {
		r.err = io.EOF
		return
	}
	r.have = 1
}

func (r *StreamReader) header() error {
	h := r.buf[:len(streamHeader)]
	_, err := io.ReadFull(r.r, h)
	switch {
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return r.tampered("cut header")
	case err != nil:
		return err
	case string(h) == streamHeader:
		return nil
	case string(h[:8]) == streamHeader[:8] && string(h[8:streamVersion]) > streamHeader[8:streamVersion]:
		return &Fault{Kind: ErrNewer, File: r.path}
	}
	return r.tampered("header")
}

func (r *StreamReader) tampered(what string) error {
	return &Fault{Kind: ErrTampered, File: r.path, Page: uint32(r.index + 1), What: what}
}
