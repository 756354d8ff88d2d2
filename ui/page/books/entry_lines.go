package books

import (
	"strconv"
	"strings"
	"unicode"

	"zafe/app/fault"
	"zafe/app/i18n"
	"zafe/app/ledger"
	"zafe/app/money"
	"zafe/app/party"
	"zafe/ui/kit/edit"
)

// The columns of the lines of an entry.
const (
	colAccount = iota
	colTitle
	colAux
	colLabel
	colDebit
	colCredit
)

// lines is the model behind the grid of an entry's lines. An empty line always waits at the end.
type lines struct {
	text     *i18n.Printer
	rows     []ledger.Line
	bad      map[[2]int]bool // cells that a refusal names
	accounts []ledger.Account
	parties  map[string]string     // names of auxiliary accounts, by code
	clients  map[string]bool       // which of them are customers
	label    func() string         // of the entry, which lines without their own take
	journal  func() ledger.Journal // of the entry

	ask   func(text string) // asks for the customers that a text may mean
	found []party.Name      // the answer to asked
	asked string
	taken map[string]bool // texts asked for and not answered yet
}

var (
	_ edit.Model      = (*lines)(nil)
	_ edit.Deleter    = (*lines)(nil)
	_ edit.Duplicator = (*lines)(nil)
	_ edit.Balancer   = (*lines)(nil)
)

// Rows implements edit.Model.
func (m *lines) Rows() int { return min(len(m.rows)+1, ledger.LinesMax) }

func (m *lines) line(row int) ledger.Line {
	if row < 0 || row >= len(m.rows) {
		return ledger.Line{}
	}
	return m.rows[row]
}

// blank tells whether nothing was typed in a line.
func blank(l ledger.Line) bool {
	return l.Account == "" && l.Aux == "" && l.Label == "" && l.Debit == 0 && l.Credit == 0
}

// Get implements edit.Model.
func (m *lines) Get(row, col int) string {
	if row >= len(m.rows) {
		return ""
	}
	switch l := m.rows[row]; col {
	case colAccount:
		return l.Account
	case colTitle:
		if l.AuxLabel != "" {
			return l.AuxLabel
		}
		a, _ := m.account(l.Account)
		return a.Title
	case colAux:
		return l.Aux
	case colLabel:
		if l.Label == "" {
			return m.label()
		}
		return l.Label
	case colDebit:
		return m.amount(l.Debit)
	default:
		return m.amount(l.Credit)
	}
}

func (m *lines) amount(a money.Amount) string {
	if a == 0 {
		return ""
	}
	return m.text.AmountBare(a)
}

// Set implements edit.Model.
func (m *lines) Set(row, col int, text string) error {
	text = strings.TrimSpace(text)
	if row >= len(m.rows) && text == "" {
		return nil
	}
	l := m.line(row)
	if err := m.put(&l, col, text); err != nil {
		return err
	}
	if row >= len(m.rows) {
		m.rows = append(m.rows, l)
	} else {
		m.rows[row] = l
	}
	delete(m.bad, [2]int{row, col})
	return nil
}

func (m *lines) put(l *ledger.Line, col int, text string) error {
	switch col {
	case colAccount:
		return m.putAccount(l, text)
	case colAux:
		return m.putAux(l, text)
	case colLabel:
		if l.Label = text; text == m.label() {
			l.Label = ""
		}
	case colDebit:
		return putAmount(text, &l.Debit, &l.Credit)
	case colCredit:
		return putAmount(text, &l.Credit, &l.Debit)
	}
	return nil
}

// putAmount reads an amount; a line has one side, so the other is emptied.
func putAmount(text string, to, other *money.Amount) error {
	if text == "" {
		*to = 0
		return nil
	}
	a, err := money.ParseAmount(text)
	switch {
	case err != nil:
		return err
	case a < 0:
		return fault.New(fault.Invalid, "ledger.amount_sign")
	}
	if *to = a; a != 0 {
		*other = 0
	}
	return nil
}

// putAccount reads a number, whole or the start of only one, or a number and a party: "411000 C000012".
func (m *lines) putAccount(l *ledger.Line, text string) error {
	number, aux, both := strings.Cut(text, " ")
	if name, ok := m.party(aux); both && ok {
		l.Account, l.Aux, l.AuxLabel = number, strings.ToUpper(aux), name
		return nil
	}
	if text == "" {
		l.Account, l.Aux, l.AuxLabel = "", "", ""
		return nil
	}
	full, ok := ledger.NormalAccount(text)
	if _, there := m.account(full); !ok || !there {
		starts := findAccounts(m.accounts, text, 2)
		if len(starts) != 1 {
			return fault.New(fault.Invalid, "ledger.unknown_account", "account", text)
		}
		full = starts[0].Number
	}
	if l.Account = full; !hasParty(full) {
		l.Aux, l.AuxLabel = "", ""
	}
	return nil
}

// hasParty tells whether an account has auxiliaries: those of customers and suppliers.
func hasParty(account string) bool {
	return strings.HasPrefix(account, "40") || strings.HasPrefix(account, "41")
}

// putAux reads a party by its code or name. A supplier nobody used yet gets a code from its name.
func (m *lines) putAux(l *ledger.Line, text string) error {
	if text == "" {
		l.Aux, l.AuxLabel = "", ""
		return nil
	}
	if name, ok := m.party(text); ok {
		l.Aux, l.AuxLabel = strings.ToUpper(text), name
		return nil
	}
	for code, name := range m.parties {
		if i18n.Fold(name) == i18n.Fold(text) {
			l.Aux, l.AuxLabel = code, name
			return nil
		}
	}
	if strings.HasPrefix(l.Account, "41") {
		return fault.New(fault.Invalid, "books.party_unknown", "text", text)
	}
	l.Aux, l.AuxLabel = codeOf(text), text
	return nil
}

