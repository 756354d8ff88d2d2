package support

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"zafe/app/audit"
	"zafe/app/auth"
	"zafe/app/op"
)

// facts are what the event of a reading keeps: which question, and about which record. What was typed to find something
// may name people, and is not kept: the journal is for ever.
type facts struct {
	ID int64  `json:"id,omitempty"`
	Op string `json:"op"`
}

// factsOf reads them from a request.
func factsOf(s *op.Spec, req any) (facts, []byte, error) {
	body, err := json.Marshal(req)
	if err != nil {
		return facts{}, nil, fmt.Errorf("support: request of %s: %w", s.Name, err)
	}
	var named struct {
		ID      int64 `json:"id"`
		Subject struct {
			ID int64 `json:"id"`
		} `json:"subject"`
	}
	_ = json.Unmarshal(body, &named) // a request of another shape names no record
	return facts{ID: max(named.ID, named.Subject.ID), Op: s.Name}, body, nil
}

// read notes what somebody who helps has read. Not noted is what says nothing of the business: a question that needs no
// right and names nothing. The same question is noted once in a while: windows ask again by themselves.
func (k *Keeper[T]) read(ctx context.Context, s *op.Spec, req any) error {
	a := op.Actor(ctx)
	if _, nothing := req.(op.Empty); nothing && (s.Needs == auth.Anyone || s.Needs == auth.Public) {
		return nil
	}
	f, body, err := factsOf(s, req)
	if err != nil {
		return err
	}
	now := k.clock()
	asked := question{a.Support, sha256.Sum256(append([]byte(s.Name+" "), body...))}
	if k.seen.lately(asked, now) {
		return nil
	}
	payload, err := json.Marshal(f)
	if err != nil {
		return err
	}
	err = k.work.Update(ctx, func(tx T) error {
		if _, err := alive(tx, a.Device); err != nil {
			return err // it ended meanwhile
		}
		_, err := tx.AppendEvent(audit.Event{
			Op: readOp, ActorName: a.Name, Device: a.Device, SubjectKind: Kind, SubjectID: a.Support,
			Payload: string(payload),
		})
		return err
	})
	if err == nil {
		k.seen.note(asked, now)
	}
	return err
}

// question is what was asked with an access.
type question struct {
	access int64
	asked  [sha256.Size]byte
}

// seen remembers which questions are in the journal. After a restart they are noted again.
type seen struct {
	mu sync.Mutex
	at map[question]time.Time
}

func (s *seen) lately(q question, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	at, known := s.at[q]
	return known && now.Sub(at).Abs() < sameFor
}

func (s *seen) note(q question, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for known, at := range s.at {
		if now.Sub(at).Abs() >= sameFor {
			delete(s.at, known)
		}
	}
	if s.at == nil {
		s.at = map[question]time.Time{}
	}
	s.at[q] = now
}
