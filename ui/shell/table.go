// Package shell is the window around the pages: navigation, search, shortcuts, status bar, the link
// to the main PC, questions and messages, the lock screen and the way out. It knows which page stands
// under which name only through the table it is given, and no storage nor network.
package shell

import (
	"zafe/app/auth"
	"zafe/ui/page"
)

// Builder makes the page of a route.
type Builder = func(*page.Env, page.Route) page.Page

// Table holds the pages there are, by route name.
type Table map[string]Builder

// Register adds the pages of an area; a name twice is a programmer's error and panics.
func (t Table) Register(routes map[string]Builder) {
	for name, b := range routes {
		if _, twice := t[name]; twice {
			panic("shell: page " + name + " registered twice")
		}
		t[name] = b
	}
}

// area is one entry of the left bar.
type area struct {
	key, icon string
	needs     []auth.Permission // any of them
	bottom    bool
}

// areas are the entries of the left bar in their order.
var areas = []area{
	{"home", "squares-four", []auth.Permission{auth.DashboardRead}, false},
	{"customers", "users", []auth.Permission{auth.CustomerRead}, false},
	{"quotes", "file-text", []auth.Permission{auth.SalesRead}, false},
	{"invoices", "receipt", []auth.Permission{auth.SalesRead}, false},
	{"payments", "wallet", []auth.Permission{auth.SalesRead}, false},
	{"items", "package", []auth.Permission{auth.ItemRead}, false},
	{"books", "calculator", []auth.Permission{auth.LedgerRead}, false},
	{"backups", "hard-drives", []auth.Permission{auth.BackupRead}, true},
	{"plan", "lifebuoy", []auth.Permission{auth.BackupRead}, true},
	{"people", "shield-check", []auth.Permission{auth.UserManage, auth.DeviceManage}, true},
	{"journal", "clock-counter-clockwise", []auth.Permission{auth.AuditRead}, true},
	{"settings", "gear", []auth.Permission{auth.CompanyWrite}, true},
}

// parent is the entry shown as current for a page that has none of its own.
var parent = map[string]string{
	"customer": "customers", "customer_import": "customers", "quote": "quotes", "invoice": "invoices",
	"item": "items", "item_import": "items", "entry": "books", "security": "settings",
	"integrity": "journal", "roles": "people", "teams": "people", "leave": "people", "approvals": "people", "past": "backups",
	"incident": "plan", "exports": "journal", "support": "people", "bin": "journal",
}

// creation is one line of the menu of new records.
type creation struct {
	route, icon string
	needs       auth.Permission
	kind        string // message key after "shell.new."
}

var creations = []creation{
	{"quote", "file-text", auth.SalesWrite, "quote"},
	{"invoice", "receipt", auth.SalesWrite, "invoice"},
	{"customer", "users", auth.CustomerWrite, "customer"},
	{"item", "package", auth.ItemWrite, "item"},
	{"entry", "calculator", auth.LedgerWrite, "entry"},
}
