-- +goose Up
-- People with a login. A person is never deleted: their name stays on what they did.
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
) STRICT;

-- Single-use codes for the day the telephone is lost; only their hash is kept.
CREATE TABLE recovery_code (
  id      INTEGER PRIMARY KEY,
  user_id INTEGER NOT NULL REFERENCES user(id),
  hash    BLOB    NOT NULL CHECK (length(hash) = 32),
  used_at TEXT    NOT NULL
) STRICT;
CREATE INDEX recovery_code_user ON recovery_code(user_id);

-- Sessions: the token itself is never stored.
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
) STRICT;
CREATE INDEX session_user ON session(user_id);
