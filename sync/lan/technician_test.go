package lan_test

import (
	"slices"
	"strings"
	"testing"

	"zafe/app/auth"
	"zafe/app/op"
	"zafe/store/storetest"
)

// TestTheTechnicianLooksAfterTheCopiesAndReadsNothing: over the wire, whatever is asked of any operation there is. What
// they may do is named here right by right; that no record is in an answer of it, TestNobodySeesAnothersRecords tells,
// which asks as them too.
func TestTheTechnicianLooksAfterTheCopiesAndReadsNothing(t *testing.T) {
	x := newMatrix(t)
	works := []auth.Permission{auth.Public, auth.Anyone, auth.DeviceManage, auth.BackupRead, auth.BackupManage}
	refused := 0
	for _, s := range x.specs {
		if slices.Contains(works, s.Needs) {
			continue
		}
		for _, request := range append(x.requests(probes[s.Name]), m{}) {
			got := x.send(s, "technician", request)
			if refused++; got.status == 200 || !strings.Contains(got.text, "op.forbidden") {
				t.Errorf("%s answered %d %s", s.Name, got.status, got.body)
			}
		}
	}
	if refused < 100 {
		t.Errorf("only %d questions were asked", refused)
	}
	may := func(name string) bool {
		i := slices.IndexFunc(x.specs, func(s op.Spec) bool { return s.Name == name })
		if i < 0 {
			t.Fatal("there is no " + name)
		}
		return storetest.Actor("technician").May(x.specs[i].Needs)
	}
	for _, name := range []string{
		"backup.now", "backup.drill", "backup.points", "backup.status", "destination.probe", "past.open", "kept.list",
	} {
		if !may(name) {
			t.Errorf("%s is refused", name)
		}
	}
	for _, name := range []string{
		"recovery.sheet", "recovery.shares", "recovery.check", "opening.rotate", "destination.begin",
		"destination.finish", "destination.remove", "notify.save", "notify.try", "user.save", "event.list", "book.verify",
	} {
		if may(name) {
			t.Errorf("%s is not for them", name)
		}
	}
}
