package op

import (
	"fmt"
	"reflect"
	"sort"
	"strings"
)

// Entry is one operation in the generated reference.
type Entry struct {
	Name     string   `json:"name"`
	Kind     string   `json:"kind"`
	Needs    string   `json:"needs"`
	Fresh    bool     `json:"fresh,omitempty"`
	Destroys bool     `json:"destroys,omitempty"`
	Since    int      `json:"since"`
	Doc      string   `json:"doc"`
	Request  []string `json:"request"`
	Response []string `json:"response"`
}

// Reference describes every operation with each field of its request and response, sorted by name.
// Its text is the contract golden file: an incompatible change turns a test red.
func (r *Registry[T]) Reference() []Entry {
	out := make([]Entry, 0, len(r.rows))
	for _, w := range r.rows {
		out = append(out, Entry{
			Name: w.spec.Name, Kind: w.spec.Kind.String(), Needs: string(w.spec.Needs), Fresh: w.spec.Fresh,
			Destroys: w.spec.Destroys,
			Since:    w.spec.Since, Doc: w.spec.Doc, Request: fields(w.req), Response: fields(w.resp),
		})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}

// Types returns the request and response types of every operation, for tests of the wire.
func (r *Registry[T]) Types() map[string][2]reflect.Type {
	out := map[string][2]reflect.Type{}
	for name, w := range r.rows {
		out[name] = [2]reflect.Type{w.req, w.resp}
	}
	return out
}

// Text renders a reference as plain text, one operation a paragraph.
func Text(entries []Entry) string {
	var b strings.Builder
	for _, e := range entries {
		fresh := ""
		if e.Fresh {
			fresh = ", recent second factor"
		}
		if e.Destroys {
			fresh += ", counted"
		}
		fmt.Fprintf(&b, "%s  (%s, needs %s%s, since %d)\n  %s\n", e.Name, e.Kind, e.Needs, fresh, e.Since, e.Doc)
		for _, f := range e.Request {
			fmt.Fprintf(&b, "  > %s\n", f)
		}
		for _, f := range e.Response {
			fmt.Fprintf(&b, "  < %s\n", f)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// fields lists "path type" for every JSON field reachable from t, depth first.
func fields(t reflect.Type) []string {
	var out []string
	walk(t, "", map[reflect.Type]bool{}, &out)
	return out
}

func walk(t reflect.Type, path string, seen map[reflect.Type]bool, out *[]string) {
	var suffix strings.Builder
	for t.Kind() == reflect.Slice && t.Elem().Kind() != reflect.Uint8 || t.Kind() == reflect.Pointer {
		if t.Kind() == reflect.Slice {
			suffix.WriteString("[]")
		}
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || marshalsItself(t) || seen[t] {
		if path != "" || suffix.String() != "" {
			*out = append(*out, strings.TrimSpace(path+suffix.String()+" "+wireType(t)))
		}
		return
	}
	seen[t] = true
	defer delete(seen, t)
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if !f.IsExported() || name == "-" {
			continue
		}
		switch {
		case f.Anonymous && name == "":
			walk(f.Type, path+suffix.String(), seen, out)
			continue
		case name == "":
			name = f.Name
		}
		full := name
		if path+suffix.String() != "" {
			full = path + suffix.String() + "." + name
		}
		walk(f.Type, full, seen, out)
	}
}

func marshalsItself(t reflect.Type) bool {
	_, text := reflect.TypeAssert[interface{ MarshalText() ([]byte, error) }](reflect.New(t))
	_, json := reflect.TypeAssert[interface{ MarshalJSON() ([]byte, error) }](reflect.New(t))
	return text || json
}

func wireType(t reflect.Type) string {
	if t.Kind() == reflect.Struct || t.PkgPath() == "" {
		return t.String()
	}
	return t.String() + " " + t.Kind().String()
}
