package ledger

import (
	"context"

	"zafe/app/auth"
	"zafe/app/civil"
	"zafe/app/fault"
	"zafe/app/money"
	"zafe/app/op"
)

// Pager is what statements line by line ask of a transaction.
type Pager interface {
	Reader
	LedgerAccounts(numbers []string) (map[string]Account, error)
	AuxLabels(codes []string) (map[string]string, error)
	// EachLine calls fn for the lines asked, by date then order of posting.
	EachLine(q LineQuery, fn func(LineRow) error) error
}

// LineQuery is what the store is asked for. Lines of opening entries are left out but for those dated
// in Opening.
type LineQuery struct {
	Account  string // number, or a prefix of one when Aux is given
	Aux      string
	Journal  string
	Period   civil.Period
	Opening  civil.Period
	OpenOnly bool // not in a complete match
	After    LineMark
	Limit    int
}

// LineMark is a place in a list of lines, and the balance up to there.
type LineMark struct {
	Date    civil.Date   `json:"date"`
	ID      LineID       `json:"id"`
	Balance money.Amount `json:"balance"`
}

// LineRow is a line with its entry, in a ledger or a journal.
type LineRow struct {
	ID       LineID       `json:"id"`
	Entry    EntryID      `json:"entry"`
	Journal  string       `json:"journal"`
	Date     civil.Date   `json:"date"`
	Num      string       `json:"num"`
	Ref      string       `json:"ref"`
	Account  string       `json:"account"`
	Title    string       `json:"title"` // of the account
	Aux      string       `json:"aux"`
	AuxLabel string       `json:"aux_label"`
	Label    string       `json:"label"`
	Debit    money.Amount `json:"debit"`
	Credit   money.Amount `json:"credit"`
	Balance  money.Amount `json:"balance"` // running, positive is debit; in a general ledger
	DueDate  civil.Date   `json:"due_date"`
	Match    string       `json:"match"`
	Partial  bool         `json:"partial"`
	Source   string       `json:"source"`
}

// GeneralLedgerRequest asks for the lines of an account (grand livre), of one of its auxiliaries when
// Aux is given: the account of a customer is account "411" with his code. Account may then be a prefix.
type GeneralLedgerRequest struct {
	Account  string     `json:"account"`
	Aux      string     `json:"aux"`
	From     civil.Date `json:"from"`
	To       civil.Date `json:"to"`
	OpenOnly bool       `json:"open_only"` // only lines not completely matched; Balance then adds those up
	After    LineMark   `json:"after"`     // Next of the page before
	Limit    int        `json:"limit"`     // 0 means 100
}

// Validate refuses wrong days (ledger.dates), no account (ledger.account_form), too long a page
// (ledger.page).
func (r GeneralLedgerRequest) Validate() error {
	if _, ok := NormalAccount(r.Account); !ok {
		return fault.Field("account", "ledger.account_form", "account", r.Account)
	}
	if err := checkPage(r.Limit); err != nil {
		return err
	}
	return checkDays(r.From, r.To)
}

// GeneralLedger is a page of an account. Opening is the balance before From, Debit and Credit the
// totals of the days whatever the page, Closing the balance after To.
type GeneralLedger struct {
	Account string       `json:"account"`
	Title   string       `json:"title"`
	Opening money.Amount `json:"opening"`
	Debit   money.Amount `json:"debit"`
	Credit  money.Amount `json:"credit"`
	Closing money.Amount `json:"closing"`
	Lines   []LineRow    `json:"lines"`
	More    bool         `json:"more"`
	Next    LineMark     `json:"next"`
}

// GeneralLedgerOf returns the lines of an account with the running balance. Fault:
// ledger.unknown_account.
var GeneralLedgerOf = op.Op[GeneralLedgerRequest, GeneralLedger]{Spec: op.Spec{
	Name: "ledger.general_ledger", Kind: op.Query, Needs: auth.LedgerRead, Since: 1,
	Doc: "Returns the lines of an account, or of one auxiliary, with the running balance, page by page.",
}}

func generalLedger[T Pager](ctx context.Context, tx T, req GeneralLedgerRequest) (GeneralLedger, error) {
	if req.Limit == 0 {
		req.Limit = pageDefault
	}
	out, err := generalHead(tx, &req)
	if err != nil {
		return out, err
	}
	f, err := newFrame(tx, req.From, req.To)
	if err != nil {
		return out, err
	}
	ps, err := f.positions(req.Account, func(p civil.Period, prefix string) ([]Sum, error) {
		if req.Aux != "" {
			return tx.LedgerAuxSums(p, prefix, req.Aux)
		}
		return tx.LedgerSums(p, prefix)
	})
	if err != nil {
		return out, err
	}
	if req.Aux == "" {
		if ps, err = f.carry(tx, ps, req.Account); err != nil {
			return out, err
		}
	}
	for _, p := range ps {
		if req.Aux != "" || p.Account == req.Account {
			out.Opening = out.Opening.Add(p.Before)
			out.Debit, out.Credit = out.Debit.Add(p.Debit), out.Credit.Add(p.Credit)
		}
	}
	out.Closing = out.Opening.Add(out.Debit).Sub(out.Credit)
	err = generalLines(tx, req, f, &out)
	op.ListedFurther(ctx, req.After.ID != 0, len(out.Lines))
	return out, err
}

// generalHead names the account and brings the request to the book's form.
func generalHead(tx Pager, req *GeneralLedgerRequest) (GeneralLedger, error) {
	out := GeneralLedger{Lines: []LineRow{}}
	number, _ := NormalAccount(req.Account)
	known, err := tx.LedgerAccounts([]string{number})
	if err != nil {
		return out, err
	}
	a, ok := known[number]
	out.Account, out.Title = number, a.Title
	if req.Aux == "" {
		req.Account = number
		if !ok {
			return out, fault.Field("account", "ledger.unknown_account", "account", number)
		}
		return out, nil
	}
	names, err := tx.AuxLabels([]string{req.Aux})
	out.Title = names[req.Aux]
	return out, err
}

