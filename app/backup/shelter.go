package backup

import "time"

// Shelter is what a place does against whoever has the log-in of this PC, such as a ransomware, and erases
// or overwrites copies there; as the place itself said when it was asked last.
type Shelter struct {
	Asked    time.Time `json:"asked,omitzero"`
	Versions Answer    `json:"versions,omitempty"` // what is erased or overwritten stays as an old version
	// Locked is until when the newest copy cannot be erased by anybody, zero for no lock or one that is over.
	Locked time.Time `json:"locked,omitzero"`
	// TrashDays is for how many days the provider usually keeps what is erased, 0 for unknown.
	TrashDays int `json:"trash_days,omitempty"`
	// Refused is how many old objects the place did not let go at the last removal. That is what a lock is for.
	Refused int `json:"refused,omitempty"`
}

// Answer is what a place says of itself; "" when it does not say.
type Answer string

// The answers.
const (
	Yes Answer = "yes"
	No  Answer = "no"
)

// Open tells that nothing keeps copies from being erased where something could.
func (s Shelter) Open() bool { return s.Versions == No && s.Locked.IsZero() }
