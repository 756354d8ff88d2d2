package catalog

import (
	"context"
	"encoding/json"
	"strings"
	"sync"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/fr"
	"zafe/app/imports"
	"zafe/app/money"
	"zafe/app/op"
	"zafe/app/search"
)

// importFields are what a column of an items' file may hold, with the titles that French and English
// programs give it.
var importFields = []imports.Field{
	field("code", "code", "reference", "ref", "code article", "reference article", "code produit", "sku",
		"item code", "item number", "product code"),
	required(field("label", "libelle", "designation", "nom", "article", "produit", "intitule", "prestation",
		"nom de l article", "nom du produit", "name", "item", "product", "label", "title")),
	field("description", "description", "description longue", "detail", "details", "commentaire", "notes"),
	field("unit", "unite", "unite de vente", "u", "unit", "uom"),
	field("price", "prix ht", "prix unitaire ht", "pu ht", "prix de vente ht", "prix vente ht", "tarif ht", "prix",
		"prix unitaire", "pu", "tarif", "prix de vente", "price", "unit price", "net price"),
	field("vat_rate", "tva", "taux de tva", "taux tva", "tva vente", "vat", "vat rate", "tax", "tax rate"),
	field("nature", "nature", "type", "type d article", "categorie", "kind"),
	field("sales_account", "compte", "compte de vente", "compte comptable", "compte vente", "compte de produit",
		"account", "sales account"),
}

func field(name string, synonyms ...string) imports.Field {
	return imports.Field{Name: name, Label: "catalog.field." + name, Synonyms: synonyms}
}

func required(f imports.Field) imports.Field { f.Required = true; return f }

// ImportPreview tells what importing a file of items would do; its faults are those of
// customer.import_preview.
var ImportPreview = op.Op[imports.Upload, imports.Preview]{Spec: op.Spec{
	Name: "item.import_preview", Kind: op.Query, Needs: auth.ItemWrite, Since: 1,
	Doc: "Reads a file of items (CSV, XLSX) and tells what each line would do.",
}}

// ImportRequest imports a file. SkipErrors leaves out the lines in error instead of refusing the file.
type ImportRequest struct {
	imports.Upload
	SkipErrors bool `json:"skip_errors,omitempty"`
}

// Import imports a file of items: all of it, or nothing. Faults: those of the preview,
// imports.field_missing, imports.has_errors, imports.nothing.
var Import = op.Op[ImportRequest, imports.Batch]{Spec: op.Spec{
	Name: "item.import", Kind: op.Command, Needs: auth.ItemWrite, Risky: true, Since: 1,
	Doc: "Imports a file of items as one batch that import.undo takes back.",
}}

func importPreview[T Tx](_ context.Context, tx T, req imports.Upload) (imports.Preview, error) {
	return imports.Run(req, importFields, newPlan(tx).judge)
}

func importFile[T Tx](ctx context.Context, tx T, req ImportRequest) (imports.Batch, error) {
	plan := newPlan(tx)
	p, err := imports.Run(req.Upload, importFields, plan.judge)
	if err == nil {
		err = p.Ready(req.SkipErrors)
	}
	if err != nil {
		return imports.Batch{}, err
	}
	series, err := tx.LastNumber(codes.Name, "")
	if err != nil {
		return imports.Batch{}, err
	}
	if err := storeAll(ctx, tx, plan.items); err != nil {
		return imports.Batch{}, err
	}
	changes := make([]imports.Change, len(plan.items))
	for n, i := range plan.items {
		changes[n] = imports.Change{Ref: int64(i.ID), Prior: plan.priors[n], Version: i.Version, Digest: i.Digest()}
	}
	return imports.Add(ctx, tx, imports.Items, req.Upload, p, changes, series)
}

// plan gathers what an import would store.
type plan struct {
	tx    Tx
	seen  map[string]int // line that already has this code or label
	known map[ItemID]int // line that already speaks of a stored item

	items  []Item   // to be stored
	priors []string // what each was, "" for a new one
}

func newPlan(tx Tx) *plan { return &plan{tx: tx, seen: map[string]int{}, known: map[ItemID]int{}} }

// judge says what a line does and plans it.
func (p *plan) judge(row imports.Row) (imports.Outcome, []*fault.Fault, error) {
	var fresh Item
	wrong := fill(&fresh, row)
	fresh = fresh.normal()
	if wrong = append(wrong, fresh.problems()...); len(wrong) > 0 {
		return imports.Wrong, wrong, nil
	}
	key := "code " + fresh.Code
	if fresh.Code == "" {
		key = "label " + search.Fold(fresh.Label)
	}
	if line := p.seen[key]; line > 0 {
		return imports.Duplicate, []*fault.Fault{fault.Field("label", "imports.duplicate", "line", line)}, nil
	}
	p.seen[key] = row.Line
	old, refusal, err := p.match(fresh)
	if err != nil {
		return "", nil, err
	}
	if refusal != nil {
		return imports.Wrong, []*fault.Fault{refusal}, nil //nolint:nilerr // a refusal is a result
	}
	if old == nil {
		p.add(fresh, "")
		return imports.New, nil, nil
	}
	return p.update(*old, row)
}

