package lan

import (
	"net"
	"strconv"
)

// Addresses lists where this PC can be reached on its networks, as host:port, IPv4 first.
func Addresses(port int) []string {
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return nil
	}
	var v4, v6 []string
	for _, a := range addrs {
		n, ok := a.(*net.IPNet)
		if !ok || n.IP.IsLoopback() || n.IP.IsLinkLocalUnicast() {
			continue
		}
		hp := net.JoinHostPort(n.IP.String(), strconv.Itoa(port))
		if n.IP.To4() != nil {
			v4 = append(v4, hp)
		} else {
			v6 = append(v6, hp)
		}
	}
	return append(v4, v6...)
}

// WithPort completes an address typed without its port.
func WithPort(addr string) string {
	if _, _, err := net.SplitHostPort(addr); err == nil {
		return addr
	}
	return net.JoinHostPort(addr, strconv.Itoa(Port))
}
