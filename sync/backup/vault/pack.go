package vault

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// Many small attachments of a month that are new together lie in packs: zstd frames one after the other, each a
// whole attachment. A first upload is then some requests, not thousands. A pack is named by its SHA-256 and its
// size and never changes; it goes when nobody refers to anything in it.
const (
	packFrom  = 9        // so many new ones of a month make packs
	packBelow = 1 << 20  // bytes of an attachment that goes into one
	packBytes = 16 << 20 // of a pack
	packGap   = 1 << 20  // bytes between two attachments that are read for nothing rather than asked for twice
)

// filed is an attachment and where it lies: in a file of its own, named by its hash, or in a pack.
type filed struct {
	Attachment
	Pack           string // name of the pack, in the folder of the attachment's month; "" for a file of its own
	Offset, Length int64  // of its frame in the pack
}

// part is the stored file that holds it.
func (f filed) part() Part {
	if f.Pack == "" {
		return partOf(f.Attachment)
	}
	sum, rest, _ := strings.Cut(f.Pack, "-")
	size, _ := strconv.ParseInt(strings.TrimSuffix(rest, packSuffix), 10, 64)
	return Part{Name: f.Pack, Bytes: size, SHA256: sum}
}

// end is where its frame ends in the pack.
func (f filed) end() int64 { return f.Offset + f.Length }

// line is its line in the list of attachments. One without a pack is as in format 1.
func (f filed) line() string {
	if f.Pack == "" {
		return fmt.Sprintf("%s %d %s\n", f.Hash, f.Size, f.Month)
	}
	return fmt.Sprintf("%s %d %s %s %d %d\n", f.Hash, f.Size, f.Month, f.Pack, f.Offset, f.Length)
}

func parseLine(line string) (f filed, err error) {
	if strings.Count(line, " ") == 2 {
		_, err = fmt.Sscanf(line, "%s %d %s\n", &f.Hash, &f.Size, &f.Month)
	} else {
		_, err = fmt.Sscanf(line, "%s %d %s %s %d %d\n", &f.Hash, &f.Size, &f.Month, &f.Pack, &f.Offset, &f.Length)
	}
	if err != nil {
		return f, err
	}
	if f.Pack != "" && (!packPattern.MatchString(f.Pack) || f.Size > packBelow || f.Offset < 0 || f.Length < 1 ||
		f.Length > f.part().Bytes-f.Offset) {
		return f, fmt.Errorf("bad place %q %d %d", f.Pack, f.Offset, f.Length)
	}
	return f, wellNamed(f.Attachment)
}

// packer puts attachments of a month into packs in a folder of the local vault.
type packer struct {
	dir   folder
	tree  *Tree
	there listing // of that folder
	zstd  *zstd.Encoder
	data  []byte
	in    []filed // in data
	done  []filed
}

// add puts in a content that fits its attachment.
func (p *packer) add(a Attachment, content []byte) error {
	frame := p.zstd.EncodeAll(content, nil)
	if len(p.in) > 0 && len(p.data)+len(frame) > packBytes {
		if err := p.flush(); err != nil {
			return err
		}
	}
	p.in = append(p.in, filed{Attachment: a, Offset: int64(len(p.data)), Length: int64(len(frame))})
	p.data = append(p.data, frame...)
	return nil
}

// flush stores the pack, unless a run that was killed left the same there.
func (p *packer) flush() error {
	if len(p.in) == 0 {
		return nil
	}
	part := Part{Bytes: int64(len(p.data)), SHA256: sumHex(p.data)}
	part.Name = packName(part.SHA256, part.Bytes)
	if !p.there.has(p.tree, part) {
		if _, err := p.dir.put(part.Name, bytes.NewReader(p.data)); err != nil {
			return err
		}
	}
	for i := range p.in {
		p.in[i].Pack = part.Name
	}
	p.done = append(p.done, p.in...)
	p.in, p.data = nil, p.data[:0]
	return nil
}

// storePacks puts new attachments of one month into packs, in the order of their hashes, so that whoever puts the
// same together makes the same packs. Those that are damaged are left out, as by storeAttachment.
func (v *Vault) storePacks(ctx context.Context, files Files, there listing, all []Attachment, tell comes,
) (kept []filed, damaged []Attachment, err error) {
	if len(all) == 0 {
		return nil, nil, nil
	}
	dir, err := v.folder(monthDir(all[0].Month))
	if err != nil {
		return nil, nil, err
	}
	z, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = z.Close() }()
	p := &packer{dir: dir, tree: v.tree, there: there, zstd: z}
	for _, a := range slices.SortedFunc(slices.Values(all), func(a, b Attachment) int {
		return cmp.Compare(a.Hash, b.Hash)
	}) {
		content, err := readWhole(ctx, files, a)
		if ctx.Err() != nil {
			return nil, nil, ctx.Err()
		}
		if err != nil {
			damaged = append(damaged, a)
			continue
		}
		if err := p.add(a, content); err != nil {
			return nil, nil, err
		}
		tell.whole(a, 0)
	}
	if err := p.flush(); err != nil {
		return nil, nil, err
	}
	return p.done, damaged, nil
}

// readWhole reads the content of a small attachment and compares it with its hash.
func readWhole(ctx context.Context, files Files, a Attachment) ([]byte, error) {
	r, err := files.Open(ctx, a.Hash)
	if err != nil {
		return nil, err
	}
	source := &checked{in: r, part: partOf(a), sum: newSum()}
	defer func() { _ = source.Close() }()
	return io.ReadAll(source)
}

// packedNow tells where attachments lie that are in packs of the local vault, as the newest point of each writer
// says.
func (v *Vault) packedNow(ctx context.Context) (map[string]filed, error) {
	all := map[string]filed{}
	writers, err := v.tree.list(ctx, writersDir)
	if err != nil {
		return nil, err
	}
	for _, id := range writers.dirs {
		l, err := v.tree.list(ctx, manifestDir(id))
		if err != nil {
			return nil, err
		}
		points := l.points(id)
		if len(points) == 0 {
			continue
		}
		s, err := v.tree.recall(ctx, l, points[len(points)-1])
		if err != nil {
			continue // what lies in its packs is stored again
		}
		if err := v.tree.packedOf(ctx, s.Manifest, all); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// packedOf adds the places of a point's attachments that lie in packs. A list that is damaged tells nothing.
func (t *Tree) packedOf(ctx context.Context, m Manifest, to map[string]filed) error {
	if m.Format < packsFormat {
		return nil
	}
	db, err := t.list(ctx, dbDir(m.WriterID))
	if err != nil {
		return err
	}
	all, err := t.attachments(ctx, db, m.Files)
	if isDamage(err) {
		return nil
	}
	for _, f := range all {
		if f.Pack != "" {
			to[f.Hash] = f
		}
	}
	return err
}
