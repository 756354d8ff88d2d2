package lan_test

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"zafe/app/auth"
	"zafe/app/civil"
	"zafe/app/op"
	"zafe/store/storetest"
	"zafe/sync/device"
)

// everybody are the people of the matrix: the ready roles, those who hold every right there is on their own records
// and on those of their team, and nobody.
var everybody = []string{
	"owner", "accountant", "assistant", "sales", "sales2", "reader", "own", "team", "machines", "technician", "nobody", "enrol",
}

// probe is how an operation is asked, and what its answer must hold.
type probe struct {
	ask   any                         // asked once
	each  func(r row) any             // asked for every record of the kinds of
	of    []string                    //
	right func(r row) auth.Permission // decides about the record; nil: what the operation needs
	write func(r row) auth.Permission // needed on top by what is changed; nil: nothing
	reads bool                        // an allowed answer is a success and shows the record
	all   []string                    // the kinds of which an answer has every record one may see
	found bool                        // ... by kind and number, as the search box
	// idle: nothing of a record can be in its answer, or it works outside the book; only whether it may be asked is
	// tried.
	idle bool
}

type m = map[string]any

func byID(r row) any { return m{"id": r.id} }

func versioned(r row) any { return m{"id": r.id, "version": r.version} }

func subject(kind string) func(r row) any {
	return func(r row) any { return m{"subject": m{"kind": kind, "id": r.id}} }
}

func needs(p auth.Permission) func(row) auth.Permission {
	return func(row) auth.Permission { return p }
}

// ofFile is the right on the record that a file belongs to.
func ofFile(customer, document auth.Permission) func(row) auth.Permission {
	return func(r row) auth.Permission {
		if r.kind == aCustomerFile || r.kind == aCustomer {
			return customer
		}
		return document
	}
}

var (
	asked = probe{ask: m{}} // with an empty request: the whole answer is searched
	idle  = probe{idle: true}
	year  = m{"from": "2026-01-01", "to": "2026-12-31"}
)

