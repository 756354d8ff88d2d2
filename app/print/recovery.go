package print

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"zafe/app/i18n"
)

// RecoverySheet is what the recovery sheet (feuille de secours) says. It holds
// the secret that opens the store: its bytes must go to the printer or to a
// place the user chose, never into the data folder or a log.
type RecoverySheet struct {
	Company string
	SIREN   string
	Key     string // as the user types it: a prefix and groups, parted by hyphens
	// Shares are what stands in for the key when it is shared, each on a page of its own and written like the key;
	// any two of them open. Key is not printed then.
	Shares   []string
	Vault    string // identifier of the store
	Sheet    SheetID
	Replaces SheetID   // the sheet before; its zero value for none
	Printed  time.Time // in the zone of who reads it
	Places   []BackupPlace
	Untold   bool // nobody said where the copies are: there is room to write it
	Accent   Color
}

// SheetID tells a recovery sheet from another of the same company.
type SheetID struct {
	Number string
	Made   time.Time // when its key was made, in the zone of who reads it; zero when nobody knows
}

// BackupPlace says where a backup is kept, in words its owner recognises.
type BackupPlace struct {
	Provider, Folder string
	Reached          string // how, as its form asks for it; "" for nothing to say
}

// Limits of a recovery sheet: it must stand on one page.
const (
	keyGroupsMax = 16
	PlacesMax    = 5 // of the copies
)

// Recovery writes the recovery sheet as a PDF file of one page, or of one for each share. Errors are
// ErrDocument or those of w.
func Recovery(w io.Writer, p *i18n.Printer, r RecoverySheet) error {
	switch {
	case len(r.Places) > PlacesMax:
		return fmt.Errorf("%w: too many places", ErrDocument)
	case r.Printed.IsZero():
		return fmt.Errorf("%w: no date", ErrDocument)
	}
	t := words{p}
	title := t.say("print.recovery.title")
	c, err := newCanvas(info{title: title, author: r.Company, lang: t.lang(), made: r.Printed})
	if err != nil {
		return err
	}
	s := &secretSheet{document: document{canvas: c}, t: t, accent: r.Accent.accent()}
	if len(r.Shares) == 0 {
		err = s.wholeKey(r)
	}
	for i, share := range r.Shares {
		err = errors.Join(err, s.share(r, share, i+1))
	}
	if err != nil {
		return err
	}
	footer := t.say("print.recovery.footer")
	if len(r.Shares) > 0 {
		footer = t.say("print.share.footer")
	}
	return s.write(w, func(int, int) { s.footer(footer) })
}

// wholeKey is the page with the key.
func (s *secretSheet) wholeKey(r RecoverySheet) error {
	t := s.t
	s.next()
	s.heading(t.say("print.recovery.title"), r.Company, t.say("print.recovery.lead"))
	if r.Replaces.Number != "" {
		s.paragraph(t.say("print.recovery.replaces", "sheet", t.sheet(r.Replaces)), style{semiBold, 9.6, inkText})
		s.y += 2.5
	}
	if err := s.keyPanel(r.Key, t.say("print.recovery.key", "sheet", t.sheet(r.Sheet))); err != nil {
		return err
	}
	s.places(r)
	s.steps("print.recovery.steps", "print.recovery.step1", r.step("print.recovery.step2"), "print.recovery.step3")
	s.advice("print.recovery")
	return nil
}

// share is the page with the share of number n.
func (s *secretSheet) share(r RecoverySheet, share string, n int) error {
	t := s.t
	s.next()
	all := len(r.Shares)
	s.heading(t.say("print.share.title", "n", n, "all", all), r.Company, t.say("print.share.lead", "all", all))
	s.paragraph(t.say("print.share.kept"), style{semiBold, 9.6, inkText})
	s.y += 2.5
	if err := s.keyPanel(share, t.say("print.share.key", "n", n, "sheet", t.sheet(r.Sheet))); err != nil {
		return err
	}
	s.places(r)
	s.steps("print.recovery.steps", "print.recovery.step1", r.step("print.share.step2"), "print.share.step3")
	s.advice("print.share")
	return nil
}

// step is the message of a step that names the places of the copies, or of the one in its stead where there are none.
func (r RecoverySheet) step(key string) string {
	if len(r.Places) == 0 && !r.Untold {
		return key + "_none"
	}
	return key
}

// sheet names a recovery sheet.
func (w words) sheet(id SheetID) string {
	if id.Made.IsZero() {
		return w.say("print.recovery.undated", "number", id.Number)
	}
	return w.say("print.recovery.sheet", "number", id.Number, "date", w.day(id.Made), "time", w.clock(id.Made))
}

