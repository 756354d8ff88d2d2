package pair

import (
	"crypto/tls"
	"encoding/json"

	"zafe/sync/device"
)

// Request is the line by which a PC asks on a connection to be let in.
func Request(conn *tls.Conn, code, name string, id device.Identity) ([]byte, error) {
	folded, err := Fold(code)
	if err != nil {
		return nil, err
	}
	state := conn.ConnectionState()
	mac := seal(stretch(folded, exporter(&state)), "device", exporter(&state), []byte(id.Fingerprint), []byte(name))
	line, err := json.Marshal(request{Name: name, MAC: mac})
	return append(line, '\n'), err
}
