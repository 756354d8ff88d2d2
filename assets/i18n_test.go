package assets

import (
	"io/fs"
	"regexp"
	"testing"
)

// TestNoMessageIsWrittenTwiceInAFile: of two, the reader of the file keeps the last, and the first one's places say
// something else than was meant.
func TestNoMessageIsWrittenTwiceInAFile(t *testing.T) {
	key := regexp.MustCompile(`(?m)^\s*"([^"]+\.[^"]+)":`) // those of plurals have no point
	read := 0
	err := fs.WalkDir(Catalogue(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(Catalogue(), path)
		seen := map[string]bool{}
		for _, m := range key.FindAllSubmatch(text, -1) {
			if read++; seen[string(m[1])] {
				t.Errorf("%s: %s is there twice", path, m[1])
			}
			seen[string(m[1])] = true
		}
		return err
	})
	if err != nil || read < 1000 {
		t.Errorf("%d messages, %v", read, err)
	}
}
