-- +goose Up
-- Customers (clients); see package app/party. The *_fold columns and fold are the text as searched
-- and sorted (package app/search): whoever writes a row writes them.
CREATE TABLE customer (
  id           INTEGER PRIMARY KEY,
  code         TEXT    NOT NULL UNIQUE CHECK (code <> ''),
  kind         TEXT    NOT NULL CHECK (kind IN ('company', 'person')),
  name         TEXT    NOT NULL CHECK (name <> ''),
  legal_form   TEXT    NOT NULL,
  siren        TEXT    NOT NULL CHECK (siren = '' OR length(siren) = 9),
  siret        TEXT    NOT NULL CHECK (siret = '' OR length(siret) = 14),
  vat_number   TEXT    NOT NULL,
  email        TEXT    NOT NULL,
  phone        TEXT    NOT NULL,
  street       TEXT    NOT NULL,
  street2      TEXT    NOT NULL,
  postal_code  TEXT    NOT NULL,
  city         TEXT    NOT NULL,
  country      TEXT    NOT NULL,
  delivered_elsewhere  INTEGER NOT NULL CHECK (delivered_elsewhere IN (0, 1)),
  delivery_street      TEXT    NOT NULL,
  delivery_street2     TEXT    NOT NULL,
  delivery_postal_code TEXT    NOT NULL,
  delivery_city        TEXT    NOT NULL,
  delivery_country     TEXT    NOT NULL,
  payment_days         INTEGER NOT NULL CHECK (payment_days BETWEEN 0 AND 365),
  payment_end_of_month INTEGER NOT NULL CHECK (payment_end_of_month IN (0, 1)),
  notes        TEXT    NOT NULL,
  owner        INTEGER NOT NULL CHECK (owner >= 0),
  prospect     INTEGER NOT NULL CHECK (prospect IN (0, 1)),
  archived     INTEGER NOT NULL CHECK (archived IN (0, 1)),
  version      INTEGER NOT NULL,
  updated_at   TEXT    NOT NULL,
  updated_by   TEXT    NOT NULL,
  name_fold    TEXT    NOT NULL,
  city_fold    TEXT    NOT NULL,
  fold         TEXT    NOT NULL
) STRICT;
-- One index for each way the list is sorted, blanks last, so that a page costs the same in any order.
CREATE INDEX customer_by_name   ON customer(archived, name_fold, name);
CREATE INDEX customer_by_code   ON customer(archived, code);
CREATE INDEX customer_by_city   ON customer(archived, city_fold = '', city_fold, name_fold);
CREATE INDEX customer_by_postal ON customer(archived, postal_code = '', postal_code, name_fold);
CREATE INDEX customer_by_siren  ON customer(archived, siren = '', siren, name_fold);
CREATE INDEX customer_by_email  ON customer(archived, email = '', email, name_fold);
CREATE INDEX customer_by_phone  ON customer(archived, phone = '', phone, name_fold);
CREATE INDEX customer_by_owner  ON customer(owner, archived, name_fold, name);
CREATE INDEX customer_prospect  ON customer(name_fold, name) WHERE prospect = 1 AND archived = 0;

CREATE TABLE customer_contact (
  customer INTEGER NOT NULL REFERENCES customer(id) ON DELETE CASCADE,
  pos      INTEGER NOT NULL,
  name     TEXT    NOT NULL,
  role     TEXT    NOT NULL,
  email    TEXT    NOT NULL,
  phone    TEXT    NOT NULL,
  PRIMARY KEY (customer, pos)
) STRICT, WITHOUT ROWID;

-- How many customers there are of each sort: a list shows its total without counting 100,000 rows.
CREATE TABLE customer_tally (
  owner    INTEGER NOT NULL,
  archived INTEGER NOT NULL,
  prospect INTEGER NOT NULL,
  n        INTEGER NOT NULL CHECK (n >= 0),
  PRIMARY KEY (owner, archived, prospect)
) STRICT, WITHOUT ROWID;

