package audit_test

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"zafe/app/audit"
)

// at is a moment with milliseconds.
var at = time.Date(2026, 11, 22, 9, 30, 0, 123_000_000, time.UTC)

// whole is an event with something in each field.
func whole() audit.Event {
	e := audit.Event{
		ID: 42, At: at, Actor: 7, ActorName: "Claire Évrard", Device: "c0ffee", Op: "invoice.issue",
		SubjectKind: "invoice", SubjectID: -3, RequestID: "0193-req",
		Payload: `{"now":{"number":"F-2026-0001"}}`, Digest: strings.Repeat("ab", 32),
	}
	for i := range e.Prev {
		e.Prev[i] = byte(i)
	}
	return e
}

// TestTheSealIsForEver: what sealed the journals of today seals them in ten years. The hashes were computed
// by another program.
func TestTheSealIsForEver(t *testing.T) {
	first := audit.Event{ID: 1, At: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)}
	for want, e := range map[string]audit.Event{
		"07a2a9629050e384455f443744ae281f949b424b9eb32694575bf2060254a338": whole(),
		"452919d132d379e8335a858d090b680b2b9f91df1e5c245ee195958a8cde96bd": first,
	} {
		if got := e.Seal().String(); got != want {
			t.Errorf("event %d: %s, want %s", e.ID, got, want)
		}
	}
}

// changed gives each field of v another value in turn, under its name.
func changed[T any](t *testing.T, v T) map[string]T {
	t.Helper()
	out := map[string]T{}
	for i := range reflect.TypeFor[T]().NumField() {
		other := v
		f := reflect.ValueOf(&other).Elem().Field(i)
		switch x := f.Interface().(type) {
		case int64:
			f.SetInt(x + 1)
		case string:
			f.SetString(x + "x")
		case time.Time:
			f.Set(reflect.ValueOf(x.Add(time.Millisecond)))
		case audit.Hash:
			x[31] ^= 1
			f.Set(reflect.ValueOf(x))
		default:
			t.Fatalf("a field of type %T: say here how it changes", x)
		}
		out[reflect.TypeFor[T]().Field(i).Name] = other
	}
	return out
}

func TestEveryFieldIsSealed(t *testing.T) {
	e := whole()
	for field, other := range changed(t, e) {
		if (other.Seal() == e.Seal()) != (field == "Hash") {
			t.Errorf("%s: the seal does not say whether it changed", field)
		}
	}
	moved := e // the same letters, another field's
	moved.ActorName, moved.Device = "Claire Évrar", "dc0ffee"
	if moved.Seal() == e.Seal() {
		t.Error("letters go from one field to the next unseen")
	}
}

var key = ed25519.NewKeyFromSeed(func() (seed []byte) {
	for i := range ed25519.SeedSize {
		seed = append(seed, byte(i))
	}
	return seed
}())

func checkpoint() audit.Checkpoint {
	return audit.Checkpoint{
		Book: "0193a5c2-7d1e-7c44-9f53-0b6f2f6f8b11", Term: 2, Lead: "0193a5c2-8000-7000-8000-000000000001",
		Event: 1234, Hash: strings.Repeat("ab", 32), At: at,
	}
}

// TestTheCheckpointIsForEver: the signature was made by another program (OpenSSL).
func TestTheCheckpointIsForEver(t *testing.T) {
	const want = "19d80caec988766e1eb96e86574a585b46b57eaa785b034bb08343f1eb902294" +
		"35d0d9074c99ae98f34157e66e2fbe381eb302a0d1e2e43963a42fe2cbd42f0b"
	if got := checkpoint().Sign(key).Signature; got != want {
		t.Errorf("signed %s, want %s", got, want)
	}
}

func TestACheckpointIsProvenAsAWhole(t *testing.T) {
	public := key.Public().(ed25519.PublicKey)
	c := checkpoint().Sign(key)
	if !c.Proven(public) {
		t.Fatal("the book's own signature does not prove it")
	}
	for field, other := range changed(t, c) {
		if other.Proven(public) {
			t.Errorf("%s was changed, and it is still proven", field)
		}
	}
	c.Signature = ""
	stranger := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{9}, ed25519.SeedSize)).Public().(ed25519.PublicKey)
	if c.Proven(public) || checkpoint().Sign(key).Proven(stranger) {
		t.Error("proven without the book's signature")
	}
}

// journal is a list of events.
type journal []audit.Event

func (j journal) EachEvent(after int64, fn func(audit.Event) error) error {
	for _, e := range j {
		if e.ID > after {
			if err := fn(e); err != nil {
				return err
			}
		}
	}
	return nil
}

func chained(n int) (j journal) {
	var prev audit.Hash
	for i := range n {
		e := whole()
		e.ID, e.Prev = int64(i+1), prev
		e.Hash = e.Seal()
		j, prev = append(j, e), e.Hash
	}
	return j
}

func TestAWalkNamesTheFirstBrokenLink(t *testing.T) {
	for name, c := range map[string]struct {
		change func(journal) journal
		broken audit.Broken // 0: the chain alone does not show it
	}{
		"nothing":       {func(j journal) journal { return j }, 0},
		"changed":       {func(j journal) journal { j[2].Payload = ""; return j }, 3},
		"sealed anew":   {func(j journal) journal { j[2].Payload = ""; j[2].Hash = j[2].Seal(); return j }, 4},
		"gone":          {func(j journal) journal { return append(j[:2], j[3:]...) }, 3},
		"the first one": {func(j journal) journal { return j[1:] }, 1},
		"twice":         {func(j journal) journal { return append(j[:3:3], j[2:]...) }, 4},
		"cut off":       {func(j journal) journal { return j[:4] }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			j := c.change(chained(6))
			told := 0
			walked, err := audit.Walk(j, func(audit.Chain) { told++ })
			broken, _ := errors.AsType[audit.Broken](err)
			if broken != c.broken || int64(told) != walked.Events || broken == 0 && err != nil {
				t.Errorf("broken at %d of %d, want %d, %v", broken, walked.Events, c.broken, err)
			}
			if broken == 0 && (walked.Events != int64(len(j)) || walked.Head != j[len(j)-1].Hash) {
				t.Errorf("%+v", walked)
			}
		})
	}
}
