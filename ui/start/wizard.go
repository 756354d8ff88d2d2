package start

import (
	"errors"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"zafe/app/auth"
	"zafe/app/company"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/setup"
	"zafe/app/user"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/theme"
)

// SetUp gives the shell what stands before the pages while a new company's set-up is not finished;
// nil for a person who may not do it.
func (f *Flow) SetUp(me user.Me) func(env *page.Env, done func()) fyne.CanvasObject {
	if me.User.Role != auth.Owner || f.state.Demo {
		return nil
	}
	return func(env *page.Env, done func()) fyne.CanvasObject {
		w := &wizard{env: env, clock: f.Clock, done: done, root: container.NewStack(kit.Backdrop(theme.Canvas,
			kit.Gap(1, 1)))}
		page.Call(env, setup.Get, op.Empty{}, func(p setup.Progress, err error) {
			if err != nil {
				env.Shell.Fail(err)
				done()
				return
			}
			w.progress = p
			w.resume()
		})
		return w.root
	}
}

// wizard is the set-up of a company after its owner exists. Every step is an ordinary operation, and
// the book remembers which comes next.
type wizard struct {
	imported bool // something was brought in
	env      *page.Env
	root     *fyne.Container
	clock    func() time.Time
	done     func()
	progress setup.Progress
	profile  company.Profile
}

// resume shows the step the set-up has come to.
func (w *wizard) resume() {
	if w.progress.Step == setup.Done {
		w.done()
		return
	}
	if w.progress.Step == setup.SecondFactor { // the log-in saw to it
		w.goTo(setup.Company)
		return
	}
	page.Do(w.env, company.Get, op.Empty{}, func(p company.Profile) {
		w.profile = p
		w.open(w.progress.Step)
	})
}

// goTo remembers the next step and shows it.
func (w *wizard) goTo(s setup.Step) {
	page.Do(w.env, setup.SetStep, setup.StepRequest{Step: s}, func(p setup.Progress) {
		w.progress = p
		w.resume()
	})
}

// open shows a step.
func (w *wizard) open(s setup.Step) {
	map[setup.Step]func(){
		setup.Company: w.company, setup.VAT: w.vat, setup.Year: w.year, setup.Bank: w.bank,
		setup.Import: w.imports, setup.Backup: w.backup, setup.Sheet: w.sheet,
	}[s]()
}

// after is the step that follows.
func after(s setup.Step) setup.Step {
	all := setup.Steps()
	return all[slices.Index(all, s)+1]
}

// before is the step that precedes, "" when there is none to go back to.
func before(s setup.Step) setup.Step {
	all := setup.Steps()
	if i := slices.Index(all, s); i > 1 {
		return all[i-1]
	}
	return ""
}

// show lays out a step: its title and line, the content, the answer to "why?", and the acts.
func (w *wizard) show(s setup.Step, content fyne.CanvasObject, acts ...fyne.CanvasObject) {
	var names []string
	for _, n := range stepNames {
		names = append(names, w.env.T("start.step."+n))
	}
	bar := kit.NewStepBar(names...)
	bar.SetCurrent(slices.Index(stepNames, string(s)))
	var left []fyne.CanvasObject
	if b := before(s); b != "" {
		left = append(left, kit.NewButton(w.env.T("common.back"), "caret-left", kit.Ghost,
			func() { w.goTo(b) }))
	}
	key := "start." + string(s)
	body := kit.VBox(theme.GapCard, content, why(w.env.T("start.why"), w.env.T(key+".why")))
	w.root.Objects = []fyne.CanvasObject{
		layStep(bar, kit.Title(w.env.T(key+".title")), kit.MutedParagraph(w.env.T(key+".text")), body, left,
			acts),
	}
	w.root.Refresh()
}

// save keeps the profile and goes to the next step; refused shows what is wrong at its field.
func (w *wizard) save(b *kit.Button, p company.Profile, fields map[string]*kit.Field, s setup.Step) {
	for _, f := range fields {
		f.SetError("")
	}
	busy(b, true)
	p.Stamp = w.profile.Stamp // of this step's own save, when only what came after it failed
	page.Call(w.env, company.Save, p, func(saved company.Profile, err error) {
		busy(b, false)
		if err != nil {
			w.refused(err, fields)
			return
		}
		w.profile = saved
		w.env.Shell.Changed("company")
		w.goTo(after(s))
	})
}

// refused says what is wrong at its field, or in a message when it has none here.
func (w *wizard) refused(err error, fields map[string]*kit.Field) {
	if f, ok := errors.AsType[*fault.Fault](err); ok {
		if field := fields[f.Field]; field != nil {
			field.SetError(w.env.Text.Fault(f))
			return
		}
	}
	w.env.Shell.Fail(err)
}

// line is a text box with a value.
func line(value string) *kit.LineEdit {
	e := kit.NewLineEdit("")
	e.SetText(value)
	return e
}

// text is what a box holds, without the spaces around it.
func text(e *kit.LineEdit) string { return strings.TrimSpace(e.Text()) }

// chain makes Enter go from each box to the next, and from the last one on; the caret starts in the
// first box that is empty.
func (w *wizard) chain(on func(), boxes ...*kit.LineEdit) {
	first := boxes[0]
	for i, box := range slices.Backward(boxes) {
		if box.Text() == "" {
			first = box
		}
		box.OnSubmitted = func(string) { on() }
		if i < len(boxes)-1 {
			box.OnSubmitted = func(string) { kit.Focus(boxes[i+1]) }
		}
	}
	kit.Focus(first)
}

// next is the main button of a step.
func (w *wizard) next(run func()) *kit.Button {
	return kit.NewButton(w.env.T("common.next"), "", kit.Primary, run)
}

// later is the button that leaves a step for another day.
func (w *wizard) later(s setup.Step) *kit.Button {
	return kit.NewButton(w.env.T("start.later"), "", kit.Ghost, func() { w.goTo(after(s)) })
}
