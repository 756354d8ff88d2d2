package backup_test

import (
	"strings"
	"testing"
	"time"

	"zafe/app/backup"
	"zafe/app/fault"
	"zafe/app/i18n"
)

// TestAllIsElsewhereOnlyWhenItIs: neither the light, which the clock turns, nor one place of several says so.
func TestAllIsElsewhereOnlyWhenItIs(t *testing.T) {
	p := i18n.For(i18n.French)
	place := backup.Copy{Destination: backup.Destination{ID: "d1", Label: "Nuage"}, Light: backup.Green, LastOK: noon}
	late := place
	late.Light, late.Lacks = backup.Amber, true
	for name, c := range map[string]struct {
		change func(st *backup.Status, c *backup.Copy)
		head   string
		said   string // "" for nothing
		whole  bool
	}{
		"all there": {func(*backup.Status, *backup.Copy) {}, "backups.light.green", "", true},
		"a line that is down, and work since": {func(st *backup.Status, c *backup.Copy) {
			st.LossSeconds, c.Lacks, c.Fault = 60, true, fault.New(fault.Unavailable, "backup.disk_absent", "folder", "/x")
		}, "backups.held", "Nuage : ", false},
		"a line that is down, and no work since": {func(_ *backup.Status, c *backup.Copy) {
			c.Fault = fault.New(fault.Unavailable, "backup.disk_absent", "folder", "/x")
		}, "backups.held", "Dernière copie complète", false},
		"work of the last minutes": {func(st *backup.Status, c *backup.Copy) {
			st.Unsaved, st.LossSeconds, c.Lacks = true, 1, true
		}, "backups.light.green", "part dans quelques minutes", false},
		"another place has it": {
			func(_ *backup.Status, c *backup.Copy) { c.Lacks = true }, "backups.light.green",
			"pas encore partout", false,
		},
		"a disk that is unplugged": {func(_ *backup.Status, c *backup.Copy) {
			c.Lacks, c.Plug = true, backup.Unplugged
		}, "backups.light.green", "Nuage : débranché", false},
		"a metered line": {
			func(_ *backup.Status, c *backup.Copy) { c.Lacks, c.Metered = true, true }, "backups.light.green",
			"Nuage : attend une connexion", false,
		},
		"its own hours": {
			func(_ *backup.Status, c *backup.Copy) { c.Lacks, c.Waiting = true, noon.Add(time.Hour) },
			"backups.light.green", "Nuage : le travail récent partira", false,
		},
		"a pause": {
			func(st *backup.Status, c *backup.Copy) { c.Lacks, st.Paused = true, noon.Add(time.Hour) },
			"backups.light.green", "en pause", false,
		},
		"a pause, and nothing waits": {
			func(st *backup.Status, _ *backup.Copy) { st.Paused = noon.Add(time.Hour) },
			"backups.light.green", "", true,
		},
		"late, which is a cause": {
			func(st *backup.Status, c *backup.Copy) { st.Light, *c = backup.Amber, late },
			"backups.light.amber", "", false,
		},
		"attachments that wait": {
			func(_ *backup.Status, c *backup.Copy) { c.Book = noon }, "backups.light.green",
			"pas encore partout", false,
		},
	} {
		one := place
		st := backup.Status{Light: backup.Green, Saved: noon}
		c.change(&st, &one)
		st.Copies = []backup.Copy{one}
		said := strings.ReplaceAll(strings.Join(st.Outstanding(p), "|"), "\u00a0", " ")
		if st.Whole() != c.whole || st.Head() != c.head || !strings.Contains(said, c.said) || (said == "") != (c.said == "") {
			t.Errorf("%s: whole %v, %s, %q", name, st.Whole(), st.Head(), said)
		}
		if strings.Contains(said, "!backup") {
			t.Errorf("%s: a message is missing: %q", name, said)
		}
	}
	if (backup.Status{Light: backup.Green}).Whole() {
		t.Error("without a place all is elsewhere")
	}
}

// TestAPointOfThisPCAlone is told from one that is at a place, also while that place cannot be asked.
func TestAPointOfThisPCAlone(t *testing.T) {
	st := backup.Status{Copies: []backup.Copy{{Destination: backup.Destination{ID: "d1", Label: "Nuage"}, LastOK: noon}}}
	at := func(made time.Time, at ...string) backup.Sited {
		return backup.Sited{Point: backup.Point{Made: made}, At: at}
	}
	for name, c := range map[string]struct {
		point        backup.Sited
		unread, want bool
	}{
		"at the place":                {at(noon, "", "d1"), false, false},
		"not at the place":            {at(noon), false, false},
		"here":                        {at(noon, ""), false, true},
		"sent, and the line is down":  {at(noon.Add(-time.Minute), ""), true, false},
		"since then":                  {at(noon.Add(time.Minute), ""), true, true},
		"at the place and not here":   {at(noon, "d1"), false, false},
		"no longer there, as is seen": {at(noon.Add(-time.Hour), ""), false, true},
	} {
		if got := st.Alone(c.point, func(string) bool { return c.unread }); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	said := st.Where(i18n.For(i18n.French), at(noon, ""), func(string) bool { return false })
	if said != "Ce PC seulement" {
		t.Errorf("%q", said)
	}
	st.Copies[0].LastOK = noon
	said = st.Where(i18n.For(i18n.French), at(noon.Add(-time.Minute), ""), func(string) bool { return true })
	if said != "Ce PC, Nuage (vu le 20/11/2026)" {
		t.Errorf("of a place that does not answer: %q", said)
	}
}
