CREATE TABLE account (
  id       INTEGER PRIMARY KEY,
  number   TEXT    NOT NULL UNIQUE CHECK (number GLOB '[1-8][0-9][0-9]*' AND length(number) BETWEEN 6 AND 20),
  title    TEXT    NOT NULL CHECK (title <> ''),
  custom   INTEGER NOT NULL CHECK (custom IN (0, 1)),
  archived INTEGER NOT NULL CHECK (archived IN (0, 1)),
  version  INTEGER NOT NULL
) STRICT

CREATE TABLE account_month (
  account_id INTEGER NOT NULL REFERENCES account,
  month      TEXT    NOT NULL,
  opening    INTEGER NOT NULL,
  debit      INTEGER NOT NULL,
  credit     INTEGER NOT NULL,
  PRIMARY KEY (account_id, month, opening)
) STRICT, WITHOUT ROWID

CREATE TABLE answer (
  request_id TEXT PRIMARY KEY,
  at         TEXT NOT NULL,
  op         TEXT NOT NULL,
  input_hash TEXT NOT NULL,
  response   BLOB NOT NULL
) STRICT, WITHOUT ROWID

CREATE TABLE approval (
  id         INTEGER PRIMARY KEY,
  op         TEXT    NOT NULL,
  request    BLOB    NOT NULL,
  asked_by   INTEGER NOT NULL REFERENCES user(id),
  asked_at   TEXT    NOT NULL,
  expires_at TEXT    NOT NULL,
  state      TEXT    NOT NULL CHECK (state IN ('waiting', 'approved', 'refused', 'withdrawn')),
  decided_by INTEGER REFERENCES user(id),
  decided_at TEXT    NOT NULL DEFAULT '',
  CHECK (state <> 'approved' OR decided_by <> asked_by)
) STRICT

CREATE TABLE attachment (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  file       INTEGER NOT NULL REFERENCES file(id),
  kind       TEXT    NOT NULL CHECK (kind IN ('customer', 'document', 'entry')),
  subject    INTEGER NOT NULL,
  name       TEXT    NOT NULL CHECK (name <> ''),
  media      TEXT    NOT NULL,
  added_at   TEXT    NOT NULL,
  added_by   INTEGER NOT NULL,
  added_name TEXT    NOT NULL,
  UNIQUE (kind, subject, file)
) STRICT

CREATE TABLE aux (
  id     INTEGER PRIMARY KEY,
  code   TEXT NOT NULL UNIQUE CHECK (code <> ''),
  title  TEXT NOT NULL,
  latest TEXT NOT NULL
) STRICT

CREATE TABLE balance (
  document INTEGER PRIMARY KEY REFERENCES document(id),
  gross    INTEGER NOT NULL,
  paid     INTEGER NOT NULL CHECK (paid >= 0),
  netted   INTEGER NOT NULL CHECK (netted >= 0),
  open     INTEGER NOT NULL CHECK (open >= 0 AND open = gross - paid - netted)
) STRICT

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
) STRICT

CREATE TABLE customer_contact (
  customer INTEGER NOT NULL REFERENCES customer(id) ON DELETE CASCADE,
  pos      INTEGER NOT NULL,
  name     TEXT    NOT NULL,
  role     TEXT    NOT NULL,
  email    TEXT    NOT NULL,
  phone    TEXT    NOT NULL,
  PRIMARY KEY (customer, pos)
) STRICT, WITHOUT ROWID

CREATE VIRTUAL TABLE customer_fts USING fts5(
  fold, content='customer', content_rowid='id', tokenize='unicode61', prefix='1 2 3 4',
  detail=none, columnsize=0
)

CREATE TABLE 'customer_fts_config'(k PRIMARY KEY, v) WITHOUT ROWID

CREATE TABLE 'customer_fts_data'(id INTEGER PRIMARY KEY, block BLOB)

CREATE TABLE 'customer_fts_idx'(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID

CREATE TABLE customer_tally (
  owner    INTEGER NOT NULL,
  archived INTEGER NOT NULL,
  prospect INTEGER NOT NULL,
  n        INTEGER NOT NULL CHECK (n >= 0),
  PRIMARY KEY (owner, archived, prospect)
) STRICT, WITHOUT ROWID

CREATE TABLE device (
  id          INTEGER PRIMARY KEY,
  fingerprint TEXT    NOT NULL UNIQUE,
  name        TEXT    NOT NULL,
  state       TEXT    NOT NULL CHECK (state IN ('active', 'revoked')),
  approved_by INTEGER NOT NULL,
  first_seen  TEXT    NOT NULL,
  last_seen   TEXT    NOT NULL
, ends_at TEXT NOT NULL DEFAULT '') STRICT

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
) STRICT

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
) STRICT, WITHOUT ROWID

CREATE TABLE document_vat (
  document     INTEGER NOT NULL REFERENCES document(id),
  rate         INTEGER NOT NULL CHECK (rate BETWEEN 0 AND 1000000),
  exemption    TEXT    NOT NULL,
  base         INTEGER NOT NULL,
  tax          INTEGER NOT NULL,
  pending_base INTEGER NOT NULL,
  pending_tax  INTEGER NOT NULL,
  PRIMARY KEY (document, rate, exemption)
) STRICT, WITHOUT ROWID

CREATE TABLE draft (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  journal    TEXT    NOT NULL,
  date       TEXT    NOT NULL,
  ref        TEXT    NOT NULL,
  ref_date   TEXT    NOT NULL,
  label      TEXT    NOT NULL,
  lines      TEXT    NOT NULL CHECK (json_valid(lines)),
  debit      INTEGER NOT NULL,
  credit     INTEGER NOT NULL,
  version    INTEGER NOT NULL,
  changed_by TEXT    NOT NULL,
  changed_at TEXT    NOT NULL
) STRICT

