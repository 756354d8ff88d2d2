// Package auth says who may do what: permissions, roles with their scopes, and the actor of a call.
// It knows no password, no session storage and no screen (package user has those).
package auth

import (
	"maps"
	"slices"

	"zafe/app/fault"
)

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
	CustomerDelete Permission = "customer.delete"
	CustomerImport Permission = "customer.import"
	CustomerExport Permission = "customer.export"
	ItemRead       Permission = "item.read"
	ItemWrite      Permission = "item.write"
	SalesRead      Permission = "sales.read"
	SalesWrite     Permission = "sales.write"
	SalesDelete    Permission = "sales.delete"
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
	BackupManage   Permission = "backup.manage" // makes, checks, tries and brings back copies where they are
	BackupPlace    Permission = "backup.place"  // says where copies and letters go
	AuditRead      Permission = "audit.read"
	BookVerify     Permission = "book.verify"
	IncidentManage Permission = "incident.manage"
	FieldBank      Permission = "field.bank"    // see Class
	FieldBalance   Permission = "field.balance" // see Class
	FieldContact   Permission = "field.contact" // see Class
)

// supports says on which records each grantable permission can be held. Those whose operations look at whom
// a record belongs to may be limited; the others are about the whole book, and holding them on some
// records would mean holding them on all.
var supports = map[Permission][]Scope{
	CustomerRead: limited, CustomerWrite: limited, CustomerDelete: limited,
	CustomerImport: limited, CustomerExport: limited,
	SalesRead: limited, SalesWrite: limited, SalesDelete: limited, InvoiceIssue: limited, PaymentWrite: limited,

	DashboardRead: whole, SearchUse: whole, ItemRead: whole, ItemWrite: whole,
	LedgerRead: whole, LedgerWrite: whole, LedgerPost: whole, LedgerClose: whole, LedgerExport: whole,
	LedgerImport: whole, CompanyRead: whole, CompanyWrite: whole, UserManage: whole, DeviceManage: whole,
	KeyManage: whole, BackupRead: whole, BackupManage: whole, BackupPlace: whole, AuditRead: whole, BookVerify: whole,
	IncidentManage: whole,
	FieldBank:      whole, FieldBalance: whole, FieldContact: whole,
}

var (
	limited = []Scope{Own, Team, All}
	whole   = []Scope{All}
)

// Permissions returns every grantable permission, sorted. Public and Anyone are not granted.
func Permissions() []Permission { return slices.Sorted(maps.Keys(supports)) }

// Known tells whether an operation may need p.
func (p Permission) Known() bool {
	_, grantable := supports[p]
	return grantable || p == Public || p == Anyone
}

// Scopes returns on which records p can be held beside None, the narrowest first; nothing for what is not
// granted.
func (p Permission) Scopes() []Scope { return slices.Clone(supports[p]) }

// Supports tells whether p can be held on s. Anything can be held on nothing.
func (p Permission) Supports(s Scope) bool { return s == None || slices.Contains(supports[p], s) }

// Scope says on which records a permission holds.
type Scope uint8

// Scopes, from nothing to everything. Own means the records of the actor and those about their customers,
// Team the same for everybody of their team.
const (
	None Scope = iota
	Own
	Team
	All
)

// scopeNames are permanent: on the wire and in the book.
var scopeNames = []string{"none", "own", "team", "all"}

// String gives the scope's permanent name.
func (s Scope) String() string { return scopeNames[s] }

// MarshalText writes the permanent name.
func (s Scope) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads a permanent name. Fault auth.scope_unknown.
func (s *Scope) UnmarshalText(text []byte) error {
	i := slices.Index(scopeNames, string(text))
	if i < 0 {
		return fault.New(fault.Invalid, "auth.scope_unknown")
	}
	*s = Scope(i)
	return nil
}
