package discover

import (
	"bufio"
	"context"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"zafe/app/tooltest"
	"zafe/sync/device"
)

// role is what a process of this test does on its PC, for a test that is alone: see roles.
const role = "ZAFE_TEST_ROLE"

// roles print what they find, a line each.
var roles = map[string]func(ctx context.Context, args []string) error{
	"announce": func(ctx context.Context, args []string) error {
		at, err := netip.ParseAddrPort(args[0])
		if err != nil {
			return err
		}
		fmt.Println("ready")
		Announcement{At: at, Root: device.Fingerprint(args[1]), Warn: func(what string, err error) {
			fmt.Fprintln(os.Stderr, what, err)
		}}.Run(ctx)
		return nil
	},
	"find": func(ctx context.Context, _ []string) error {
		ctx, stop := context.WithTimeout(ctx, roundFor+time.Second/2)
		defer stop()
		Find(ctx, func(m Main) { fmt.Println(m.Addr) })
		return nil
	},
	"where": func(ctx context.Context, args []string) error {
		for _, addr := range Where(ctx, device.Fingerprint(args[0])) {
			fmt.Println(addr)
		}
		return nil
	},
	"take": func(ctx context.Context, args []string) error { // a port
		at, err := netip.ParseAddrPort(args[0])
		if err != nil {
			return err
		}
		if _, err := open(ctx, at); err != nil {
			return err
		}
		fmt.Println("ready")
		<-ctx.Done()
		return nil
	},
	"flood": func(ctx context.Context, args []string) error { // counts what comes back in a second
		ctx, stop := context.WithTimeout(ctx, time.Second)
		defer stop()
		to, err := netip.ParseAddrPort(args[0])
		if err != nil {
			return err
		}
		packet := probe([nonceBytes]byte{})
		if to.Port() == group.Port() {
			if packet, err = question(1); err != nil {
				return err
			}
		}
		c, err := open(ctx, netip.AddrPortFrom(netip.IPv4Unspecified(), 0))
		if err != nil {
			return err
		}
		go func() {
			for ctx.Err() == nil {
				_, _ = c.WriteToUDPAddrPort(packet, to)
				time.Sleep(200 * time.Microsecond)
			}
		}()
		n := 0
		for ; ; n++ {
			if _, _, err := c.ReadFromUDPAddrPort(make([]byte, packetBytes)); err != nil {
				break
			}
		}
		fmt.Println(n)
		return nil
	},
}

