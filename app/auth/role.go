package auth

// Role is a named set of rights. Its string is permanent; its French title is message "role.<name>".
type Role string

// The ready-made roles.
const (
	Owner      Role = "owner"      // Gérant: everything
	Accountant Role = "accountant" // Comptable: the books, reads sales, manages no user
	Sales      Role = "sales"      // Commercial: own customers and their documents only
	Assistant  Role = "assistant"  // Assistant commercial: all sales, no books
	Reader     Role = "reader"     // Lecture seule
)

// Roles returns the roles in the order screens show them.
func Roles() []Role { return []Role{Owner, Accountant, Assistant, Sales, Reader} }

// Known tells whether r is one of Roles.
func (r Role) Known() bool { _, ok := grants[r]; return ok }

// NeedsSecondFactor tells whether a person in this role must have a second factor
// (features.md A4: owner, accountant and anyone with export rights).
func (r Role) NeedsSecondFactor() bool {
	return r == Owner || r.Scope(LedgerExport) != None || r.Scope(CustomerExport) != None
}

// Scope returns on which records the role holds p. What p cannot be held on is not held at all.
func (r Role) Scope(p Permission) Scope {
	if p == Public || p == Anyone {
		return All
	}
	if s := grants[r][p]; p.Supports(s) {
		return s
	}
	return None
}

// grants is the role matrix; its golden test makes every change a decision.
var grants = map[Role]map[Permission]Scope{
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

func all(ps ...Permission) map[Permission]Scope {
	m := make(map[Permission]Scope, len(ps))
	for _, p := range ps {
		m[p] = All
	}
	return m
}

func everything() map[Permission]Scope { return all(Permissions()...) }
