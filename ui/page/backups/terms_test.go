package backups

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/backup"
	"zafe/store/storetest"
	"zafe/ui/kit"
	"zafe/ui/uitest"
)

// said is all that the page says of one copy.
func said(t *testing.T, st backup.Status) string {
	t.Helper()
	p, _, _ := shown(t, &engine{status: st})
	var all []string
	uitest.Walk(p.copies, func(o fyne.CanvasObject) {
		if l, ok := o.(*kit.Label); ok {
			all = append(all, l.Text())
		}
	})
	return strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(strings.Join(all, "\n"))
}

// TestAPlaceSaysItsTermsAndItsState: in plain words, and only what is so.
func TestAPlaceSaysItsTermsAndItsState(t *testing.T) {
	const busy, done, away = "ne le débranchez pas", "vous pouvez l’éjecter", "branchez-le"
	day := backup.Late{AmberSeconds: 36 * 3600, RedSeconds: 72 * 3600}
	for name, c := range map[string]struct {
		copy     backup.Copy
		unsaved  bool
		paused   bool
		has, not []string
	}{
		"plain": {copy: backup.Copy{Late: day}, not: []string{"Orange", busy, done, away, "versions"}},
		"a rhythm": {
			copy: backup.Copy{Late: day, Destination: backup.Destination{Limits: backup.Limits{
				EveryMinutes: 1440, FromHour: 19, ToHour: 8, Kbit: 2000, Bytes: 5_000_000_000,
			}}, Waiting: storetest.Noon},
			has: []string{
				"Une fois par jour au plus", "de 19 h à 8 h", "2 Mbit/s", "5 Go", "2 jours",
				"3 jours", "Du travail attend",
			},
		},
		"every 90 minutes": {
			copy: backup.Copy{Destination: backup.Destination{Limits: backup.Limits{EveryMinutes: 90}}},
			has:  []string{"1 h 30"},
		},
		"copying": {copy: backup.Copy{Plug: backup.PluggedIn, Running: &backup.Running{}}, has: []string{busy}, not: []string{done}},
		"all in":  {copy: backup.Copy{Plug: backup.PluggedIn}, has: []string{done}, not: []string{busy}},
		"not all": {copy: backup.Copy{Plug: backup.PluggedIn, Lacks: true}, not: []string{done}},
		"a pause": {
			copy: backup.Copy{Plug: backup.PluggedIn, Lacks: true}, paused: true, has: []string{"à la fin de la pause"},
			not: []string{"part bientôt"},
		},
		"new work": {copy: backup.Copy{Plug: backup.PluggedIn}, unsaved: true, not: []string{done}},
		"away": {copy: backup.Copy{Plug: backup.Unplugged, Disks: []backup.TurnDisk{
			{Folder: "E:/Zafe", LastOK: storetest.Noon, Here: true}, {Folder: "F:/Zafe"},
		}}, has: []string{away, "Branché, dans E:/Zafe", "F:/Zafe : rien encore"}},
		"versions": {
			copy: backup.Copy{Shelter: backup.Shelter{Asked: storetest.Noon, Versions: backup.Yes}},
			has:  []string{"versions sont gardées"},
		},
		"no versions": {
			copy: backup.Copy{Shelter: backup.Shelter{Asked: storetest.Noon, Versions: backup.No, Refused: 3}},
			has:  []string{"activez le versionnement", "3 éléments"},
		},
		"locked": {
			copy: backup.Copy{Shelter: backup.Shelter{
				Asked: storetest.Noon, Versions: backup.Yes, Locked: storetest.Noon.Add(time.Hour),
			}},
			has: []string{"Sous verrou"},
		},
	} {
		c.copy.ID, c.copy.Label, c.copy.LastOK = "d1", "Place", storetest.Noon
		st := backup.Status{Light: backup.Green, Unsaved: c.unsaved, Copies: []backup.Copy{c.copy}}
		if c.paused {
			st.Paused = storetest.Noon
		}
		got := said(t, st)
		for _, want := range c.has {
			if !strings.Contains(got, want) {
				t.Errorf("%s does not say %q:\n%s", name, want, got)
			}
		}
		for _, no := range c.not {
			if strings.Contains(got, no) {
				t.Errorf("%s says %q:\n%s", name, no, got)
			}
		}
	}
}
