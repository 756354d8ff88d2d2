package shell

import (
	"testing"

	"zafe/app/backup"
	"zafe/app/fault"
)

// TestWhoPlugsADiskInIsTold that the copy begins, and when the disk can go: not while work is missing on it.
func TestWhoPlugsADiskInIsTold(t *testing.T) {
	disk := func(plug backup.Plug, lacks, running bool) backup.Status {
		c := backup.Copy{Destination: backup.Destination{ID: "d1", Label: "Blue"}, Plug: plug, Lacks: lacks}
		if running {
			c.Running = &backup.Running{}
		}
		return backup.Status{Copies: []backup.Copy{{Destination: backup.Destination{ID: "cloud"}}, c}}
	}
	unsaved, failed := disk(backup.PluggedIn, false, false), disk(backup.PluggedIn, false, false)
	unsaved.Unsaved, failed.Copies[1].Fault = true, fault.New(fault.Unavailable, "backup.dest_full")
	away, busy, done := disk(backup.Unplugged, true, false), disk(backup.PluggedIn, true, true), disk(backup.PluggedIn, false, false)
	for name, c := range map[string]struct {
		was, is backup.Status
		news    string
	}{
		"it came":                    {away, busy, "here"},
		"it came with all":           {away, done, "done"},
		"it works":                   {busy, busy, ""},
		"it has all":                 {busy, done, "done"},
		"somebody worked meanwhile":  {busy, unsaved, ""},
		"the copy failed":            {busy, failed, ""},
		"it is told once":            {done, done, ""},
		"it went":                    {done, away, ""},
		"a destination that is new":  {backup.Status{}, done, ""},
		"somebody works, and it has": {unsaved, done, ""},
	} {
		news, label := plugNews(c.was, c.is)
		if news != c.news || (label != "") != (news != "") || news != "" && label != "Blue" {
			t.Errorf("%s: %q of %q", name, news, label)
		}
	}
}
