package store

import (
	"fmt"
	"strings"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/role"
	"zafe/app/user"
)

var _ role.Tx = (*Tx)(nil)

const roleQuery = `SELECT r.id, r.key, r.name, r.version, r.updated_at, r.updated_by,
	(SELECT count(*) FROM user u WHERE u.role = r.key) FROM role r `

// Roles returns the roles, the ready ones first, the others by name.
func (t *Tx) Roles() ([]role.Role, error) {
	rs, err := all(t, roleQuery+`ORDER BY r.name = '' DESC, CASE r.name WHEN '' THEN printf('%09d', r.id)
		ELSE lower(r.name) END, r.id`, nil, scanRole)
	for i := range rs {
		if err == nil {
			err = t.fillRole(&rs[i])
		}
	}
	return rs, err
}

// Role returns one. Fault role.not_found.
func (t *Tx) Role(key auth.Role) (role.Role, error) {
	rs, err := all(t, roleQuery+`WHERE r.key = ?`, []any{string(key)}, scanRole)
	if err == nil && len(rs) == 0 {
		err = fault.New(fault.NotFound, "role.not_found")
	}
	if err != nil {
		return role.Role{}, err
	}
	return rs[0], t.fillRole(&rs[0])
}

func scanRole(scan func(...any) error, r *role.Role) error {
	var at string
	err := scan(&r.ID, &r.Key, &r.Name, &r.Version, &at, &r.UpdatedBy, &r.People)
	r.Ready = r.Name == ""
	if err == nil && at != "" {
		r.UpdatedAt, err = parseInstant(at)
	}
	return err
}

// fillRole reads what a role may do.
func (t *Tx) fillRole(r *role.Role) (err error) {
	r.Rights, _, err = t.RightsOf(r.Key)
	r.SecondFactor = r.Rights.NeedsSecondFactor()
	return err
}

// RightsOf returns what a role may do, and whether there is such a role.
func (t *Tx) RightsOf(key auth.Role) (auth.Rights, bool, error) {
	if key.Ready() {
		return key.Rights(), true, nil
	}
	var id int64
	ok, err := t.one(`SELECT id FROM role WHERE key = ?`, []any{string(key)}, &id)
	if err != nil || !ok {
		return nil, false, err
	}
	rights := auth.Rights{}
	err = t.each(`SELECT permission, scope FROM role_right WHERE role = ?`, []any{id},
		func(scan func(...any) error) error {
			var p auth.Permission
			var name string
			if err := scan(&p, &name); err != nil {
				return err
			}
			var s auth.Scope
			err := s.UnmarshalText([]byte(name))
			rights[p] = s
			return err
		})
	return rights, true, err
}

// SaveRole stores a role with its rights, a new one with a key of its own when it has none.
func (t *Tx) SaveRole(r role.Role) (role.Role, error) {
	var err error
	if r.ID == 0 {
		if r.ID, err = t.insert(`INSERT INTO role(key, name, version, updated_at, updated_by)
			SELECT 'role' || (1 + seq), ?, ?, ?, ? FROM sqlite_sequence WHERE name = 'role'`,
			r.Name, r.Version, instant(r.UpdatedAt), r.UpdatedBy); err == nil {
			_, err = t.one(`SELECT key FROM role WHERE id = ?`, []any{r.ID}, &r.Key)
		}
	} else {
		_, err = t.exec(`UPDATE role SET name = ?, version = ?, updated_at = ?, updated_by = ? WHERE id = ?`,
			r.Name, r.Version, instant(r.UpdatedAt), r.UpdatedBy, r.ID)
	}
	if err != nil {
		return r, nameTaken(err, "role.name", r.Name)
	}
	if _, err := t.exec(`DELETE FROM role_right WHERE role = ?`, r.ID); err != nil {
		return r, err
	}
	for p, s := range r.Rights {
		if s == auth.None {
			continue
		}
		if _, err := t.exec(`INSERT INTO role_right(role, permission, scope) VALUES (?, ?, ?)`,
			r.ID, string(p), s.String()); err != nil {
			return r, err
		}
	}
	return t.Role(r.Key)
}

