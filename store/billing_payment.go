package store

import (
	"zafe/app/billing"
	"zafe/app/ledger"
	"zafe/app/money"
	"zafe/app/search"
)

const paymentColumns = `p.id, p.number, p.direction = 'out', p.customer, c.code, c.name, p.owner, c.owner, p.date,
	p.amount, p.method, p.account, p.reference, p.note, p.entry, coalesce(p.line, 0),
	p.digest, p.period, p.serial, p.at, p.by, p.by_name,
	k.payment IS NOT NULL, coalesce(k.date, ''), coalesce(k.reason, ''),
	coalesce(k.entry, 0), coalesce(k.at, ''), coalesce(k.by, 0), coalesce(k.by_name, ''),
	CASE WHEN k.payment IS NULL THEN p.amount - (SELECT coalesce(sum(s.amount), 0) FROM settlement s
		WHERE s.payment = p.id) ELSE 0 END AS on_account`

const paymentSource = ` FROM payment p JOIN customer c ON c.id = p.customer
	LEFT JOIN payment_cancel k ON k.payment = p.id`

func scanPayment(scan func(...any) error, p *billing.Payment) error {
	var cancelled bool
	var c billing.Cancellation
	err := scan(&p.ID, &p.Number, &p.Refund, &p.Customer, &p.CustomerCode, &p.CustomerName, &p.Owner, &p.CustomerOwner,
		toDate{&p.Date}, &p.Amount, &p.Method, &p.Account, &p.Reference, &p.Note, &p.Entry,
		&p.Line, &p.Digest, &p.Period, &p.Serial,
		toInstant{&p.Recorded.At}, &p.Recorded.By, &p.Recorded.Name,
		&cancelled, toDate{&c.Date}, &c.Reason, &c.Entry, toInstant{&c.Stamp.At}, &c.Stamp.By, &c.Stamp.Name,
		&p.OnAccount)
	if cancelled {
		p.Cancelled = &c
	}
	return err
}

// Payment returns a payment with its settlements in force, and whether it exists.
func (t *Tx) Payment(id billing.PaymentID) (billing.Payment, bool, error) {
	ps, err := all(t, `SELECT `+paymentColumns+paymentSource+` WHERE p.id = ?`, []any{id}, scanPayment)
	if err != nil || len(ps) == 0 {
		return billing.Payment{}, false, err
	}
	ps[0].Settlements, err = t.settlements(`s.payment = ?`, id)
	return ps[0], true, err
}

// AllPayments returns the ids of all payments by period and serial.
func (t *Tx) AllPayments() ([]billing.PaymentID, error) {
	return all(t, `SELECT id FROM payment ORDER BY period, serial`, nil,
		func(scan func(...any) error, id *billing.PaymentID) error { return scan(id) })
}

// AddPayment stores a payment for ever and returns its id.
func (t *Tx) AddPayment(p billing.Payment) (billing.PaymentID, error) {
	direction := "in"
	if p.Refund {
		direction = "out"
	}
	id, err := t.insert(`INSERT INTO payment(number, period, serial, direction, customer, owner, date, amount,
		method, account, reference, note, entry, line, digest, at, by, by_name) VALUES (`+marks(18)+`)`,
		p.Number, p.Period, p.Serial, direction, p.Customer, p.Owner, p.Date.String(), p.Amount, p.Method,
		p.Account, p.Reference, p.Note, p.Entry, orNull(p.Line), p.Digest,
		instant(p.Recorded.At), p.Recorded.By, p.Recorded.Name)
	return billing.PaymentID(id), err
}

// AddCancel keeps the cancellation of a payment.
func (t *Tx) AddCancel(id billing.PaymentID, c billing.Cancellation) error {
	_, err := t.exec(`INSERT INTO payment_cancel(payment, date, reason, entry, at, by, by_name)
		VALUES (?,?,?,?,?,?,?)`,
		id, c.Date.String(), c.Reason, c.Entry, instant(c.Stamp.At), c.Stamp.By, c.Stamp.Name)
	return err
}

// PaymentList returns a page of payments and the totals of all that the filter keeps.
func (t *Tx) PaymentList(f billing.PaymentFilter) (billing.PaymentPage, error) {
	c := &clause{}
	if f.Customer != 0 {
		c.where("p.customer = ?", f.Customer)
	}
	if f.Document != 0 {
		c.where("p.id IN (SELECT payment FROM settlement WHERE document = ?)", f.Document)
	}
	if f.Method != "" {
		c.where("p.method = ?", string(f.Method))
	}
	c.allowed(f.Allowed, paymentFacts)
	if !f.Cancelled {
		c.where("k.payment IS NULL")
	}
	if f.OnAccount {
		c.where(`k.payment IS NULL AND p.amount >
			(SELECT coalesce(sum(s.amount), 0) FROM settlement s WHERE s.payment = p.id)`)
	}
	c.during("p.date", f.Period)
	c.found("p.id", f.Query, search.Payment)
	var page billing.PaymentPage
	_, err := t.one(`SELECT count(*),
		coalesce(sum(CASE WHEN cancelled THEN 0 WHEN refund THEN -amount ELSE amount END), 0),
		coalesce(sum(on_account), 0) FROM (SELECT p.direction = 'out' AS refund, k.payment IS NOT NULL AS cancelled,
		p.amount AS amount, CASE WHEN k.payment IS NULL THEN p.amount - (SELECT coalesce(sum(s.amount), 0)
			FROM settlement s WHERE s.payment = p.id) ELSE 0 END AS on_account`+paymentSource+c.String()+`)`,
		c.args, &page.Count, &page.Total, &page.OnAccount)
	if err != nil {
		return page, err
	}
	page.Rows, err = all(t, `SELECT `+paymentColumns+paymentSource+c.String()+`
		ORDER BY p.date DESC, p.id DESC LIMIT ? OFFSET ?`, append(c.args, f.Limit, f.Offset), scanPayment)
	for i := range page.Rows {
		if err == nil {
			page.Rows[i].Settlements, err = t.settlements(`s.payment = ?`, page.Rows[i].ID)
		}
	}
	return page, err
}

