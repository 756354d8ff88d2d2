package setup_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"zafe/app/backup"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/recovery"
	"zafe/app/setup"
	"zafe/store"
	"zafe/store/storetest"
)

// TestTheBookKnowsWhatItsSheetSays: what was printed last counts, until another key makes another sheet.
func TestTheBookKnowsWhatItsSheetSays(t *testing.T) {
	w := storetest.NewWorld(t, setup.Bind[*store.Tx])
	w.Update(func(tx *store.Tx) error {
		return setup.SaveIdentity(tx, setup.Identity{
			RecoveryKey: recovery.Key{1, 2, 3}.String(), VaultID: op.NewID(time.Now()),
		})
	})
	look := func(known bool, places ...string) {
		t.Helper()
		w.Update(func(tx *store.Tx) error {
			p, ok, err := setup.PrintedOf(tx)
			var names []string
			for _, at := range p.Places {
				names = append(names, at.Name)
			}
			if ok != known || !slices.Equal(names, places) {
				t.Errorf("%+v, %v, want %q", p, ok, places)
			}
			return err
		})
	}
	made := func(o op.Op[setup.SheetRequest, op.Download], saved bool, places ...string) {
		t.Helper()
		req := setup.SheetRequest{Lang: "fr", Places: places, Saved: saved}
		if _, err := o.Fetch(w.Ctx(), w.As("owner"), req, new(bytes.Buffer)); err != nil {
			t.Fatal(err)
		}
	}
	typedBack := func() {
		t.Helper()
		p, err := setup.Get.Call(w.Ctx(), w.As("owner"), op.Empty{})
		if err != nil {
			t.Fatal(err)
		}
		groups := map[string]string{}
		for _, n := range p.SheetGroups {
			groups[strconv.Itoa(n)] = strings.Split(recovery.Key{1, 2, 3}.String(), "-")[n]
		}
		if _, err := setup.CheckSheet.Call(w.Ctx(), w.As("owner"), setup.CheckRequest{Groups: groups}); err != nil {
			t.Fatal(err)
		}
	}
	look(false)
	made(setup.PrintSheet, false)
	look(false) // it was looked at: nobody knows whether it is on paper
	typedBack()
	look(true)
	made(setup.PrintShares, false, "Disque – /a")
	look(true, "Disque – /a")
	made(setup.PrintSheet, false, "Disque – /a", "Koofr – b")
	look(true, "Disque – /a")
	typedBack()
	look(true, "Disque – /a", "Koofr – b")
	typedBack() // another year
	look(true, "Disque – /a", "Koofr – b")
	made(setup.PrintSheet, true, "1 – a", "2 – a", "3 – a", "4 – a", "5 – a", "6 – a")
	look(true, "1 – a", "2 – a", "3 – a", "4 – a", "5 – a")
	long := setup.SheetRequest{Places: []string{strings.Repeat("x", 5000)}}
	for _, q := range []setup.SheetRequest{long, {Places: make([]string, 101)}} {
		if _, err := setup.PrintSheet.Fetch(w.Ctx(), w.As("owner"), q, new(bytes.Buffer)); fault.KeyOf(err) != "setup.places_many" {
			t.Errorf("%d places: %v", len(q.Places), err)
		}
	}
	w.Update(func(tx *store.Tx) error { return setup.Renew(tx, recovery.Key{4, 5, 6}, op.NewID(time.Now())) })
	look(false)
}

// TestWhatASheetLacks is what was added since, and nothing else.
func TestWhatASheetLacks(t *testing.T) {
	at := func(label, folder string) backup.Destination { return backup.Destination{Label: label, Folder: folder} }
	usb, cloud, moved := at("Disque USB", "/media/a"), at("Koofr", "Zafè"), at("Disque USB", "/media/b")
	five := []string{"1 – a", "2 – a", "3 – a", "4 – a", "5 – a"}
	var six []backup.Destination
	for _, name := range []string{"1", "2", "3", "4", "5", "6"} {
		six = append(six, at(name, "a"))
	}
	for name, c := range map[string]struct {
		printed []string
		now     []backup.Destination
		want    int
	}{
		"nothing anywhere":            {nil, nil, 0},
		"the first place":             {nil, []backup.Destination{usb}, 1},
		"all there":                   {[]string{usb.Where()}, []backup.Destination{usb}, 0},
		"a second one":                {[]string{usb.Where()}, []backup.Destination{usb, cloud}, 1},
		"a disk in another socket":    {[]string{usb.Where()}, []backup.Destination{moved}, 0},
		"two disks of one name":       {[]string{usb.Where()}, []backup.Destination{moved, usb}, 1},
		"one that is gone":            {[]string{usb.Where(), cloud.Where()}, []backup.Destination{cloud}, 0},
		"more than there is room for": {five, six, 0},
		"room again":                  {five, six[1:], 1},
	} {
		var places []setup.Place
		for _, s := range c.printed {
			places = append(places, setup.Place{Name: s})
		}
		if got := (setup.Printed{Places: places}).Lacks(c.now); len(got) != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestASheetIsAboutTheWayToAPlaceNotItsName: renaming a place makes no sheet outdated; another address or log-in does,
// under the same name. A disk is found wherever it is plugged in.
func TestASheetIsAboutTheWayToAPlaceNotItsName(t *testing.T) {
	on := setup.Printed{Places: []setup.Place{{Name: "NAS – zafe", Reach: "nas1"}, {Name: "Disque – /media/a", Reach: "disk"}}}
	nas := func(label, folder, reach string) backup.Destination {
		return backup.Destination{Label: label, Provider: "sftp", Folder: folder, Reach: reach}
	}
	disk := func(label, folder, reach string) backup.Destination {
		return backup.Destination{Label: label, Provider: "local", Folder: folder, Reach: reach}
	}
	for name, c := range map[string]struct {
		now  backup.Destination
		want int
	}{
		"renamed":               {nas("Coffre du bureau", "zafe", "nas1"), 0},
		"another log-in":        {nas("NAS", "zafe", "nas2"), 1},
		"a disk that was named": {disk("Disque bleu", "/media/a", "disk"), 0},
		"a disk elsewhere":      {disk("Disque", "/media/b", "other"), 0},
		"another disk":          {disk("Disque bleu", "/media/b", "other"), 1},
	} {
		if got := on.Lacks([]backup.Destination{c.now}); len(got) != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	var old setup.Printed // as books noted it at first
	if err := json.Unmarshal([]byte(`{"on":"2026-03-01","places":["NAS – zafe"],"shown":null}`), &old); err != nil {
		t.Fatal(err)
	}
	if got := old.Lacks([]backup.Destination{nas("NAS", "zafe", "nas1")}); len(got) != 0 {
		t.Errorf("a sheet of which only the names were noted: %v", got)
	}
}
