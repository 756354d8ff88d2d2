-- +goose Up
-- The books: chart, journals, fiscal years, entries, matching; see package app/ledger.
-- What Go checks is checked again here, so that no path around it can spoil posted entries.

CREATE TABLE account (
  id       INTEGER PRIMARY KEY,
  number   TEXT    NOT NULL UNIQUE CHECK (number GLOB '[1-8][0-9][0-9]*' AND length(number) BETWEEN 6 AND 20),
  title    TEXT    NOT NULL CHECK (title <> ''),
  custom   INTEGER NOT NULL CHECK (custom IN (0, 1)),
  archived INTEGER NOT NULL CHECK (archived IN (0, 1)),
  version  INTEGER NOT NULL
) STRICT;
-- +goose StatementBegin
CREATE TRIGGER account_number_stays BEFORE UPDATE ON account WHEN new.number <> old.number OR new.id <> old.id
BEGIN SELECT RAISE(ABORT, 'an account keeps its number'); END;
-- +goose StatementEnd

CREATE TABLE journal (
  id       INTEGER PRIMARY KEY,
  code     TEXT    NOT NULL UNIQUE CHECK (code <> ''),
  title    TEXT    NOT NULL CHECK (title <> ''),
  kind     TEXT    NOT NULL CHECK (kind IN ('sales', 'purchases', 'bank', 'cash', 'general', 'opening')),
  account  TEXT    NOT NULL,
  archived INTEGER NOT NULL CHECK (archived IN (0, 1)),
  version  INTEGER NOT NULL
) STRICT;
-- +goose StatementBegin
CREATE TRIGGER journal_code_stays BEFORE UPDATE ON journal WHEN new.code <> old.code OR new.id <> old.id
  OR new.kind <> old.kind AND EXISTS (SELECT 1 FROM entry WHERE journal_id = old.id)
BEGIN SELECT RAISE(ABORT, 'a journal keeps its code, and its kind once used'); END;
-- +goose StatementEnd

-- Fiscal years follow each other without gap or overlap, none longer than 24 months.
CREATE TABLE fiscal_year (
  id           INTEGER PRIMARY KEY,
  from_date    TEXT NOT NULL UNIQUE CHECK (from_date = date(from_date)),
  to_date      TEXT NOT NULL UNIQUE CHECK (to_date = date(to_date)),
  state        TEXT NOT NULL CHECK (state IN ('open', 'locked')),
  closed_until TEXT NOT NULL,
  locked_at    TEXT NOT NULL,
  locked_hash  TEXT NOT NULL,
  CHECK (to_date > from_date AND to_date < date(from_date, '+24 months'))
) STRICT;
-- +goose StatementBegin
CREATE TRIGGER fiscal_year_contiguous BEFORE INSERT ON fiscal_year
WHEN EXISTS (SELECT 1 FROM fiscal_year)
  AND new.from_date <> (SELECT date(max(to_date), '+1 day') FROM fiscal_year)
  AND new.to_date <> (SELECT date(min(from_date), '-1 day') FROM fiscal_year)
