package opener_test

import (
	"os"
	"path/filepath"
	"testing"

	"zafe/app/audit"
	"zafe/app/auth"
	"zafe/app/user"
	"zafe/store"
	"zafe/store/opener"
)

// TestAKeyFileThatWasMendedIsTold: to every owner in work and in the journal, once for each time.
func TestAKeyFileThatWasMendedIsTold(t *testing.T) {
	d := newDesk(t)
	told := func() (notices, events int) {
		t.Helper()
		st, err := d.open(store.WithPassword(password))
		if err != nil {
			t.Fatal(err)
		}
		defer d.close(st)
		if err := opener.TellMended(t.Context(), st); err != nil {
			t.Fatal(err)
		}
		err = st.Update(t.Context(), func(tx *store.Tx) error {
			people, err := tx.Users()
			if err != nil {
				return err
			}
			if len(people) == 0 {
				for login, role := range map[string]auth.Role{"claire": auth.Owner, "lucie": auth.Owner, "yann": auth.Sales} {
					if _, err := tx.SaveUser(user.User{Login: login, Name: login, Role: role, CreatedAt: tx.Now()}); err != nil {
						return err
					}
				}
			}
			for _, p := range people {
				list, err := tx.Notices(p.ID)
				if err != nil {
					return err
				}
				for _, n := range list {
					if n.Kind == user.NoticeKeys && n.Detail == "company.keys" && p.Role == auth.Owner {
						notices++
					} else {
						t.Errorf("%s is told %+v", p.Login, n)
					}
				}
			}
			return tx.EachEvent(0, func(e audit.Event) error {
				if e.Op == "book.keys_mended" && e.Payload == `{"file":"company.keys"}` {
					events++
				}
				return nil
			})
		})
		if err != nil {
			t.Fatal(err)
		}
		return notices, events
	}
	look := func(what string, want, wantEvents int) {
		t.Helper()
		if n, e := told(); n != want || e != wantEvents {
			t.Errorf("%s: %d notices, %d events", what, n, e)
		}
	}
	look("sound", 0, 0)
	for i := 1; i <= 2; i++ {
		if err := os.Remove(filepath.Join(d.dir, "company.keys")); err != nil {
			t.Fatal(err)
		}
		look("mended", 2*i, i)
		look("sound again", 2*i, i)
	}
}
