package app_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"zafe/app/approval"
	"zafe/app/billing"
	"zafe/app/bin"
	"zafe/app/catalog"
	"zafe/app/civil"
	"zafe/app/company"
	"zafe/app/demo"
	"zafe/app/fault"
	"zafe/app/file"
	"zafe/app/history"
	"zafe/app/imports"
	"zafe/app/incident"
	"zafe/app/ledger"
	"zafe/app/money"
	"zafe/app/op"
	"zafe/app/party"
	"zafe/app/password"
	"zafe/app/role"
	"zafe/app/search"
	"zafe/app/sentry"
	"zafe/app/setup"
	"zafe/app/tax"
	"zafe/app/user"
	"zafe/store"
	"zafe/store/storetest"
)

// leaf is a field of a request that holds a value, with the way to it.
type leaf struct {
	path []string // names; "0" for the first of a list
	kind reflect.Kind
	own  bool // a type that reads itself
}

// leaves are the fields of a type, lists with one of each.
func leaves(t reflect.Type, at []string, seen map[reflect.Type]bool) (all []leaf) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	ptr := reflect.New(t).Interface()
	_, text := ptr.(interface{ UnmarshalText([]byte) error })
	_, own := ptr.(json.Unmarshaler)
	switch {
	case text || own || t == reflect.TypeFor[json.RawMessage]():
		return []leaf{{path: at, kind: t.Kind(), own: true}}
	case t.Kind() == reflect.Slice && t.Elem().Kind() != reflect.Uint8:
		return append(leaves(t.Elem(), append(slices.Clone(at), "0"), seen), leaf{path: at, kind: reflect.Slice})
	case t.Kind() != reflect.Struct:
		return []leaf{{path: at, kind: t.Kind()}}
	case seen[t]:
		return nil
	}
	seen[t] = true
	defer delete(seen, t)
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case !f.IsExported() || name == "-":
		case f.Anonymous && name == "":
			all = append(all, leaves(f.Type, at, seen)...)
		default:
			if name == "" {
				name = f.Name
			}
			all = append(all, leaves(f.Type, append(slices.Clone(at), name), seen)...)
		}
	}
	return all
}

// with is a request with one field, whose value is JSON.
func with(path []string, value string) []byte {
	for _, name := range slices.Backward(path) {
		if name == "0" {
			value = "[" + value + "]"
		} else {
			value = fmt.Sprintf("{%q:%s}", name, value)
		}
	}
	return []byte(value)
}

// open is a book with everything bound that asks for no other service.
func open(t *testing.T) *storetest.World {
	t.Helper()
	w := storetest.NewWorld(t, company.Bind[*store.Tx], party.Bind[*store.Tx], catalog.Bind[*store.Tx], imports.Bind[*store.Tx],
		search.Bind[*store.Tx], ledger.Bind[*store.Tx], billing.Bind[*store.Tx], history.Bind[*store.Tx], role.Bind[*store.Tx],
		setup.Bind[*store.Tx], sentry.Bind[*store.Tx], bin.Bind[*store.Tx])
	cheap := user.Hashing{Passes: 1, MemoryKiB: 8, Threads: 1}
	user.Bind(w.Registry, user.NewService[*store.Tx](w.Store, w.Clock.Now, cheap, password.Strong, w.Store))
	incident.Bind(w.Registry, func() {})
	file.Bind(w.Registry, w.Store.ReceiveFile)
	approval.Bind(w.Registry)
	return w
}

// ask gives an operation a request as the owner's PC does.
func ask(t *testing.T, w *storetest.World, name string, request []byte) ([]byte, *fault.Fault) {
	t.Helper()
	answer, err := w.Registry.DoJSON(op.WithCredential(t.Context(), op.Credential{Token: "owner"}), name, request)
	f := fault.Of(err)
	if f != nil && (f.Code == fault.Internal || f.Key == "") {
		t.Errorf("%s %.200s: %.200v %.200v", name, request, f, f.Unwrap())
	}
	return answer, f
}

// odd are values at and beyond the ends of every type.
var odd = []string{
	`"x"`, "1.5", "-1", "9223372036854775807", "-9223372036854775808", "1e400", "true", "NaN", "null", "[]", "{}", "[[1]]",
	`{"x":1}`, `"\u0000\u202e"`, tooLong,
}

// tooLong is a text longer than any field.
var tooLong = `"` + strings.Repeat("é", 1<<16) + `"`

// TestEveryFieldOfEveryRequestIsTried with what it does not expect: it is refused with what is wrong, or nothing comes of
// it. No value is an error that nobody thought of, and no work is done with a text of any length.
func TestEveryFieldOfEveryRequestIsTried(t *testing.T) {
	w, tried := open(t), 0
	types := w.Registry.Types()
	for _, s := range w.Registry.Specs() {
		for _, l := range leaves(types[s.Name][0], nil, map[reflect.Type]bool{}) {
			for _, value := range odd {
				tried++
				if _, f := ask(t, w, s.Name, with(l.path, value)); f == nil && value == tooLong && s.Kind == op.Command {
					t.Errorf("%s %v takes a text of any length", s.Name, l.path)
				}
			}
		}
	}
	if tried < 5000 {
		t.Errorf("%d values: the test is blind", tried)
	}
}