// probes has every operation of the product: one that is missing fails the test.
var probes = map[string]probe{
	"customer.list":    {ask: m{"limit": 500}, all: []string{aCustomer}},
	"customer.names":   {ask: m{"text": "zq", "limit": 50}, all: []string{aCustomer}},
	"customer.export":  {ask: m{}, all: []string{aCustomer}},
	"customer.get":     {each: byID, of: []string{aCustomer}, reads: true},
	"customer.archive": {each: byID, of: []string{aCustomer}},
	"customer.restore": {each: byID, of: []string{aCustomer}},
	"customer.save": {each: func(r row) any {
		return m{"id": r.id, "version": r.version, "kind": "company", "name": "Autre"}
	}, of: []string{aCustomer}},
	"customer.import":         {ask: upload},
	"customer.import_preview": {ask: upload["upload"]},
	"import.list":             {ask: m{}, all: []string{aBatch}},
	"import.undo":             {each: byID, of: []string{aBatch}},
	"user.names":              asked,

	"change.follow": idle, // see TestEveryRoleHearsOfItsRecordsOnly

	"search.find": {ask: m{"text": "zq", "limit": 100}, all: []string{aCustomer, aQuote, aDraftQuote, aDraft, aInvoice, aPayment}, found: true},

	"document.list":         {ask: m{"limit": 500}, all: sales},
	"document.get":          {each: byID, of: sales, reads: true},
	"document.pdf":          {each: byID, of: sales},
	"document.duplicate":    {each: byID, of: sales},
	"document.delete_draft": {each: versioned, of: sales},
	"quote.save":            {each: rewritten, of: []string{aDraftQuote}},
	"quote.send":            {each: versioned, of: []string{aDraftQuote}},
	"quote.accept":          {each: func(r row) any { return m{"id": r.id, "date": "2026-11-21", "signer": "X"} }, of: []string{aQuote}},
	"quote.refuse":          {each: func(r row) any { return m{"id": r.id, "date": "2026-11-21"} }, of: []string{aQuote}},
	"quote.to_invoice":      {each: byID, of: []string{aQuote}},
	"invoice.save":          {each: rewritten, of: []string{aDraft}},
	"invoice.issue":         {each: versioned, of: []string{aDraft}},
	"invoice.credit":        {each: func(r row) any { return m{"invoice": r.id} }, of: []string{aInvoice}},
	"payment.list":          {ask: m{"limit": 500}, all: []string{aPayment}},
	"payment.cancel":        {each: func(r row) any { return m{"id": r.id, "reason": "erreur"} }, of: []string{aPayment}},
	"payment.allocate": {each: func(r row) any {
		return m{"payment": r.id, "allocations": []m{{"document": 999_999, "amount": 1}}}
	}, of: []string{aPayment}},
	"payment.record": {each: func(r row) any {
		return m{"customer": r.id, "date": civil.New(2026, 11, 21), "amount": 100, "method": "cash"}
	}, of: []string{aCustomer}},
	"series.get": asked,

	"file.list": {each: func(r row) any {
		return subject(map[bool]string{true: "customer", false: "document"}[r.kind == aCustomer])(r)
	}, of: []string{aCustomer, aInvoice}, right: ofFile(auth.CustomerRead, auth.SalesRead)},
	"file.get": {each: byID, of: []string{aCustomerFile, aDocumentFile}, reads: true, right: ofFile(auth.CustomerRead, auth.SalesRead)},
	"file.detach": {
		each: byID, of: []string{aCustomerFile, aDocumentFile}, right: ofFile(auth.CustomerRead, auth.SalesRead),
		write: ofFile(auth.CustomerWrite, auth.SalesWrite),
	},
	"file.attach": {
		each: func(r row) any { return m{"subject": m{"kind": "customer", "id": r.id}, "name": "x.txt", "size": 1} },
		of:   []string{aCustomer}, right: needs(auth.CustomerRead), write: needs(auth.CustomerWrite),
	},

	"ledger.aged":           {ask: m{"at": "2026-11-21", "prefix": "411"}},
	"ledger.central":        {ask: year},
	"ledger.general_ledger": {ask: m{"account": "411000", "from": "2026-01-01", "to": "2026-12-31", "limit": 500}},
	"ledger.journal":        {ask: m{"journal": "VE", "from": "2026-01-01", "to": "2026-12-31", "limit": 500}},
	"ledger.key_figures":    asked,
	"ledger.open_items":     {ask: m{"account": "411000", "at": "2026-11-21"}},
	"ledger.trial_balance":  {ask: m{"from": "2026-01-01", "to": "2026-12-31", "detail": true}},
	"ledger.verify":         asked,
	"ledger.match":          {ask: m{"lines": []int{1, 2}}},
	"ledger.unmatch":        asked,
	"account.list":          asked, "account.save": asked, "journal.list": asked, "journal.save": asked,
	"entry.list": {ask: m{"limit": 500}}, "entry.get": {ask: m{"id": 1}}, "entry.delete": {ask: m{"id": 1}},
	"entry.post": {ask: m{"ids": []int{1}}}, "entry.reverse": {ask: m{"id": 1}}, "entry.save": asked,
	"fec.check": {ask: m{"id": 1}}, "fec.export": {ask: m{"id": 1}}, "fec.import": asked, "fec.import_list": asked, "fec.undo_import": asked,
	"fiscal_year.close": asked, "fiscal_year.close_period": asked, "fiscal_year.list": asked, "fiscal_year.open": asked,
	"event.list": {ask: m{"limit": 500}}, "event.export": asked,

	"item.archive": asked, "item.get": asked, "item.import": asked, "item.import_preview": asked, "item.list": asked,
	"item.names": asked, "item.restore": asked, "item.save": asked,
	"company.get": asked, "company.save": asked, "setup.get": asked, "setup.step": asked, "series.confirm": asked,
	"device.list": asked, "device.rename": asked, "device.revoke": asked, "user.list": asked, "notice.list": asked, "notice.seen": asked,
	"user.give": asked, "delegate.give": asked, "role.list": asked, "role.save": asked, "role.delete": asked, "role.matrix": asked, "team.save": asked, "team.delete": asked,
	"approval.ask": {ask: m{"op": "company.save", "request": m{"name": "Autre"}}}, "approval.list": asked, "approval.decide": asked,
	"session.view_as": asked, "session.view_end": asked,
	"session.me": asked, "session.list": asked, "session.close": asked, "preferences.save": asked, "password.refuse": asked, "user.reset_second_factor": asked, "user.sign_out": asked,

	"incident.get": asked, "incident.begin": asked, "incident.end": asked, "incident.list": asked,
	"incident.cnil": {ask: m{"since": "2026-11-21T10:00:00Z", "told": true}}, "sentry.recent": asked, "sentry.decide": asked,
	"bin.list": asked, "bin.restore": {ask: m{"ids": []int{1}}}, "bin.overview": asked, "bin.free": asked,
	"leave.get": {ask: m{"user": 3}}, "leave.schedule": asked, "leave.cancel": asked, "leave.run": asked, "leave.paper": asked,
	"leave.now":    idle,
	"support.open": idle, "support.list": asked, "support.get": asked, "support.end": asked,

	"backup.end_rival": idle, "backup.continue": idle, "backup.disk": idle, "backup.drill": idle, "backup.form": idle, "backup.loss": idle,
	"backup.now": idle, "backup.pause": idle, "backup.points": idle, "backup.providers": idle, "backup.speed": idle, "backup.status": idle, "backup.stop": idle,
	"notify.get": idle, "notify.light": idle, "notify.save": idle, "notify.try": idle,
	"past.close": idle, "past.customer": idle, "past.customers": idle, "past.documents": idle, "past.draft": idle, "past.files": idle, "past.item": idle,
	"past.items": idle, "past.open": idle, "past.pdf": idle, "past.status": idle, "past.take_customer": idle,
	"past.take_draft": idle, "past.take_file": idle, "past.take_item": idle,
	"where.get":   idle,
	"plan.attest": idle, "plan.cause": idle, "plan.tick": idle, "plan.get": idle, "plan.sheet": idle, "relay.get": idle, "relay.name": idle,
	"witness.get": idle, "witness.older": idle, "witness.accept": idle,
	"destination.acknowledge": idle, "destination.answer": idle, "destination.begin": idle, "destination.cancel": idle,
	"destination.finish": idle, "destination.link": idle, "destination.list": idle, "destination.probe": idle, "destination.refill": idle,
	"destination.remove": idle, "destination.rename": idle, "kept.list": idle, "kept.remove": idle,
	"book.health": idle, "book.integrity": idle, "book.verify": idle, "device.invite": idle, "device.invite_file": idle, "device.withdraw": asked,
	"delegate.set": idle, "opening.automatic": idle, "opening.get": idle, "opening.prove": idle, "opening.rotate": idle,
	"recovery.check": idle, "recovery.shares": idle, "recovery.sheet": idle,
	"password.change": idle, "password.recover": idle, "session.confirm": idle, "session.login": idle, "session.logout": idle,
	"session.close_others":  idle,
	"session.second_factor": idle, "totp.begin": idle, "totp.confirm": idle, "totp.renew_codes": idle, "user.save": idle,
}

