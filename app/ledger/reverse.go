package ledger

import (
	"context"
	"errors"
	"strconv"

	"zafe/app/auth"
	"zafe/app/civil"
	"zafe/app/fault"
	"zafe/app/op"
)

// atItem says which of several entries a fault is about.
func atItem(err error, i, n int) error {
	var f *fault.Fault
	if n > 1 && errors.As(err, &f) {
		return f.At("ids[" + strconv.Itoa(i) + "]")
	}
	return err
}

// ReverseRequest asks for the reversing entry of a posted one, dated Date (0: the date of the entry
// when its period is open, else today), for a Reason that the entry will carry.
type ReverseRequest struct {
	ID     EntryID    `json:"id"`
	Date   civil.Date `json:"date"`
	Reason string     `json:"reason"`
}

// Validate refuses a reversal without a reason, or a long one: ledger.no_reason, ledger.text_long.
func (r ReverseRequest) Validate() error {
	switch reason := cleanText(r.Reason); {
	case reason == "":
		return fault.Field("reason", "ledger.no_reason")
	case long(reason):
		return fault.Field("reason", "ledger.text_long", "max", TextMax)
	}
	return nil
}

// EntryReverse posts the entry that cancels another (contre-passation). Faults: ledger.entry_gone,
// ledger.not_posted, ledger.reversed, ledger.reverse_sale, ledger.reverse_opening and those of Post.
var EntryReverse = op.Op[ReverseRequest, Entry]{Spec: op.Spec{
	Name: "entry.reverse", Kind: op.Command, Needs: auth.LedgerPost, Since: 1,
	Doc: "Posts the entry that cancels a posted one, with a link and a reason.",
}}

func entryReverse[T Poster](ctx context.Context, tx T, req ReverseRequest) (Entry, error) {
	e, err := find(tx, req.ID)
	if err != nil {
		return e, err
	}
	if e.Source != "" {
		return e, fault.New(fault.Conflict, "ledger.reverse_sale")
	}
	r, err := Reverse(ctx, tx, e, req.Date, req.Reason)
	if err != nil {
		return r, err
	}
	return r, note(ctx, "entry", int64(r.ID), r.Hash, struct {
		Reverses EntryID `json:"reverses"`
	}{e.ID})
}

// Reverse posts the entry that cancels e inside the caller's transaction: same journal, debits and
// credits exchanged, and matches the lines of both where they are free. A zero date means that of
// e when it is still open, else today. Faults: ledger.not_posted, ledger.reversed,
// ledger.reverse_opening and those of Post.
func Reverse(ctx context.Context, tx Poster, e Entry, date civil.Date, reason string) (Entry, error) {
	switch {
	case e.ID <= 0:
		return e, fault.New(fault.Conflict, "ledger.not_posted")
	case e.ReversedBy != 0:
		return e, fault.New(fault.Conflict, "ledger.reversed")
	case e.Reverses != 0:
		return e, fault.New(fault.Conflict, "ledger.reversing")
	}
	j, err := usableJournal(tx, e.Journal)
	if err != nil {
		return e, err
	}
	if j.Kind == OpeningJournal {
		return e, fault.New(fault.Conflict, "ledger.reverse_opening")
	}
	if date.IsZero() {
		if date = e.Date; !isOpen(tx, date) {
			date = tx.Today()
		}
	}
	r := e
	r.ID, r.Date, r.Reverses, r.ReversedBy, r.Reason, r.Hash = 0, date, e.ID, 0, cleanText(reason), ""
	r.Label = shorten(r.Reason + " (" + e.Num + ")")
	r.Lines = make([]Line, len(e.Lines))
	for i, l := range e.Lines {
		l.ID, l.Debit, l.Credit, l.CurrencyAmount = 0, l.Credit, l.Debit, -l.CurrencyAmount
		r.Lines[i] = l
	}
	if r, err = Post(ctx, tx, r); err != nil {
		return r, err
	}
	return r, matchReversal(ctx, tx, e, r)
}

func isOpen(tx Poster, d civil.Date) bool {
	_, err := openYear(tx, d)
	return err == nil
}

// matchReversal matches each third-party line with the one that cancels it, unless it is already
// matched: then people decide.
func matchReversal(ctx context.Context, tx Poster, e, r Entry) error {
	for i, l := range e.Lines {
		if l.Match != "" || len(l.Account) < 2 || !followed(l.Account) {
			continue
		}
		if _, err := Match(ctx, tx, []LineID{l.ID, r.Lines[i].ID}); err != nil {
			return err
		}
	}
	return nil
}

// shorten cuts a text to what a label holds.
func shorten(s string) string {
	if r := []rune(s); len(r) > TextMax {
		return string(r[:TextMax])
	}
	return s
}

// followed tells whether an account's lines are followed one by one until matched: customers,
// suppliers, staff, partners, debtors, cheques to cash, internal transfers.
func followed(account string) bool {
	switch account[:2] {
	case "40", "41", "42", "45", "46", "58":
		return true
	}
	return account[:3] == "511"
}
