// Package role is about what people may do: the ready roles, those that an owner makes for the company, and
// the teams whose records people share. What a right is, and how it is looked at, is package auth's.
package role

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"zafe/app/audit"
	"zafe/app/auth"
	"zafe/app/civil"
	"zafe/app/company"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/user"
)

// NameMax bounds the name of a role or a team, in characters. RolesMax and TeamsMax bound their numbers.
const (
	NameMax  = 60
	RolesMax = 100
	TeamsMax = 100
)

// Role is a named set of rights. Key is permanent; Name is "" for a ready one, whose title is message
// "role.<key>".
type Role struct {
	ID           int64       `json:"id"`
	Key          auth.Role   `json:"key"`
	Name         string      `json:"name,omitempty"`
	Ready        bool        `json:"ready,omitempty"`
	Rights       auth.Rights `json:"rights"`
	SecondFactor bool        `json:"second_factor"` // the rights ask for one
	People       int         `json:"people"`        // who have the role, the disabled among them
	Version      int64       `json:"version"`
	UpdatedAt    time.Time   `json:"updated_at"`
	UpdatedBy    string      `json:"updated_by,omitempty"`
}

// Team is people whose records are shared by those who hold a right on their team's. A person is in one or
// none.
type Team struct {
	ID        int64         `json:"id"`
	Name      string        `json:"name"`
	Members   []auth.UserID `json:"members"`
	Version   int64         `json:"version"`
	UpdatedAt time.Time     `json:"updated_at"`
	UpdatedBy string        `json:"updated_by,omitempty"`
}

// SaveRequest makes a role (Key "") or changes one that was made. To copy a role, its rights are given
// another name.
type SaveRequest struct {
	Key     auth.Role   `json:"key,omitempty"`
	Version int64       `json:"version,omitempty"`
	Name    string      `json:"name"`
	Rights  auth.Rights `json:"rights"`
}

// Validate refuses a role without a name, and rights that cannot be held so: role.name_missing,
// role.right_unknown, role.right_scope, role.keys, role.separate, role.wider_customers, role.wider_sales,
// role.pays_blind.
func (r SaveRequest) Validate() error {
	if err := named(r.Name); err != nil {
		return err
	}
	for _, p := range sorted(r.Rights) {
		switch s := r.Rights[p]; {
		case len(p.Scopes()) == 0:
			return fault.Field("rights", "role.right_unknown")
		case !p.Supports(s):
			return fault.Field("rights", "role.right_scope")
		}
	}
	if err := separate(r.Rights); err != nil {
		return err
	}
	return seen(r.Rights)
}

func named(name string) error {
	if n := utf8.RuneCountInString(strings.TrimSpace(name)); n == 0 || n > NameMax {
		return fault.Field("name", "role.name_missing", "max", NameMax)
	}
	return nil
}

// sorted are the rights of a role in a fixed order.
func sorted(r auth.Rights) []auth.Permission {
	out := make([]auth.Permission, 0, len(r))
	for p := range r {
		out = append(out, p)
	}
	slices.Sort(out)
	return out
}

// apart are the rights that no role an owner makes holds together: who makes accounts could pay or post under
// a name that is nobody's, and who changes the bank details printed on invoices could hide where the money
// went.
var apart = [][2]auth.Permission{
	{auth.UserManage, auth.PaymentWrite}, {auth.UserManage, auth.LedgerPost}, {auth.CompanyWrite, auth.PaymentWrite},
}

// separate refuses rights that do not go together, and the keys, which are the owners': whoever has them
// opens the sealed book whatever their role says.
func separate(r auth.Rights) error {
	if r.Scope(auth.KeyManage) != auth.None {
		return fault.Field("rights", "role.keys")
	}
	for _, pair := range apart {
		if r.Scope(pair[0]) != auth.None && r.Scope(pair[1]) != auth.None {
			return fault.Field("rights", "role.separate")
		}
	}
	return nil
}