// codeMax is how long a code made from a name is.
const codeMax = 10

// codeOf makes the code of a supplier from its name: "Point P" is POINTP.
func codeOf(name string) string {
	code := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) && r < unicode.MaxASCII || unicode.IsDigit(r) {
			return unicode.ToUpper(r)
		}
		return -1
	}, i18n.Fold(name))
	return code[:min(len(code), codeMax)]
}

// party returns the name that goes with a code.
func (m *lines) party(code string) (string, bool) {
	code = strings.ToUpper(strings.TrimSpace(code))
	name, ok := m.parties[code]
	return name, ok && code != ""
}

func (m *lines) account(number string) (ledger.Account, bool) {
	for _, a := range m.accounts {
		if a.Number == number {
			return a, true
		}
	}
	return ledger.Account{}, false
}

// Prefill implements edit.Model: the counterpart of a bank journal, and the amount that balances.
func (m *lines) Prefill(row, col int) string {
	gap := m.gap(row)
	switch l := m.line(row); {
	case row == 0 || gap == 0:
		return ""
	case col == colAccount && row >= len(m.rows):
		return m.counterpart()
	case col == colDebit && l.Credit == 0 && gap < 0, col == colCredit && l.Debit == 0 && gap > 0:
		return m.text.AmountBare(gap.Abs())
	}
	return ""
}

// counterpart is the account of a bank or cash journal, unless a line has it already.
func (m *lines) counterpart() string {
	account := m.journal().Account
	for _, l := range m.rows {
		if l.Account == account {
			return ""
		}
	}
	return account
}

// gap is by how much the debits of the other lines exceed their credits.
func (m *lines) gap(row int) money.Amount {
	var gap money.Amount
	for i, l := range m.rows {
		if i != row {
			gap = gap.Add(l.Debit).Sub(l.Credit)
		}
	}
	return gap
}

// Balance implements edit.Balancer.
func (m *lines) Balance(row, col int) (string, bool) {
	gap := m.gap(row)
	if col == colDebit && gap < 0 || col == colCredit && gap > 0 {
		return m.text.AmountBare(gap.Abs()), true
	}
	return "", false
}

// Next implements edit.Model. Enter on the empty line under a balanced entry ends it.
func (m *lines) Next(row, col int) (int, int, bool) {
	l := m.line(row)
	switch {
	case col == colAccount && l.Account == "":
		return row, col, m.gap(-1) != 0 || len(m.rows) < 2
	case col < colAux && hasParty(l.Account):
		return row, colAux, true
	case col < colLabel:
		return row, colLabel, true
	case col == colLabel, col == colDebit && l.Debit == 0:
		return row, col + 1, true
	default:
		return min(row+1, m.Rows()-1), colAccount, true
	}
}

// Mark implements edit.Model.
func (m *lines) Mark(row, col int) edit.Mark {
	l := m.line(row)
	switch {
	case m.bad[[2]int{row, col}]:
		return edit.Bad
	case col == colTitle, col == colAux && !hasParty(l.Account) && l.Aux == "":
		return edit.ReadOnly
	case col == colAccount:
		return edit.Strong
	case col == colLabel && l.Label == "":
		return edit.Muted
	}
	return edit.Plain
}

// Delete implements edit.Deleter.
func (m *lines) Delete(row int) error {
	if row < len(m.rows) {
		m.rows = append(m.rows[:row:row], m.rows[row+1:]...)
		m.bad = nil
	}
	return nil
}

// Duplicate implements edit.Duplicator.
func (m *lines) Duplicate(row int) error {
	if row == 0 || row > len(m.rows) || len(m.rows) >= ledger.LinesMax {
		return nil
	}
	m.rows = append(m.rows[:row:row], append([]ledger.Line{m.rows[row-1]}, m.rows[row:]...)...)
	m.bad = nil
	return nil
}

// totals are the sums of the debits and of the credits typed.
func (m *lines) totals() (debit, credit money.Amount) { return ledger.Entry{Lines: m.rows}.Totals() }

// filled takes the lines in which nothing was typed out.
func (m *lines) filled() []ledger.Line {
	var out []ledger.Line
	for _, l := range m.rows {
		if !blank(l) {
			out = append(out, l)
		}
	}
	m.rows = out
	return out
}

// blame marks the cell a refusal names ("lines[2].account") and returns where it is.
func (m *lines) blame(field string) (row, col int, ok bool) {
	row = indexIn(field, "lines")
	if row < 0 {
		return 0, 0, false
	}
	_, name, _ := strings.Cut(field, "].")
	switch {
	case strings.HasPrefix(name, "aux"):
		col = colAux
	case name == "label":
		col = colLabel
	case name == "credit", name == "debit" && m.line(row).Credit != 0:
		col = colCredit
	case name == "debit":
		col = colDebit
	}
	m.bad = map[[2]int]bool{{row, col}: true}
	return row, col, true
}

// indexIn reads the number in "name[2]…", -1 when the field is another.
func indexIn(field, name string) int {
	rest, ok := strings.CutPrefix(field, name+"[")
	digits, _, closed := strings.Cut(rest, "]")
	n, err := strconv.Atoi(digits)
	if !ok || !closed || err != nil {
		return -1
	}
	return n
}
