-- +goose Up
-- Quotes, invoices and credit notes; see package app/billing. A final document never changes: what
-- happens to it afterwards is in the tables below.
CREATE TABLE document (
  id             INTEGER PRIMARY KEY AUTOINCREMENT, -- a deleted draft's id is never given again
  kind           TEXT    NOT NULL CHECK (kind IN ('quote', 'invoice', 'credit_note')),
  state          TEXT    NOT NULL CHECK (state IN ('draft', 'final')),
  version        INTEGER NOT NULL CHECK (version > 0),
  number         TEXT,
  period         TEXT,
  serial         INTEGER CHECK (serial > 0),
  customer       INTEGER REFERENCES customer(id),
  owner          INTEGER NOT NULL,
  source         INTEGER REFERENCES document(id),
  issue_date     TEXT    NOT NULL,
  due_date       TEXT    NOT NULL,
  delivery_date  TEXT    NOT NULL,
  valid_until    TEXT    NOT NULL,
  terms_days     INTEGER NOT NULL CHECK (terms_days BETWEEN 0 AND 365),
  terms_eom      INTEGER NOT NULL CHECK (terms_eom IN (0, 1)),
  method         TEXT    NOT NULL,
  subject        TEXT    NOT NULL,
  customer_ref   TEXT    NOT NULL,
  purchase_order TEXT    NOT NULL,
  delivery       TEXT    NOT NULL,
  notes          TEXT    NOT NULL,
  housing_works  INTEGER NOT NULL CHECK (housing_works IN (0, 1)),
  nature         TEXT    NOT NULL CHECK (nature IN ('', 'goods', 'services', 'mixed')),
  on_collection  INTEGER NOT NULL CHECK (on_collection IN (0, 1)),
  net            INTEGER NOT NULL,
  vat            INTEGER NOT NULL,
  gross          INTEGER NOT NULL CHECK (gross = net + vat),
  buyer          TEXT    NOT NULL,
  seller         TEXT    NOT NULL,
  mentions       TEXT    NOT NULL,
  entry          INTEGER,
  receivable     INTEGER,
  digest         TEXT    NOT NULL,
  created_at     TEXT    NOT NULL,
  created_by     INTEGER NOT NULL,
  created_name   TEXT    NOT NULL,
  changed_at     TEXT    NOT NULL,
  changed_by     INTEGER NOT NULL,
  changed_name   TEXT    NOT NULL,
  issued_at      TEXT    NOT NULL,
  issued_by      INTEGER NOT NULL,
  issued_name    TEXT    NOT NULL,
  CHECK (state = 'draft' AND number IS NULL AND period IS NULL AND serial IS NULL AND digest = ''
         AND entry IS NULL AND receivable IS NULL
      OR state = 'final' AND number IS NOT NULL AND period IS NOT NULL AND serial IS NOT NULL
         AND customer IS NOT NULL AND length(digest) = 64 AND issue_date <> '' AND gross >= 0
         AND (kind = 'quote' OR entry IS NOT NULL AND receivable IS NOT NULL AND gross > 0)),
  CHECK (kind <> 'credit_note' OR source IS NOT NULL)
) STRICT;
CREATE UNIQUE INDEX document_number ON document(kind, number) WHERE number IS NOT NULL;
CREATE UNIQUE INDEX document_serial ON document(kind, period, serial) WHERE serial IS NOT NULL;
-- The list of a kind by date and its totals are read from this index alone.
CREATE INDEX document_day ON document(kind, CASE issue_date WHEN '' THEN '9999-12-31' ELSE issue_date END, id,
  owner, customer, net, vat, gross);
CREATE INDEX document_customer ON document(customer, kind);
CREATE INDEX document_owner ON document(owner, kind);
CREATE INDEX document_source ON document(source) WHERE source IS NOT NULL;
CREATE INDEX document_receivable ON document(receivable) WHERE receivable IS NOT NULL;
CREATE INDEX document_draft ON document(kind) WHERE state = 'draft';

