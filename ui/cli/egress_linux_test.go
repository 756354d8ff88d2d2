package cli_test

import (
	be "encoding/binary"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/net/webdav"

	"zafe/app/tooltest"
)

// Where they are: the gateway is this test, which everything beyond the office would go through, and which is asked
// for names.
const (
	alonePC   = "10.79.0.1"
	officePC  = "10.79.0.2"
	gateway   = "10.79.0.254"
	mdnsGroup = "224.0.0.251:5353"
	askingAll = "10.79.0.255:24653"
)

// TestNothingLeavesAPCThatIsToldOfNobody looks at every packet that leaves a PC. One that works on its own book sends
// none, whatever it does. In an office it talks to the PCs there, and asks its own network who is. With a place for
// copies it talks to that place as well, by the address that was given, and to nobody else: no name is asked for, no
// newer version looked for, nothing counted.
func TestNothingLeavesAPCThatIsToldOfNobody(t *testing.T) {
	if testing.Short() {
		t.Skip("starts real programs")
	}
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("ZAFE_BINARY", path)
	if !tooltest.Alone(t) {
		return
	}
	root := t.TempDir()
	sw := tooltest.NewSwitch(t, "office")
	main, second := sw.PC("main", alonePC+"/24"), sw.PC("second", officePC+"/24")
	for _, args := range [][]string{{"ip", "addr", "add", gateway + "/24", "dev", "office"}, {"ip", "link", "set", "lo", "up"}} {
		if out, err := exec.CommandContext(t.Context(), args[0], args[1:]...).CombinedOutput(); err != nil {
			t.Fatalf("%v %s", err, out)
		}
	}
	asks := write(t, root, "resolv.conf", "nameserver "+gateway+"\noptions timeout:1 attempts:1\n")
	a, b := newDesk(t, root, "a"), newDesk(t, root, "b")
	a.network, b.network = main.Prefix(), second.Prefix()
	for _, p := range []*tooltest.PC{main, second} {
		p.IP("route", "add", "default", "via", gateway)
	}
	if out, err := exec.CommandContext(t.Context(), "mount", "--bind", asks, "/etc/resolv.conf").CombinedOutput(); err != nil {
		tooltest.Lacks(t, "the names of this PC are not asked as a file says:", string(out), err)
	}
	fromMain, fromSecond := watch(t, "to-main"), watch(t, "to-second")
	e := &egress{t: t, root: root, a: a, b: b, main: main, fromMain: fromMain, fromSecond: fromSecond}
	for _, step := range []struct {
		name string
		do   func(*testing.T)
	}{
		{"the test sees what leaves", e.sees},
		{"a book of one's own", e.works},
		{"an office", e.office},
		{"a place for copies", e.copies},
	} {
		if !t.Run(step.name, func(t *testing.T) { e.t, a.t, b.t = t, t, t; step.do(t) }) {
			return
		}
	}
}

// egress is the two PCs, and what leaves them.
type egress struct {
	t                    *testing.T
	root                 string
	a, b                 *desk
	main                 *tooltest.PC
	fromMain, fromSecond *wiretap
}

// sees proves that the test is not blind: a packet that goes far away, and a question for a name.
func (e *egress) sees(t *testing.T) {
	for _, args := range [][]string{
		{"bash", "-c", "echo out >/dev/udp/192.0.2.7/9"}, {"getent", "hosts", "zafe.example"},
	} {
		_ = e.main.Command(t.Context(), args[0], args[1:]...).Run() // nobody answers
	}
	got := e.fromMain.took()
	for _, want := range []string{"udp 192.0.2.7:9", "udp " + gateway + ":53"} {
		if !slices.Contains(got, want) {
			t.Errorf("%s was not seen: %q", want, got)
		}
	}
}

// works does what people do with a book, and what the program does by itself.
func (e *egress) works(t *testing.T) {
	d, papers := e.a, t.TempDir()
	d.ok("version")
	d.ok("demo", "--size", "small", "--no-gui")
	d.ok("import", "customers", write(t, papers, "clients.csv", "Nom;Ville;E-mail\r\n"+zorglub+";Le Moule;a@zorglub.example\r\n"))
	op[object](d, "customer.list", object{"limit": 5})
	d.ok("op", "document.pdf", `{"id": 2}`, "-o", filepath.Join(papers, "facture.pdf"))
	d.ok("export", "fec", "--year", "2025", "--output", papers)
	op[object](d, "ledger.trial_balance", object{"from": "2024-01-01", "to": "2026-12-31"})
	d.ok("backup", "now")
	d.ok("backup", "drill")
	d.ok("verify")
	if got := e.fromMain.took(); len(got) > 0 {
		t.Errorf("it talked to %q", got)
	}
}

// office serves the book to a second PC, long enough for all that runs by itself to have begun.
func (e *egress) office(t *testing.T) {
	h := e.a.serve(servedAt, "--invite")
	e.b.ok("join", "--code", h.code, "--name", "Atelier")
	time.Sleep(15 * time.Second)
	h.stop(t)
	e.only(t, e.fromMain, "tcp "+officePC, "udp "+officePC, "udp "+mdnsGroup, "udp "+askingAll)
	e.only(t, e.fromSecond, "tcp "+alonePC, "udp "+alonePC, "udp "+mdnsGroup, "udp "+askingAll)
}

