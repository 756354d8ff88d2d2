package fec

import (
	"strconv"
	"strings"

	"zafe/app/civil"
	"zafe/app/money"
)

// Check reads a file and reports everything against the form the tax office tests (Test Compta
// Demat 1.00.10b) and against the accounting rules it does not test. Beyond Decode's problems:
// fec.file_name, fec.account, fec.sides, fec.outside_year, fec.valid_order, fec.match_date,
// fec.currency_pair, fec.currency_code, fec.aux_pair, fec.unbalanced, fec.total, fec.gap; as warnings
// fec.siren, fec.negative, fec.valid_before, fec.title_varies, fec.entry_dates, fec.entry_journals,
// fec.match_unbalanced.
func Check(name string, data []byte) Problems {
	var ps Problems
	siren, closing, ok := ParseName(name)
	switch {
	case !ok:
		ps.Add(false, 0, "", "fec.file_name", "name", cut(name))
	case !sirenHolds(siren):
		ps.Add(true, 0, "", "fec.siren", "siren", siren)
	}
	c := NewChecker(&ps, closing)
	if _, ok := Decode(data, &ps, c.Add); ok {
		c.Done()
	}
	return ps
}

// Checker holds a file's rows against the accounting rules.
type Checker struct {
	ps      *Problems
	closing civil.Date
	last    civil.Date
	entries map[entryKey]*entryState
	order   []entryKey
	titles  map[string]string
	matches map[matchKey]money.Amount
	debit   money.Amount
	credit  money.Amount
	key     entryKey // of the row before, with its state
	state   *entryState
}

type entryKey struct{ journal, num string }

type entryState struct {
	line  int
	date  civil.Date
	net   money.Amount
	dates bool
}

type matchKey struct{ account, aux, code string }

// NewChecker makes a checker of the file of the fiscal year that closes on closing (zero: unknown).
func NewChecker(ps *Problems, closing civil.Date) *Checker {
	return &Checker{
		ps: ps, closing: closing, entries: map[entryKey]*entryState{}, titles: map[string]string{},
		matches: map[matchKey]money.Amount{},
	}
}

// Add checks one row and remembers what the end needs.
func (c *Checker) Add(r *Row) {
	c.form(r)
	c.dates(r)
	c.pairs(r)
	net := r.Debit - r.Credit
	c.debit, c.credit = c.debit+r.Debit, c.credit+r.Credit
	if k := (entryKey{r.Journal, r.Num}); c.state == nil || k != c.key {
		if c.key, c.state = k, c.entries[k]; c.state == nil {
			c.state = &entryState{line: r.Line, date: r.Date}
			c.entries[k] = c.state
			c.order = append(c.order, k)
		}
	}
	c.state.net += net
	c.state.dates = c.state.dates || c.state.date != r.Date
	if r.Match != "" {
		c.matches[matchKey{r.Account, r.Aux, strings.TrimSpace(r.Match)}] += net
	}
	if t, seen := c.titles[r.Account]; !seen {
		c.titles[strings.Clone(r.Account)] = r.AccountTitle
	} else if t != r.AccountTitle {
		c.ps.Add(true, r.Line, "CompteLib", "fec.title_varies", "account", r.Account)
	}
}

func (c *Checker) form(r *Row) {
	if !accountHolds(r.Account) {
		c.ps.Add(false, r.Line, "CompteNum", "fec.account", "account", cut(r.Account))
	}
	if (r.Debit == 0) == (r.Credit == 0) {
		c.ps.Add(false, r.Line, "Debit", "fec.sides")
	}
	if r.Debit < 0 || r.Credit < 0 {
		c.ps.Add(true, r.Line, "Debit", "fec.negative")
	}
}

// accountHolds tells whether an account's first three characters are digits of the chart.
func accountHolds(s string) bool {
	return len(s) >= 3 && s[0] >= '1' && s[0] <= '8' && s[1] >= '0' && s[1] <= '9' && s[2] >= '0' && s[2] <= '9'
}

