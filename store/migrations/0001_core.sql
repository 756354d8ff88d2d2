-- +goose Up
-- The journal of events: append-only, chained; see package app/audit.
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
) STRICT;
CREATE UNIQUE INDEX event_request ON event(request_id) WHERE request_id IS NOT NULL;
CREATE INDEX event_subject ON event(subject_kind, subject_id, id);
-- +goose StatementBegin
CREATE TRIGGER event_no_update BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'an event never changes'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER event_no_delete BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'an event is never deleted'); END;
-- +goose StatementEnd

-- Answers of idempotent requests, kept seven days.
CREATE TABLE answer (
  request_id TEXT PRIMARY KEY,
  at         TEXT NOT NULL,
  op         TEXT NOT NULL,
  input_hash TEXT NOT NULL,
  response   BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX answer_at ON answer(at);

-- Settings of the book: one JSON value a key, changed by operations only.
CREATE TABLE setting (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Gap-free numbering (série): bumped inside the issuing transaction.
CREATE TABLE series (
  kind   TEXT    NOT NULL,
  period TEXT    NOT NULL,
  last   INTEGER NOT NULL CHECK (last >= 0),
  PRIMARY KEY (kind, period)
) STRICT, WITHOUT ROWID;

-- What the search box finds (Ctrl+K): kept in the same transaction as its subject.
CREATE TABLE search_doc (
  id     INTEGER PRIMARY KEY,
  kind   TEXT    NOT NULL,
  ref    INTEGER NOT NULL,
  owner  INTEGER NOT NULL,
  title  TEXT    NOT NULL,
  detail TEXT    NOT NULL,
  body   TEXT    NOT NULL,
  UNIQUE (kind, ref)
) STRICT;
CREATE VIRTUAL TABLE search USING fts5(
  title, body, content='search_doc', content_rowid='id',
  tokenize="unicode61 remove_diacritics 2", prefix='1 2 3 4'
);
-- +goose StatementBegin
CREATE TRIGGER search_insert AFTER INSERT ON search_doc BEGIN
  INSERT INTO search(rowid, title, body) VALUES (new.id, new.title, new.body);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER search_delete AFTER DELETE ON search_doc BEGIN
  INSERT INTO search(search, rowid, title, body) VALUES ('delete', old.id, old.title, old.body);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER search_update AFTER UPDATE ON search_doc BEGIN
  INSERT INTO search(search, rowid, title, body) VALUES ('delete', old.id, old.title, old.body);
  INSERT INTO search(rowid, title, body) VALUES (new.id, new.title, new.body);
END;
-- +goose StatementEnd
