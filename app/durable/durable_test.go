package durable_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"zafe/app/durable"
)

func TestWriteFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	for _, want := range []string{"one", "another"} {
		if err := durable.WriteFile(path, []byte(want)); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(path)
		if err != nil || string(got) != want {
			t.Errorf("%q %v", got, err)
		}
	}
	info, err := os.Stat(path)
	if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	if err := durable.WriteFile(dir, []byte("x")); err == nil {
		t.Error("a folder was replaced")
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestFolder(t *testing.T) {
	if err := durable.Folder(t.TempDir()); err != nil {
		t.Error(err)
	}
	missing := filepath.Join(t.TempDir(), "missing")
	if err := durable.Folder(missing); runtime.GOOS != "windows" && !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a folder that is not there: %v", err)
	}
}

func TestJSON(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.json")
	got := map[string]int{"kept": 1}
	if err := durable.ReadJSON(path, &got); err != nil || got["kept"] != 1 {
		t.Errorf("without a file: %v %v", got, err)
	}
	if err := durable.WriteJSON(path, map[string]int{"written": 2}); err != nil {
		t.Fatal(err)
	}
	if err := durable.ReadJSON(path, &got); err != nil || got["written"] != 2 {
		t.Errorf("%v %v", got, err)
	}
	if err := os.WriteFile(path, []byte(`{"wri`), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := durable.ReadJSON(path, &got); err == nil {
		t.Error("half a file was read")
	}
}
