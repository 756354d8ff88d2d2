package attack

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// elsewhere is another machine, as far as the main PC can tell: loopback has many addresses.
const elsewhere = "127.0.0.66"

// files is how many files and connections the main PC has open; 0 where the system does not tell.
func (v *victim) files() int {
	all, _ := os.ReadDir(fmt.Sprintf("/proc/%d/fd", v.cmd.Process.Pid))
	return len(all)
}

// TestAFloodOfConnectionsStopsNobody: attacks 5 and 28 by a machine that nobody paired: it connects and says nothing,
// half a greeting, or greets again and again. No event: whoever is on the network could fill the journal.
func TestAFloodOfConnectionsStopsNobody(t *testing.T) {
	v := attacked(t)
	d := &net.Dialer{Timeout: 5 * time.Second, LocalAddr: &net.TCPAddr{IP: net.ParseIP(elsewhere)}}
	if c, err := d.Dial("tcp", v.addr); err != nil && strings.Contains(err.Error(), "assign") {
		t.Skip("this system has one loopback address")
	} else if err == nil {
		_ = c.Close()
	}
	since, before := v.journal(t), v.files()
	var held []net.Conn
	defer func() {
		for _, c := range held {
			_ = c.Close()
		}
	}()
	stranger := impostor(t)
	grew := v.watched(t, func() {
		for n := range 400 {
			c, err := d.Dial("tcp", v.addr)
			if err != nil {
				continue
			}
			held = append(held, c)
			switch n % 3 {
			case 1:
				_, _ = c.Write([]byte("\x16\x03\x01\x40\x00\x01\x00\x3f\xfc\x03\x03"))
			case 2:
				_ = c.SetDeadline(time.Now().Add(5 * time.Second))
				_ = tls.Client(c, &tls.Config{
					InsecureSkipVerify: true, NextProtos: []string{"h2"}, Certificates: []tls.Certificate{stranger.TLS},
				}).Handshake()
			}
			if n%100 == 50 {
				v.office.works(t, v.claire)
			}
		}
		if open := v.files() - before; open > 80 {
			t.Errorf("%d connections of one machine are held", open)
		}
	})
	if grew > 100<<20 {
		t.Errorf("it grew by %d MiB", grew>>20)
	}
	v.office.works(t, v.claire)
	if got := since(); len(got) > 0 {
		t.Errorf("the journal has %v", got)
	}
}

// drip gives a byte at a time until it is told to end.
type drip struct{ end chan struct{} }

// Read implements io.Reader.
func (d drip) Read(p []byte) (int, error) {
	select {
	case <-d.end:
		return 0, io.EOF
	case <-time.After(20 * time.Millisecond):
		p[0] = ' '
		return 1, nil
	}
}

// TestSlowAndEndlessRequestsStopNobody: attacks 28 and 29 by a PC of the office. What it may not ask is not read, and of
// what it may a few are held. Nothing was done, so there is nothing to be in the journal.
func TestSlowAndEndlessRequestsStopNobody(t *testing.T) {
	v := attacked(t)
	end := make(chan struct{})
	var slow sync.WaitGroup
	send := func(token string, length int64, body io.Reader) {
		slow.Go(func() {
			r := v.thief.request("/op/session.me", token, body)
			r.ContentLength = length
			v.thief.send(r)
		})
	}
	yann := v.in(t, v.thief, "yann")
	since := v.journal(t)
	for range 50 {
		send("", -1, drip{end})
		send("", 10_000, drip{end}) // so short that it is read before it is known who sends it
		send(yann, -1, drip{end})
	}
	for range 3 {
		v.office.works(t, v.claire)
	}
	blank := strings.NewReader(strings.Repeat(" ", 1<<20))
	grew := v.watched(t, func() {
		for range 8 { // 512 MiB each, of who may ask nothing
			parts := make([]io.Reader, 512)
			for i := range parts {
				parts[i] = io.NewSectionReader(blank, 0, blank.Size())
			}
			send("", -1, io.MultiReader(parts...))
		}
		for range 3 {
			v.office.works(t, v.claire)
		}
		time.Sleep(500 * time.Millisecond)
	})
	if grew > 100<<20 {
		t.Errorf("it grew by %d MiB", grew>>20)
	}
	close(end)
	slow.Wait()
	for name, size := range map[string]int{"Zafe-Request": 64 << 10, "Zafe-Ask": 512 << 10} {
		r := v.office.request("/op/session.me", v.claire, strings.NewReader("{}"))
		r.Header.Set(name, strings.Repeat("x", size))
		if a := v.office.send(r); a.err == nil && a.status != 431 {
			t.Errorf("a header of %d KiB: %d %s", size>>10, a.status, a.body)
		}
	}
	r := v.office.request("/op/preferences.save", v.claire, strings.NewReader(`{"lang":"fr"}`))
	r.Header.Set("Zafe-Request", strings.Repeat("x", 20<<10))
	if a := v.office.send(r); a.key != "op.bad_request" {
		t.Errorf("a long name of a request: %d %s %v", a.status, a.body, a.err)
	}
	v.office.works(t, v.claire)
	if got := since(); len(got) > 0 {
		t.Errorf("the journal has %v", got)
	}
}