// Settlements returns the imputations in force on a document, oldest first.
func (t *Tx) Settlements(document billing.DocumentID) ([]billing.Settlement, error) {
	return t.settlements(`s.document = ?`, document)
}

// CreditUses returns the imputations in force made with a credit note.
func (t *Tx) CreditUses(credit billing.DocumentID) ([]billing.Settlement, error) {
	return t.settlements(`s.credit = ?`, credit)
}

func (t *Tx) settlements(where string, arg any) ([]billing.Settlement, error) {
	out, err := all(t, `SELECT s.id, s.document, d.number, coalesce(s.payment, 0), coalesce(s.credit, 0),
		coalesce(p.number, n.number), s.amount, s.date, coalesce(p.method, ''), s.line,
		coalesce(n.source = s.document, 0)
		FROM settlement s JOIN document d ON d.id = s.document LEFT JOIN payment p ON p.id = s.payment
		LEFT JOIN document n ON n.id = s.credit
		WHERE `+where+` AND s.amount > 0 AND NOT EXISTS (SELECT 1 FROM settlement u WHERE u.undoes = s.id)
		ORDER BY s.id`, []any{arg}, func(scan func(...any) error, s *billing.Settlement) error {
		return scan(&s.ID, &s.Document, &s.Number, &s.Payment, &s.Credit, &s.By, &s.Amount, toDate{&s.Date},
			&s.Method, &s.Line, &s.Netted)
	})
	if out == nil {
		out = []billing.Settlement{}
	}
	return out, err
}

// AddSettlement stores one imputation and moves the balance of the document and of the credit note
// used; a negative amount undoes the one that Undoes names.
func (t *Tx) AddSettlement(s billing.Settlement) (billing.SettlementID, error) {
	id, err := t.insert(`INSERT INTO settlement(document, payment, credit, amount, date, line, undoes, at)
		VALUES (?,?,?,?,?,?,?,?)`, s.Document, orNull(s.Payment), orNull(s.Credit), s.Amount, s.Date.String(),
		s.Line, orNull(s.Undoes), instant(t.now))
	if err != nil {
		return 0, err
	}
	column := "paid"
	if s.Netted {
		column = "netted"
	}
	for _, document := range []billing.DocumentID{s.Document, s.Credit} {
		if document == 0 {
			continue
		}
		if _, err := t.exec(`UPDATE balance SET `+column+` = `+column+` + ?1, open = open - ?1 WHERE document = ?2`,
			s.Amount, document); err != nil {
			return 0, err
		}
	}
	return billing.SettlementID(id), nil
}

// SettledWith returns a ledger line and all those tied to it by imputations in force.
func (t *Tx) SettledWith(line ledger.LineID) ([]ledger.LineID, error) {
	const force = `s.amount > 0 AND NOT EXISTS (SELECT 1 FROM settlement u WHERE u.undoes = s.id)`
	return all(t, `WITH RECURSIVE tied(line) AS (
		SELECT ?
		UNION SELECT s.line FROM tied JOIN document d ON d.receivable = tied.line
			JOIN settlement s ON s.document = d.id WHERE `+force+`
		UNION SELECT d.receivable FROM tied JOIN settlement s ON s.line = tied.line
			JOIN document d ON d.id = s.document WHERE `+force+`
		) SELECT line FROM tied ORDER BY line`, []any{line},
		func(scan func(...any) error, id *ledger.LineID) error { return scan(id) })
}

// Released returns the tax on services already released for a document, by rate.
func (t *Tx) Released(document billing.DocumentID) (map[money.Rate]money.Amount, error) {
	out := map[money.Rate]money.Amount{}
	err := t.each(`SELECT rate, sum(amount) FROM vat_release WHERE document = ? GROUP BY rate`, []any{document},
		func(scan func(...any) error) error {
			var rate money.Rate
			var amount money.Amount
			err := scan(&rate, &amount)
			out[rate] = amount
			return err
		})
	return out, err
}

// AddRelease keeps a release of tax.
func (t *Tx) AddRelease(r billing.Release) error {
	_, err := t.exec(`INSERT INTO vat_release(document, rate, amount, date, entry, at) VALUES (?,?,?,?,?,?)`,
		r.Document, r.Rate, r.Amount, r.Date.String(), r.Entry, instant(t.now))
	return err
}