CREATE TABLE entry (
  id           INTEGER PRIMARY KEY CHECK (id > 0),
  year_id      INTEGER NOT NULL REFERENCES fiscal_year,
  journal_id   INTEGER NOT NULL REFERENCES journal,
  number       INTEGER NOT NULL CHECK (number > 0),
  num          TEXT    CHECK (num <> ''),
  date         TEXT    NOT NULL,
  ref          TEXT    NOT NULL CHECK (ref <> ''),
  ref_date     TEXT    NOT NULL CHECK (ref_date <> ''),
  label        TEXT    NOT NULL CHECK (label <> ''),
  source       TEXT    NOT NULL,
  valid_date   TEXT    NOT NULL CHECK (valid_date <> ''),
  validated_at TEXT    NOT NULL,
  actor        TEXT    NOT NULL,
  reverses     INTEGER REFERENCES entry,
  reason       TEXT    NOT NULL,
  import_id    INTEGER REFERENCES fec_import,
  hash         BLOB    CHECK (length(hash) = 32),
  lines        INTEGER NOT NULL CHECK (lines >= 2),
  total        INTEGER NOT NULL CHECK (total > 0),
  CHECK ((import_id IS NULL) = (num IS NULL)),
  CHECK ((import_id IS NULL) = (hash IS NOT NULL)),
  CHECK ((reverses IS NULL) = (reason = ''))
) STRICT

CREATE TABLE entry_line (
  id              INTEGER PRIMARY KEY,
  entry_id        INTEGER NOT NULL REFERENCES entry DEFERRABLE INITIALLY DEFERRED,
  account_id      INTEGER NOT NULL REFERENCES account,
  aux_id          INTEGER REFERENCES aux,
  date            TEXT    NOT NULL,
  opening         INTEGER NOT NULL CHECK (opening IN (0, 1)),
  debit           INTEGER NOT NULL CHECK (debit >= 0),
  credit          INTEGER NOT NULL CHECK (credit >= 0),
  aux_title       TEXT,
  label           TEXT,
  ref             TEXT,
  ref_date        TEXT,
  due             TEXT,
  currency        TEXT,
  currency_amount INTEGER,
  CHECK ((debit = 0) <> (credit = 0))
) STRICT

CREATE TABLE event (
  id           INTEGER PRIMARY KEY,
  at           TEXT    NOT NULL,
  actor        INTEGER NOT NULL,
  actor_name   TEXT    NOT NULL,
  device       TEXT    NOT NULL,
  op           TEXT    NOT NULL,
  subject_kind TEXT    NOT NULL,
  subject_id   INTEGER NOT NULL,
  request_id   TEXT,
  payload      TEXT    NOT NULL,
  digest       TEXT    NOT NULL,
  prev_hash    BLOB    NOT NULL CHECK (length(prev_hash) = 32),
  hash         BLOB    NOT NULL CHECK (length(hash) = 32)
) STRICT

CREATE TABLE fec_import (
  id        INTEGER PRIMARY KEY,
  year_id   INTEGER NOT NULL,
  file_name TEXT    NOT NULL,
  sha256    TEXT    NOT NULL,
  at        TEXT    NOT NULL,
  actor     TEXT    NOT NULL,
  entries   INTEGER NOT NULL,
  lines     INTEGER NOT NULL,
  debit     INTEGER NOT NULL,
  digest    TEXT    NOT NULL,
  unordered INTEGER NOT NULL CHECK (unordered IN (0, 1)),
  undone_at TEXT    NOT NULL
) STRICT

CREATE TABLE fec_name (
  import_id INTEGER NOT NULL REFERENCES fec_import,
  kind      TEXT    NOT NULL CHECK (kind IN ('journal', 'account')),
  ref       INTEGER NOT NULL,
  code      TEXT    NOT NULL,
  title     TEXT    NOT NULL,
  PRIMARY KEY (import_id, kind, ref)
) STRICT, WITHOUT ROWID

CREATE TABLE file (
  id        INTEGER PRIMARY KEY,
  name      TEXT    NOT NULL UNIQUE CHECK (length(name) = 64),
  digest    TEXT    NOT NULL UNIQUE CHECK (length(digest) = 64), -- SHA-256 of the content
  size      INTEGER NOT NULL CHECK (size > 0),
  key       BLOB    NOT NULL CHECK (length(key) = 32),
  added_at  TEXT    NOT NULL,
  unused_at TEXT    NOT NULL -- when it was seen that nothing refers to it any more, '' while something does
) STRICT

CREATE TABLE fiscal_year (
  id           INTEGER PRIMARY KEY,
  from_date    TEXT NOT NULL UNIQUE CHECK (from_date = date(from_date)),
  to_date      TEXT NOT NULL UNIQUE CHECK (to_date = date(to_date)),
  state        TEXT NOT NULL CHECK (state IN ('open', 'locked')),
  closed_until TEXT NOT NULL,
  locked_at    TEXT NOT NULL,
  locked_hash  TEXT NOT NULL,
  CHECK (to_date > from_date AND to_date < date(from_date, '+24 months'))
) STRICT

CREATE TABLE guess (
  what  TEXT    PRIMARY KEY,
  since TEXT    NOT NULL,
  last  TEXT    NOT NULL,
  wrong INTEGER NOT NULL CHECK (wrong >= 0)
) STRICT, WITHOUT ROWID

CREATE TABLE held_export (
  id         INTEGER PRIMARY KEY,
  user       INTEGER NOT NULL,
  op         TEXT    NOT NULL,
  hash       BLOB    NOT NULL CHECK (length(hash) = 32),
  chosen     TEXT    NOT NULL,
  rows       INTEGER NOT NULL,
  asked_at   TEXT    NOT NULL,
  state      TEXT    NOT NULL CHECK (state IN ('waiting', 'approved', 'refused')),
  decided_by INTEGER NOT NULL DEFAULT 0,
  decided_at TEXT    NOT NULL DEFAULT ''
) STRICT

CREATE TABLE hold (
  id       INTEGER PRIMARY KEY,
  user     INTEGER NOT NULL,
  at       TEXT    NOT NULL,
  rows     INTEGER NOT NULL,
  freed_at TEXT    NOT NULL DEFAULT '',
  freed_by INTEGER NOT NULL DEFAULT 0
) STRICT

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
) STRICT

CREATE TABLE import_change (
  batch   INTEGER NOT NULL REFERENCES import_batch(id),
  ref     INTEGER NOT NULL,
  prior   TEXT    NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (batch, ref)
) STRICT, WITHOUT ROWID

CREATE TABLE invitation (
  id         INTEGER PRIMARY KEY,
  hash       BLOB    NOT NULL UNIQUE CHECK (length(hash) = 32),
  made_by    INTEGER NOT NULL,
  expires_at TEXT    NOT NULL,
  device     TEXT    NOT NULL DEFAULT ''
) STRICT

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
) STRICT

CREATE VIRTUAL TABLE item_fts USING fts5(
  fold, content='item', content_rowid='id', tokenize='unicode61', prefix='1 2 3 4',
  detail=none, columnsize=0
)

