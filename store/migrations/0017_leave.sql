-- +goose Up
-- Departures (départs): who went, or is to go after the last day of their account, and what was done. keep and report
-- are JSON; event is that of the journal which seals the report, 0 until it is done.
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
) STRICT;
CREATE UNIQUE INDEX leaving_open ON leaving(user_id) WHERE state <> 'done';
-- +goose StatementBegin
CREATE TRIGGER leaving_no_update BEFORE UPDATE ON leaving WHEN old.state = 'done'
BEGIN SELECT RAISE(ABORT, 'what was done never changes'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER leaving_no_delete BEFORE DELETE ON leaving WHEN old.state <> 'planned'
BEGIN SELECT RAISE(ABORT, 'what was done is never deleted'); END;
-- +goose StatementEnd

-- Somebody from outside who keeps the books.
INSERT INTO role(key, name, version, updated_at, updated_by) VALUES ('expert', '', 0, '', '');

-- Who managed the copies said where they go: that is a right of its own now, and nobody loses it.
INSERT INTO role_right(role, permission, scope)
  SELECT role, 'backup.place', scope FROM role_right WHERE permission = 'backup.manage';
