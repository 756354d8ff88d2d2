-- +goose Up
-- Roles (rôles): named sets of rights. What a ready one may do is the program's, so that a new release gives new
-- rights to whom they belong; rows of role_right are those of the owner's own roles. name is "" for a ready one.
CREATE TABLE role (
  id         INTEGER PRIMARY KEY AUTOINCREMENT, -- the key of a deleted role, which the journal cites, is never given again
  key        TEXT    NOT NULL UNIQUE,
  name       TEXT    NOT NULL,
  version    INTEGER NOT NULL,
  updated_at TEXT    NOT NULL,
  updated_by TEXT    NOT NULL
) STRICT;
CREATE UNIQUE INDEX role_name ON role(name COLLATE NOCASE) WHERE name <> '';
INSERT INTO role(key, name, version, updated_at, updated_by) VALUES
  ('owner', '', 0, '', ''), ('admin', '', 0, '', ''), ('accountant', '', 0, '', ''), ('assistant', '', 0, '', ''),
  ('sales', '', 0, '', ''), ('purchasing', '', 0, '', ''), ('stock', '', 0, '', ''), ('hr', '', 0, '', ''),
  ('workshop', '', 0, '', ''), ('technician', '', 0, '', ''), ('reader', '', 0, '', '');

CREATE TABLE role_right (
  role       INTEGER NOT NULL REFERENCES role(id),
  permission TEXT    NOT NULL,
  scope      TEXT    NOT NULL CHECK (scope IN ('own', 'team', 'all')),
  PRIMARY KEY (role, permission)
) STRICT, WITHOUT ROWID;

-- Everybody has a role that is there.
-- +goose StatementBegin
CREATE TRIGGER user_role_insert BEFORE INSERT ON user WHEN NOT EXISTS (SELECT 1 FROM role WHERE key = new.role) BEGIN
  SELECT RAISE(ABORT, 'no such role');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER user_role_update BEFORE UPDATE OF role ON user
WHEN NOT EXISTS (SELECT 1 FROM role WHERE key = new.role) BEGIN
  SELECT RAISE(ABORT, 'no such role');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER role_delete BEFORE DELETE ON role
WHEN old.name = '' OR EXISTS (SELECT 1 FROM user WHERE role = old.key) BEGIN
  SELECT RAISE(ABORT, 'the role is in use');
END;
-- +goose StatementEnd

-- Teams (équipes): whose records those of a right held on the team are. A person is in one team or none.
CREATE TABLE team (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  name       TEXT    NOT NULL COLLATE NOCASE UNIQUE CHECK (name <> ''),
  version    INTEGER NOT NULL,
  updated_at TEXT    NOT NULL,
  updated_by TEXT    NOT NULL
) STRICT;
CREATE TABLE team_member (
  user INTEGER PRIMARY KEY REFERENCES user(id),
  team INTEGER NOT NULL REFERENCES team(id)
) STRICT;
CREATE INDEX team_member_team ON team_member(team);

-- Whose a record is, the search box asks the record itself.
ALTER TABLE search_doc DROP COLUMN owner;
