//go:build !headless

package ui

import (
	"zafe/ui/page/about"
	"zafe/ui/page/account"
	"zafe/ui/page/approvals"
	"zafe/ui/page/backups"
	"zafe/ui/page/bin"
	"zafe/ui/page/books"
	"zafe/ui/page/customers"
	"zafe/ui/page/exports"
	"zafe/ui/page/home"
	"zafe/ui/page/incident"
	"zafe/ui/page/integrity"
	"zafe/ui/page/items"
	"zafe/ui/page/journal"
	"zafe/ui/page/past"
	"zafe/ui/page/people"
	"zafe/ui/page/plan"
	"zafe/ui/page/roles"
	"zafe/ui/page/sales"
	"zafe/ui/page/security"
	"zafe/ui/page/settings"
	"zafe/ui/page/support"
	"zafe/ui/page/where"
	"zafe/ui/shell"
)

// pages is every page there is, by route name.
func pages() shell.Table {
	t := shell.Table{}
	t.Register(home.Routes())
	t.Register(customers.Routes())
	t.Register(sales.Routes())
	t.Register(items.Routes())
	t.Register(books.Routes())
	t.Register(backups.Routes())
	t.Register(past.Routes())
	t.Register(plan.Routes())
	t.Register(incident.Routes())
	t.Register(exports.Routes())
	t.Register(people.Routes())
	t.Register(roles.Routes())
	t.Register(journal.Routes())
	t.Register(integrity.Routes())
	t.Register(settings.Routes())
	t.Register(account.Routes())
	t.Register(security.Routes())
	t.Register(where.Routes())
	t.Register(about.Routes())
	t.Register(approvals.Routes())
	t.Register(support.Routes())
	t.Register(bin.Routes())
	return t
}
