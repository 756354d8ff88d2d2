package party

import (
	"context"
	"encoding/json"
	"reflect"
	"slices"

	"zafe/app/auth"
	"zafe/app/company"
	"zafe/app/fault"
	"zafe/app/imports"
	"zafe/app/op"
	"zafe/app/search"
)

// ImportPreview tells what importing a file of customers would do. Faults: those of the file
// (tabular), imports.no_file, imports.file_too_large, imports.no_rows, imports.too_many_rows and those
// of a mapping.
var ImportPreview = op.Op[imports.Upload, imports.Preview]{Spec: op.Spec{
	Name: "customer.import_preview", Kind: op.Query, Needs: auth.CustomerImport, Since: 1,
	Doc: "Reads a file of customers (CSV, XLSX) and tells what each line would do.",
}}

// ImportRequest imports a file. SkipErrors leaves out the lines in error instead of refusing the
// file; Owner is in charge of the new customers (0: the actor).
type ImportRequest struct {
	imports.Upload
	SkipErrors bool        `json:"skip_errors,omitempty"`
	Owner      auth.UserID `json:"owner,omitempty"`
}

// Import imports a file of customers: all of it, or nothing. Faults: those of the preview,
// imports.field_missing, imports.has_errors, imports.nothing, party.owner_not_you, user.not_found.
var Import = op.Op[ImportRequest, imports.Batch]{Spec: op.Spec{
	Name: "customer.import", Kind: op.Command, Needs: auth.CustomerImport, Risky: true, Since: 1,
	Doc: "Imports a file of customers as one batch that import.undo takes back.",
}}

func importPreview[T Tx](ctx context.Context, tx T, req imports.Upload) (imports.Preview, error) {
	p := newPlan(ctx, tx, 0)
	return imports.Run(req, importFields, p.judge)
}

func importFile[T Tx](ctx context.Context, tx T, req ImportRequest) (imports.Batch, error) {
	if req.Owner < 0 {
		return imports.Batch{}, fault.Field("owner", "user.not_found")
	}
	plan := newPlan(ctx, tx, req.Owner)
	if !plan.actor.Sees(auth.CustomerImport, auth.Whose{Owner: plan.owner}) {
		return imports.Batch{}, fault.Field("owner", "party.owner_not_you")
	}
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
	if err := storeAll(ctx, tx, plan.customers); err != nil {
		return imports.Batch{}, err
	}
	changes := make([]imports.Change, len(plan.customers))
	for i, c := range plan.customers {
		changes[i] = imports.Change{Ref: int64(c.ID), Prior: plan.priors[i], Version: c.Version, Digest: c.Digest()}
	}
	return imports.Add(ctx, tx, imports.Customers, req.Upload, p, changes, series)
}

// plan gathers what an import would store. It looks only at customers the actor may see: a line about
// another's customer makes a new one.
type plan struct {
	tx    Tx
	actor auth.Actor
	owner auth.UserID
	keep  func(c *Customer, stored Customer) // what the actor is not shown, as it is stored
	seen  map[string]earlier
	known map[CustomerID]int // line that already speaks of a stored customer

	stored map[string][]Key // the stored customers by each of their keys; nil until read

	profile *company.Profile // nil until read

	customers []Customer // to be stored
	priors    []string   // what each was, "" for a new one
}

// earlier is a line already read, under one of its keys; strong says that it had an identifier.
type earlier struct {
	line   int
	strong string
}

func newPlan(ctx context.Context, tx Tx, owner auth.UserID) *plan {
	actor := op.Actor(ctx)
	if owner == 0 {
		owner = actor.User
	}
	return &plan{
		tx: tx, actor: actor, owner: owner, seen: map[string]earlier{}, known: map[CustomerID]int{},
		keep: func(c *Customer, stored Customer) { op.KeepHidden(ctx, c, stored) },
	}
}

// usualTerms gives a customer the company's payment terms.
func (p *plan) usualTerms(c *Customer) error {
	if p.profile == nil {
		profile, err := company.Of(p.tx)
		if err != nil {
			return err
		}
		p.profile = &profile
	}
	c.PaymentDays, c.PaymentEndOfMonth = p.profile.PaymentDays, p.profile.PaymentEndOfMonth
	return nil
}

// judge says what a line does and plans it.
func (p *plan) judge(row imports.Row) (imports.Outcome, []*fault.Fault, error) {
	fresh := Customer{Code: cell(row, "code")}
	wrong := fill(&fresh, row)
	if fresh.Kind == "" {
		fresh.Kind = guessKind(fresh)
	}
	fresh = fresh.normal()
	if wrong = append(wrong, rowFaults(fresh.problems())...); len(wrong) > 0 {
		return imports.Wrong, wrong, nil
	}
	if line := p.repeated(fresh); line > 0 {
		return imports.Duplicate, []*fault.Fault{fault.Field("name", "imports.duplicate", "line", line)}, nil
	}
	old, refusal, err := p.match(fresh)
	if err != nil {
		return "", nil, err
	}
	if refusal != nil {
		return imports.Wrong, []*fault.Fault{refusal}, nil //nolint:nilerr // a refusal is a result
	}
	p.remember(fresh, row.Line)
	if old == nil {
		fresh.Owner = p.owner
		if cell(row, "payment_days") == "" && cell(row, "payment_end_of_month") == "" {
			if err := p.usualTerms(&fresh); err != nil {
				return "", nil, err
			}
		}
		p.add(fresh, "")
		return imports.New, nil, nil
	}
	return p.update(*old, row)
}

