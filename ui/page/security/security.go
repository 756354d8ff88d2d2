// Package security is the page of what opens the book: the three ways to open it with what each does
// not protect, who and what opens it now, and the start delegates.
package security

import (
	"slices"
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/auth"
	"zafe/app/civil"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/opening"
	"zafe/app/setup"
	"zafe/app/user"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/theme"
)

// Routes are the pages of this package.
func Routes() map[string]func(*page.Env, page.Route) page.Page {
	return map[string]func(*page.Env, page.Route) page.Page{
		"security": func(e *page.Env, r page.Route) page.Page { return newSecurity(e, r.Arg) },
	}
}

type security struct {
	*page.Gate
	env    *page.Env
	object *kit.Page
	body   *fyne.Container
	bar    *kit.Progress
	status opening.Status
	people []user.User
	served civil.Date // setup.Progress.SheetServed
	// The sheet that opens the book, as it names itself on paper.
	sheetNumber string
	sheetMade   time.Time
	busy        bool   // a new key is being made
	begin       string // toRenew or toShare, until it is done
}

// What the page can be asked to begin with.
const (
	toRenew = "sheet"  // a new recovery sheet
	toShare = "shares" // the sheets that share its key
)

func newSecurity(e *page.Env, begin string) page.Page {
	s := &security{Gate: page.NewGate(e), env: e, body: kit.VBox(theme.GapCard), begin: begin}
	s.bar = kit.NewProgress(e.T("security.rotating"), nil)
	s.bar.Hide()
	head := kit.NewHeader(e.T("security.title"), e.T("security.under")).OnBack(e.T("common.back"), e.Shell.Back)
	s.object = kit.NewPage(head, kit.VFill(theme.GapCard, 1, s.bar, kit.NewScroll(s.body)))
	s.Refresh()
	return s
}

// Object implements page.Page.
func (s *security) Object() fyne.CanvasObject { return s.object }

// Unsaved implements page.Page.
func (s *security) Unsaved() bool { return s.busy }

// Refresh implements page.Page.
func (s *security) Refresh() {
	page.Do(s.env, user.List, op.Empty{}, func(r user.ListResponse) {
		s.people = r.Users
		page.Do(s.env, opening.Get, op.Empty{}, func(st opening.Status) {
			s.status = st
			page.Do(s.env, setup.Get, op.Empty{}, func(p setup.Progress) {
				s.served, s.sheetNumber, s.sheetMade = p.SheetServed, p.SheetNumber, p.SheetMade
				s.show()
				begin := s.begin
				switch s.begin = ""; {
				case begin == toRenew:
					page.Writable(s.env, func() { s.askRotate(true) })
				case begin == toShare && s.env.Can(setup.PrintShares.Spec):
					page.Writable(s.env, s.share)
				}
			})
		})
	})
}

// show makes the page anew from what was read.
func (s *security) show() {
	s.Forget()
	s.body.Objects = []fyne.CanvasObject{kit.Cols(theme.GapCard, nil, s.alone(), s.owner(), s.delegated())}
	for _, n := range s.notices() {
		s.body.Add(n)
	}
	s.body.Add(kit.Cols(theme.GapCard, nil, kit.VBox(theme.GapCard, s.openers(), s.key()),
		kit.VBox(theme.GapCard, s.delegates(), s.sheet())))
	s.body.Refresh()
}

// notices say what the owner should see to.
func (s *security) notices() (out []fyne.CanvasObject) {
	e, st := s.env, s.status
	if st.PC.By != "" && !st.PC.Works {
		again := s.Write(kit.NewButton(e.T("security.renew"), "arrows-clockwise", kit.Secondary,
			func() { s.set(true) }))
		out = append(out,
			kit.NewNotice(kit.Warn, e.T("security.not_working"), e.T("security.not_working_note"), again))
	}
	if st.People < 2 {
		note := e.T("security.one_person_note")
		if names := s.waiting(false); names != "" {
			note = e.T("security.one_person_soon", "names", names)
		}
		out = append(out, kit.NewNotice(kit.Warn, e.T("security.one_person"), note))
	}
	return out
}

// set turns the opening by the main PC on or off.
func (s *security) set(on bool) {
	e := s.env
	page.Do(e, opening.SetAutomatic, opening.AutomaticRequest{On: on}, func(op.Empty) {
		text := "security.off_done"
		if on {
			text = "security.on_done"
		}
		e.Shell.Toast(kit.Ok, e.T(text))
		s.Refresh()
	})
}

