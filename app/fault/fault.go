// Package fault is the one error type a person may read. A fault carries a permanent message key
// and its arguments; each PC shows it in its user's language (package i18n). Everything that is not
// a fault is an internal error: it is logged with a reference number and only that number is shown.
//
// The package knows no language, no screen and no network.
package fault

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
)

// Code says what kind of refusal a fault is, so that callers can react without reading its text.
type Code string

// The seven codes. They are permanent on the wire.
const (
	Invalid         Code = "invalid"         // the request is wrong; Field says where
	NotFound        Code = "not_found"       // the thing named does not exist (or may not be seen)
	Forbidden       Code = "forbidden"       // the person lacks the right
	Unauthenticated Code = "unauthenticated" // log in again, or give the second factor
	Conflict        Code = "conflict"        // the state changed or forbids it: reload and decide
	Unavailable     Code = "unavailable"     // host, disk, network or version: try later or elsewhere
	Internal        Code = "internal"        // a defect of the program
)

// Fault is a refusal with a message key. Args fill the message's {{.name}} places; Field names the
// request field at fault (JSON name, dots and indexes as in "lines[2].vat_rate") or is empty.
type Fault struct {
	Code  Code           `json:"code"`
	Key   string         `json:"key"`
	Args  map[string]any `json:"args,omitempty"`
	Field string         `json:"field,omitempty"`
	cause error
}

// New makes a fault. Args are name, value pairs; an odd count is a programmer's error and panics.
func New(code Code, key string, args ...any) *Fault {
	f := &Fault{Code: code, Key: key}
	if len(args)%2 != 0 {
		panic("fault.New: odd number of arguments for " + key)
	}
	for i := 0; i < len(args); i += 2 {
		if f.Args == nil {
			f.Args = map[string]any{}
		}
		f.Args[args[i].(string)] = args[i+1] //nolint:gosec // an even number, see above
	}
	return f
}

// Field makes an Invalid fault on one field of the request.
func Field(field, key string, args ...any) *Fault {
	f := New(Invalid, key, args...)
	f.Field = field
	return f
}

// Because returns a copy of f that keeps err as its cause for the log; users never see the cause.
func (f *Fault) Because(err error) *Fault {
	c := *f
	c.cause = err
	return &c
}

// At returns a copy of f with its field prefixed, for a fault met inside a part of a request.
func (f *Fault) At(prefix string) *Fault {
	c := *f
	if c.Field == "" {
		c.Field = prefix
	} else {
		c.Field = prefix + "." + c.Field
	}
	return &c
}

// Error is for logs and tests, never for people.
func (f *Fault) Error() string {
	s := string(f.Code) + ": " + f.Key
	if f.Field != "" {
		s += " at " + f.Field
	}
	if len(f.Args) > 0 {
		s += fmt.Sprintf(" %v", f.Args)
	}
	if f.cause != nil {
		s += ": " + f.cause.Error()
	}
	return s
}

// Unwrap gives the cause.
func (f *Fault) Unwrap() error { return f.cause }

// Is makes errors.Is(err, fault) compare code and key, so that tests need not build arguments.
func (f *Fault) Is(target error) bool {
	var t *Fault
	return errors.As(target, &t) && t.Code == f.Code && t.Key == f.Key
}

// FaultKey gives the message key to package i18n.
func (f *Fault) FaultKey() string { return f.Key }

// FaultArgs gives the message arguments to package i18n.
func (f *Fault) FaultArgs() map[string]any { return f.Args }

// Of returns err as a fault. A foreign error becomes Internal with key "fault.internal" and a fresh
// reference ("ref" argument) that the log line carries too. Of(nil) is nil.
func Of(err error) *Fault {
	if err == nil {
		return nil
	}
	if f, ok := errors.AsType[*Fault](err); ok {
		return f
	}
	return New(Internal, "fault.internal", "ref", reference()).Because(err)
}

// KeyOf returns the message key of err, or "" when err is nil.
func KeyOf(err error) string {
	if f := Of(err); f != nil {
		return f.Key
	}
	return ""
}

// reference returns eight characters a person can read out on the telephone.
func reference() string {
	var b [4]byte
	if _, err := rand.Read(b[:]); err != nil {
		return "00000000"
	}
	return hex.EncodeToString(b[:])
}
