package lan_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// mutant is a change of the sources that takes one filter of rights away.
type mutant struct{ what, file, old, new string }

// mutants are all the places where rights are looked at on the way to a record.
var mutants = []mutant{
	{"the right to an operation", "app/op/pipeline.go", "if !a.May(s.Needs) {", "if a.User == 0 && !a.May(s.Needs) {"},
	{"a customer by their number", "app/party/bind.go", "case a.Sees(p, c.Whose()):", "case true:"},
	{"that a customer is there", "app/party/bind.go", "case !a.Sees(auth.CustomerRead, c.Whose()):", "case false:"},
	{"the customers one chooses among", "app/party/list.go", "Allowed: actor.Where(p),", "Allowed: auth.Always(true),"},
	{"the list of customers", "store/party_list.go", "customerFacts.condition(s.Allowed)", "customerFacts.condition(auth.Always(true))"},
	{"the customers who look alike", "store/party_list.go", "customerFacts.condition(allowed)", "customerFacts.condition(auth.Always(true))"},
	{"a document by its number", "app/billing/prepare.go", "case err != nil || ok && d.visibleTo(a, p):", "case err != nil || ok:"},
	{"that a document is there", "app/billing/prepare.go", "case ok && d.visibleTo(a, auth.SalesRead):", "case ok:"},
	{"the customer of a document", "app/billing/prepare.go", "case err != nil || a.Sees(p, c.Whose()):", "case true:"},
	{"a payment by its number", "app/billing/allocate.go", "(!ok || !op.Actor(ctx).Sees(p, got.Whose()))", "!ok"},
	{"a document that is settled", "app/billing/payment_record.go", "case !ok || !d.visibleTo(op.Actor(ctx), auth.PaymentWrite):", "case !ok:"},
	{"the list of documents", "store/billing_list.go", "c.allowed(f.Allowed, documentFacts)", "_ = documentFacts"},
	{"the list of payments", "store/billing_payment.go", "c.allowed(f.Allowed, paymentFacts)", "_ = paymentFacts"},
	{"the search box", "store/search.go", "if allowed != auth.Always(true) {", "if false {"},
	{"the kinds one may search", "app/search/search.go", "if !actor.May(k.needs) {", "if false {"},
	{"what is attached, to read", "app/file/subject.go", "case !actor.Sees(r.reads, r.whose):", "case false:"},
	{"what is attached, to change", "app/file/subject.go", "r.writable = actor.Sees(r.writes, r.whose)", "r.writable = true"},
	{"the imports", "app/imports/undo.go", "return known && a.Sees(p, auth.Whose{Owner: b.User})", "return known || a.Sees(p, auth.Whose{})"},
	{"the names in the journal", "app/history/history.go", "if !shows(n.actor, kind) {", "if false {"},
	{"the files in the journal", "app/history/history.go", "if shows(n.actor, e.SubjectKind) {", "if true {"},
	{"whose a record is", "app/auth/predicate.go", "return w.Owner != 0 && slices.Contains(p, w.Owner)", "return true"},
	{"whose its customer is", "app/auth/predicate.go", "return w.Customer != 0 && slices.Contains(p, w.Customer)", "return slices.Contains(p, w.Customer) || w.Customer != 0"},
	{"the fields of a class", "app/op/mask.go", "case class != \"\" && hides(class):\n\t\t\t\tv.Field(i).SetZero()", "case class != \"\" && hides(class) && !v.IsValid():\n\t\t\t\tv.Field(i).SetZero()"},
	{"the fields of a class in an export", "app/party/export.go", "op.Mask(ctx, &c)", "_ = ctx"},
	{"an order that tells", "app/party/list.go", "if op.Actor(ctx).Hides(class) {", "if class == \"\" {"},
	{"a search that tells", "app/search/words.go", "q.NoContact = a.Hides(auth.Contact)", "q.NoContact = false"},
	{"what a customer owes", "app/party/list.go", "`json:\"balance\" class:\"balance\"`", "`json:\"balance\"`"},
	{"what is left of a paper", "app/billing/record.go", "`json:\"balance\" class:\"balance\"`", "`json:\"balance\"`"},
	{"what is left in a list", "app/billing/list.go", "`json:\"open\" class:\"balance\"` //", "`json:\"open\"` //"},
	{"what is left of a whole list", "app/billing/list.go", "`json:\"open\" class:\"balance\"`\n}", "`json:\"open\"`\n}"},
	{"what is on account", "app/billing/payment.go", " class:\"balance\"", ""},
	{"what is on account in all", "app/billing/list.go", "`json:\"on_account\" class:\"balance\"`", "`json:\"on_account\"`"},
	{"a list by what is owed", "app/billing/get.go", "if told && op.Actor(ctx).Hides(auth.Balance) {", "if told && ctx == nil {"},
	{"an old second factor", "app/op/pipeline.go", "if s.Fresh && !a.System &&", "if false && s.Fresh &&"},
}

// source returns the file of a mutant and what it becomes.
func (mu mutant) source(t *testing.T) (path, changed string) {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("../..", filepath.FromSlash(mu.file)))
	if err != nil {
		t.Fatal(err)
	}
	src, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(src), mu.old); n != 1 {
		t.Fatalf("%s: %s has %q %d times", mu.what, mu.file, mu.old, n)
	}
	return path, strings.Replace(string(src), mu.old, mu.new, 1)
}

// TestEachFilterIsWhereItWas: a filter that was moved must be moved in the list of mutants too.
func TestEachFilterIsWhereItWas(t *testing.T) {
	for _, mu := range mutants {
		mu.source(t)
	}
}

// TestSoakEachFilterIsMissed takes every filter away in turn and sees the matrix fail: one that stays green then
// would prove nothing. It builds the program as often, a quarter of an hour in all.
func TestSoakEachFilterIsMissed(t *testing.T) {
	if os.Getenv("ZAFE_SOAK") == "" {
		t.Skip("part of make soak")
	}
	for _, mu := range mutants {
		t.Run(strings.ReplaceAll(mu.what, " ", "_"), func(t *testing.T) {
			path, changed := mu.source(t)
			mu.missed(t, path, changed)
		})
	}
}

// missed runs the matrix over the changed file.
func (mu mutant) missed(t *testing.T, path, src string) {
	t.Helper()
	dir := t.TempDir()
	changed, overlay := filepath.Join(dir, "changed.go"), filepath.Join(dir, "overlay.json")
	list, err := json.Marshal(map[string]any{"Replace": map[string]string{path: changed}})
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{changed: []byte(src), overlay: list} {
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	args := []string{"test", "-vet=off", "-tags", "migrated_fynedo,fastdev", "-overlay", overlay, "-run", "^(TestNobodySees|TestHidden|TestAnOld)", "."}
	out, err := exec.CommandContext(t.Context(), "go", args...).CombinedOutput()
	switch {
	case err == nil:
		t.Errorf("the matrix does not miss %s", mu.what)
	case !strings.Contains(string(out), "--- FAIL"):
		t.Errorf("%s: not a test that failed: %s", mu.what, out)
	}
}
