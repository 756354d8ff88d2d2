package discover

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
)

// The names of the service (RFC 6763 4).
const (
	service     = "_zafe._tcp.local."
	instanceEnd = "." + service
	hostEnd     = ".local."
)

// The keys of what is said of a main PC (RFC 6763 6).
const (
	textVersion = "v=1"
	textRoot    = "root="
)

const classUnicast = 1 << 15 // "answer me alone" in the class of a question (RFC 6762 5.4)

// question is what a PC that looks for main PCs asks everybody.
func question(id uint16) ([]byte, error) {
	m := dnsmessage.Message{
		Header: dnsmessage.Header{ID: id},
		Questions: []dnsmessage.Question{{
			Name: dnsmessage.MustNewName(service), Type: dnsmessage.TypePTR, Class: dnsmessage.ClassINET | classUnicast,
		}},
	}
	return m.Pack()
}

// asked finds in a packet the question for main PCs by somebody who wants the answer alone: from another port than
// that of multicast DNS, or by saying so. That it may be kept by everybody, others ask for; none of ours does.
func asked(packet []byte, legacy bool) (id uint16, q dnsmessage.Question, ok bool) {
	var p dnsmessage.Parser
	h, err := p.Start(packet)
	if err != nil || h.Response || h.OpCode != 0 {
		return 0, q, false
	}
	for range questionsMax {
		q, err := p.Question()
		if err != nil {
			break
		}
		named := strings.EqualFold(q.Name.String(), service)
		kind := q.Type == dnsmessage.TypePTR || q.Type == dnsmessage.TypeALL
		if named && kind && q.Class&^classUnicast == dnsmessage.ClassINET && (legacy || q.Class&classUnicast != 0) {
			return h.ID, q, true
		}
	}
	return 0, q, false
}

// presence is what a main PC says of itself.
type presence struct {
	id   string // made up at each start, to tell it from others
	port uint16
	root string
}

// newPresence makes up who a main PC is.
func newPresence(port uint16, root string) presence {
	return presence{id: "zafe-" + strings.ToLower(rand.Text()[:10]), port: port, root: root}
}

// answer is what it says to somebody who asked, and can reach it at an address.
func (p presence) answer(id uint16, q dnsmessage.Question, at [4]byte) ([]byte, error) {
	instance, err := dnsmessage.NewName(p.id + instanceEnd)
	if err != nil {
		return nil, err
	}
	host, err := dnsmessage.NewName(p.id + hostEnd)
	if err != nil {
		return nil, err
	}
	head := func(name dnsmessage.Name, kind dnsmessage.Type) dnsmessage.ResourceHeader {
		return dnsmessage.ResourceHeader{Name: name, Type: kind, Class: dnsmessage.ClassINET, TTL: answerTTL}
	}
	q.Class &^= classUnicast
	m := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: id, Response: true, Authoritative: true},
		Questions: []dnsmessage.Question{q}, // RFC 6762 6.7
		Answers: []dnsmessage.Resource{{
			Header: head(dnsmessage.MustNewName(service), dnsmessage.TypePTR),
			Body:   &dnsmessage.PTRResource{PTR: instance},
		}},
		Additionals: []dnsmessage.Resource{
			{Header: head(instance, dnsmessage.TypeSRV), Body: &dnsmessage.SRVResource{Port: p.port, Target: host}},
			{
				Header: head(instance, dnsmessage.TypeTXT),
				Body:   &dnsmessage.TXTResource{TXT: []string{textVersion, textRoot + p.root}},
			},
			{Header: head(host, dnsmessage.TypeA), Body: &dnsmessage.AResource{A: at}},
		},
	}
	return m.Pack()
}

// answered reads what a main PC answered to the question with an ID; some answer as if to everybody, with none. Where
// it is, is where the packet came from.
func answered(packet []byte, id uint16) (p presence, ok bool) {
	var m dnsmessage.Message
	if m.Unpack(packet) != nil || !m.Response || m.ID != id && m.ID != 0 {
		return p, false
	}
	all := append(m.Answers, m.Additionals...)
	for _, r := range all {
		ptr, is := r.Body.(*dnsmessage.PTRResource)
		if !is || !strings.EqualFold(r.Header.Name.String(), service) {
			continue
		}
		if p = described(all, ptr.PTR.String()); p.port != 0 && isRoot(p.root) {
			return p, true
		}
	}
	return presence{}, false
}

// described gathers what is said of a name.
func described(all []dnsmessage.Resource, name string) presence {
	p := presence{id: strings.TrimSuffix(name, instanceEnd)}
	for _, r := range all {
		if !strings.EqualFold(r.Header.Name.String(), name) {
			continue
		}
		switch b := r.Body.(type) {
		case *dnsmessage.SRVResource:
			p.port = b.Port
		case *dnsmessage.TXTResource:
			for _, t := range b.TXT {
				if root, ok := strings.CutPrefix(t, textRoot); ok {
					p.root = root
				}
			}
		}
	}
	return p
}

func isRoot(s string) bool {
	if len(s) != rootSymbols || s != strings.ToLower(s) {
		return false
	}
	_, err := hex.DecodeString(s)
	return err == nil
}

// A broadcast and what is said to it. The first is padded: nobody gets more bytes sent to somebody else than are sent
// here.
const (
	probeBytes = 64
	probeBegin = "zafe?\x01"
	replyBegin = "zafe!\x01"
	nonceBytes = 8
	replyBytes = len(replyBegin) + nonceBytes + 2 + rootSymbols/2
)

// probe is what a PC that looks for main PCs broadcasts.
func probe(nonce [nonceBytes]byte) []byte {
	b := make([]byte, probeBytes)
	copy(b[copy(b, probeBegin):], nonce[:])
	return b
}

// probed reads a broadcast.
func probed(packet []byte) (nonce [nonceBytes]byte, ok bool) {
	if len(packet) != probeBytes || !bytes.HasPrefix(packet, []byte(probeBegin)) {
		return nonce, false
	}
	copy(nonce[:], packet[len(probeBegin):])
	return nonce, true
}

// reply is what a main PC says to a broadcast.
func (p presence) reply(nonce [nonceBytes]byte) ([]byte, error) {
	root, err := hex.DecodeString(p.root)
	if err != nil || len(root) != rootSymbols/2 {
		return nil, fmt.Errorf("discover: %q is no root", p.root)
	}
	b := make([]byte, 0, replyBytes)
	b = append(append(b, replyBegin...), nonce[:]...)
	return append(binary.BigEndian.AppendUint16(b, p.port), root...), nil
}

// replied reads what a main PC said to the broadcast with a nonce.
func replied(packet []byte, nonce [nonceBytes]byte) (p presence, ok bool) {
	begin := append([]byte(replyBegin), nonce[:]...)
	rest, ok := bytes.CutPrefix(packet, begin)
	if !ok || len(packet) != replyBytes {
		return p, false
	}
	p.port, p.root = binary.BigEndian.Uint16(rest), hex.EncodeToString(rest[2:])
	return p, p.port != 0
}
