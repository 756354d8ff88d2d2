package sales

import (
	"fyne.io/fyne/v2"

	"zafe/app/auth"
	"zafe/app/billing"
	"zafe/app/money"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/theme"
)

// listColumn is a column of a list: Key is what it sorts by, sum its total at the foot.
type listColumn struct {
	kit.Column
	title string
	cell  func(*page.Env, billing.Row) kit.CellView
	sum   func(billing.Sums) money.Amount
}

var (
	numberColumn = listColumn{
		Column: kit.Column{Key: string(billing.ByNumber), Width: 106}, title: "number",
		cell: func(e *page.Env, r billing.Row) kit.CellView {
			if r.Number == "" {
				return kit.CellView{Text: e.T("sales_ui.kind_draft." + string(r.Kind)), Color: theme.Faint}
			}
			return kit.CellView{Text: r.Number, Color: theme.Muted}
		},
	}
	customerColumn = listColumn{
		Column: kit.Column{Key: string(billing.ByCustomer), Width: 190, Weight: 2}, title: "customer",
		cell: func(e *page.Env, r billing.Row) kit.CellView {
			if r.CustomerName == "" {
				return kit.CellView{Text: e.T("sales_ui.no_customer"), Color: theme.Faint}
			}
			return kit.CellView{Text: r.CustomerName, Weight: kit.Bold}
		},
	}
	subjectColumn = listColumn{
		Column: kit.Column{Width: 130, Weight: 3}, title: "subject",
		cell: func(_ *page.Env, r billing.Row) kit.CellView {
			return kit.CellView{Text: r.Subject, Color: theme.Muted}
		},
	}
	dateColumn = listColumn{
		Column: kit.Column{Key: string(billing.ByDate), Width: 92}, title: "date",
		cell: func(e *page.Env, r billing.Row) kit.CellView { return dated(e, r.Date) },
	}
	netColumn = listColumn{
		Column: spare(right(kit.Column{Width: 116})), title: "net",
		cell: func(e *page.Env, r billing.Row) kit.CellView { return figure(e, signed(r, r.Net), kit.Regular) },
		sum:  func(s billing.Sums) money.Amount { return s.Net },
	}
	grossColumn = listColumn{
		Column: right(kit.Column{Key: string(billing.ByGross), Width: 116}), title: "gross",
		cell: func(e *page.Env, r billing.Row) kit.CellView { return figure(e, signed(r, r.Gross), kit.Bold) },
		sum:  func(s billing.Sums) money.Amount { return s.Gross },
	}
	statusColumn = listColumn{
		Column: kit.Column{Width: 126}, title: "status",
		cell: func(e *page.Env, r billing.Row) kit.CellView {
			text, tone := statusOf(e, r.Kind, r.Status)
			return kit.CellView{Text: text, Tone: tone, Pill: true}
		},
	}
	dueColumn = listColumn{
		Column: kit.Column{Key: string(billing.ByDue), Width: 92}, title: "due",
		cell: func(e *page.Env, r billing.Row) kit.CellView {
			v := dated(e, r.DueDate)
			if r.Status == billing.Overdue {
				v.Color = theme.ErrorText
			}
			return v
		},
	}
	openColumn = listColumn{
		Column: right(kit.Column{Key: string(billing.ByOpen), Width: 110}), title: "open",
		cell: func(e *page.Env, r billing.Row) kit.CellView {
			if !e.Sees(auth.Balance) {
				return page.Hidden()
			}
			v := figure(e, signed(r, r.Open), kit.Regular)
			if r.Status == billing.Overdue {
				v.Color = theme.ErrorText
			}
			return v
		},
		sum: func(s billing.Sums) money.Amount { return s.Open },
	}
	validColumn = listColumn{
		Column: kit.Column{Width: 92}, title: "valid_until",
		cell: func(e *page.Env, r billing.Row) kit.CellView { return dated(e, r.ValidUntil) },
	}
)

var (
	quoteColumns = []listColumn{
		numberColumn, customerColumn, subjectColumn, dateColumn, validColumn, netColumn, grossColumn, statusColumn,
	}
	invoiceColumns = []listColumn{
		numberColumn, customerColumn, subjectColumn, dateColumn, dueColumn, netColumn, grossColumn, openColumn,
		statusColumn,
	}
)

// spare lets a column go where the room is short.
func spare(c kit.Column) kit.Column {
	c.Spare = true
	return c
}

func right(c kit.Column) kit.Column {
	c.Align = fyne.TextAlignTrailing
	return c
}

// signed shows a credit note as what it is worth: less, as in the totals at the foot.
func signed(r billing.Row, a money.Amount) money.Amount {
	if r.Kind == billing.CreditNote {
		return a.Neg()
	}
	return a
}