// seen refuses a right that reaches records which the role does not see: a file would carry away what the screen hides.
func seen(r auth.Rights) error {
	for _, k := range []struct {
		read  auth.Permission
		other []auth.Permission
		fault string
	}{
		{auth.CustomerRead, []auth.Permission{auth.CustomerWrite, auth.CustomerDelete, auth.CustomerExport}, "role.wider_customers"},
		{auth.SalesRead, []auth.Permission{auth.SalesWrite, auth.SalesDelete, auth.InvoiceIssue}, "role.wider_sales"},
	} {
		for _, p := range k.other {
			if r.Scope(p) > r.Scope(k.read) {
				return fault.Field("rights", k.fault)
			}
		}
	}
	// A payment is put on what is still owed: who may not see that has nothing to choose from.
	if r.Scope(auth.PaymentWrite) != auth.None && r.Scope(auth.FieldBalance) == auth.None {
		return fault.Field("rights", "role.pays_blind")
	}
	return nil
}

// KeyRequest names a role.
type KeyRequest struct {
	Key auth.Role `json:"key"`
}

// TeamRequest makes a team (ID 0) or changes one.
type TeamRequest struct {
	ID      int64         `json:"id,omitempty"`
	Version int64         `json:"version,omitempty"`
	Name    string        `json:"name"`
	Members []auth.UserID `json:"members"`
}

// Validate refuses a team without a name: role.name_missing.
func (r TeamRequest) Validate() error { return named(r.Name) }

// TeamDrop names a team to be taken apart, as whoever does it saw it.
type TeamDrop struct {
	ID      int64 `json:"id"`
	Version int64 `json:"version"`
}

// ListResponse are the roles, the ready ones first, and the teams.
type ListResponse struct {
	Roles []Role `json:"roles"`
	Teams []Team `json:"teams"`
}

// The operations.
var (
	List = op.Op[op.Empty, ListResponse]{Spec: op.Spec{
		Name: "role.list", Kind: op.Query, Needs: auth.UserManage, Since: 1,
		Doc: "Lists the roles with what each may do, and the teams.",
	}}
	Save = op.Op[SaveRequest, Role]{Spec: op.Spec{
		Name: "role.save", Kind: op.Command, Needs: auth.UserManage, Fresh: true, Since: 1,
		Doc: "Makes a role of the company's own, or changes what one may do; it holds from the next call on.",
	}}
	Delete = op.Op[KeyRequest, op.Empty]{Spec: op.Spec{
		Name: "role.delete", Kind: op.Command, Needs: auth.UserManage, Fresh: true, Since: 1,
		Doc: "Deletes a role of the company's own that nobody has.",
	}}
	SaveTeam = op.Op[TeamRequest, Team]{Spec: op.Spec{
		Name: "team.save", Kind: op.Command, Needs: auth.UserManage, Fresh: true, Since: 1,
		Doc: "Makes a team or changes who is in it; people leave the team they were in.",
	}}
	DeleteTeam = op.Op[TeamDrop, op.Empty]{Spec: op.Spec{
		Name: "team.delete", Kind: op.Command, Needs: auth.UserManage, Fresh: true, Since: 1,
		Doc: "Deletes a team; its people are in none.",
	}}
)

// Tx is what this package needs of a transaction.
type Tx interface {
	op.Tx
	company.Settings
	Today() civil.Date
	Users() ([]user.User, error)
	User(id auth.UserID) (user.User, error) // fault user.not_found
	// Head returns the last event of the journal.
	Head() (audit.Event, error)
	// Roles returns the roles, the ready ones first, the others by name.
	Roles() ([]Role, error)
	// Role returns one. Fault role.not_found.
	Role(key auth.Role) (Role, error)
	// SaveRole stores a role with its rights, a new one with a key of its own when it has none. Fault
	// role.name_taken.
	SaveRole(r Role) (Role, error)
	// DropRole deletes a role that nobody has.
	DropRole(r Role) error
	// Teams returns the teams by name.
	Teams() ([]Team, error)
	// SaveTeam stores a team, new when its ID is 0, with its members. Faults role.name_taken, user.not_found.
	SaveTeam(t Team) (Team, error)
	// DropTeam deletes a team.
	DropTeam(id int64) error
}

