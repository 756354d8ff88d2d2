-- +goose Up
-- A PC that was let in for a while is out at that time; '' for the others.
ALTER TABLE device ADD COLUMN ends_at TEXT NOT NULL DEFAULT '';

-- Accesses of people from outside who help (accès assistance): what an owner opened to whom, for what and until when.
-- device is the PC that came with the code, '' while none did. What was granted never changes, nothing is deleted.
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
) STRICT;
-- One at a time, and one PC by access.
CREATE UNIQUE INDEX support_open ON support(ended_at) WHERE ended_at = '';
CREATE INDEX support_device ON support(device) WHERE device <> '';

-- +goose StatementBegin
CREATE TRIGGER support_stays BEFORE UPDATE ON support
WHEN old.ended_at <> '' OR new.id <> old.id OR new.made_by <> old.made_by OR new.who <> old.who
  OR new.reason <> old.reason OR new.sales <> old.sales OR new.ledger <> old.ledger OR new.shown <> old.shown
  OR new.made_at <> old.made_at OR new.ends_at <> old.ends_at
  OR (old.code_until <> '' AND new.code_until <> old.code_until)
  OR (old.device <> '' AND (new.device <> old.device OR new.entered_at <> old.entered_at))
BEGIN
  SELECT RAISE(ABORT, 'an access stays as it was granted');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER support_kept BEFORE DELETE ON support
BEGIN
  SELECT RAISE(ABORT, 'an access is never deleted');
END;
-- +goose StatementEnd