// more are other ways to ask some of them.
var more = map[string]probe{
	// what is said of a customer who seems to be there already
	"customer.save": {ask: m{"kind": "company", "name": "Autre", "siren": "404833048"}},
	// another's invoice, settled by one's own customer
	"payment.record": {each: func(r row) any {
		return m{"customer": 1, "date": civil.New(2026, 11, 21), "amount": 100, "method": "cash", "allocations": []m{{"document": r.id, "amount": 100}}}
	}, of: []string{aInvoice}},
}

var upload = m{"upload": m{"name": "x.csv", "data": []byte("Nom;Code\nAutre;C000001\nAutre;C000002\n")}}

func rewritten(r row) any {
	return m{
		"id": r.id, "version": r.version, "customer": r.about, "date": "2026-11-21", "due_date": "", "delivery_date": "",
		"valid_until": "", "lines": []m{},
	}
}

// raw is a client that knows nothing of the product but the wire: HTTP/2, a key that was paired, and a token.
type raw struct {
	t    *testing.T
	addr string
	http *http.Client
	pc   string // fingerprint of its key
}

// answer is everything that came back.
type answer struct {
	status int
	body   string
	text   string // the body, the headers and the trailers, in small letters
}

func newRaw(t *testing.T, o *office) raw {
	_, id := o.pc(t, "")
	return rawAs(t, o, id)
}

