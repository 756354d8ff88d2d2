package vault

import (
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

//go:embed readme.txt
var readmeText []byte

// markerVersion is the number in the marker: that of the folders, which packs did not change.
const markerVersion = 1

// markerText is the content of the VAULT file.
func markerText(id string) []byte {
	return fmt.Appendf(nil, "ZAFE-VAULT %d\nid: %s\n", markerVersion, id)
}

// parseMarker reads the vault's identity.
func parseMarker(data []byte) (id string, err error) {
	lines := strings.Split(strings.ReplaceAll(string(data), "\r\n", "\n"), "\n")
	var version int
	if _, err := fmt.Sscanf(lines[0], "ZAFE-VAULT %d", &version); err != nil {
		return "", faultNoVault.Because(err)
	}
	if version > markerVersion {
		return "", faultNewer
	}
	for _, line := range lines[1:] {
		if rest, ok := strings.CutPrefix(line, "id: "); ok {
			return strings.TrimSpace(rest), nil
		}
	}
	return "", nil
}

// IDAt is the identity of the vault in a folder of this PC. Faults backup.no_vault, backup.vault_newer.
func IDAt(folder string) (string, error) {
	data, err := os.ReadFile(filepath.Join(folder, markerName))
	if err != nil {
		return "", faultNoVault.Because(err)
	}
	return parseMarker(data)
}
