package store_test

import (
	"errors"
	"strings"
	"testing"

	"zafe/app/civil"
	"zafe/app/ledger"
	"zafe/store"
	"zafe/store/storetest"
)

var errUndo = errors.New("undo")

// ledgerWorld is a book with one posted and matched sale, and an import.
func ledgerWorld(t *testing.T) *storetest.World {
	w := storetest.NewWorld(t, ledger.Bind[*store.Tx])
	w.Update(func(tx *store.Tx) error {
		err := ledger.Seed(tx, []ledger.Account{
			{Number: "411", Title: "Clients"}, {Number: "512", Title: "Banques"}, {Number: "707", Title: "Ventes"},
		}, []ledger.Journal{
			{Code: "VE", Title: "Ventes", Kind: ledger.SalesJournal},
			{Code: "BQ", Title: "Banque", Kind: ledger.BankJournal, Account: "512000"},
		})
		if err != nil {
			return err
		}
		if _, err := ledger.OpenFiscalYear(tx, civil.YearOf(civil.New(2026, 1, 1))); err != nil {
			return err
		}
		var lines []ledger.LineID
		for _, e := range []ledger.Entry{
			{Journal: "VE", Label: "Vente", Lines: []ledger.Line{
				{Account: "411", Aux: "C1", AuxLabel: "Dupont", Debit: 100}, {Account: "707", Credit: 100},
			}},
			{Journal: "BQ", Label: "Virement", Lines: []ledger.Line{
				{Account: "411", Aux: "C1", AuxLabel: "Dupont", Credit: 100}, {Account: "512", Debit: 100},
			}},
		} {
			e.Date = civil.New(2026, 5, 1)
			p, err := ledger.Post(w.Ctx(), tx, e)
			if err != nil {
				return err
			}
			lines = append(lines, p.Lines[0].ID)
		}
		_, err = ledger.Match(w.Ctx(), tx, lines)
		return err
	})
	const file = "JournalCode|JournalLib|EcritureNum|EcritureDate|CompteNum|CompteLib|CompAuxNum|CompAuxLib|PieceRef|" +
		"PieceDate|EcritureLib|Debit|Credit|EcritureLet|DateLet|ValidDate|Montantdevise|Idevise\n" +
		"VE|Ventes|9|20250501|411000|Clients|C1|Dupont|F|20250501|Vente|1,00|0,00|||20250501||\n" +
		"VE|Ventes|9|20250501|707000|Ventes|||F|20250501|Vente|0,00|1,00|||20250501||\n"
	_, err := ledger.FECImport.Call(w.Ctx(), w.As("owner"), ledger.FECImportRequest{
		Name: "732829320FEC20251231.txt", Data: []byte(file),
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// TestPostedRowsResistRawSQL: whoever writes past the program meets the triggers.
func TestPostedRowsResistRawSQL(t *testing.T) {
	w := ledgerWorld(t)
	const entry = `INSERT INTO entry(id, year_id, journal_id, number, date, ref, ref_date, label, source, valid_date,
		validated_at, actor, reason, hash, lines, total) `
	const line = `INSERT INTO entry_line(entry_id, account_id, date, opening, debit, credit) `
	for _, c := range []struct{ want, query string }{
		{"never changes", `UPDATE entry SET label = 'x'`},
		{"never changes", `UPDATE entry SET date = date WHERE id = 1`},
		{"never changes", `UPDATE entry_line SET debit = debit + 1 WHERE debit > 0`},
		{"never changes", `UPDATE entry_line SET account_id = 2`},
		{"never deleted", `DELETE FROM entry`},
		{"never deleted", `DELETE FROM entry WHERE import_id IS NOT NULL`},
		{"never deleted", `DELETE FROM entry_line`},
		{"no more lines", line + `VALUES (1, 1, '2026-05-01', 0, 5, 0)`},
		{"CHECK", line + `VALUES (99, 1, '2026-05-01', 0, 5, 5)`},
		{"CHECK", line + `VALUES (99, 1, '2026-05-01', 0, -5, 0)`},
		{"CHECK", line + `VALUES (99, 1, '2026-05-01', 0, 0, 0)`},
		{"does not balance", entry + `VALUES (99,1,1,2,'2026-05-01','r','2026-05-01','l','','2026-05-01','','','',zeroblob(32),2,5)`},
		{"not the next", entry + `VALUES (99,1,1,7,'2026-05-01','r','2026-05-01','l','','2026-05-01','','','',zeroblob(32),2,5)`},
		{"not open", entry + `VALUES (99,1,1,2,'2027-05-01','r','2026-05-01','l','','2026-05-01','','','',zeroblob(32),2,5)`},
		{"import is over", strings.Replace(entry, "hash", "num, import_id", 1) +
			`VALUES (99,1,1,2,'2026-05-01','r','2026-05-01','l','','2026-05-01','','','','1',1,2,5)`},
		{"import is over", `INSERT INTO ledger_gate VALUES (1, 'load', 1)`},
		{"keeps its number", `UPDATE account SET number = '411001' WHERE number = '411000'`},
		{"keeps its code", `UPDATE journal SET code = 'XX'`},
		{"keeps its dates", `UPDATE fiscal_year SET to_date = '2026-12-30' WHERE to_date = '2026-12-31'`},
		{"contiguous", `INSERT INTO fiscal_year(from_date, to_date, state, closed_until, locked_at, locked_hash)
			VALUES ('2030-01-01', '2030-12-31', 'open', '', '', '')`},
		{"FOREIGN KEY", `DELETE FROM fiscal_year WHERE to_date = '2026-12-31'`},
		{"undone whole", `DELETE FROM match_line`},
		{"not changed", `UPDATE match_group SET code = 'ZZ'`},
		{"not changed", `UPDATE match_line SET group_id = 2`},
		{"no more lines", `INSERT INTO match_line VALUES (2, 1, '2026-05-01', NULL)`},
		{"sums to zero", `INSERT INTO match_group VALUES (9, 1, NULL, 'ZZ', '2026-05-01', 0, NULL)`},
	} {
		err := w.Store.Update(w.Ctx(), func(tx *store.Tx) error {
			return errors.Join(tx.Raw(c.query), errUndo)
		})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.query, err, c.want)
		}
	}
	// Written whole, these pass their triggers; the commit refuses them.
	for _, query := range []string{
		line + `VALUES (99, 1, '2026-05-01', 0, 5, 0)`,
		`INSERT INTO ledger_gate VALUES (1, 'undo', 1)`,
		`DELETE FROM match_group`,
	} {
		if err := w.Store.Update(w.Ctx(), func(tx *store.Tx) error { return tx.Raw(query) }); err == nil {
			t.Errorf("committed: %s", query)
		}
	}
	findings(t, w)
}

func TestLockedYearsResistRawSQL(t *testing.T) {
	w := ledgerWorld(t)
	year, err := ledger.FiscalYearClose.Call(w.Ctx(), w.As("owner"), ledger.YearRequest{ID: 2})
	if err != nil || year.Period.From.Year != 2025 {
		t.Fatalf("%+v %v", year, err)
	}
	for _, c := range []struct{ want, query string }{
		{"never changes", `UPDATE fiscal_year SET state = 'open' WHERE id = 2`},
		{"only the first", `DELETE FROM fiscal_year WHERE id = 2`},
		{"locked", `INSERT INTO ledger_gate VALUES (1, 'undo', 1)`},
	} {
		err := w.Store.Update(w.Ctx(), func(tx *store.Tx) error { return errors.Join(tx.Raw(c.query), errUndo) })
		if !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.query, err)
		}
	}
	findings(t, w)
}

