// Package lan carries operations between PCs of one office: TLS 1.3 only, the host proven by its
// pinned root, each PC by its own key, the registry's pipeline at the other end. It knows no
// operation and no storage.
package lan

import (
	"net/http"
	"time"

	"zafe/app/audit"
	"zafe/app/fault"
	"zafe/app/relay"
)

// Port is where a host listens unless told otherwise. It is outside the ranges from which systems
// take ports for outgoing connections.
const Port = 24653

// ALPN name of the operations protocol.
const protoHTTP2 = "h2"

// Header names of a call.
const (
	headerLevel   = "Zafe-Level"
	headerRequest = "Zafe-Request"
	headerPreview = "Zafe-Preview"
	headerAway    = "Zafe-Away" // nobody is at the screen of the one who asks
	headerFile    = "Zafe-File"
	headerAsk     = "Zafe-Ask"   // request of an upload
	headerFault   = "Zafe-Fault" // trailer of a stream that failed midway
)

// askedEvent is the one parameter that a hello has, and that any later one may have: main PCs refuse others, and would
// tell a newer PC nothing of levels ([plain]).
const askedEvent = "event"

// Limits of the transport.
const (
	headTimeout  = 10 * time.Second
	idleTimeout  = 2 * time.Minute
	queryTimeout = 60 * time.Second                       // after which the host gives a question up; work may be long
	askTimeout   = queryTimeout + pingAfter + pingTimeout // after which the one who asks does
	pingAfter    = 15 * time.Second                       // of silence on a connection in use
	pingTimeout  = 10 * time.Second                       // without an answer the other end is gone
	sendTimeout  = 30 * time.Second                       // in which the other end takes nothing at all
	dialTimeout  = 4 * time.Second
	headerBytes  = 32 << 10 // the request of an upload is in a header, and escaped it is up to three times as long
	connsMax     = 500
	responseMax  = 256 << 20
	shutdownWait = 5 * time.Second        // for questions and files, once the host closes
	workWait     = 30 * time.Minute       // for work
	answerWait   = 500 * time.Millisecond // in which the answer of the last work gets through

	slowWait  = 15 * time.Second       // in which who listens must take what they are told
	lookEvery = 250 * time.Millisecond // at which it is looked whether calls under way may go on
	cutWait   = 300 * time.Millisecond // in which the fault of one that was cut gets through

	smallBytes = 64 << 10         // a request up to which is read before it is known who sends it
	bodiesMax  = 4                // larger ones and files of one PC that are held at once
	bodyWait   = 10 * time.Minute // in which a larger one must have come in

	strangersMax     = 64 // connections at once that no paired PC has proven to be its own
	strangersFromMax = 16 // of one address, or network of IPv6
	networkBits      = 64 // of an IPv6 address
)

// Hello is what a host says of itself to a paired PC.
type Hello struct {
	Product  string `json:"product"`
	Version  string `json:"version"`
	Level    int    `json:"level"`
	MinLevel int    `json:"min_level"`
	Book     string `json:"book"`
	Company  string `json:"company"`
	// Name is what the PC is called, "" from an older host.
	Name string `json:"name,omitempty"`
	// Event and Hash are the end of the chain of events. A PC keeps the furthest it was told and knows when a
	// host shows an older book.
	Event int64  `json:"event,omitempty"`
	Hash  string `json:"hash,omitempty"`
	// At and Signature make a checkpoint of it (package audit).
	At        time.Time `json:"at,omitzero"`
	Signature string    `json:"signature,omitempty"`
	// Asked is the event that the PC asked for, and Held its hash: "" when the chain does not hold it. A host
	// that was asked for none, or is older, says 0.
	Asked int64  `json:"asked,omitempty"`
	Held  string `json:"held,omitempty"`
	// Term is how often another PC became the main one: the highest is. Others are the addresses of the PC that
	// can take its place, and Relay tells that it is the one that asks.
	Term   int64    `json:"term,omitempty"`
	Others []string `json:"others,omitempty"`
	Relay  bool     `json:"relay,omitempty"`
	// Before is the last event that both PCs have when one took over last.
	Before int64 `json:"before,omitempty"`
	// Done is what was recorded since that concerns the work: the owner of the PC that was the main one before decides
	// with it which book goes on. No other is told, and Counted says that this one is.
	Done    []relay.Done `json:"done,omitempty"`
	Counted bool         `json:"counted,omitempty"`
	// Lead tells PCs of the same term apart: the greater one is the main PC.
	Lead string `json:"lead,omitempty"`
	// Until is when the PC that asks is out, of somebody who helps; zero for a PC of the office.
	Until time.Time `json:"until,omitzero"`
}

// Checkpoint is how far the book of the host is.
func (h Hello) Checkpoint() audit.Checkpoint {
	return audit.Checkpoint{
		Book: h.Book, Term: h.Term, Lead: h.Lead, Event: h.Event, Hash: h.Hash, At: h.At, Signature: h.Signature,
	}
}

// liveness finds out that the other end is gone though nothing was said: a cable pulled out, a PC
// asleep. Long actions need no time limit then, and a file on its way there frees its reader of the book.
func liveness() *http.HTTP2Config {
	return &http.HTTP2Config{SendPingTimeout: pingAfter, PingTimeout: pingTimeout, WriteByteTimeout: sendTimeout}
}

// status maps a fault to an HTTP status; the body carries the fault itself.
func status(c fault.Code) int {
	switch c {
	case fault.Invalid:
		return 400
	case fault.Unauthenticated:
		return 401
	case fault.Forbidden:
		return 403
	case fault.NotFound:
		return 404
	case fault.Conflict:
		return 409
	case fault.Unavailable:
		return 503
	default:
		return 500
	}
}
