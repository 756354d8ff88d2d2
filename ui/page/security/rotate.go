package security

import (
	"context"
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/op"
	"zafe/app/opening"
	"zafe/ui/kit"
	"zafe/ui/page"
)

// poll is how often the progress of a rotation is read.
const poll = time.Second

// key is the card of the book's key, which is changed when somebody may have kept a way in.
func (s *security) key() fyne.CanvasObject {
	e := s.env
	change := s.Write(kit.NewButton(e.T("security.rotate"), "arrows-clockwise", kit.Secondary,
		func() { s.askRotate(false) }))
	if s.busy {
		change.Disable()
	}
	return kit.NewCard(e.T("security.key"), kit.VBox(12,
		kit.MutedParagraph(e.T("security.key_note")), kit.HBox(8, change, kit.Spacer())))
}

// askRotate says what a new key changes, and a new recovery sheet with it, and asks for the password: the
// key is sealed with it. It and the second factor are checked before anything is begun.
func (s *security) askRotate(sheet bool) {
	e := s.env
	name, says := "security.rotate", []string{
		"security.rotate_what", "security.rotate_others",
		"security.rotate_sheet", "security.rotate_copies",
	}
	if sheet {
		name, says = "security.sheet_new", []string{"security.sheet_what", "security.sheet_copies", "security.sheet_old"}
	}
	pass := kit.NewPasswordField("")
	field := kit.NewField(e.T("security.rotate_password"), pass).Required()
	spin := kit.NewSpinner()
	spin.Hide()
	var m *kit.Modal
	var act *kit.Button
	wait := func(on bool) {
		if on {
			act.Disable()
			spin.Show()
			spin.Start()
		} else {
			act.Enable()
			spin.Stop()
			spin.Hide()
		}
	}
	begin := func() {
		if act.Disabled() {
			return // an answer is on its way
		}
		field.SetError("")
		wait(true)
		req := opening.RotateRequest{Password: pass.Text(), Sheet: sheet}
		page.Call(e, opening.Prove, opening.ProveRequest{Password: req.Password}, func(p opening.Proven, err error) {
			wait(false)
			if err != nil {
				field.SetError(e.Text.Fault(err))
				pass.Edit().SelectAll()
				m.Focus(pass.Edit())
				return
			}
			start := func() { m.Close(); s.run(req) }
			if p.Fresh {
				start()
			} else {
				e.Shell.StepUp(start)
			}
		})
	}
	act = kit.NewButton(e.T(name), "check", kit.Primary, begin)
	pass.Edit().OnSubmitted = func(string) { begin() }
	body := kit.VBox(12)
	for _, key := range says {
		body.Add(kit.Paragraph(e.T(key)))
	}
	body.Add(field)
	m = kit.NewModal(e.T(name), 520, body, spin,
		kit.NewButton(e.T("common.cancel"), "", kit.Secondary, func() { m.Close() }), act).OnEnter(begin)
	m.Show(e.Window)
	m.Focus(pass.Edit())
}

// run changes the key while the bar follows it.
func (s *security) run(req opening.RotateRequest) {
	if s.busy {
		return
	}
	e := s.env
	s.busy = true
	s.bar.Set(e.T("security.rotating"), "", -1)
	s.bar.Show()
	page.Call(e, opening.Rotate, req, func(out opening.Rotated, err error) {
		s.busy = false
		s.bar.Hide()
		switch {
		case err != nil:
			e.Shell.Fail(err)
		case out.AutomaticLost:
			e.Shell.Toast(kit.Warn, e.T("security.rotated_not_alone"))
		case !req.Sheet:
			e.Shell.Toast(kit.Ok, e.T("security.rotated"))
		}
		if err == nil && req.Sheet { // to print it, and prove it, is the next thing to do
			e.Shell.Toast(kit.Ok, e.T("security.sheet_made"))
			e.Shell.Changed("backup")
			e.Shell.Open(page.Route{Name: "backups"})
			return
		}
		s.Refresh()
	})
	s.follow()
}

// follow reads the progress until the work ends.
func (s *security) follow() {
	if !s.busy {
		return
	}
	e := s.env
	e.Shell.Go(func(ctx context.Context) error {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(poll):
			return nil
		}
	}, func(err error) {
		if err != nil || !s.busy {
			return
		}
		page.Call(e, opening.Get, op.Empty{}, func(st opening.Status, err error) {
			if err == nil && st.Rotating != nil && s.busy {
				s.bar.Set(e.T("security.rotating"), "", *st.Rotating)
			}
			s.follow()
		})
	})
}
