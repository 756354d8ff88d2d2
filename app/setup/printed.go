package setup

import (
	"slices"
	"strings"

	"zafe/app/backup"
	"zafe/app/civil"
	"zafe/app/company"
	"zafe/app/print"
)

// Printed is what the sheet last printed says of the places of the copies. It is apart from Progress, which everybody
// may read: where the copies are is for those who may know it.
type Printed struct {
	On     civil.Date `json:"on"`
	Places []string   `json:"places"` // as backup.Destination.Where names them
	// Shown is what a sheet says that was shown since, nil for none: nobody knows yet whether it was printed. It is known
	// once groups of the key are typed back.
	Shown []string `json:"shown"`
}

// PrintedOf reads it; ok is false when the present key was printed on no sheet yet, or before the book noted it.
func PrintedOf(tx company.Settings) (p Printed, ok bool, err error) {
	_, err = tx.Setting(printedKey, &p)
	return p, !p.On.IsZero(), err
}

// printed are the places that the sheet has room for.
func (r SheetRequest) printed() []string { return r.Places[:min(len(r.Places), print.PlacesMax)] }

// named names the places that the sheet says, as Printed keeps them.
func (r SheetRequest) named() []string {
	out := []string{}
	for _, place := range r.printed() {
		name, _, _ := strings.Cut(place, "\n")
		out = append(out, name)
	}
	return out
}

// noteShown remembers what the sheet says that was shown; a file of it is kept, which is as good as paper.
func noteShown[T Tx](tx T, req SheetRequest) error {
	p, _, err := PrintedOf(tx)
	if err != nil {
		return err
	}
	if p.Shown = req.named(); req.Saved {
		p.confirm(tx.Today())
	}
	return tx.SetSetting(printedKey, p)
}

// notePrinted remembers what the sheets of the shared key say: none of them can be typed back.
func notePrinted[T Tx](tx T, req SheetRequest) error {
	return tx.SetSetting(printedKey, Printed{On: tx.Today(), Places: req.named()})
}

// confirm takes what was shown for printed.
func (p *Printed) confirm(today civil.Date) {
	if p.Shown != nil {
		*p = Printed{On: today, Places: p.Shown}
	}
}

// Lacks returns the places that the sheet does not name, of those there are now. A place is known by its name too: its
// folder may be that of a disk, which changes with the socket. A full sheet lacks nothing as long as all that it names
// is there.
func (p Printed) Lacks(now []backup.Destination) (out []backup.Destination) {
	left := slices.Clone(p.Places)
	take := func(is func(string) bool) bool {
		at := slices.IndexFunc(left, is)
		if at >= 0 {
			left = slices.Delete(left, at, at+1)
		}
		return at >= 0
	}
	for _, d := range now {
		if !take(func(s string) bool { return s == d.Where() }) {
			out = append(out, d)
		}
	}
	out = slices.DeleteFunc(out, func(d backup.Destination) bool {
		return take(func(s string) bool { return strings.HasPrefix(s, d.Named()) })
	})
	if len(p.Places) >= print.PlacesMax && len(left) == 0 {
		return nil
	}
	return out
}
