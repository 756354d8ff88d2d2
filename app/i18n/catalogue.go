// Package i18n turns message keys, money and dates into words and figures for a
// person, in French first and in English. Texts live in assets/i18n/<lang>/*.json:
// flat keys, each a text or a plural object ("one", "other"), with {{.name}}
// places and the functions {{amount .x}}, {{date .x}}… listed in Printer.funcs.
//
// It must not know where a message comes from: operations return keys and
// arguments, each PC shows them in the language of its user.
package i18n

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/nicksnyder/go-i18n/v2/i18n/template"
	"golang.org/x/text/language"

	"zafe/assets"
)

// French and English are the languages of the catalogue. French is the default.
const (
	French  = "fr"
	English = "en"
)

// Languages returns the codes of the languages of the catalogue, the default first.
func Languages() []string { return []string{French, English} }

// catalogue holds the messages of one language.
type catalogue struct {
	plain    map[string]string // messages without places nor plural: the greater part
	messages map[string]*i18n.Message
	bundle   *i18n.Bundle
	problems []string
}

// load reads every file of one language. What is wrong in them does not stop
// the program: it is kept for Problems, which the tests read.
func load(files fs.FS, lang string) *catalogue {
	c := &catalogue{
		plain:    map[string]string{},
		messages: map[string]*i18n.Message{},
		bundle:   i18n.NewBundle(language.Make(lang)),
	}
	names, _ := fs.Glob(files, "i18n/"+lang+"/*.json") // the pattern is well formed: no error is possible
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		var file *i18n.MessageFile
		if err == nil {
			file, err = i18n.ParseMessageFileBytes(text, lang+".json", nil)
		}
		if err != nil {
			c.problems = append(c.problems, fmt.Sprintf("%s: %v", name, err))
			continue
		}
		for _, m := range file.Messages {
			c.add(lang, path.Base(name), m)
		}
	}
	if len(names) == 0 {
		c.problems = append(c.problems, lang+": no catalogue")
	}
	return c
}

func (c *catalogue) add(lang, file string, m *i18n.Message) {
	if c.messages[m.ID] != nil {
		c.problems = append(c.problems, fmt.Sprintf("%s/%s: key %s is there twice", lang, file, m.ID))
	}
	if lang == French {
		for _, form := range forms(m) {
			*form = typography(*form)
		}
		if m.Many == "" {
			m.Many = m.Other // the French plural of whole millions
		}
	}
	if strings.TrimSpace(m.Other) == "" {
		c.problems = append(c.problems, fmt.Sprintf("%s/%s: key %s has no text", lang, file, m.ID))
		return
	}
	c.messages[m.ID] = m
	if m.One == "" && !strings.Contains(m.Other, "{{") {
		c.plain[m.ID] = m.Other
	}
	if err := c.bundle.AddMessages(language.Make(lang), m); err != nil {
		c.problems = append(c.problems, fmt.Sprintf("%s/%s: %v", lang, file, err))
	}
}

func forms(m *i18n.Message) []*string { return []*string{&m.One, &m.Many, &m.Other} }

var loaded = sync.OnceValue(func() map[string]*catalogue {
	all := map[string]*catalogue{}
	for _, lang := range Languages() {
		all[lang] = load(assets.Catalogue(), lang)
	}
	return all
})

// Keys returns every message key of a language in alphabetical order.
func Keys(lang string) []string {
	c := loaded()[lang]
	if c == nil {
		return nil
	}
	return sorted(c.messages)
}

// Problems returns what is wrong in the catalogues, one sentence each: files
// that cannot be read, keys there twice or in one language only, places or
// plurals that differ between languages, templates that do not parse. A test
// of the repository demands that there are none.
func Problems() []string { return problems(loaded()) }

func problems(all map[string]*catalogue) []string {
	var found []string
	first := all[French]
	for _, lang := range Languages() {
		c := all[lang]
		parser := newPrinter(lang, c).parser
		found = append(found, c.problems...)
		for _, key := range sorted(c.messages) {
			m := c.messages[key]
			for _, form := range forms(m) {
				if _, err := parser.Parse(*form, "", ""); err != nil {
					found = append(found, fmt.Sprintf("%s: %s: %v", lang, key, err))
				}
			}
			other := first.messages[key]
			switch {
			case lang == French:
			case other == nil:
				found = append(found, fmt.Sprintf("%s: key %s has no French text", lang, key))
			case (m.One == "") != (other.One == ""):
				found = append(found, fmt.Sprintf("%s: key %s is plural in one language only", lang, key))
			case !slices.Equal(places(m), places(other)):
				found = append(found, fmt.Sprintf("%s: key %s has places %v, French has %v",
					lang, key, places(m), places(other)))
			}
		}
		for _, key := range sorted(first.messages) {
			if c.messages[key] == nil {
				found = append(found, fmt.Sprintf("%s: key %s is missing", lang, key))
			}
		}
	}
	return found
}

// Places returns the names of the {{.name}} places of a message, sorted, in the
// French text, and whether there is such a message.
func Places(key string) ([]string, bool) {
	m := loaded()[French].messages[key]
	if m == nil {
		return nil, false
	}
	return places(m), true
}

var (
	action = regexp.MustCompile(`\{\{.*?\}\}`)
	place  = regexp.MustCompile(`\.([a-zA-Z_]+)`)
)

func places(m *i18n.Message) []string {
	var names []string
	for _, form := range forms(m) {
		for _, a := range action.FindAllString(*form, -1) {
			for _, match := range place.FindAllStringSubmatch(a, -1) {
				names = append(names, match[1])
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func sorted(messages map[string]*i18n.Message) []string {
	keys := make([]string, 0, len(messages))
	for k := range messages {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// cachingParser lets go-i18n parse each template once: every language has its
// own bundle and its own functions, so that a parsed template never changes.
type cachingParser struct{ template.TextParser }

func (*cachingParser) Cacheable() bool { return true }
