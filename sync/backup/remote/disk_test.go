package remote

import (
	"os/exec"
	"testing"
)

// mountTmpfs puts a disk of 32 KiB at dir, where the machine allows it.
func mountTmpfs(t *testing.T, dir string) error {
	if err := exec.Command("mount", "-t", "tmpfs", "-o", "size=32k", "tmpfs", dir).Run(); err != nil {
		return err
	}
	t.Cleanup(func() { _ = exec.Command("umount", dir).Run() })
	return nil
}