CREATE TABLE 'item_fts_config'(k PRIMARY KEY, v) WITHOUT ROWID

CREATE TABLE 'item_fts_data'(id INTEGER PRIMARY KEY, block BLOB)

CREATE TABLE 'item_fts_idx'(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID

CREATE TABLE journal (
  id       INTEGER PRIMARY KEY,
  code     TEXT    NOT NULL UNIQUE CHECK (code <> ''),
  title    TEXT    NOT NULL CHECK (title <> ''),
  kind     TEXT    NOT NULL CHECK (kind IN ('sales', 'purchases', 'bank', 'cash', 'general', 'opening')),
  account  TEXT    NOT NULL,
  archived INTEGER NOT NULL CHECK (archived IN (0, 1)),
  version  INTEGER NOT NULL
) STRICT

CREATE TABLE leaving (
  id       INTEGER PRIMARY KEY,
  user_id  INTEGER NOT NULL REFERENCES user(id),
  state    TEXT    NOT NULL CHECK (state IN ('planned', 'out', 'done')),
  heir     INTEGER NOT NULL,
  keep     TEXT    NOT NULL,
  asked_at TEXT    NOT NULL,
  asked_by TEXT    NOT NULL,
  event    INTEGER NOT NULL,
  report   TEXT    NOT NULL
) STRICT

CREATE TABLE ledger_gate (
  import_id INTEGER PRIMARY KEY REFERENCES fec_import,
  mode      TEXT    NOT NULL CHECK (mode IN ('load', 'undo')),
  key       INTEGER NOT NULL REFERENCES never DEFERRABLE INITIALLY DEFERRED
) STRICT

CREATE TABLE lost (
  id      INTEGER PRIMARY KEY,
  at      TEXT    NOT NULL,
  user    INTEGER NOT NULL,
  op      TEXT    NOT NULL,
  kind    TEXT    NOT NULL,
  ref     INTEGER NOT NULL,
  name    TEXT    NOT NULL,
  gone    INTEGER NOT NULL CHECK (gone IN (0, 1)),
  was     BLOB    NOT NULL,
  after   INTEGER NOT NULL,
  files   BLOB    NOT NULL,
  hold    INTEGER NOT NULL DEFAULT 0,
  back_at TEXT    NOT NULL DEFAULT ''
) STRICT

CREATE TABLE match_group (
  id         INTEGER PRIMARY KEY,
  account_id INTEGER NOT NULL REFERENCES account,
  aux_id     INTEGER REFERENCES aux,
  code       TEXT    NOT NULL CHECK (code <> ''),
  date       TEXT    NOT NULL,
  partial    INTEGER NOT NULL CHECK (partial IN (0, 1)),
  import_id  INTEGER REFERENCES fec_import
) STRICT

CREATE TABLE match_line (
  line_id  INTEGER PRIMARY KEY REFERENCES entry_line DEFERRABLE INITIALLY DEFERRED,
  group_id INTEGER NOT NULL REFERENCES match_group DEFERRABLE INITIALLY DEFERRED,
  date     TEXT    NOT NULL,
  code     TEXT    -- as an imported file wrote it, where that differs from the group's
) STRICT

CREATE TABLE never (id INTEGER PRIMARY KEY CHECK (0)) STRICT

CREATE TABLE notice (
  id         INTEGER PRIMARY KEY,
  user_id    INTEGER NOT NULL REFERENCES user(id),
  at         TEXT    NOT NULL,
  kind       TEXT    NOT NULL,
  subject_id INTEGER NOT NULL REFERENCES user(id)
, detail TEXT NOT NULL DEFAULT '') STRICT

CREATE TABLE open_line (
  line_id    INTEGER PRIMARY KEY REFERENCES entry_line,
  account_id INTEGER NOT NULL REFERENCES account,
  aux_id     INTEGER REFERENCES aux,
  date       TEXT    NOT NULL,
  due        TEXT    NOT NULL,
  net        INTEGER NOT NULL
) STRICT

CREATE TABLE password_reset (
  user_id  INTEGER PRIMARY KEY REFERENCES user(id),
  asked_at TEXT    NOT NULL,
  device   TEXT    NOT NULL
) STRICT

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
) STRICT

CREATE TABLE payment_cancel (
  payment INTEGER PRIMARY KEY REFERENCES payment(id),
  date    TEXT    NOT NULL,
  reason  TEXT    NOT NULL CHECK (reason <> ''),
  entry   INTEGER NOT NULL,
  at      TEXT    NOT NULL,
  by      INTEGER NOT NULL,
  by_name TEXT    NOT NULL
) STRICT

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
) STRICT

CREATE TABLE recovery_code (
  id      INTEGER PRIMARY KEY,
  user_id INTEGER NOT NULL REFERENCES user(id),
  hash    BLOB    NOT NULL CHECK (length(hash) = 32),
  used_at TEXT    NOT NULL
, kdf TEXT NOT NULL DEFAULT '') STRICT

CREATE TABLE role (
  id         INTEGER PRIMARY KEY AUTOINCREMENT, -- the key of a deleted role, which the journal cites, is never given again
  key        TEXT    NOT NULL UNIQUE,
  name       TEXT    NOT NULL,
  version    INTEGER NOT NULL,
  updated_at TEXT    NOT NULL,
  updated_by TEXT    NOT NULL
) STRICT

CREATE TABLE role_right (
  role       INTEGER NOT NULL REFERENCES role(id),
  permission TEXT    NOT NULL,
  scope      TEXT    NOT NULL CHECK (scope IN ('own', 'team', 'all')),
  PRIMARY KEY (role, permission)
) STRICT, WITHOUT ROWID

CREATE TABLE rows_out (
  day       TEXT    NOT NULL,
  user      INTEGER NOT NULL,
  files     INTEGER NOT NULL DEFAULT 0,
  file_rows INTEGER NOT NULL DEFAULT 0,
  list_rows INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (day, user)
) STRICT, WITHOUT ROWID

CREATE VIRTUAL TABLE search USING fts5(
  title, body, content='search_doc', content_rowid='id',
  tokenize="unicode61 remove_diacritics 2", prefix='1 2 3 4'
)

CREATE TABLE series (
  kind   TEXT    NOT NULL,
  period TEXT    NOT NULL,
  last   INTEGER NOT NULL CHECK (last >= 0),
  PRIMARY KEY (kind, period)
) STRICT, WITHOUT ROWID

