package security

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"

	"zafe/app/opening"
	"zafe/app/user"
	"zafe/ui/kit"
	"zafe/ui/theme"
)

// state is what a card says of its way: whether it is the one, and how to choose it.
type state struct {
	pill string      // message key of what stands at its top
	tone kit.Tone    //
	how  string      // a sentence: how to choose it, or why one cannot; "" when a button says it
	act  *kit.Button // nil when there is nothing to press
}

func (s *security) inForce() state { return state{pill: "security.in_force", tone: kit.Ok} }

func (s *security) other(how string) state {
	return state{pill: "security.not_chosen", tone: kit.Neutral, how: how}
}

// way shows one way to open the book: what it is, against what it protects and against what not, and
// whether it is chosen.
func (s *security) way(key, icon string, st state) fyne.CanvasObject {
	e := s.env
	head := kit.HBox(10, kit.IconTile(icon, kit.Info), kit.Spacer(), kit.NewPill(e.T(st.pill), st.tone))
	line := func(text string, tone kit.Tone) fyne.CanvasObject {
		return kit.NewLabel(e.T("security.way."+key+"."+text), kit.Style{Color: tone.TextColor(), Wrap: true})
	}
	body := kit.VBox(10, head, kit.Strong(e.T("security.way."+key)),
		kit.MutedParagraph(e.T("security.way."+key+".how")),
		line("for", kit.Ok), line("not", kit.Warn))
	if st.how != "" {
		body.Add(kit.NewLabel(st.how, kit.Style{Weight: kit.Medium, Wrap: true}))
	}
	if st.act != nil {
		body.Add(kit.HBox(8, st.act, kit.Spacer()))
	}
	return kit.NewCard("", body).Room(theme.GapCard)
}

// alone: the main PC opens the book by itself, by its keyring or by its chip.
func (s *security) alone() fyne.CanvasObject {
	e, pc := s.env, s.status.PC
	key := "alone"
	if pc.By == opening.TPM || pc.By == "" && pc.Offers == opening.TPM {
		key = "chip"
	}
	st := s.inForce()
	switch {
	case pc.By != "" && !pc.Works:
		st = state{pill: "security.to_renew", tone: kit.Warn}
	case pc.By != "":
	case pc.Offers == "":
		st = state{pill: "security.not_here", tone: kit.Neutral, how: e.T("security.no_keyring")}
	default:
		st = s.other("")
		st.act = s.choose("security.alone_title", "security."+key+"_text", true)
	}
	return s.way(key, "desktop-tower", st)
}

// owner: an owner gives their password when the main PC starts. It is so as long as no delegate's password
// opens the book.
func (s *security) owner() fyne.CanvasObject {
	st := s.inForce()
	switch {
	case s.status.Way == opening.Automatic && !s.named():
		st = s.other("")
		st.act = s.choose("security.off_title", "security.off_text", false)
	case s.status.Way != opening.Phrase && !s.pending():
		st = s.other(s.env.T("security.untick"))
	}
	return s.way("owner", "user", st)
}

// delegated: an owner or a start delegate does.
func (s *security) delegated() fyne.CanvasObject {
	st := s.inForce()
	switch {
	case s.pending():
		st = state{
			pill: "security.chosen", tone: kit.Warn,
			how: s.env.T("security.pending", "names", s.waiting(true)),
		}
	case !s.named():
		st = s.other(s.env.T("security.tick"))
	case s.status.Way == opening.Automatic:
		st = s.other("")
		st.act = s.choose("security.off_title", "security.off_text", false)
	}
	return s.way("delegated", "users", st)
}

// named tells whether there are start delegates.
func (s *security) named() bool {
	return slices.ContainsFunc(s.people, func(u user.User) bool { return u.Delegate && u.OpensBook() })
}

// pending tells whether delegates are to open the book, and no password of theirs does yet.
func (s *security) pending() bool {
	return s.status.Way == opening.Delegates &&
		!slices.ContainsFunc(s.status.Openers, func(o opening.Opener) bool { return o.Delegate })
}

// waiting names those whose password opens the book from their next log-in on.
func (s *security) waiting(delegates bool) string {
	var names []string
	for _, p := range s.status.Waiting {
		if p.Delegate || !delegates {
			names = append(names, p.Name)
		}
	}
	return strings.Join(names, ", ")
}

// choose is the button of a way: it turns the opening by the main PC on or off, after a question.
func (s *security) choose(title, text string, on bool) *kit.Button {
	e := s.env
	return s.Write(kit.NewButton(e.T("security.choose"), "check", kit.Secondary, func() {
		e.Shell.Confirm(e.T(title), e.T(text), e.T("security.choose"), false, func() { s.set(on) })
	}))
}
