-- +goose Up
-- A session in which an owner looks at the book through somebody's eyes: parent is the session that it was opened from,
-- and ends it; viewed is through whose eyes.
ALTER TABLE session ADD COLUMN parent INTEGER REFERENCES session(id) ON DELETE CASCADE;
ALTER TABLE session ADD COLUMN viewed INTEGER REFERENCES user(id);
CREATE INDEX session_parent ON session(parent);

-- What takes two people and waits for the second one. What was asked never changes, and is never deleted.
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
) STRICT;

-- +goose StatementBegin
CREATE TRIGGER approval_stays BEFORE UPDATE ON approval
WHEN old.state <> 'waiting' OR new.id <> old.id OR new.op <> old.op OR new.request <> old.request
  OR new.asked_by <> old.asked_by OR new.asked_at <> old.asked_at OR new.expires_at <> old.expires_at
BEGIN
  SELECT RAISE(ABORT, 'a request stays as it was asked and decided');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER approval_kept BEFORE DELETE ON approval
BEGIN
  SELECT RAISE(ABORT, 'a request is never deleted');
END;
-- +goose StatementEnd
