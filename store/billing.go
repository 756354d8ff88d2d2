package store

import (
	"encoding/json"
	"errors"
	"fmt"

	"zafe/app/billing"
	"zafe/app/party"
	"zafe/app/tax"
)

var _ billing.Auditor = (*Tx)(nil)

// documentColumns are the columns of a document that its drafts write, in the order of documentValues.
const documentColumns = `kind, version, customer, owner, source, issue_date, due_date, delivery_date,
	valid_until, terms_days, terms_eom, method, subject, customer_ref, purchase_order, delivery,
	notes, housing_works, nature, on_collection, net, vat, gross, created_at, created_by, created_name,
	changed_at, changed_by, changed_name`

func documentValues(d billing.Document) ([]any, error) {
	delivery, err := json.Marshal(d.Delivery)
	if err != nil {
		return nil, fmt.Errorf("store: delivery address: %w", err)
	}
	var terms billing.Terms
	if d.Terms != nil {
		terms = *d.Terms
	}
	return []any{
		d.Kind, d.Version, orNull(d.Customer), d.Owner, orNull(d.Source),
		d.Date.String(), d.DueDate.String(), d.DeliveryDate.String(), d.ValidUntil.String(),
		terms.Days, terms.EndOfMonth, d.Method, d.Subject, d.CustomerRef, d.PurchaseOrder, string(delivery),
		d.Notes, d.HousingWorks, d.Nature, d.OnCollection, d.Net, d.VAT, d.Gross,
		instant(d.Created.At), d.Created.By, d.Created.Name,
		instant(d.Changed.At), d.Changed.By, d.Changed.Name,
	}, nil
}

// orNull writes 0 as NULL: no such row.
func orNull[N ~int64](id N) any {
	if id == 0 {
		return nil
	}
	return int64(id)
}

// finalColumns are those that only a final document has.
const finalColumns = `state, coalesce(number, ''), coalesce(period, ''), coalesce(serial, 0), buyer, seller,
	mentions, coalesce(entry, 0), coalesce(receivable, 0), digest, issued_at, issued_by, issued_name`

// Document returns a document with its lines, tax, balance and answer, and whether it exists.
func (t *Tx) Document(id billing.DocumentID) (billing.Document, bool, error) {
	var d billing.Document
	var state, delivery, buyer, mentions string
	var customer, source *int64
	d.ID, d.Terms = id, &billing.Terms{}
	ok, err := t.one(`SELECT `+documentColumns+`, `+finalColumns+`,
		coalesce((SELECT c.owner FROM customer c WHERE c.id = document.customer), 0)
		FROM document WHERE id = ?`, []any{id},
		&d.Kind, &d.Version, &customer, &d.Owner, &source,
		toDate{&d.Date}, toDate{&d.DueDate}, toDate{&d.DeliveryDate}, toDate{&d.ValidUntil},
		&d.Terms.Days, &d.Terms.EndOfMonth, &d.Method, &d.Subject, &d.CustomerRef, &d.PurchaseOrder, &delivery,
		&d.Notes, &d.HousingWorks, &d.Nature, &d.OnCollection, &d.Net, &d.VAT, &d.Gross,
		toInstant{&d.Created.At}, &d.Created.By, &d.Created.Name,
		toInstant{&d.Changed.At}, &d.Changed.By, &d.Changed.Name,
		&state, &d.Number, &d.Period, &d.Serial, &buyer, &d.SellerText, &mentions,
		&d.Entry, &d.Receivable, &d.Digest, toInstant{&d.Issued.At}, &d.Issued.By, &d.Issued.Name,
		&d.CustomerOwner)
	if err != nil || !ok {
		return d, ok, err
	}
	if customer != nil {
		d.Customer = party.CustomerID(*customer)
	}
	if source != nil {
		d.Source = billing.DocumentID(*source)
	}
	d.Final = state == "final"
	err = errors.Join(unpack(delivery, &d.Delivery), unpack(buyer, &d.Buyer), unpack(d.SellerText, &d.Seller),
		unpack(mentions, &d.Mentions))
	if err != nil {
		return d, true, fmt.Errorf("store: document %d: %w", id, err)
	}
	return d, true, t.documentParts(&d)
}

// documentParts reads what a document has in other tables.
func (t *Tx) documentParts(d *billing.Document) (err error) {
	if d.Lines, err = t.documentLines(d.ID); err != nil {
		return err
	}
	if d.Rows, err = t.documentVAT(d.ID); err != nil || !d.Final {
		return err
	}
	if d.Kind == billing.Quote {
		d.Answer, err = t.answer(d.ID)
		return err
	}
	_, err = t.one(`SELECT paid, netted, open FROM balance WHERE document = ?`, []any{d.ID},
		&d.Balance.Paid, &d.Balance.Netted, &d.Balance.Open)
	return err
}