func findings(t *testing.T, w *storetest.World, want ...string) {
	t.Helper()
	var got []string
	err := w.Store.View(w.Ctx(), func(tx *store.Tx) error {
		fs, err := ledger.Verify(tx)
		for _, f := range fs {
			got = append(got, strings.TrimPrefix(f.Key, "ledger.verify_"))
		}
		return err
	})
	if err != nil || strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("found %q, want %q (%v)", got, want, err)
	}
}

// TestVerifySees drops the guards and spoils the book in each way: verify must tell.
func TestVerifySees(t *testing.T) {
	for _, c := range []struct {
		want  []string
		spoil []string
	}{
		{[]string{"chain"}, []string{`DROP TRIGGER entry_no_update`, `UPDATE entry SET label = 'x' WHERE id = 1`}},
		{[]string{"import"}, []string{`DROP TRIGGER entry_no_update`, `UPDATE entry SET label = 'x' WHERE id = 3`}},
		{[]string{"entry", "month", "open", "match", "chain"}, []string{
			`DROP TRIGGER entry_line_no_update`, `UPDATE entry_line SET debit = 99 WHERE id = 1`,
			`INSERT INTO open_line VALUES (1, 1, 1, '2026-05-01', '2026-05-01', 99)`,
		}},
		{[]string{"date"}, []string{
			`DROP TRIGGER entry_no_update`, `UPDATE entry SET number = 2 WHERE id = 3`,
			`UPDATE entry SET year_id = 1 WHERE id = 3`,
		}},
		{[]string{"number", "chain"}, []string{`DROP TRIGGER entry_no_update`, `UPDATE entry SET number = 5 WHERE id = 1`}},
		{[]string{"month"}, []string{`UPDATE account_month SET debit = debit + 1 WHERE account_id = 1 AND month = '2026-05'`}},
		{[]string{"open"}, []string{`DELETE FROM open_line`}},
		{[]string{"match"}, []string{
			`DROP TRIGGER match_group_no_update`, `UPDATE match_group SET partial = 1`,
			`INSERT INTO open_line SELECT l.id, account_id, aux_id, l.date, l.date, debit - credit
				FROM entry_line l JOIN match_line m ON m.line_id = l.id`,
		}},
		{[]string{"years"}, []string{`DROP TRIGGER fiscal_year_final`, `UPDATE fiscal_year SET from_date = '2026-01-03' WHERE id = 1`}},
	} {
		w := ledgerWorld(t)
		findings(t, w)
		w.Update(func(tx *store.Tx) error {
			for _, q := range c.spoil {
				if err := tx.Raw(q); err != nil {
					return err
				}
			}
			return nil
		})
		findings(t, w, c.want...)
	}
}

// Whether a year has opening entries is asked by every statement, and what was matched after a day by
// every aged balance: neither may read all there is.
func TestStatementsReadNoMoreThanNeeded(t *testing.T) {
	s, _ := storetest.New(t)
	for query, want := range map[string]string{
		store.HasOpeningQuery: "SEARCH e USING COVERING INDEX entry_number (year_id=? AND journal_id=?)",
		store.OpenItemsQuery:  "SEARCH m USING COVERING INDEX match_line_date (date>?)",
	} {
		err := s.View(t.Context(), func(tx *store.Tx) error {
			plan, err := tx.QueryPlan(query)
			if !strings.Contains(plan, want) || strings.Contains(plan, "SCAN e") || strings.Contains(plan, "SCAN m") {
				t.Errorf("%s: plan %s", query, plan)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