func (p *plan) update(old Item, row imports.Row) (imports.Outcome, []*fault.Fault, error) {
	if line := p.known[old.ID]; line > 0 {
		return imports.Duplicate, []*fault.Fault{fault.Field("label", "imports.duplicate", "line", line)}, nil
	}
	p.known[old.ID] = row.Line
	changed := old
	fill(&changed, row) // judge has read every cell already
	if changed = changed.normal(); changed == old {
		return imports.Unchanged, nil, nil
	}
	if wrong := changed.problems(); len(wrong) > 0 {
		return imports.Wrong, wrong, nil
	}
	prior, err := json.Marshal(old)
	p.add(changed, string(prior))
	return imports.Updated, nil, err
}

func (p *plan) add(i Item, prior string) {
	p.items, p.priors = append(p.items, i), append(p.priors, prior)
}

// match finds the stored item a line speaks of: by code, or by label for a line without a code.
func (p *plan) match(i Item) (*Item, *fault.Fault, error) {
	if i.Code != "" {
		old, err := p.tx.ItemByCode(i.Code)
		if fault.KeyOf(err) == "catalog.not_found" {
			return nil, nil, nil
		}
		return &old, nil, err
	}
	alike, err := p.tx.ItemsLike(i)
	switch {
	case err != nil || len(alike) == 0:
		return nil, nil, err
	case len(alike) > 1:
		return nil, fault.Field("label", "catalog.ambiguous", "label", i.Label, "n", len(alike)), nil
	}
	return &alike[0], nil, nil
}

// fill writes the cells of a row over i: an empty cell changes nothing. It returns what cannot be
// read, each with its import field.
func fill(i *Item, row imports.Row) []*fault.Fault {
	var wrong []*fault.Fault
	unread := func(name string, err error) {
		if err != nil {
			wrong = append(wrong, fault.Of(err).At(name))
		}
	}
	for name, dst := range map[string]*string{
		"code": &i.Code, "label": &i.Label, "description": &i.Description, "sales_account": &i.SalesAccount,
	} {
		if v := row.Value(name); v != "" {
			*dst = v
		}
	}
	if v := row.Value("price"); v != "" {
		price, err := money.ParseUnitPrice(v)
		i.Price = price
		unread("price", err)
	}
	if v := row.Value("vat_rate"); v != "" {
		rate, err := rateOf(v)
		i.VATRate = rate
		unread("vat_rate", err)
	}
	if v := row.Value("unit"); v != "" {
		i.Unit = unitOf(v)
	}
	if v := row.Value("nature"); v != "" {
		nature, known := natureOf(v)
		i.Nature = nature
		if !known {
			wrong = append(wrong, fault.Field("nature", "catalog.nature"))
		}
	}
	return wrong
}

// rateOf reads a VAT rate: "20", "5,5 %", or "0,2" from a spreadsheet that holds 20 % as a number: no
// French rate lies below 0,9 %, that of the press in Corsica.
func rateOf(s string) (money.Rate, error) {
	rate, err := money.ParseRate(s)
	if err == nil && rate > 0 && rate <= money.WholePct/400 && !strings.Contains(s, "%") {
		rate *= 100
	}
	return rate, err
}

// unitOf returns the code of a unit written as a code, an abbreviation or a word, or the text itself.
func unitOf(s string) string {
	if code, known := unitNames()[search.Fold(s)]; known {
		return code
	}
	return s
}

// unitNames gives the code of each folded name of a unit; where two units share a name, the first of
// the list has it.
var unitNames = sync.OnceValue(func() map[string]string {
	all := map[string]string{}
	for _, u := range fr.Units() {
		for _, name := range []string{u.Code, u.Abbreviation, u.Singular, u.Plural} {
			if _, taken := all[search.Fold(name)]; !taken {
				all[search.Fold(name)] = u.Code
			}
		}
	}
	return all
})

func natureOf(s string) (Nature, bool) {
	switch search.Fold(s) {
	case "goods", "bien", "biens", "marchandise", "marchandises", "produit", "produits", "article", "fourniture":
		return Goods, true
	case "services", "service", "prestation", "prestations", "prestation de services", "main d oeuvre":
		return Services, true
	}
	return "", false
}
