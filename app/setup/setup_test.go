package setup

import (
	"fmt"
	"slices"
	"testing"

	"zafe/app/civil"
	"zafe/app/recovery"
)

// TestOtherGroupsAreAskedEachTime: two different ones of the key, and none of the time before.
func TestOtherGroupsAreAskedEachTime(t *testing.T) {
	for i := range 500 {
		seed := fmt.Sprint("vault-", i)
		var last []int
		for round := range 20 {
			got := askedGroups(seed, round)
			if len(got) != 2 || got[0] < 1 || got[0] >= got[1] || got[1] > recovery.GroupCount {
				t.Fatalf("%s, %d: %v", seed, round, got)
			}
			if slices.Contains(last, got[0]) || slices.Contains(last, got[1]) {
				t.Fatalf("%s, %d: %v after %v", seed, round, got, last)
			}
			last = got
		}
	}
}

func TestTheSheetIsDueAfterAYear(t *testing.T) {
	p := Progress{SheetKnown: true, SheetOn: civil.New(2025, 11, 22)}
	if p.SheetDue(civil.New(2026, 11, 21)) || !p.SheetDue(civil.New(2026, 11, 22)) {
		t.Error("not after a year")
	}
	if (Progress{}).SheetDue(civil.New(2026, 11, 22)) {
		t.Error("a sheet that was never checked is said elsewhere")
	}
}
