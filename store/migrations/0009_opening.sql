-- +goose Up
-- Start delegates (délégués de démarrage): people whose password opens the sealed book, beside owners.
ALTER TABLE user ADD COLUMN delegate INTEGER NOT NULL DEFAULT 0 CHECK (delegate IN (0, 1));

-- A new password asked for with the recovery key and without the second factor: every owner can refuse
-- it before it takes effect.
CREATE TABLE password_reset (
  user_id  INTEGER PRIMARY KEY REFERENCES user(id),
  asked_at TEXT    NOT NULL,
  device   TEXT    NOT NULL
) STRICT;

-- What an owner is to be told at their next log-in, once.
CREATE TABLE notice (
  id         INTEGER PRIMARY KEY,
  user_id    INTEGER NOT NULL REFERENCES user(id),
  at         TEXT    NOT NULL,
  kind       TEXT    NOT NULL,
  subject_id INTEGER NOT NULL REFERENCES user(id)
) STRICT;
CREATE INDEX notice_user ON notice(user_id);