BEGIN SELECT RAISE(ABORT, 'fiscal years are contiguous'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER fiscal_year_final BEFORE UPDATE ON fiscal_year
WHEN old.state = 'locked' OR new.from_date <> old.from_date OR new.to_date <> old.to_date OR new.id <> old.id
BEGIN SELECT RAISE(ABORT, 'a fiscal year keeps its dates, and a locked one never changes'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER fiscal_year_kept BEFORE DELETE ON fiscal_year
WHEN old.state = 'locked' OR EXISTS (SELECT 1 FROM fiscal_year WHERE from_date > old.to_date)
  AND EXISTS (SELECT 1 FROM fiscal_year WHERE to_date < old.from_date)
BEGIN SELECT RAISE(ABORT, 'only the first or last fiscal year goes, while open'); END;
-- +goose StatementEnd

-- Auxiliary accounts (comptes auxiliaires): title is the first one used and stays, latest follows.
CREATE TABLE aux (
  id     INTEGER PRIMARY KEY,
  code   TEXT NOT NULL UNIQUE CHECK (code <> ''),
  title  TEXT NOT NULL,
  latest TEXT NOT NULL
) STRICT;
-- +goose StatementBegin
CREATE TRIGGER aux_stays BEFORE UPDATE ON aux WHEN new.code <> old.code OR new.title <> old.title OR new.id <> old.id
BEGIN SELECT RAISE(ABORT, 'an auxiliary account keeps its code and first title'); END;
-- +goose StatementEnd

-- Imports of history. While one loads or is undone it has a row in ledger_gate.
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
) STRICT;
CREATE UNIQUE INDEX fec_import_once ON fec_import(sha256) WHERE undone_at = '';
-- How an imported file named its journals and accounts, kept so that it can be given back as it came.
CREATE TABLE fec_name (
  import_id INTEGER NOT NULL REFERENCES fec_import,
  kind      TEXT    NOT NULL CHECK (kind IN ('journal', 'account')),
  ref       INTEGER NOT NULL,
  code      TEXT    NOT NULL,
  title     TEXT    NOT NULL,
  PRIMARY KEY (import_id, kind, ref)
) STRICT, WITHOUT ROWID;

-- An open gate cannot be committed: its key refers to a row that can never exist.
CREATE TABLE never (id INTEGER PRIMARY KEY CHECK (0)) STRICT;
CREATE TABLE ledger_gate (
  import_id INTEGER PRIMARY KEY REFERENCES fec_import,
  mode      TEXT    NOT NULL CHECK (mode IN ('load', 'undo')),
  key       INTEGER NOT NULL REFERENCES never DEFERRABLE INITIALLY DEFERRED
) STRICT;

-- Posted entries (écritures validées), in order of posting. Lines go in first, then the entry, which
-- checks them: the reference from line to entry is deferred. num is written for imports only.
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
) STRICT;
CREATE UNIQUE INDEX entry_number ON entry(year_id, journal_id, number);
CREATE UNIQUE INDEX entry_reverses ON entry(reverses) WHERE reverses IS NOT NULL;
CREATE INDEX entry_date ON entry(date);
CREATE INDEX entry_source ON entry(source) WHERE source <> '';
CREATE INDEX entry_live ON entry(id) WHERE import_id IS NULL;

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
) STRICT;
CREATE INDEX entry_line_entry ON entry_line(entry_id);
CREATE INDEX entry_line_account ON entry_line(account_id, date, opening, debit, credit);
CREATE INDEX entry_line_aux ON entry_line(aux_id, account_id, date, debit, credit) WHERE aux_id IS NOT NULL;

-- Balances by month, kept by trigger; opening entries apart. Derived: verify recomputes them.
CREATE TABLE account_month (
  account_id INTEGER NOT NULL REFERENCES account,
  month      TEXT    NOT NULL,
  opening    INTEGER NOT NULL,
  debit      INTEGER NOT NULL,
  credit     INTEGER NOT NULL,
  PRIMARY KEY (account_id, month, opening)
) STRICT, WITHOUT ROWID;

-- Lines of third-party and clearing accounts not in a complete match. Derived: verify recomputes them.
CREATE TABLE open_line (
  line_id    INTEGER PRIMARY KEY REFERENCES entry_line,
  account_id INTEGER NOT NULL REFERENCES account,
  aux_id     INTEGER REFERENCES aux,
  date       TEXT    NOT NULL,
  due        TEXT    NOT NULL,
  net        INTEGER NOT NULL
) STRICT;
CREATE INDEX open_line_account ON open_line(account_id, aux_id, due);

-- Matching (lettrage): lines go in first, then the group, which checks them; undone the other way round.
CREATE TABLE match_group (
  id         INTEGER PRIMARY KEY,
  account_id INTEGER NOT NULL REFERENCES account,
  aux_id     INTEGER REFERENCES aux,
  code       TEXT    NOT NULL CHECK (code <> ''),
  date       TEXT    NOT NULL,
  partial    INTEGER NOT NULL CHECK (partial IN (0, 1)),
  import_id  INTEGER REFERENCES fec_import
) STRICT;
CREATE INDEX match_group_code ON match_group(account_id, aux_id, code);
CREATE INDEX match_group_import ON match_group(import_id) WHERE import_id IS NOT NULL;
CREATE TABLE match_line (
  line_id  INTEGER PRIMARY KEY REFERENCES entry_line DEFERRABLE INITIALLY DEFERRED,
  group_id INTEGER NOT NULL REFERENCES match_group DEFERRABLE INITIALLY DEFERRED,
  date     TEXT    NOT NULL,
  code     TEXT    -- as an imported file wrote it, where that differs from the group's
) STRICT;
CREATE INDEX match_line_group ON match_line(group_id);

-- Drafts (brouillard) may be incomplete: nothing is asked of them but a shape.
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
) STRICT;
CREATE INDEX draft_date ON draft(date);

