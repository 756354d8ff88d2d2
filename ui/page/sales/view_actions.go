package sales

import (
	"slices"

	"fyne.io/fyne/v2"

	"zafe/app/billing"
	"zafe/app/op"
	"zafe/app/party"
	"zafe/ui/kit"
	"zafe/ui/page"
)

// may tells whether the person may do something with this document: one may be there to see only.
func (v *view) may(s op.Spec) bool { return v.env.Can(s) && !slices.Contains(v.card.Lacks, s.Needs) }

// act adds a button for an act the person may do.
func (v *view) act(out []fyne.CanvasObject, may bool, b *kit.Button) []fyne.CanvasObject {
	if !may {
		return out
	}
	v.actions = append(v.actions, b)
	return append(out, b)
}

// primary makes the one main button of the page, which F10 runs too.
func (v *view) primary(key, icon string, run func()) *kit.Button {
	v.main = run
	b := kit.NewButton(v.env.T("sales_ui.act."+key), icon, kit.Primary, run)
	b.SetTip("F10")
	return b
}

func (v *view) secondary(key, icon string, run func()) *kit.Button {
	return kit.NewButton(v.env.T("sales_ui.act."+key), icon, kit.Secondary, run)
}

// makeActions makes the buttons: what can be done with the document as it stands, by this person.
func (v *view) makeActions() []fyne.CanvasObject {
	e, c := v.env, v.card
	text, tone := statusOf(e, c.Kind, c.Status)
	out := []fyne.CanvasObject{kit.NewPill(text, tone), kit.Gap(4, 1)}
	if e.Can(billing.PDF.Spec) {
		out = v.act(out, true, v.secondary("pdf", "file-pdf", v.pdf))
	}
	if !c.Final {
		return out
	}
	if c.Customer != 0 && e.Can(party.Get.Spec) {
		open := kit.NewIconButton("user", e.T("sales_ui.act.customer"), func() {
			e.Shell.Open(page.Route{Name: "customer", ID: int64(c.Customer)})
		})
		out = append([]fyne.CanvasObject{open}, out...)
	}
	switch c.Kind {
	case billing.Quote:
		out = v.quoteActions(out)
	case billing.Invoice:
		out = v.act(out, v.may(billing.Duplicate.Spec), v.secondary("duplicate", "copy", v.page.duplicate))
		may := c.Status != billing.Credited && v.may(billing.Credit.Spec)
		out = v.act(out, may, v.secondary("credit", "arrow-u-up-left", v.askCredit))
		if c.Balance.Open > 0 && v.may(billing.RecordPayment.Spec) {
			out = v.act(out, true, v.primary("pay", "coins", v.pay))
		}
	case billing.CreditNote:
		if c.Balance.Open > 0 {
			out = v.act(out, v.may(billing.Allocate.Spec), v.secondary("allocate", "link", v.allocate))
			if v.may(billing.RecordPayment.Spec) {
				out = v.act(out, true, v.primary("refund", "hand-coins", v.pay))
			}
		}
	}
	return out
}

// quoteActions are what the answer of the customer leaves to do.
func (v *view) quoteActions(out []fyne.CanvasObject) []fyne.CanvasObject {
	s := v.card.Status
	out = v.act(out, v.may(billing.Duplicate.Spec), v.secondary("duplicate", "copy", v.page.duplicate))
	if s == billing.Invoiced {
		return out
	}
	may := s != billing.Refused && v.may(billing.RefuseQuote.Spec)
	out = v.act(out, may, v.secondary("refuse", "x", v.refuse))
	if s == billing.Accepted {
		if v.may(billing.QuoteToInvoice.Spec) {
			out = v.act(out, true, v.primary("to_invoice", "receipt", v.toInvoice))
		}
		return out
	}
	if s != billing.Refused {
		out = v.act(out, v.may(billing.QuoteToInvoice.Spec), v.secondary("to_invoice", "receipt", v.toInvoice))
	}
	if v.may(billing.AcceptQuote.Spec) {
		out = v.act(out, true, v.primary("accept", "signature", v.accept))
	}
	return out
}

// online implements sheet.
func (v *view) online() { v.gate() }

// gate turns off what cannot be done while the book is out of reach.
func (v *view) gate() {
	for _, b := range v.actions {
		if !v.env.Shell.Online() {
			b.DisableWith(page.Shut(v.env))
		} else if b.Disabled() {
			b.Enable()
		}
	}
}

// toInvoice makes the draft of an invoice of the quote and opens it.
func (v *view) toInvoice() {
	page.Writable(v.env, func() {
		page.Do(v.env, billing.QuoteToInvoice, billing.DocumentRequest{ID: v.card.ID}, func(d billing.Document) {
			v.page.changed()
			v.env.Shell.Changed(string(billing.Invoice))
			v.env.Shell.Toast(kit.Ok, v.env.T("sales_ui.invoice_made"))
			v.env.Shell.Open(routeOf(d.Kind, d.ID))
		})
	})
}

// done follows an act on the document: the card is read again.
func (v *view) done(text string) {
	v.page.changed()
	v.env.Shell.Toast(kit.Ok, text)
	v.page.load()
}
