package catalog_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"zafe/app/audit"
	"zafe/app/catalog"
	"zafe/app/fault"
	"zafe/app/imports"
	"zafe/app/money"
	"zafe/app/op"
	"zafe/app/search"
	"zafe/store"
	"zafe/store/storetest"
)

func world(t testing.TB) *storetest.World {
	return storetest.NewWorld(t, catalog.Bind[*store.Tx], imports.Bind[*store.Tx], search.Bind[*store.Tx])
}

func save(t testing.TB, w *storetest.World, i catalog.Item) catalog.Item {
	t.Helper()
	got, err := catalog.Save.Call(w.Ctx(), w.As("owner"), i)
	if err != nil {
		t.Fatal(err)
	}
	return got.Item
}

func full() catalog.Item {
	return catalog.Item{
		Code: "pose-1", Label: "Pose de  carrelage", Description: "Joints\ncompris", Unit: "MTK",
		Price: 42_500_000, VATRate: 85_000, Nature: catalog.Services, SalesAccount: "7061",
	}
}

func TestSaveStoresEveryFieldTidied(t *testing.T) {
	w := world(t)
	got := save(t, w, full())
	want := full()
	want.ID, want.Label, want.SalesAccount = 1, "Pose de carrelage", "706100"
	want.Version, want.UpdatedAt, want.UpdatedBy = storetest.Noon.UnixMilli(), storetest.Noon, "Claire"
	read, err := catalog.Get.Call(w.Ctx(), w.As("sales"), catalog.IDRequest{ID: 1})
	if got != want || read != want || err != nil {
		t.Errorf("answer\n%+v stored\n%+v want\n%+v (%v)", got, read, want, err)
	}
	plain := save(t, w, catalog.Item{Label: "Vis", Nature: catalog.Goods})
	if plain.Code != "A000001" || plain.Unit != "C62" || plain.SalesAccount != "707000" {
		t.Errorf("%+v", plain)
	}
	if plain = save(t, w, catalog.Item{Label: "Conseil"}); plain.Nature != catalog.Services || plain.SalesAccount != "706000" {
		t.Errorf("%+v", plain)
	}
	var last audit.Event
	err = w.Store.View(w.Ctx(), func(tx *store.Tx) (err error) { last, err = tx.Head(); return err })
	if err != nil || last.SubjectKind != "item" || last.Digest != plain.Digest() {
		t.Errorf("%+v %v", last, err)
	}
}

func TestSaveRefusesWhatIsWrongAndNamesTheField(t *testing.T) {
	w := world(t)
	other := save(t, w, catalog.Item{Label: "Autre", Code: "X"})
	for _, c := range []struct {
		change     func(*catalog.Item)
		field, key string
	}{
		{func(i *catalog.Item) { i.Label = "" }, "label", "catalog.label_missing"},
		{func(i *catalog.Item) { i.Label = strings.Repeat("a", 201) }, "label", "catalog.too_long"},
		{func(i *catalog.Item) { i.Code = strings.Repeat("a", 41) }, "code", "catalog.too_long"},
		{func(i *catalog.Item) { i.Code = "X" }, "code", "catalog.code_taken"},
		{func(i *catalog.Item) { i.Unit = "FURLONG" }, "unit", "catalog.unit"},
		{func(i *catalog.Item) { i.Price = money.UnitPriceMax + 1 }, "price", "catalog.price"},
		{func(i *catalog.Item) { i.VATRate = -1 }, "vat_rate", "catalog.vat_rate"},
		{func(i *catalog.Item) { i.VATRate = money.WholePct + 1 }, "vat_rate", "catalog.vat_rate"},
		{func(i *catalog.Item) { i.Nature = "idea" }, "nature", "catalog.nature"},
		{func(i *catalog.Item) { i.SalesAccount = "601000" }, "sales_account", "catalog.account"},
		{func(i *catalog.Item) { i.SalesAccount = "70A" }, "sales_account", "catalog.account"},
		{func(i *catalog.Item) { i.ID = 99 }, "", "catalog.not_found"},
		{func(i *catalog.Item) { i.ID, i.Version = other.ID, 1 }, "", "catalog.changed_meanwhile"},
	} {
		req := full()
		c.change(&req)
		_, err := catalog.Save.Call(w.Ctx(), w.As("owner"), req)
		if f := fault.Of(err); f == nil || f.Field != c.field || f.Key != c.key {
			t.Errorf("want %s at %s, got %v", c.key, c.field, err)
		}
	}
}