func TestMain(m *testing.M) {
	if do := roles[os.Getenv(role)]; do != nil {
		if err := do(context.Background(), os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func acts(t *testing.T, pc *tooltest.PC, what string, args ...string) *exec.Cmd {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := pc.Command(t.Context(), program, args...)
	c.Env = append(os.Environ(), role+"="+what)
	c.Stderr = os.Stderr
	return c
}

// start has a PC do something until the test ends or stop is called.
func start(t *testing.T, pc *tooltest.PC, what string, args ...string) (stop func()) {
	t.Helper()
	c := acts(t, pc, what, args...)
	out, err := c.StdoutPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	if line, _ := bufio.NewReader(out).ReadString('\n'); line != "ready\n" {
		t.Fatalf("%s: %q", what, line)
	}
	time.Sleep(200 * time.Millisecond) // until its ports are open
	stop = func() { _ = c.Process.Kill(); _ = c.Wait() }
	t.Cleanup(stop)
	return stop
}

// said is what a PC finds.
func said(t *testing.T, pc *tooltest.PC, what string, args ...string) []string {
	t.Helper()
	out, err := acts(t, pc, what, args...).Output()
	if err != nil {
		t.Fatal(what, err)
	}
	lines := strings.Fields(string(out))
	slices.Sort(lines)
	return lines
}

const other = "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100"

// TestNetworks has two PCs find each other on networks as offices have them, none of which has a gateway.
func TestNetworks(t *testing.T) {
	t.Parallel()
	if !tooltest.Alone(t) {
		return
	}
	for i, c := range []struct {
		name       string
		main, pc   string // their addresses
		at         string // where the main PC serves; everywhere for ""
		around     func(t *testing.T, main, pc *tooltest.PC)
		want       []string
		wantNobody bool
	}{
		{name: "no gateway", main: "10.77.0.1/24", pc: "10.77.0.2/24", want: []string{"10.77.0.1:4711"}},
		{name: "no addresses given out", main: "169.254.7.1/16", pc: "169.254.9.2/16", want: []string{"169.254.7.1:4711"}},
		{
			name: "a VPN has the default route", main: "10.77.0.1/24", pc: "10.77.0.2/24",
			around: func(_ *testing.T, main, pc *tooltest.PC) {
				for i, p := range []*tooltest.PC{main, pc} {
					p.IP("link", "add", "vpn", "type", "veth", "peer", "name", "far")
					p.IP("link", "set", "far", "up")
					p.IP("addr", "add", "10.8.0."+strconv.Itoa(i+1)+"/24", "dev", "vpn")
					p.IP("link", "set", "vpn", "up")
					p.IP("route", "add", "default", "dev", "vpn")
				}
			},
			want: []string{"10.77.0.1:4711"},
		},
		{
			name: "multicast is swallowed", main: "10.77.0.1/24", pc: "10.77.0.2/24",
			around: func(_ *testing.T, _, pc *tooltest.PC) { pc.IP("link", "set", "eth0", "multicast", "off") },
			want:   []string{"10.77.0.1:4711"},
		},
		{
			name: "the port for broadcasts is taken", main: "10.77.0.1/24", pc: "10.77.0.2/24",
			around: func(t *testing.T, main, _ *tooltest.PC) { start(t, main, "take", "0.0.0.0:24653") },
			want:   []string{"10.77.0.1:4711"},
		},
		{
			name: "another program speaks multicast DNS there", main: "10.77.0.1/24", pc: "10.77.0.2/24",
			around: func(t *testing.T, main, _ *tooltest.PC) { start(t, main, "announce", "0.0.0.0:4712", other) },
			want:   []string{"10.77.0.1:4711", "10.77.0.1:4712"},
		},
		{
			name: "one address alone is served", main: "10.77.0.1/24", pc: "10.77.0.2/24", at: "10.77.0.1:4711",
			want: []string{"10.77.0.1:4711"},
		},
		{
			name: "another address is served", main: "10.77.0.1/24", pc: "10.88.0.2/24", at: "10.77.0.1:4711",
			around:     func(_ *testing.T, main, _ *tooltest.PC) { main.IP("addr", "add", "10.88.0.1/24", "dev", "eth0") },
			wantNobody: true,
		},
		{name: "another network", main: "10.77.0.1/24", pc: "10.78.0.2/24", wantNobody: true},
		{name: "this PC alone is served", main: "10.77.0.1/24", pc: "10.77.0.2/24", at: "127.0.0.1:4711", wantNobody: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			n := strconv.Itoa(i)
			s := tooltest.NewSwitch(t, "switch"+n)
			main, pc := s.PC("m"+n, c.main), s.PC("p"+n, c.pc)
			if c.around != nil {
				c.around(t, main, pc)
			}
			at := c.at
			if at == "" {
				at = "0.0.0.0:4711"
			}
			start(t, main, "announce", at, root)
			if strings.HasPrefix(at, "127.") { // it did not take the port either
				start(t, main, "take", "0.0.0.0:24653")
			}
			got := said(t, pc, "find")
			if !slices.Equal(got, c.want) || c.wantNobody && len(got) > 0 {
				t.Errorf("found %v, want %v", got, c.want)
			}
		})
	}
}

// TestTheMainPCMoves: it is found by its root among others, wherever it is now, by multicast alone.
func TestTheMainPCMoves(t *testing.T) {
	t.Parallel()
	if !tooltest.Alone(t) {
		return
	}
	s := tooltest.NewSwitch(t, "switch")
	main, third, pc := s.PC("main", "10.77.0.1/24"), s.PC("third", "10.77.0.5/24"), s.PC("pc", "10.77.0.2/24")
	start(t, main, "take", "0.0.0.0:24653")
	stop := start(t, main, "announce", "[::]:4711", root)
	start(t, third, "announce", "[::]:4711", other)
	is := func(when string, want ...string) {
		t.Helper()
		if got := said(t, pc, "where", root); !slices.Equal(got, want) {
			t.Errorf("%s: at %v", when, got)
		}
	}
	is("at first", "10.77.0.1:4711")
	main.Moves("10.77.0.9/24")
	is("another address", "10.77.0.9:4711")
	main.Moves("192.168.7.1/24") // the box was replaced
	pc.Moves("192.168.7.2/24")
	time.Sleep(linksEvery + time.Second)
	is("another network", "192.168.7.1:4711")
	main.Unplug()
	time.Sleep(linksEvery + time.Second)
	is("no network")
	main.Plug(s, "192.168.7.1/24")
	time.Sleep(linksEvery + time.Second)
	is("another card", "192.168.7.1:4711")
	stop()
	is("closed")
}

// TestWhoAsksTooMuchIsNotAnswered: a flood of questions does not become one of answers, and nobody far away is sent
// any.
func TestWhoAsksTooMuchIsNotAnswered(t *testing.T) {
	t.Parallel()
	if !tooltest.Alone(t) {
		return
	}
	s := tooltest.NewSwitch(t, "switch")
	main, pc, far := s.PC("main", "10.77.0.1/24"), s.PC("pc", "10.77.0.2/24"), s.PC("far", "10.78.0.2/24")
	main.IP("route", "add", "10.78.0.0/24", "dev", "eth0")
	far.IP("route", "add", "10.77.0.0/24", "dev", "eth0")
	start(t, main, "announce", "0.0.0.0:4711", root)
	for _, port := range []string{"24653", "5353"} {
		got, err := strconv.Atoi(strings.Join(said(t, pc, "flood", "10.77.0.1:"+port), ""))
		if err != nil || got < repliesEach || got > 2*repliesEach+10 {
			t.Errorf("port %s: %d answers in a second: %v", port, got, err)
		}
		if got := said(t, far, "flood", "10.77.0.1:"+port); !slices.Equal(got, []string{"0"}) {
			t.Errorf("port %s: %v answers far away", port, got)
		}
	}
	if got := said(t, pc, "find"); !slices.Equal(got, []string{"10.77.0.1:4711"}) {
		t.Errorf("after the flood: %v", got)
	}
}
