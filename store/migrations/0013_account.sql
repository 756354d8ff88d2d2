-- +goose Up
-- Where each person has logged in; "" is the main PC's own keyboard. Nobody finds every place new after this
-- update: the journal knows those of completed log-ins.
CREATE TABLE user_place (
  user_id  INTEGER NOT NULL REFERENCES user(id),
  device   TEXT    NOT NULL,
  first_at TEXT    NOT NULL,
  last_at  TEXT    NOT NULL,
  PRIMARY KEY (user_id, device)
) STRICT, WITHOUT ROWID;
INSERT INTO user_place(user_id, device, first_at, last_at)
  SELECT e.actor, e.device, min(e.at), max(e.at) FROM event e JOIN user u ON u.id = e.actor
  WHERE e.op = 'session.second_factor' OR (e.op = 'session.login' AND u.totp_on = 0)
  GROUP BY e.actor, e.device;

-- Wrong passwords and codes of the day, which a restart does not forget: those of a person from places new to
-- them, of a person from anywhere, of a PC whomever it tries.
CREATE TABLE guess (
  what  TEXT    PRIMARY KEY,
  since TEXT    NOT NULL,
  last  TEXT    NOT NULL,
  wrong INTEGER NOT NULL CHECK (wrong >= 0)
) STRICT, WITHOUT ROWID;

-- What a notice says beside whom it is about, such as the name of a PC.
ALTER TABLE notice ADD COLUMN detail TEXT NOT NULL DEFAULT '';

-- A token that was just replaced is good for the calls that are on their way with it.
ALTER TABLE session ADD COLUMN old_hash BLOB NOT NULL DEFAULT x'';
ALTER TABLE session ADD COLUMN old_until TEXT NOT NULL DEFAULT '';

-- How a recovery code was hashed: Argon2id with its costs and salt, one for a set, or "" for SHA-256, as those made
-- before this update.
ALTER TABLE recovery_code ADD COLUMN kdf TEXT NOT NULL DEFAULT '';

-- Minutes without a touch until the screen locks (0: as the role has it), and the last day of an account ("": none).
ALTER TABLE user ADD COLUMN lock_after INTEGER NOT NULL DEFAULT 0 CHECK (lock_after BETWEEN 0 AND 30);
ALTER TABLE user ADD COLUMN ends_on TEXT NOT NULL DEFAULT '';
