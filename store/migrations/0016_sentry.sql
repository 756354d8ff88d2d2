-- +goose Up
-- What leaves the book, by person and day: files and their rows, and rows of lists that somebody read through. The
-- day is that of the company's time zone.
CREATE TABLE rows_out (
  day       TEXT    NOT NULL,
  user      INTEGER NOT NULL,
  files     INTEGER NOT NULL DEFAULT 0,
  file_rows INTEGER NOT NULL DEFAULT 0,
  list_rows INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (day, user)
) STRICT, WITHOUT ROWID;

-- Exports that wait, or waited, for the word of another owner. hash is that of what was asked for.
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
) STRICT;
CREATE UNIQUE INDEX held_export_waiting ON held_export(user, hash) WHERE state = 'waiting';
