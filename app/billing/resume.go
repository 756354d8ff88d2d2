package billing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"zafe/app/auth"
	"zafe/app/company"
	"zafe/app/fault"
	"zafe/app/op"
)

// After a restore nobody but the owner knows which numbers were given out since the copy was made: the documents
// that bear them are with the customers. Until the owner has said so, no number is given out, as none may be used
// twice (CGI ann. II art. 242 nonies A, I, 7°). Those passed over are kept for ever with who decided it and when.

// resumeKey is the setting that says since when the numbers are to be confirmed; see [AskNumbers].
const resumeKey = "billing.resume"

// passedMax is how many numbers of a series one answer may pass over: more is a slip of the keyboard.
const passedMax = 100_000

// yearsMax bounds the years whose series are asked about.
const yearsMax = 10

// awaited is what the setting holds.
type awaited struct {
	Made     time.Time `json:"made"`     // the copy
	Restored time.Time `json:"restored"` // from it
}

// AskNumbers makes a book that is found now as it was then wait for the owner's word on its numbers: it was restored
// from a copy, or somebody put its files back, and what was given out meanwhile is not in it. A question still open
// goes on from the older of both.
func AskNumbers(tx company.Settings, made, now time.Time) error {
	was, open, err := awaiting(tx)
	if err != nil {
		return err
	}
	if open && was.Made.Before(made) {
		made = was.Made
	}
	return tx.SetSetting(resumeKey, awaited{Made: made.UTC(), Restored: now.UTC()})
}

// confirmedKey is the setting that has who confirmed the numbers last, and when.
const confirmedKey = "billing.confirmed"

// Confirmed tells who confirmed the numbers last, and when; a zero At says that nobody ever had to.
func Confirmed(tx company.Settings) (s Stamp, err error) {
	_, err = tx.Setting(confirmedKey, &s)
	return s, err
}

func awaiting(tx company.Settings) (a awaited, ok bool, err error) {
	_, err = tx.Setting(resumeKey, &a)
	return a, !a.Restored.IsZero(), err
}

// Series is one series of numbers.
type Series struct {
	Kind   string `json:"kind"`   // quote, invoice, credit_note or payment
	Period string `json:"period"` // the year
	Prefix string `json:"prefix"` // what its numbers begin with
	Last   int64  `json:"last"`   // the last number known; 0 for none
}

// Gap is a run of numbers that were passed over.
type Gap struct {
	Kind   string    `json:"kind"`
	Period string    `json:"period"`
	First  int64     `json:"first"`
	Last   int64     `json:"last"`
	At     time.Time `json:"at"`
	By     string    `json:"by"` // name
}

// Numbers are the first and the last of the gap as they would have been printed.
func (g Gap) Numbers() (first, last string) {
	prefix := paymentPrefix + g.Period
	if g.Kind != paymentSeries {
		prefix = seriesName(Kind(g.Kind), g.Period)
	}
	return fmt.Sprintf("%s-%04d", prefix, g.First), fmt.Sprintf("%s-%04d", prefix, g.Last)
}

// Numbers is what the book knows of its numbers.
type Numbers struct {
	Awaited  bool      `json:"awaited"` // the series are to be confirmed before a number is given out
	Made     time.Time `json:"made,omitzero"`
	Restored time.Time `json:"restored,omitzero"`
	Series   []Series  `json:"series,omitempty"` // to confirm
	Gaps     []Gap     `json:"gaps,omitempty"`   // oldest first
}

// Taken is the owner's word on a series.
type Taken struct {
	Kind   string `json:"kind"`
	Period string `json:"period"`
	Last   int64  `json:"last"` // the last number given out, by this book or by the one that was lost
}

// ConfirmRequest is the owner's word on each series to confirm.
type ConfirmRequest struct {
	Series []Taken `json:"series"`
}

// Validate bounds the numbers.
func (r ConfirmRequest) Validate() error {
	for i, t := range r.Series {
		if t.Last < 0 || t.Last > 1_000_000_000 {
			return fault.Field(seriesField(i), "billing.numbers_bounds")
		}
	}
	return nil
}

func seriesField(i int) string { return "series." + strconv.Itoa(i) + ".last" }

// The operations on the numbers of a restored book.
var (
	GetNumbers = op.Op[op.Empty, Numbers]{Spec: op.Spec{
		Name: "series.get", Kind: op.Query, Needs: auth.SalesRead, Since: 1,
		Doc: "Tells whether numbers are to be confirmed after a restore, and which were passed over before.",
	}}
	ConfirmNumbers = op.Op[ConfirmRequest, Numbers]{Spec: op.Spec{
		Name: "series.confirm", Kind: op.Command, Needs: auth.CompanyWrite, Since: 1,
		Doc: "Says the last number of each series given out before a restore; those not known are never given out again.",
	}}
)

// gapStore is the storage of the numbers passed over.
type gapStore interface {
	// SetLastNumber moves a series forward, never back.
	SetLastNumber(kind, period string, last int64) error
	// AddGap keeps a gap, which begins behind the last number of its series.
	AddGap(g Gap) error
	// Gaps returns all gaps, oldest first.
	Gaps() ([]Gap, error)
}

