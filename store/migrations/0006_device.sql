-- +goose Up
-- The PCs allowed to work on this book; the row is the authority, asked at every request.
CREATE TABLE device (
  id          INTEGER PRIMARY KEY,
  fingerprint TEXT    NOT NULL UNIQUE,
  name        TEXT    NOT NULL,
  state       TEXT    NOT NULL CHECK (state IN ('active', 'revoked')),
  approved_by INTEGER NOT NULL,
  first_seen  TEXT    NOT NULL,
  last_seen   TEXT    NOT NULL
) STRICT;