// openers lists what opens the book now, and who will from their next log-in on.
func (s *security) openers() fyne.CanvasObject {
	e := s.env
	var rows []fyne.CanvasObject
	add := func(icon string, tone kit.Tone, title, note string) {
		if len(rows) > 0 {
			rows = append(rows, kit.Separator())
		}
		text := kit.VBox(0, kit.NewLabel(title, kit.Style{Weight: kit.Medium, Shrink: true}), kit.Caption(note))
		rows = append(rows, kit.HBox(12, kit.IconTile(icon, tone), text, kit.Spacer()))
	}
	for _, o := range s.status.Openers {
		since := e.T("security.since_unknown")
		if !o.Since.IsZero() {
			since = e.T("security.since", "when", e.Text.Instant(o.Since))
		}
		switch o.Kind {
		case opening.Password:
			kind := "security.opener.owner"
			if o.Delegate {
				kind = "security.opener.delegate"
			}
			add("user", kit.Info, o.Name, e.T(kind)+" · "+since)
		case opening.Recovery:
			if !s.sheetMade.IsZero() { // a new data key leaves the paper as it is
				since = e.T("security.opener.sheet_made", "number", s.sheetNumber, "when", e.Text.Instant(s.sheetMade))
			}
			add("lifebuoy", kit.Info, e.T("security.opener.sheet"), e.T("security.opener.sheet_note")+" · "+since)
		case opening.Keyring:
			add("desktop-tower", kit.Info, e.T("security.opener.keyring"), since)
		case opening.TPM:
			add("desktop-tower", kit.Info, e.T("security.opener.tpm"), since)
		}
	}
	for _, p := range s.status.Waiting {
		note := "security.waiting"
		if p.Delegate {
			note = "security.waiting_delegate"
		}
		add("clock", kit.Warn, p.Name, e.T(note))
	}
	return kit.NewCard(e.T("security.openers"), kit.VBox(10, rows...))
}

// delegates lets the owner tick who opens the book beside the owners.
func (s *security) delegates() fyne.CanvasObject {
	e := s.env
	body := kit.VBox(12, kit.MutedParagraph(e.T("security.delegates_note")))
	may := slices.DeleteFunc(slices.Clone(s.people), func(u user.User) bool {
		return u.Disabled || u.Role == auth.Owner
	})
	for _, u := range may {
		var tick *kit.Switch
		tick = kit.NewSwitch(u.Name, u.RoleTitle(e.Text), func(on bool) {
			tick.SetOn(u.Delegate) // until it is so
			page.Writable(e, func() { s.delegate(u, on) })
		})
		tick.SetOn(u.Delegate)
		body.Add(tick)
	}
	if len(may) == 0 {
		body.Add(kit.NewButton(e.T("security.nobody"), "user-plus", kit.Link, func() {
			e.Shell.Open(page.Route{Name: "people"})
		}))
	}
	return kit.NewCard(e.T("security.delegates"), body)
}

func (s *security) delegate(u user.User, on bool) {
	e := s.env
	set := func() {
		page.Call(e, user.SetDelegate, user.DelegateRequest{ID: u.ID, On: on}, func(_ user.User, err error) {
			switch f := fault.Of(err); {
			case f == nil:
			case f.Key == "approval.two":
				page.Second(e, user.GiveStart.Spec, user.IDRequest{ID: u.ID}, e.Text.Fault(f), func() {})
				return
			default:
				e.Shell.Fail(err)
				return
			}
			text := "security.delegate_off"
			if on {
				text = "security.delegate_on"
			}
			e.Shell.Toast(kit.Ok, e.T(text, "name", u.Name))
			s.Refresh()
		})
	}
	if on {
		e.Shell.Confirm(e.T("security.delegate_title", "name", u.Name), e.T("security.delegate_text"),
			e.T("security.delegate_act"), false, set)
		return
	}
	set()
}

// sheet reminds of the recovery sheet, which is printed and checked with the backups, and lets the owner
// replace it when somebody else may have read it.
func (s *security) sheet() fyne.CanvasObject {
	e := s.env
	there := kit.NewButton(e.T("security.sheet_go"), "lifebuoy", kit.Secondary, func() {
		e.Shell.Open(page.Route{Name: "backups"})
	})
	fresh := s.Write(kit.NewButton(e.T("security.sheet_new"), "arrows-clockwise", kit.Secondary,
		func() { s.askRotate(true) }))
	if s.busy {
		fresh.Disable()
	}
	buttons := kit.VBox(12, kit.HBox(8, there, kit.Spacer()), kit.HBox(8, fresh, kit.Spacer()))
	if e.Can(setup.PrintShares.Spec) {
		buttons.Add(kit.HBox(8, s.Write(kit.NewButton(e.T("security.shares"), "users", kit.Secondary, s.share)),
			kit.Spacer()))
	}
	body := kit.VBox(12, kit.MutedParagraph(e.T("security.sheet_note")))
	if !s.served.IsZero() {
		body.Add(kit.NewNotice(kit.Warn, e.T("home.todo.sheet_served"), e.T("plan.sheet_served", "on", s.served)))
	}
	body.Add(buttons)
	return kit.NewCard(e.T("security.opener.sheet"), body)
}

// share explains what shared sheets are good for, and shows them.
func (s *security) share() {
	e := s.env
	var m *kit.Modal
	m = kit.NewModal(e.T("security.shares"), 520, kit.VBox(12, kit.Paragraph(e.T("security.shares_what")),
		kit.Paragraph(e.T("security.shares_who")), kit.Paragraph(e.T("security.shares_whole"))),
		kit.NewButton(e.T("common.cancel"), "", kit.Secondary, func() { m.Close() }),
		kit.NewButton(e.T("security.shares_show"), "", kit.Primary, func() { m.Close(); page.ShowShares(e) }))
	m.Show(e.Window)
}
