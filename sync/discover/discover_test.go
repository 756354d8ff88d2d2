package discover

import (
	"bytes"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

const root = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

var spoken = newPresence(4711, prefix(root))

func TestWhatIsSaidIsUnderstood(t *testing.T) {
	q, err := question(7)
	if err != nil {
		t.Fatal(err)
	}
	id, asked1, ok := asked(q, true)
	if !ok || id != 7 {
		t.Fatalf("the question is not understood: %d %v", id, ok)
	}
	said, err := spoken.answer(id, asked1, [4]byte{192, 168, 1, 20})
	if err != nil {
		t.Fatal(err)
	}
	if got, ok := answered(said, 7); !ok || got != spoken {
		t.Errorf("understood %+v, said %+v", got, spoken)
	}
	if _, ok := answered(said, 8); ok {
		t.Error("the answer to another question is taken")
	}
	said[0], said[1] = 0, 0 // as if to everybody
	if _, ok := answered(said, 8); !ok {
		t.Error("an answer without an ID is not taken")
	}
	nonce := [nonceBytes]byte{1, 2, 3}
	if got, ok := probed(probe(nonce)); !ok || got != nonce {
		t.Fatal("the broadcast is not understood")
	}
	reply, err := spoken.reply(nonce)
	if err != nil {
		t.Fatal(err)
	}
	if got, ok := replied(reply, nonce); !ok || got.port != spoken.port || got.root != spoken.root {
		t.Errorf("understood %+v, said %+v", got, spoken)
	}
	if _, ok := replied(reply, [nonceBytes]byte{1}); ok {
		t.Error("what was said to another broadcast is taken")
	}
}

// TestABroadcastIsNeverAnsweredWithMore: who writes the address of somebody else on it has nothing sent there that was
// not sent here.
func TestABroadcastIsNeverAnsweredWithMore(t *testing.T) {
	nonce := [nonceBytes]byte{1, 2, 3}
	reply, err := spoken.reply(nonce)
	if err != nil || len(reply) > len(probe(nonce)) {
		t.Errorf("%d bytes for %d: %v", len(reply), len(probe(nonce)), err)
	}
	for _, packet := range [][]byte{probe(nonce)[:probeBytes-1], append(probe(nonce), 0), probe(nonce)[:len(probeBegin)], reply} {
		if _, ok := probed(packet); ok {
			t.Errorf("%d bytes are answered", len(packet))
		}
	}
}

// TestWhatIsSaidNamesNobody: neither the company nor this PC, and no more of the root than tells offices apart.
func TestWhatIsSaidNamesNobody(t *testing.T) {
	said, err := spoken.answer(1, dnsmessage.Question{Name: dnsmessage.MustNewName(service)}, [4]byte{})
	if err != nil {
		t.Fatal(err)
	}
	var m dnsmessage.Message
	if err := m.Unpack(said); err != nil {
		t.Fatal(err)
	}
	var text []string
	for _, r := range m.Additionals {
		if b, ok := r.Body.(*dnsmessage.TXTResource); ok {
			text = append(text, b.TXT...)
		}
	}
	if want := []string{"v=1", "root=0011223344556677"}; !slices.Equal(text, want) {
		t.Errorf("it says %q", text)
	}
	if another := newPresence(4711, prefix(root)); another.id == spoken.id {
		t.Error("two main PCs have one name")
	}
}

// TestOnlyAQuestionForOneIsAnswered: not what everybody is to hear, nor what others ask for.
func TestOnlyAQuestionForOneIsAnswered(t *testing.T) {
	ask := func(change func(*dnsmessage.Message)) []byte {
		m := dnsmessage.Message{Questions: []dnsmessage.Question{{
			Name: dnsmessage.MustNewName(service), Type: dnsmessage.TypePTR, Class: dnsmessage.ClassINET,
		}}}
		change(&m)
		b, err := m.Pack()
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for name, c := range map[string]struct {
		packet []byte
		legacy bool
		want   bool
	}{
		"from another port":      {ask(func(*dnsmessage.Message) {}), true, true},
		"for all":                {ask(func(*dnsmessage.Message) {}), false, false},
		"for one":                {ask(func(m *dnsmessage.Message) { m.Questions[0].Class |= classUnicast }), false, true},
		"in capitals":            {ask(func(m *dnsmessage.Message) { m.Questions[0].Name = dnsmessage.MustNewName("_ZAFE._tcp.local.") }), true, true},
		"another service":        {ask(func(m *dnsmessage.Message) { m.Questions[0].Name = dnsmessage.MustNewName("_ipp._tcp.local.") }), true, false},
		"another kind of record": {ask(func(m *dnsmessage.Message) { m.Questions[0].Type = dnsmessage.TypeA }), true, false},
		"an answer":              {ask(func(m *dnsmessage.Message) { m.Response = true }), true, false},
		"after others": {ask(func(m *dnsmessage.Message) {
			other := dnsmessage.Question{Name: dnsmessage.MustNewName("a."), Type: dnsmessage.TypeA}
			m.Questions = append([]dnsmessage.Question{other}, m.Questions...)
		}), true, true},
		"nothing": {nil, true, false},
	} {
		if _, _, ok := asked(c.packet, c.legacy); ok != c.want {
			t.Errorf("%s: answered %v", name, ok)
		}
	}
}

// TestAnAnswerThatSaysTooLittleIsNone.
func TestAnAnswerThatSaysTooLittleIsNone(t *testing.T) {
	for _, p := range []presence{
		{id: "a", port: 0, root: spoken.root},
		{id: "a", port: 1, root: ""},
		{id: "a", port: 1, root: "0011"},
		{id: "a", port: 1, root: strings.ToUpper("00112233445566aa")},
		{id: "a", port: 1, root: "zz112233445566aa"},
	} {
		said, err := p.answer(1, dnsmessage.Question{Name: dnsmessage.MustNewName(service)}, [4]byte{})
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := answered(said, 1); ok {
			t.Errorf("taken: %+v", got)
		}
	}
	if _, err := (presence{root: "00"}).reply([nonceBytes]byte{}); err == nil {
		t.Error("a broadcast is answered with half a root")
	}
}

func TestWhoIsNear(t *testing.T) {
	for text, c := range map[string]struct {
		all  string // everybody's address there, "" for a card that is no network
		near bool   // 192.168.1.77 is there
	}{
		"192.168.1.20/24": {"192.168.1.255:24653", true},
		"192.168.1.20/26": {"192.168.1.63:24653", false},
		"10.1.2.3/9":      {"10.127.255.255:24653", false},
		"169.254.3.4/16":  {"169.254.255.255:24653", false},
		"10.8.0.2/32":     {"", false},
		"10.8.0.2/31":     {"", false},
		"fe80::1/64":      {"", false},
	} {
		ip, network, err := net.ParseCIDR(text)
		if err != nil {
			t.Fatal(err)
		}
		at, ok := prefixOf(&net.IPNet{IP: ip, Mask: network.Mask})
		if ok != (c.all != "") {
			t.Errorf("%s is a network: %v", text, ok)
		}
		if !ok {
			continue
		}
		l := link{net.Interface{Flags: net.FlagBroadcast}, at}
		if got, ok := l.broadcast(); !ok || got.String() != c.all {
			t.Errorf("%s: everybody is at %s", text, got)
		}
		for _, who := range []string{"192.168.1.77", "::ffff:192.168.1.77"} {
			if _, near := of([]link{l}, netip.MustParseAddr(who)); near != c.near {
				t.Errorf("%s: %s is near: %v", text, who, near)
			}
		}
	}
}

func FuzzAnswered(f *testing.F) {
	said, err := spoken.answer(7, dnsmessage.Question{Name: dnsmessage.MustNewName(service)}, [4]byte{10, 0, 0, 1})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(said)
	f.Add(said[:len(said)/2])
	f.Fuzz(func(t *testing.T, packet []byte) {
		if p, ok := answered(packet, 7); ok && (p.port == 0 || !isRoot(p.root)) {
			t.Errorf("taken: %+v", p)
		}
	})
}

func FuzzAsked(f *testing.F) {
	q, err := question(7)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(q)
	f.Fuzz(func(t *testing.T, packet []byte) {
		id, q, ok := asked(packet, true)
		if !ok {
			return
		}
		out, err := spoken.answer(id, q, [4]byte{10, 0, 0, 1})
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := answered(out, id); !ok || got != spoken {
			t.Errorf("understood %+v", got)
		}
	})
}

func FuzzBroadcast(f *testing.F) {
	nonce := [nonceBytes]byte{1, 2, 3}
	reply, err := spoken.reply(nonce)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(probe(nonce))
	f.Add(reply)
	f.Fuzz(func(t *testing.T, packet []byte) {
		if got, ok := probed(packet); ok {
			if out, err := spoken.reply(got); err != nil || len(out) > len(packet) {
				t.Errorf("%d bytes for %d: %v", len(out), len(packet), err)
			}
		}
		if p, ok := replied(packet, nonce); ok {
			if again, err := p.reply(nonce); err != nil || !bytes.Equal(again, packet) {
				t.Errorf("%x is understood as %s", packet, fmt.Sprint(p))
			}
		}
	})
}
