package leave

import (
	"context"
	"fmt"
	"io"
	"strings"

	"zafe/app/audit"
	"zafe/app/company"
	"zafe/app/fault"
	"zafe/app/i18n"
	"zafe/app/op"
	"zafe/app/print"
	"zafe/app/user"
)

// paper prints the last departure of somebody. Faults: user.not_found, leave.not_done, leave.altered when the report
// is not the one that the journal sealed.
func paper[T Tx](ctx context.Context, tx T, req PaperRequest, w io.Writer) (op.Download, error) {
	if _, err := user.Known(ctx, tx, req.User); err != nil {
		return op.Download{}, err
	}
	l, ok, err := tx.Leave(req.User)
	if err != nil {
		return op.Download{}, err
	}
	if !ok || l.State != Done {
		return op.Download{}, fault.New(fault.Conflict, "leave.not_done")
	}
	e, err := sealed(tx, l)
	if err != nil {
		return op.Download{}, err
	}
	c, err := company.Of(tx)
	if err != nil {
		return op.Download{}, err
	}
	p := i18n.For(req.Lang)
	s := sheet{p: p, l: l}
	report := print.Report{
		Title: s.t("leave.paper.title", "name", l.Report.Name), Company: c.Name, PrintedAt: tx.Now().Local(),
		Subtitle: s.t("leave.paper.subtitle"), Period: s.t("leave.paper.on", "when", e.At),
		Columns: []print.ReportColumn{
			{Title: s.t("leave.paper.what"), Width: 60}, {Title: s.t("leave.paper.done"), Width: 120},
		},
		Rows: s.rows(e),
	}
	name := s.t("leave.paper.file", "name", strings.ReplaceAll(l.Report.Login, "/", "-"))
	return op.Download{Name: name, Type: "application/pdf"}, print.WriteReport(w, p, report)
}

// sealed returns the event that seals a departure. Fault leave.altered when it does not.
func sealed(tx Tx, l Leave) (audit.Event, error) {
	e, ok, err := tx.Link(l.Event)
	if err != nil {
		return e, err
	}
	digest, err := l.Report.Digest()
	if err == nil && (!ok || e.Digest != digest || e.Seal() != e.Hash) {
		err = fault.New(fault.Conflict, "leave.altered")
	}
	return e, err
}

// sheet words a departure.
type sheet struct {
	p *i18n.Printer
	l Leave
}

func (s sheet) t(key string, args ...any) string {
	m := map[string]any{}
	for i := 0; i+1 < len(args); i += 2 {
		m[args[i].(string)] = args[i+1]
	}
	return s.p.T(key, m)
}

func (s sheet) rows(e audit.Event) (rows []print.ReportRow) {
	add := func(kind print.RowKind, cells ...string) {
		row := print.ReportRow{Kind: kind}
		for _, c := range cells {
			row.Cells = append(row.Cells, print.Words(c))
		}
		rows = append(rows, row)
	}
	r := s.l.Report
	add(print.GroupRow, s.t("leave.paper.person"))
	who := user.User{Role: r.Role, RoleName: r.RoleName}
	add(print.DetailRow, s.t("leave.paper.account"), fmt.Sprintf("%s (%s), %s", r.Name, r.Login, who.RoleTitle(s.p)))
	add(print.DetailRow, s.t("leave.paper.asked"), s.t("leave.paper.asked_by", "who", s.l.AskedBy, "when", s.l.AskedAt))
	add(print.GroupRow, s.t("leave.paper.acts"))
	for _, line := range r.Lines(s.p, true) {
		add(print.DetailRow, line.What, line.Text)
	}
	add(print.GroupRow, s.t("leave.paper.exports"))
	for _, x := range r.Exports {
		add(print.DetailRow, s.p.Instant(x.At), x.Said(s.p)+", "+s.pc(x.PC))
	}
	if len(r.Exports) == 0 {
		add(print.NoteRow, s.t("leave.paper.no_export"))
	}
	add(print.GroupRow, s.t("leave.paper.secrets"))
	for _, secret := range r.Secrets {
		add(print.NoteRow, s.t("leave.paper.box")+" "+s.t("leave.secret."+string(secret)))
	}
	add(print.GroupRow, s.t("leave.paper.proof"))
	add(print.NoteRow, s.t("leave.paper.event", "event", e.ID, "when", e.At, "who", e.ActorName))
	add(print.NoteRow, s.t("leave.paper.hash", "hash", e.Hash.String()))
	add(print.NoteRow, s.t("leave.paper.digest", "digest", e.Digest))
	add(print.NoteRow, s.t("leave.paper.stays"))
	add(print.NoteRow, "")
	add(print.NoteRow, s.t("leave.paper.sign_owner"))
	add(print.NoteRow, "")
	add(print.NoteRow, "")
	add(print.NoteRow, s.t("leave.paper.sign_person"))
	return rows
}

func (s sheet) pc(name string) string {
	if name == "" {
		return s.t("notice.main_pc")
	}
	return s.t("leave.on_pc", "pc", name)
}

// Line is one thing that is done when somebody goes, in words.
type Line struct{ What, Text string }

// Lines words what is done about what somebody holds, for the screen before and for the paper after: done says that
// it was.
func (r Report) Lines(p *i18n.Printer, done bool) []Line {
	tense := ".will"
	if done {
		tense = ".done"
	}
	t := func(key string, args map[string]any) string { return p.T("leave.act."+key, args) }
	line := func(key string, n int64) Line {
		if n == 0 {
			return Line{t(key, nil), t(key+".none", nil)}
		}
		return Line{t(key, nil), t(key+tense, map[string]any{
			"n": n, "heir": r.Heir, "customers": r.Customers, "drafts": r.Drafts,
		})}
	}
	flag := map[bool]int64{true: 1}
	out := []Line{
		{t("access", nil), t("access"+tense, nil)},
		line("sessions", int64(r.Sessions)), line("opens", flag[r.Opens]), line("second", flag[r.Second]),
	}
	for _, pc := range r.PCs {
		key := "pc.stays"
		switch {
		case pc.Shut && pc.Relay:
			key = "pc.relay" + tense
		case pc.Shut:
			key = "pc" + tense
		case len(pc.Others) > 0:
			key = "pc.shared"
		}
		out = append(out, Line{
			p.T("leave.act.pc", map[string]any{"pc": pc.Name}),
			t(key, map[string]any{"print": pc.Print, "names": p.List(pc.Others)}),
		})
	}
	return append(out, line("invitations", r.Invitations), line("records", r.Customers+r.Drafts))
}
