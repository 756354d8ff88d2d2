package setup

import (
	"encoding/json"
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
	Places []Place    `json:"places"`
	// Shown is what a sheet says that was shown since, nil for none: nobody knows yet whether it was printed. It is known
	// once groups of the key are typed back.
	Shown []Place `json:"shown"`
	// Shared tells that what was printed last are the sheets that share the key.
	Shared bool `json:"shared,omitempty"`
}

// Place is a place of copies as a sheet says it.
type Place struct {
	Name  string `json:"name"`            // as backup.Destination.Where
	Reach string `json:"reach,omitempty"` // as backup.Destination.Reach; "" where it was not noted
}

// UnmarshalJSON takes the name alone too, which is what books noted at first.
func (p *Place) UnmarshalJSON(data []byte) error {
	*p = Place{}
	if json.Unmarshal(data, &p.Name) == nil {
		return nil
	}
	type plain Place
	return json.Unmarshal(data, (*plain)(p))
}

// says tells whether a sheet leads to a place as it is now. One that was renamed is found all the same; of one whose
// address, log-in or kind is another, the sheet would mislead.
func (p Place) says(d backup.Destination) bool {
	if p.Reach != "" && d.Reach != "" {
		return p.Reach == d.Reach
	}
	return p.Name == d.Where()
}

// moved tells whether a place may be one that the sheet says at another folder: that of a disk changes with the socket.
func (p Place) moved(d backup.Destination) bool {
	disk := d.Provider == "local" || p.Reach == "" || d.Reach == ""
	return disk && strings.HasPrefix(p.Name, d.Named())
}

// PrintedOf reads it; ok is false when the present key was printed on no sheet yet, or before the book noted it.
func PrintedOf(tx company.Settings) (p Printed, ok bool, err error) {
	_, err = tx.Setting(printedKey, &p)
	return p, !p.On.IsZero(), err
}

// printed are the places that the sheet has room for.
func (r SheetRequest) printed() []string { return r.Places[:min(len(r.Places), print.PlacesMax)] }

// named names the places that the sheet says, as Printed keeps them.
func (r SheetRequest) named() []Place {
	out := []Place{}
	for i, place := range r.printed() {
		name, _, _ := strings.Cut(place, "\n")
		p := Place{Name: name}
		if len(r.Reaches) == len(r.Places) {
			p.Reach = r.Reaches[i]
		}
		out = append(out, p)
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

// notePrinted remembers what the sheets of the shared key say.
func notePrinted[T Tx](tx T, req SheetRequest) error {
	return tx.SetSetting(printedKey, Printed{On: tx.Today(), Places: req.named(), Shared: true})
}

// confirm takes what was shown for printed.
func (p *Printed) confirm(today civil.Date) {
	if p.Shown != nil {
		*p = Printed{On: today, Places: p.Shown}
	}
}

// Lacks returns the places that the sheet does not lead to, of those there are now: what would keep a restore from it
// counts, not what a place is called. A full sheet lacks nothing as long as all that it names is there.
func (p Printed) Lacks(now []backup.Destination) (out []backup.Destination) {
	left := slices.Clone(p.Places)
	take := func(is func(Place) bool) bool {
		at := slices.IndexFunc(left, is)
		if at >= 0 {
			left = slices.Delete(left, at, at+1)
		}
		return at >= 0
	}
	for _, d := range now {
		if !take(func(p Place) bool { return p.says(d) }) {
			out = append(out, d)
		}
	}
	out = slices.DeleteFunc(out, func(d backup.Destination) bool {
		return take(func(p Place) bool { return p.moved(d) })
	})
	if len(p.Places) >= print.PlacesMax && len(left) == 0 {
		return nil
	}
	return out
}
