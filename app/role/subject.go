package role

import (
	"zafe/app/auth"
	"zafe/app/i18n"
)

// Subject gathers the rights on one part of the work. Its title is message "role.subject.<key>".
type Subject struct {
	Key    string
	Rights []auth.Permission
}

// Subjects are every right there is, each once, in the order people read them: on the screen and on paper.
func Subjects() []Subject {
	return []Subject{
		{"customers", []auth.Permission{
			auth.CustomerRead, auth.FieldContact, auth.FieldBalance, auth.CustomerWrite, auth.CustomerDelete,
			auth.CustomerImport, auth.CustomerExport,
		}},
		{"sales", []auth.Permission{auth.SalesRead, auth.SalesWrite, auth.SalesDelete, auth.InvoiceIssue}},
		{"payments", []auth.Permission{auth.PaymentWrite}},
		{"items", []auth.Permission{auth.ItemRead, auth.ItemWrite}},
		{"books", []auth.Permission{
			auth.LedgerRead, auth.LedgerWrite, auth.LedgerPost, auth.LedgerClose, auth.LedgerImport, auth.LedgerExport,
		}},
		{"company", []auth.Permission{auth.CompanyRead, auth.FieldBank, auth.CompanyWrite}},
		{"backups", []auth.Permission{auth.BackupRead, auth.BackupManage, auth.BackupPlace}},
		{"people", []auth.Permission{auth.UserManage, auth.DeviceManage, auth.KeyManage}},
		{"proof", []auth.Permission{auth.AuditRead, auth.BookVerify, auth.IncidentManage}},
		{"everyday", []auth.Permission{auth.DashboardRead, auth.SearchUse}},
	}
}

// Title is what people call the part.
func (s Subject) Title(p *i18n.Printer) string { return p.T("role.subject."+s.Key, nil) }

// Title is what people call the role: the name it was given, or that of a ready one.
func (r Role) Title(p *i18n.Printer) string {
	if r.Name != "" {
		return r.Name
	}
	return p.T("role."+string(r.Key), nil)
}

// RightName is what people call a right, RightHelp one sentence about what it opens.
func RightName(p *i18n.Printer, right auth.Permission) string {
	return p.T("right."+string(right), nil)
}

// RightHelp is one sentence about what a right opens.
func RightHelp(p *i18n.Printer, right auth.Permission) string {
	return p.T("right."+string(right)+".help", nil)
}

// ScopeName is on which records a right is held, in words: a right about the whole book is held or not.
func ScopeName(p *i18n.Printer, right auth.Permission, s auth.Scope) string {
	if len(right.Scopes()) == 1 {
		return p.T(map[bool]string{true: "common.yes", false: "common.no"}[s == auth.All], nil)
	}
	return p.T("role.held."+s.String(), nil)
}