func TestListNamesAndArchive(t *testing.T) {
	w := world(t)
	for _, i := range []catalog.Item{
		{Label: "Écrou", Nature: catalog.Goods, Price: 3_000_000, Code: "e-1"},
		{Label: "Boulon", Nature: catalog.Goods, Price: 1_000_000},
		{Label: "Pose d'écrou", Price: 2_000_000, Description: "au forfait"},
	} {
		save(t, w, i)
	}
	labels := func(items []catalog.Item) string {
		var out []string
		for _, i := range items {
			out = append(out, i.Label)
		}
		return strings.Join(out, "|")
	}
	for _, c := range []struct {
		req  catalog.ListRequest
		want string
	}{
		{catalog.ListRequest{}, "Boulon|Écrou|Pose d'écrou"},
		{catalog.ListRequest{Sort: catalog.ByPrice, Desc: true}, "Écrou|Pose d'écrou|Boulon"},
		{catalog.ListRequest{Filter: catalog.FilterGoods}, "Boulon|Écrou"},
		{catalog.ListRequest{Filter: catalog.FilterServices}, "Pose d'écrou"},
		{catalog.ListRequest{Text: "ecr"}, "Écrou|Pose d'écrou"},
		{catalog.ListRequest{Text: "forfait pose"}, "Pose d'écrou"},
		{catalog.ListRequest{Text: "E-1"}, "Écrou"},
	} {
		page, err := catalog.List.Call(w.Ctx(), w.As("sales"), c.req)
		if got := labels(page.Items); err != nil || got != c.want || page.Total != len(page.Items) {
			t.Errorf("%+v: %s (%d) %v", c.req, got, page.Total, err)
		}
	}
	names := func(text string) string {
		found, err := catalog.Names.Call(w.Ctx(), w.As("sales"), catalog.NamesRequest{Text: text})
		if err != nil {
			t.Fatal(err)
		}
		return labels(found)
	}
	if got := names("ecrou"); got != "Écrou|Pose d'écrou" {
		t.Error(got)
	}
	if got := names("e-1"); got != "Écrou" {
		t.Error(got)
	}
	if got, err := catalog.Archive.Call(w.Ctx(), w.As("owner"), catalog.IDRequest{ID: 1}); err != nil || !got.Archived {
		t.Fatal(err)
	}
	if got := names("ecrou"); got != "Pose d'écrou" {
		t.Error(got)
	}
	if got, err := catalog.Restore.Call(w.Ctx(), w.As("owner"), catalog.IDRequest{ID: 1}); err != nil || got.Archived {
		t.Fatal(err)
	}
	if got := names("ecrou"); got != "Écrou|Pose d'écrou" {
		t.Error(got)
	}
	for who, may := range map[string]bool{"owner": true, "assistant": true, "sales": false, "accountant": false, "reader": false} {
		_, err := catalog.Save.Call(op.WithPreview(w.Ctx()), w.As(who), catalog.Item{Label: "X"})
		if may != (err == nil) || !may && fault.KeyOf(err) != "op.forbidden" {
			t.Errorf("%s: %v", who, err)
		}
	}
}

func TestSameLabelIsAWarning(t *testing.T) {
	w := world(t)
	save(t, w, catalog.Item{Label: "Écrou"})
	got, err := catalog.Save.Call(op.WithPreview(w.Ctx()), w.As("owner"), catalog.Item{Label: "ECROU"})
	if err != nil || len(got.Warnings) != 1 || got.Warnings[0].Key != "catalog.same_label" {
		t.Errorf("%+v %v", got, err)
	}
}

