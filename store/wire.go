package store

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"zafe/store/crypt"
)

// What a book's PC sends to its standby is a sequence of records. The kinds up to 19 are the seal's own steps,
// done to a file beside the standby's database; the others follow. The numbers never change.
const (
	wirePut   crypt.StepKind = 20 // the key file, whole
	wireFile  crypt.StepKind = 21 // an attachment of At bytes, which follow the record
	wireGone  crypt.StepKind = 22 // an attachment is no more
	wireBegin crypt.StepKind = 23 // a whole copy begins; Data is the session
	wireWhole crypt.StepKind = 24 // it is whole
	wireStale crypt.StepKind = 25 // the standby's place is not known here any more: it needs a whole copy
	// a part of a comparison was made; Data is the JSON list of what differs. Only who asks gets it.
	wireCompared crypt.StepKind = 26
)

// Limits of what a standby takes.
const (
	wireDataMax = 128 << 20 // of a record: the list of the pages of a book of 60 GB
	wireAskMax  = 64 << 20
	wireHead    = 1 + 8 + 8 + 1 + 1 + 4
)

// wireStep is a record: kind (1), seq (8), at (8), lengths of name (1), to (1) and data (4), then these.
type wireStep struct {
	kind crypt.StepKind
	seq  uint64
	name string
	to   string
	at   int64
	data []byte
}

func (s wireStep) write(w io.Writer) error {
	b := make([]byte, 0, wireHead+len(s.name)+len(s.to))
	b = append(b, byte(s.kind))
	b = binary.BigEndian.AppendUint64(b, s.seq)
	b = binary.BigEndian.AppendUint64(b, uint64(s.at))
	b = append(b, byte(len(s.name)), byte(len(s.to)))
	b = binary.BigEndian.AppendUint32(b, uint32(len(s.data)))
	b = append(append(b, s.name...), s.to...)
	if _, err := w.Write(b); err != nil {
		return err
	}
	_, err := w.Write(s.data)
	return err
}

// readWire reads a record, whole; io.EOF only where one could begin.
func readWire(r *bufio.Reader) (s wireStep, err error) {
	var head [wireHead]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return s, err
	}
	s.kind = crypt.StepKind(head[0])
	s.seq = binary.BigEndian.Uint64(head[1:])
	s.at = int64(binary.BigEndian.Uint64(head[9:]))
	name, to, data := int(head[17]), int(head[18]), binary.BigEndian.Uint32(head[19:])
	if data > wireDataMax || s.at < 0 {
		return s, fmt.Errorf("store: a step of %d bytes at %d", data, s.at)
	}
	all := int64(name + to + int(data))
	var came bytes.Buffer // takes what came, not what was announced
	came.Grow(int(min(all, blockBytes)))
	if _, err := io.CopyN(&came, r, all); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return s, err
	}
	rest := came.Bytes()
	s.name, s.to, s.data = string(rest[:name]), string(rest[name:name+to]), rest[name+to:]
	return s, nil
}

// standbyAsk is where a standby is, and with Base what it has already of a whole copy.
type standbyAsk struct {
	Session string            `json:"session,omitempty"`
	Seq     uint64            `json:"seq,omitempty"`
	Base    bool              `json:"base,omitempty"`
	Blocks  []byte            `json:"blocks,omitempty"` // sums of the blocks of the database, one behind the other
	Files   map[string]string `json:"files,omitempty"`  // attachments, by name, with what tells two of a name apart
	Check   *checkAsk         `json:"check,omitempty"`  // to be compared
}

// The database is compared in blocks.
const (
	blockBytes = 64 << 10
	blockSum   = 16
)
