package civil

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"zafe/app/fault"
)

var today = New(2026, 11, 21)

func draw(t *rapid.T, name string) Date {
	n := rapid.IntRange(0, 3_652_000).Draw(t, name)
	return New(1, 1, 1).AddDays(n)
}

func TestParseInput(t *testing.T) {
	for in, want := range map[string]string{
		"21":           "2026-11-21",
		"5":            "2026-11-05",
		"2111":         "2026-11-21",
		"0312":         "2026-12-03",
		"211126":       "2026-11-21",
		"010199":       "1999-01-01",
		"010146":       "2046-01-01",
		"010147":       "1947-01-01",
		"21112026":     "2026-11-21",
		"20261121":     "2026-11-21",
		"21/11/2026":   "2026-11-21",
		"21-11-26":     "2026-11-21",
		"21.11.2026":   "2026-11-21",
		"21 11":        "2026-11-21",
		"12/3":         "2026-03-12",
		" 1/2/26 ":     "2026-02-01",
		"2026-11-21":   "2026-11-21",
		"2026/1/2":     "2026-01-02",
		"+30":          "2026-12-21",
		"+ 0":          "2026-11-21",
		"-21":          "2026-10-31",
		"\u22121":      "2026-11-20",
		"21\u00a011":   "2026-11-21",
		"29/02/2024":   "2024-02-29",
		"21/11/\t2026": "2026-11-21",
		"+36525":       "2126-11-22",
		"31/12/9999":   "9999-12-31",
		"1/1/0001":     "0001-01-01",
	} {
		if got, err := ParseInput(in, today); err != nil || got.String() != want {
			t.Errorf("ParseInput(%q) = %s, %v; want %s", in, got, err, want)
		}
	}
}

func TestParseInputRefuses(t *testing.T) {
	for in, want := range map[string]error{
		"":            ErrSyntax,
		"demain":      ErrSyntax,
		"123":         ErrSyntax,
		"12345":       ErrSyntax,
		"1234567":     ErrSyntax,
		"1/2/3/4":     ErrSyntax,
		"21/11/026":   ErrSyntax,
		"21/nov/2026": ErrSyntax,
		"+":           ErrSyntax,
		"+-3":         ErrSyntax,
		"+36526":      ErrSyntax,
		"/":           ErrSyntax,
		"２１":          ErrSyntax,
		"31":          ErrNoSuchDay,
		"0":           ErrNoSuchDay,
		"31/11/2026":  ErrNoSuchDay,
		"29/02/2026":  ErrNoSuchDay,
		"1113":        ErrNoSuchDay,
		"21/13":       ErrNoSuchDay,
		"99999999":    ErrNoSuchDay,
		"1/1/0000":    ErrNoSuchDay,
		"000000000000000000000000000000000000001": ErrSyntax,
	} {
		got, err := ParseInput(in, today)
		var typed *fault.Fault
		if !errors.Is(err, want) || !got.IsZero() || !errors.As(err, &typed) || typed.FaultArgs()["text"] == nil {
			t.Errorf("ParseInput(%q) = %s, %v; want %v", in, got, err, want)
		}
	}
	if _, err := ParseInput("+1", New(9999, 12, 31)); !errors.Is(err, ErrNoSuchDay) {
		t.Errorf("past the last year: %v", err)
	}
}

func TestParseIsStrict(t *testing.T) {
	for _, in := range []string{"2026-1-02", "2026-11-21 ", "20261121", "2026/11/21", "21/11/2026", "+026-11-21", "2026-+1-21"} {
		if d, err := Parse(in); !errors.Is(err, ErrSyntax) {
			t.Errorf("Parse(%q) = %s, %v", in, d, err)
		}
	}
	if _, err := Parse("2026-02-30"); !errors.Is(err, ErrNoSuchDay) {
		t.Errorf("30 February: %v", err)
	}
	if d, err := Parse(""); err != nil || !d.IsZero() || d.Valid() {
		t.Errorf("no date: %v, %v", d, err)
	}
}

func TestRoundTrips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := draw(t, "d")
		if got, err := Parse(d.String()); err != nil || got != d {
			t.Fatalf("%s read back as %s, %v", d, got, err)
		}
		text, err := json.Marshal(d)
		var back Date
		if err != nil || json.Unmarshal(text, &back) != nil || back != d {
			t.Fatalf("%s through JSON %s: %s", d, text, back)
		}
		if got, err := ParseInput(d.String(), today); err != nil || got != d {
			t.Fatalf("%s typed: %s, %v", d, got, err)
		}
		if Of(d.In(time.UTC)) != d {
			t.Fatalf("%s through time", d)
		}
	})
	var absent struct {
		D Date `json:"d"`
	}
	if text, err := json.Marshal(absent); err != nil || string(text) != `{"d":""}` {
		t.Errorf("absent: %s, %v", text, err)
	}
}

