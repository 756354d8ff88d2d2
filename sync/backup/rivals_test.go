package backup

import (
	"encoding/json"
	"testing"

	"zafe/sync/backup/vault"
)

// TestARivalNotedByAnEarlierProgramIsStillOne: it was noted without the number of its newest point.
func TestARivalNotedByAnEarlierProgramIsStillOne(t *testing.T) {
	var shown []vault.Rival
	if err := json.Unmarshal([]byte(`[{"Writer":"w","Name":"PC-2","Latest":"2026-11-20T10:00:00Z"}]`), &shown); err != nil {
		t.Fatal(err)
	}
	k := state{}
	if got := k.rivals(shown); len(got) != 1 {
		t.Errorf("hidden: %v", got)
	}
	k.Ended = map[string]uint64{"w": 0}
	if got := k.rivals(shown); len(got) != 0 {
		t.Errorf("the owner said that it stopped: %v", got)
	}
}
