package ledger

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"zafe/app/civil"
	"zafe/app/fr/fec"
	"zafe/app/i18n"
	"zafe/app/money"
)

// plan is what a first reading of a file tells: what it holds and what is wrong with it.
type plan struct {
	format   fec.Format
	problems fec.Problems
	sha256   string

	entries  map[planKey]*planEntry
	order    []*planEntry
	journals map[string]*planJournal // by code in the book
	accounts map[string]string       // number in the book: title in the file
	renamed  map[string]string       // number in the book: number in the file, where they differ
	auxes    map[string]string       // code: title

	first, last civil.Date
	lines       int64
	debit       money.Amount
	credit      money.Amount
	validated   civil.Date
	unordered   bool // by day of validation
	matched     int64

	key     planKey // of the row before, with its entry
	current *planEntry
}

// planKey tells entries apart: real files number each journal from 1, some start again each month.
type planKey struct {
	journal, num string
	date         civil.Date
}

type planEntry struct {
	id      EntryID
	key     planKey
	line    int // first line in the file
	lines   int64
	number  int64
	debit   money.Amount
	credit  money.Amount
	valid   civil.Date
	written bool
}

type planJournal struct {
	code, title string // as in the file
	kinds       map[JournalKind]int
	lines       int
	accounts    map[string]int // bank and cash accounts, how often
}

// newPlan reads a file without storing anything.
func newPlan(data []byte) *plan {
	sum := sha256.Sum256(data)
	p := &plan{
		sha256: hex.EncodeToString(sum[:]), entries: map[planKey]*planEntry{}, journals: map[string]*planJournal{},
		accounts: map[string]string{}, renamed: map[string]string{}, auxes: map[string]string{},
	}
	var readable bool
	if p.format, readable = fec.Decode(data, &p.problems, p.add); readable {
		p.done()
	}
	return p
}

// bookJournal is the code of a journal of the file in the book.
func bookJournal(s string) string { return strings.ToUpper(strings.TrimSpace(s)) }

// bookRow brings a row to the book's form: amounts above zero. It returns false for a row of nothing,
// which no book keeps.
func bookRow(r *fec.Row) bool {
	if r.Debit < 0 {
		r.Debit, r.Credit = 0, r.Credit-r.Debit
	}
	if r.Credit < 0 {
		r.Debit, r.Credit = r.Debit-r.Credit, 0
	}
	return r.Debit != 0 || r.Credit != 0
}

func (p *plan) add(r *fec.Row) {
	if r.Debit < 0 || r.Credit < 0 {
		p.problems.Add(true, r.Line, "Debit", "fec.negative_moved")
	}
	if !bookRow(r) {
		p.problems.Add(true, r.Line, "Debit", "fec.zero_left")
		return
	}
	if r.Debit != 0 && r.Credit != 0 {
		p.problems.Add(false, r.Line, "Debit", "fec.sides")
	}
	number, ok := NormalAccount(r.Account)
	if !ok {
		p.problems.Add(false, r.Line, "CompteNum", "fec.account", "account", r.Account)
		return
	}
	if (r.Match == "") != r.MatchDate.IsZero() {
		p.problems.Add(true, r.Line, "DateLet", "fec.match_date")
	}
	if (r.Aux == "") != (r.AuxTitle == "") {
		p.problems.Add(true, r.Line, "CompAuxLib", "fec.aux_pair")
	}
	p.names(r, number)
	p.count(r)
}

func (p *plan) names(r *fec.Row, number string) {
	if _, seen := p.accounts[number]; !seen {
		p.accounts[number] = r.AccountTitle
		if number != r.Account {
			p.renamed[number] = r.Account
		}
	} else if p.accounts[number] != r.AccountTitle {
		p.problems.Add(true, r.Line, "CompteLib", "fec.title_varies", "account", r.Account)
	}
	if r.Aux != "" {
		if _, seen := p.auxes[r.Aux]; !seen {
			p.auxes[r.Aux] = r.AuxTitle
		}
	}
	code := bookJournal(r.Journal)
	j := p.journals[code]
	if j == nil {
		j = &planJournal{
			code: r.Journal, title: r.JournalTitle, kinds: map[JournalKind]int{}, accounts: map[string]int{},
		}
		p.journals[code] = j
	}
	j.lines++
	if kind := kindOfAccount(number); kind != "" {
		j.kinds[kind]++
		if kind == BankJournal || kind == CashJournal {
			j.accounts[number]++
		}
	}
}

