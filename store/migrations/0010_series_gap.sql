-- +goose Up
-- Numbers passed over (numéros non utilisés): after a restore, those of documents that no copy holds. They are
-- never given out again, and this is the reason why they are in no list.
CREATE TABLE series_gap (
  kind       TEXT    NOT NULL,
  period     TEXT    NOT NULL,
  first      INTEGER NOT NULL CHECK (first > 0),
  last       INTEGER NOT NULL CHECK (last >= first),
  decided_at TEXT    NOT NULL,
  decided_by TEXT    NOT NULL,
  PRIMARY KEY (kind, period, first)
) STRICT, WITHOUT ROWID;

-- +goose StatementBegin
CREATE TRIGGER series_gap_next BEFORE INSERT ON series_gap
BEGIN
  SELECT RAISE(ABORT, 'a gap begins behind the last number') WHERE new.first <> 1 + coalesce((
    SELECT last FROM series WHERE kind = new.kind AND period = new.period), 0);
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER series_gap_stays BEFORE UPDATE ON series_gap
BEGIN
  SELECT RAISE(ABORT, 'a gap stays as it was decided');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER series_gap_kept BEFORE DELETE ON series_gap
BEGIN
  SELECT RAISE(ABORT, 'a gap stays as it was decided');
END;
-- +goose StatementEnd
