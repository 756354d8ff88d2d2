package cli_test

import (
	"encoding/json"
	"path/filepath"
	"testing"
)

// TestACustomerComesBackFromARestorePoint with what was attached to it, of this PC and of another place; a program that is killed while one is open
// leaves nothing of it for long.
func TestACustomerComesBackFromARestorePoint(t *testing.T) {
	if testing.Short() {
		t.Skip("makes a company, and serves it")
	}
	a, sheet, place := newCompany(t)
	direct := a.as("--recovery-file", sheet)
	type customer struct {
		ID      int64  `json:"id"`
		Version int64  `json:"version"`
		Name    string `json:"name"`
	}
	type saved struct {
		Customer customer `json:"customer"`
	}
	c := op[saved](direct, "customer.save", object{"kind": "company", "name": "Hôtel Champignac", "city": "Le Gosier"}).Customer
	subject := object{"kind": "customer", "id": c.ID}
	attached := func() (found []struct {
		ID   int64  `json:"id"`
		Name string `json:"name"`
	},
	) {
		list := op[map[string]json.RawMessage](direct, "file.list", object{"subject": subject})
		if err := json.Unmarshal(list["attachments"], &found); err != nil {
			t.Fatal(err)
		}
		return found
	}
	request, err := json.Marshal(object{"subject": subject})
	if err != nil {
		t.Fatal(err)
	}
	direct.ok("op", "file.attach", string(request), "--file", write(t, t.TempDir(), "signed.txt", "bon pour accord"))
	paper := attached()[0]
	direct.ok("backup", "add", "--folder", place)
	direct.ok("backup", "now")
	point := op[struct {
		Points []struct {
			ID string `json:"id"`
		} `json:"points"`
	}](direct, "backup.points", object{}).Points[0].ID
	there := op[struct {
		Destinations []struct {
			ID string `json:"id"`
		} `json:"destinations"`
	}](direct, "destination.list", object{}).Destinations[0].ID

	for _, from := range []string{"", there} {
		now := op[customer](direct, "customer.get", object{"id": c.ID})
		now = op[saved](direct, "customer.save", object{"id": c.ID, "version": now.Version, "kind": "company", "name": "Autre"}).Customer
		op[object](direct, "file.detach", object{"id": attached()[0].ID})
		out, refusal, code := direct.run(lines(t, []call{
			{Op: "past.open", Request: object{"place": from, "point": point}},
			{Op: "past.customers", Request: object{"text": "champignac"}},
			{Op: "past.take_customer", Request: object{"point": point, "id": c.ID, "version": now.Version}},
			{Op: "past.take_file", Request: object{"point": point, "subject": subject, "id": paper.ID}},
		}), "op", "--lines")
		if code != 0 {
			t.Fatalf("from %q: %s, %s", from, refusal, out)
		}
		if back := op[customer](direct, "customer.get", object{"id": c.ID}); back.Name != c.Name {
			t.Errorf("from %q came back %+v", from, back)
		}
		if back := attached(); len(back) != 1 || back[0].Name != paper.Name {
			t.Errorf("from %q came back %+v", from, back)
		}
		if left := open(t, a); len(left) != 0 {
			t.Errorf("left behind: %q", left)
		}
	}

	h := a.serve("127.0.0.1:0")
	if request, err = json.Marshal(object{"place": "", "point": point}); err != nil {
		t.Fatal(err)
	}
	a.ok("op", "past.open", string(request))
	if len(open(t, a)) != 1 {
		t.Fatal("nothing is open")
	}
	h.kill(t)
	if len(open(t, a)) != 1 {
		t.Fatal("the kill left nothing: this tries nothing")
	}
	direct.ok("op", "company.get")
	if left := open(t, a); len(left) != 0 {
		t.Errorf("left behind by the kill: %q", left)
	}
}

// open are the folders of restore points that are open on a PC.
func open(t *testing.T, d *desk) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(d.dir, "past-*"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}
