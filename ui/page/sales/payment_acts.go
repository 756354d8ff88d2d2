package sales

import (
	"fyne.io/fyne/v2"

	"zafe/app/auth"
	"zafe/app/billing"
	"zafe/app/party"
	"zafe/ui/kit"
	"zafe/ui/page"
)

// show tells all about the payment of a row.
func (p *payments) show(row int) {
	if r, ok := p.rows.At(row); ok {
		p.tell(r)
	}
}

// tell shows a payment with the documents it settles.
func (p *payments) tell(r billing.Payment) {
	e := p.env
	facts := kit.VBox(6,
		kit.Line(e.T("sales_ui.column.customer"), r.CustomerName),
		kit.Line(e.T("sales_ui.column.date"), e.Text.Date(r.Date)),
		kit.Line(e.T("sales_ui.column.amount"), e.Text.Amount(r.Amount)),
		kit.Line(e.T("sales_ui.column.method"), e.T("fr.payment."+string(r.Method))),
		kit.Line(e.T("sales_ui.payments.account"), r.Account))
	if r.Reference != "" {
		facts.Add(kit.Line(e.T("sales_ui.column.reference"), r.Reference))
	}
	if r.OnAccount > 0 || !e.Sees(auth.Balance) {
		facts.Add(kit.Line(e.T("sales_ui.column.on_account"), e.Owed(r.OnAccount)))
	}
	facts.Add(kit.Line(e.T("sales_ui.payments.recorded"),
		e.T("sales_ui.payments.recorded_by", "at", r.Recorded.At, "who", r.Recorded.Name)))
	if c := r.Cancelled; c != nil {
		facts.Add(kit.NewNotice(kit.Warn, e.T("sales_ui.payments.cancelled_on", "date", c.Date), c.Reason))
	}
	var m *kit.Modal
	body := kit.VBox(14, facts)
	if len(r.Settlements) > 0 {
		body.Add(kit.NewLabel(e.T("sales_ui.column.settled"), kit.Style{Weight: kit.Medium}))
	}
	for _, s := range r.Settlements {
		open := kit.NewButton(s.Number, "file-text", kit.Link, func() {
			m.Close()
			e.Shell.Open(routeOf(billing.Invoice, s.Document))
		})
		body.Add(kit.HBox(8, open, kit.Spacer(), kit.Strong(e.Text.Amount(s.Amount))))
	}
	done := kit.NewButton(e.T("common.close"), "", kit.Secondary, func() { m.Close() })
	m = kit.NewModal(e.T("sales_ui.payments.one", "number", r.Number), 480, body, done)
	m.Show(e.Window)
	m.Focus(done)
}

// seekMax is how far back in the list a payment is looked for.
const seekMax = 10_000

// seek finds a payment in the list, cancelled ones too, and shows it.
func (p *payments) seek(id billing.PaymentID, offset int) {
	req := billing.PaymentListRequest{Cancelled: true, Offset: offset, Limit: billing.PageMax}
	page.Call(p.env, billing.Payments, req, func(a billing.PaymentPage, err error) {
		for _, r := range a.Rows {
			if r.ID == id {
				p.tell(r)
				return
			}
		}
		if next := offset + billing.PageMax; err == nil && next < min(a.Count, seekMax) {
			p.seek(id, next)
		}
	})
}

// askPayment asks who paid, then what.
func (p *payments) askPayment() {
	e := p.env
	var m *kit.Modal
	who := newCustomerCombo(e, func(id party.CustomerID) {
		if id == 0 {
			return
		}
		m.Close()
		s := newSettlement(e, "payment", id, 0)
		s.send = sendPayment
		s.done = func() {
			e.Shell.Changed(string(billing.Invoice))
			e.Shell.Toast(kit.Ok, e.T("sales_ui.settle.done.payment"))
			p.rows.Reset()
		}
		s.open(0, billing.Invoice)
	}, nil)
	page.Writable(e, func() {
		m = kit.NewModal(e.T("sales_ui.payments.new"), 440, kit.NewField(e.T("sales_ui.payments.who"), who))
		m.Show(e.Window)
		m.Focus(who.Edit())
	})
}

// askCancel asks why a payment is cancelled, then cancels it.
func (p *payments) askCancel() {
	r, ok := p.current()
	e := p.env
	if !ok || r.Cancelled != nil || p.cancel == nil {
		return
	}
	date := dateField(e, nil)
	date.SetDate(today())
	reason := kit.NewLineEdit(e.T("sales_ui.cancel.reason_hint"))
	reason.MaxLength = billing.TextMax
	fields := map[string]*kit.Field{
		"date":   kit.NewField(e.T("sales_ui.cancel.date"), date),
		"reason": kit.NewField(e.T("sales_ui.cancel.reason"), reason).Required(),
	}
	date.OnRefused = func(err error) { fields["date"].SetError(e.Text.Fault(err)) }
	var m *kit.Modal
	do := func() {
		if !date.Commit() {
			return
		}
		req := billing.CancelRequest{ID: r.ID, Date: date.Date(), Reason: reason.Text()}
		page.Call(e, billing.CancelPayment, req, func(_ billing.Payment, err error) {
			if err != nil {
				showFault(e, fields, err)
				return
			}
			m.Close()
			for _, kind := range []string{"payment", string(billing.Invoice), "ledger"} {
				e.Shell.Changed(kind)
			}
			e.Shell.Toast(kit.Ok, e.T("sales_ui.cancel.done", "number", r.Number))
			p.rows.Reset()
		})
	}
	body := kit.VBox(14,
		kit.MutedParagraph(e.T("sales_ui.cancel.text", "amount", r.Amount, "customer", r.CustomerName)),
		kit.Cols(14, []float32{1, 2}, []fyne.CanvasObject{fields["date"], fields["reason"]}...))
	m = kit.NewModal(e.T("sales_ui.cancel.title", "number", r.Number), 540, body,
		kit.NewButton(e.T("sales_ui.cancel.keep"), "", kit.Secondary, func() { m.Close() }),
		kit.NewButton(e.T("sales_ui.payments.cancel"), "prohibit", kit.Danger, do)).Mark("warning", kit.Warn)
	page.Writable(e, func() {
		m.Show(e.Window)
		m.Focus(reason)
	})
}

// allocate settles invoices with what the selected payment left on account.
func (p *payments) allocate() {
	r, ok := p.current()
	if !ok || r.OnAccount == 0 {
		return
	}
	page.Writable(p.env, func() {
		s := newSettlement(p.env, "allocate", r.Customer, 0)
		s.send = func(s *settlement, preview bool, done func(billing.Payment, error)) {
			s.sendAllocation(billing.AllocateRequest{Payment: r.ID}, preview, done)
		}
		s.done = func() {
			p.env.Shell.Changed(string(billing.Invoice))
			p.env.Shell.Toast(kit.Ok, p.env.T("sales_ui.settle.done.allocate"))
			p.rows.Reset()
		}
		s.open(r.OnAccount, billing.Invoice)
	})
}
