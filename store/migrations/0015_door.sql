-- +goose Up
-- Invitation files for PCs that are elsewhere. Of the token in one only the hash is kept; device is the fingerprint of
-- the PC that used it, once.
CREATE TABLE invitation (
  id         INTEGER PRIMARY KEY,
  hash       BLOB    NOT NULL UNIQUE CHECK (length(hash) = 32),
  made_by    INTEGER NOT NULL,
  expires_at TEXT    NOT NULL,
  device     TEXT    NOT NULL DEFAULT ''
) STRICT;
