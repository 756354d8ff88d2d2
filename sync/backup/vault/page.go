package vault

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"

	"github.com/klauspost/compress/zstd"
	"github.com/rclone/rclone/fs/asyncreader"
)

const (
	pageHashSize = 16 // bytes kept of each page's SHA-256: enough against accidents in our own data
	diffMagic    = "ZAFEPAGES1"
)

// errDiffTooBig says that a difference is no longer worth it: a full image follows instead.
var errDiffTooBig = errors.New("more than half of the full image changed")

// image is the result of storing one reading of the book.
type image struct {
	pageSize int
	pages    uint32
	sha256   string // "" when not all of it was read
	hashes   []byte // pageHashSize per page
	object   Object
	marks    *Marks // of the pages that are as in the full image, after a reading of all; nil when not known
}

// base is the full image a difference refers to.
type base struct {
	pageSize  int
	pages     uint32
	hashes    []byte
	limit     int64      // bytes a difference may have before it is given up
	unchanged *unchanged // nil when not known
}

// storeImage reads the book once and writes it into the object, as a full image, or, with a base, as
// the pages that differ from it. Nothing in clear touches a disk.
func (v *Vault) storeImage(ctx context.Context, src Source, w *objectWriter, b *base,
	watch Watch,
) (image, error) {
	zw, err := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1), zstd.WithEncoderCRC(true))
	if err != nil {
		return image{}, err
	}
	p := &pager{out: zw, object: w, base: b, whole: sha256.New(), watch: watch}
	err = readPages(ctx, src, func(pageSize int, pages uint32, m *Marks) ([]uint32, bool, error) {
		w.limit = v.partLimit(int64(pageSize) * int64(pages)) // decided before the first byte
		return p.begin(pageSize, pages, m)
	}, func(pgno uint32, data []byte) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		return p.page(pgno, data)
	})
	if err == nil && p.read != p.due() {
		err = fmt.Errorf("the source gave %d of %d pages", p.read, p.due())
	}
	if err != nil {
		_ = zw.Close()
		return image{}, err
	}
	if err := zw.Close(); err != nil {
		return image{}, err
	}
	object, err := w.finish()
	if err != nil {
		return image{}, err
	}
	if b != nil && object.Bytes > b.limit {
		return image{}, errDiffTooBig
	}
	img := image{pageSize: p.pageSize, pages: p.pages, object: object, hashes: p.hashes}
	if !p.partly {
		img.sha256, img.marks = hex.EncodeToString(p.whole.Sum(nil)), p.marks
	}
	return img, nil
}

// readPages reads a source with its marks if it has any.
func readPages(ctx context.Context, src Source,
	begin func(pageSize int, pages uint32, m *Marks) (some []uint32, all bool, err error),
	page func(pgno uint32, data []byte) error,
) error {
	if marked, ok := src.(MarkedSource); ok {
		return marked.MarkedPages(ctx, begin, page)
	}
	return src.Pages(ctx, func(pageSize int, pages uint32) error {
		_, _, err := begin(pageSize, pages, nil)
		return err
	}, page)
}

// pager turns pages into the bytes of an image or of a difference.
type pager struct {
	out      io.Writer
	object   *objectWriter
	base     *base
	whole    hash.Hash // of all pages; not of some
	hashes   []byte
	pageSize int
	pages    uint32
	partly   bool     // only some pages are read: the others are as in the base
	some     []uint32 // those
	marks    *Marks   // see image
	read     uint32   // pages seen
	watch    Watch
}

// due is how many pages are to be read.
func (p *pager) due() uint32 {
	if p.partly {
		return uint32(len(p.some))
	}
	return p.pages
}

// follows is the number of the page that comes next.
func (p *pager) follows() uint32 {
	switch {
	case p.read >= p.due():
		return 0
	case p.partly:
		return p.some[p.read]
	}
	return p.read + 1
}

func (p *pager) begin(pageSize int, pages uint32, m *Marks) (some []uint32, all bool, err error) {
	p.pageSize, p.pages = pageSize, pages
	p.hashes = make([]byte, int(pages)*pageHashSize)
	if m != nil && len(m.Pages) == int(pages) {
		p.marks = m
	}
	if p.base == nil {
		return nil, true, nil
	}
	if p.base.pageSize != pageSize {
		return nil, true, errDiffTooBig
	}
	if p.some, p.partly = p.base.unchanged.changed(pages, p.marks); p.partly {
		copy(p.hashes, p.base.hashes)
	}
	_, err = fmt.Fprintf(p.out, "%s %d\n", diffMagic, pageSize)
	return p.some, !p.partly, err
}

