package servetest

import (
	"net"
	"path/filepath"
	"testing"
)

// The account that Azure's emulator knows from the start, as Microsoft publishes it.
const (
	AzureAccount = "devstoreaccount1"
	AzureKey     = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
)

// Azure starts azurite, Microsoft's emulator of Azure's storage, on a folder. It weighs 186 MB: only where
// ZAFE_ALL_SERVERS is set it must be there.
func Azure(t testing.TB, dir string) (endpoint string) {
	t.Helper()
	path := cached(t, filepath.Join("azurite", "node_modules", ".bin", "azurite-blob"))
	addr := freeAddr(t)
	host, port, _ := net.SplitHostPort(addr)
	serve(t, addr, nil, path, "--blobHost", host, "--blobPort", port, "--silent", "--disableTelemetry",
		"--skipApiVersionCheck", "--location", filepath.Join(dir, "azure"))
	return "http://" + addr + "/" + AzureAccount
}
