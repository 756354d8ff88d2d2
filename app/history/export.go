package history

import (
	"context"
	"crypto/ed25519"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"zafe/app/audit"
	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/i18n"
	"zafe/app/op"
	"zafe/app/setup"
	"zafe/app/witness"
)

// ExportRequest asks for the journal with the titles of its columns in a language.
type ExportRequest struct {
	Lang string `json:"lang,omitempty"`
}

// Export writes the whole journal as a CSV file that [Check] proves without the book. Fault op.forbidden for
// who may not read the ledger: what changed in it is on the lines.
var Export = op.Op[ExportRequest, op.Download]{Spec: op.Spec{
	Name: "event.export", Kind: op.Stream, Needs: auth.AuditRead, Fresh: true, Since: 1,
	Doc: "Writes the whole journal as a CSV file with the hashes that prove it.",
}}

// columns are those of the file, each titled by message "history.export." and its name.
var columns = []string{
	"id", "at", "actor", "actor_name", "device", "op", "subject_kind", "subject_id", "request_id", "payload", "digest",
	"prev_hash", "hash",
}

// endMark begins the last line of the file, which has the checkpoint of the journal: a file without it was
// cut off.
const endMark = "zafe-journal-end-v1"

// byteOrderMark tells spreadsheets that the file is UTF-8.
const byteOrderMark = "\ufeff"

func export[T Tx](ctx context.Context, tx T, req ExportRequest, w io.Writer) (op.Download, error) {
	p := i18n.For(req.Lang)
	d := op.Download{
		Name: p.T("history.export.file", map[string]any{"date": tx.Today()}), Type: "text/csv; charset=utf-8",
	}
	if op.Actor(ctx).Scope(auth.LedgerRead) != auth.All {
		return d, fault.New(fault.Forbidden, "op.forbidden")
	}
	if _, err := io.WriteString(w, byteOrderMark); err != nil {
		return d, err
	}
	out := csv.NewWriter(w)
	out.Comma = ';'
	titles := make([]string, len(columns))
	for i, c := range columns {
		titles[i] = p.T("history.export."+c, nil)
	}
	if err := out.Write(titles); err != nil {
		return d, err
	}
	if err := tx.EachEvent(0, func(e audit.Event) error { return out.Write(row(e)) }); err != nil {
		return d, err
	}
	end, err := ending(tx)
	if err != nil {
		return d, err
	}
	if err := out.Write(end); err != nil {
		return d, err
	}
	out.Flush()
	return d, out.Error()
}

func row(e audit.Event) []string {
	return []string{
		strconv.FormatInt(e.ID, 10), e.At.UTC().Format(audit.TimeFormat), strconv.FormatInt(e.Actor, 10),
		cell(e.ActorName), cell(e.Device), cell(e.Op), cell(e.SubjectKind), strconv.FormatInt(e.SubjectID, 10),
		cell(e.RequestID), cell(e.Payload), cell(e.Digest), e.Prev.String(), e.Hash.String(),
	}
}

// ending is the last line: the checkpoint and the key that signed it.
func ending(tx Tx) ([]string, error) {
	c, err := witness.Of(tx)
	if err != nil {
		return nil, err
	}
	id, _, err := setup.IdentityOf(tx)
	if err != nil {
		return nil, err
	}
	key, err := id.Signer()
	if err != nil {
		return nil, err
	}
	public := ""
	if key != nil {
		public = hex.EncodeToString(key.Public().(ed25519.PublicKey))
	}
	line := []string{
		endMark, c.At.UTC().Format(audit.TimeFormat), c.Book, strconv.FormatInt(c.Term, 10), c.Lead,
		strconv.FormatInt(c.Event, 10), c.Hash, c.Signature, public,
	}
	return append(line, make([]string, len(columns)-len(line))...), nil
}

// cell writes a text that no spreadsheet takes for a formula (OWASP, CSV injection) and that is read back
// exactly: after an apostrophe, and quoted as Go does where CSV would change it.
func cell(s string) string {
	first, _ := utf8.DecodeRuneInString(s)
	switch {
	case strings.ContainsRune(s, '\r'):
		return "'" + strconv.Quote(s)
	case strings.ContainsRune("=+-@\t\n'＝＋－＠", first):
		return "'" + s
	default:
		return s
	}
}