CREATE TABLE series_gap (
  kind       TEXT    NOT NULL,
  period     TEXT    NOT NULL,
  first      INTEGER NOT NULL CHECK (first > 0),
  last       INTEGER NOT NULL CHECK (last >= first),
  decided_at TEXT    NOT NULL,
  decided_by TEXT    NOT NULL,
  PRIMARY KEY (kind, period, first)
) STRICT, WITHOUT ROWID

CREATE TABLE session (
  id         INTEGER PRIMARY KEY,
  token_hash BLOB    NOT NULL UNIQUE CHECK (length(token_hash) = 32),
  user_id    INTEGER NOT NULL REFERENCES user(id),
  device     TEXT    NOT NULL,
  generation INTEGER NOT NULL,
  pending    INTEGER NOT NULL CHECK (pending IN (0, 1)),
  created_at TEXT    NOT NULL,
  fresh_at   TEXT    NOT NULL,
  expires_at TEXT    NOT NULL
, old_hash BLOB NOT NULL DEFAULT x'', old_until TEXT NOT NULL DEFAULT '', parent INTEGER REFERENCES session(id) ON DELETE CASCADE, viewed INTEGER REFERENCES user(id)) STRICT

CREATE TABLE setting (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID

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
) STRICT

CREATE TABLE support (
  id         INTEGER PRIMARY KEY,
  made_by    INTEGER NOT NULL REFERENCES user(id),
  who        TEXT    NOT NULL CHECK (who <> ''),
  reason     TEXT    NOT NULL CHECK (reason <> ''),
  sales      INTEGER NOT NULL CHECK (sales IN (0, 1)),
  ledger     INTEGER NOT NULL CHECK (ledger IN (0, 1)),
  shown      INTEGER NOT NULL CHECK (shown IN (0, 1)),
  made_at    TEXT    NOT NULL,
  code_until TEXT    NOT NULL,
  ends_at    TEXT    NOT NULL,
  device     TEXT    NOT NULL DEFAULT '',
  entered_at TEXT    NOT NULL DEFAULT '',
  ended_at   TEXT    NOT NULL DEFAULT '',
  ended_by   INTEGER REFERENCES user(id),
  CHECK ((device = '') = (entered_at = ''))
) STRICT

CREATE TABLE team (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  name       TEXT    NOT NULL COLLATE NOCASE UNIQUE CHECK (name <> ''),
  version    INTEGER NOT NULL,
  updated_at TEXT    NOT NULL,
  updated_by TEXT    NOT NULL
) STRICT

CREATE TABLE team_member (
  user INTEGER PRIMARY KEY REFERENCES user(id),
  team INTEGER NOT NULL REFERENCES team(id)
) STRICT

CREATE TABLE user (
  id            INTEGER PRIMARY KEY,
  login         TEXT    NOT NULL COLLATE NOCASE UNIQUE,
  name          TEXT    NOT NULL,
  email         TEXT    NOT NULL,
  role          TEXT    NOT NULL,
  password      TEXT    NOT NULL,
  totp_secret   TEXT    NOT NULL,
  totp_on       INTEGER NOT NULL CHECK (totp_on IN (0, 1)),
  totp_last     INTEGER NOT NULL,
  disabled      INTEGER NOT NULL CHECK (disabled IN (0, 1)),
  generation    INTEGER NOT NULL,
  lang          TEXT    NOT NULL,
  theme         TEXT    NOT NULL,
  created_at    TEXT    NOT NULL,
  last_login_at TEXT    NOT NULL
, delegate INTEGER NOT NULL DEFAULT 0 CHECK (delegate IN (0, 1)), lock_after INTEGER NOT NULL DEFAULT 0 CHECK (lock_after BETWEEN 0 AND 30), ends_on TEXT NOT NULL DEFAULT '') STRICT

CREATE TABLE user_place (
  user_id  INTEGER NOT NULL REFERENCES user(id),
  device   TEXT    NOT NULL,
  first_at TEXT    NOT NULL,
  last_at  TEXT    NOT NULL,
  PRIMARY KEY (user_id, device)
) STRICT, WITHOUT ROWID

CREATE TABLE vat_release (
  id       INTEGER PRIMARY KEY,
  document INTEGER NOT NULL REFERENCES document(id),
  rate     INTEGER NOT NULL CHECK (rate BETWEEN 1 AND 1000000),
  amount   INTEGER NOT NULL CHECK (amount <> 0),
  date     TEXT    NOT NULL,
  entry    INTEGER NOT NULL,
  at       TEXT    NOT NULL
) STRICT

CREATE INDEX answer_at ON answer(at)

CREATE INDEX attachment_file ON attachment(file)

CREATE INDEX balance_open ON balance(document) WHERE open > 0

CREATE INDEX customer_by_city   ON customer(archived, city_fold = '', city_fold, name_fold)

CREATE INDEX customer_by_code   ON customer(archived, code)

CREATE INDEX customer_by_email  ON customer(archived, email = '', email, name_fold)

CREATE INDEX customer_by_name   ON customer(archived, name_fold, name)

CREATE INDEX customer_by_owner  ON customer(owner, archived, name_fold, name)

CREATE INDEX customer_by_phone  ON customer(archived, phone = '', phone, name_fold)

CREATE INDEX customer_by_postal ON customer(archived, postal_code = '', postal_code, name_fold)

CREATE INDEX customer_by_siren  ON customer(archived, siren = '', siren, name_fold)

CREATE INDEX customer_prospect  ON customer(name_fold, name) WHERE prospect = 1 AND archived = 0

CREATE INDEX document_customer ON document(customer, kind)

CREATE INDEX document_day ON document(kind, CASE issue_date WHEN '' THEN '9999-12-31' ELSE issue_date END, id,
  owner, customer, net, vat, gross)

CREATE INDEX document_draft ON document(kind) WHERE state = 'draft'

CREATE UNIQUE INDEX document_number ON document(kind, number) WHERE number IS NOT NULL

CREATE INDEX document_owner ON document(owner, kind)

CREATE INDEX document_receivable ON document(receivable) WHERE receivable IS NOT NULL

CREATE UNIQUE INDEX document_serial ON document(kind, period, serial) WHERE serial IS NOT NULL

CREATE INDEX document_source ON document(source) WHERE source IS NOT NULL

CREATE INDEX draft_date ON draft(date)

CREATE INDEX entry_date ON entry(date)

CREATE INDEX entry_live ON entry(id) WHERE import_id IS NULL

