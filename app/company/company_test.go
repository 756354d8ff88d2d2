package company_test

import (
	"reflect"
	"testing"
	"time"

	"zafe/app/audit"
	"zafe/app/company"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/store"
	"zafe/store/storetest"
)

func world(t *testing.T) *storetest.World {
	t.Helper()
	return storetest.NewWorld(t, company.Bind[*store.Tx])
}

func get(t *testing.T, w *storetest.World) company.Profile {
	t.Helper()
	p, err := company.Get.Call(w.Ctx(), w.As("owner"), op.Empty{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func save(t *testing.T, w *storetest.World, p company.Profile) company.Profile {
	t.Helper()
	saved, err := company.Save.Call(w.Ctx(), w.As("owner"), p)
	if err != nil {
		t.Fatal(err)
	}
	return saved
}

func head(t *testing.T, w *storetest.World) (last audit.Event) {
	t.Helper()
	err := w.Store.View(w.Ctx(), func(tx *store.Tx) (err error) { last, err = tx.Head(); return err })
	if err != nil {
		t.Fatal(err)
	}
	return last
}

func TestTheSecondOfTwoPeopleIsToldWhoCameFirst(t *testing.T) {
	w := world(t)
	p := get(t, w)
	p.Name = "Menuiserie Durand"
	p = save(t, w, p)
	mine, theirs := p, p
	w.Clock.Add(time.Hour)
	theirs.Phone = "0240 00 00 00"
	theirs = save(t, w, theirs)
	mine.Bank.IBAN = "FR76 3000 6000 0112 3456 7890 189"
	_, err := company.Save.Call(w.Ctx(), w.As("owner"), mine)
	f := fault.Of(err)
	if f == nil || f.Code != fault.Conflict || f.Key != "company.changed_meanwhile" || f.Args["who"] != "Claire" ||
		f.Args["at"] != theirs.UpdatedAt {
		t.Fatalf("the second: %+v", f)
	}
	if got := get(t, w); got.Phone != theirs.Phone || got.Bank.IBAN != "" {
		t.Errorf("the first's change is gone: %+v", got)
	}
	theirs.Bank.IBAN = mine.Bank.IBAN
	if got := save(t, w, theirs); got.Version <= theirs.Version || got.UpdatedBy != "Claire" {
		t.Errorf("%+v", got.Stamp)
	}
}

// TestAProfileFromBeforeVersions: a book made by an older build has a profile without a stamp.
func TestAProfileFromBeforeVersions(t *testing.T) {
	w := world(t)
	w.Update(func(tx *store.Tx) error {
		return tx.SetSetting("company", map[string]any{"name": "Durand", "payment_days": 30})
	})
	p := get(t, w)
	p.City = "Nantes"
	if got := save(t, w, p); got.Version == 0 || got.Name != "Durand" {
		t.Errorf("%+v", got)
	}
}

func TestAnEventBindsTheProfileAndTheOneBefore(t *testing.T) {
	w := world(t)
	before := get(t, w)
	p := before
	p.Name = "Menuiserie Durand"
	p = save(t, w, p)
	e := head(t, w)
	if e.SubjectKind != "company" || e.Digest != p.Digest() || e.Payload != `{"before":"`+before.Digest()+`"}` {
		t.Errorf("first change: %+v", e)
	}
	next := p
	next.Bank.IBAN = "FR7630006000011234567890189"
	next = save(t, w, next)
	e = head(t, w)
	if e.Digest != next.Digest() || e.Payload != `{"before":"`+p.Digest()+`"}` || e.Digest == p.Digest() {
		t.Errorf("another account to be paid to: %+v", e)
	}
}

func TestEveryFieldIsInTheDigest(t *testing.T) {
	base := company.Default()
	base.Logo = []byte{1}
	original := base.Digest()
	var mutate func(v reflect.Value, path string)
	mutate = func(v reflect.Value, path string) {
		saved := reflect.New(v.Type()).Elem()
		saved.Set(v)
		switch v.Kind() {
		case reflect.Struct:
			for i := range v.NumField() {
				if name := v.Type().Field(i).Name; name != "Stamp" {
					mutate(v.Field(i), path+"."+name)
				}
			}
			return
		case reflect.Slice:
			v.SetBytes([]byte{1, 2})
		case reflect.String:
			v.SetString(v.String() + "x")
		case reflect.Bool:
			v.SetBool(!v.Bool())
		default:
			v.SetInt(v.Int() + 1)
		}
		if base.Digest() == original {
			t.Errorf("%s is not in the digest", path)
		}
		v.Set(saved)
	}
	mutate(reflect.ValueOf(&base).Elem(), "profile")
	if base.Version++; base.Digest() != original {
		t.Error("the version is in the digest: it says nothing of the company")
	}
}

// TestWhereTheMoneyGoesAsksWhoIsThere: another IBAN needs a recent second factor; anything else, and the first
// IBAN of the set-up, does not.
func TestWhereTheMoneyGoesAsksWhoIsThere(t *testing.T) {
	w := world(t)
	stale := func(p company.Profile) error {
		_, err := company.Save.Call(w.Ctx(), w.As("stale"), p)
		return err
	}
	p := get(t, w)
	p.Name, p.Bank.IBAN = "Dupont & Fils", "FR7630006000011234567890189"
	if err := stale(p); err != nil {
		t.Fatalf("the first IBAN: %v", err)
	}
	p = get(t, w)
	p.Phone = "01 02 03 04 05"
	if err := stale(p); err != nil {
		t.Errorf("a telephone: %v", err)
	}
	for _, iban := range []string{"DE89370400440532013000", ""} {
		p = get(t, w)
		p.Bank.IBAN = iban
		if err := stale(p); fault.KeyOf(err) != "op.fresh_needed" {
			t.Errorf("%q: %v", iban, err)
		}
		if got := get(t, w).Bank.IBAN; got != "FR7630006000011234567890189" {
			t.Errorf("the IBAN is %q", got)
		}
	}
	p = get(t, w)
	p.Bank.IBAN = "DE89370400440532013000"
	if got := save(t, w, p); got.Bank.IBAN != "DE89370400440532013000" {
		t.Errorf("with the second factor: %q", got.Bank.IBAN)
	}
}

// TestWhoIsNotShownTheBankDetailsCannotChangeThem: neither erased nor replaced by who does not see them.
func TestWhoIsNotShownTheBankDetailsCannotChangeThem(t *testing.T) {
	w := storetest.NewWorld(t, company.Bind[*store.Tx])
	p := get(t, w)
	p.Name, p.Bank.IBAN = "Durand", "FR7630006000011234567890189"
	if _, err := company.Save.Call(w.Ctx(), w.As("owner"), p); err != nil {
		t.Fatal(err)
	}
	seen, err := company.Get.Call(w.Ctx(), w.As("blind"), op.Empty{})
	if err != nil || seen.Bank.IBAN != "" || seen.Bank.Account == "" {
		t.Fatalf("%+v %v", seen.Bank, err)
	}
	for _, typed := range []string{"", "FR1420041010050500013M02606"} {
		seen.Bank.IBAN = typed
		if seen, err = company.Save.Call(w.Ctx(), w.As("blind"), seen); err != nil || seen.Bank.IBAN != "" {
			t.Fatalf("%+v %v", seen.Bank, err)
		}
		if got := get(t, w); got.Bank.IBAN != "FR7630006000011234567890189" {
			t.Errorf("IBAN %q", got.Bank.IBAN)
		}
	}
}
