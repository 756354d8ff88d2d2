package sales

import (
	"fyne.io/fyne/v2"

	"zafe/app/billing"
	"zafe/app/civil"
	"zafe/ui/kit"
	"zafe/ui/page"
)

// accept keeps the customer's agreement: the day and who signed.
func (v *view) accept() {
	signer := kit.NewLineEdit(v.env.T("sales_ui.answer.signer_hint"))
	v.answer("accept", signer, "check", func(day civil.Date, done func(billing.Document, error)) {
		page.Call(v.env, billing.AcceptQuote,
			billing.AcceptRequest{ID: v.card.ID, Date: day, Signer: signer.Text()}, done)
	})
}

// refuse keeps the customer's refusal and why.
func (v *view) refuse() {
	reason := kit.NewLineEdit(v.env.T("sales_ui.answer.reason_hint"))
	v.answer("refuse", reason, "x", func(day civil.Date, done func(billing.Document, error)) {
		page.Call(v.env, billing.RefuseQuote,
			billing.RefuseRequest{ID: v.card.ID, Date: day, Reason: reason.Text()}, done)
	})
}

// answer asks for the day of an answer and one text, then sends them.
func (v *view) answer(key string, text *kit.LineEdit, icon string,
	send func(day civil.Date, done func(billing.Document, error)),
) {
	e := v.env
	text.MaxLength = billing.TextMax
	date := dateField(e, nil)
	date.SetDate(today())
	fields := map[string]*kit.Field{
		"date": kit.NewField(e.T("sales_ui.answer.date"), date),
		"text": kit.NewField(e.T("sales_ui.answer."+key), text),
	}
	date.OnRefused = func(err error) { fields["date"].SetError(e.Text.Fault(err)) }
	var m *kit.Modal
	do := func() {
		if !date.Commit() {
			return
		}
		send(date.Date(), func(_ billing.Document, err error) {
			if err != nil {
				showFault(e, fields, err)
				return
			}
			m.Close()
			v.done(e.T("sales_ui.answered." + key))
		})
	}
	yes := kit.NewButton(e.T("sales_ui.act."+key), icon, kit.Primary, do)
	m = kit.NewModal(e.T("sales_ui.answer.title."+key, "number", v.card.Number), 480,
		kit.Cols(14, []float32{1, 2}, fields["date"], fields["text"]),
		kit.NewButton(e.T("common.cancel"), "", kit.Secondary, func() { m.Close() }), yes).OnEnter(do)
	m.Show(e.Window)
	m.Focus(text)
}

// askCredit asks why an invoice is credited, then opens the draft of the credit note, where lines can
// still be taken out and quantities lowered.
func (v *view) askCredit() {
	e := v.env
	reason := kit.NewLineEdit(e.T("sales_ui.credit.reason_hint"))
	reason.MaxLength = billing.TextMax
	var m *kit.Modal
	do := func() {
		page.Writable(e, func() {
			page.Do(e, billing.Credit, billing.CreditRequest{Invoice: v.card.ID, Reason: reason.Text()},
				func(d billing.Document) {
					m.Close()
					v.page.changed()
					e.Shell.Toast(kit.Ok, e.T("sales_ui.credit.made"))
					e.Shell.Open(routeOf(d.Kind, d.ID))
				})
		})
	}
	body := []fyne.CanvasObject{
		kit.MutedParagraph(e.T("sales_ui.credit.text", "number", v.card.Number)),
		kit.NewField(e.T("sales_ui.credit.reason"), reason),
	}
	m = kit.NewModal(e.T("sales_ui.credit.title", "number", v.card.Number), 520, kit.VBox(14, body...),
		kit.NewButton(e.T("common.cancel"), "", kit.Secondary, func() { m.Close() }),
		kit.NewButton(e.T("sales_ui.credit.act"), "arrow-u-up-left", kit.Primary, do)).OnEnter(do)
	m.Show(e.Window)
	m.Focus(reason)
}
