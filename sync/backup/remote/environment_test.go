package remote

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rclone/rclone/fs/config"
)

// A program that links rclone leaves nothing in the home directory and listens to no RCLONE_ or AWS_
// variable: both would happen during initialisation, before main.
func TestEnvironment(t *testing.T) {
	home := t.TempDir()
	cmd := exec.Command(os.Args[0], "-test.run=^TestEnvironmentChild$", "-test.v")
	cmd.Env = []string{
		"HOME=" + home, "PATH=" + os.Getenv("PATH"), "APPDATA=" + home, "ZAFE_CHILD=" + home,
		"RCLONE_CONFIG_D1_TYPE=memory", "RCLONE_VERBOSE=2", "RCLONE_CONFIG=" + home + "/mine.conf",
		"AWS_ACCESS_KEY_ID=somebody", "AWS_CA_BUNDLE=/nowhere",
	}
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "child is fine") {
		t.Fatalf("%v: %s", err, out)
	}
	err = filepath.WalkDir(home, func(path string, _ fs.DirEntry, err error) error {
		if path != home && path != filepath.Join(home, "copies") {
			t.Errorf("the program made %s", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestEnvironmentChild is the program run by TestEnvironment.
func TestEnvironmentChild(t *testing.T) {
	home := os.Getenv("ZAFE_CHILD")
	if home == "" {
		t.Skip("runs as a child only")
	}
	for _, entry := range os.Environ() {
		if strings.HasPrefix(entry, "RCLONE_CONFIG_D1") || strings.HasPrefix(entry, "AWS_") ||
			strings.HasPrefix(entry, "RCLONE_VERBOSE") {
			t.Errorf("%s is still there", entry)
		}
	}
	r := use(t, &Memory{})
	folder := filepath.Join(home, "copies")
	if _, err := add(t, r, Draft{Provider: "local", Label: "x", Folder: folder}); err != nil {
		t.Fatal(err)
	}
	if got := config.GetValue("d1", "type"); got != "local" {
		t.Errorf("the destination was re-pointed to %q", got)
	}
	if _, err := r.Probe(context.Background(), "d1"); err != nil {
		t.Error(err)
	}
	if !t.Failed() {
		fmt.Println("child is fine")
	}
}
