package op

import (
	"bytes"
	"encoding/json"
	"strings"

	"zafe/app/fault"
)

// once refuses a request in which an object has a field twice, in whatever capitals (RFC 8259 4 leaves open what that
// means): the decoder takes the last and says nothing, where whoever looked at the request before it may have read the
// first. in is valid JSON. Fault op.bad_request.
func once(in []byte) error {
	var open []map[string]bool // the names of each object that is not over; nil for a list
	for at := 0; at < len(in); at++ {
		switch in[at] {
		case '{':
			open = append(open, map[string]bool{})
		case '[':
			open = append(open, nil)
		case '}', ']':
			open = open[:len(open)-1]
		case '"':
			end := textEnd(in, at)
			if rest := bytes.TrimLeft(in[end:], " \t\r\n"); len(rest) > 0 && rest[0] == ':' {
				name := folded(in[at:end])
				if open[len(open)-1][name] {
					return fault.New(fault.Invalid, "op.bad_request", "detail", "2 × "+name)
				}
				open[len(open)-1][name] = true
			}
			at = end - 1
		}
	}
	return nil
}

// textEnd is where the text that begins at a place is over.
func textEnd(in []byte, at int) int {
	for at++; ; at++ {
		at += bytes.IndexByte(in[at:], '"')
		escapes := 0
		for in[at-1-escapes] == '\\' {
			escapes++
		}
		if escapes%2 == 0 {
			return at + 1
		}
	}
}

// folded is a name as the decoder compares it.
func folded(text []byte) (name string) {
	if json.Unmarshal(text, &name) != nil {
		name = string(text)
	}
	return strings.ToLower(strings.ToUpper(name))
}
