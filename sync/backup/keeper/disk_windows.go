package keeper

import (
	"os"
	"path/filepath"
	"strings"
)

// sameDisk compares the drives of two folders.
func sameDisk(a string, _ os.FileInfo, b string, _ os.FileInfo) bool {
	return strings.EqualFold(filepath.VolumeName(a), filepath.VolumeName(b))
}