func (c *Checker) dates(r *Row) {
	if !c.closing.IsZero() && r.Date.After(c.closing) {
		c.ps.Add(false, r.Line, "EcritureDate", "fec.outside_year", "date", r.Date)
	}
	if r.ValidDate.Before(c.last) {
		c.ps.Add(false, r.Line, "ValidDate", "fec.valid_order", "date", r.ValidDate)
	}
	c.last = civil.Latest(c.last, r.ValidDate)
	if r.ValidDate.Before(r.Date) {
		c.ps.Add(true, r.Line, "ValidDate", "fec.valid_before")
	}
}

func (c *Checker) pairs(r *Row) {
	if (r.Match == "") != r.MatchDate.IsZero() {
		c.ps.Add(false, r.Line, "DateLet", "fec.match_date")
	}
	if r.HasCurrency != (r.Currency != "") {
		c.ps.Add(false, r.Line, "Idevise", "fec.currency_pair")
	}
	if r.Currency != "" && !isCurrency(r.Currency) {
		c.ps.Add(false, r.Line, "Idevise", "fec.currency_code", "code", cut(r.Currency))
	}
	if (strings.TrimSpace(r.Aux) == "") != (strings.TrimSpace(r.AuxTitle) == "") {
		c.ps.Add(false, r.Line, "CompAuxLib", "fec.aux_pair")
	}
}

func isCurrency(s string) bool {
	return len(s) == 3 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// Done checks what only the whole file tells: balance, numbering, matching.
func (c *Checker) Done() {
	series := map[string]*run{}
	for _, k := range c.order {
		e := c.entries[k]
		if e.net != 0 {
			c.ps.Add(false, e.line, "EcritureNum", "fec.unbalanced",
				"num", k.num, "journal", k.journal, "gap", e.net.Abs())
		}
		if e.dates {
			c.ps.Add(true, e.line, "EcritureDate", "fec.entry_dates", "num", k.num, "journal", k.journal)
		}
		series = countNumber(series, k)
	}
	// Numbers run through the whole file, or through each journal: real files do either.
	for _, k := range c.order {
		prefix, _ := splitNumber(k.num)
		whole, own := series[prefix], series[k.journal+"\x00"+prefix]
		if whole == nil || own == nil || whole.gaps() == 0 || own.gaps() == 0 || own.told {
			continue
		}
		own.told = true
		c.ps.Add(false, c.entries[k].line, "EcritureNum", "fec.gap", "journal", k.journal, "count", own.gaps())
	}
	for k, net := range c.matches {
		if net != 0 {
			c.ps.Add(true, 0, "EcritureLet", "fec.match_unbalanced",
				"account", k.account, "aux", k.aux, "code", k.code, "gap", net.Abs())
		}
	}
	if c.debit != c.credit {
		c.ps.Add(false, 0, "", "fec.total", "debit", c.debit, "credit", c.credit)
	}
}

// run is a series of numbers: how many there are and between which ends.
type run struct {
	low, high, count int64
	told             bool
	seen             map[int64]bool
}

func (r *run) gaps() int64 { return r.high - r.low + 1 - r.count }

func (r *run) add(n int64) {
	if r.seen[n] {
		return
	}
	r.seen[n] = true
	if r.count == 0 {
		r.low, r.high = n, n
	}
	r.low, r.high, r.count = min(r.low, n), max(r.high, n), r.count+1
}

// countNumber adds an entry's number to the series of the file and of its journal.
func countNumber(series map[string]*run, k entryKey) map[string]*run {
	prefix, n := splitNumber(k.num)
	if n < 0 {
		return series
	}
	for _, key := range []string{prefix, k.journal + "\x00" + prefix} {
		if series[key] == nil {
			series[key] = &run{seen: map[int64]bool{}}
		}
		series[key].add(n)
	}
	return series
}

// splitNumber cuts the figures at the end of an entry number; -1 when there are none to count by.
func splitNumber(num string) (string, int64) {
	i := len(num)
	for i > 0 && num[i-1] >= '0' && num[i-1] <= '9' {
		i--
	}
	n, err := strconv.ParseInt(num[i:], 10, 64)
	if err != nil || n > 1e15 {
		return num, -1
	}
	return num[:i], n
}

// Entries returns how many entries the rows made.
func (c *Checker) Entries() int { return len(c.order) }
