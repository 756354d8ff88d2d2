package ledger

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"time"

	"zafe/app/auth"
	"zafe/app/civil"
	"zafe/app/fault"
	"zafe/app/fr/fec"
	"zafe/app/money"
	"zafe/app/op"
)

// Import is a file of history that was taken in.
type Import struct {
	ID       int64        `json:"id"`
	Year     FiscalYearID `json:"year"`
	File     string       `json:"file"`
	At       time.Time    `json:"at"`
	By       string       `json:"by"`
	Entries  int64        `json:"entries"`
	Lines    int64        `json:"lines"`
	Debit    money.Amount `json:"debit"`
	UndoneAt time.Time    `json:"undone_at"` // zero unless undone

	SHA256    string `json:"sha256"` // of the file
	Digest    string `json:"digest"` // of its lines as the FEC has them, matching left out
	Unordered bool   `json:"unordered"`
}

// Loading is what an import asks of a transaction.
type Loading interface {
	Charter
	Calendar
	Setting(key string, dst any) (bool, error)
	SetSetting(key string, v any) error
	// Imports returns the imports, newest first, those undone too.
	Imports() ([]Import, error)
	// ImportedNums returns the numbers of the imported entries of a fiscal year.
	ImportedNums(year FiscalYearID) (map[ImportedNum]bool, error)
	// Load starts an import; nothing it does can be committed before the loader is closed.
	Load(i Import, names []FECName) (Loader, error)
	// Unload removes everything an import brought. What it removed is open for a new import.
	Unload(id int64, at time.Time) error
	// ImportInUse tells whether other entries or matches refer to an import's.
	ImportInUse(id int64) (bool, error)
}

// ImportedNum is what tells imported entries of one fiscal year apart.
type ImportedNum struct {
	Journal, Num string
	Date         civil.Date
}

// FECName is how a file names a journal or an account of the book.
type FECName struct {
	Kind   string // "journal" or "account"
	Number string // in the book
	Code   string // in the file
	Title  string // in the file
}

// Loader takes the rows of an import, in the order of the file.
type Loader interface {
	// ID is the import's.
	ID() int64
	// FirstID is the id of the first entry to add; the others follow one by one.
	FirstID() EntryID
	// LastNumber returns the last number of a journal in the fiscal year.
	LastNumber(journal string) (int64, error)
	// AddEntry stores the head of an entry, taken from its first row.
	AddEntry(e LoadedEntry) error
	// AddLine stores a row as a line of an entry.
	AddLine(entry EntryID, account string, r *fec.Row) error
	// Close stores the matching, checks the whole and ends the import.
	Close(digest string) error
}

// LoadedEntry is an entry of an imported file.
type LoadedEntry struct {
	ID      EntryID
	Journal string
	Number  int64
	Lines   int64
	Total   money.Amount
	Row     *fec.Row
}

// FECImportRequest is a file to take in as history. Period is that of its fiscal year when it cannot
// be told from the file's name and the book.
type FECImportRequest struct {
	Name   string       `json:"name"`
	Data   []byte       `json:"data"`
	Period civil.Period `json:"period"`
}

// fileBytesMax bounds an imported file: it must fit in a request.
const fileBytesMax = 34 << 20

// Validate refuses no file (fec.empty_file), one too large (fec.too_large), impossible dates
// (ledger.year_dates).
func (r FECImportRequest) Validate() error {
	switch {
	case len(r.Data) == 0:
		return fault.Field("data", "fec.empty_file")
	case len(r.Data) > fileBytesMax:
		return fault.Field("data", "fec.too_large", "max_mb", fileBytesMax>>20)
	case !r.Period.IsZero():
		return checkPeriod(r.Period)
	}
	return nil
}

// FECReport tells what a file holds, what its import does or did, and what is wrong with it.
type FECReport struct {
	Import      int64         `json:"import"` // 0 in a preview
	Format      fec.Format    `json:"format"`
	Period      civil.Period  `json:"period"`    // of the fiscal year it goes in
	NewYears    int           `json:"new_years"` // fiscal years opened for it
	Entries     int64         `json:"entries"`
	Lines       int64         `json:"lines"`
	Debit       money.Amount  `json:"debit"`
	Credit      money.Amount  `json:"credit"`
	First       civil.Date    `json:"first"`
	Last        civil.Date    `json:"last"`
	NewAccounts []Account     `json:"new_accounts"`
	NewJournals []Journal     `json:"new_journals"`
	Auxiliaries int           `json:"auxiliaries"`
	Matched     int64         `json:"matched"` // lines with a matching code
	Opening     bool          `json:"opening"` // it brings its opening balances
	Errors      int           `json:"errors"`  // when there are any, nothing is imported
	Warnings    int           `json:"warnings"`
	Problems    []fec.Problem `json:"problems"` // the first 200
}

