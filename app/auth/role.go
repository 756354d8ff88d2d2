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
	Admin      Role = "admin"      // Administrateur: everything but what opens the sealed book
	Accountant Role = "accountant" // Comptable: the books, reads sales, manages no user
	Expert     Role = "expert"     // Expert-comptable: the books, from outside, until a day
	Assistant  Role = "assistant"  // Assistant commercial: all sales, no books
	Sales      Role = "sales"      // Commercial: own customers and their documents only
	Purchasing Role = "purchasing" // Achats: the articles and their prices
	Stock      Role = "stock"      // Stock: reads the articles
	HR         Role = "hr"         // Ressources humaines: the company, until there are salaries to keep
	Workshop   Role = "workshop"   // Poste atelier: reads the articles on a shared PC
	Technician Role = "technician" // who looks after the PCs and the copies, and reads not one record
	Reader     Role = "reader"     // Lecture seule
)

// Support is what the role of somebody is called who helps from outside: no account ever has it, see package support.
const Support Role = "support"

// Roles returns the ready roles in the order screens show them.
func Roles() []Role {
	return []Role{
		Owner, Admin, Accountant, Assistant, Sales, Purchasing, Stock, HR, Workshop, Technician, Reader, Expert,
	}
}

// Ready tells whether r is one of Roles.
func (r Role) Ready() bool { _, is := ready[r]; return is }

// Outside tells whether who has the role is from another company: their account ends on a day.
func (r Role) Outside() bool { return r == Expert }

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

// Covers tells whether these rights hold everything that others do: nobody gives away what they do not have.
func (r Rights) Covers(others Rights) bool {
	for p := range others {
		if r.Scope(p) < others.Scope(p) {
			return false
		}
	}
	return true
}

// NeedsSecondFactor tells whether a person with these rights must have a second factor: who manages people or
// the keys, who can take lists or the books out (features.md A4), who lets PCs in, brings copies back or says
// where they go, and who changes the bank details that invoices print.
func (r Rights) NeedsSecondFactor() bool {
	return slices.ContainsFunc([]Permission{
		UserManage, KeyManage, LedgerExport, CustomerExport, DeviceManage, BackupManage, BackupPlace, CompanyWrite,
	}, func(p Permission) bool { return r.Scope(p) != None })
}

// ready is the role matrix; its golden test makes every change a decision.
var ready = map[Role]Rights{
	Owner: everything(),
	Admin: without(everything(), KeyManage),
	Accountant: all(
		DashboardRead, SearchUse, CustomerRead, CustomerWrite, CustomerDelete, CustomerExport,
		ItemRead, SalesRead, PaymentWrite,
		LedgerRead, LedgerWrite, LedgerPost, LedgerClose, LedgerExport, LedgerImport, CompanyRead,
		BackupRead, AuditRead, BookVerify, FieldBank, FieldBalance, FieldContact,
	),
	Expert: all(
		DashboardRead, SearchUse, CustomerRead, ItemRead, SalesRead,
		LedgerRead, LedgerWrite, LedgerPost, LedgerClose, LedgerExport, LedgerImport, CompanyRead,
		AuditRead, BookVerify, FieldBank, FieldBalance, FieldContact,
	),
	Assistant: all(
		DashboardRead, SearchUse, CustomerRead, CustomerWrite, CustomerDelete, CustomerImport,
		ItemRead, ItemWrite,
		SalesRead, SalesWrite, SalesDelete, InvoiceIssue, PaymentWrite, CompanyRead, BackupRead,
		FieldBank, FieldBalance, FieldContact,
	),
	Sales: {
		DashboardRead: All, SearchUse: All, CustomerRead: Own, CustomerWrite: Own, CustomerDelete: Own,
		ItemRead:  All,
		SalesRead: Own, SalesWrite: Own, SalesDelete: Own, CompanyRead: All, BackupRead: All,
		FieldBank: All, FieldBalance: All, FieldContact: All,
	},
	Purchasing: all(DashboardRead, SearchUse, ItemRead, ItemWrite, CompanyRead, BackupRead),
	Stock:      all(DashboardRead, SearchUse, ItemRead, CompanyRead, BackupRead),
	HR:         all(DashboardRead, CompanyRead, BackupRead),
	Workshop:   all(SearchUse, ItemRead, BackupRead),
	Technician: all(DashboardRead, DeviceManage, BackupRead, BackupManage),
	Reader: all(
		DashboardRead, SearchUse, CustomerRead, ItemRead, SalesRead, LedgerRead, CompanyRead, BackupRead,
		FieldBank, FieldBalance, FieldContact,
	),
}

func all(ps ...Permission) Rights {
	m := make(Rights, len(ps))
	for _, p := range ps {
		m[p] = All
	}
	return m
}

func everything() Rights { return all(Permissions()...) }

func without(r Rights, ps ...Permission) Rights {
	for _, p := range ps {
		delete(r, p)
	}
	return r
}
