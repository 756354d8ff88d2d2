package ledger

import (
	"context"
	"slices"
	"strings"

	"zafe/app/civil"
	"zafe/app/fault"
	"zafe/app/money"
)

// MatchLine is a line as matching sees it.
type MatchLine struct {
	ID      LineID
	Account string
	Aux     string
	Net     money.Amount // debit less credit
	Date    civil.Date
	Code    string // of the group it is in, or ""
	Partial bool   // that group does not balance yet
}

// MatchGroup is a group of lines that settle each other: one account, one auxiliary.
type MatchGroup struct {
	Account string
	Aux     string
	Code    string
	Date    civil.Date
	Partial bool
	Lines   []LineID
}

const matchLinesMax = 5000

// Match groups lines (lettrage) and returns the code: capitals when they sum to zero, small letters
// when they do not yet (lettrage partiel). Lines already in a partial group bring the whole group
// along. Faults: ledger.match_few, ledger.match_unknown, ledger.match_mixed, ledger.match_taken,
// ledger.match_same_side.
func Match(_ context.Context, tx Matcher, ids []LineID) (string, error) {
	lines, err := gather(tx, ids)
	if err != nil {
		return "", err
	}
	g := MatchGroup{Account: lines[0].Account, Aux: lines[0].Aux, Date: tx.Today()}
	var sum money.Amount
	debit, credit := false, false
	for _, l := range lines {
		if l.Account != g.Account || l.Aux != g.Aux {
			return "", fault.New(fault.Invalid, "ledger.match_mixed")
		}
		if l.Code != "" && !l.Partial {
			return "", fault.New(fault.Conflict, "ledger.match_taken", "code", l.Code)
		}
		sum = sum.Add(l.Net)
		debit, credit = debit || l.Net > 0, credit || l.Net < 0
		g.Lines = append(g.Lines, l.ID)
	}
	if !debit || !credit {
		return "", fault.New(fault.Invalid, "ledger.match_same_side")
	}
	for _, l := range lines {
		if l.Partial {
			if _, err := tx.DropMatch(l.ID); err != nil {
				return "", err
			}
		}
	}
	last, err := tx.LastMatchCode(g.Account, g.Aux)
	if err != nil {
		return "", err
	}
	g.Code, g.Partial = nextCode(last), sum != 0
	if g.Partial {
		g.Code = strings.ToLower(g.Code)
	}
	return g.Code, tx.AddMatch(g)
}

// gather reads the lines named and those of the partial groups they are in.
func gather(tx Matcher, ids []LineID) ([]MatchLine, error) {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	ids = slices.Compact(ids)
	if len(ids) < 2 || len(ids) > matchLinesMax {
		return nil, fault.New(fault.Invalid, "ledger.match_few", "max", matchLinesMax)
	}
	lines, err := tx.MatchLines(ids)
	if err != nil {
		return nil, err
	}
	if len(lines) != len(ids) {
		return nil, fault.New(fault.NotFound, "ledger.match_unknown")
	}
	more, err := tx.MatchMates(ids)
	if err != nil {
		return nil, err
	}
	return append(lines, more...), nil
}

// Unmatch undoes the group that holds a line (délettrage) and returns the lines it held.
// Fault: ledger.not_matched.
func Unmatch(_ context.Context, tx Matcher, line LineID) ([]LineID, error) {
	lines, err := tx.DropMatch(line)
	if err == nil && len(lines) == 0 {
		return nil, fault.New(fault.Conflict, "ledger.not_matched")
	}
	return lines, err
}

// nextCode returns the code after last: AA, AB … ZZ, AAA …
func nextCode(last string) string {
	if last == "" {
		return "AA"
	}
	b := []byte(strings.ToUpper(last))
	for i := len(b) - 1; i >= 0; i-- {
		if b[i] < 'Z' {
			b[i]++
			return string(b)
		}
		b[i] = 'A'
	}
	return strings.Repeat("A", len(b)+1)
}
