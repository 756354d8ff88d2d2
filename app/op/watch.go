package op

import (
	"bytes"
	"context"
	"encoding/json"
	"io"

	"zafe/app/fault"
)

// lineMax bounds a line of a Watch, in bytes.
const lineMax = 1 << 20

// BindWatch registers a Watch: the handler sends lines until its ctx ends, each of which is on its way to whoever
// listens once send has returned. It has no transaction, and what it does is not recorded.
func BindWatch[T Tx, Req, Line any](r *Registry[T], o Op[Req, Line],
	handler func(ctx context.Context, req Req, send func(Line) error) error,
) {
	mustKind(o.Spec, Watch)
	add(r, o, func(ctx context.Context, _ T, req any, w io.Writer) (any, error) {
		return Download{}, handler(ctx, req.(Req), func(l Line) error { return sendLine(w, l) })
	})
}

// sendLine writes a line and has it leave at once where it would wait for more.
func sendLine(w io.Writer, line any) error {
	b, err := json.Marshal(line)
	if err != nil {
		return err
	}
	if _, err := w.Write(append(b, '\n')); err != nil {
		return err
	}
	if f, ok := w.(interface{ Flush() error }); ok {
		return f.Flush()
	}
	return nil
}

// Watch performs a Watch through c: got is told of each line as it comes, on one goroutine. It returns when ctx ends
// or the answer does, with what ended it.
func (o Op[Req, Line]) Watch(ctx context.Context, c Caller, req Req, got func(Line)) error {
	_, err := c.Stream(ctx, &o.Spec, req, &lines{got: func(b []byte) error {
		var l Line
		if err := json.Unmarshal(b, &l); err != nil {
			return fault.New(fault.Unavailable, "lan.cut").Because(err)
		}
		got(l)
		return nil
	}})
	return err
}

// lines gives what is written to it line by line.
type lines struct {
	got  func([]byte) error
	rest []byte
}

// Write implements io.Writer.
func (l *lines) Write(p []byte) (int, error) {
	l.rest = append(l.rest, p...)
	for {
		line, rest, whole := bytes.Cut(l.rest, []byte{'\n'})
		if !whole {
			break
		}
		if err := l.got(line); err != nil {
			return 0, err
		}
		l.rest = rest
	}
	if len(l.rest) > lineMax {
		return 0, fault.New(fault.Unavailable, "lan.cut")
	}
	l.rest = bytes.Clone(l.rest) // what was told is not kept
	return len(p), nil
}
