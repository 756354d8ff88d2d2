package pair_test

import (
	"bufio"
	"crypto/tls"
	"io"
	"testing"
	"time"

	"zafe/app/fault"
	"zafe/sync/device"
	"zafe/sync/pair"
)

// answering is a machine that says the same thing to whoever wants to pair.
func answering(t *testing.T, line string) (addr string) {
	t.Helper()
	id, err := device.NewPC(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	ln, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{
		MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{id.TLS},
		ClientAuth: tls.RequireAnyClientCert, NextProtos: []string{pair.Protocol},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	go func() {
		conn, err := ln.Accept()
		if err != nil {
			return
		}
		defer func() { _ = conn.Close() }()
		if _, err := bufio.NewReader(conn).ReadBytes('\n'); err == nil {
			_, _ = io.WriteString(conn, line+"\n")
		}
	}()
	return ln.Addr().String()
}

func TestAnUnknownMachineDoesNotChooseTheMessage(t *testing.T) {
	id, err := device.NewPC(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	for line, want := range map[string]string{
		`{"error":"your password has expired, call 555"}`: "pair.refused",
		`{"error":"pair.no_code"}`:                        "pair.no_code",
		`{"root":"AAAA","mac":"AAAA"}`:                    "pair.wrong_host",
		`{}`:                                              "pair.wrong_host",
	} {
		_, err := pair.Join(t.Context(), answering(t, line), "ABCD-EFGH", "PC", id)
		if got := fault.KeyOf(err); got != want {
			t.Errorf("%s: %s, want %s", line, got, want)
		}
	}
}
