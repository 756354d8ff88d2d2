package role

import (
	"context"
	"io"
	"slices"

	"zafe/app/audit"
	"zafe/app/auth"
	"zafe/app/company"
	"zafe/app/i18n"
	"zafe/app/op"
	"zafe/app/print"
	"zafe/app/user"
)

// MatrixRequest asks for the matrix in a language.
type MatrixRequest struct {
	Lang string `json:"lang"`
}

// PrintMatrix is the operation.
var PrintMatrix = op.Op[MatrixRequest, op.Download]{Spec: op.Spec{
	Name: "role.matrix", Kind: op.Stream, Needs: auth.UserManage, Since: 1,
	Doc: "Prints who may do what, to be signed: the rights by role, the people, and where the journal stood.",
}}

const (
	matrixColumns = 12 // roles side by side on a sheet: as many as there are ready ones
	matrixNames   = 20 // people on a line, so that none falls off it
)

func matrix[T Tx](_ context.Context, tx T, req MatrixRequest, w io.Writer) (op.Download, error) {
	p := i18n.For(req.Lang)
	roles, err := tx.Roles()
	if err != nil {
		return op.Download{}, err
	}
	people, err := tx.Users()
	if err != nil {
		return op.Download{}, err
	}
	teams, err := tx.Teams()
	if err != nil {
		return op.Download{}, err
	}
	c, err := company.Of(tx)
	if err != nil {
		return op.Download{}, err
	}
	head, err := tx.Head()
	if err != nil {
		return op.Download{}, err
	}
	var sheets []print.Report
	for some := range slices.Chunk(roles, matrixColumns) {
		sheets = append(sheets, print.Report{
			Title: p.T("role.matrix.title", nil), Company: c.Name, PrintedAt: tx.Now().Local(), Landscape: true,
			Subtitle: p.T("role.matrix.subtitle", nil), Period: p.T("role.matrix.on", map[string]any{"on": tx.Today()}),
			Columns: matrixHead(p, some), Rows: matrixRows(p, some),
		})
	}
	last := &sheets[len(sheets)-1]
	last.Rows = append(last.Rows, matrixPeople(p, roles, people)...)
	last.Rows = append(last.Rows, matrixTeams(p, roles, teams, people)...)
	last.Rows = append(last.Rows, matrixEnd(p, head)...)
	name := p.T("role.matrix.file", map[string]any{"date": tx.Today().String()})
	return op.Download{Name: name, Type: "application/pdf"}, print.WriteReport(w, p, sheets...)
}

func matrixHead(p *i18n.Printer, roles []Role) []print.ReportColumn {
	head := []print.ReportColumn{{Title: p.T("role.matrix.right", nil), Width: 52}}
	for _, r := range roles {
		head = append(head, print.ReportColumn{Title: r.Title(p), Width: 20})
	}
	return head
}

// matrixRows are the rights by subject, then what goes with them.
func matrixRows(p *i18n.Printer, roles []Role) (rows []print.ReportRow) {
	line := func(title string, of func(Role) string) {
		row := print.ReportRow{Cells: []print.Cell{print.Words(title)}}
		for _, r := range roles {
			row.Cells = append(row.Cells, print.Words(of(r)))
		}
		rows = append(rows, row)
	}
	for _, s := range Subjects() {
		rows = append(rows, print.ReportRow{Kind: print.GroupRow, Cells: []print.Cell{print.Words(s.Title(p))}})
		for _, right := range s.Rights {
			line(RightName(p, right), func(r Role) string {
				if r.Rights.Scope(right) == auth.None {
					return "–"
				}
				return ScopeName(p, right, r.Rights.Scope(right))
			})
		}
	}
	rows = append(rows, print.ReportRow{
		Kind: print.GroupRow, Cells: []print.Cell{print.Words(p.T("role.matrix.with", nil))},
	})
	line(p.T("role.matrix.second", nil), func(r Role) string {
		return p.T(map[bool]string{true: "common.yes", false: "common.no"}[r.SecondFactor], nil)
	})
	line(p.T("role.matrix.count", nil), func(r Role) string { return p.Number(int64(r.People)) })
	return rows
}

// matrixPeople says by name who has each role that somebody has.
func matrixPeople(p *i18n.Printer, roles []Role, people []user.User) (rows []print.ReportRow) {
	rows = append(rows, print.ReportRow{
		Kind: print.GroupRow, Cells: []print.Cell{print.Words(p.T("role.matrix.people", nil))},
	})
	for _, r := range roles {
		var names []string
		for _, u := range people {
			if u.Role == r.Key {
				names = append(names, matrixName(p, u))
			}
		}
		for some := range slices.Chunk(names, matrixNames) {
			rows = append(rows, note(p.T("role.matrix.has", map[string]any{"role": r.Title(p), "names": p.List(some)})))
		}
	}
	return rows
}

// matrixTeams says by name who is in each team, where some role allows something on one's team's records: the sheet
// would not say what that is.
func matrixTeams(p *i18n.Printer, roles []Role, teams []Team, people []user.User) (rows []print.ReportRow) {
	if !slices.ContainsFunc(roles, func(r Role) bool { return SeesTeam(r.Rights) }) {
		return nil
	}
	rows = append(rows, print.ReportRow{
		Kind: print.GroupRow, Cells: []print.Cell{print.Words(p.T("role.matrix.teams", nil))},
	})
	if len(teams) == 0 {
		return append(rows, note(p.T("role.matrix.no_team", nil)))
	}
	for _, team := range teams {
		var names []string
		for _, u := range people {
			if slices.Contains(team.Members, u.ID) {
				names = append(names, matrixName(p, u))
			}
		}
		if len(names) == 0 {
			names = []string{p.T("role.matrix.nobody", nil)}
		}
		for some := range slices.Chunk(names, matrixNames) {
			rows = append(rows, note(p.T("role.matrix.team", map[string]any{"team": team.Name, "names": p.List(some)})))
		}
	}
	return rows
}

func matrixName(p *i18n.Printer, u user.User) string {
	if u.Disabled {
		return p.T("role.matrix.disabled", map[string]any{"name": u.Name})
	}
	return u.Name
}

// matrixEnd ties the sheet to the journal and leaves room for the signature.
func matrixEnd(p *i18n.Printer, head audit.Event) []print.ReportRow {
	return []print.ReportRow{
		note(p.T("role.matrix.chain", map[string]any{"event": head.ID, "hash": head.Hash.String()})),
		note(""), note(p.T("role.matrix.sign", nil)),
	}
}

func note(text string) print.ReportRow {
	return print.ReportRow{Kind: print.NoteRow, Cells: []print.Cell{print.Words(text)}}
}