// update plans the change of a stored customer.
func (p *plan) update(old Customer, row imports.Row) (imports.Outcome, []*fault.Fault, error) {
	if line := p.known[old.ID]; line > 0 {
		return imports.Duplicate, []*fault.Fault{fault.Field("name", "imports.duplicate", "line", line)}, nil
	}
	p.known[old.ID] = row.Line
	changed := old
	if wrong := fill(&changed, row); len(wrong) > 0 {
		return imports.Wrong, wrong, nil
	}
	changed = changed.normal()
	p.keep(&changed, old)
	if reflect.DeepEqual(changed, old) {
		return imports.Unchanged, nil, nil
	}
	// The stored fields the line leaves alone may not fit with those it brings.
	if wrong := rowFaults(changed.problems()); len(wrong) > 0 {
		return imports.Wrong, wrong, nil
	}
	prior, err := json.Marshal(old)
	p.add(changed, string(prior))
	return imports.Updated, nil, err
}

func (p *plan) add(c Customer, prior string) {
	p.customers, p.priors = append(p.customers, c), append(p.priors, prior)
}

// match finds the stored customer a line speaks of: by code, else by SIRET, else by SIREN, else by
// name and postal code. Several that fit, or a code that is taken, cannot be decided here.
func (p *plan) match(c Customer) (*Customer, *fault.Fault, error) {
	if p.stored == nil {
		if err := p.index(); err != nil {
			return nil, nil, err
		}
	}
	strong, weak := keys(c)
	fits := p.stored[strong]
	if c.Code != "" {
		if len(fits) == 1 && !p.actor.Sees(auth.CustomerImport, auth.Whose{Owner: fits[0].Owner}) {
			return nil, fault.Field("code", "party.code_taken", "code", c.Code), nil
		}
	} else {
		candidates := slices.Clone(p.stored[weak])
		if c.SIREN != "" {
			candidates = append(candidates, p.stored["siren "+c.SIREN]...)
		}
		fits = fitting(c, slices.DeleteFunc(candidates, func(k Key) bool {
			return !p.actor.Sees(auth.CustomerImport, auth.Whose{Owner: k.Owner})
		}))
	}
	switch len(fits) {
	case 0:
		return nil, nil, nil
	case 1:
		old, err := p.tx.Customer(fits[0].ID)
		return &old, nil, err
	}
	return nil, fault.Field("name", "party.ambiguous", "name", short(c.Name), "n", len(fits)), nil
}

// Key is what a line of a file may recognise a stored customer by. Name is folded.
type Key struct {
	ID         CustomerID
	Code       string
	SIREN      string
	SIRET      string
	Name       string
	PostalCode string
	Owner      auth.UserID
}

// index reads the keys of the stored customers once: thousands of lines ask for them.
func (p *plan) index() error {
	p.stored = map[string][]Key{}
	return p.tx.EachCustomerKey(func(k Key) error {
		for _, key := range []string{"code " + k.Code, "siren " + k.SIREN, "name " + k.Name + " " + k.PostalCode} {
			p.stored[key] = append(p.stored[key], k)
		}
		return nil
	})
}

// fitting keeps the candidates a line may speak of, each once. Establishments of one company share
// its SIREN and differ by SIRET; two companies of one name and place differ by SIREN.
func fitting(c Customer, candidates []Key) []Key {
	var bySIRET, bySIREN, byName []Key
	seen := map[CustomerID]bool{}
	for _, o := range candidates {
		if seen[o.ID] {
			continue
		}
		seen[o.ID] = true
		switch {
		case c.SIRET != "" && o.SIRET == c.SIRET:
			bySIRET = append(bySIRET, o)
		case c.SIREN != "" && o.SIREN == c.SIREN:
			if c.SIRET == "" || o.SIRET == "" {
				bySIREN = append(bySIREN, o)
			}
		case c.SIREN == "" || o.SIREN == "":
			byName = append(byName, o)
		}
	}
	for _, found := range [][]Key{bySIRET, bySIREN, byName} {
		if len(found) > 0 {
			return found
		}
	}
	return nil
}

// keys returns the identifier of a line ("" for none) and its name and place.
func keys(c Customer) (strong, weak string) {
	switch {
	case c.Code != "":
		strong = "code " + c.Code
	case c.SIRET != "":
		strong = "siret " + c.SIRET
	case c.SIREN != "":
		strong = "siren " + c.SIREN
	}
	return strong, "name " + search.Fold(c.Name) + " " + c.PostalCode
}

// repeated returns the earlier line that says the same, 0 for none: the same identifier, or the same
// name and place where one of the two has no identifier.
func (p *plan) repeated(c Customer) int {
	strong, weak := keys(c)
	if e, found := p.seen[strong]; strong != "" && found {
		return e.line
	}
	if e, found := p.seen[weak]; found && (strong == "" || e.strong == "") {
		return e.line
	}
	return 0
}

func (p *plan) remember(c Customer, line int) {
	strong, weak := keys(c)
	if strong != "" {
		p.seen[strong] = earlier{line, strong}
	}
	if _, found := p.seen[weak]; !found {
		p.seen[weak] = earlier{line, strong}
	}
}

// rowFaults names the import field of faults that name a field of the customer.
func rowFaults(faults []*fault.Fault) []*fault.Fault {
	for _, f := range faults {
		switch {
		case len(f.Field) > 9 && f.Field[:9] == "delivery.":
			f.Field = "delivery_" + f.Field[9:]
		case len(f.Field) > 9 && f.Field[:9] == "contacts[":
			f.Field = "contact_" + f.Field[indexAfterDot(f.Field):]
		}
	}
	return faults
}

func indexAfterDot(s string) int {
	for i := len(s) - 1; i >= 0; i-- {
		if s[i] == '.' {
			return i + 1
		}
	}
	return 0
}