CREATE TABLE document_line (
  document    INTEGER NOT NULL REFERENCES document(id),
  position    INTEGER NOT NULL CHECK (position > 0),
  kind        TEXT    NOT NULL CHECK (kind IN ('item', 'heading', 'text', 'subtotal')),
  item        INTEGER,
  code        TEXT    NOT NULL,
  description TEXT    NOT NULL,
  quantity    INTEGER NOT NULL,
  unit        TEXT    NOT NULL,
  unit_price  INTEGER NOT NULL,
  discount    INTEGER NOT NULL CHECK (discount BETWEEN 0 AND 1000000),
  vat_rate    INTEGER NOT NULL CHECK (vat_rate BETWEEN 0 AND 1000000),
  nature      TEXT    NOT NULL CHECK (nature IN ('', 'goods', 'services')),
  account     TEXT    NOT NULL,
  exemption   TEXT    NOT NULL,
  origin      INTEGER NOT NULL CHECK (origin >= 0),
  net         INTEGER NOT NULL,
  PRIMARY KEY (document, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE document_vat (
  document     INTEGER NOT NULL REFERENCES document(id),
  rate         INTEGER NOT NULL CHECK (rate BETWEEN 0 AND 1000000),
  exemption    TEXT    NOT NULL,
  base         INTEGER NOT NULL,
  tax          INTEGER NOT NULL,
  pending_base INTEGER NOT NULL,
  pending_tax  INTEGER NOT NULL,
  PRIMARY KEY (document, rate, exemption)
) STRICT, WITHOUT ROWID;

-- +goose StatementBegin
CREATE TRIGGER document_no_update BEFORE UPDATE ON document WHEN old.state = 'final'
BEGIN SELECT RAISE(ABORT, 'a final document never changes'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER document_no_delete BEFORE DELETE ON document WHEN old.state = 'final'
BEGIN SELECT RAISE(ABORT, 'a final document is never deleted'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER document_no_replace BEFORE INSERT ON document
WHEN new.state = 'final' OR EXISTS (SELECT 1 FROM document WHERE id = new.id)
BEGIN SELECT RAISE(ABORT, 'a document starts as a new draft'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER document_line_no_insert BEFORE INSERT ON document_line
WHEN (SELECT state FROM document WHERE id = new.document) = 'final'
BEGIN SELECT RAISE(ABORT, 'a final document never changes'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER document_line_no_update BEFORE UPDATE ON document_line
WHEN EXISTS (SELECT 1 FROM document WHERE id IN (old.document, new.document) AND state = 'final')
BEGIN SELECT RAISE(ABORT, 'a final document never changes'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER document_line_no_delete BEFORE DELETE ON document_line
WHEN (SELECT state FROM document WHERE id = old.document) = 'final'
BEGIN SELECT RAISE(ABORT, 'a final document never changes'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER document_vat_no_insert BEFORE INSERT ON document_vat
WHEN (SELECT state FROM document WHERE id = new.document) = 'final'
BEGIN SELECT RAISE(ABORT, 'a final document never changes'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER document_vat_no_update BEFORE UPDATE ON document_vat
WHEN EXISTS (SELECT 1 FROM document WHERE id IN (old.document, new.document) AND state = 'final')
BEGIN SELECT RAISE(ABORT, 'a final document never changes'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER document_vat_no_delete BEFORE DELETE ON document_vat
WHEN (SELECT state FROM document WHERE id = old.document) = 'final'
BEGIN SELECT RAISE(ABORT, 'a final document never changes'); END;
-- +goose StatementEnd

-- What the customer answered to a quote; the last row counts.
CREATE TABLE quote_answer (
  id       INTEGER PRIMARY KEY,
  document INTEGER NOT NULL REFERENCES document(id),
  answer   TEXT    NOT NULL CHECK (answer IN ('accepted', 'refused')),
  date     TEXT    NOT NULL,
  signer   TEXT    NOT NULL,
  reason   TEXT    NOT NULL,
  at       TEXT    NOT NULL,
  by       INTEGER NOT NULL,
  by_name  TEXT    NOT NULL
) STRICT;
CREATE INDEX quote_answer_document ON quote_answer(document, id);

-- Payments (règlements): received from customers ("in") or paid back to them ("out"). line is the
-- entry line of what was on account from the start.
CREATE TABLE payment (
  id        INTEGER PRIMARY KEY,
  number    TEXT    NOT NULL UNIQUE,
  period    TEXT    NOT NULL,
  serial    INTEGER NOT NULL CHECK (serial > 0),
  direction TEXT    NOT NULL CHECK (direction IN ('in', 'out')),
  customer  INTEGER NOT NULL REFERENCES customer(id),
  owner     INTEGER NOT NULL,
  date      TEXT    NOT NULL,
  amount    INTEGER NOT NULL CHECK (amount > 0),
  method    TEXT    NOT NULL,
  account   TEXT    NOT NULL,
  reference TEXT    NOT NULL,
  note      TEXT    NOT NULL,
  entry     INTEGER NOT NULL,
  line      INTEGER,
  digest    TEXT    NOT NULL CHECK (length(digest) = 64),
  at        TEXT    NOT NULL,
  by        INTEGER NOT NULL,
  by_name   TEXT    NOT NULL,
  UNIQUE (period, serial)
) STRICT;
CREATE INDEX payment_date ON payment(date, id);
CREATE INDEX payment_customer ON payment(customer, date);

CREATE TABLE payment_cancel (
  payment INTEGER PRIMARY KEY REFERENCES payment(id),
  date    TEXT    NOT NULL,
  reason  TEXT    NOT NULL CHECK (reason <> ''),
  entry   INTEGER NOT NULL,
  at      TEXT    NOT NULL,
  by      INTEGER NOT NULL,
  by_name TEXT    NOT NULL
) STRICT;

-- How a document was settled (imputation): by a payment or by a credit note. A row with a negative
-- amount undoes an earlier one; rows never change. line is the entry line of the settling side.
CREATE TABLE settlement (
  id       INTEGER PRIMARY KEY,
  document INTEGER NOT NULL REFERENCES document(id),
  payment  INTEGER REFERENCES payment(id),
  credit   INTEGER REFERENCES document(id),
  amount   INTEGER NOT NULL CHECK (amount <> 0),
  date     TEXT    NOT NULL,
  line     INTEGER NOT NULL,
  undoes   INTEGER UNIQUE REFERENCES settlement(id),
  at       TEXT    NOT NULL,
  CHECK ((payment IS NULL) <> (credit IS NULL)),
  CHECK ((undoes IS NULL) = (amount > 0))
) STRICT;
CREATE INDEX settlement_document ON settlement(document);
CREATE INDEX settlement_payment ON settlement(payment) WHERE payment IS NOT NULL;
CREATE INDEX settlement_credit ON settlement(credit) WHERE credit IS NOT NULL;
CREATE INDEX settlement_line ON settlement(line);

-- Tax on services that fell due with a settlement: moved from the pending account to that of its rate.
CREATE TABLE vat_release (
  id       INTEGER PRIMARY KEY,
  document INTEGER NOT NULL REFERENCES document(id),
  rate     INTEGER NOT NULL CHECK (rate BETWEEN 1 AND 1000000),
  amount   INTEGER NOT NULL CHECK (amount <> 0),
  date     TEXT    NOT NULL,
  entry    INTEGER NOT NULL,
  at       TEXT    NOT NULL
) STRICT;
CREATE INDEX vat_release_document ON vat_release(document);
CREATE INDEX vat_release_date ON vat_release(date);

-- What is left to settle of each final invoice and credit note: the sum of the settlements, kept so
-- that lists need not add them up; Verify recomputes it. netted is what an invoice and its own
-- credit notes cancelled of each other, paid the rest.
CREATE TABLE balance (
  document INTEGER PRIMARY KEY REFERENCES document(id),
  gross    INTEGER NOT NULL,
  paid     INTEGER NOT NULL CHECK (paid >= 0),
  netted   INTEGER NOT NULL CHECK (netted >= 0),
  open     INTEGER NOT NULL CHECK (open >= 0 AND open = gross - paid - netted)
) STRICT;
CREATE INDEX balance_open ON balance(document) WHERE open > 0;

-- +goose StatementBegin
CREATE TRIGGER quote_answer_no_update BEFORE UPDATE ON quote_answer
BEGIN SELECT RAISE(ABORT, 'a quote_answer row never changes'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER quote_answer_no_delete BEFORE DELETE ON quote_answer
BEGIN SELECT RAISE(ABORT, 'a quote_answer row is never deleted'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER payment_no_update BEFORE UPDATE ON payment
BEGIN SELECT RAISE(ABORT, 'a payment row never changes'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER payment_no_delete BEFORE DELETE ON payment
BEGIN SELECT RAISE(ABORT, 'a payment row is never deleted'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER payment_cancel_no_update BEFORE UPDATE ON payment_cancel
BEGIN SELECT RAISE(ABORT, 'a payment_cancel row never changes'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER payment_cancel_no_delete BEFORE DELETE ON payment_cancel
BEGIN SELECT RAISE(ABORT, 'a payment_cancel row is never deleted'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER settlement_no_update BEFORE UPDATE ON settlement
BEGIN SELECT RAISE(ABORT, 'a settlement row never changes'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER settlement_no_delete BEFORE DELETE ON settlement
BEGIN SELECT RAISE(ABORT, 'a settlement row is never deleted'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER vat_release_no_update BEFORE UPDATE ON vat_release
BEGIN SELECT RAISE(ABORT, 'a vat_release row never changes'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER vat_release_no_delete BEFORE DELETE ON vat_release
BEGIN SELECT RAISE(ABORT, 'a vat_release row is never deleted'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER quote_answer_no_replace BEFORE INSERT ON quote_answer
WHEN EXISTS (SELECT 1 FROM quote_answer WHERE id = new.id)
BEGIN SELECT RAISE(ABORT, 'a quote_answer row never changes'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER payment_no_replace BEFORE INSERT ON payment
WHEN EXISTS (SELECT 1 FROM payment WHERE id = new.id)
BEGIN SELECT RAISE(ABORT, 'a payment row never changes'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER settlement_no_replace BEFORE INSERT ON settlement
WHEN EXISTS (SELECT 1 FROM settlement WHERE id = new.id)
BEGIN SELECT RAISE(ABORT, 'a settlement row never changes'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER vat_release_no_replace BEFORE INSERT ON vat_release
WHEN EXISTS (SELECT 1 FROM vat_release WHERE id = new.id)
BEGIN SELECT RAISE(ABORT, 'a vat_release row never changes'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER payment_cancel_no_replace BEFORE INSERT ON payment_cancel
WHEN EXISTS (SELECT 1 FROM payment_cancel WHERE payment = new.payment)
BEGIN SELECT RAISE(ABORT, 'a payment_cancel row never changes'); END;
-- +goose StatementEnd