func numbers(tx Tx) (n Numbers, err error) {
	if n.Gaps, err = tx.Gaps(); err != nil {
		return n, err
	}
	a, ok, err := awaiting(tx)
	if err != nil || !ok {
		return n, err
	}
	n.Awaited, n.Made, n.Restored = true, a.Made, a.Restored
	n.Series, err = toConfirm(tx, a)
	return n, err
}

// toConfirm are the series that numbers may have been given out of since the copy was made: those of every year
// between now and then, whichever of the two clocks was wrong, and those in use of the year before, whose documents
// are dated and paid for some time yet. The last year comes first.
func toConfirm(tx Tx, a awaited) ([]Series, error) {
	var all []Series
	then, now := a.Made.Local().Year(), tx.Today().Year
	from, to := min(then, now), max(then, now)
	for year := to; year >= max(from-1, to-yearsMax); year-- {
		period := strconv.Itoa(year)
		for _, s := range []Series{
			{Kind: string(Invoice), Prefix: seriesName(Invoice, period)},
			{Kind: string(CreditNote), Prefix: seriesName(CreditNote, period)},
			{Kind: string(Quote), Prefix: seriesName(Quote, period)},
			{Kind: paymentSeries, Prefix: paymentPrefix + period},
		} {
			last, err := tx.LastNumber(s.Kind, period)
			if err != nil {
				return nil, err
			}
			s.Period, s.Last, s.Prefix = period, last, s.Prefix+"-"
			if last > 0 || year >= from {
				all = append(all, s)
			}
		}
	}
	return all, nil
}

// confirm takes the owner's word: each series to confirm, none below what the book knows.
func confirm(ctx context.Context, tx Tx, req ConfirmRequest) (Numbers, error) {
	a, ok, err := awaiting(tx)
	if err != nil {
		return Numbers{}, err
	}
	if !ok {
		return Numbers{}, fault.New(fault.Conflict, "billing.numbers_known")
	}
	all, err := toConfirm(tx, a)
	if err != nil {
		return Numbers{}, err
	}
	for i, t := range req.Series {
		known := slices.ContainsFunc(all, func(s Series) bool { return s.Kind == t.Kind && s.Period == t.Period })
		if !known {
			return Numbers{}, fault.Field(seriesField(i), "billing.numbers_unknown")
		}
	}
	passed := []Gap{} // in the event, even if there is none
	for _, s := range all {
		at := slices.IndexFunc(req.Series, func(t Taken) bool { return t.Kind == s.Kind && t.Period == s.Period })
		if at < 0 {
			return Numbers{}, fault.New(fault.Invalid, "billing.numbers_missing", "series", s.Prefix)
		}
		g, err := pass(ctx, tx, s, req.Series[at].Last, seriesField(at))
		if err != nil {
			return Numbers{}, err
		}
		if g.Last > 0 {
			passed = append(passed, g)
		}
	}
	payload, err := json.Marshal(map[string]any{"passed": passed})
	if err != nil {
		return Numbers{}, fmt.Errorf("billing: gaps: %w", err)
	}
	op.Note(ctx, "series", 0, "", string(payload))
	if err := errors.Join(tx.SetSetting(resumeKey, nil), tx.SetSetting(confirmedKey, stampOf(ctx, tx))); err != nil {
		return Numbers{}, err
	}
	return numbers(tx)
}

// pass moves a series on to a number and returns what was passed over, or a zero gap.
func pass(ctx context.Context, tx Tx, s Series, last int64, field string) (g Gap, err error) {
	switch {
	case last < s.Last:
		return g, fault.Field(field, "billing.numbers_back", "number", fmt.Sprintf("%s%04d", s.Prefix, s.Last))
	case last > s.Last+passedMax:
		return g, fault.Field(field, "billing.numbers_far", "n", passedMax)
	case last == s.Last:
		return g, nil
	}
	stamp := stampOf(ctx, tx)
	g = Gap{Kind: s.Kind, Period: s.Period, First: s.Last + 1, Last: last, At: stamp.At, By: stamp.Name}
	if err := tx.AddGap(g); err != nil {
		return g, err
	}
	return g, tx.SetLastNumber(s.Kind, s.Period, last)
}

// confirmed refuses to give out a number that may have been given out before.
func confirmed(tx company.Settings) error {
	_, wait, err := awaiting(tx)
	if err == nil && wait {
		err = fault.New(fault.Conflict, "billing.numbers_awaited")
	}
	return err
}

// passed tells whether the numbers between two of a series were all passed over.
func passed(gaps []Gap, kind, period string, after, before int64) bool {
	for next := after + 1; next < before; {
		at := slices.IndexFunc(gaps, func(g Gap) bool { return g.Kind == kind && g.Period == period && g.First == next })
		if at < 0 {
			return false
		}
		next = gaps[at].Last + 1
		if next > before {
			return false // a number of the gap is in use
		}
	}
	return true
}
