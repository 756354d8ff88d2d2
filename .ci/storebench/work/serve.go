//go:build linux

package work

import (
	"encoding/json"
	"errors"
	"io"
)

// Order asks a worker for one run.
type Order struct {
	Workload string `json:"workload"`
	Dir      string `json:"dir"`
	Size     Size   `json:"size"`
}

// Answer is a worker's.
type Answer struct {
	Sample
	Error string `json:"error,omitempty"`
}

// Serve does orders until there are no more. Each engine has a process of its own, which lives as long
// as the measure: two of them are built from C and cannot share one.
func Serve(open Open, in io.Reader, out io.Writer) error {
	orders, answers := json.NewDecoder(in), json.NewEncoder(out)
	for {
		var o Order
		if err := orders.Decode(&o); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		var a Answer
		var err error
		if a.Sample, err = Run(open, o.Dir, o.Workload, o.Size); err != nil {
			a.Error = err.Error()
		}
		if err := answers.Encode(a); err != nil {
			return err
		}
	}
}