// Bind registers the operations.
func Bind[T Tx](r *op.Registry[T]) {
	op.Bind(r, List, list[T])
	op.Bind(r, Save, save[T])
	op.Bind(r, Delete, drop[T])
	op.Bind(r, SaveTeam, saveTeam[T])
	op.Bind(r, DeleteTeam, dropTeam[T])
	op.BindStream(r, PrintMatrix, matrix[T])
}

func list[T Tx](_ context.Context, tx T, _ op.Empty) (out ListResponse, err error) {
	if out.Roles, err = tx.Roles(); err != nil {
		return out, err
	}
	out.Teams, err = tx.Teams()
	return out, err
}

// save stores a role. Faults: those of Validate, role.not_found, role.ready, role.changed_meanwhile,
// role.above_you, role.too_many, role.name_taken.
func save[T Tx](ctx context.Context, tx T, req SaveRequest) (Role, error) {
	var r Role
	if req.Key != "" {
		var err error
		if r, err = own(tx, req.Key); err != nil {
			return r, err
		}
		if r.Version != req.Version {
			return r, fault.New(fault.Conflict, "role.changed_meanwhile", "who", r.UpdatedBy, "at", r.UpdatedAt)
		}
	} else if all, err := tx.Roles(); err != nil || len(all) >= RolesMax {
		return r, orElse(err, fault.New(fault.Conflict, "role.too_many", "max", RolesMax))
	}
	a := op.Actor(ctx)
	if !a.System && !(a.Rights.Covers(req.Rights) && a.Rights.Covers(r.Rights)) {
		return r, fault.New(fault.Forbidden, "role.above_you")
	}
	if err := user.Narrowed(ctx, tx, r.Key, r.Rights, req.Rights); err != nil {
		return r, err
	}
	r.Name, r.Rights = strings.TrimSpace(req.Name), req.Rights
	r.Version, r.UpdatedAt, r.UpdatedBy = r.Version+1, tx.Now(), a.Name
	r, err := tx.SaveRole(r)
	op.Note(ctx, "role", r.ID, "", payload(r.Rights))
	return r, err
}

// payload is what the journal keeps of a role: who may do what from now on.
func payload(rights auth.Rights) string {
	parts := make([]string, 0, len(rights))
	for _, p := range sorted(rights) {
		parts = append(parts, `"`+string(p)+`":"`+rights[p].String()+`"`)
	}
	return "{" + strings.Join(parts, ",") + "}"
}

