package app_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"zafe/app/approval"
	"zafe/app/auth"
	"zafe/app/backup"
	"zafe/app/billing"
	"zafe/app/bin"
	"zafe/app/catalog"
	"zafe/app/change"
	"zafe/app/company"
	"zafe/app/device"
	"zafe/app/file"
	"zafe/app/history"
	"zafe/app/i18n"
	"zafe/app/imports"
	"zafe/app/incident"
	"zafe/app/leave"
	"zafe/app/ledger"
	"zafe/app/notify"
	"zafe/app/op"
	"zafe/app/opening"
	"zafe/app/party"
	"zafe/app/past"
	"zafe/app/plan"
	"zafe/app/relay"
	"zafe/app/role"
	"zafe/app/search"
	"zafe/app/sentry"
	"zafe/app/setup"
	"zafe/app/support"
	"zafe/app/user"
	"zafe/app/verify"
	"zafe/app/where"
	"zafe/app/witness"
	"zafe/store"
	"zafe/store/storetest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// registry holds every operation of the product, as main binds them.
func registry(t *testing.T) *op.Registry[*store.Tx] {
	t.Helper()
	w := storetest.NewWorld(t)
	r := w.Registry
	role.Bind(r)
	user.Bind(r, user.NewService[*store.Tx](w.Store, w.Clock.Now, user.Standard, nil, w.Store))
	opening.Bind(r, w.Store, nil, nil)
	setup.Bind(r)
	device.Bind(r, nil)
	relay.Bind(r, nil)
	leave.Bind(r, leave.New[*store.Tx](w.Store, nil, nil))
	support.Bind[*store.Tx](r, nil, nil)
	witness.Bind(r, nil, nil)
	backup.Bind(r, nil)
	past.Bind(r, w.Store, nil, w.Store.ReceiveFile)
	plan.Bind(r, w.Store, nil)
	where.Bind(r, w.Store, where.Around{})
	notify.Bind[*store.Tx](r, nil)
	company.Bind(r)
	party.Bind(r)
	catalog.Bind(r)
	imports.Bind(r)
	search.Bind(r)
	ledger.Bind(r)
	billing.Bind(r)
	file.Bind(r, w.Store.ReceiveFile)
	approval.Bind(r)
	history.Bind(r)
	incident.Bind(r, func() {})
	sentry.Bind(r)
	bin.Bind(r)
	verify.Bind(r, verify.New(verify.Settings[*store.Tx]{}))
	change.Bind(r, change.New(0, nil))
	return r
}

// golden compares got with a file; with -update it writes it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := "testdata/" + name
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got == string(want) {
		return
	}
	have := map[string]bool{}
	for l := range strings.SplitSeq(got, "\n") {
		have[l] = true
	}
	for l := range strings.SplitSeq(string(want), "\n") {
		if !have[l] {
			t.Errorf("%s: gone or changed: %s", name, l)
		}
	}
	t.Errorf("%s differs: fields are only added, never renamed nor retyped; look at the change, then go test ./app -update", name)
}

// TestContract: an older PC of the office must go on working, so what is on the wire only grows.
func TestContract(t *testing.T) { golden(t, "contract.txt", op.Text(registry(t).Reference())) }

// TestRoleMatrix: who may do what changes by decision only.
func TestRoleMatrix(t *testing.T) {
	var b strings.Builder
	for _, s := range registry(t).Specs() {
		fmt.Fprintf(&b, "%-28s", s.Name)
		for _, r := range auth.Roles() {
			fmt.Fprintf(&b, " %s=%s", r, r.Rights().Scope(s.Needs))
		}
		b.WriteByte('\n')
	}
	golden(t, "roles.txt", b.String())
}

// TestEveryEventHasAName: the journal shows operations in words.
func TestEveryEventHasAName(t *testing.T) {
	p := i18n.For(i18n.French)
	for _, s := range registry(t).Specs() {
		if s.Kind != op.Query && s.Kind != op.Watch && !p.Has("event."+s.Name) {
			t.Errorf("no message event.%s", s.Name)
		}
	}
	for _, r := range auth.Roles() {
		if !p.Has("role."+string(r)) || !p.Has("role."+string(r)+".help") {
			t.Errorf("role %s has no words", r)
		}
	}
}

