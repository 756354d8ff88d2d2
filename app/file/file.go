// Package file is what is attached to records (pièces jointes): a signed quote, a photograph of a building
// site, the voucher of an entry. It holds the rules: what may be attached to what, by whom, under which
// name, and what stays for ever. It knows neither the files nor their keys, which are the store's.
package file

import (
	"time"

	"zafe/app/auth"
	"zafe/app/fault"
)

// Limits, generous to people and small against abuse.
const (
	SizeBytesMax  = 1 << 30 // of one content
	PerSubjectMax = 200     // attachments of one record
	NameMax       = 150     // characters of a name
)

// ID names an attachment: a content under a record.
type ID int64

// Kind says what something is attached to.
type Kind string

// The kinds of records that take attachments, permanent.
const (
	Customer Kind = "customer"
	Document Kind = "document" // quote, invoice or credit note
	Entry    Kind = "entry"    // of the ledger; a draft has a negative number
)

// Subject is the record something is attached to.
type Subject struct {
	Kind Kind  `json:"kind"`
	ID   int64 `json:"id"`
}

// Validate refuses what is no record: file.no_subject.
func (s Subject) Validate() error {
	switch {
	case s.Kind != Customer && s.Kind != Document && s.Kind != Entry:
		return fault.Field("kind", "file.no_subject")
	case s.ID == 0:
		return fault.Field("id", "file.no_subject")
	}
	return nil
}

// Attachment is one content attached to one record. It never changes.
type Attachment struct {
	ID      ID          `json:"id"`
	Subject Subject     `json:"subject"`
	Name    string      `json:"name"`   // as CleanName leaves it
	Media   string      `json:"media"`  // media type, by what the content is
	Size    int64       `json:"size"`   // bytes
	Digest  string      `json:"digest"` // hex SHA-256 of the content
	At      time.Time   `json:"at"`
	By      auth.UserID `json:"by"`
	ByName  string      `json:"by_name"`
	// Here is an answer: the content is on the disk. While a restore goes on it may not be there yet.
	Here bool `json:"here"`
}
