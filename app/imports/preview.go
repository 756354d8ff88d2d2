package imports

import (
	"strings"

	"zafe/app/fault"
	"zafe/app/tabular"
)

// Outcome is what a line of the file does.
type Outcome string

// The outcomes of a line.
const (
	New       Outcome = "new"       // creates a record
	Updated   Outcome = "updated"   // changes one that is there
	Unchanged Outcome = "unchanged" // brings nothing new to one that is there
	Duplicate Outcome = "duplicate" // says again what an earlier line says: left out
	Wrong     Outcome = "error"     // cannot be imported
)

// The bounds of an import and of its preview.
const (
	RowsMax     = 50_000
	sampleRows  = 20
	problemsMax = 500
)

// Line is a line of the file in the preview, its cells by field.
type Line struct {
	Line    int               `json:"line"` // in the file, from 1
	Outcome Outcome           `json:"outcome"`
	Values  map[string]string `json:"values"`
}

// Problem is what is wrong with a line: where, what was there, and the sentence that says why.
type Problem struct {
	Line    int          `json:"line"`
	Outcome Outcome      `json:"outcome"` // Wrong or Duplicate
	Column  string       `json:"column,omitempty"`
	Value   string       `json:"value,omitempty"`
	Reason  *fault.Fault `json:"reason"`
}

// Preview is what an import would do. Mapping is the one asked for, or the guess. When a required
// field has no column yet, Missing names it, Sample shows the cells and no line is judged.
type Preview struct {
	Encoding     string    `json:"encoding,omitempty"`
	Separator    string    `json:"separator,omitempty"`
	Sheet        string    `json:"sheet,omitempty"`  // of a workbook
	Sheets       []string  `json:"sheets,omitempty"` // all those one can choose
	Header       []string  `json:"header"`
	Fields       []Field   `json:"fields"`
	Mapping      Mapping   `json:"mapping"`
	Missing      []string  `json:"missing,omitempty"`
	Sample       []Line    `json:"sample"`
	Rows         int       `json:"rows"`
	New          int       `json:"new"`
	Updated      int       `json:"updated"`
	Unchanged    int       `json:"unchanged"`
	Duplicates   int       `json:"duplicates"`
	Errors       int       `json:"errors"`
	Problems     []Problem `json:"problems,omitempty"`
	MoreProblems int       `json:"more_problems,omitempty"`
}

// Row is one line of the file seen through the mapping.
type Row struct {
	Line  int
	cells []string
	m     Mapping
}

// Value returns the cell of a field without the spaces around it, "" when there is none.
func (r Row) Value(field string) string {
	c, ok := r.m[field]
	if !ok || c >= len(r.cells) {
		return ""
	}
	return strings.TrimSpace(r.cells[c])
}

// Has tells whether a field has a column.
func (r Row) Has(field string) bool { _, ok := r.m[field]; return ok }

func (r Row) blank() bool {
	for _, c := range r.cells {
		if strings.TrimSpace(c) != "" {
			return false
		}
	}
	return true
}

// Judge says what one line does, with the reasons when it is Wrong or a Duplicate. The Field of a
// reason is the import field at fault.
type Judge func(Row) (Outcome, []*fault.Fault, error)

// Run reads an upload and has every line judged. Blank lines are not counted. Faults: those of the
// file, imports.too_many_rows, imports.no_rows and those of a mapping that was given.
func Run(u Upload, fields []Field, judge Judge) (Preview, error) {
	t, err := tabular.ReadSheet(u.Name, u.Data, u.Sheet)
	if err != nil {
		return Preview{}, err
	}
	p := Preview{
		Encoding: t.Encoding, Sheet: t.SheetName, Sheets: t.Sheets, Header: t.Header, Fields: fields,
		Mapping: u.Mapping, Sample: []Line{},
	}
	if t.Separator != 0 {
		p.Separator = string(t.Separator)
	}
	if p.Mapping == nil {
		p.Mapping = guess(t.Header, fields)
		for _, f := range fields {
			if _, found := p.Mapping[f.Name]; f.Required && !found {
				p.Missing = append(p.Missing, f.Name)
			}
		}
	} else if err := p.Mapping.check(len(t.Header), fields); err != nil {
		return p, err
	}
	for i, cells := range t.Rows {
		r := Row{Line: t.Lines[i], cells: cells, m: p.Mapping}
		if r.blank() {
			continue
		}
		if err := p.add(r, t.Header, judge); err != nil {
			return p, err
		}
	}
	switch {
	case p.Rows == 0:
		return p, fault.Field("data", "imports.no_rows")
	case p.Rows > RowsMax:
		return p, fault.Field("data", "imports.too_many_rows", "max", RowsMax, "rows", p.Rows)
	}
	return p, nil
}

func (p *Preview) add(r Row, header []string, judge Judge) error {
	if p.Rows++; p.Rows > RowsMax {
		return nil
	}
	var outcome Outcome
	var reasons []*fault.Fault
	var err error
	if len(p.Missing) == 0 {
		if outcome, reasons, err = judge(r); err != nil {
			return err
		}
	}
	switch outcome {
	case New:
		p.New++
	case Updated:
		p.Updated++
	case Unchanged:
		p.Unchanged++
	case Duplicate:
		p.Duplicates++
	case Wrong:
		p.Errors++
	}
	if len(p.Sample) < sampleRows {
		values := make(map[string]string, len(p.Mapping))
		for field := range p.Mapping {
			if v := r.Value(field); v != "" {
				values[field] = v
			}
		}
		p.Sample = append(p.Sample, Line{Line: r.Line, Outcome: outcome, Values: values})
	}
	for _, f := range reasons {
		if len(p.Problems) == problemsMax {
			p.MoreProblems++
			continue
		}
		problem := Problem{Line: r.Line, Outcome: outcome, Value: r.Value(f.Field), Reason: f}
		if c, ok := p.Mapping[f.Field]; ok {
			problem.Column = header[c]
		}
		p.Problems = append(p.Problems, problem)
	}
	return nil
}

// Ready refuses to import what should not be: a field still without column (imports.field_missing),
// lines in error the person has not chosen to leave out (imports.has_errors), nothing to do
// (imports.nothing).
func (p Preview) Ready(skipErrors bool) error {
	switch {
	case len(p.Missing) > 0:
		return fault.Field("mapping."+p.Missing[0], "imports.field_missing")
	case p.Errors > 0 && !skipErrors:
		return fault.New(fault.Conflict, "imports.has_errors", "n", p.Errors)
	case p.New+p.Updated == 0:
		return fault.New(fault.Conflict, "imports.nothing")
	default:
		return nil
	}
}
