package backup

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"zafe/app/civil"
	"zafe/app/i18n"
)

// Sited is a restore point, and the places it was found at: "" is the main PC, which stands first.
type Sited struct {
	Point
	At []string `json:"at"`
}

// Together puts the lists of points of several places together, each point once, the newest first. What a PC that was
// replaced has sent is at the places only.
func Together(lists map[string][]Point) (out []Sited) {
	places := make([]string, 0, len(lists))
	for place := range lists {
		places = append(places, place)
	}
	slices.Sort(places)
	at := map[string]int{}
	for _, place := range places {
		for _, p := range lists[place] {
			i, known := at[p.ID]
			if !known {
				i, at[p.ID] = len(out), len(out)
				out = append(out, Sited{Point: p})
			}
			out[i].Old = out[i].Old || p.Old
			out[i].At = append(out[i].At, place)
		}
	}
	NewestFirst(out, func(s Sited) (string, uint64, time.Time) { return s.WriterID, s.Seq, s.Made })
	return out
}

// NewestFirst puts restore points in order. Of one installation (writer) the number decides, whatever its clock said: a
// point is no newer than any that was made after it. Between installations the date decides.
func NewestFirst[P any](points []P, of func(P) (writer string, seq uint64, made time.Time)) {
	type placed struct {
		point  P
		writer string
		seq    uint64
		at     time.Time
	}
	all := make([]placed, 0, len(points))
	for _, p := range points {
		writer, seq, made := of(p)
		all = append(all, placed{p, writer, seq, made})
	}
	slices.SortStableFunc(all, func(a, b placed) int {
		return cmp.Or(strings.Compare(a.writer, b.writer), cmp.Compare(b.seq, a.seq))
	})
	for i := 1; i < len(all); i++ {
		if before := all[i-1]; all[i].writer == before.writer && all[i].seq < before.seq && all[i].at.After(before.at) {
			all[i].at = before.at
		}
	}
	slices.SortStableFunc(all, func(a, b placed) int { return b.at.Compare(a.at) })
	for i, p := range all {
		points[i] = p.point
	}
}

// Alone tells whether a point is on the main PC only, and would be lost with it. Of a place in unread, which did not
// list its points, only the time of its last complete copy tells.
func (s Status) Alone(o Sited, unread func(id string) bool) bool {
	return len(o.At) == 1 && o.At[0] == "" && !slices.ContainsFunc(s.Copies, func(c Copy) bool {
		return unread(c.ID) && !c.LastOK.Before(o.Made)
	})
}

// Where names the places of a point, and says at which of them its attachments still wait for another connection, or
// that it is nowhere but on the main PC, as Alone tells. A place in unread that may have it is named with the day on
// which it was last seen.
func (s Status) Where(p *i18n.Printer, o Sited, unread func(id string) bool) string {
	if s.Alone(o, unread) {
		return p.T("backup.point_alone", nil)
	}
	var names []string
	if slices.Contains(o.At, "") {
		names = append(names, p.T("backup.point_here", nil))
	}
	for _, c := range s.Copies {
		switch {
		case !slices.Contains(o.At, c.ID) && unread(c.ID) && !c.LastOK.Before(o.Made):
			names = append(names, p.T("backup.point_unseen", map[string]any{"label": c.Label, "on": civil.Of(c.LastOK.Local())}))
		case !slices.Contains(o.At, c.ID):
		case !c.Book.IsZero() && c.Book.Equal(o.Made):
			names = append(names, p.T("backup.point_partly", map[string]any{"label": c.Label}))
		default:
			names = append(names, c.Label)
		}
	}
	return strings.Join(names, ", ")
}

// markLength is how much of a PC's identity tells it from another one of the same name.
const markLength = 4

// Writers gives the name of the PC that made each of some points, as people tell it from the others: two of one name
// differ by the end of their identity, and the one that works now says so.
func Writers(points []Point, p *i18n.Printer) func(Point) string {
	ids := map[string]string{}
	twice := map[string]bool{}
	for _, o := range points {
		if id, known := ids[o.Writer]; known && id != o.WriterID {
			twice[o.Writer] = true
		}
		ids[o.Writer] = o.WriterID
	}
	return func(o Point) string {
		name := o.Writer
		switch {
		case twice[name] && o.Here:
			name = p.T("backup.point_now", map[string]any{"writer": name})
		case twice[name]:
			mark := strings.ToUpper(o.WriterID[max(0, len(o.WriterID)-markLength):])
			name = p.T("backup.point_mark", map[string]any{"writer": name, "mark": mark})
		}
		if o.Old {
			name = p.T("backup.point_old", map[string]any{"writer": name})
		}
		return name
	}
}