CREATE VIRTUAL TABLE customer_fts USING fts5(
  fold, content='customer', content_rowid='id', tokenize='unicode61', prefix='1 2 3 4',
  detail=none, columnsize=0
);
-- +goose StatementBegin
CREATE TRIGGER customer_insert AFTER INSERT ON customer BEGIN
  INSERT INTO customer_fts(rowid, fold) VALUES (new.id, new.fold);
  INSERT INTO customer_tally(owner, archived, prospect, n) VALUES (new.owner, new.archived, new.prospect, 1)
    ON CONFLICT DO UPDATE SET n = n + 1;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER customer_delete AFTER DELETE ON customer BEGIN
  INSERT INTO customer_fts(customer_fts, rowid, fold) VALUES ('delete', old.id, old.fold);
  UPDATE customer_tally SET n = n - 1
    WHERE owner = old.owner AND archived = old.archived AND prospect = old.prospect;
  DELETE FROM customer_tally WHERE n = 0;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER customer_refold AFTER UPDATE OF fold ON customer WHEN new.fold <> old.fold BEGIN
  INSERT INTO customer_fts(customer_fts, rowid, fold) VALUES ('delete', old.id, old.fold);
  INSERT INTO customer_fts(rowid, fold) VALUES (new.id, new.fold);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER customer_recount AFTER UPDATE OF owner, archived, prospect ON customer BEGIN
  UPDATE customer_tally SET n = n - 1
    WHERE owner = old.owner AND archived = old.archived AND prospect = old.prospect;
  DELETE FROM customer_tally WHERE n = 0;
  INSERT INTO customer_tally(owner, archived, prospect, n) VALUES (new.owner, new.archived, new.prospect, 1)
    ON CONFLICT DO UPDATE SET n = n + 1;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER customer_code_stays BEFORE UPDATE OF code ON customer WHEN new.code <> old.code
BEGIN SELECT RAISE(ABORT, 'a customer keeps its code: entries carry it'); END;
-- +goose StatementEnd

-- What one sells (articles et prestations); see package app/catalog.
CREATE TABLE item (
  id            INTEGER PRIMARY KEY,
  code          TEXT    NOT NULL UNIQUE CHECK (code <> ''),
  label         TEXT    NOT NULL CHECK (label <> ''),
  description   TEXT    NOT NULL,
  unit          TEXT    NOT NULL CHECK (unit <> ''),
  price         INTEGER NOT NULL,
  vat_rate      INTEGER NOT NULL CHECK (vat_rate BETWEEN 0 AND 1000000),
  nature        TEXT    NOT NULL CHECK (nature IN ('goods', 'services')),
  sales_account TEXT    NOT NULL CHECK (sales_account GLOB '7[0-9][0-9][0-9][0-9][0-9]*'),
  archived      INTEGER NOT NULL CHECK (archived IN (0, 1)),
  version       INTEGER NOT NULL,
  updated_at    TEXT    NOT NULL,
  updated_by    TEXT    NOT NULL,
  label_fold    TEXT    NOT NULL,
  fold          TEXT    NOT NULL
) STRICT;
CREATE INDEX item_by_label ON item(archived, label_fold, label);
CREATE INDEX item_by_code  ON item(archived, code);
CREATE VIRTUAL TABLE item_fts USING fts5(
  fold, content='item', content_rowid='id', tokenize='unicode61', prefix='1 2 3 4',
  detail=none, columnsize=0
);
-- +goose StatementBegin
CREATE TRIGGER item_insert AFTER INSERT ON item BEGIN
  INSERT INTO item_fts(rowid, fold) VALUES (new.id, new.fold);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER item_delete AFTER DELETE ON item BEGIN
  INSERT INTO item_fts(item_fts, rowid, fold) VALUES ('delete', old.id, old.fold);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER item_refold AFTER UPDATE OF fold ON item WHEN new.fold <> old.fold BEGIN
  INSERT INTO item_fts(item_fts, rowid, fold) VALUES ('delete', old.id, old.fold);
  INSERT INTO item_fts(rowid, fold) VALUES (new.id, new.fold);
END;
-- +goose StatementEnd

-- Imports of customers and items, with what is needed to undo each; see package app/imports.
CREATE TABLE import_batch (
  id        INTEGER PRIMARY KEY,
  kind      TEXT    NOT NULL,
  file      TEXT    NOT NULL,
  at        TEXT    NOT NULL,
  by_user   INTEGER NOT NULL,
  by_name   TEXT    NOT NULL,
  rows      INTEGER NOT NULL,
  created   INTEGER NOT NULL,
  updated   INTEGER NOT NULL,
  unchanged INTEGER NOT NULL,
  skipped   INTEGER NOT NULL,
  series_before INTEGER NOT NULL,
  series_after  INTEGER NOT NULL,
  undone_at TEXT    NOT NULL,
  undone_by TEXT    NOT NULL
) STRICT;
-- prior is the row before the import, '' when the import created it.
CREATE TABLE import_change (
  batch   INTEGER NOT NULL REFERENCES import_batch(id),
  ref     INTEGER NOT NULL,
  prior   TEXT    NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (batch, ref)
) STRICT, WITHOUT ROWID;
