-- +goose Up
-- What was matched after a day is still open on that day: an aged balance looks for it.
CREATE INDEX match_line_date ON match_line(date, group_id);
