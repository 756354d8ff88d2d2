-- +goose Up
-- What people took away or wrote over, for thirty days: was is the record as it was, files what was attached to it, both
-- JSON; after is its version then, 0 when it is gone.
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
) STRICT;
CREATE INDEX lost_user ON lost(user, at);
CREATE INDEX lost_at ON lost(at);
CREATE INDEX lost_hold ON lost(hold) WHERE hold <> 0;

-- Who took away or wrote over too many records within a minute, and is held until an owner frees them.
CREATE TABLE hold (
  id       INTEGER PRIMARY KEY,
  user     INTEGER NOT NULL,
  at       TEXT    NOT NULL,
  rows     INTEGER NOT NULL,
  freed_at TEXT    NOT NULL DEFAULT '',
  freed_by INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX hold_open ON hold(user) WHERE freed_at = '';
-- +goose StatementBegin
CREATE TRIGGER hold_stays BEFORE UPDATE ON hold
WHEN old.freed_at <> '' OR new.id <> old.id OR new.user <> old.user OR new.at <> old.at OR new.rows <> old.rows
BEGIN SELECT RAISE(ABORT, 'a hold stays as it was'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER hold_kept BEFORE DELETE ON hold
BEGIN SELECT RAISE(ABORT, 'a hold is never deleted'); END;
-- +goose StatementEnd
