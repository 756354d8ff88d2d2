package cli_test

import (
	"encoding/json"
	"encoding/xml"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"zafe/app/tooltest"
)

// outside serves a book and returns where, as somebody sees it who knows nothing of Zafè.
func outside(t *testing.T) (addr string) {
	t.Helper()
	if testing.Short() {
		t.Skip("starts a real program")
	}
	h := sample(t).serve("127.0.0.1:0")
	t.Cleanup(func() { h.stop(t) })
	return h.addr
}

// TestNmapSeesTLS13Alone: suites and names, as nmap finds them on the port of a main PC.
func TestNmapSeesTLS13Alone(t *testing.T) {
	nmap := tooltest.Program(t, "nmap")
	_, port, err := net.SplitHostPort(outside(t))
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), nmap, "-Pn", "-n", "-p", port, "--script", "ssl-enum-ciphers,ssl-cert",
		"-oX", "-", "127.0.0.1")
	out, err := c.Output()
	if err != nil {
		t.Fatal(err)
	}
	var run struct {
		Scripts []struct {
			ID     string `xml:"id,attr"`
			Output string `xml:"output,attr"`
			Tables []struct {
				Key string `xml:"key,attr"`
			} `xml:"table"`
			Elems []struct {
				Key  string `xml:"key,attr"`
				Text string `xml:",chardata"`
			} `xml:"elem"`
		} `xml:"host>ports>port>script"`
	}
	if err := xml.Unmarshal(out, &run); err != nil {
		t.Fatal(err)
	}
	var versions []string
	strength := ""
	for _, s := range run.Scripts {
		if strings.Contains(s.Output, "warnings") || strings.Contains(s.Output, "Bélénus") {
			t.Errorf("%s says %s", s.ID, s.Output)
		}
		if s.ID != "ssl-enum-ciphers" {
			continue
		}
		for _, table := range s.Tables {
			versions = append(versions, table.Key)
		}
		for _, e := range s.Elems {
			if e.Key == "least strength" {
				strength = e.Text
			}
		}
	}
	if !slices.Equal(versions, []string{"TLSv1.3"}) || strength != "A" {
		t.Errorf("versions %q, least strength %q\n%s", versions, strength, out)
	}
}

// ownRoot are the findings of testssl that come from the root of the office: each PC pinned it, and needs no list of
// authorities, of those that were revoked or of certificates that were issued.
var ownRoot = map[string]string{}

// TestTestsslFindsNothing at the port of a main PC.
func TestTestsslFindsNothing(t *testing.T) {
	testssl := tooltest.Program(t, "testssl")
	addr := outside(t)
	file := filepath.Join(t.TempDir(), "found.json")
	c := exec.CommandContext(t.Context(), testssl, "--quiet", "--color", "0", "--warnings", "batch", "--fast",
		"--jsonfile", file, addr)
	out, err := c.CombinedOutput() // it ends with the number of what it found
	body, fileErr := os.ReadFile(file)
	if fileErr != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var found []struct{ ID, Severity, Finding string }
	if err := json.Unmarshal(body, &found); err != nil {
		t.Fatal(err)
	}
	offered := map[string]bool{}
	for _, f := range found {
		if strings.HasPrefix(f.Finding, "offered") {
			offered[f.ID] = true
		}
		if f.Severity != "OK" && f.Severity != "INFO" && ownRoot[f.ID] == "" {
			t.Errorf("%s %s: %s", f.Severity, f.ID, f.Finding)
		}
	}
	if !offered["TLS1_3"] || offered["TLS1_2"] || offered["TLS1_1"] || offered["TLS1"] || offered["SSLv3"] || offered["SSLv2"] {
		t.Errorf("offered: %v", offered)
	}
}