CREATE UNIQUE INDEX entry_number ON entry(year_id, journal_id, number)

CREATE UNIQUE INDEX entry_reverses ON entry(reverses) WHERE reverses IS NOT NULL

CREATE INDEX entry_source ON entry(source) WHERE source <> ''

CREATE INDEX entry_line_account ON entry_line(account_id, date, opening, debit, credit)

CREATE INDEX entry_line_aux ON entry_line(aux_id, account_id, date, debit, credit) WHERE aux_id IS NOT NULL

CREATE INDEX entry_line_entry ON entry_line(entry_id)

CREATE INDEX event_measured ON event(id) WHERE op = 'backup.measured'

CREATE UNIQUE INDEX event_request ON event(request_id) WHERE request_id IS NOT NULL

CREATE INDEX event_subject ON event(subject_kind, subject_id, id)

CREATE UNIQUE INDEX fec_import_once ON fec_import(sha256) WHERE undone_at = ''

CREATE INDEX file_unused ON file(unused_at) WHERE unused_at <> ''

CREATE UNIQUE INDEX held_export_waiting ON held_export(user, hash) WHERE state = 'waiting'

CREATE UNIQUE INDEX hold_open ON hold(user) WHERE freed_at = ''

CREATE INDEX item_by_code  ON item(archived, code)

CREATE INDEX item_by_label ON item(archived, label_fold, label)

CREATE UNIQUE INDEX leaving_open ON leaving(user_id) WHERE state <> 'done'

CREATE INDEX lost_at ON lost(at)

CREATE INDEX lost_hold ON lost(hold) WHERE hold <> 0

CREATE INDEX lost_user ON lost(user, at)

CREATE INDEX match_group_code ON match_group(account_id, aux_id, code)

CREATE INDEX match_group_import ON match_group(import_id) WHERE import_id IS NOT NULL

CREATE INDEX match_line_date ON match_line(date, group_id)

CREATE INDEX match_line_group ON match_line(group_id)

CREATE INDEX notice_user ON notice(user_id)

CREATE INDEX open_line_account ON open_line(account_id, aux_id, due)

CREATE INDEX payment_customer ON payment(customer, date)

CREATE INDEX payment_date ON payment(date, id)

CREATE INDEX quote_answer_document ON quote_answer(document, id)

CREATE INDEX recovery_code_user ON recovery_code(user_id)

CREATE UNIQUE INDEX role_name ON role(name COLLATE NOCASE) WHERE name <> ''

CREATE INDEX session_parent ON session(parent)

CREATE INDEX session_user ON session(user_id)

CREATE INDEX settlement_credit ON settlement(credit) WHERE credit IS NOT NULL

CREATE INDEX settlement_document ON settlement(document)

CREATE INDEX settlement_line ON settlement(line)

CREATE INDEX settlement_payment ON settlement(payment) WHERE payment IS NOT NULL

CREATE INDEX support_device ON support(device) WHERE device <> ''

CREATE UNIQUE INDEX support_open ON support(ended_at) WHERE ended_at = ''

CREATE INDEX team_member_team ON team_member(team)

CREATE INDEX vat_release_date ON vat_release(date)

CREATE INDEX vat_release_document ON vat_release(document)

CREATE TRIGGER account_number_stays BEFORE UPDATE ON account WHEN new.number <> old.number OR new.id <> old.id
BEGIN SELECT RAISE(ABORT, 'an account keeps its number'); END

CREATE TRIGGER approval_kept BEFORE DELETE ON approval
BEGIN
  SELECT RAISE(ABORT, 'a request is never deleted');
END

CREATE TRIGGER approval_stays BEFORE UPDATE ON approval
WHEN old.state <> 'waiting' OR new.id <> old.id OR new.op <> old.op OR new.request <> old.request
  OR new.asked_by <> old.asked_by OR new.asked_at <> old.asked_at OR new.expires_at <> old.expires_at
BEGIN
  SELECT RAISE(ABORT, 'a request stays as it was asked and decided');
END

CREATE TRIGGER attachment_is_what_it_is BEFORE UPDATE ON attachment
WHEN NOT (old.kind = 'entry' AND old.subject < 0 AND new.kind = 'entry' AND new.subject > 0
  AND new.id = old.id AND new.file = old.file AND new.name = old.name AND new.media = old.media
  AND new.added_at = old.added_at AND new.added_by = old.added_by AND new.added_name = old.added_name)
BEGIN SELECT RAISE(ABORT, 'an attachment never changes'); END

CREATE TRIGGER attachment_kept BEFORE DELETE ON attachment
WHEN old.kind = 'document' AND EXISTS (SELECT 1 FROM document WHERE id = old.subject AND state = 'final')
  OR old.kind = 'entry' AND EXISTS (SELECT 1 FROM entry WHERE id = old.subject)
BEGIN SELECT RAISE(ABORT, 'what is attached to a final record stays'); END

CREATE TRIGGER aux_stays BEFORE UPDATE ON aux WHEN new.code <> old.code OR new.title <> old.title OR new.id <> old.id
BEGIN SELECT RAISE(ABORT, 'an auxiliary account keeps its code and first title'); END

CREATE TRIGGER attachment_of_customer AFTER DELETE ON customer
BEGIN DELETE FROM attachment WHERE kind = 'customer' AND subject = old.id; END

CREATE TRIGGER customer_code_stays BEFORE UPDATE OF code ON customer WHEN new.code <> old.code
BEGIN SELECT RAISE(ABORT, 'a customer keeps its code: entries carry it'); END

CREATE TRIGGER customer_delete AFTER DELETE ON customer BEGIN
  INSERT INTO customer_fts(customer_fts, rowid, fold) VALUES ('delete', old.id, old.fold);
  UPDATE customer_tally SET n = n - 1
    WHERE owner = old.owner AND archived = old.archived AND prospect = old.prospect;
  DELETE FROM customer_tally WHERE n = 0;
END

CREATE TRIGGER customer_insert AFTER INSERT ON customer BEGIN
  INSERT INTO customer_fts(rowid, fold) VALUES (new.id, new.fold);
  INSERT INTO customer_tally(owner, archived, prospect, n) VALUES (new.owner, new.archived, new.prospect, 1)
    ON CONFLICT DO UPDATE SET n = n + 1;
END

