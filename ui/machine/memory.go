package machine

import (
	"path/filepath"

	"zafe/app/aside"
)

// Memory is what this PC remembers outside any book, in a file that is not private.
type Memory struct {
	Path string
	Warn func(what string, err error) // an unreadable file is no reason to keep a person out of their book
}

// remembered is the file.
type remembered struct {
	Preferences
	Company string `json:"company,omitempty"`
	Demo    bool   `json:"demo,omitempty"`
	Seen    Seen   `json:"seen,omitzero"`
}

// Seen is the furthest that this PC saw a book go. It is a witness against the book's own files: all of them
// put back together as they once were show less.
type Seen struct {
	Book  string `json:"book"`           // its identity; another book is not compared
	Event int64  `json:"event"`          // number of the last event of the chain
	Hash  string `json:"hash"`           // of that event
	Seal  uint64 `json:"seal,omitempty"` // number of the seal's last record; 0 on a PC without the files
}

func (m Memory) read() (r remembered) {
	if err := ReadFile(m.Path, &r); err != nil {
		m.Warn("preferences unreadable", err)
		return remembered{}
	}
	return r
}

// Preferences are the defaults when the file cannot be read.
func (m Memory) Preferences() Preferences { return m.read().Preferences }

// SavePreferences keeps what else the file holds.
func (m Memory) SavePreferences(p Preferences) error {
	r := m.read()
	r.Preferences = p
	return WriteFile(m.Path, r)
}

// Company is the name of the company whose book is here, and whether it is the sample one.
func (m Memory) Company() (name string, sample bool) {
	r := m.read()
	return r.Company, r.Demo
}

// SetCompany notes whose book is here.
func (m Memory) SetCompany(name string, sample bool) error {
	r := m.read()
	r.Company, r.Demo = name, sample
	return WriteFile(m.Path, r)
}

// Seen is the furthest that this PC saw a book go.
func (m Memory) Seen() Seen { return m.read().Seen }

// SetSeen notes how far a book is.
func (m Memory) SetSeen(s Seen) error {
	r := m.read()
	r.Seen = s
	return WriteFile(m.Path, r)
}

// Aside is the book that was set aside last, beside the file.
func (m Memory) Aside() string { return aside.Last(filepath.Dir(m.Path)) }
