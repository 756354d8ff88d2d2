package civil

// Period is a run of days, both ends included, as a fiscal year or a month.
type Period struct {
	From Date `json:"from"`
	To   Date `json:"to"`
}

// MonthOf returns the month that holds d.
func MonthOf(d Date) Period { return Period{d.StartOfMonth(), d.EndOfMonth()} }

// QuarterOf returns the quarter of the calendar year that holds d.
func QuarterOf(d Date) Period {
	first := Date{d.Year, (d.Month-1)/3*3 + 1, 1}
	return Period{first, first.AddMonths(2).EndOfMonth()}
}

// YearOf returns the calendar year that holds d.
func YearOf(d Date) Period { return Period{Date{d.Year, 1, 1}, Date{d.Year, 12, 31}} }

// Valid reports whether both ends are days of the calendar, in order.
func (p Period) Valid() bool { return p.From.Valid() && p.To.Valid() && !p.To.Before(p.From) }

// IsZero reports whether there is no period.
func (p Period) IsZero() bool { return p == Period{} }

// Contains reports whether d is one of the days of p.
func (p Period) Contains(d Date) bool { return !d.Before(p.From) && !d.After(p.To) }

// Overlaps reports whether p and q have a day in common.
func (p Period) Overlaps(q Period) bool { return !p.To.Before(q.From) && !q.To.Before(p.From) }

// Days returns how many days p has.
func (p Period) Days() int { return DaysBetween(p.From, p.To) + 1 }

// Months returns the calendar months that p touches, in order; the first and
// the last are cut to the ends of p.
func (p Period) Months() []Period {
	var months []Period
	for first := p.From; p.Valid() && !first.After(p.To); first = first.StartOfMonth().AddMonths(1) {
		months = append(months, Period{first, Earliest(first.EndOfMonth(), p.To)})
	}
	return months
}

// String returns p as "2026-01-01..2026-12-31".
func (p Period) String() string { return p.From.String() + ".." + p.To.String() }
