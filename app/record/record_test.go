package record_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/record"
	"zafe/store"
	"zafe/store/storetest"
)

// thing is a record of nothing in particular.
type thing struct {
	ID   int64
	Code string
	record.Stamp
}

// keep stamps and stores things, as an operation of their area would.
func keep(t *testing.T, w *storetest.World, things []thing) []thing {
	t.Helper()
	save := op.Op[op.Empty, op.Empty]{Spec: op.Spec{
		Name: fmt.Sprintf("test.keep%d", len(w.Registry.Specs())), Kind: op.Command, Needs: auth.ItemWrite, Since: 1,
		Doc: "Stores things.",
	}}
	op.Bind(w.Registry, save, func(ctx context.Context, tx *store.Tx, _ op.Empty) (op.Empty, error) {
		series := record.Series{Name: "item", Form: "T%02d"}
		return op.Empty{}, record.Store(ctx, tx, series, things, func(x *thing) record.Head[int64] {
			return record.Head[int64]{ID: &x.ID, Code: &x.Code, Stamp: &x.Stamp}
		}, func(things []thing) ([]int64, error) {
			ids := make([]int64, len(things))
			for i, x := range things {
				if x.Version == 0 || x.Code == "" {
					t.Errorf("stored before it was stamped: %+v", x)
				}
				ids[i] = int64(i) + 10
			}
			return ids, nil
		})
	})
	if _, err := save.Call(w.Ctx(), w.As("owner"), op.Empty{}); err != nil {
		t.Fatal(err)
	}
	return things
}

func TestStoreStampsNumbersAndNames(t *testing.T) {
	w := storetest.NewWorld(t)
	got := keep(t, w, []thing{{}, {Code: "T02"}, {}, {ID: 10, Code: "own"}})
	codes := []string{}
	for i, x := range got {
		codes = append(codes, x.Code)
		if x.ID != int64(i)+10 || x.UpdatedBy != "Claire" || !x.UpdatedAt.Equal(storetest.Noon) {
			t.Errorf("%+v", x)
		}
	}
	if want := []string{"T01", "T02", "T03", "own"}; !slices.Equal(codes, want) {
		t.Errorf("codes %v, want %v: one that another brings is not given", codes, want)
	}
}

func TestAVersionNeverComesBack(t *testing.T) {
	w := storetest.NewWorld(t)
	first := keep(t, w, []thing{{}})[0]
	again := keep(t, w, []thing{first})[0]
	if again.Version <= first.Version {
		t.Errorf("within one instant %d follows %d", again.Version, first.Version)
	}
	w.Clock.Add(time.Hour)
	// What an import changed has its old stamp again once the import is undone.
	if third := keep(t, w, []thing{first})[0]; third.Version <= again.Version {
		t.Errorf("%d is no later than %d, which a forgotten screen may hold", third.Version, again.Version)
	}
}

func TestAChangeOfAnOlderStateIsRefused(t *testing.T) {
	now := record.Stamp{Version: 7, UpdatedAt: storetest.Noon, UpdatedBy: "Marc"}
	if err := now.Current(7, "test.changed"); err != nil {
		t.Errorf("of the state there is: %v", err)
	}
	for _, version := range []int64{0, 6, 8} {
		f := fault.Of(now.Current(version, "test.changed"))
		if f == nil || f.Code != fault.Conflict || f.Key != "test.changed" || f.Args["who"] != "Marc" ||
			f.Args["at"] != storetest.Noon {
			t.Errorf("of version %d: %+v", version, f)
		}
	}
}

func TestNoTwoContentsShareADigest(t *testing.T) {
	sum := func(fill func(record.Digest)) string {
		d := record.NewDigest("test", 1)
		fill(d)
		return d.Hex()
	}
	seen := map[string]string{}
	for name, fill := range map[string]func(record.Digest){
		"nothing":   func(record.Digest) {},
		"ab and c":  func(d record.Digest) { d.Text("ab", "c") },
		"a and bc":  func(d record.Digest) { d.Text("a", "bc") },
		"abc":       func(d record.Digest) { d.Text("abc") },
		"empty":     func(d record.Digest) { d.Text("") },
		"yes":       func(d record.Digest) { d.Flag(true) },
		"no twice":  func(d record.Digest) { d.Flag(false); d.Flag(false) },
		"minus one": func(d record.Digest) { d.Number(-1) },
	} {
		s := sum(fill)
		if other := seen[s]; other != "" {
			t.Errorf("%q and %q share a digest", name, other)
		}
		seen[s] = name
	}
	if a, b := record.NewDigest("test", 1).Hex(), record.NewDigest("test", 2).Hex(); a == b {
		t.Error("the version of the encoding is not in the digest")
	}
}