// nameTaken tells that a name is another's, if that is what an error says.
func nameTaken(err error, column, name string) error {
	if strings.Contains(err.Error(), "UNIQUE constraint failed: "+column) ||
		strings.Contains(err.Error(), "UNIQUE constraint failed: index 'role_name'") {
		f := fault.Field("name", "role.name_taken", "name", name)
		f.Code = fault.Conflict
		return f
	}
	return err
}

// DropRole deletes a role that nobody has.
func (t *Tx) DropRole(r role.Role) error {
	if _, err := t.exec(`DELETE FROM role_right WHERE role = ?`, r.ID); err != nil {
		return err
	}
	_, err := t.exec(`DELETE FROM role WHERE id = ?`, r.ID)
	return err
}

// Teams returns the teams by name.
func (t *Tx) Teams() ([]role.Team, error) {
	ts, err := all(t, `SELECT id, name, version, updated_at, updated_by FROM team ORDER BY name, id`, nil,
		func(scan func(...any) error, x *role.Team) error {
			var at string
			err := scan(&x.ID, &x.Name, &x.Version, &at, &x.UpdatedBy)
			if err == nil {
				x.UpdatedAt, err = parseInstant(at)
			}
			return err
		})
	for i := range ts {
		if err != nil {
			return nil, err
		}
		ts[i].Members, err = t.people(`SELECT user FROM team_member WHERE team = ? ORDER BY user`, ts[i].ID)
	}
	if ts == nil {
		ts = []role.Team{}
	}
	return ts, err
}

func (t *Tx) people(query string, arg any) ([]auth.UserID, error) {
	return all(t, query, []any{arg}, func(scan func(...any) error, id *auth.UserID) error { return scan(id) })
}

// SaveTeam stores a team, new when its ID is 0, with its members, who leave the team they were in.
func (t *Tx) SaveTeam(x role.Team) (role.Team, error) {
	var err error
	if x.ID == 0 {
		x.ID, err = t.insert(`INSERT INTO team(name, version, updated_at, updated_by) VALUES (?, ?, ?, ?)`,
			x.Name, x.Version, instant(x.UpdatedAt), x.UpdatedBy)
	} else {
		_, err = t.exec(`UPDATE team SET name = ?, version = ?, updated_at = ?, updated_by = ? WHERE id = ?`,
			x.Name, x.Version, instant(x.UpdatedAt), x.UpdatedBy, x.ID)
	}
	if err != nil {
		return x, nameTaken(err, "team.name", x.Name)
	}
	if _, err := t.exec(`DELETE FROM team_member WHERE team = ?`, x.ID); err != nil {
		return x, err
	}
	for _, id := range x.Members {
		if _, err := t.User(id); err != nil {
			return x, err
		}
		if _, err := t.exec(`UPDATE team SET version = version + 1, updated_at = ?, updated_by = ?
			WHERE id IN (SELECT team FROM team_member WHERE user = ?)`, instant(x.UpdatedAt), x.UpdatedBy, id); err != nil {
			return x, err
		}
		if _, err := t.exec(`INSERT INTO team_member(user, team) VALUES (?, ?)
			ON CONFLICT(user) DO UPDATE SET team = excluded.team`, id, x.ID); err != nil {
			return x, err
		}
	}
	return x, nil
}

// DropTeam deletes a team.
func (t *Tx) DropTeam(id int64) error {
	if _, err := t.exec(`DELETE FROM team_member WHERE team = ?`, id); err != nil {
		return err
	}
	_, err := t.exec(`DELETE FROM team WHERE id = ?`, id)
	return err
}

// withRights gives people what their role may do now, and whose records are their team's.
func (t *Tx) withRights(us []user.User) error {
	for i := range us {
		u := &us[i]
		rights, known, err := t.RightsOf(u.Role)
		if err != nil {
			return err
		}
		if !known {
			return fmt.Errorf("store: user %d has role %q, which is not there", u.ID, u.Role)
		}
		u.Rights, u.NeedsSecondFactor = rights, rights.NeedsSecondFactor()
		if !u.Role.Ready() {
			if _, err := t.one(`SELECT name FROM role WHERE key = ?`, []any{string(u.Role)}, &u.RoleName); err != nil {
				return err
			}
		}
		if u.Team, err = t.people(`SELECT m.user FROM team_member m JOIN team_member me ON me.team = m.team
			WHERE me.user = ? ORDER BY m.user`, u.ID); err != nil {
			return err
		}
	}
	return nil
}