func (p *pager) page(pgno uint32, data []byte) error {
	if pgno == 0 || pgno != p.follows() || len(data) != p.pageSize {
		return fmt.Errorf("the source gave page %d with %d bytes where page %d of %d was due",
			pgno, len(data), p.follows(), p.pages)
	}
	p.read++
	if !p.partly {
		_, _ = p.whole.Write(data)
	}
	sum := sha256.Sum256(data)
	at := int(pgno-1) * pageHashSize
	copy(p.hashes[at:], sum[:pageHashSize])
	if p.read%1024 == 0 || p.read == p.due() {
		size := int64(p.pageSize)
		p.watch.tell(Progress{Stage: StageBook, Done: int64(p.read) * size, Total: int64(p.due()) * size})
	}
	if p.base == nil {
		_, err := p.out.Write(data)
		return err
	}
	if pgno <= p.base.pages && bytes.Equal(p.base.hashes[at:at+pageHashSize], sum[:pageHashSize]) {
		return nil
	}
	if p.marks != nil {
		p.marks.Pages[pgno-1] = 0 // not as in the full image
	}
	var head [4]byte
	binary.BigEndian.PutUint32(head[:], pgno)
	if _, err := p.out.Write(head[:]); err != nil {
		return err
	}
	if _, err := p.out.Write(data); err != nil {
		return err
	}
	if p.object.whole.n > p.base.limit {
		return errDiffTooBig
	}
	return nil
}

// unpacker decompresses an object and tells a content that is not what was written from a line that
// broke.
type unpacker struct {
	*zstd.Decoder
	in *drained
}

func unpack(r io.Reader) (unpacker, error) {
	in := &drained{in: r}
	// Its checksum is left to who reads a frame without us: the hash of the whole image says more.
	z, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(1<<30),
		zstd.IgnoreChecksum(true))
	return unpacker{Decoder: z, in: in}, err
}

// Read reads plain bytes.
func (u unpacker) Read(p []byte) (int, error) {
	n, err := u.Decoder.Read(p)
	if err != nil && !errors.Is(err, io.EOF) && (u.in.err == nil || errors.Is(u.in.err, io.EOF)) {
		err = fmt.Errorf("%w: %w", errDiffers, err)
	}
	return n, err
}

// Close implements io.Closer.
func (u unpacker) Close() error { u.Decoder.Close(); return nil }

// readAhead is how many MiB of an image are opened and decompressed while pages before are put in their place.
const readAhead = 4

// fullReader gives the pages of a full image in order.
type fullReader struct {
	in  io.ReadCloser
	buf []byte
}

func newFullReader(ctx context.Context, r io.Reader, pageSize int) (*fullReader, error) {
	z, err := unpack(r)
	if err != nil {
		return nil, err
	}
	in, err := asyncreader.New(ctx, z, readAhead)
	if err != nil {
		_ = z.Close()
		return nil, err
	}
	return &fullReader{in: in, buf: make([]byte, pageSize)}, nil
}

func (f *fullReader) read() ([]byte, error) {
	if _, err := io.ReadFull(f.in, f.buf); err != nil {
		return nil, short(err)
	}
	return f.buf, nil
}

func (f *fullReader) close() { _ = f.in.Close() }

// diffReader gives the changed pages of a difference in order. next is 0 at its end.
type diffReader struct {
	in   *bufio.Reader
	zstd unpacker
	next uint32
	buf  []byte
}

func newDiffReader(r io.Reader, pageSize int) (*diffReader, error) {
	in, err := unpack(r)
	if err != nil {
		return nil, err
	}
	d := &diffReader{in: bufio.NewReader(in), zstd: in, buf: make([]byte, pageSize)}
	line, err := d.in.ReadString('\n')
	if err == nil && line != fmt.Sprintf("%s %d\n", diffMagic, pageSize) {
		err = errDiffers
	}
	if err == nil {
		err = d.advance()
	}
	if err != nil {
		_ = in.Close()
		return nil, short(err)
	}
	return d, nil
}

// advance reads the next changed page.
func (d *diffReader) advance() error {
	var head [4]byte
	_, err := io.ReadFull(d.in, head[:])
	if err == io.EOF {
		d.next = 0
		return nil
	}
	if err != nil {
		return short(err)
	}
	pgno := binary.BigEndian.Uint32(head[:])
	if pgno <= d.next {
		return errDiffers
	}
	d.next = pgno
	_, err = io.ReadFull(d.in, d.buf)
	return short(err)
}

func (d *diffReader) close() { _ = d.zstd.Close() }

// short turns an early end of data into errDiffers: every length is known beforehand here.
func short(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%w: too short", errDiffers)
	}
	return err
}
