package shell

import (
	"context"
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/user"
	"zafe/ui/kit"
)

// Eyes is an owner's look at the book through somebody's eyes: the window is that person's, and nothing is written.
type Eyes struct {
	Me    user.Me // the owner
	Token string  // of their own session, to come back with
	Until time.Time
}

// endWait is how long the main PC may take to hear that a look is over.
const endWait = 10 * time.Second

// works tells whether the book can be written to from this window.
func (s *Shell) works() bool { return s.Eyes == nil && !s.Me.Support && s.link.works() }

// atKeyboard is who sits here, whoever's eyes they look through.
func (s *Shell) atKeyboard() user.User {
	if s.Eyes != nil {
		return s.Eyes.Me.User
	}
	return s.Me.User
}

// lookAs shows the book through somebody's eyes: every page is left, and read again as that person reads it.
func (s *Shell) lookAs(id auth.UserID) { s.leaving(s.history, func() { s.look(id) }) }

func (s *Shell) look(id auth.UserID) {
	var view user.ViewResponse
	var me user.Me
	s.run(func(ctx context.Context) (err error) {
		if view, err = user.ViewAs.Call(ctx, s.Book, user.IDRequest{ID: id}); err != nil {
			return err
		}
		s.Book.SetToken(view.Token)
		if me, err = user.Current.Call(ctx, s.Book, op.Empty{}); err != nil {
			s.Book.SetToken(view.Own)
		}
		return err
	}, func(err error) {
		switch {
		case fault.KeyOf(err) == "op.fresh_needed":
			s.stepUp(func() { s.look(id) })
		case err != nil:
			s.Fail(err)
		default:
			own := s.Me
			me.User.Lang, me.User.Theme = own.User.Lang, own.User.Theme // who looks reads it
			me.LongerPassword, me.GivenPassword = false, false
			s.end()
			s.Turn(me, &Eyes{Me: own, Token: view.Own, Until: view.Until})
		}
	})
}

// ownEyes ends the look and returns the window of the owner's own, at its first page.
func (s *Shell) ownEyes() *Shell {
	eyes, book := s.Eyes, s.Book
	book.SetToken(eyes.Token)
	s.end()
	s.Spawn(func() {
		ctx, cancel := context.WithTimeout(context.Background(), endWait)
		defer cancel()
		_, _ = user.EndView.Call(ctx, book, op.Empty{}) // one that the main PC does not hear of ends there by itself
	}, func() {})
	return s.Turn(eyes.Me, nil)
}

// lookOver ends a look whose time is up.
func (s *Shell) lookOver() {
	text := s.t("view.over")
	kit.Toast(s.ownEyes().Host, kit.Info, text)
}

// overall is the banner over the whole window: of a look, or of who helps from outside; nil for everybody else.
func (s *Shell) overall() fyne.CanvasObject {
	if s.Me.Support {
		return s.helpBanner()
	}
	return s.lookBanner()
}

// lookBanner says over every page through whose eyes it is; nil where one looks through one's own.
func (s *Shell) lookBanner() fyne.CanvasObject {
	if s.Eyes == nil {
		return nil
	}
	name := s.Me.User.Name
	return kit.NewBanner(kit.Warn, s.t("view.banner", "name", name),
		s.t("view.banner_text", "until", s.Text.Clock(s.Eyes.Until)),
		kit.NewButton(s.t("view.back"), "arrow-u-up-left", kit.Ghost, func() { s.ownEyes() })).Icon("eye")
}