CREATE TRIGGER customer_recount AFTER UPDATE OF owner, archived, prospect ON customer BEGIN
  UPDATE customer_tally SET n = n - 1
    WHERE owner = old.owner AND archived = old.archived AND prospect = old.prospect;
  DELETE FROM customer_tally WHERE n = 0;
  INSERT INTO customer_tally(owner, archived, prospect, n) VALUES (new.owner, new.archived, new.prospect, 1)
    ON CONFLICT DO UPDATE SET n = n + 1;
END

CREATE TRIGGER customer_refold AFTER UPDATE OF fold ON customer WHEN new.fold <> old.fold BEGIN
  INSERT INTO customer_fts(customer_fts, rowid, fold) VALUES ('delete', old.id, old.fold);
  INSERT INTO customer_fts(rowid, fold) VALUES (new.id, new.fold);
END

CREATE TRIGGER attachment_of_document AFTER DELETE ON document
BEGIN DELETE FROM attachment WHERE kind = 'document' AND subject = old.id; END

CREATE TRIGGER document_no_delete BEFORE DELETE ON document WHEN old.state = 'final'
BEGIN SELECT RAISE(ABORT, 'a final document is never deleted'); END

CREATE TRIGGER document_no_replace BEFORE INSERT ON document
WHEN new.state = 'final' OR EXISTS (SELECT 1 FROM document WHERE id = new.id)
BEGIN SELECT RAISE(ABORT, 'a document starts as a new draft'); END

CREATE TRIGGER document_no_update BEFORE UPDATE ON document WHEN old.state = 'final'
BEGIN SELECT RAISE(ABORT, 'a final document never changes'); END

CREATE TRIGGER document_line_no_delete BEFORE DELETE ON document_line
WHEN (SELECT state FROM document WHERE id = old.document) = 'final'
BEGIN SELECT RAISE(ABORT, 'a final document never changes'); END

CREATE TRIGGER document_line_no_insert BEFORE INSERT ON document_line
WHEN (SELECT state FROM document WHERE id = new.document) = 'final'
BEGIN SELECT RAISE(ABORT, 'a final document never changes'); END

CREATE TRIGGER document_line_no_update BEFORE UPDATE ON document_line
WHEN EXISTS (SELECT 1 FROM document WHERE id IN (old.document, new.document) AND state = 'final')
BEGIN SELECT RAISE(ABORT, 'a final document never changes'); END

CREATE TRIGGER document_vat_no_delete BEFORE DELETE ON document_vat
WHEN (SELECT state FROM document WHERE id = old.document) = 'final'
BEGIN SELECT RAISE(ABORT, 'a final document never changes'); END

CREATE TRIGGER document_vat_no_insert BEFORE INSERT ON document_vat
WHEN (SELECT state FROM document WHERE id = new.document) = 'final'
BEGIN SELECT RAISE(ABORT, 'a final document never changes'); END

CREATE TRIGGER document_vat_no_update BEFORE UPDATE ON document_vat
WHEN EXISTS (SELECT 1 FROM document WHERE id IN (old.document, new.document) AND state = 'final')
BEGIN SELECT RAISE(ABORT, 'a final document never changes'); END

CREATE TRIGGER attachment_of_draft AFTER DELETE ON draft
BEGIN DELETE FROM attachment WHERE kind = 'entry' AND subject = -old.id; END

CREATE TRIGGER attachment_of_entry AFTER DELETE ON entry
BEGIN DELETE FROM attachment WHERE kind = 'entry' AND subject = old.id; END

CREATE TRIGGER entry_loaded BEFORE INSERT ON entry WHEN new.import_id IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM ledger_gate WHERE import_id = new.import_id AND mode = 'load')
BEGIN SELECT RAISE(ABORT, 'this import is over'); END

CREATE TRIGGER entry_no_delete BEFORE DELETE ON entry
WHEN old.import_id IS NULL OR NOT EXISTS (SELECT 1 FROM ledger_gate WHERE import_id = old.import_id AND mode = 'undo')
BEGIN SELECT RAISE(ABORT, 'a posted entry is never deleted'); END

CREATE TRIGGER entry_no_update BEFORE UPDATE ON entry
BEGIN SELECT RAISE(ABORT, 'a posted entry never changes'); END

CREATE TRIGGER entry_posted BEFORE INSERT ON entry WHEN new.import_id IS NULL BEGIN
  SELECT RAISE(ABORT, 'the fiscal year or period is not open on this date') WHERE NOT EXISTS (
    SELECT 1 FROM fiscal_year y WHERE y.id = new.year_id AND y.state = 'open'
      AND new.date BETWEEN y.from_date AND y.to_date AND new.date > y.closed_until);
  SELECT RAISE(ABORT, 'the number is not the next of its journal') WHERE new.number <> 1 + coalesce((
    SELECT max(number) FROM entry WHERE year_id = new.year_id AND journal_id = new.journal_id), 0);
  SELECT RAISE(ABORT, 'the entry does not balance') FROM (
    SELECT count(*) n, sum(debit) d, sum(credit) c, min(date) lo, max(date) hi,
           min(opening) o, max(opening) p FROM entry_line WHERE entry_id = new.id)
  WHERE n <> new.lines OR d <> c OR d <> new.total OR lo <> new.date OR hi <> new.date OR o <> p
    OR o <> (SELECT kind = 'opening' FROM journal WHERE id = new.journal_id);
END

CREATE TRIGGER entry_line_balance AFTER INSERT ON entry_line
WHEN NOT EXISTS (SELECT 1 FROM ledger_gate) BEGIN
  INSERT INTO account_month VALUES (new.account_id, substr(new.date, 1, 7), new.opening, new.debit, new.credit)
  ON CONFLICT DO UPDATE SET debit = debit + excluded.debit, credit = credit + excluded.credit;
END

CREATE TRIGGER entry_line_closed BEFORE INSERT ON entry_line
WHEN NOT EXISTS (SELECT 1 FROM ledger_gate WHERE mode = 'load')
  AND EXISTS (SELECT 1 FROM entry WHERE id = new.entry_id)
BEGIN SELECT RAISE(ABORT, 'a posted entry takes no more lines'); END

CREATE TRIGGER entry_line_no_delete BEFORE DELETE ON entry_line
WHEN NOT EXISTS (SELECT 1 FROM entry e JOIN ledger_gate g ON g.import_id = e.import_id
  WHERE e.id = old.entry_id AND g.mode = 'undo')
BEGIN SELECT RAISE(ABORT, 'a posted line is never deleted'); END

