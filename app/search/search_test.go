package search_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"zafe/app/billing"
	"zafe/app/party"
	"zafe/app/search"
	"zafe/store"
	"zafe/store/storetest"
)

func TestFold(t *testing.T) {
	for in, want := range map[string]string{
		"L'Étoile de la Mer":  "l etoile de la mer",
		"Bœuf & Fils":         "boeuf fils",
		"  SARL  D’ARBAUD ":   "sarl d arbaud",
		"F-2026-0012":         "f 2026 0012",
		"ÇA  \u00a0va\u202f?": "ca va",
	} {
		if got := search.Fold(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestPhone(t *testing.T) {
	for in, want := range map[string]string{
		"0690 12 34 56":     "0690123456",
		"+590 690 12-34-56": "0690123456",
		"00590690123456":    "0690123456",
		"+33 (0)1 23 45":    "012345",
		"+32 2 555":         "322555",
		"":                  "",
	} {
		if got := search.Phone(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// Whatever the capitals, accents and separators typed, a start of any of its words finds a text.
func TestAnyStartOfWordsFinds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringOfN(rapid.SampledFrom([]rune("abcéèêçœÉÀ'0159Zz")), 1, 9, -1)
		texts := rapid.SliceOfN(word, 1, 5).Draw(t, "words")
		folded := search.Index(texts...)
		words := strings.Fields(folded)
		if len(words) == 0 {
			t.Skip("only separators")
		}
		w := []rune(words[rapid.IntRange(0, len(words)-1).Draw(t, "which")])
		typed := strings.ToUpper(string(w[:rapid.IntRange(1, len(w)).Draw(t, "length")]))
		if !search.Parse(typed).Match(folded) {
			t.Fatalf("%q does not find %q", typed, folded)
		}
		if search.Parse(typed + " qqqq").Match(folded) {
			t.Fatalf("a word that is nowhere found %q", folded)
		}
	})
}

func index(w *storetest.World, kind string, ref int64, title, body string) {
	w.Update(func(tx *store.Tx) error {
		return tx.IndexSearch(kind, ref, title, "detail", body)
	})
}

func find(t *testing.T, w *storetest.World, who, text string) []string {
	t.Helper()
	got, err := search.Find.Call(w.Ctx(), w.As(who), search.FindRequest{Text: text})
	if err != nil {
		t.Fatal(err)
	}
	out := []string{}
	for _, h := range got.Hits {
		out = append(out, fmt.Sprintf("%s:%d", h.Kind, h.Ref))
	}
	return out
}

// records stores what rights look at: customer 1 of user 3, customer 2 of user 4, and invoice 1 of user 3 about
// customer 1.
func records(w *storetest.World) {
	w.Update(func(tx *store.Tx) error {
		_, err := tx.SaveCustomers([]party.Customer{
			{Code: "C1", Kind: party.Company, Name: "Un", Owner: 3}, {Code: "C2", Kind: party.Company, Name: "Deux", Owner: 4},
		})
		_, err2 := tx.AddDocument(billing.Document{
			Kind: billing.Invoice, Header: billing.Header{Customer: 1, Owner: 3, Terms: &billing.Terms{}}, Version: 1,
		})
		return errors.Join(err, err2)
	})
}

func TestFindIsScopedByKindAndOwner(t *testing.T) {
	w := storetest.NewWorld(t, search.Bind[*store.Tx])
	records(w)
	index(w, search.Customer, 1, "Dupont Élevage", "0690123456")
	index(w, search.Customer, 2, "Dupont Frères", "")
	index(w, search.Invoice, 1, "F-2026-0007", "Dupont")
	index(w, search.Item, 5, "Dupont (article)", "")
	index(w, search.Entry, 9, "VE 12", "Dupont")
	index(w, "secret", 1, "Dupont secret", "")
	for _, c := range []struct{ who, text, want string }{
		{"owner", "dupont", "customer:2 customer:1 invoice:1 item:5 entry:9"},
		{"sales", "dupont", "customer:1 invoice:1 item:5"},
		{"sales2", "dup", "customer:2 item:5"},
		{"sales2", "elevage", ""},
		{"assistant", "dupont", "customer:2 customer:1 invoice:1 item:5"},
		{"owner", "+590 690 12", "customer:1"},
		{"owner", "elev dup", "customer:1"},
		{"owner", "f-2026-0007", "invoice:1"},
		{"owner", `" OR *`, ""},
		{"owner", "  ", ""},
	} {
		if got := strings.Join(find(t, w, c.who, c.text), " "); got != c.want {
			t.Errorf("%s %q: %s, want %s", c.who, c.text, got, c.want)
		}
	}
}

// TestAnExactNumberComesFirst: before the records that only name it, whatever their kind.
func TestAnExactNumberComesFirst(t *testing.T) {
	w := storetest.NewWorld(t, search.Bind[*store.Tx])
	records(w)
	index(w, search.Customer, 1, "Dupont", "D-2026-0122")
	index(w, search.Invoice, 1, "F-2026-0122", "D-2026-0122")
	index(w, search.Quote, 1, "D-2026-0122", "")
	for typed, want := range map[string]string{
		"D-2026-0122": "quote:1 customer:1 invoice:1",
		"2026 0122":   "customer:1 invoice:1 quote:1",
	} {
		if got := strings.Join(find(t, w, "owner", typed), " "); got != want {
			t.Errorf("%q: %s, want %s", typed, got, want)
		}
	}
}

func TestReindexAndDrop(t *testing.T) {
	w := storetest.NewWorld(t, search.Bind[*store.Tx])
	records(w)
	index(w, search.Customer, 2, "Ancien nom", "")
	index(w, search.Customer, 2, "Nouveau nom", "")
	if got := find(t, w, "owner", "ancien"); len(got) != 0 {
		t.Errorf("old title still found: %v", got)
	}
	if got := find(t, w, "sales2", "nouveau"); len(got) != 1 {
		t.Errorf("its owner does not find it: %v", got)
	}
	w.Update(func(tx *store.Tx) error { return tx.DropSearch(search.Customer, 2) })
	if got := find(t, w, "owner", "nouveau"); len(got) != 0 {
		t.Errorf("dropped record found: %v", got)
	}
}

func TestManyHitsOfAKindDoNotHideTheOthers(t *testing.T) {
	w := storetest.NewWorld(t, search.Bind[*store.Tx])
	for i := range 50 {
		index(w, search.Invoice, int64(i+1), fmt.Sprintf("F-2026-%04d", i+1), "Dupont")
	}
	index(w, search.Customer, 1, "Dupont", "")
	got, err := search.Find.Call(w.Ctx(), w.As("owner"), search.FindRequest{Text: "dupont", Limit: 5})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Hits) != 5 || !got.More || got.Hits[0].Kind != search.Customer {
		t.Errorf("%+v", got)
	}
	_, err = search.Find.Call(w.Ctx(), w.As("owner"), search.FindRequest{Text: "a", Limit: 1000})
	if err == nil {
		t.Error("limit 1000 taken")
	}
}