func TestArithmetic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := draw(t, "a"), draw(t, "b")
		n := DaysBetween(a, b)
		if a.AddDays(n) != b || DaysBetween(b, a) != -n {
			t.Fatalf("%s + %d days is not %s", a, n, b)
		}
		if a.Before(b) != (n > 0) || a.After(b) != (n < 0) || (a.Compare(b) == 0) != (n == 0) {
			t.Fatalf("%s and %s compare badly", a, b)
		}
		if a.Before(b) != (a.String() < b.String()) {
			t.Fatalf("%s and %s do not sort as text", a, b)
		}
		if e := a.EndOfMonth(); e.AddDays(1).Day != 1 || e.Month != a.Month || e.Year != a.Year {
			t.Fatalf("end of month of %s: %s", a, e)
		}
		m := rapid.IntRange(-600, 600).Draw(t, "months")
		if got := a.AddMonths(m); (got.Year*12+int(got.Month))-(a.Year*12+int(a.Month)) != m ||
			(got.Day != a.Day && got != got.EndOfMonth()) {
			t.Fatalf("%s + %d months = %s", a, m, got)
		}
		if Earliest(a, b).After(Latest(a, b)) {
			t.Fatal("earliest after latest")
		}
	})
	for got, want := range map[Date]string{
		New(2026, 1, 31).AddMonths(1):    "2026-02-28",
		New(2024, 1, 31).AddMonths(1):    "2024-02-29",
		New(2026, 3, 31).AddMonths(-1):   "2026-02-28",
		New(2024, 2, 29).AddYears(1):     "2025-02-28",
		New(2026, 12, 15).AddMonths(1):   "2027-01-15",
		New(2026, 11, 21).StartOfMonth(): "2026-11-01",
		New(2026, 12, 31).AddDays(1):     "2027-01-01",
	} {
		if got.String() != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if today.Weekday() != time.Saturday || today.Quarter() != 4 || today.Compact() != "20261121" {
		t.Error("21 November 2026 is a Saturday of the fourth quarter")
	}
}

func TestOfKeepsTheZone(t *testing.T) {
	paris := time.FixedZone("CET", 3600)
	if got := Of(time.Date(2026, 12, 31, 23, 30, 0, 0, time.UTC).In(paris)); got != New(2027, 1, 1) {
		t.Errorf("half past midnight in Paris is %s", got)
	}
}

func TestNewPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("31 November was built")
		}
	}()
	New(2026, 11, 31)
}

func TestPeriod(t *testing.T) {
	year := YearOf(today)
	if year.String() != "2026-01-01..2026-12-31" || year.Days() != 365 || !year.Valid() {
		t.Errorf("year %s of %d days", year, year.Days())
	}
	if got := QuarterOf(New(2026, 5, 12)).String(); got != "2026-04-01..2026-06-30" {
		t.Errorf("quarter %s", got)
	}
	if got := MonthOf(New(2024, 2, 3)).String(); got != "2024-02-01..2024-02-29" {
		t.Errorf("month %s", got)
	}
	odd := Period{New(2026, 1, 31), New(2026, 3, 2)}
	months := odd.Months()
	if len(months) != 3 || months[0].Days() != 1 || months[1].Days() != 28 || months[2].Days() != 2 {
		t.Errorf("months of %s: %v", odd, months)
	}
	if (Period{today, today.AddDays(-1)}).Valid() || len(Period{today, today.AddDays(-1)}.Months()) != 0 || !(Period{}).IsZero() {
		t.Error("an inverted period is valid")
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b, d := draw(t, "a"), draw(t, "b"), draw(t, "d")
		p := Period{Earliest(a, b), Latest(a, b)}
		q := Period{d, d.AddDays(rapid.IntRange(0, 1000).Draw(t, "n"))}
		if p.Contains(d) != (DaysBetween(p.From, d) >= 0 && DaysBetween(d, p.To) >= 0) {
			t.Fatalf("%s contains %s?", p, d)
		}
		if want := q.Contains(p.From) || p.Contains(q.From); p.Overlaps(q) != want || q.Overlaps(p) != want {
			t.Fatalf("%s overlaps %s?", p, q)
		}
	})
}

func FuzzParseInput(f *testing.F) {
	for _, s := range []string{"21", "2111", "+30", "21/11/2026", "2026-11-21", "−3", "\xff/1", "29022024"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := ParseInput(s, today)
		if err == nil && !d.Valid() {
			t.Errorf("%q gives %v", s, d)
		}
		if strict, err := Parse(s); err == nil && strict.String() != s {
			t.Errorf("%q read as %s", s, strict)
		}
	})
}
