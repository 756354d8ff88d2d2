package op

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"testing"

	"zafe/app/fault"
)

func TestAFieldIsThereOnce(t *testing.T) {
	for in, twice := range map[string]bool{
		`{}`: false, `[]`: false, `"a"`: false, `1`: false, `null`: false, `{"a":1}`: false, `{"a":1,"b":1}`: false,
		`{"a":{"a":{"a":1}}}`: false, `[{"a":1},{"a":1}]`: false, `{"a":"a","b":"a"}`: false, `{"a":["a","a"],"b":[]}`: false,
		`{"a":"\"a\":1,","b":"\\"}`: false, `{"a":"x:","b":"{\"b\":"}`: false,
		`{"a":1,"a":1}`: true, `{"a":1,"A":1}`: true, `{"a":1, "\u0061" :1}`: true, `{"b":[{"a":1,"c":{},"a":2}]}`: true,
		`{"a":{"b":1},"b":1,"a":1}`: true, `{"k":1,"` + "\u212a" + `":1}`: true, `{"s":1,"` + "\u017f" + `":1}`: true,
		`{"a\\":1,"a\\":2}`: true, `{"":1,"":2}`: true,
	} {
		if err := once([]byte(in)); (err != nil) != twice || err != nil && fault.KeyOf(err) != "op.bad_request" {
			t.Errorf("%s: %v", in, err)
		}
	}
}

// FuzzOnce compares with what the decoder reads token by token.
func FuzzOnce(f *testing.F) {
	f.Add([]byte(`{"a":[{"b":1,"\u0042":"\\\""}],"c":{"a":null}}`))
	f.Add([]byte(`{"a\\\"":1,"A\\\"":2}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		if !json.Valid(in) {
			return
		}
		if got, want := once(in) != nil, twice(t, in); got != want {
			t.Errorf("%q: refused %v, want %v", in, got, want)
		}
	})
}

// twice is [once] by the decoder's own tokens.
func twice(t *testing.T, in []byte) bool {
	t.Helper()
	type level struct {
		names map[string]bool
		name  bool // next comes a name
	}
	d := json.NewDecoder(bytes.NewReader(in))
	d.UseNumber()
	var open []*level
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return false
		}
		if err != nil {
			t.Fatal(err)
		}
		var on *level
		if len(open) > 0 {
			on = open[len(open)-1]
		}
		if s, ok := token.(string); ok && on != nil && on.names != nil && on.name {
			quoted, _ := json.Marshal(s)
			name := folded(quoted)
			if on.names[name] {
				return true
			}
			on.names[name], on.name = true, false
			continue
		}
		if on != nil {
			on.name = true
		}
		switch token {
		case json.Delim('{'):
			open = append(open, &level{names: map[string]bool{}, name: true})
		case json.Delim('['):
			open = append(open, &level{})
		case json.Delim('}'), json.Delim(']'):
			open = open[:len(open)-1]
		}
	}
}

func TestNothingComesAfterARequest(t *testing.T) {
	for in, good := range map[string]bool{
		`{}`: true, "{} \n\t": true, `null`: true,
		`{}}`: false, `null}`: false, `{}]`: false, `{}{}`: false, `{} x`: false, `{},`: false, `{}"`: false,
	} {
		var req struct{}
		if err := unmarshal([]byte(in), &req); (err == nil) != good || err != nil && fault.KeyOf(err) != "op.bad_request" {
			t.Errorf("%s: %v", in, err)
		}
	}
}
