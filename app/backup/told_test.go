package backup_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"zafe/app/backup"
	"zafe/app/fault"
	"zafe/app/i18n"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// TestEachCauseIsTold: whatever makes the light red or amber has its sentence, which names the place; what is green has
// none.
func TestEachCauseIsTold(t *testing.T) {
	p := i18n.For("fr")
	place := func(light backup.Light, change func(*backup.Copy)) backup.Copy {
		c := backup.Copy{Destination: backup.Destination{ID: "d1", Label: "Nuage"}, Light: light, LastOK: noon}
		change(&c)
		return c
	}
	for _, c := range []struct {
		name string
		copy backup.Copy
		want string // in the sentence; "" for none
	}{
		{"well", place(backup.Green, func(*backup.Copy) {}), ""},
		{"a disk that is away, in time", place(backup.Green, func(c *backup.Copy) {
			c.Fault = fault.New(fault.Unavailable, "backup.disk_absent", "folder", "/media/usb")
		}), ""},
		{"another PC goes on", place(backup.Red, func(c *backup.Copy) {
			c.Alarms = []*fault.Fault{fault.New(fault.Conflict, "backup.alarm.rival", "name", "Atelier")}
		}), "Atelier continue"},
		{"put back", place(backup.Red, func(c *backup.Copy) {
			c.Alarms = []*fault.Fault{fault.New(fault.Conflict, "backup.alarm.rolled_back")}
		}), "plus ancien"},
		{"the log-in", place(backup.Amber, func(c *backup.Copy) {
			c.Fault = fault.New(fault.Forbidden, "backup.dest_login")
		}), p.T("backup.dest_login", nil)},
		{"never", place(backup.Amber, func(c *backup.Copy) { c.LastOK = time.Time{} }), "rien du poste principal"},
		{"late", place(backup.Red, func(c *backup.Copy) { c.Lacks, c.Oldest = true, noon }), "travail fait depuis"},
		{"holes", place(backup.Amber, func(c *backup.Copy) { c.Holes = 3 }), "3 morceaux"},
		{"not seen", place(backup.Amber, func(*backup.Copy) {}), "pas été revu"},
	} {
		got := backup.Status{Light: c.copy.Light, Copies: []backup.Copy{c.copy}}.Causes(p)
		switch {
		case c.want == "" && len(got) == 0:
		case c.want == "" || len(got) != 1 || !strings.Contains(got[0].Text, c.want) || !strings.HasPrefix(got[0].Text, "Nuage"),
			got[0].Light != c.copy.Light, strings.ContainsAny(got[0].Text, "!<"):
			t.Errorf("%s: %+v", c.name, got)
		}
	}
	rival := place(backup.Red, func(c *backup.Copy) {
		c.Alarms = []*fault.Fault{fault.New(fault.Conflict, "backup.alarm.rival", "name", "Atelier")}
	})
	both := rival
	both.ID, both.Label = "d2", "Disque"
	if got := (backup.Status{Light: backup.Red, Copies: []backup.Copy{rival, both}}).Causes(p); len(got) != 1 ||
		!strings.HasPrefix(got[0].Text, "Nuage et Disque") {
		t.Errorf("seen at two places: %+v", got)
	}
	all := backup.Status{
		Light: backup.Red, LastFault: fault.New(fault.Conflict, "backup.vault_gone"),
		Worries: []*fault.Fault{fault.New(fault.Unavailable, "backup.worry.same_roof")},
	}.Causes(p)
	if len(all) != 2 || all[0].Key != "backup.worry.same_roof" || !strings.Contains(all[1].Text, "Ce PC") {
		t.Errorf("of all copies: %+v", all)
	}
}

// TestPointsOfAllPlaces are one list: what only a place has, such as what the PC before this one sent, is in it.
func TestPointsOfAllPlaces(t *testing.T) {
	p := i18n.For("fr")
	at := func(id, writer string, hours int) backup.Point {
		return backup.Point{ID: id, Writer: "Atelier", WriterID: writer, Made: noon.Add(time.Duration(hours) * time.Hour)}
	}
	ours, old := at("3", "atelier-aaaa1111", 3), at("1", "atelier-bbbb2222", 1)
	ours.Here = true
	replaced := old
	replaced.Old = true
	got := backup.Together(map[string][]backup.Point{
		"": {ours}, "d1": {ours, old}, "d2": {replaced, at("2", "atelier-bbbb2222", 2)},
	})
	var ids []string
	var points []backup.Point
	for _, s := range got {
		ids, points = append(ids, s.ID), append(points, s.Point)
	}
	if !slices.Equal(ids, []string{"3", "2", "1"}) || !slices.Equal(got[0].At, []string{"", "d1"}) ||
		!slices.Equal(got[2].At, []string{"d1", "d2"}) || !got[2].Old {
		t.Fatalf("%+v", got)
	}
	st := backup.Status{Copies: []backup.Copy{
		{Destination: backup.Destination{ID: "d1", Label: "Nuage"}, Book: got[0].Made},
		{Destination: backup.Destination{ID: "d2", Label: "Disque"}},
	}}
	unread := func(string) bool { return false }
	if a, b := st.Where(p, got[0], unread), st.Where(p, got[2], unread); a != "Ce PC, Nuage (pièces jointes en attente)" ||
		b != "Nuage, Disque" {
		t.Errorf("%q, %q", a, b)
	}
	name := backup.Writers(points, p)
	if a, b, c := name(points[0]), name(points[1]), name(points[2]); a != "Atelier (actuel)" || b != "Atelier n° 2222" ||
		c != "Atelier n° 2222 (remplacé)" {
		t.Errorf("%q, %q, %q", a, b, c)
	}
	if alone := backup.Writers(points[:1], p)(points[0]); alone != "Atelier" {
		t.Errorf("one PC: %q", alone)
	}
}
