// Package ledger keeps the books (comptabilité): the chart of accounts, journals, fiscal years,
// entries from draft to posted, matching, and the statements drawn from them.
//
// A draft (brouillard) may be changed and thrown away. A posted entry (écriture validée) never
// changes: code, triggers of the database and a chain of hashes each see to it (PCG 2026 art.
// 1031-3); a mistake is corrected by a reversing entry. Opening balances (à-nouveaux) are not
// copied from year to year: statements and the FEC compute them, unless a year brought its own.
//
// The package knows no customer, no invoice, no screen and no SQL: sales post into it by calling
// Post and Match inside their own transaction.
package ledger