func TestEveryFieldIsInTheDigest(t *testing.T) {
	base := full()
	base.ID = 1
	original := base.Digest()
	// The journals of books already written bind this encoding.
	if original != "d3b552fe318cd0007eb1cd1cb23dbcc3456df09d9e5756d3db50bbe51033361b" {
		t.Errorf("the encoding changed under its version: %s", original)
	}
	v := reflect.ValueOf(&base).Elem()
	for i := range v.NumField() {
		name, f := v.Type().Field(i).Name, v.Field(i)
		if name == "Stamp" {
			continue
		}
		saved := reflect.New(f.Type()).Elem()
		saved.Set(f)
		switch f.Kind() {
		case reflect.String:
			f.SetString(f.String() + "x")
		case reflect.Bool:
			f.SetBool(!f.Bool())
		default:
			f.SetInt(f.Int() + 1)
		}
		if base.Digest() == original {
			t.Errorf("%s is not in the digest", name)
		}
		f.Set(saved)
	}
}

func TestImportReadsAPriceListAndIsUndone(t *testing.T) {
	w := world(t)
	save(t, w, catalog.Item{Label: "Écrou", Code: "E1", Price: 1_000_000, Nature: catalog.Goods})
	before := save(t, w, catalog.Item{Label: "Pose", VATRate: 200_000})
	file := `Réf.;Désignation;Unité;PU HT;Taux TVA;Nature;Compte
E1;Écrou;pièce;1,00;;;
;POSE;h;"1 250,50 €";8,5 %;;
B1;Boulon;kg;0,125;0,2;marchandise;
B1;Boulon encore;;;;;
;Sans unité connue;brouette;;;;
;Prix faux;;douze;;;
;Taux faux;;;TVA;;
;Compte faux;;;;;601
;Presse corse;;10;0,9;;
`
	u := imports.Upload{Name: "tarif.csv", Data: []byte(file)}
	p, err := catalog.ImportPreview.Call(w.Ctx(), w.As("assistant"), u)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range p.Sample {
		got = append(got, fmt.Sprintf("%d:%s", l.Line, l.Outcome))
	}
	want := "2:updated 3:updated 4:new 5:duplicate 6:error 7:error 8:error 9:error 10:new"
	if strings.Join(got, " ") != want {
		t.Errorf("got %v\n%+v", got, p.Problems)
	}
	b, err := catalog.Import.Call(w.Ctx(), w.As("assistant"), catalog.ImportRequest{Upload: u, SkipErrors: true})
	if err != nil || b.Created != 2 || b.Updated != 2 || b.Skipped != 5 {
		t.Fatalf("%+v %v", b, err)
	}
	pose, err := catalog.Get.Call(w.Ctx(), w.As("owner"), catalog.IDRequest{ID: before.ID})
	if err != nil || pose.Price != 1_250_500_000 || pose.VATRate != 85_000 || pose.Unit != "HUR" || pose.Label != "POSE" {
		t.Errorf("%+v %v", pose, err)
	}
	bolt, err := catalog.Get.Call(w.Ctx(), w.As("owner"), catalog.IDRequest{ID: 3})
	if err != nil || bolt.Price != 125_000 || bolt.VATRate != 200_000 || bolt.Nature != catalog.Goods || bolt.SalesAccount != "707000" {
		t.Errorf("%+v %v", bolt, err)
	}
	press, err := catalog.Get.Call(w.Ctx(), w.As("owner"), catalog.IDRequest{ID: 4})
	if err != nil || press.VATRate != 9_000 || press.Code != "A000002" {
		t.Errorf("%+v %v", press, err)
	}
	if _, err := imports.Undo.Call(w.Ctx(), w.As("assistant"), imports.UndoRequest{ID: b.ID}); err != nil {
		t.Fatal(err)
	}
	if pose, err = catalog.Get.Call(w.Ctx(), w.As("owner"), catalog.IDRequest{ID: before.ID}); err != nil || pose != before {
		t.Errorf("%+v %v", pose, err)
	}
	if _, err = catalog.Get.Call(w.Ctx(), w.As("owner"), catalog.IDRequest{ID: 3}); fault.KeyOf(err) != "catalog.not_found" {
		t.Error(err)
	}
}