// TestARestorePointComesBeforeWhatChangesMuch at once.
func TestARestorePointComesBeforeWhatChangesMuch(t *testing.T) {
	var risky []string
	for _, s := range registry(t).Specs() {
		if s.Risky {
			risky = append(risky, s.Name)
		}
	}
	want := []string{
		"customer.import", "fec.import", "fec.undo_import", "fiscal_year.close", "fiscal_year.close_period",
		"import.undo", "item.import",
	}
	if slices.Sort(risky); !slices.Equal(risky, want) {
		t.Errorf("risky are %v, want %v", risky, want)
	}
}

// TestEveryTypeSurvivesTheWire: what is sent is what arrives, empty or filled.
func TestEveryTypeSurvivesTheWire(t *testing.T) {
	for name, types := range registry(t).Types() {
		for _, typ := range types {
			v := reflect.New(typ)
			fill(v.Elem(), 3)
			raw, err := json.Marshal(v.Interface())
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			back := reflect.New(typ)
			d := json.NewDecoder(strings.NewReader(string(raw)))
			d.DisallowUnknownFields()
			if err := d.Decode(back.Interface()); err != nil {
				t.Errorf("%s: %s does not read back: %v", name, typ, err)
				continue
			}
			again, err := json.Marshal(back.Interface())
			if err != nil || string(again) != string(raw) {
				t.Errorf("%s: %s changes on the wire:\n%s\n%s", name, typ, raw, again)
			}
		}
	}
}

// fill puts something in every field that JSON can set, a few levels deep.
func fill(v reflect.Value, depth int) {
	if _, ok := reflect.TypeAssert[json.Marshaler](v.Addr()); ok {
		return
	}
	if _, ok := reflect.TypeAssert[interface{ MarshalText() ([]byte, error) }](v.Addr()); ok {
		return
	}
	switch v.Kind() { //nolint:exhaustive // the kinds that requests and answers are made of
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i), depth)
			}
		}
	case reflect.String:
		v.SetString("é\u202f\"x")
	case reflect.Int, reflect.Int64, reflect.Int32:
		v.SetInt(-7)
	case reflect.Uint64, reflect.Uint32:
		v.SetUint(7)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Slice:
		if depth > 0 {
			v.Set(reflect.MakeSlice(v.Type(), 2, 2))
			for i := range 2 {
				fill(v.Index(i), depth-1)
			}
		}
	case reflect.Pointer:
		if depth > 0 {
			v.Set(reflect.New(v.Type().Elem()))
			fill(v.Elem(), depth-1)
		}
	case reflect.Map:
		if v.Type().Key().Kind() == reflect.String && depth > 0 {
			v.Set(reflect.MakeMap(v.Type()))
			e := reflect.New(v.Type().Elem()).Elem()
			if e.Kind() != reflect.Interface {
				fill(e, depth-1)
				v.SetMapIndex(reflect.ValueOf("k").Convert(v.Type().Key()), e)
			}
		}
	}
}

// TestWhatTakesAwayIsCounted: one that takes records away one at a time is counted and kept, or asks who is there.
func TestWhatTakesAwayIsCounted(t *testing.T) {
	found := 0
	for _, s := range registry(t).Specs() {
		_, verb, _ := strings.Cut(s.Name, ".")
		if !slices.Contains([]string{"archive", "delete", "delete_draft", "detach", "remove", "unmatch"}, verb) {
			continue
		}
		if found++; !s.Destroys && !s.Fresh {
			t.Errorf("%s takes away and is not counted", s.Name)
		}
		if s.Destroys && (s.Risky || s.Kind != op.Command) {
			t.Errorf("%s is a %s that does much at once: it has a restore point, and is not counted", s.Name, s.Kind)
		}
	}
	if found < 8 {
		t.Errorf("only %d operations were looked at", found)
	}
}
