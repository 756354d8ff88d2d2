package newbook_test

import (
	"errors"
	"path/filepath"
	"testing"

	"zafe/app/auth"
	"zafe/app/company"
	"zafe/app/fault"
	"zafe/app/recovery"
	"zafe/app/setup"
	"zafe/app/user"
	"zafe/store"
	"zafe/store/newbook"
	"zafe/store/storetest"
)

var request = newbook.Request{
	Company: "Atelier Dupont", Name: "Claire", Login: "claire", Password: "sept bateaux bleus au large", Lang: "fr",
}

func create(t *testing.T, r newbook.Request) (dir string, st *store.Store, err error) {
	t.Helper()
	clock := &storetest.Clock{}
	clock.Set(storetest.Noon)
	dir = filepath.Join(t.TempDir(), "book")
	by := newbook.PC{Name: "PC-Claire", WriterID: "pc-claire-1", Root: []byte("pem")}
	st, err = newbook.Create(t.Context(), dir, by, r, store.Options{Clock: clock.Now, SlotCost: storetest.Cheap})
	return dir, st, err
}

func TestANewBookIsItsOwners(t *testing.T) {
	dir, st, err := create(t, request)
	if err != nil {
		t.Fatal(err)
	}
	var id setup.Identity
	err = st.View(t.Context(), func(tx *store.Tx) error {
		people, err := tx.Users()
		var idErr error
		id, _, idErr = setup.IdentityOf(tx)
		c, companyErr := company.Of(tx)
		accounts, chartErr := tx.LedgerChart("", false)
		if err := errors.Join(err, idErr, companyErr, chartErr); err != nil {
			return err
		}
		if len(people) != 1 || people[0].Role != auth.Owner || people[0].Login != "claire" || people[0].Lang != "fr" ||
			!people[0].CreatedAt.Equal(storetest.Noon) {
			t.Errorf("people: %+v", people)
		}
		if id.BookID == "" || id.VaultID == "" || id.BookID == id.VaultID || id.WriterID != "pc-claire-1" ||
			id.WriterName != "PC-Claire" || string(id.Root) != "pem" || id.Demo || c.Name != "Atelier Dupont" || len(accounts) == 0 {
			t.Errorf("%+v, %q, %d accounts", id, c.Name, len(accounts))
		}
		return nil
	})
	labels := st.PasswordLabels()
	if err := errors.Join(err, st.Close()); err != nil || len(labels) != 1 || labels[0] != user.SlotLabel(1) {
		t.Errorf("opened by %q, %v", labels, err)
	}
	key, err := recovery.Parse(id.RecoveryKey)
	if err != nil {
		t.Fatal(err)
	}
	for _, unlock := range []store.Unlock{store.WithPassword(request.Password), store.WithRecovery(key)} {
		st, err := store.Open(t.Context(), dir, unlock, store.Options{})
		if err == nil {
			err = st.Close()
		}
		if err != nil {
			t.Error(err)
		}
	}
}

func TestAnEasyPasswordMakesNoBook(t *testing.T) {
	easy := request
	easy.Password = "azertyuiop"
	dir, _, err := create(t, easy)
	if fault.Of(err).Field != "password" || store.Exists(dir) {
		t.Errorf("%v, there: %t", err, store.Exists(dir))
	}
}
