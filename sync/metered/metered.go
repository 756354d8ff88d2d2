// Package metered asks the system of this PC whether its connection is metered (connexion limitée): a telephone that
// shares its own, a ship, a hotel, where every megabyte is paid for or soon runs out. It knows no backup: who asks
// decides what that means.
package metered

// State is what the system says of the connection that this PC uses now.
type State string

// The states. A system that does not know, or has no service to ask, is Unknown: that is no reason to hold anything
// back. macOS has nothing to ask without its own libraries, and always is.
const (
	Unknown State = ""
	Free    State = "free"
	Limited State = "metered"
)
