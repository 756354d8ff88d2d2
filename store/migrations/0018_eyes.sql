-- +goose Up
-- A session in which an owner looks at the book through somebody's eyes: parent is the session that it was opened from,
-- and ends it; viewed is through whose eyes.
ALTER TABLE session ADD COLUMN parent INTEGER REFERENCES session(id) ON DELETE CASCADE;
ALTER TABLE session ADD COLUMN viewed INTEGER REFERENCES user(id);
CREATE INDEX session_parent ON session(parent);