// rawAs is newRaw of a PC that was paired.
func rawAs(t *testing.T, o *office, id device.Identity) raw {
	protocols := new(http.Protocols)
	protocols.SetHTTP2(true)
	return raw{t, o.addr, &http.Client{Transport: &http.Transport{
		Protocols: protocols,
		TLSClientConfig: &tls.Config{
			MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{id.TLS}, InsecureSkipVerify: true,
		},
	}}, string(id.Fingerprint)}
}

// send asks an operation in the name of a token. A command is rehearsed: the next one finds the book as it was.
func (c raw) send(s op.Spec, token string, request any) answer {
	c.t.Helper()
	return c.post(s, token, request, s.Kind == op.Command)
}

// post asks an operation, as a rehearsal or in earnest.
func (c raw) post(s op.Spec, token string, request any, rehearsed bool) answer {
	c.t.Helper()
	body, err := json.Marshal(request)
	if err != nil {
		c.t.Fatal(err)
	}
	path := map[op.Kind]string{op.Stream: "/stream/", op.Watch: "/stream/", op.Upload: "/upload/"}[s.Kind]
	if path == "" {
		path = "/op/"
	}
	content := body
	if s.Kind == op.Upload {
		content = []byte("x")
	}
	r, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, "https://"+c.addr+path+s.Name, bytes.NewReader(content))
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Zafe-Level", fmt.Sprint(op.Level))
	if rehearsed {
		r.Header.Set("Zafe-Preview", "1")
	}
	if s.Kind == op.Upload {
		r.Header.Set("Zafe-Ask", url.QueryEscape(string(body)))
	}
	resp, err := c.http.Do(r)
	if err != nil {
		c.t.Fatalf("%s: %v", s.Name, err)
	}
	defer func() { _ = resp.Body.Close() }()
	got, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatalf("%s: %v", s.Name, err)
	}
	return answer{resp.StatusCode, string(got), strings.ToLower(fmt.Sprint(string(got), resp.Header, resp.Trailer))}
}

// matrix is a host with records, and who asks.
type matrix struct {
	raw
	specs []op.Spec
	rows  []row
}

func newMatrix(t *testing.T) matrix {
	o := newOffice(t)
	product(o.world.Registry, o.world)
	var specs []op.Spec
	for _, s := range o.world.Registry.Specs() {
		if !strings.HasPrefix(s.Name, "test.") {
			specs = append(specs, s)
		}
	}
	return matrix{newRaw(t, o), specs, matrixRows(t, o.world)}
}

// TestNobodySeesAnothersRecords asks every operation of the product as everybody, over TLS with nothing but a token.
// What somebody may not see is in no answer, what they may see is there, and a record that is not theirs is as good
// as none. What to expect follows from the rights alone.
func TestNobodySeesAnothersRecords(t *testing.T) {
	x := newMatrix(t)
	asked := 0
	for _, s := range x.specs {
		p, known := probes[s.Name]
		if !known {
			t.Errorf("%s is not in the matrix: say how it is asked", s.Name)
			continue
		}
		for _, who := range everybody {
			asked += x.try(s, p, who)
			if p, known := more[s.Name]; known {
				asked += x.try(s, p, who)
			}
		}
	}
	for name := range probes {
		if !slices.ContainsFunc(x.specs, func(s op.Spec) bool { return s.Name == name }) {
			t.Errorf("%s is in the matrix and nowhere else", name)
		}
	}
	if asked < 2000 {
		t.Errorf("only %d questions were asked", asked)
	}
	t.Logf("%d questions by %d people about %d records", asked, len(everybody), len(x.rows))
}

