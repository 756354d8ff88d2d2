package notify

import "strings"

// Server is where a provider takes the letters of its customers.
type Server struct {
	Host     string
	Port     int
	Security Security
}

// Port is the one that servers with this encryption usually have.
func (s Security) Port() int {
	if s == StartTLS {
		return 587
	}
	return 465
}

// servers are those of the providers that small firms have, as they publish them.
var servers = map[string]Server{
	"gmail.com":   {"smtp.gmail.com", 465, TLS},
	"orange.fr":   {"smtp.orange.fr", 465, TLS},
	"wanadoo.fr":  {"smtp.orange.fr", 465, TLS},
	"free.fr":     {"smtp.free.fr", 465, TLS},
	"laposte.net": {"smtp.laposte.net", 465, TLS},
	"sfr.fr":      {"smtp.sfr.fr", 465, TLS},
	"yahoo.fr":    {"smtp.mail.yahoo.com", 465, TLS},
	"yahoo.com":   {"smtp.mail.yahoo.com", 465, TLS},
	"icloud.com":  {"smtp.mail.me.com", 587, StartTLS},
	"me.com":      {"smtp.mail.me.com", 587, StartTLS},
}

// ServerOf is the server of an address, as far as it is known.
func ServerOf(address string) (Server, bool) {
	_, domain, _ := strings.Cut(address, "@")
	s, known := servers[strings.ToLower(domain)]
	return s, known
}
