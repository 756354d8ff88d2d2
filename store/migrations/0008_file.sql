-- +goose Up
-- Contents kept beside the database (pièces jointes), one sealed file each: see store/crypt/FORMAT.md. The
-- key is here and nowhere else: without the row nobody reads the file.
CREATE TABLE file (
  id        INTEGER PRIMARY KEY,
  name      TEXT    NOT NULL UNIQUE CHECK (length(name) = 64),
  digest    TEXT    NOT NULL UNIQUE CHECK (length(digest) = 64), -- SHA-256 of the content
  size      INTEGER NOT NULL CHECK (size > 0),
  key       BLOB    NOT NULL CHECK (length(key) = 32),
  added_at  TEXT    NOT NULL,
  unused_at TEXT    NOT NULL -- when it was seen that nothing refers to it any more, '' while something does
) STRICT;
CREATE INDEX file_unused ON file(unused_at) WHERE unused_at <> '';
-- +goose StatementBegin
CREATE TRIGGER file_is_what_it_is BEFORE UPDATE OF id, name, digest, size, added_at ON file
BEGIN SELECT RAISE(ABORT, 'a content never changes'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER file_in_use BEFORE DELETE ON file WHEN EXISTS (SELECT 1 FROM attachment WHERE file = old.id)
BEGIN SELECT RAISE(ABORT, 'a content in use is not deleted'); END;
-- +goose StatementEnd

-- What a content is attached to, and under which name: a customer, a document, an entry (negative: a draft).
CREATE TABLE attachment (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  file       INTEGER NOT NULL REFERENCES file(id),
  kind       TEXT    NOT NULL CHECK (kind IN ('customer', 'document', 'entry')),
  subject    INTEGER NOT NULL,
  name       TEXT    NOT NULL CHECK (name <> ''),
  media      TEXT    NOT NULL,
  added_at   TEXT    NOT NULL,
  added_by   INTEGER NOT NULL,
  added_name TEXT    NOT NULL,
  UNIQUE (kind, subject, file)
) STRICT;
CREATE INDEX attachment_file ON attachment(file);

-- What belongs to a record that is final stays with it (code de commerce L123-22: vouchers are kept ten
-- years). Only a draft that is posted hands its own over, to the entry it becomes.
-- +goose StatementBegin
CREATE TRIGGER attachment_kept BEFORE DELETE ON attachment
WHEN old.kind = 'document' AND EXISTS (SELECT 1 FROM document WHERE id = old.subject AND state = 'final')
  OR old.kind = 'entry' AND EXISTS (SELECT 1 FROM entry WHERE id = old.subject)
BEGIN SELECT RAISE(ABORT, 'what is attached to a final record stays'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER attachment_is_what_it_is BEFORE UPDATE ON attachment
WHEN NOT (old.kind = 'entry' AND old.subject < 0 AND new.kind = 'entry' AND new.subject > 0
  AND new.id = old.id AND new.file = old.file AND new.name = old.name AND new.media = old.media
  AND new.added_at = old.added_at AND new.added_by = old.added_by AND new.added_name = old.added_name)
BEGIN SELECT RAISE(ABORT, 'an attachment never changes'); END;
-- +goose StatementEnd

-- What is attached goes with its record: a draft thrown away, an import undone.
-- +goose StatementBegin
CREATE TRIGGER attachment_of_customer AFTER DELETE ON customer
BEGIN DELETE FROM attachment WHERE kind = 'customer' AND subject = old.id; END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER attachment_of_document AFTER DELETE ON document
BEGIN DELETE FROM attachment WHERE kind = 'document' AND subject = old.id; END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER attachment_of_entry AFTER DELETE ON entry
BEGIN DELETE FROM attachment WHERE kind = 'entry' AND subject = old.id; END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER attachment_of_draft AFTER DELETE ON draft
BEGIN DELETE FROM attachment WHERE kind = 'entry' AND subject = -old.id; END;
-- +goose StatementEnd