// try asks an operation in somebody's name, once or about each record, and returns how many questions that took.
func (x matrix) try(s op.Spec, p probe, who string) (asked int) {
	a := storetest.Actor(who)
	if !a.May(s.Needs) {
		if got := x.send(s, who, map[bool]any{true: m{}, false: p.ask}[p.ask == nil]); !refusedTo(a, got) {
			x.t.Errorf("%s as %s, who has no right to it: %d %s", s.Name, who, got.status, got.text)
		}
		return 1
	}
	if p.idle {
		return 0
	}
	if p.each == nil {
		got := x.send(s, who, p.ask)
		x.silent(s, a, who, got)
		x.complete(s, p, a, who, got)
		return 1
	}
	for _, kind := range p.of {
		none := x.send(s, who, p.each(row{kind: kind, id: 999_999, version: 1}))
		asked++
		for _, r := range x.rows {
			if r.kind == kind {
				x.about(s, p, r, who, none)
				asked++
			}
		}
	}
	return asked
}

// about asks about one record. Whoever may not gets what they would get if there were none.
func (x matrix) about(s op.Spec, p probe, r row, who string, none answer) {
	a, right := storetest.Actor(who), s.Needs
	if p.right != nil {
		right = p.right(r)
	}
	got := x.send(s, who, p.each(r))
	x.silent(s, a, who, got)
	switch allowed := a.Sees(right, r.whose); {
	case !allowed && (got.status != http.StatusNotFound || got.status != none.status || got.body != none.body):
		x.t.Errorf("%s as %s about %s: %d %s, want as if there were none: %d %s", s.Name, who, r.canary,
			got.status, got.text, none.status, none.text)
	case allowed && p.write != nil && (got.status == http.StatusForbidden) == a.Sees(p.write(r), r.whose):
		x.t.Errorf("%s as %s about %s, which they may read: %d %s", s.Name, who, r.canary, got.status, got.text)
	case allowed && p.reads && (got.status != http.StatusOK || !strings.Contains(got.text, r.canary)):
		x.t.Errorf("%s as %s does not show %s: %d %s", s.Name, who, r.canary, got.status, got.text)
	}
}

// silent refuses the canary of any record that the actor may not come across.
func (x matrix) silent(s op.Spec, a auth.Actor, who string, got answer) {
	x.t.Helper()
	for _, r := range x.rows {
		if !r.visible(a) && strings.Contains(got.text, r.canary) {
			x.t.Errorf("%s shows %s to %s: %s", s.Name, r.canary, who, got.text)
		}
	}
}

// complete refuses an answer that lacks, or has, what the right to the operation does not say.
func (x matrix) complete(s op.Spec, p probe, a auth.Actor, who string, got answer) {
	for _, r := range x.rows {
		if !slices.Contains(p.all, r.kind) {
			continue
		}
		right, word := s.Needs, r.canary
		if p.found {
			kind := map[string]string{aDraftQuote: aQuote, aDraft: aInvoice}[r.kind]
			if kind == "" {
				kind = r.kind
			}
			word = fmt.Sprintf(`"kind":%q,"ref":%d,`, kind, r.id)
			if right = auth.SalesRead; r.kind == aCustomer {
				right = auth.CustomerRead
			}
		}
		if want := a.Sees(right, r.whose); got.status != http.StatusOK || strings.Contains(got.text, word) != want {
			x.t.Errorf("%s as %s: has %s is not %t: %d %s", s.Name, who, word, want, got.status, got.text)
		}
	}
}

// refusedTo tells whether an answer is the refusal that somebody without a right gets.
func refusedTo(a auth.Actor, got answer) bool {
	switch {
	case a.User == 0:
		return got.status == http.StatusUnauthorized && strings.Contains(got.text, "op.login_needed")
	case a.MustSetUp:
		return got.status == http.StatusForbidden && strings.Contains(got.text, "op.second_factor_needed")
	default:
		return got.status == http.StatusForbidden && strings.Contains(got.text, "op.forbidden")
	}
}

