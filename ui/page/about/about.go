// Package about is the page "À propos": which program this is, and whose work is in it.
package about

import (
	"regexp"
	"runtime/debug"
	"strings"

	"fyne.io/fyne/v2"

	"zafe/app/backup"
	"zafe/assets"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/theme"
)

// Routes are the pages of this package.
func Routes() map[string]func(*page.Env, page.Route) page.Page {
	return map[string]func(*page.Env, page.Route) page.Page{
		"about": func(e *page.Env, _ page.Route) page.Page { return &about{body(e)} },
	}
}

type about struct{ object fyne.CanvasObject }

// Object implements page.Page.
func (a *about) Object() fyne.CanvasObject { return a.object }

// Unsaved implements page.Page.
func (a *about) Unsaved() bool { return false }

// Refresh implements page.Page: nothing of it changes while the program runs.
func (a *about) Refresh() {}

// source is a row of the list of what others made: the files, and their licence.
type source struct {
	files   []string
	licence string
}

// stem names the row among the messages.
func (s source) stem() string { return strings.Split(s.files[0], ".")[0] }

// code is what stands between the marks of code in a cell.
var code = regexp.MustCompile("`([^`]+)`")

// sources reads the list.
func sources(list string) (all []source) {
	for row := range strings.Lines(list) {
		cells := strings.Split(strings.TrimSpace(row), "|")
		if len(cells) != 5 {
			continue
		}
		s := source{licence: strings.TrimSpace(cells[3])}
		for _, m := range code.FindAllStringSubmatch(cells[1], -1) {
			s.files = append(s.files, m[1])
		}
		if len(s.files) > 0 { // else it is the head of the table
			all = append(all, s)
		}
	}
	return all
}

// licences are those that the list says in its own words; the others go by their names.
var licences = map[string]string{"as the program": "own", "codes free to use": "free", "as named": "named"}

func body(e *page.Env) fyne.CanvasObject {
	rows := kit.VBox(theme.GapField, kit.MutedParagraph(e.T("about.sources_text")))
	add := func(text, detail, files string) {
		rows.Add(kit.VBox(0, kit.Paragraph(text), kit.MutedParagraph(detail), kit.Caption(files)))
	}
	for _, s := range sources(string(assets.French("LICENCES.md"))) {
		detail := e.T("about.licence", "licence", s.licence)
		if own, is := licences[s.licence]; is {
			detail = e.T("about.licence." + own)
		}
		add(e.T("about.origin."+s.stem()), detail, strings.Join(s.files, ", "))
	}
	add(e.T("about.fonts"), e.T("about.licence", "licence", "SIL Open Font License 1.1"), "IBMPlexSans-*.ttf")
	add(e.T("about.icons"), e.T("about.licence", "licence", "MIT"), "*.svg")
	what := kit.NewCard("Zafè "+e.Version, kit.VBox(theme.GapTight, kit.Paragraph(e.T("about.what"))))
	all := kit.VBox(theme.GapCard)
	if e.Updated && e.Can(backup.Begin.Spec) {
		all.Add(kit.NewNotice(kit.Info, e.T("about.updated"), e.T("about.updated_text")))
	}
	all.Add(what)
	all.Add(kit.NewCard(e.T("about.sources"), rows))
	if used := modules(); len(used) > 0 {
		all.Add(kit.NewCard(e.T("about.modules"), kit.VBox(theme.GapTight, kit.MutedParagraph(e.T("about.modules_text")),
			kit.NewLabel(strings.Join(used, ", "), kit.Style{Size: theme.SizeCaption, Color: theme.Muted, Wrap: true}))))
	}
	head := kit.NewHeader(e.T("about.title"), e.T("about.under", "version", e.Version)).
		OnBack(e.T("common.back"), e.Shell.Back)
	return kit.NewPage(head, kit.NewScroll(all))
}

// modules are the libraries that the program was built with, as it says itself.
func modules() (all []string) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return nil
	}
	for _, m := range info.Deps {
		all = append(all, m.Path+" "+m.Version)
	}
	return all
}