CREATE TRIGGER entry_line_no_update BEFORE UPDATE ON entry_line
BEGIN SELECT RAISE(ABORT, 'a posted line never changes'); END

CREATE TRIGGER event_no_delete BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'an event is never deleted'); END

CREATE TRIGGER event_no_update BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'an event never changes'); END

CREATE TRIGGER file_in_use BEFORE DELETE ON file WHEN EXISTS (SELECT 1 FROM attachment WHERE file = old.id)
BEGIN SELECT RAISE(ABORT, 'a content in use is not deleted'); END

CREATE TRIGGER file_is_what_it_is BEFORE UPDATE OF id, name, digest, size, added_at ON file
BEGIN SELECT RAISE(ABORT, 'a content never changes'); END

CREATE TRIGGER fiscal_year_contiguous BEFORE INSERT ON fiscal_year
WHEN EXISTS (SELECT 1 FROM fiscal_year)
  AND new.from_date <> (SELECT date(max(to_date), '+1 day') FROM fiscal_year)
  AND new.to_date <> (SELECT date(min(from_date), '-1 day') FROM fiscal_year)
BEGIN SELECT RAISE(ABORT, 'fiscal years are contiguous'); END

CREATE TRIGGER fiscal_year_final BEFORE UPDATE ON fiscal_year
WHEN old.state = 'locked' OR new.from_date <> old.from_date OR new.to_date <> old.to_date OR new.id <> old.id
BEGIN SELECT RAISE(ABORT, 'a fiscal year keeps its dates, and a locked one never changes'); END

CREATE TRIGGER fiscal_year_kept BEFORE DELETE ON fiscal_year
WHEN old.state = 'locked' OR EXISTS (SELECT 1 FROM fiscal_year WHERE from_date > old.to_date)
  AND EXISTS (SELECT 1 FROM fiscal_year WHERE to_date < old.from_date)
BEGIN SELECT RAISE(ABORT, 'only the first or last fiscal year goes, while open'); END

CREATE TRIGGER hold_kept BEFORE DELETE ON hold
BEGIN SELECT RAISE(ABORT, 'a hold is never deleted'); END

CREATE TRIGGER hold_stays BEFORE UPDATE ON hold
WHEN old.freed_at <> '' OR new.id <> old.id OR new.user <> old.user OR new.at <> old.at OR new.rows <> old.rows
BEGIN SELECT RAISE(ABORT, 'a hold stays as it was'); END

CREATE TRIGGER item_delete AFTER DELETE ON item BEGIN
  INSERT INTO item_fts(item_fts, rowid, fold) VALUES ('delete', old.id, old.fold);
END

CREATE TRIGGER item_insert AFTER INSERT ON item BEGIN
  INSERT INTO item_fts(rowid, fold) VALUES (new.id, new.fold);
END

CREATE TRIGGER item_refold AFTER UPDATE OF fold ON item WHEN new.fold <> old.fold BEGIN
  INSERT INTO item_fts(item_fts, rowid, fold) VALUES ('delete', old.id, old.fold);
  INSERT INTO item_fts(rowid, fold) VALUES (new.id, new.fold);
END

CREATE TRIGGER journal_code_stays BEFORE UPDATE ON journal WHEN new.code <> old.code OR new.id <> old.id
  OR new.kind <> old.kind AND EXISTS (SELECT 1 FROM entry WHERE journal_id = old.id)
BEGIN SELECT RAISE(ABORT, 'a journal keeps its code, and its kind once used'); END

CREATE TRIGGER leaving_no_delete BEFORE DELETE ON leaving WHEN old.state <> 'planned'
BEGIN SELECT RAISE(ABORT, 'what was done is never deleted'); END

CREATE TRIGGER leaving_no_update BEFORE UPDATE ON leaving WHEN old.state = 'done'
BEGIN SELECT RAISE(ABORT, 'what was done never changes'); END

CREATE TRIGGER ledger_gate_load BEFORE INSERT ON ledger_gate
WHEN new.mode = 'load' AND EXISTS (SELECT 1 FROM entry WHERE import_id = new.import_id LIMIT 1)
BEGIN SELECT RAISE(ABORT, 'this import is over'); END

CREATE TRIGGER ledger_gate_shut BEFORE DELETE ON ledger_gate WHEN old.mode = 'load' BEGIN
  SELECT RAISE(ABORT, 'the import does not balance') FROM fec_import i
  WHERE i.id = old.import_id AND i.entries <> (
    SELECT count(*) FROM (
      SELECT entry_id, count(*) n, sum(debit) d, sum(credit) c, min(date) lo, max(date) hi
      FROM entry_line
      WHERE entry_id >= (SELECT min(id) FROM entry WHERE id > coalesce(
        (SELECT max(id) FROM entry WHERE import_id IS NOT old.import_id), 0))
      GROUP BY entry_id) l
    JOIN entry e ON e.id = l.entry_id AND e.import_id = old.import_id AND e.lines = l.n
      AND e.total = l.d AND e.total = l.c AND e.date = l.lo AND e.date = l.hi AND e.year_id = i.year_id
    JOIN fiscal_year y ON y.id = e.year_id AND y.state = 'open' AND e.date BETWEEN y.from_date AND y.to_date);
END

CREATE TRIGGER ledger_gate_undo BEFORE INSERT ON ledger_gate WHEN new.mode = 'undo' BEGIN
  SELECT RAISE(ABORT, 'the fiscal year is locked') FROM fec_import i JOIN fiscal_year y ON y.id = i.year_id
  WHERE i.id = new.import_id AND y.state = 'locked';
  SELECT RAISE(ABORT, 'another entry refers to this import') FROM entry e JOIN entry o ON o.reverses = e.id
  WHERE e.import_id = new.import_id AND o.import_id IS NOT e.import_id;
  SELECT RAISE(ABORT, 'later numbers follow those of this import')
  FROM (SELECT year_id, journal_id, min(number) low FROM entry WHERE import_id = new.import_id GROUP BY 1, 2) i
  JOIN entry e ON e.year_id = i.year_id AND e.journal_id = i.journal_id AND e.number > i.low
  WHERE e.import_id IS NOT new.import_id;
END