func orElse(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// own returns a role that the company made: a ready one never changes.
func own(tx Tx, key auth.Role) (Role, error) {
	r, err := tx.Role(key)
	if err == nil && r.Ready {
		err = fault.New(fault.Conflict, "role.ready")
	}
	return r, err
}

// drop deletes a role. Faults: role.not_found, role.ready, role.above_you, role.in_use.
func drop[T Tx](ctx context.Context, tx T, req KeyRequest) (op.Empty, error) {
	r, err := own(tx, req.Key)
	if err != nil {
		return op.Empty{}, err
	}
	switch a := op.Actor(ctx); {
	case !a.System && !a.Rights.Covers(r.Rights):
		return op.Empty{}, fault.New(fault.Forbidden, "role.above_you")
	case r.People > 0:
		return op.Empty{}, fault.New(fault.Conflict, "role.in_use", "n", r.People)
	}
	gone, err := json.Marshal(map[string]any{"now": map[string]string{"code": r.Name}}) // by which it is found later on
	if err != nil {
		return op.Empty{}, err
	}
	op.Note(ctx, "role", r.ID, "", string(gone))
	return op.Empty{}, tx.DropRole(r)
}

// mayTeam refuses to decide who is in which team to whom a team may show more than they see: they hold on all
// records whatever any role holds on the team's. Else they would take everybody into their own, or an
// accomplice into another. Fault role.above_you.
func mayTeam(ctx context.Context, tx Tx) error {
	a := op.Actor(ctx)
	roles, err := tx.Roles()
	if err != nil {
		return err
	}
	for _, r := range roles {
		for p := range r.Rights {
			if r.Rights.Scope(p) == auth.Team && a.Scope(p) != auth.All {
				return fault.New(fault.Forbidden, "role.above_you")
			}
		}
	}
	return nil
}

// SeesTeam tells whether some right is held on the records of one's team, and not on all.
func SeesTeam(r auth.Rights) bool {
	for p := range r {
		if r.Scope(p) == auth.Team {
			return true
		}
	}
	return false
}

// Seer is somebody who would see the records of more people than before; Sees are the names of those.
type Seer struct {
	Who  string
	Sees []string
}

// Crews is what it takes to tell who is in which team.
type Crews interface {
	Users() ([]user.User, error)
	Teams() ([]Team, error)
}

// Widened tells who would see more of others than now if a team were as asked: those who hold a right on their team's
// records, of whoever comes into it with them. Faults: role.team_not_found, role.changed_meanwhile.
func Widened(tx Crews, asked TeamRequest) (out []Seer, err error) {
	teams, err := tx.Teams()
	if err == nil && asked.ID != 0 {
		_, err = teamOf(teams, asked.ID, asked.Version)
	}
	if err != nil {
		return nil, err
	}
	people, err := tx.Users()
	for _, u := range people {
		if !slices.Contains(asked.Members, u.ID) || !SeesTeam(u.Rights) {
			continue
		}
		var now []auth.UserID
		if at := slices.IndexFunc(teams, func(t Team) bool { return slices.Contains(t.Members, u.ID) }); at >= 0 {
			now = teams[at].Members
		}
		s := Seer{Who: u.Name}
		for _, other := range people {
			if other.ID != u.ID && slices.Contains(asked.Members, other.ID) && !slices.Contains(now, other.ID) {
				s.Sees = append(s.Sees, other.Name)
			}
		}
		if len(s.Sees) > 0 {
			out = append(out, s)
		}
	}
	return out, err
}

// saveTeam stores a team. Faults: those of Validate, role.above_you, role.team_not_found,
// role.changed_meanwhile, role.too_many, role.name_taken, user.not_found.
func saveTeam[T Tx](ctx context.Context, tx T, req TeamRequest) (Team, error) {
	if err := mayTeam(ctx, tx); err != nil {
		return Team{}, err
	}
	teams, err := tx.Teams()
	if err != nil {
		return Team{}, err
	}
	t := Team{}
	if req.ID != 0 {
		t, err = teamOf(teams, req.ID, req.Version)
	} else if len(teams) >= TeamsMax {
		err = fault.New(fault.Conflict, "role.too_many", "max", TeamsMax)
	}
	if err != nil {
		return t, err
	}
	t.Name, t.Members = strings.TrimSpace(req.Name), slices.Compact(slices.Sorted(slices.Values(req.Members)))
	t.Version, t.UpdatedAt, t.UpdatedBy = t.Version+1, tx.Now(), op.Actor(ctx).Name
	t, err = tx.SaveTeam(t)
	op.Note(ctx, "team", t.ID, "", "")
	return t, err
}

// teamOf is the team with an ID as whoever changes it saw it. Faults: role.team_not_found, role.changed_meanwhile.
func teamOf(teams []Team, id, version int64) (Team, error) {
	i := slices.IndexFunc(teams, func(t Team) bool { return t.ID == id })
	if i < 0 {
		return Team{}, fault.New(fault.NotFound, "role.team_not_found")
	}
	if t := teams[i]; t.Version != version {
		return t, fault.New(fault.Conflict, "role.changed_meanwhile", "who", t.UpdatedBy, "at", t.UpdatedAt)
	}
	return teams[i], nil
}

// dropTeam takes a team apart. Faults: role.above_you and those of teamOf.
func dropTeam[T Tx](ctx context.Context, tx T, req TeamDrop) (op.Empty, error) {
	if err := mayTeam(ctx, tx); err != nil {
		return op.Empty{}, err
	}
	teams, err := tx.Teams()
	if err == nil {
		_, err = teamOf(teams, req.ID, req.Version)
	}
	if err != nil {
		return op.Empty{}, err
	}
	op.Note(ctx, "team", req.ID, "", "")
	return op.Empty{}, tx.DropTeam(req.ID)
}
