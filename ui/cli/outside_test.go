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

// TestNmapSeesTLS13Alone: suites and names, as nmap finds them on the port of a main PC.
func TestNmapSeesTLS13Alone(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a real program")
	}
	nmap := tooltest.Program(t, "nmap")
	h := sample(t).serve("127.0.0.1:0")
	defer h.stop(t)
	_, port, err := net.SplitHostPort(h.addr)
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

// explained are what testssl says of every main PC. Each PC pinned the root of its office, which vouches for the main PC
// and for nobody else, and the book says which PCs are let in: so there is no public authority, no name of the Internet,
// no list of what was revoked and no date after which an office would stand still.
var explained = map[string]string{
	"cert_trust":          "the certificate names a role and no address: the pinned root decides",
	"cert_chain_of_trust": "the root is the office's own",
	"cert_validityPeriod": "a PC with a flat clock battery is let in as well",
	"cert_revocation":     "the main PC asks its book at every request",
	"DNS_CAArecord":       "it has no name",
	"service":             "it speaks HTTP to PCs of the office alone",
	"engine_problem":      "of testssl's own OpenSSL",
}

// TestTestsslFindsNothing at the port of a main PC, through the eyes of a PC of the office: others are sent away.
func TestTestsslFindsNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a real program")
	}
	testssl, openssl := tooltest.Program(t, "testssl"), tooltest.Program(t, "openssl")
	h := sample(t).serve("127.0.0.1:0", "--invite")
	defer h.stop(t)
	dir := t.TempDir()
	pc := newDesk(t, dir, "pc")
	pc.ok("join", "--host", h.addr, "--code", h.code)
	var seat struct {
		Key []byte `json:"key"`
	}
	data, err := os.ReadFile(filepath.Join(pc.dir, "host.json"))
	if err == nil {
		err = json.Unmarshal(data, &seat)
	}
	if err != nil {
		t.Fatal(err)
	}
	own := write(t, dir, "pc.pem", string(seat.Key))
	paired := write(t, dir, "openssl", "#!/bin/sh\n[ \"$1\" = s_client ] || exec "+openssl+" \"$@\"\nshift\n"+
		"exec "+openssl+" s_client -alpn h2 -cert "+own+" -key "+own+" \"$@\"\n")
	if err := os.Chmod(paired, 0o700); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "found.json")
	c := exec.CommandContext(t.Context(), testssl, "--quiet", "--color", "0", "--warnings", "batch", "--fast",
		"--openssl", paired, "--jsonfile", file,
		"--protocols", "--std", "--fs", "--server-defaults", "--vulnerable", h.addr)
	out, _ := c.CombinedOutput() // it ends with the number of what it found
	body, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var found []struct{ ID, Severity, Finding string }
	if err := json.Unmarshal(body, &found); err != nil {
		t.Fatal(err)
	}
	said := map[string]string{}
	for _, f := range found {
		said[f.ID] = f.Finding
		if f.Severity != "OK" && f.Severity != "INFO" && explained[f.ID] == "" {
			t.Errorf("%s %s: %s", f.Severity, f.ID, f.Finding)
		}
	}
	for id, want := range map[string]string{
		"SSLv2": "not offered", "SSLv3": "not offered", "TLS1": "not offered", "TLS1_1": "not offered",
		"TLS1_2": "not offered", "TLS1_3": "offered with final", "secure_renego": "", "heartbleed": "not vulnerable",
		"sessionresumption_ticket": "not supported",
	} {
		if got, ok := said[id]; !ok || !strings.HasPrefix(got, want) {
			t.Errorf("%s: %q, want %q", id, got, want)
		}
	}
}