// kindOfAccount tells which kind of journal an account is typical of.
func kindOfAccount(number string) JournalKind {
	switch {
	case strings.HasPrefix(number, "512"), strings.HasPrefix(number, "514"):
		return BankJournal
	case strings.HasPrefix(number, "53"):
		return CashJournal
	case strings.HasPrefix(number, "70"):
		return SalesJournal
	case strings.HasPrefix(number, "60"), strings.HasPrefix(number, "401"):
		return PurchaseJournal
	}
	return ""
}

func (p *plan) count(r *fec.Row) {
	k := planKey{bookJournal(r.Journal), r.Num, r.Date}
	if p.current == nil || k != p.key {
		p.key, p.current = k, p.entries[k]
		if p.current == nil {
			p.current = &planEntry{key: k, line: r.Line, valid: r.ValidDate}
			p.entries[k] = p.current
			p.order = append(p.order, p.current)
		}
	}
	e := p.current
	e.lines++
	e.debit, e.credit = e.debit+r.Debit, e.credit+r.Credit
	if e.valid != r.ValidDate {
		p.problems.Add(true, r.Line, "ValidDate", "fec.valid_varies", "num", r.Num)
	}
	p.unordered = p.unordered || r.ValidDate.Before(p.validated)
	p.validated = civil.Latest(p.validated, r.ValidDate)
	if p.lines == 0 || r.Date.Before(p.first) {
		p.first = r.Date
	}
	p.last = civil.Latest(p.last, r.Date)
	p.lines++
	p.debit, p.credit = p.debit+r.Debit, p.credit+r.Credit
	if r.Match != "" {
		p.matched++
	}
}

// done reports what only the whole file tells.
func (p *plan) done() {
	if p.lines == 0 && p.problems.Errors == 0 {
		p.problems.Add(false, 0, "", "fec.no_lines")
	}
	type number struct{ journal, num string }
	whole := map[number]money.Amount{}
	for _, e := range p.order {
		whole[number{e.key.journal, e.key.num}] += e.debit - e.credit
	}
	for _, e := range p.order {
		gap := e.debit - e.credit
		switch {
		case gap == 0:
		case whole[number{e.key.journal, e.key.num}] == 0:
			p.problems.Add(false, e.line, "EcritureDate", "fec.entry_dates",
				"num", e.key.num, "journal", e.key.journal)
		default:
			p.problems.Add(false, e.line, "EcritureNum", "fec.unbalanced",
				"num", e.key.num, "journal", e.key.journal, "gap", gap.Abs())
		}
	}
	if p.unordered {
		p.problems.Add(true, 0, "ValidDate", "fec.unordered")
	}
}

// kind guesses what a journal of the file is for.
func (j *planJournal) kind() JournalKind {
	title := i18n.Fold(j.title)
	switch code := bookJournal(j.code); {
	case code == "AN", code == "ANO", code == "RAN", code == "A0", strings.Contains(title, "nouveau"):
		return OpeningJournal
	}
	share := func(k JournalKind) int { return j.kinds[k] * 100 / j.lines }
	switch {
	case share(BankJournal) >= 25:
		return BankJournal
	case share(CashJournal) >= 25:
		return CashJournal
	case share(SalesJournal) >= 20:
		return SalesJournal
	case share(PurchaseJournal) >= 20:
		return PurchaseJournal
	}
	return GeneralJournal
}

// counterpart is the account a bank or cash journal uses most.
func (j *planJournal) counterpart() string {
	best := ""
	for n, count := range j.accounts {
		if best == "" || count > j.accounts[best] || count == j.accounts[best] && n < best {
			best = n
		}
	}
	return best
}
