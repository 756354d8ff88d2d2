package backups

import (
	"testing"
	"time"

	"zafe/app/backup"
	"zafe/store/storetest"
)

// TestAttachmentsThatComeBackAreCounted beside other work, until all have come; and a PC that was replaced is called so.
func TestAttachmentsThatComeBackAreCounted(t *testing.T) {
	copies := &engine{
		status: backup.Status{Light: backup.Green, Saved: storetest.Noon},
		points: map[string][]backup.Point{"": {
			{ID: "2", Writer: "Caisse", Made: storetest.Noon, Old: true},
			{ID: "1", Writer: "Bureau", Made: storetest.Noon.Add(-time.Hour)},
		}},
	}
	p, _, _ := shown(t, copies)
	if p.coming.Visible() || p.cell(0, 1).Text != "Caisse (remplacé)" || p.cell(1, 1).Text != "Bureau" {
		t.Errorf("%t %q %q", p.coming.Visible(), p.cell(0, 1).Text, p.cell(1, 1).Text)
	}
	status := copies.status
	status.Coming = &backup.Running{Stage: "files", Files: 312, Of: 1000, Done: 62_400_000, Total: 200_000_000}
	status.Running = &backup.Running{Stage: "attachments", Files: 3, Of: 8}
	p.following = true // the page asks no more by itself
	p.show(status)
	for _, text := range []string{"Retour des pièces jointes", "312 / 1 000 fichiers · 62,4 Mo / 200 Mo", "3 / 8 fichiers"} {
		if !p.says(text) {
			t.Errorf("the page does not say %q", text)
		}
	}
	if !p.coming.Visible() {
		t.Error("the bar is not there")
	}
	if p.show(copies.status); p.coming.Visible() {
		t.Error("all have come, and the bar is still there")
	}
}
