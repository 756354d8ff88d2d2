package kit

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestNoListReachesTheClipboard: copying many rows would be an export that nobody counts. Only what somebody selects
// in a field, a secret shown once and a text to hand on are copied; a list that is to be has to be counted by the
// sentry (package app/sentry) as an export first.
func TestNoListReachesTheClipboard(t *testing.T) {
	allowed := []string{"kit/copy.go", "kit/lineedit_input.go", "kit/secret.go"}
	callers := []string{"page/destform/make.go", "page/incident/incident.go"} // of Copy
	var seen int
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		body, err := os.ReadFile(path)
		name := filepath.ToSlash(strings.TrimPrefix(path, "../"))
		if strings.Contains(string(body), "Clipboard()") {
			if seen++; !slices.Contains(allowed, name) {
				t.Errorf("%s copies by itself", name)
			}
		}
		if strings.Contains(string(body), "kit.Copy(") && !slices.Contains(callers, name) {
			t.Errorf("%s copies a text: what is it?", name)
		}
		return err
	})
	if err != nil || seen != len(allowed) {
		t.Errorf("%d files copy, %v", seen, err)
	}
}
