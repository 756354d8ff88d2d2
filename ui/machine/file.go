package machine

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"

	"zafe/app/durable"
)

// ReadFile reads a JSON file of this PC into v; a missing file leaves v as it is.
func ReadFile(path string, v any) error {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return json.Unmarshal(b, v)
}

// WriteFile writes v as JSON so that a crash leaves the old file or the new one, never half of one.
func WriteFile(path string, v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return durable.WriteFile(path, b)
}
