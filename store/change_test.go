package store_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"zafe/app/audit"
	"zafe/app/auth"
	"zafe/app/change"
	"zafe/app/imports"
	"zafe/app/party"
	"zafe/app/user"
	"zafe/store"
	"zafe/store/storetest"
)

// told collects what a book tells of its changes.
type told struct {
	mu  sync.Mutex
	all []change.Entry
}

func (c *told) hear(es []change.Entry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all = append(c.all, es...)
}

func (c *told) take() []change.Entry {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := c.all
	c.all = nil
	return out
}

// TestWhatIsCommittedIsToldInOrder: each event once, in the order of the journal, and nothing that was rolled back.
func TestWhatIsCommittedIsToldInOrder(t *testing.T) {
	s, _ := storetest.New(t)
	var c told
	s.OnChange(c.hear)
	var group sync.WaitGroup
	failed := errors.New("no")
	for i := range 60 {
		group.Go(func() {
			err := s.Update(t.Context(), func(tx *store.Tx) error {
				_, err := tx.AppendEvent(audit.Event{Op: "test", SubjectKind: "item", SubjectID: int64(i)})
				if i%3 == 0 {
					return failed
				}
				return err
			})
			if i%3 != 0 && err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	got := c.take()
	if len(got) != 40 {
		t.Fatalf("%d are told", len(got))
	}
	for i, e := range got {
		if e.Event != int64(i)+1 || e.ID%3 == 0 || e.Kind != "item" {
			t.Errorf("%d is %+v", i, e)
		}
	}
}

// TestWhoseItWasIsToldToo: those who lose a record hear of it as those who get it.
func TestWhoseItWasIsToldToo(t *testing.T) {
	w := storetest.NewWorld(t, party.Bind[*store.Tx], imports.Bind[*store.Tx])
	saved, err := party.Save.Call(w.Ctx(), w.As("sales"), party.Customer{Kind: party.Company, Name: "Durand"})
	if err != nil {
		t.Fatal(err)
	}
	var c told
	w.Store.OnChange(c.hear)
	moved := saved.Customer
	moved.Owner = 4
	if _, err := party.Save.Call(w.Ctx(), w.As("owner"), moved); err != nil {
		t.Fatal(err)
	}
	got := c.take()
	if len(got) != 1 || !slices.Equal(got[0].Whose, []auth.Whose{{Owner: 3}, {Owner: 4}}) {
		t.Errorf("told %+v", got)
	}
	file := "Nom\n"
	for i := range 500 {
		file += fmt.Sprintf("Client %d\n", i)
	}
	_, err = party.Import.Call(w.Ctx(), w.As("owner"), party.ImportRequest{
		Owner:  4,
		Upload: imports.Upload{Name: "c.csv", Data: []byte(file)},
	})
	if err != nil {
		t.Fatal(err)
	}
	got = c.take()
	if len(got) != 1 || got[0].Kind != "import" || !slices.Equal(got[0].Whose, []auth.Whose{{Owner: 4}}) {
		t.Errorf("an import tells %+v", got)
	}
}

// TestANoticeIsToldWithTheEventOfItsTransaction, also one that is left before the event.
func TestANoticeIsToldWithTheEventOfItsTransaction(t *testing.T) {
	w := storetest.NewWorld(t)
	var c told
	w.Store.OnChange(c.hear)
	w.Update(func(tx *store.Tx) error {
		claire, err := tx.SaveUser(user.User{Login: "claire", Name: "Claire", Role: auth.Owner})
		if err != nil {
			return err
		}
		if err := tx.AddNotice(claire.ID, user.Notice{Kind: user.NoticePlace, User: claire.ID, At: tx.Now()}); err != nil {
			return err
		}
		_, err = tx.AppendEvent(audit.Event{Op: "test"})
		return err
	})
	if got := c.take(); len(got) != 1 || len(got[0].Left) != 1 {
		t.Errorf("told %+v", got)
	}
}