// TestEveryTextOfAFormIsBounded: in a form that is taken as it is, each text that is made too long is refused, and the
// refusal names it; or it is not the person's to give, and is not taken. Its numbers are tried at the ends of their type.
func TestEveryTextOfAFormIsBounded(t *testing.T) {
	w := open(t)
	owner, day, n := w.As("owner"), civil.New(2026, 11, 2), 0
	w.Update(func(tx *store.Tx) error { return setup.Seed(tx) })
	must(t, company.Save, owner, demo.Company())
	must(t, ledger.FiscalYearOpen, owner, ledger.YearOpenRequest{Period: civil.YearOf(day)})
	buyer := party.Customer{
		Kind: party.Company, Name: "Boulangerie du Bourg", SIREN: "732829320",
		Address:  party.Address{Street: "1 rue Frébault", PostalCode: "97110", City: "Pointe-à-Pitre", Country: "FR"},
		Contacts: []party.Contact{{Name: "Marie"}},
	}
	c := must(t, party.Save, owner, buyer)
	thing := catalog.Item{
		Label: "Fenêtre", Unit: "H87", Price: 645 * money.UnitEuro, VATRate: 85_000, Nature: catalog.Goods, SalesAccount: "707000",
	}
	paper := billing.SaveRequest{
		Header: billing.Header{Customer: c.Customer.ID},
		Lines: []billing.Line{{
			Kind: billing.ItemLine, Description: "Pose", Quantity: money.Unit, Unit: "H87", UnitPrice: 100 * money.UnitEuro,
			VATRate: 85_000, Nature: tax.Services, Account: "706000",
		}},
	}
	entry := ledger.EntrySaveRequest{Journal: "VE", Date: day, Label: "Loyer", Lines: []ledger.Line{{Account: "613200", Debit: 100}}}
	forms := map[string]func() any{
		"customer.save": func() any { return buyer }, "item.save": func() any { return thing },
		"quote.save": func() any { return paper }, "invoice.save": func() any { return paper },
		"entry.save":   func() any { return entry },
		"company.save": func() any { return must(t, company.Get, owner, op.Empty{}) },
		"account.save": func() any { n++; return ledger.AccountSaveRequest{Number: fmt.Sprint(613210 + n), Title: "Loyers"} },
		"journal.save": func() any {
			n++
			return ledger.JournalSaveRequest{Code: fmt.Sprint("J", n), Title: "Salaires", Kind: ledger.GeneralJournal}
		},
		"team.save": func() any { n++; return role.TeamRequest{Name: fmt.Sprint("Atelier ", n)} },
		"payment.record": func() any {
			return billing.RecordRequest{Customer: c.Customer.ID, Date: day, Amount: 100, Method: "transfer"}
		},
	}
	tried := 0
	for name, form := range forms {
		if _, f := ask(t, w, name, asJSON(t, form())); f != nil {
			t.Errorf("%s as it is: %v", name, f)
			continue
		}
		for _, l := range leaves(w.Registry.Types()[name][0], nil, map[reflect.Type]bool{}) {
			if l.kind >= reflect.Int && l.kind <= reflect.Float64 && !l.own {
				for _, n := range []json.Number{"9223372036854775807", "-9223372036854775808"} {
					var whole any
					if err := json.Unmarshal(asJSON(t, form()), &whole); err != nil {
						t.Fatal(err)
					}
					_, _ = ask(t, w, name, asJSON(t, put(whole, l.path, n)))
				}
			}
			if l.kind != reflect.String || l.own {
				continue
			}
			var whole any
			if err := json.Unmarshal(asJSON(t, form()), &whole); err != nil {
				t.Fatal(err)
			}
			tried++
			answer, f := ask(t, w, name, asJSON(t, put(whole, l.path, strings.Repeat("é", 1<<16))))
			last := l.path[len(l.path)-1]
			switch {
			case f == nil && bytes.Contains(answer, []byte("éééééééé")):
				t.Errorf("%s takes a text of any length as %v", name, l.path)
			case f != nil && !strings.Contains(f.Field, last) && !strings.HasPrefix(f.Field, l.path[0]):
				t.Errorf("%s %v: %s names %q", name, l.path, f.Key, f.Field)
			}
		}
	}
	if tried < 60 {
		t.Errorf("%d texts: the test is blind", tried)
	}
}

func asJSON(t *testing.T, v any) []byte {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// put sets what stands at a path, and makes what leads there.
func put(in any, path []string, value any) any {
	if len(path) == 0 {
		return value
	}
	if path[0] == "0" {
		list, _ := in.([]any)
		if len(list) == 0 {
			list = []any{nil}
		}
		list[0] = put(list[0], path[1:], value)
		return list
	}
	object, _ := in.(map[string]any)
	if object == nil {
		object = map[string]any{}
	}
	object[path[0]] = put(object[path[0]], path[1:], value)
	return object
}

func must[Req, Resp any](t *testing.T, o op.Op[Req, Resp], c op.Caller, req Req) Resp {
	t.Helper()
	resp, err := o.Call(t.Context(), c, req)
	if err != nil {
		t.Fatalf("%s: %v", o.Name, err)
	}
	return resp
}
