package op

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"reflect"

	"zafe/app/auth"
	"zafe/app/fault"
)

// Local calls a registry in process with one credential: the host's own desktop and verbs.
type Local[T Tx] struct {
	Registry   *Registry[T]
	Credential func() Credential // read at each call: a login changes it
	// Still tells whether somebody whose call is under way may go on with it: if not, by a fault, it is cut. nil: they
	// always may.
	Still func(ctx context.Context, a auth.Actor) error
}

// Do implements Caller.
func (l Local[T]) Do(ctx context.Context, s *Spec, req, resp any) error {
	ctx, over := l.watch(l.with(ctx), s.Name)
	out, err := l.Registry.run(ctx, s.Name, input{value: req}, nil)
	if err := over(err); err != nil {
		return err
	}
	return assign(resp, out)
}

// Stream implements Caller.
func (l Local[T]) Stream(ctx context.Context, s *Spec, req any, w io.Writer) (Download, error) {
	var d Download
	ctx, over := l.watch(l.with(ctx), s.Name)
	out, err := l.Registry.run(ctx, s.Name, input{value: req}, l.into(ctx, s.Name, w))
	if err := over(err); err != nil {
		return d, err
	}
	return d, assign(&d, out)
}

// Upload implements Caller.
func (l Local[T]) Upload(ctx context.Context, s *Spec, req any, content io.Reader, resp any) error {
	ctx, over := l.watch(l.with(ctx), s.Name)
	if content != nil && l.Still != nil {
		content = lasting{ctx: ctx, r: content}
	}
	out, err := l.Registry.run(ctx, s.Name, input{value: req, content: content}, nil)
	if err := over(err); err != nil {
		return err
	}
	return assign(resp, out)
}

// DoJSON performs any operation by name, its request and answer in JSON.
func (l Local[T]) DoJSON(ctx context.Context, name string, in []byte) ([]byte, error) {
	ctx, over := l.watch(l.with(ctx), name)
	out, err := l.Registry.DoJSON(ctx, name, in)
	return out, over(err)
}

// StreamJSON is DoJSON for the operations that make a file.
func (l Local[T]) StreamJSON(ctx context.Context, name string, in []byte, w io.Writer) (Download, error) {
	ctx, over := l.watch(l.with(ctx), name)
	d, err := l.Registry.StreamJSON(ctx, name, in, l.into(ctx, name, w))
	return d, over(err)
}

// UploadJSON is DoJSON for the operations that take a file.
func (l Local[T]) UploadJSON(ctx context.Context, name string, in []byte, content io.Reader) ([]byte, error) {
	ctx, over := l.watch(l.with(ctx), name)
	if content != nil && l.Still != nil {
		content = lasting{ctx: ctx, r: content}
	}
	out, err := l.Registry.UploadJSON(ctx, name, in, content)
	return out, over(err)
}

func (l Local[T]) with(ctx context.Context) context.Context {
	if l.Credential == nil {
		return ctx
	}
	return WithCredential(ctx, l.Credential())
}

// assign stores a handler's answer where the caller wants it; a replayed answer is JSON.
func assign(resp, out any) error {
	if raw, ok := out.(json.RawMessage); ok {
		return json.Unmarshal(raw, resp)
	}
	dst := reflect.ValueOf(resp)
	if dst.Kind() != reflect.Pointer || dst.IsNil() {
		return fmt.Errorf("op: response must be a pointer, is %T", resp)
	}
	v := reflect.ValueOf(out)
	if !v.IsValid() || !v.Type().AssignableTo(dst.Elem().Type()) {
		return fmt.Errorf("op: answer is a %T, want %s", out, dst.Elem().Type())
	}
	dst.Elem().Set(v)
	return nil
}

// DoJSON runs an operation from its JSON request, as the LAN server and the generic verb do. The
// permission is checked before anything is decoded.
func (r *Registry[T]) DoJSON(ctx context.Context, name string, in []byte) ([]byte, error) {
	if err := sized(in); err != nil {
		return nil, err
	}
	out, err := r.run(ctx, name, input{json: orEmpty(in)}, nil)
	if err != nil {
		return nil, err
	}
	return answerJSON(out)
}

func answerJSON(out any) ([]byte, error) {
	if raw, ok := out.(json.RawMessage); ok {
		return raw, nil
	}
	return json.Marshal(out)
}

// StreamJSON runs a Stream operation from its JSON request, writing the file to w.
func (r *Registry[T]) StreamJSON(ctx context.Context, name string, in []byte, w io.Writer) (Download, error) {
	if err := sized(in); err != nil {
		return Download{}, err
	}
	out, err := r.run(ctx, name, input{json: orEmpty(in)}, w)
	if err != nil {
		return Download{}, err
	}
	d, ok := out.(Download)
	if !ok {
		return d, fmt.Errorf("op: %s answered a %T", name, out)
	}
	return d, nil
}

// Spec returns the row of an operation by name.
func (r *Registry[T]) Spec(name string) (Spec, bool) {
	w, ok := r.rows[name]
	if !ok {
		return Spec{}, false
	}
	return *w.spec, true
}

func sized(in []byte) error {
	if len(in) > RequestBytesMax {
		return fault.New(fault.Invalid, "op.too_large", "max_mb", RequestBytesMax>>20)
	}
	return nil
}

func orEmpty(in []byte) []byte {
	if len(in) == 0 {
		return []byte("{}")
	}
	return in
}
