package attack

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"zafe/app/op"
)

// step is what a program of a level asked, and what was in the answer: each field with the kind of its value.
type step struct {
	Name    string          `json:"name"`
	Ask     string          `json:"ask"` // "op customer.save", "stream document.pdf", "GET /hello"
	Request json.RawMessage `json:"request,omitempty"`
	Status  int             `json:"status"`
	Has     []string        `json:"has,omitempty"`
}

// TestOlderProgramsAreServed replays what a program of each level that is served asked for in a morning, as it was on
// the wire then, and finds what it found then in each answer. The file of a level never changes once there is a higher
// one; that of this level is written by -update.
func TestOlderProgramsAreServed(t *testing.T) {
	v := attacked(t)
	for level := op.MinLevel; level <= op.Level; level++ {
		t.Run(fmt.Sprint(level), func(t *testing.T) {
			path := filepath.Join("testdata", fmt.Sprintf("level%d.jsonl", level))
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			var written bytes.Buffer
			seen := map[string]any{"today": time.Now().Format(time.DateOnly)}
			for line := range strings.Lines(string(data)) {
				var s step
				if err := json.Unmarshal([]byte(line), &s); err != nil {
					t.Fatal(err)
				}
				a := v.replay(t, s, level, seen)
				has := shape(a.told())
				if *update && level == op.Level {
					s.Status, s.Has = a.status, has
				}
				if a.err != nil || a.status != s.Status {
					t.Fatalf("%s: %d %.300s %v, was %d", s.Name, a.status, a.body, a.err, s.Status)
				}
				for _, field := range s.Has {
					if !slices.Contains(has, field) {
						t.Errorf("%s: the answer had %q, it has %q", s.Name, field, has)
					}
				}
				e := json.NewEncoder(&written)
				e.SetEscapeHTML(false)
				if err := e.Encode(s); err != nil {
					t.Fatal(err)
				}
			}
			if *update && level == op.Level {
				if err := os.WriteFile(path, written.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// cited is what an earlier answer gives: {{client.customer.id}}.
var cited = regexp.MustCompile(`"?\{\{([a-z_.]+)\}\}"?`)

// replay asks a step again as the owner, with what earlier answers gave, and keeps its answer.
func (v *victim) replay(t *testing.T, s step, level int, seen map[string]any) answer {
	t.Helper()
	body := cited.ReplaceAllFunc(s.Request, func(b []byte) []byte {
		var at any = seen
		for name := range strings.SplitSeq(string(cited.FindSubmatch(b)[1]), ".") {
			in, _ := at.(map[string]any)
			at = in[name]
		}
		text, err := json.Marshal(at)
		if err != nil || at == nil {
			t.Fatalf("%s: nothing gave %s, %v", s.Name, b, err)
		}
		return text
	})
	how, name, _ := strings.Cut(s.Ask, " ")
	token, path := v.claire, "/"+how+"/"+name
	if strings.HasSuffix(name, ".login") {
		token = ""
	}
	r := v.office.request(path, token, bytes.NewReader(body))
	switch how {
	case http.MethodGet:
		r = v.office.request(name, token, nil)
		r.Method = how
	case "upload":
		r = v.office.request(path, token, strings.NewReader("test"))
		r.Header.Set("Zafe-Ask", url.QueryEscape(string(body)))
	}
	r.Header.Set("Zafe-Level", fmt.Sprint(level))
	a := v.office.send(r)
	seen[s.Name] = a.told()
	if in, ok := seen[s.Name].(map[string]any); ok && in["token"] != nil {
		v.secrets = append(v.secrets, []byte(fmt.Sprint(in["token"])))
	}
	return a
}

// told is the answer as a value: of a file, what is told of it.
func (a answer) told() (value any) {
	text := a.body
	if file := a.trailer.Get("Zafe-File"); file != "" {
		text, _ = url.QueryUnescape(file)
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	_ = d.Decode(&value)
	return value
}

// shape is each field of a value with the kind of what is there, once: "rows[].id number".
func shape(value any) (fields []string) {
	var walk func(at string, value any)
	walk = func(at string, value any) {
		kind := ""
		switch value := value.(type) {
		case map[string]any:
			for name, v := range value {
				walk(strings.TrimPrefix(at+"."+name, "."), v)
			}
			return
		case []any:
			kind = "list"
			for _, v := range value {
				walk(at+"[]", v)
			}
		case json.Number:
			kind = "number"
		case string:
			kind = "text"
		case bool:
			kind = "bool"
		default:
			return // nothing, which says no kind
		}
		fields = append(fields, at+" "+kind)
	}
	walk("", value)
	slices.Sort(fields)
	return slices.Compact(fields)
}
