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
			out[i].Old, out[i].Doubt = out[i].Old || p.Old, out[i].Doubt || p.Doubt
			out[i].At = append(out[i].At, place)
		}
	}
	for i, doubt := range NewestFirst(out, func(s Sited) Dated { return s.Dated() }) {
		out[i].Doubt = out[i].Doubt || doubt
	}
	return out
}

// Age is where a restore point stands in the life of the book, which no clock decides: the line of the book, as
// [audit.Checkpoint] has it, and the number of its last event. The zero value says nothing.
type Age struct {
	Term  int64  `json:"term,omitempty"`
	Lead  string `json:"lead,omitempty"`
	Event int64  `json:"event,omitempty"`
}

// compare puts a later line above, as relay.Later tells, and on one line a later event.
func (a Age) compare(b Age) int {
	return cmp.Or(cmp.Compare(a.Term, b.Term), strings.Compare(a.Lead, b.Lead), cmp.Compare(a.Event, b.Event))
}

// Dated is what the order of restore points follows.
type Dated struct {
	Writer string // the installation that made it
	Seq    uint64 // its number there
	Made   time.Time
	Age    Age
	Future bool // who reads it is not that far yet, so that the date says nothing
}

// FutureAfter is how far the clock of another PC may be ahead without its dates being doubted.
const FutureAfter = 10 * time.Minute

// doubtAfter is by how much a point must be dated after a later one of the same PC for its date to be doubted.
const doubtAfter = time.Hour

// placed is a point while it is put in order. What it says of its time is at most what every later point of its
// installation says; its time is that or, where that lies in the future, the one of the point before it.
type placed[P any] struct {
	point P
	Dated
	says, at time.Time
	doubt    bool
}

// NewestFirst puts restore points in order, and tells of each whether its date is doubtful. Of one installation the
// number decides, whatever its clock said. Between installations the date does: a later line of the book may be a trial
// that nobody went on with, while the earlier one lives on. On one line the events decide. A date that lies in the future
// is not believed: such a point counts as of the time of the one before it, or as later than all that its age shows to be
// older.
func NewestFirst[P any](points []P, of func(P) Dated) (doubtful []bool) {
	all := make([]placed[P], 0, len(points))
	for _, p := range points {
		d := of(p)
		all = append(all, placed[P]{point: p, Dated: d, says: d.Made, doubt: d.Future})
	}
	slices.SortStableFunc(all, func(a, b placed[P]) int {
		return cmp.Or(strings.Compare(a.Writer, b.Writer), cmp.Compare(b.Seq, a.Seq))
	})
	for i := 1; i < len(all); i++ { // the newest of each installation first
		if after, p := all[i-1], &all[i]; p.Writer == after.Writer && p.Seq < after.Seq && p.says.After(after.says) {
			p.doubt = p.doubt || p.says.Sub(after.says) > doubtAfter
			p.says, p.Future = after.says, after.Future
		}
	}
	// The oldest of each installation first: nothing is earlier or of a lesser age than what was made there before.
	before := func(i int) *placed[P] {
		if i+1 < len(all) && all[i+1].Writer == all[i].Writer {
			return &all[i+1]
		}
		return &placed[P]{}
	}
	for i := len(all) - 1; i >= 0; i-- {
		p := &all[i]
		if !p.Future {
			p.at = p.says
		}
		if known := p.Age != (Age{}); known && before(i).Age.compare(p.Age) > 0 {
			p.Age = before(i).Age
		}
	}
	for i := len(all) - 1; i >= 0; i-- {
		p := &all[i]
		if was := before(i).at; was.After(p.at) {
			p.at = was
		}
		p.at = after(p.at, *p, all)
	}
	slices.SortStableFunc(all, func(a, b placed[P]) int {
		return cmp.Or(b.at.Compare(a.at), b.says.Compare(a.says), cmp.Compare(b.Seq, a.Seq))
	})
	for i, p := range all {
		points[i] = p.point
		doubtful = append(doubtful, p.doubt)
	}
	return doubtful
}

// after is the time at which a point stands: later than all points of other installations that its age shows to be older.
// On one line of the book the events do, and between two lines they do where the date of the point is not believed.
func after[P any](at time.Time, p placed[P], all []placed[P]) time.Time {
	if p.Age == (Age{}) {
		return at
	}
	for _, q := range all {
		known := q.Age != (Age{}) && (p.Future || q.Age.Term == p.Age.Term && q.Age.Lead == p.Age.Lead)
		if known && q.Writer != p.Writer && !q.Future && q.Age.compare(p.Age) < 0 && !q.at.Before(at) {
			at = q.at.Add(1)
		}
	}
	return at
}

// Dated is what the order of points follows of one. A date that was found doubtful is not believed.
func (p Point) Dated() Dated {
	writer := p.WriterID
	if !p.Before.IsZero() { // its numbers began anew under the next sheet
		writer += p.Before.UTC().Format(" 20060102T150405")
	}
	return Dated{Writer: writer, Seq: p.Seq, Made: p.Made, Age: p.Age, Future: p.Doubt}
}

// When is the date of a point in words, with a mark where it is doubtful; Doubts says what that means.
func (p Point) When(t *i18n.Printer) string {
	if !p.Doubt {
		return t.Instant(p.Made)
	}
	return t.T("backup.point_doubt", map[string]any{"when": p.Made})
}

// Doubtful tells whether the date of one of some points is doubtful.
func Doubtful(points []Point) bool {
	return slices.ContainsFunc(points, func(p Point) bool { return p.Doubt })
}

// Earlier tells whether one of some points opens with an earlier recovery sheet only.
func Earlier(points []Point) bool {
	return slices.ContainsFunc(points, func(p Point) bool { return !p.Before.IsZero() })
}

// Alone tells whether a point is on the main PC only, and would be lost with it. Of a place in unread, which did not
// list its points, only the time of its last complete copy tells.
func (s Status) Alone(o Sited, unread func(id string) bool) bool {
	return o.Before.IsZero() && len(o.At) == 1 && o.At[0] == "" && !slices.ContainsFunc(s.Copies, func(c Copy) bool {
		return unread(c.ID) && !c.LastOK.Before(o.Made)
	})
}

// Where names the places of a point, and says at which of them its attachments still wait for another connection, or
// that it is nowhere but on the main PC, as Alone tells. A place in unread that may have it is named with the day on
// which it was last seen.
func (s Status) Where(p *i18n.Printer, o Sited, unread func(id string) bool) string {
	if !o.Before.IsZero() {
		return p.T("backup.point_before", map[string]any{"on": civil.Of(o.Before.Local())})
	}
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
