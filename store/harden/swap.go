package harden

// Spill is what the system may write of the memory to the disk, where the keys of an open book would stay
// after it is closed.
type Spill struct {
	Swap      State
	Hibernate State
}

// State is how one of the ways behaves.
type State string

// The states. Unknown is for systems that are not asked: people are told what to look at.
const (
	Off     State = "off"
	Sealed  State = "sealed" // written encrypted
	Clear   State = "clear"
	Unknown State = "unknown"
)
