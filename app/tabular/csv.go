package tabular

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"

	"zafe/app/fault"
)

// separators are those looked for, the likeliest in France first.
var separators = []rune{';', '\t', '|', ','}

// cellLinesMax is how many lines one quoted cell can hold. More means that a
// quote was opened and never closed.
const cellLinesMax = 200

func readCSV(name string, data []byte) (Sheet, error) {
	text, encoding, ok := decode(data)
	if !ok {
		return Sheet{}, refuse("tabular.not_a_table", name)
	}
	text, separator, skipped := declared(text)
	if separator == 0 {
		separator = sniff(text)
	}
	text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
	text = bytes.ReplaceAll(text, []byte("\r"), []byte("\n"))
	reader := csv.NewReader(bytes.NewReader(text))
	reader.Comma = separator
	reader.LazyQuotes = true
	reader.FieldsPerRecord = -1
	c := collector{name: name}
	for {
		row, err := reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		line := skipped + 1
		if len(row) > 0 {
			first, _ := reader.FieldPos(0)
			line = first + skipped
		}
		if err != nil || quoteLeftOpen(row) {
			return Sheet{}, fault.New(fault.Invalid, "tabular.quote", "name", name, "line", line)
		}
		if err := c.add(row, line); err != nil {
			return Sheet{}, err
		}
	}
	s, err := c.sheet()
	s.Encoding, s.Separator = encoding, separator
	return s, err
}

func quoteLeftOpen(row []string) bool {
	for _, cell := range row {
		if strings.Count(cell, "\n") > cellLinesMax {
			return true
		}
	}
	return false
}

// declared reads the first line "sep=;" that Excel writes and understands. It
// returns the rest, the separator or 0, and how many lines were taken.
func declared(text []byte) ([]byte, rune, int) {
	line, rest, _ := bytes.Cut(text, []byte("\n"))
	line = bytes.TrimRight(line, "\r")
	if len(line) == 5 && bytes.EqualFold(line[:4], []byte("sep=")) && bytes.IndexByte([]byte(";,|\t"), line[4]) >= 0 {
		return rest, rune(line[4]), 1
	}
	return text, 0, 0
}

// sniffLinesMax is how many lines are looked at to find the separator.
const sniffLinesMax = 60

// sniff returns the separator that cuts most lines in the same number of cells,
// more than one; ';' if none does.
func sniff(text []byte) rune {
	best, bestScore := separators[0], 0
	for _, separator := range separators {
		counts := map[int]int{}
		for _, n := range cellsPerLine(text, byte(separator)) {
			counts[n]++
		}
		score := 0
		for n, lines := range counts {
			if n > 1 {
				score = max(score, lines*100+min(n, 99))
			}
		}
		if score > bestScore {
			best, bestScore = separator, score
		}
	}
	return best
}

// cellsPerLine counts the cells of the first lines, not cutting inside quotes.
func cellsPerLine(text []byte, separator byte) []int {
	var counts []int
	cells, quoted, blank := 1, false, true
	for _, b := range text[:min(len(text), 256<<10)] {
		switch {
		case b == '"':
			quoted, blank = !quoted, false
		case b == '\n' && !quoted:
			if !blank {
				counts = append(counts, cells)
			}
			if cells, blank = 1, true; len(counts) == sniffLinesMax {
				return counts
			}
		case b == separator && !quoted:
			cells++
			blank = false
		case b != '\r' && b != ' ':
			blank = false
		}
	}
	if !blank {
		counts = append(counts, cells)
	}
	return counts
}
