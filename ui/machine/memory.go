package machine

import (
	"os"
	"path/filepath"
	"sync"

	"zafe/app/aside"
	"zafe/app/durable"
	"zafe/app/verify"
)

// Memory is what this PC remembers outside any book, in a file that is not private.
type Memory struct {
	Path string
	Warn func(what string, err error) // an unreadable file is no reason to keep a person out of their book

	seeing   sync.Mutex
	changing sync.Mutex // each change reads the whole file and writes it
}

// remembered is the file.
type remembered struct {
	Preferences
	Company string      `json:"company,omitempty"`
	Demo    bool        `json:"demo,omitempty"`
	Seen    verify.Seen `json:"seen,omitzero"`
}

func (m *Memory) read() (r remembered) {
	if err := durable.ReadJSON(m.Path, &r); err != nil {
		m.Warn("preferences unreadable", err)
		return remembered{}
	}
	return r
}

// unreadable is the end of the name under which a file that cannot be read is kept when a new one takes its place.
const unreadable = ".unreadable"

// change changes a part of the file and keeps the others.
func (m *Memory) change(part func(*remembered)) error {
	m.changing.Lock()
	defer m.changing.Unlock()
	var r remembered
	if err := durable.ReadJSON(m.Path, &r); err != nil {
		m.Warn("preferences unreadable", err)
		if err := os.Rename(m.Path, m.Path+unreadable); err != nil {
			return err
		}
		r = remembered{}
	}
	part(&r)
	return durable.WriteJSON(m.Path, r)
}

// Preferences are the defaults when the file cannot be read.
func (m *Memory) Preferences() Preferences { return m.read().Preferences }

// SavePreferences keeps what else the file holds.
func (m *Memory) SavePreferences(p Preferences) error {
	return m.change(func(r *remembered) { r.Preferences = p })
}

// Company is the name of the company whose book is here, and whether it is the sample one.
func (m *Memory) Company() (name string, sample bool) {
	r := m.read()
	return r.Company, r.Demo
}

// SetCompany notes whose book is here.
func (m *Memory) SetCompany(name string, sample bool) error {
	return m.change(func(r *remembered) { r.Company, r.Demo = name, sample })
}

// Seen is the furthest that this PC saw a book go.
func (m *Memory) Seen() verify.Seen { return m.read().Seen }

// SetSeen notes how far a book is.
func (m *Memory) SetSeen(s verify.Seen) error {
	return m.See(func(verify.Seen) verify.Seen { return s })
}

// See changes what was seen; nothing is written when it stays as it was.
func (m *Memory) See(change func(verify.Seen) verify.Seen) error {
	m.seeing.Lock()
	defer m.seeing.Unlock()
	was := m.Seen()
	now := change(was)
	if now == was {
		return nil
	}
	return m.change(func(r *remembered) { r.Seen = now })
}

// Aside is the book that was set aside last, beside the file.
func (m *Memory) Aside() string { return aside.Last(filepath.Dir(m.Path)) }
