// Package auth says who may do what: permissions, roles with their scopes, and the actor of a call.
// It knows no password, no session storage and no screen (package user has those).
package auth

import "slices"

// Permission names one right. Every operation of the registry needs exactly one.
type Permission string

// Public must be written out by an operation that anyone, even not logged in, may call.
const Public Permission = "public"

// Anyone is held by every logged-in person, whatever the role: their own account, the session.
const Anyone Permission = "anyone"

// The permissions, permanent once released.
const (
	DashboardRead  Permission = "dashboard.read"
	SearchUse      Permission = "search.use"
	CustomerRead   Permission = "customer.read"
	CustomerWrite  Permission = "customer.write"
	CustomerImport Permission = "customer.import"
	CustomerExport Permission = "customer.export"
	ItemRead       Permission = "item.read"
	ItemWrite      Permission = "item.write"
	SalesRead      Permission = "sales.read"
	SalesWrite     Permission = "sales.write"
	InvoiceIssue   Permission = "invoice.issue"
	PaymentWrite   Permission = "payment.write"
	LedgerRead     Permission = "ledger.read"
	LedgerWrite    Permission = "ledger.write"
	LedgerPost     Permission = "ledger.post"
	LedgerClose    Permission = "ledger.close"
	LedgerExport   Permission = "ledger.export"
	LedgerImport   Permission = "ledger.import"
	CompanyRead    Permission = "company.read"
	CompanyWrite   Permission = "company.write"
	UserManage     Permission = "user.manage"
	DeviceManage   Permission = "device.manage"
	KeyManage      Permission = "key.manage"
	BackupRead     Permission = "backup.read"
	BackupManage   Permission = "backup.manage"
	AuditRead      Permission = "audit.read"
	BookVerify     Permission = "book.verify"
)

// Permissions returns every grantable permission, sorted. Public and Anyone are not granted.
func Permissions() []Permission {
	all := []Permission{
		DashboardRead, SearchUse, CustomerRead, CustomerWrite, CustomerImport, CustomerExport, ItemRead, ItemWrite,
		SalesRead, SalesWrite, InvoiceIssue, PaymentWrite, LedgerRead, LedgerWrite, LedgerPost,
		LedgerClose, LedgerExport, LedgerImport, CompanyRead, CompanyWrite, UserManage, DeviceManage, KeyManage,
		BackupRead, BackupManage, AuditRead, BookVerify,
	}
	slices.Sort(all)
	return all
}

// Scope says on which records a permission holds.
type Scope uint8

// Scopes, from nothing to everything. Own means records whose owner is the actor.
const (
	None Scope = iota
	Own
	All
)

// String gives the scope's permanent name.
func (s Scope) String() string { return [...]string{"none", "own", "all"}[s] }
