package auth

import (
	"maps"
	"slices"
)

// Role is the permanent key of a named set of rights. The title of a ready one is message "role.<key>".
type Role string

// The ready-made roles.
const (
	Owner      Role = "owner"      // Gérant: everything
	Accountant Role = "accountant" // Comptable: the books, reads sales, manages no user
	Sales      Role = "sales"      // Commercial: own customers and their documents only
	Assistant  Role = "assistant"  // Assistant commercial: all sales, no books
	Reader     Role = "reader"     // Lecture seule
)

// Roles returns the ready roles in the order screens show them.
func Roles() []Role { return []Role{Owner, Accountant, Assistant, Sales, Reader} }

// Rights returns what a ready role may do; of another one nothing is known here, the book has it.
func (r Role) Rights() Rights { return maps.Clone(ready[r]) }

// Rights are what somebody may do: on which records each permission is held. What is not there is not held.
type Rights map[Permission]Scope

// Scope returns on which records p is held. What p cannot be held on is not held at all.
func (r Rights) Scope(p Permission) Scope {
	if p == Public || p == Anyone {
		return All
	}
	if s := r[p]; p.Supports(s) {
		return s
	}
	return None
}

// NeedsSecondFactor tells whether a person with these rights must have a second factor: who manages people or
// the keys, and who can take lists or the books out (features.md A4).
func (r Rights) NeedsSecondFactor() bool {
	return slices.ContainsFunc([]Permission{UserManage, KeyManage, LedgerExport, CustomerExport},
		func(p Permission) bool { return r.Scope(p) != None })
}

// ready is the role matrix; its golden test makes every change a decision.
var ready = map[Role]Rights{
	Owner: everything(),
	Accountant: all(
		DashboardRead, SearchUse, CustomerRead, CustomerWrite, CustomerExport, ItemRead, SalesRead, PaymentWrite,
		LedgerRead, LedgerWrite, LedgerPost, LedgerClose, LedgerExport, LedgerImport, CompanyRead,
		BackupRead, AuditRead, BookVerify,
	),
	Assistant: all(
		DashboardRead, SearchUse, CustomerRead, CustomerWrite, CustomerImport, ItemRead, ItemWrite,
		SalesRead, SalesWrite, InvoiceIssue, PaymentWrite, CompanyRead, BackupRead,
	),
	Sales: {
		DashboardRead: All, SearchUse: All, CustomerRead: Own, CustomerWrite: Own, ItemRead: All,
		SalesRead: Own, SalesWrite: Own, CompanyRead: All, BackupRead: All,
	},
	Reader: all(DashboardRead, SearchUse, CustomerRead, ItemRead, SalesRead, LedgerRead, CompanyRead, BackupRead),
}

func all(ps ...Permission) Rights {
	m := make(Rights, len(ps))
	for _, p := range ps {
		m[p] = All
	}
	return m
}

func everything() Rights { return all(Permissions()...) }
