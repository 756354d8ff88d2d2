package remote

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"sync"
)

// ConfigStore keeps the configuration of the destinations, secrets included. The only good place is
// inside the encrypted book.
type ConfigStore interface {
	// Load gives the bytes last saved, or nil when nothing was saved yet.
	Load(ctx context.Context) ([]byte, error)
	// Save replaces them.
	Save(ctx context.Context, data []byte) error
}

// Memory is a ConfigStore that forgets at exit, for a restore on a PC that has no book yet.
type Memory struct {
	mu   sync.Mutex
	data []byte
}

// Load gives the bytes last saved.
func (m *Memory) Load(context.Context) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.data), nil
}

// Save replaces them.
func (m *Memory) Save(_ context.Context, data []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.data = slices.Clone(data)
	return nil
}

// draftPrefix marks sections being set up: they are usable but never saved.
const draftPrefix = "draft-"

// sections is rclone's config.Storage in memory, saved as JSON through a ConfigStore. rclone calls it
// from any goroutine, e.g. when it refreshed a token during a backup.
type sections struct {
	store ConfigStore

	mu   sync.Mutex
	all  map[string]map[string]string
	last []byte // as last loaded or saved
	err  error  // of the last save, nil when it worked
}

func loadSections(ctx context.Context, store ConfigStore) (*sections, error) {
	data, err := store.Load(ctx)
	if err != nil {
		return nil, err
	}
	s := &sections{store: store, all: map[string]map[string]string{}, last: data}
	if len(data) == 0 {
		return s, nil
	}
	return s, json.Unmarshal(data, &s.all)
}

// GetSectionList lists the sections, sorted.
func (s *sections) GetSectionList() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.all))
}

// HasSection says whether a section exists.
func (s *sections) HasSection(section string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.all[section]
	return ok
}

// DeleteSection removes a section.
func (s *sections) DeleteSection(section string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.all, section)
}

// GetKeyList lists the keys of a section, sorted.
func (s *sections) GetKeyList(section string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.all[section]))
}

// GetValue gives one value.
func (s *sections) GetValue(section, key string) (string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	value, ok := s.all[section][key]
	return value, ok
}

// SetValue sets one value.
func (s *sections) SetValue(section, key, value string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all[section] == nil {
		s.all[section] = map[string]string{}
	}
	s.all[section][key] = value
}

// DeleteKey removes one value.
func (s *sections) DeleteKey(section, key string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.all[section][key]
	delete(s.all[section], key)
	return ok
}

// Load does nothing: everything was loaded beforehand, because rclone ends the program when a load
// fails.
func (s *sections) Load() error { return nil }

// Save writes the finished sections through the ConfigStore if they changed.
func (s *sections) Save() error { return s.save(context.Background()) }

func (s *sections) save(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	data, err := s.encode()
	if err == nil && string(data) != string(s.last) {
		if err = s.store.Save(ctx, data); err == nil {
			s.last = data
		}
	}
	s.err = err
	return err
}

// encode is called with the lock held.
func (s *sections) encode() ([]byte, error) {
	finished := map[string]map[string]string{}
	for name, values := range s.all {
		if !strings.HasPrefix(name, draftPrefix) {
			finished[name] = values
		}
	}
	return json.Marshal(finished)
}

// Serialize gives the finished sections as JSON.
func (s *sections) Serialize() (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	data, err := s.encode()
	return string(data), err
}

// copySection gives a copy of a section, nil if it does not exist.
func (s *sections) copySection(section string) map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.all[section])
}

// put replaces a section.
func (s *sections) put(section string, values map[string]string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all[section] = maps.Clone(values)
}

// lastError is the error of the last save, nil when it worked.
func (s *sections) lastError() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}