-- +goose StatementBegin
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
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER entry_loaded BEFORE INSERT ON entry WHEN new.import_id IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM ledger_gate WHERE import_id = new.import_id AND mode = 'load')
BEGIN SELECT RAISE(ABORT, 'this import is over'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER entry_no_update BEFORE UPDATE ON entry
BEGIN SELECT RAISE(ABORT, 'a posted entry never changes'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER entry_no_delete BEFORE DELETE ON entry
WHEN old.import_id IS NULL OR NOT EXISTS (SELECT 1 FROM ledger_gate WHERE import_id = old.import_id AND mode = 'undo')
BEGIN SELECT RAISE(ABORT, 'a posted entry is never deleted'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER entry_line_closed BEFORE INSERT ON entry_line
WHEN NOT EXISTS (SELECT 1 FROM ledger_gate WHERE mode = 'load')
  AND EXISTS (SELECT 1 FROM entry WHERE id = new.entry_id)
BEGIN SELECT RAISE(ABORT, 'a posted entry takes no more lines'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER entry_line_no_update BEFORE UPDATE ON entry_line
BEGIN SELECT RAISE(ABORT, 'a posted line never changes'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER entry_line_no_delete BEFORE DELETE ON entry_line
WHEN NOT EXISTS (SELECT 1 FROM entry e JOIN ledger_gate g ON g.import_id = e.import_id
  WHERE e.id = old.entry_id AND g.mode = 'undo')
BEGIN SELECT RAISE(ABORT, 'a posted line is never deleted'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER entry_line_balance AFTER INSERT ON entry_line
WHEN NOT EXISTS (SELECT 1 FROM ledger_gate) BEGIN
  INSERT INTO account_month VALUES (new.account_id, substr(new.date, 1, 7), new.opening, new.debit, new.credit)
  ON CONFLICT DO UPDATE SET debit = debit + excluded.debit, credit = credit + excluded.credit;
END;
-- +goose StatementEnd

-- Closing the gate of a load checks the whole import at once and adds its balances.
-- +goose StatementBegin
CREATE TRIGGER ledger_gate_undo BEFORE INSERT ON ledger_gate WHEN new.mode = 'undo' BEGIN
  SELECT RAISE(ABORT, 'the fiscal year is locked') FROM fec_import i JOIN fiscal_year y ON y.id = i.year_id
  WHERE i.id = new.import_id AND y.state = 'locked';
  SELECT RAISE(ABORT, 'another entry refers to this import') FROM entry e JOIN entry o ON o.reverses = e.id
  WHERE e.import_id = new.import_id AND o.import_id IS NOT e.import_id;
  SELECT RAISE(ABORT, 'later numbers follow those of this import')
  FROM (SELECT year_id, journal_id, min(number) low FROM entry WHERE import_id = new.import_id GROUP BY 1, 2) i
  JOIN entry e ON e.year_id = i.year_id AND e.journal_id = i.journal_id AND e.number > i.low
  WHERE e.import_id IS NOT new.import_id;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER ledger_gate_load BEFORE INSERT ON ledger_gate
WHEN new.mode = 'load' AND EXISTS (SELECT 1 FROM entry WHERE import_id = new.import_id LIMIT 1)
BEGIN SELECT RAISE(ABORT, 'this import is over'); END;
-- +goose StatementEnd
-- +goose StatementBegin
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
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER match_group_checked BEFORE INSERT ON match_group BEGIN
  SELECT RAISE(ABORT, 'matched lines are of one account and one party') FROM match_line m
  JOIN entry_line l ON l.id = m.line_id
  WHERE m.group_id = new.id AND (l.account_id <> new.account_id OR l.aux_id IS NOT new.aux_id);
  SELECT RAISE(ABORT, 'a complete match sums to zero') FROM (
    SELECT count(*) n, coalesce(sum(l.debit - l.credit), 0) net FROM match_line m
    JOIN entry_line l ON l.id = m.line_id WHERE m.group_id = new.id)
  WHERE n = 0 OR (net = 0) <> (new.partial = 0);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER match_group_no_update BEFORE UPDATE ON match_group
BEGIN SELECT RAISE(ABORT, 'a match is undone, not changed'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER match_line_insert BEFORE INSERT ON match_line
WHEN EXISTS (SELECT 1 FROM match_group WHERE id = new.group_id)
BEGIN SELECT RAISE(ABORT, 'a match takes no more lines'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER match_line_update BEFORE UPDATE ON match_line
BEGIN SELECT RAISE(ABORT, 'a match is undone, not changed'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER match_line_delete BEFORE DELETE ON match_line
WHEN EXISTS (SELECT 1 FROM match_group WHERE id = old.group_id)
BEGIN SELECT RAISE(ABORT, 'a match is undone whole'); END;
-- +goose StatementEnd
