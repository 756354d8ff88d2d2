package vault

import "sync"

// knownMax bounds what is remembered: years of points, a few megabytes.
const knownMax = 4096

// Known remembers the manifests that were read of one vault and its copies, so that a job reads only new ones.
// A manifest is written once, under a name that is never used again: its name and size tell it apart. The zero
// value is ready; nil remembers nothing.
type Known struct {
	mu  sync.Mutex
	all map[knownKey]stored
}

type knownKey struct {
	name string
	size int64 // as stored
}

func (k *Known) get(name string, size int64) (s stored, ok bool) {
	if k == nil {
		return s, false
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	s, ok = k.all[knownKey{name, size}]
	return s, ok
}

// put remembers a manifest without its history, which nobody asks for twice.
func (k *Known) put(name string, size int64, s stored) {
	if k == nil {
		return
	}
	s.History = nil
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.all == nil || len(k.all) >= knownMax {
		k.all = map[knownKey]stored{}
	}
	k.all[knownKey{name, size}] = s
}

// forget drops what was read under a name.
func (k *Known) forget(name string) {
	if k == nil {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for key := range k.all {
		if key.name == name {
			delete(k.all, key)
		}
	}
}