// keyPanel shows the key in large groups, numbered from 1 after the prefix so
// that a mistyped one can be named, beside a QR code of the key. Error ErrDocument.
func (s *secretSheet) keyPanel(key, title string) error {
	groups := strings.Split(key, "-")
	if key == "" || len(groups) > keyGroupsMax {
		return fmt.Errorf("%w: recovery key of %d groups", ErrDocument, len(groups))
	}
	q, err := newCode(key)
	if err != nil {
		return err
	}
	const perRow, groupWidth, rowHeight, codeSide = 4, 28.0, 15.5, 50.0
	rows := (len(groups) + perRow - 1) / perRow
	height := max(13+float64(rows)*rowHeight, codeSide+13)
	y := s.y
	s.put(func() {
		s.box(sheetLeft, y, sheetWidth, height, 2.5, s.accent.tint())
		s.text(sheetLeft+7, y+5, title, style{semiBold, 10, s.accent}, left)
		for i, g := range groups {
			x := sheetLeft + 7 + float64(i%perRow)*groupWidth
			top := y + 13 + float64(i/perRow)*rowHeight
			if i == 0 { // the prefix is no group, and must not be counted as one
				s.spaced(x, top+4.4, g, style{regular, 12, inkMuted}, 3.4)
				continue
			}
			s.text(x, top-0.8, fmt.Sprint(i), style{semiBold, 9, s.accent}, left)
			s.spaced(x, top+2.6, g, style{semiBold, 17.5, inkText}, 4.7)
		}
		x := sheetLeft + sheetWidth - codeSide - 6
		s.qr(x, y+6, codeSide, q)
		s.text(x+codeSide/2, y+codeSide+7, s.t.say("print.recovery.scan"), textLabel, center)
	})
	s.y += height + 2
	s.paragraph(s.t.say("print.recovery.read"), textDetail)
	s.y += 4
	return nil
}

// spaced draws each character in a slot of its own, as a typewriter would: a
// key read aloud must not depend on the width of its letters.
func (c *canvas) spaced(x, y float64, text string, st style, slot float64) {
	for _, r := range text {
		c.text(x+slot/2, y, string(r), st, center)
		x += slot
	}
}

// places tells where the backups are and what to compare when restoring.
func (s *secretSheet) places(r RecoverySheet) {
	facts := []fact{{s.t.say("print.recovery.company"), r.Company}}
	add := func(label, value string) {
		if value != "" {
			facts = append(facts, fact{label, value})
		}
	}
	add(s.t.say("print.recovery.siren"), siren(r.SIREN))
	for i, place := range r.Places {
		where := joinWords(" — ", place.Provider, place.Folder)
		add(s.t.say("print.recovery.copy", "n", i+1), where)
		add("", place.Reached)
	}
	switch {
	case len(r.Places) > 0:
		add(s.t.say("print.recovery.login"), s.t.say("print.recovery.login_away"))
	case r.Untold:
		add(s.t.say("print.recovery.none"), s.t.say("print.recovery.untold"))
	default:
		add(s.t.say("print.recovery.none"), s.t.say("print.recovery.none_yet"))
	}
	add(s.t.say("print.recovery.vault"), r.Vault)
	add(s.t.say("print.recovery.date"),
		s.t.say("print.recovery.at", "date", s.t.day(r.Printed), "time", s.t.clock(r.Printed)))
	s.subheading(s.t.say("print.recovery.where"))
	s.table(facts)
}

// advice puts what to do and what not to do side by side; the messages are those of a sheet.
func (s *secretSheet) advice(sheet string) {
	top := s.y
	const gap = 8.0
	const width = (sheetWidth - gap) / 2
	column := func(x float64, title string, col Color, keys ...string) float64 {
		y := top
		s.put(func() {
			s.box(x, top+0.8, 1.1, 3.4, 0, col)
			s.text(x+3, top, title, style{semiBold, 9.6, col}, left)
		})
		y += 6
		for _, key := range keys {
			lines := s.wrap(s.t.say(key), textSheet, width-4)
			at := y
			s.put(func() {
				s.text(x, at, "•", style{semiBold, 9, col}, left)
				s.lines(x+3, at, lines, textSheet, left)
			})
			y += float64(len(lines))*textSheet.lineHeight() + 1
		}
		return y
	}
	a := column(sheetLeft, s.t.say("print.recovery.do"), inkPaid,
		sheet+".do1", sheet+".do2", sheet+".do3", sheet+".do4")
	b := column(sheetLeft+width+gap, s.t.say("print.recovery.dont"), inkWarn,
		sheet+".dont1", sheet+".dont2", sheet+".dont3", sheet+".dont4")
	s.y = max(a, b)
}
