package i18n

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"strconv"
	"strings"
	"sync"
	"text/template"
	"time"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	texttemplate "github.com/nicksnyder/go-i18n/v2/i18n/template"

	"zafe/app/civil"
	"zafe/app/money"
)

// Printer writes for people in one language. It is safe for concurrent use.
type Printer struct {
	lang      string
	messages  *catalogue
	localizer *i18n.Localizer
	parser    *cachingParser
}

var printers = sync.OnceValue(func() map[string]*Printer {
	all := map[string]*Printer{}
	for lang, c := range loaded() {
		all[lang] = newPrinter(lang, c)
	}
	return all
})

func newPrinter(lang string, c *catalogue) *Printer {
	p := &Printer{lang: lang, messages: c, localizer: i18n.NewLocalizer(c.bundle, lang)}
	p.parser = &cachingParser{texttemplate.TextParser{Funcs: p.funcs()}}
	return p
}

// For returns the printer of a language, given as "fr", "en" or a fuller tag
// such as "en_GB.UTF-8". Unknown languages get French.
func For(lang string) *Printer {
	lang, _, _ = strings.Cut(strings.ToLower(lang), "-")
	lang, _, _ = strings.Cut(lang, "_")
	if p := printers()[lang]; p != nil {
		return p
	}
	return printers()[French]
}

// Lang returns the code of the language, "fr" or "en".
func (p *Printer) Lang() string { return p.lang }

// Has reports whether the catalogue has a message.
func (p *Printer) Has(key string) bool { return p.messages.messages[key] != nil }

// T returns the message of key, its places filled from args, which may be nil.
// A key that is not in the catalogue comes back as "!key!".
func (p *Printer) T(key string, args map[string]any) string {
	if text, ok := p.messages.plain[key]; ok {
		return text
	}
	return p.localize(&i18n.LocalizeConfig{MessageID: key, TemplateData: args})
}

// N returns the message of key in the singular or plural that n asks for. The
// place {{.n}} holds n, written with its thousands apart.
func (p *Printer) N(key string, n int, args map[string]any) string {
	data := map[string]any{}
	maps.Copy(data, args)
	data["n"] = p.Number(int64(n))
	return p.localize(&i18n.LocalizeConfig{MessageID: key, TemplateData: data, PluralCount: n})
}

func (p *Printer) localize(c *i18n.LocalizeConfig) string {
	c.TemplateParser = p.parser
	if args, ok := c.TemplateData.(map[string]any); !ok || args == nil {
		c.TemplateData = map[string]any{}
	}
	text, err := p.localizer.Localize(c)
	if err != nil {
		return "!" + c.MessageID + "!"
	}
	return strings.ReplaceAll(text, "<no value>", "…") // an argument that was not given
}

// Fault returns the sentence that tells a person why something was refused. Err
// or one that it wraps says so with FaultKey and FaultArgs; any other error is
// told as a breakdown, and a nil one is "".
func (p *Printer) Fault(err error) string {
	if err == nil {
		return ""
	}
	var f interface {
		error
		FaultKey() string
		FaultArgs() map[string]any
	}
	if !errors.As(err, &f) {
		return p.T("fault.unexpected", nil)
	}
	key, args := f.FaultKey(), f.FaultArgs()
	if !p.Has(key) {
		return p.T("fault.unknown", map[string]any{"key": key})
	}
	n, counts := countOf(args["count"])
	if !counts || p.messages.messages[key].One == "" {
		return p.T(key, args)
	}
	return p.localize(&i18n.LocalizeConfig{MessageID: key, TemplateData: args, PluralCount: n})
}

// countOf is the argument "count" of a fault, by which its message is in the singular or plural: a number, or what became
// of it on its way through JSON.
func countOf(v any) (n int, ok bool) {
	switch v := v.(type) {
	case int:
		return v, true
	case float64:
		return int(v), v == math.Trunc(v) && math.Abs(v) < 1<<53
	}
	return 0, false
}

// FaultHint returns what the person can do about err: the message of its key
// followed by ".hint", or "" if there is none.
func (p *Printer) FaultHint(err error) string {
	var f interface {
		error
		FaultKey() string
		FaultArgs() map[string]any
	}
	if !errors.As(err, &f) || !p.Has(f.FaultKey()+".hint") {
		return ""
	}
	return p.T(f.FaultKey()+".hint", f.FaultArgs())
}

// funcs are what templates can call. They take typed values, and what becomes
// of them after a journey through JSON.
func (p *Printer) funcs() template.FuncMap {
	return template.FuncMap{
		"amount":   func(v any) string { return ofInt(v, p.Amount) },
		"rate":     func(v any) string { return ofInt(v, p.Rate) },
		"quantity": func(v any) string { return ofInt(v, p.Quantity) },
		"price":    func(v any) string { return ofInt(v, p.UnitPrice) },
		"number":   func(v any) string { return ofInt(v, p.Number) },
		"bytes":    func(v any) string { return ofInt(v, p.Bytes) },
		"seconds": func(v any) string {
			return ofInt(v, func(n int64) string { return p.Duration(time.Duration(n) * time.Second) })
		},
		"date":     func(v any) string { return ofDate(v, p.Date) },
		"longdate": func(v any) string { return ofDate(v, p.DateLong) },
		"instant":  func(v any) string { return ofInstant(v, p.Instant) },
	}
}

func ofInt[T ~int64](v any, format func(T) string) string {
	switch n := v.(type) {
	case float64:
		if n == math.Trunc(n) && math.Abs(n) < 1<<53 {
			return format(T(n))
		}
	case json.Number:
		if i, err := n.Int64(); err == nil {
			return format(T(i))
		}
	case money.Amount:
		return format(T(n))
	case money.Rate:
		return format(T(n))
	case money.Quantity:
		return format(T(n))
	case money.UnitPrice:
		return format(T(n))
	case nil:
		return "…"
	default:
		if i, err := strconv.ParseInt(fmt.Sprint(n), 10, 64); err == nil {
			return format(T(i))
		}
	}
	return fmt.Sprint(v)
}

func ofDate(v any, format func(civil.Date) string) string {
	switch d := v.(type) {
	case civil.Date:
		return format(d)
	case string:
		if parsed, err := civil.Parse(d); err == nil {
			return format(parsed)
		}
	case nil:
		return "…"
	}
	return fmt.Sprint(v)
}

func ofInstant(v any, format func(time.Time) string) string {
	switch t := v.(type) {
	case time.Time:
		return format(t)
	case string:
		if parsed, err := time.Parse(time.RFC3339Nano, t); err == nil {
			return format(parsed)
		}
	case nil:
		return "…"
	}
	return fmt.Sprint(v)
}