// TestHiddenFieldsAreInNoAnswer asks every operation as somebody who may do everything but see the fields of a class:
// no answer has one, and no search, order or filter tells one.
func TestHiddenFieldsAreInNoAnswer(t *testing.T) {
	x := newMatrix(t)
	shown := map[string]int{}
	for _, s := range x.specs {
		for _, p := range []probe{probes[s.Name], more[s.Name]} {
			for _, request := range x.requests(p) {
				words := hidden
				if !strings.HasPrefix(string(s.Needs), "ledger.") { // the books are whole
					words = slices.Concat(hidden, owes)
				}
				if got := x.send(s, "blind", request); found(got, words) != "" {
					t.Errorf("%s shows %s: %s", s.Name, found(got, words), got.text)
				}
				owners := x.send(s, "owner", request)
				for _, word := range words {
					shown[word] += strings.Count(owners.text, word)
				}
			}
		}
	}
	for _, word := range slices.Concat(hidden, owes) {
		if shown[word] == 0 {
			t.Errorf("nobody is shown %s", word)
		}
	}
	for _, text := range []string{"courriel", "courriel.yann@exemple.fr", "0590 690554433", "590690554433", "paule"} {
		for name, key := range map[string]string{"customer.list": "text", "customer.names": "text", "search.find": "text", "customer.export": "text"} {
			s := x.specs[slices.IndexFunc(x.specs, func(s op.Spec) bool { return s.Name == name })]
			if got := x.send(s, "blind", m{key: text}); got.status != http.StatusOK || strings.Contains(got.text, "zq") {
				t.Errorf("%s finds somebody by %s: %d %s", name, text, got.status, got.text)
			}
		}
	}
	spec := func(name string) op.Spec {
		return x.specs[slices.IndexFunc(x.specs, func(s op.Spec) bool { return s.Name == name })]
	}
	for name, requests := range map[string][]m{
		"customer.list": {{"sort": "email"}, {"sort": "phone"}, {"filter": "overdue"}},
		"document.list": {{"open": true}, {"sort": "open"}},
		"payment.list":  {{"on_account": true}},
	} {
		for _, request := range requests {
			if got := x.send(spec(name), "blind", request); got.status != http.StatusForbidden || !strings.Contains(got.text, "op.field_hidden") {
				t.Errorf("%s %v: %d %s", name, request, got.status, got.text)
			}
		}
	}
	list := spec("customer.list")
	if got := x.send(list, "blind", m{"text": "zqyann"}); !strings.Contains(got.text, "zqyannclient") {
		t.Errorf("nobody is found by their name: %s", got.text)
	}
}

// requests are all the ways in which an operation is asked.
func (x matrix) requests(p probe) (out []any) {
	if p.ask != nil {
		out = append(out, p.ask)
	}
	for _, r := range x.rows {
		if p.each != nil && slices.Contains(p.of, r.kind) {
			out = append(out, p.each(r))
		}
	}
	return out
}

// found is the first hidden thing of an answer.
func found(got answer, words []string) string {
	for _, word := range words {
		if strings.Contains(got.text, word) {
			return word
		}
	}
	return ""
}

// TestAnOldSecondFactorOpensNothing: every operation that asks for a recent second factor refuses an old one, before
// it reads the request.
func TestAnOldSecondFactorOpensNothing(t *testing.T) {
	x := newMatrix(t)
	fresh := 0
	for _, s := range x.specs {
		if !s.Fresh {
			continue
		}
		fresh++
		if got := x.send(s, "stale", m{}); got.status != http.StatusUnauthorized || !strings.Contains(got.text, "op.fresh_needed") {
			t.Errorf("%s with an old second factor: %d %s", s.Name, got.status, got.text)
		}
	}
	if fresh < 15 {
		t.Errorf("only %d operations ask for a recent second factor", fresh)
	}
}