CREATE TRIGGER match_group_checked BEFORE INSERT ON match_group BEGIN
  SELECT RAISE(ABORT, 'matched lines are of one account and one party') FROM match_line m
  JOIN entry_line l ON l.id = m.line_id
  WHERE m.group_id = new.id AND (l.account_id <> new.account_id OR l.aux_id IS NOT new.aux_id);
  SELECT RAISE(ABORT, 'a complete match sums to zero') FROM (
    SELECT count(*) n, coalesce(sum(l.debit - l.credit), 0) net FROM match_line m
    JOIN entry_line l ON l.id = m.line_id WHERE m.group_id = new.id)
  WHERE n = 0 OR (net = 0) <> (new.partial = 0);
END

CREATE TRIGGER match_group_no_update BEFORE UPDATE ON match_group
BEGIN SELECT RAISE(ABORT, 'a match is undone, not changed'); END

CREATE TRIGGER match_line_delete BEFORE DELETE ON match_line
WHEN EXISTS (SELECT 1 FROM match_group WHERE id = old.group_id)
BEGIN SELECT RAISE(ABORT, 'a match is undone whole'); END

CREATE TRIGGER match_line_insert BEFORE INSERT ON match_line
WHEN EXISTS (SELECT 1 FROM match_group WHERE id = new.group_id)
BEGIN SELECT RAISE(ABORT, 'a match takes no more lines'); END

CREATE TRIGGER match_line_update BEFORE UPDATE ON match_line
BEGIN SELECT RAISE(ABORT, 'a match is undone, not changed'); END

CREATE TRIGGER payment_no_delete BEFORE DELETE ON payment
BEGIN SELECT RAISE(ABORT, 'a payment row is never deleted'); END

CREATE TRIGGER payment_no_replace BEFORE INSERT ON payment
WHEN EXISTS (SELECT 1 FROM payment WHERE id = new.id)
BEGIN SELECT RAISE(ABORT, 'a payment row never changes'); END

CREATE TRIGGER payment_no_update BEFORE UPDATE ON payment
BEGIN SELECT RAISE(ABORT, 'a payment row never changes'); END

CREATE TRIGGER payment_cancel_no_delete BEFORE DELETE ON payment_cancel
BEGIN SELECT RAISE(ABORT, 'a payment_cancel row is never deleted'); END

CREATE TRIGGER payment_cancel_no_replace BEFORE INSERT ON payment_cancel
WHEN EXISTS (SELECT 1 FROM payment_cancel WHERE payment = new.payment)
BEGIN SELECT RAISE(ABORT, 'a payment_cancel row never changes'); END

CREATE TRIGGER payment_cancel_no_update BEFORE UPDATE ON payment_cancel
BEGIN SELECT RAISE(ABORT, 'a payment_cancel row never changes'); END

CREATE TRIGGER quote_answer_no_delete BEFORE DELETE ON quote_answer
BEGIN SELECT RAISE(ABORT, 'a quote_answer row is never deleted'); END

CREATE TRIGGER quote_answer_no_replace BEFORE INSERT ON quote_answer
WHEN EXISTS (SELECT 1 FROM quote_answer WHERE id = new.id)
BEGIN SELECT RAISE(ABORT, 'a quote_answer row never changes'); END

CREATE TRIGGER quote_answer_no_update BEFORE UPDATE ON quote_answer
BEGIN SELECT RAISE(ABORT, 'a quote_answer row never changes'); END

CREATE TRIGGER role_delete BEFORE DELETE ON role
WHEN old.name = '' OR EXISTS (SELECT 1 FROM user WHERE role = old.key) BEGIN
  SELECT RAISE(ABORT, 'the role is in use');
END

CREATE TRIGGER series_gap_kept BEFORE DELETE ON series_gap
BEGIN
  SELECT RAISE(ABORT, 'a gap stays as it was decided');
END

CREATE TRIGGER series_gap_next BEFORE INSERT ON series_gap
BEGIN
  SELECT RAISE(ABORT, 'a gap begins behind the last number') WHERE new.first <> 1 + coalesce((
    SELECT last FROM series WHERE kind = new.kind AND period = new.period), 0);
END

CREATE TRIGGER series_gap_stays BEFORE UPDATE ON series_gap
BEGIN
  SELECT RAISE(ABORT, 'a gap stays as it was decided');
END

CREATE TRIGGER settlement_no_delete BEFORE DELETE ON settlement
BEGIN SELECT RAISE(ABORT, 'a settlement row is never deleted'); END

CREATE TRIGGER settlement_no_replace BEFORE INSERT ON settlement
WHEN EXISTS (SELECT 1 FROM settlement WHERE id = new.id)
BEGIN SELECT RAISE(ABORT, 'a settlement row never changes'); END

CREATE TRIGGER settlement_no_update BEFORE UPDATE ON settlement
BEGIN SELECT RAISE(ABORT, 'a settlement row never changes'); END

CREATE TRIGGER support_kept BEFORE DELETE ON support
BEGIN
  SELECT RAISE(ABORT, 'an access is never deleted');
END

CREATE TRIGGER support_stays BEFORE UPDATE ON support
WHEN old.ended_at <> '' OR new.id <> old.id OR new.made_by <> old.made_by OR new.who <> old.who
  OR new.reason <> old.reason OR new.sales <> old.sales OR new.ledger <> old.ledger OR new.shown <> old.shown
  OR new.made_at <> old.made_at OR new.ends_at <> old.ends_at
  OR (old.code_until <> '' AND new.code_until <> old.code_until)
  OR (old.device <> '' AND (new.device <> old.device OR new.entered_at <> old.entered_at))
BEGIN
  SELECT RAISE(ABORT, 'an access stays as it was granted');
END

CREATE TRIGGER user_role_insert BEFORE INSERT ON user WHEN NOT EXISTS (SELECT 1 FROM role WHERE key = new.role) BEGIN
  SELECT RAISE(ABORT, 'no such role');
END

CREATE TRIGGER user_role_update BEFORE UPDATE OF role ON user
WHEN NOT EXISTS (SELECT 1 FROM role WHERE key = new.role) BEGIN
  SELECT RAISE(ABORT, 'no such role');
END

CREATE TRIGGER vat_release_no_delete BEFORE DELETE ON vat_release
BEGIN SELECT RAISE(ABORT, 'a vat_release row is never deleted'); END

CREATE TRIGGER vat_release_no_replace BEFORE INSERT ON vat_release
WHEN EXISTS (SELECT 1 FROM vat_release WHERE id = new.id)
BEGIN SELECT RAISE(ABORT, 'a vat_release row never changes'); END

CREATE TRIGGER vat_release_no_update BEFORE UPDATE ON vat_release
BEGIN SELECT RAISE(ABORT, 'a vat_release row never changes'); END