// copies sends them to a server of the gateway's, given by its address.
func (e *egress) copies(t *testing.T) {
	ln, err := net.Listen("tcp", gateway+":0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{
		Handler:           &webdav.Handler{FileSystem: webdav.NewMemFS(), LockSystem: webdav.NewMemLS()},
		ReadHeaderTimeout: time.Minute,
	}
	go func() { _ = server.Serve(ln) }()
	t.Cleanup(func() { _ = server.Close() })
	e.a.ok("backup", "add", "--provider", "webdav", "--set", "url=http://"+ln.Addr().String(), "--set", "vendor=other",
		"--folder", "copies")
	e.a.ok("backup", "now")
	h := e.a.serve(servedAt)
	time.Sleep(10 * time.Second)
	h.stop(t)
	got := e.only(t, e.fromMain, "tcp "+ln.Addr().String(), "udp "+mdnsGroup, "udp "+askingAll)
	if !slices.Contains(got, "tcp "+ln.Addr().String()) {
		t.Errorf("the copies went nowhere: %q", got)
	}
}

// only checks that packets went nowhere else than to these: protocol and address, with or without a port.
func (e *egress) only(t *testing.T, w *wiretap, allowed ...string) []string {
	t.Helper()
	got := w.took()
	for _, to := range got {
		if !slices.ContainsFunc(allowed, func(a string) bool { return to == a || strings.HasPrefix(to, a+":") }) {
			t.Errorf("it talked to %s", to)
		}
	}
	if len(got) == 0 {
		t.Error("it talked to nobody: the check is blind")
	}
	return got
}

// wiretap knows where the packets went that came out of a card.
type wiretap struct {
	mu sync.Mutex
	to map[string]bool
}

// took is where, since it was asked last, once what is on its way has come.
func (w *wiretap) took() []string {
	time.Sleep(300 * time.Millisecond)
	w.mu.Lock()
	defer w.mu.Unlock()
	all := slices.Sorted(maps.Keys(w.to))
	clear(w.to)
	return all
}

// watch listens at the end of a card that is not the PC's own, so that it hears what leaves the PC.
func watch(t *testing.T, card string) *wiretap {
	t.Helper()
	const all = 0x0300 // ETH_P_ALL, as the network writes it
	at, err := net.InterfaceByName(card)
	if err != nil {
		t.Fatal(err)
	}
	fd, err := syscall.Socket(syscall.AF_PACKET, syscall.SOCK_RAW|syscall.SOCK_CLOEXEC, all)
	if err == nil {
		err = syscall.Bind(fd, &syscall.SockaddrLinklayer{Protocol: all, Ifindex: at.Index})
	}
	if err != nil {
		t.Fatal(err)
	}
	file := os.NewFile(uintptr(fd), card)
	t.Cleanup(func() { _ = file.Close() })
	w := &wiretap{to: map[string]bool{}}
	go func() {
		packet := make([]byte, 65536)
		for {
			n, from, err := syscall.Recvfrom(fd, packet, 0)
			if err != nil {
				return
			}
			if ll, ok := from.(*syscall.SockaddrLinklayer); ok && ll.Pkttype == syscall.PACKET_OUTGOING {
				continue // on its way to the PC
			}
			if to := destination(packet[:n]); to != "" {
				w.mu.Lock()
				w.to[to] = true
				w.mu.Unlock()
			}
		}
	}()
	return w
}

// destination is where a packet goes, "" for what systems say of themselves: who has which address (ARP and its like
// in IPv6), and which groups they listen to.
func destination(frame []byte) string {
	if len(frame) < 14 {
		return ""
	}
	kind, packet := be.BigEndian.Uint16(frame[12:]), frame[14:]
	var protocol byte
	var to netip.Addr
	switch {
	case kind == 0x0800 && len(packet) >= 20:
		protocol, to = packet[9], netip.AddrFrom4([4]byte(packet[16:20]))
		packet = packet[min(len(packet), int(packet[0]&15)*4):]
	case kind == 0x86dd && len(packet) >= 40:
		protocol, to = packet[6], netip.AddrFrom16([16]byte(packet[24:40]))
		packet = packet[40:]
	case kind == 0x0806:
		return ""
	default:
		return fmt.Sprintf("ethernet %04x", kind)
	}
	name := map[byte]string{6: "tcp", 17: "udp"}[protocol]
	switch {
	case name != "" && len(packet) >= 4:
		return name + " " + netip.AddrPortFrom(to, be.BigEndian.Uint16(packet[2:])).String()
	case protocol == 2 && to.IsMulticast(), // IGMP
		to.Is6() && (protocol == 0 || protocol == 58) && (to.IsMulticast() || to.IsLinkLocalUnicast()): // ICMPv6
		return ""
	}
	return fmt.Sprintf("protocol %d to %s", protocol, to)
}