// AddDocument stores a new draft and returns its id.
func (t *Tx) AddDocument(d billing.Document) (billing.DocumentID, error) {
	values, err := documentValues(d)
	if err != nil {
		return 0, err
	}
	id, err := t.insert(`INSERT INTO document(`+documentColumns+`, state, buyer, seller, mentions, digest,
		issued_at, issued_by, issued_name)
		VALUES (`+marks(len(values))+`, 'draft', '', '', '', '', '', 0, '')`, values...)
	if err != nil {
		return 0, err
	}
	d.ID = billing.DocumentID(id)
	return d.ID, t.putLines(d)
}

// PutDocument writes a draft again with its lines and tax; when d.Final is set it becomes final.
func (t *Tx) PutDocument(d billing.Document) error {
	if err := t.hold(handsOfDocuments, []int64{int64(d.ID)}); err != nil {
		return err
	}
	for _, q := range []string{
		`DELETE FROM document_line WHERE document = ?`, `DELETE FROM document_vat WHERE document = ?`,
	} {
		if _, err := t.exec(q, d.ID); err != nil {
			return err
		}
	}
	if err := t.putLines(d); err != nil {
		return err
	}
	values, err := documentValues(d)
	if err != nil {
		return err
	}
	if _, err := t.exec(`UPDATE document SET (`+documentColumns+`) = (`+marks(len(values))+`) WHERE id = ?`,
		append(values, d.ID)...); err != nil || !d.Final {
		return err
	}
	return t.finish(d)
}

// finish makes a written draft final and opens its balance.
func (t *Tx) finish(d billing.Document) error {
	var packed [2]string
	for i, v := range []any{d.Buyer, d.Mentions} {
		raw, err := json.Marshal(v)
		if err != nil {
			return fmt.Errorf("store: document %d: %w", d.ID, err)
		}
		packed[i] = string(raw)
	}
	_, err := t.exec(`UPDATE document SET state = 'final', number = ?, period = ?, serial = ?, buyer = ?,
		seller = ?, mentions = ?, entry = ?, receivable = ?, digest = ?, issued_at = ?, issued_by = ?,
		issued_name = ? WHERE id = ?`,
		d.Number, d.Period, d.Serial, packed[0], d.SellerText, packed[1], orNull(d.Entry), orNull(d.Receivable),
		d.Digest, instant(d.Issued.At), d.Issued.By, d.Issued.Name, d.ID)
	if err != nil || d.Kind == billing.Quote {
		return err
	}
	_, err = t.exec(`INSERT INTO balance(document, gross, paid, netted, open) VALUES (?1, ?2, 0, 0, ?2)`,
		d.ID, d.Gross)
	return err
}

// DropDocument deletes a draft with its lines.
func (t *Tx) DropDocument(id billing.DocumentID) error {
	if err := t.hold(handsOfDocuments, []int64{int64(id)}); err != nil {
		return err
	}
	for _, q := range []string{
		`DELETE FROM document_line WHERE document = ?`, `DELETE FROM document_vat WHERE document = ?`,
		`DELETE FROM document WHERE id = ?`,
	} {
		if _, err := t.exec(q, id); err != nil {
			return err
		}
	}
	return nil
}

