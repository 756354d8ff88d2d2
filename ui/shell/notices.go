package shell

import (
	"cmp"
	"context"

	"fyne.io/fyne/v2"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/user"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/theme"
)

// notices tell a person, once they are at their pages, what they should know about their account, an owner about
// everybody's, a start delegate that their password is too short, and who has a password that they were given, at each
// log-in until they changed it, that another knows it.
func (s *Shell) notices() {
	if s.Me.LongerPassword {
		kit.Alert(s.Window, kit.Warn, s.t("notice.longer"), s.t("notice.longer_text"), s.t("common.close"))
	}
	if s.Me.GivenPassword && s.Pages["account"] != nil {
		s.askPassword()
	}
	var told user.NoticesResponse
	s.run(func(ctx context.Context) (err error) {
		told, err = user.Notices.Call(ctx, s.Book, op.Empty{})
		return err
	}, func(err error) {
		if err == nil && len(told.Resets)+len(told.Notices) > 0 { // else the next log-in tells
			s.tell(told)
		}
	})
}

// askPassword asks a person to choose a password that nobody else knows.
func (s *Shell) askPassword() {
	var m *kit.Modal
	change := func() {
		m.Close()
		s.open(page.Route{Name: "account"})
	}
	yes := kit.NewButton(s.t("notice.given_change"), "key", kit.Primary, change)
	m = kit.NewModal(s.t("notice.given"), 480, kit.Paragraph(s.t("notice.given_text")),
		kit.NewButton(s.t("notice.given_later"), "", kit.Ghost, func() { m.Close() }), yes).Mark("key", kit.Warn).OnEnter(change)
	m.Show(s.Window)
	m.Focus(yes)
}

// tell shows all of it in one window; a request can be refused there.
func (s *Shell) tell(told user.NoticesResponse) {
	body := kit.VBox(theme.GapField)
	for _, r := range told.Resets {
		s.tellReset(body, r)
	}
	for _, n := range told.Notices {
		body.Add(kit.NewNotice(kit.Warn, "", s.t(s.noticeKey(n.Kind), "name", n.Name,
			"when", s.Text.Instant(n.At), "detail", cmp.Or(n.Detail, s.t("notice.main_pc")))))
	}
	var m *kit.Modal
	m = kit.NewModal(s.t("notice.title"), 560, body,
		kit.NewButton(s.t("notice.read"), "", kit.Primary, func() { m.Close() })).Mark("shield-warning", kit.Warn)
	m.OnClosed = func() {
		var seen user.SeenRequest
		for _, n := range told.Notices {
			seen.IDs = append(seen.IDs, n.ID)
		}
		if len(seen.IDs) == 0 {
			return
		}
		s.run(func(ctx context.Context) error {
			_, err := user.NoticesSeen.Call(ctx, s.Book, seen)
			return err
		}, func(error) {}) // what could not be forgotten is told once more
	}
	m.Show(s.Window)
}

// noticeKey is the text of a notice for who reads it: an owner is not sent to an owner.
func (s *Shell) noticeKey(kind user.NoticeKind) string {
	if s.Me.User.Role == auth.Owner {
		switch kind {
		case user.NoticePlace:
			return "notice.place_own"
		case user.NoticePhone:
			return "notice.phone_own"
		}
	}
	return "notice." + string(kind)
}

// tellReset shows a request that waits, with the way to refuse it.
func (s *Shell) tellReset(body *fyne.Container, r user.PendingReset) {
	var no *kit.Button
	var refuse func()
	refuse = func() {
		no.Disable()
		s.run(func(ctx context.Context) error {
			_, err := user.Refuse.Call(ctx, s.Book, user.IDRequest{ID: r.User})
			return err
		}, func(err error) {
			if fault.KeyOf(err) == "op.fresh_needed" {
				no.Enable()
				s.stepUp(refuse)
				return
			}
			if err != nil {
				no.Enable()
				kit.Toast(s.Host, kit.Error, s.Text.Fault(err))
				return
			}
			kit.Toast(s.Host, kit.Ok, s.t("notice.refused", "name", r.Name))
		})
	}
	no = kit.NewButton(s.t("notice.refuse"), "prohibit", kit.Danger, refuse)
	body.Add(kit.Paragraph(s.t("notice.asked", "name", r.Name, "when", s.Text.Instant(r.AskedAt),
		"after", s.Text.Instant(r.After))))
	body.Add(kit.HBox(0, no, kit.Spacer()))
}
