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
}

// PrintedOf reads it; ok is false when the present key was printed on no sheet yet, or before the book noted it.
func PrintedOf(tx company.Settings) (p Printed, ok bool, err error) {
	_, err = tx.Setting(printedKey, &p)
	return p, !p.On.IsZero(), err
}

// printed are the places that the sheet has room for.
func (r SheetRequest) printed() []string { return r.Places[:min(len(r.Places), print.PlacesMax)] }

// notePrinted remembers what the sheet says.
func notePrinted[T Tx](tx T, req SheetRequest) error {
	return tx.SetSetting(printedKey, Printed{On: tx.Today(), Places: req.printed()})
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