// FECImport takes a file in as history: all of it or, when one line is wrong, nothing. As a preview
// it returns the report whatever is wrong. Faults: fec.refused, fec.already_imported, fec.year_gap,
// ledger.year_locked, ledger.period_closed.
var FECImport = op.Op[FECImportRequest, FECReport]{Spec: op.Spec{
	Name: "fec.import", Kind: op.Command, Needs: auth.LedgerImport, Risky: true, Since: 1,
	Doc: "Takes a FEC in as posted history; as a preview, reports what it holds and what is wrong.",
}}

func fecImport[T Loading](ctx context.Context, tx T, req FECImportRequest) (FECReport, error) {
	p := newPlan(req.Data)
	rep, err := importReport(tx, p, req, op.IsPreview(ctx))
	if err != nil || op.IsPreview(ctx) {
		return rep, err
	}
	if rep.Errors > 0 {
		return rep, refused(rep)
	}
	year, err := openYears(tx, rep.Period)
	if err != nil {
		return rep, err
	}
	for _, a := range rep.NewAccounts {
		if err := tx.AddAccount(a); err != nil {
			return rep, err
		}
	}
	for _, j := range rep.NewJournals {
		if err := tx.SaveJournal(j); err != nil {
			return rep, err
		}
	}
	i := Import{
		Year: year.ID, File: req.Name, At: tx.Now(), By: op.Actor(ctx).Name, Entries: int64(len(p.order)),
		Lines: p.lines, Debit: p.debit, SHA256: p.sha256, Unordered: p.unordered,
	}
	if i.ID, i.Digest, err = load(tx, i, p, req.Data); err != nil {
		return rep, err
	}
	rep.Import = i.ID
	return rep, note(ctx, "fec_import", i.ID, i.Digest, i)
}

// refused is the fault for a file with errors: how many, and the first.
func refused(rep FECReport) error {
	i := slices.IndexFunc(rep.Problems, func(p fec.Problem) bool { return !p.Warning })
	line := 0
	if i >= 0 {
		line = rep.Problems[i].Line
	}
	return fault.Field("data", "fec.refused", "errors", rep.Errors, "line", line)
}

// load stores the rows and returns the import's id and digest.
func load(tx Loading, i Import, p *plan, data []byte) (int64, string, error) {
	names := make([]FECName, 0, len(p.accounts)+len(p.journals))
	for _, number := range slices.Sorted(maps.Keys(p.accounts)) {
		names = append(names, FECName{"account", number, p.inFile(number), p.accounts[number]})
	}
	for _, code := range slices.Sorted(maps.Keys(p.journals)) {
		names = append(names, FECName{"journal", code, p.journals[code].code, p.journals[code].title})
	}
	l, err := tx.Load(i, names)
	if err != nil {
		return 0, "", err
	}
	if err := p.number(l); err != nil {
		return 0, "", err
	}
	sum, buf := sha256.New(), make([]byte, 0, 512)
	var unused fec.Problems
	_, _ = fec.Decode(data, &unused, func(r *fec.Row) {
		if err != nil || !bookRow(r) {
			return
		}
		if err = p.store(l, r); err == nil {
			buf = fec.Append(buf[:0], digestRow(r, p))
			_, _ = sum.Write(buf)
		}
	})
	if err != nil {
		return 0, "", err
	}
	digest := hex.EncodeToString(sum.Sum(nil))
	return l.ID(), digest, l.Close(digest)
}

// digestRow returns the row that the book will give back: what the file says more than once is told
// as it was first said, and matching is left out for it may change.
func digestRow(r *fec.Row, p *plan) *fec.Row {
	d := *r
	number, _ := NormalAccount(r.Account)
	d.Match, d.MatchDate = "", civil.Date{}
	d.Account, d.AccountTitle = p.inFile(number), p.accounts[number]
	d.ValidDate = p.current.valid
	j := p.journals[bookJournal(r.Journal)]
	d.Journal, d.JournalTitle = j.code, j.title
	return &d
}

// inFile is how the file writes the number of an account.
func (p *plan) inFile(number string) string {
	if s, ok := p.renamed[number]; ok {
		return s
	}
	return number
}

// number gives each entry its id and its place in its journal.
func (p *plan) number(l Loader) error {
	last := map[string]int64{}
	for code := range p.journals {
		n, err := l.LastNumber(code)
		if err != nil {
			return err
		}
		last[code] = n
	}
	for i, e := range p.order {
		last[e.key.journal]++
		e.id, e.number = l.FirstID()+EntryID(i), last[e.key.journal]
	}
	p.current = nil
	return nil
}

// store adds a row, and the head of its entry when it is the first.
func (p *plan) store(l Loader, r *fec.Row) error {
	k := planKey{bookJournal(r.Journal), r.Num, r.Date}
	if p.current == nil || k != p.key {
		p.key, p.current = k, p.entries[k]
	}
	e := p.current
	if !e.written {
		e.written = true
		err := l.AddEntry(LoadedEntry{
			ID: e.id, Journal: k.journal, Number: e.number, Lines: e.lines, Total: e.debit, Row: r,
		})
		if err != nil {
			return err
		}
	}
	number, _ := NormalAccount(r.Account)
	return l.AddLine(e.id, number, r)
}
