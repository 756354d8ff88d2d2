// Package firewall has Windows let the PCs of the office in. Windows asks by itself when a program begins to listen, but
// it takes a question that was closed for a no, which wins over a later yes: so the rule is to be there before. It
// holds for this program, on private and domain networks, for PCs of the same network. Other systems need none.
package firewall

import (
	"slices"
	"strconv"
	"strings"
)

// State is whether others are let in.
type State string

// What a firewall can do about the program.
const (
	Needless State = "needless" // this system asks for no rule
	Open     State = "open"
	Missing  State = "missing"
	Blocked  State = "blocked" // a rule shuts others out, as after a question that was closed
)

// The rules: what serves, and what lets this PC be found.
const (
	ruleName = "Zafe"
	tcpPort  = 24653
	udpPorts = "24653,5353"
)

// tcp is the number of that protocol.
const tcp = "6"

// deleting are the arguments by which netsh forgets every rule of a program, those of a question that was closed among
// them.
func deleting(program string) []string {
	return []string{"advfirewall", "firewall", "delete", "rule", "name=all", "dir=in", "program=" + program}
}

// adding are those by which it lets others in to a program.
func adding(program string) [][]string {
	rule := func(protocol, ports string) []string {
		return []string{
			"advfirewall", "firewall", "add", "rule", "name=" + ruleName, "dir=in", "action=allow", "enable=yes",
			"program=" + program, "protocol=" + protocol, "localport=" + ports,
			"profile=private,domain", "remoteip=localsubnet",
		}
	}
	return [][]string{rule("TCP", strconv.Itoa(tcpPort)), rule("UDP", udpPorts)}
}

// stateOf finds out from the rules of the system, as its registry has them, what becomes of who wants to reach a
// program. Netsh says it in the language of the system.
func stateOf(rules []string, program string) State {
	state := Missing
	for _, text := range rules {
		r := read(text)
		switch {
		case !strings.EqualFold(r.one("App"), program) || !r.is("Dir", "In") || !r.is("Active", "TRUE") || !r.private():
		case r.is("Action", "Block") && (r.one("Protocol") == "" || r.is("Protocol", tcp)):
			return Blocked
		case r.is("Action", "Allow") && r.is("Protocol", tcp) && r.lets(tcpPort):
			state = Open
		}
	}
	return state
}

// rule is one as the registry has it: v2.31|Action=Allow|Active=TRUE|Dir=In|Protocol=6|Profile=Private|...
type rule map[string][]string

func read(text string) rule {
	r := rule{}
	for part := range strings.SplitSeq(text, "|") {
		if key, value, ok := strings.Cut(part, "="); ok {
			r[key] = append(r[key], value)
		}
	}
	return r
}

// one is the value of a key, "" for none.
func (r rule) one(key string) string {
	if len(r[key]) == 0 {
		return ""
	}
	return r[key][0]
}

func (r rule) is(key, value string) bool { return strings.EqualFold(r.one(key), value) }

// private tells whether the rule holds on private networks: one that names none holds on all.
func (r rule) private() bool {
	return len(r["Profile"]) == 0 || slices.Contains(r["Profile"], "Private")
}

// lets tells whether a port is among those of the rule: one that names none is about all.
func (r rule) lets(port int) bool {
	return len(r["LPort"]) == 0 || slices.Contains(r["LPort"], strconv.Itoa(port))
}
