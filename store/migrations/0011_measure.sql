-- +goose Up
-- What was measured about the copies is in the journal, among much else: its trial restores, and how old the oldest
-- work was that no place away from the house had.
CREATE INDEX event_measured ON event(id) WHERE op = 'backup.measured';
