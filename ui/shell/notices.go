package shell

import (
	"cmp"
	"context"
	"maps"
	"slices"

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
// log-in until they changed it, that another knows it. Through somebody's eyes nothing is told: it is theirs.
func (s *Shell) notices() {
	if s.Eyes != nil || s.Me.Support || s.asking {
		return
	}
	if s.Me.LongerPassword && !s.longer.Shown() {
		s.longer = kit.Alert(s.Window, kit.Warn, s.t("notice.longer"), s.t("notice.longer_text"), s.t("common.close"))
	}
	switch {
	case !s.Me.GivenPassword: // it was changed while the question waited behind a log-in
		s.given.Close()
	case s.Pages["account"] != nil && !s.given.Shown():
		s.askPassword()
	}
	s.read()
}

// letter is what a notice is known by: the number of one that was forgotten is given to another.
type letter struct {
	id   int64
	kind user.NoticeKind
	of   auth.UserID
	at   int64
}

func letterOf(n user.Notice) letter { return letter{n.ID, n.Kind, n.User, n.At.UnixMilli()} }

// unread asks what there is to know. What was read in this window, and could not be forgotten as the session had just
// ended, is forgotten now and not told again.
func (s *Shell) unread(tell func(user.NoticesResponse)) {
	var told user.NoticesResponse
	gone := maps.Clone(s.gone) // it is asked elsewhere, while more is read here
	s.run(func(ctx context.Context) (err error) {
		if told, err = user.Notices.Call(ctx, s.Book, op.Empty{}); err != nil {
			return err
		}
		var again user.SeenRequest
		for _, n := range told.Notices {
			if gone[letterOf(n)] {
				again.IDs = append(again.IDs, n.ID)
			}
		}
		if len(again.IDs) > 0 {
			_, err = user.NoticesSeen.Call(ctx, s.Book, again)
		}
		return err
	}, func(err error) {
		if err != nil {
			return // the next log-in tells
		}
		told.Notices = slices.DeleteFunc(told.Notices, func(n user.Notice) bool { return s.gone[letterOf(n)] })
		tell(told)
	})
}

// read shows what there is to know, if anything, unless it is shown.
func (s *Shell) read() {
	s.unread(func(told user.NoticesResponse) {
		if s.told.Shown() {
			return // what came since is told once that is closed
		}
		s.appear(s.letters, false)
		if len(told.Resets)+len(told.Notices) > 0 {
			s.tell(told)
		}
	})
}

// newLetters makes the bar that says, to who has been at work since, that there is something to know.
func (s *Shell) newLetters() {
	s.letters = kit.NewBanner(kit.Warn, "", "", kit.NewButton(s.t("shell.letters.read"), "", kit.Ghost, s.read))
	s.letters.Hide()
}

// lookForNotices says over the pages, when something is heard of it, how much there is to know. Nothing is put over
// what is being typed; what waits for the person's word is told by itself ([Shell.lookForApprovals]).
func (s *Shell) lookForNotices() {
	if s.Eyes != nil || s.Me.Support {
		return
	}
	s.unread(func(told user.NoticesResponse) {
		n := len(told.Resets)
		for _, t := range told.Notices {
			if t.Kind != user.NoticeApproval {
				n++
			}
		}
		if n > 0 {
			s.letters.Set(kit.Warn, s.t("notice.title"), s.Text.N("shell.letters", n, nil))
			s.letters.Icon("shield-warning")
		}
		s.appear(s.letters, n > 0)
		s.root.Refresh()
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
	s.given = m
}

// tell shows all of it in one window; a request can be refused there.
func (s *Shell) tell(told user.NoticesResponse) {
	body := kit.VBox(theme.GapField)
	for _, r := range told.Resets {
		s.tellReset(body, r)
	}
	for _, n := range told.Notices {
		detail := n.Detail
		if n.Kind != user.NoticeBank { // whose is no PC
			detail = cmp.Or(detail, s.t("notice.main_pc"))
		}
		body.Add(kit.NewNotice(kit.Warn, "", s.t(s.noticeKey(n), "name", n.Name,
			"when", s.Text.Instant(n.At), "detail", detail)))
	}
	var m *kit.Modal
	m = kit.NewModal(s.t("notice.title"), 560, body,
		kit.NewButton(s.t("notice.read"), "", kit.Primary, func() { m.Close() })).Mark("shield-warning", kit.Warn)
	m.OnClosed = func() {
		var seen user.SeenRequest
		for _, n := range told.Notices {
			seen.IDs = append(seen.IDs, n.ID)
			s.gone[letterOf(n)] = true
		}
		if len(seen.IDs) == 0 {
			return
		}
		s.run(func(ctx context.Context) error {
			_, err := user.NoticesSeen.Call(ctx, s.Book, seen)
			return err
		}, func(error) { s.lookForNotices() }) // what came meanwhile is told
	}
	m.Show(s.Window)
	s.told = m
}

// noticeKey is the text of a notice for who reads it: an owner is not sent to an owner, nor told of themselves as of
// another.
func (s *Shell) noticeKey(n user.Notice) string {
	if n.Kind == user.NoticeAlone && n.User == s.Me.User.ID {
		return "notice.alone_own"
	}
	if s.Me.User.Role == auth.Owner {
		switch n.Kind { //nolint:exhaustive // the others say the same to everybody
		case user.NoticePlace:
			return "notice.place_own"
		case user.NoticePhone:
			return "notice.phone_own"
		}
	}
	return "notice." + string(n.Kind)
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
		"after", s.Text.Instant(r.After), "pc", cmp.Or(r.PC, s.t("notice.main_pc")))))
	body.Add(kit.HBox(0, no, kit.Spacer()))
}
