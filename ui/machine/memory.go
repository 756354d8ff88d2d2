package machine

import (
	"path/filepath"

	"zafe/app/aside"
	"zafe/app/durable"
	"zafe/app/verify"
)

// Memory is what this PC remembers outside any book, in a file that is not private.
type Memory struct {
	Path string
	Warn func(what string, err error) // an unreadable file is no reason to keep a person out of their book
}

// remembered is the file.
type remembered struct {
	Preferences
	Company string      `json:"company,omitempty"`
	Demo    bool        `json:"demo,omitempty"`
	Seen    verify.Seen `json:"seen,omitzero"`
}

func (m Memory) read() (r remembered) {
	if err := durable.ReadJSON(m.Path, &r); err != nil {
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
	return durable.WriteJSON(m.Path, r)
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
	return durable.WriteJSON(m.Path, r)
}

// Seen is the furthest that this PC saw a book go.
func (m Memory) Seen() verify.Seen { return m.read().Seen }

// SetSeen notes how far a book is.
func (m Memory) SetSeen(s verify.Seen) error {
	r := m.read()
	r.Seen = s
	return durable.WriteJSON(m.Path, r)
}

// Aside is the book that was set aside last, beside the file.
func (m Memory) Aside() string { return aside.Last(filepath.Dir(m.Path)) }
