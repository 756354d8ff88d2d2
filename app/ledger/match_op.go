package ledger

import (
	"context"
	"slices"
	"strings"

	"zafe/app/auth"
	"zafe/app/civil"
	"zafe/app/fault"
	"zafe/app/money"
	"zafe/app/op"
)

// MatchRequest names the lines to match.
type MatchRequest struct {
	Lines []LineID `json:"lines"`
}

// MatchResult is the code given. Partial tells that the lines do not sum to zero yet.
type MatchResult struct {
	Code    string `json:"code"`
	Partial bool   `json:"partial"`
}

// MatchLinesOp matches lines (lettrage). Faults: those of Match.
var MatchLinesOp = op.Op[MatchRequest, MatchResult]{Spec: op.Spec{
	Name: "ledger.match", Kind: op.Command, Needs: auth.LedgerWrite, Since: 1,
	Doc: "Matches lines of one account and party that settle each other, wholly or in part.",
}}

func matchLines[T Matcher](ctx context.Context, tx T, req MatchRequest) (MatchResult, error) {
	code, err := Match(ctx, tx, req.Lines)
	if err != nil {
		return MatchResult{}, err
	}
	out := MatchResult{Code: code, Partial: code == strings.ToLower(code)}
	return out, note(ctx, "entry_line", int64(req.Lines[0]), "", struct {
		Code  string   `json:"code"`
		Lines []LineID `json:"lines"`
	}{code, req.Lines})
}

// UnmatchRequest names a line of the group to undo.
type UnmatchRequest struct {
	Line LineID `json:"line"`
}

// UnmatchResult is the lines the group held.
type UnmatchResult struct {
	Lines []LineID `json:"lines"`
}

// UnmatchOp undoes a match (délettrage). Fault: ledger.not_matched.
var UnmatchOp = op.Op[UnmatchRequest, UnmatchResult]{Spec: op.Spec{
	Name: "ledger.unmatch", Kind: op.Command, Needs: auth.LedgerWrite, Destroys: true, Since: 1,
	Doc: "Undoes the match that holds a line.",
}}

func unmatch[T Matcher](ctx context.Context, tx T, req UnmatchRequest) (UnmatchResult, error) {
	lines, err := Unmatch(ctx, tx, req.Line)
	if err != nil {
		return UnmatchResult{}, err
	}
	out := UnmatchResult{Lines: lines}
	if err := op.Lose(ctx, op.Lost{Kind: "entry_line", ID: int64(req.Line), Was: out}); err != nil {
		return out, err
	}
	return out, note(ctx, "entry_line", int64(req.Line), "", out)
}

// BringMatch matches again lines whose match was undone. Faults: op.forbidden, those of Match.
func BringMatch(ctx context.Context, tx Matcher, was UnmatchResult) error {
	if !op.Actor(ctx).May(auth.LedgerWrite) {
		return fault.New(fault.Forbidden, "op.forbidden")
	}
	_, err := Match(ctx, tx, was.Lines)
	return err
}

// OpenItemsRequest asks for the open lines of an account ("411" for all customers) and auxiliary.
type OpenItemsRequest struct {
	Account string     `json:"account"`
	Aux     string     `json:"aux"`
	At      civil.Date `json:"at"` // zero for today
}

// Validate refuses no account at all: ledger.account_form.
func (r OpenItemsRequest) Validate() error {
	if _, ok := NormalAccount(r.Account); !ok {
		return fault.Field("account", "ledger.account_form", "account", r.Account)
	}
	return nil
}

// OpenItemList is lines that wait to be settled and what could settle them.
type OpenItemList struct {
	Items       []OpenItem   `json:"items"`
	Net         money.Amount `json:"net"`
	Suggestions []Suggestion `json:"suggestions"`
}

// Suggestion is lines that sum to zero and could be matched together.
type Suggestion struct {
	Lines  []LineID     `json:"lines"`
	Amount money.Amount `json:"amount"` // the debits
}

// OpenItemsOp lists open lines, with suggestions of what to match.
var OpenItemsOp = op.Op[OpenItemsRequest, OpenItemList]{Spec: op.Spec{
	Name: "ledger.open_items", Kind: op.Query, Needs: auth.LedgerRead, Since: 1,
	Doc: "Lists the lines of an account that wait to be settled and suggests matches.",
}}

func openItemList[T OpenReader](_ context.Context, tx T, req OpenItemsRequest) (OpenItemList, error) {
	if req.At.IsZero() {
		req.At = tx.Today()
	}
	items, err := openItems(tx, strings.TrimRight(req.Account, "*"), strings.ToUpper(req.Aux), req.At)
	out := OpenItemList{Items: orEmpty(items), Suggestions: []Suggestion{}}
	if err != nil {
		return out, err
	}
	for start := 0; start < len(items); {
		end := start
		for end < len(items) && items[end].Account == items[start].Account && items[end].Aux == items[start].Aux {
			out.Net = out.Net.Add(items[end].Net)
			end++
		}
		out.Suggestions = append(out.Suggestions, suggest(items[start:end])...)
		start = end
	}
	return out, nil
}

// suggest pairs the lines of one party that settle each other: same reference and sum zero first,
// then one against one of the same amount, earliest first, then everything when it sums to zero.
func suggest(items []OpenItem) []Suggestion {
	free := make([]OpenItem, 0, len(items))
	for _, it := range items {
		if it.Partial == 0 {
			free = append(free, it)
		}
	}
	var out []Suggestion
	take := func(group []OpenItem) {
		s := Suggestion{}
		for _, it := range group {
			s.Lines = append(s.Lines, it.Line)
			s.Amount += max(it.Net, 0)
		}
		out = append(out, s)
		free = slices.DeleteFunc(free, func(it OpenItem) bool { return slices.Contains(s.Lines, it.Line) })
	}
	for _, it := range slices.Clone(free) {
		if same := sameRef(free, it.Ref); sumsToZero(same) {
			take(same)
		}
	}
	for _, it := range slices.Clone(free) {
		i := slices.IndexFunc(free, func(o OpenItem) bool { return o.Net == -it.Net })
		if it.Net > 0 && i >= 0 && slices.ContainsFunc(free, func(o OpenItem) bool { return o.Line == it.Line }) {
			take([]OpenItem{it, free[i]})
		}
	}
	if sumsToZero(free) {
		take(slices.Clone(free))
	}
	return out
}

func sameRef(items []OpenItem, ref string) []OpenItem {
	var same []OpenItem
	for _, it := range items {
		if ref != "" && it.Ref == ref {
			same = append(same, it)
		}
	}
	return same
}

func sumsToZero(items []OpenItem) bool {
	var sum money.Amount
	for _, it := range items {
		sum += it.Net
	}
	return len(items) > 1 && sum == 0
}
