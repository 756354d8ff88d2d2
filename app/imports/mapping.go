package imports

import (
	"sort"

	"zafe/app/fault"
	"zafe/app/tabular"
)

// Field is something a column may hold. Label is the key of its title; Synonyms are the titles
// people and programs give it, French and English.
type Field struct {
	Name     string   `json:"name"`
	Label    string   `json:"label"`
	Required bool     `json:"required,omitempty"`
	Synonyms []string `json:"-"`
}

// Mapping says in which column, counted from 0, each field stands. A field that is not there is not
// imported.
type Mapping map[string]int

// guess finds the fields in a header by their titles.
func guess(header []string, fields []Field) Mapping {
	wanted := make([]tabular.Field, len(fields))
	for i, f := range fields {
		wanted[i] = tabular.Field{Key: f.Name, Synonyms: f.Synonyms}
	}
	return tabular.Guess(header, wanted)
}

// check refuses a mapping that names an unknown field, a column that is not there, a column twice, or
// lacks a required field: imports.unknown_field, imports.no_column, imports.column_twice,
// imports.field_missing.
func (m Mapping) check(columns int, fields []Field) error {
	known := map[string]bool{}
	for _, f := range fields {
		known[f.Name] = true
		if _, mapped := m[f.Name]; f.Required && !mapped {
			return fault.Field("mapping."+f.Name, "imports.field_missing")
		}
	}
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	sort.Strings(names)
	used := map[int]bool{}
	for _, name := range names {
		c := m[name]
		switch {
		case !known[name]:
			return fault.Field("mapping."+name, "imports.unknown_field", "name", name)
		case c < 0 || c >= columns:
			return fault.Field("mapping."+name, "imports.no_column", "number", c+1)
		case used[c]:
			return fault.Field("mapping."+name, "imports.column_twice", "number", c+1)
		}
		used[c] = true
	}
	return nil
}