func (t *Tx) putLines(d billing.Document) error {
	for i, l := range d.Lines {
		_, err := t.exec(`INSERT INTO document_line(document, position, kind, item, code, description,
			quantity, unit, unit_price, discount, vat_rate, nature, account, exemption, origin, net)
			VALUES (`+marks(16)+`)`, d.ID, i+1, l.Kind, orNull(l.Item), l.Code, l.Description,
			l.Quantity, l.Unit, l.UnitPrice, l.Discount, l.VATRate, l.Nature, l.Account, l.Exemption, l.Origin, l.Net)
		if err != nil {
			return err
		}
	}
	for _, r := range d.Rows {
		_, err := t.exec(`INSERT INTO document_vat(document, rate, exemption, base, tax, pending_base, pending_tax)
			VALUES (?,?,?,?,?,?,?)`, d.ID, r.Rate, r.Exemption, r.Base, r.Tax, r.PendingBase, r.PendingTax)
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *Tx) documentLines(id billing.DocumentID) ([]billing.Line, error) {
	return all(t, `SELECT kind, coalesce(item, 0), code, description, quantity, unit, unit_price, discount,
		vat_rate, nature, account, exemption, origin, net FROM document_line WHERE document = ? ORDER BY position`,
		[]any{id}, func(scan func(...any) error, l *billing.Line) error {
			return scan(&l.Kind, &l.Item, &l.Code, &l.Description, &l.Quantity, &l.Unit, &l.UnitPrice,
				&l.Discount, &l.VATRate, &l.Nature, &l.Account, &l.Exemption, &l.Origin, &l.Net)
		})
}

func (t *Tx) documentVAT(id billing.DocumentID) ([]billing.VATRow, error) {
	return all(t, `SELECT rate, exemption, base, tax, pending_base, pending_tax FROM document_vat
		WHERE document = ? ORDER BY rate DESC, exemption`, []any{id},
		func(scan func(...any) error, r *billing.VATRow) error {
			err := scan(&r.Rate, &r.Exemption, &r.Base, &r.Tax, &r.PendingBase, &r.PendingTax)
			r.Category = tax.CategoryOf(r.Exemption)
			return err
		})
}

// AddAnswer keeps what the customer answered to a quote.
func (t *Tx) AddAnswer(id billing.DocumentID, a billing.Answer) error {
	word := "refused"
	if a.Accepted {
		word = "accepted"
	}
	_, err := t.exec(`INSERT INTO quote_answer(document, answer, date, signer, reason, at, by, by_name)
		VALUES (?,?,?,?,?,?,?,?)`, id, word, a.Date.String(), a.Signer, a.Reason,
		instant(a.Stamp.At), a.Stamp.By, a.Stamp.Name)
	return err
}

// answer returns the last answer to a quote, or nil.
func (t *Tx) answer(id billing.DocumentID) (*billing.Answer, error) {
	var a billing.Answer
	var word string
	ok, err := t.one(`SELECT answer, date, signer, reason, at, by, by_name FROM quote_answer
		WHERE document = ? ORDER BY id DESC LIMIT 1`, []any{id},
		&word, toDate{&a.Date}, &a.Signer, &a.Reason, toInstant{&a.Stamp.At}, &a.Stamp.By, &a.Stamp.Name)
	if err != nil || !ok {
		return nil, err
	}
	a.Accepted = word == "accepted"
	return &a, nil
}

// LastIssued returns the final document with the highest serial of a series.
func (t *Tx) LastIssued(kind billing.Kind, period string) (billing.Issuance, bool, error) {
	var i billing.Issuance
	ok, err := t.one(`SELECT number, serial, issue_date FROM document WHERE kind = ? AND period = ?
		ORDER BY serial DESC LIMIT 1`, []any{kind, period}, &i.Number, &i.Serial, toDate{&i.Date})
	return i, ok, err
}

// DocumentsFrom returns the documents made from one, final ones in order of issue, then drafts.
func (t *Tx) DocumentsFrom(source billing.DocumentID) ([]billing.Link, error) {
	return all(t, `SELECT id, kind, state = 'final', coalesce(number, ''), issue_date, gross FROM document
		WHERE source = ? ORDER BY state = 'draft', issued_at, serial, id`, []any{source},
		func(scan func(...any) error, l *billing.Link) error {
			return scan(&l.ID, &l.Kind, &l.Final, &l.Number, toDate{&l.Date}, &l.Gross)
		})
}

// FinalDocuments returns the ids of the final documents of a kind by period and serial.
func (t *Tx) FinalDocuments(kind billing.Kind) ([]billing.DocumentID, error) {
	return all(t, `SELECT id FROM document WHERE kind = ? AND state = 'final' ORDER BY period, serial`,
		[]any{kind}, func(scan func(...any) error, id *billing.DocumentID) error { return scan(id) })
}

// unpack reads a structure kept as JSON, "" for none.
func unpack(s string, v any) error {
	if s == "" {
		return nil
	}
	return json.Unmarshal([]byte(s), v)
}

// AddGap implements billing.Tx.
func (t *Tx) AddGap(g billing.Gap) error {
	_, err := t.exec(`INSERT INTO series_gap(kind, period, first, last, decided_at, decided_by) VALUES (?, ?, ?, ?, ?, ?)`,
		g.Kind, g.Period, g.First, g.Last, instant(g.At), g.By)
	return err
}

// Gaps implements billing.Tx.
func (t *Tx) Gaps() (out []billing.Gap, err error) {
	err = t.each(`SELECT kind, period, first, last, decided_at, decided_by FROM series_gap
		ORDER BY decided_at, kind, period, first`, nil, func(scan func(...any) error) error {
		var g billing.Gap
		var at string
		if err := scan(&g.Kind, &g.Period, &g.First, &g.Last, &at, &g.By); err != nil {
			return err
		}
		var err error
		g.At, err = parseInstant(at)
		out = append(out, g)
		return err
	})
	return out, err
}
