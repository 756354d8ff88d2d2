package backup

import (
	"context"
	"time"

	"zafe/sync/backup/remote"
	"zafe/sync/backup/vault"
)

// shelterFor is how long what a place said of its protection is believed.
const shelterFor = 24 * time.Hour

// askShelter asks a place, once a day, what it does against erasure. That it does not answer is no reason to
// worry: the copy is there, and it is asked again.
func (s *Service) askShelter(ctx context.Context, v *vault.Vault, d remote.Destination) error {
	now := s.set.Now()
	s.mu.Lock()
	c := s.know.copyOf(d.ID, now)
	known := within(now, c.Shelter.Asked, shelterFor)
	s.mu.Unlock()
	if known || d.Provider == "local" {
		return nil
	}
	f, err := s.at(ctx, d.ID)
	if err != nil {
		return nil //nolint:nilerr // see above
	}
	newest, err := v.NewestAt(ctx, v.At(f))
	if err != nil {
		return nil //nolint:nilerr // see above
	}
	shelter := remote.ShelterOf(ctx, d.Provider, f, newest)
	return s.note(ctx, func(k *state) {
		c := k.copyOf(d.ID, now)
		shelter.Asked, shelter.Refused = now, c.Shelter.Refused
		c.Shelter = shelter
	})
}