// generalLines fills the page. Opening entries are in the opening balance, not among the lines.
func generalLines(tx Pager, req GeneralLedgerRequest, f frame, out *GeneralLedger) error {
	balance, opening := out.Opening, civil.Period{}
	if req.OpenOnly {
		balance, opening = 0, f.opening
	}
	if req.After.ID != 0 {
		balance = req.After.Balance
	}
	q := LineQuery{
		Account: req.Account, Aux: req.Aux, Period: civil.Period{From: req.From, To: req.To},
		Opening: opening, OpenOnly: req.OpenOnly, After: req.After, Limit: req.Limit + 1,
	}
	return tx.EachLine(q, func(r LineRow) error {
		if len(out.Lines) == req.Limit {
			last := out.Lines[req.Limit-1]
			out.More, out.Next = true, LineMark{last.Date, last.ID, last.Balance}
			return nil
		}
		balance = balance.Add(r.Debit).Sub(r.Credit)
		r.Balance = balance
		out.Lines = append(out.Lines, r)
		return nil
	})
}

// JournalRequest asks for the lines of a journal, entry by entry in order of number.
type JournalRequest struct {
	Journal string     `json:"journal"`
	From    civil.Date `json:"from"`
	To      civil.Date `json:"to"`
	After   LineMark   `json:"after"`
	Limit   int        `json:"limit"` // 0 means 100
}

// Validate refuses wrong days (ledger.dates), no journal (ledger.no_journal), too long a page.
func (r JournalRequest) Validate() error {
	if r.Journal == "" {
		return fault.Field("journal", "ledger.no_journal")
	}
	if err := checkPage(r.Limit); err != nil {
		return err
	}
	return checkDays(r.From, r.To)
}

// JournalPage is a page of a journal, and its totals over the days whatever the page.
type JournalPage struct {
	Lines  []LineRow    `json:"lines"`
	Debit  money.Amount `json:"debit"`
	Credit money.Amount `json:"credit"`
	More   bool         `json:"more"`
	Next   LineMark     `json:"next"`
}

// JournalTotaller is what the totals of journals ask of a transaction.
type JournalTotaller interface {
	// JournalTotals returns what each journal's entries of some days add up to, by month; of one
	// journal when code is not empty.
	JournalTotals(p civil.Period, code string) ([]JournalMonth, error)
}

// JournalOf returns the lines of a journal.
var JournalOf = op.Op[JournalRequest, JournalPage]{Spec: op.Spec{
	Name: "ledger.journal", Kind: op.Query, Needs: auth.LedgerRead, Since: 1,
	Doc: "Returns the lines of a journal by date, page by page, with its totals.",
}}

func journalPage[T interface {
	Pager
	JournalTotaller
}](ctx context.Context, tx T, req JournalRequest) (JournalPage, error) {
	if req.Limit == 0 {
		req.Limit = pageDefault
	}
	out := JournalPage{Lines: []LineRow{}}
	days := civil.Period{From: req.From, To: req.To}
	totals, err := tx.JournalTotals(days, req.Journal)
	if err != nil {
		return out, err
	}
	for _, m := range totals {
		out.Debit, out.Credit = out.Debit.Add(m.Debit), out.Credit.Add(m.Credit)
	}
	q := LineQuery{Journal: req.Journal, Period: days, Opening: days, After: req.After, Limit: req.Limit + 1}
	err = tx.EachLine(q, func(r LineRow) error {
		if len(out.Lines) == req.Limit {
			last := out.Lines[req.Limit-1]
			out.More, out.Next = true, LineMark{Date: last.Date, ID: last.ID}
			return nil
		}
		out.Lines = append(out.Lines, r)
		return nil
	})
	op.ListedFurther(ctx, req.After.ID != 0, len(out.Lines))
	return out, err
}

// CentralRequest asks for the totals of every journal, month by month (centralisateur).
type CentralRequest struct {
	From civil.Date `json:"from"`
	To   civil.Date `json:"to"`
}

// Validate refuses wrong days: ledger.dates.
func (r CentralRequest) Validate() error { return checkDays(r.From, r.To) }

// JournalMonth is what a journal's entries of a month add up to.
type JournalMonth struct {
	Journal string       `json:"journal"`
	Title   string       `json:"title"`
	Month   string       `json:"month"` // "2026-11"
	Entries int64        `json:"entries"`
	Debit   money.Amount `json:"debit"`
	Credit  money.Amount `json:"credit"`
}

// Central is the centralised totals of the journals.
type Central struct {
	Months []JournalMonth `json:"months"` // by journal in order of creation, then month
	Debit  money.Amount   `json:"debit"`
	Credit money.Amount   `json:"credit"`
}

// CentralOf returns the centralised totals of the journals.
var CentralOf = op.Op[CentralRequest, Central]{Spec: op.Spec{
	Name: "ledger.central", Kind: op.Query, Needs: auth.LedgerRead, Since: 1,
	Doc: "Returns the totals of every journal, month by month.",
}}

func central[T JournalTotaller](_ context.Context, tx T, req CentralRequest) (Central, error) {
	ms, err := tx.JournalTotals(civil.Period{From: req.From, To: req.To}, "")
	out := Central{Months: orEmpty(ms)}
	for _, m := range ms {
		out.Debit, out.Credit = out.Debit.Add(m.Debit), out.Credit.Add(m.Credit)
	}
	return out, err
}