// uncell reads what cell wrote.
func uncell(s string) (string, error) {
	inner, marked := strings.CutPrefix(s, "'")
	if marked && strings.HasPrefix(inner, `"`) {
		return strconv.Unquote(inner)
	}
	return inner, nil
}

// Checked is what a file of the journal proves.
type Checked struct {
	Events int64     `json:"events"`
	Last   time.Time `json:"last"` // of the last one
	Head   string    `json:"head"` // its hash
	Book   string    `json:"book"`
	Key    string    `json:"key"` // that signed the end of the file: the same for every file of the book
}

// Check proves a file that [Export] made, without the book: each line seals the one before, and the last says
// how far the journal goes. Faults history.file_not, history.file_broken with the first line that does not
// hold and its event, history.file_cut when the end is missing, history.file_end when it is of another
// journal.
func Check(r io.Reader) (c Checked, err error) {
	in := csv.NewReader(r)
	in.Comma, in.ReuseRecord, in.FieldsPerRecord = ';', true, len(columns)
	if _, err := in.Read(); err != nil {
		return c, fault.New(fault.Invalid, "history.file_not").Because(err)
	}
	var chain audit.Chain
	for {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			return c, fault.New(fault.Conflict, "history.file_cut", "events", chain.Events)
		}
		at := lineOf(in, err)
		if err == nil && record[0] == endMark {
			c.Events, c.Head = chain.Events, chain.Head.String()
			return c, ended(in, record, &c)
		}
		var e audit.Event
		if err == nil {
			e, err = parse(record)
		}
		if err != nil || !chain.Next(e) {
			return c, fault.New(fault.Conflict, "history.file_broken", "line", at, "event", chain.Events+1).Because(err)
		}
		c.Last = e.At
	}
}

// lineOf is the line of the file that was just read.
func lineOf(in *csv.Reader, err error) int {
	if wrong, ok := errors.AsType[*csv.ParseError](err); ok {
		return wrong.StartLine
	}
	line, _ := in.FieldPos(0)
	return line
}

// ended checks the last line, after which nothing comes.
func ended(in *csv.Reader, record []string, c *Checked) error {
	c.Book, c.Key = record[2], record[8]
	point := audit.Checkpoint{Book: c.Book, Lead: record[4], Hash: record[6], Signature: record[7]}
	var err [4]error
	point.At, err[0] = time.Parse(audit.TimeFormat, record[1])
	point.Term, err[1] = strconv.ParseInt(record[3], 10, 64)
	point.Event, err[2] = strconv.ParseInt(record[5], 10, 64)
	var key []byte
	key, err[3] = hex.DecodeString(c.Key)
	whole := point.Event == c.Events && point.Hash == c.Head &&
		(c.Key == "" || len(key) == ed25519.PublicKeySize && point.Proven(key))
	if _, more := in.Read(); !whole || !errors.Is(more, io.EOF) || errors.Join(err[:]...) != nil {
		return fault.New(fault.Conflict, "history.file_end").Because(errors.Join(err[:]...))
	}
	return nil
}

// parse reads the line of an event.
func parse(record []string) (e audit.Event, err error) {
	var errs []error
	number := func(s string) int64 {
		n, err := strconv.ParseInt(s, 10, 64)
		errs = append(errs, err)
		return n
	}
	text := func(s string) string {
		out, err := uncell(s)
		errs = append(errs, err)
		return out
	}
	hash := func(s string) (h audit.Hash) {
		b, err := hex.DecodeString(s)
		if err == nil && len(b) != len(h) {
			err = errors.New("history: not a hash")
		}
		copy(h[:], b)
		errs = append(errs, err)
		return h
	}
	at, err := time.Parse(audit.TimeFormat, record[1])
	errs = append(errs, err)
	e = audit.Event{
		ID: number(record[0]), At: at, Actor: number(record[2]), ActorName: text(record[3]), Device: text(record[4]),
		Op: text(record[5]), SubjectKind: text(record[6]), SubjectID: number(record[7]), RequestID: text(record[8]),
		Payload: text(record[9]), Digest: text(record[10]), Prev: hash(record[11]), Hash: hash(record[12]),
	}
	return e, errors.Join(errs...)
}
