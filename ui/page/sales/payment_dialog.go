package sales

import (
	"fyne.io/fyne/v2"

	"zafe/app/billing"
	"zafe/app/civil"
	"zafe/app/fr"
	"zafe/app/money"
	"zafe/app/op"
	"zafe/app/party"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/theme"
)

// openMax is how many open documents of a customer a payment dialog offers.
const openMax = 50

// settlement is the dialog that settles documents of one customer: with a payment, a refund, what a
// payment left on account, or a credit note. The oldest ticked document is settled first; the book
// has the last word on every amount.
type settlement struct {
	env    *page.Env
	kind   string         // "payment", "refund" or "allocate": the key of its texts
	means  billing.Method // proposed first, if it moves money
	who    party.CustomerID
	send   func(s *settlement, preview bool, done func(billing.Payment, error))
	done   func()
	docs   []billing.Row
	ticked map[billing.DocumentID]bool

	modal  *kit.Modal
	date   *kit.DateField
	amount *kit.LineEdit
	method *kit.Select
	ref    *kit.LineEdit
	note   *kit.Label
	list   *fyne.Container
	parts  map[billing.DocumentID]*kit.Label
	fields map[string]*kit.Field
	typing kit.Later
	turn   int
}

// pay records a payment of the invoice shown, or the refund of the credit note shown.
func (v *view) pay() {
	kind := "payment"
	if v.card.Kind == billing.CreditNote {
		kind = "refund"
	}
	page.Writable(v.env, func() {
		s := newSettlement(v.env, kind, v.card.Customer, v.card.ID)
		s.send, s.means = sendPayment, v.card.Method
		s.done = func() { v.done(v.env.T("sales_ui.settle.done." + kind)) }
		s.open(v.card.Balance.Open, v.card.Kind)
	})
}

// allocate settles invoices with what is left of the credit note shown.
func (v *view) allocate() {
	page.Writable(v.env, func() {
		s := newSettlement(v.env, "allocate", v.card.Customer, 0)
		credit := v.card.ID
		s.send = func(s *settlement, preview bool, done func(billing.Payment, error)) {
			s.sendAllocation(billing.AllocateRequest{Credit: credit}, preview, done)
		}
		s.done = func() { v.done(v.env.T("sales_ui.settle.done.allocate")) }
		s.open(v.card.Balance.Open, billing.Invoice)
	})
}

func newSettlement(e *page.Env, kind string, who party.CustomerID, doc billing.DocumentID) *settlement {
	s := &settlement{
		env: e, kind: kind, who: who, ticked: map[billing.DocumentID]bool{}, fields: map[string]*kit.Field{},
		parts: map[billing.DocumentID]*kit.Label{}, typing: kit.Later{Wait: restPreview},
	}
	if doc != 0 {
		s.ticked[doc] = true
	}
	return s
}

// open reads what the customer's account holds, then shows the dialog.
func (s *settlement) open(amount money.Amount, k billing.Kind) {
	req := billing.ListRequest{
		Kinds: []billing.Kind{k}, Customer: s.who, Open: true, Sort: billing.ByDue, Ascending: true, Limit: openMax,
	}
	page.Do(s.env, billing.List, req, func(p billing.Page) {
		s.docs = p.Rows
		if len(s.ticked) == 0 && len(s.docs) > 0 {
			s.ticked[s.docs[0].ID] = true
			if amount == 0 {
				amount = s.docs[0].Open
			}
		}
		s.build(amount)
	})
}

func (s *settlement) build(amount money.Amount) {
	e := s.env
	s.date = dateField(e, func(civil.Date) { s.changed() })
	s.date.SetDate(today())
	s.amount = kit.NewAmountEdit("€")
	s.amount.SetText(e.Text.AmountBare(amount))
	s.amount.OnChanged = func(string) { s.changed() }
	s.method = kit.NewSelect(treasury(e), func(string) { s.changed() })
	s.method.SetKey("transfer")
	for _, o := range treasury(e) {
		if o.Key == string(s.means) {
			s.method.SetKey(o.Key)
		}
	}
	s.ref = kit.NewLineEdit(e.T("sales_ui.settle.ref_hint"))
	s.ref.MaxLength = billing.TextMax
	s.note = kit.NewLabel("", kit.Style{Color: theme.Muted, Wrap: true})
	add := func(name, label string, o fyne.CanvasObject) *kit.Field {
		s.fields[name] = kit.NewField(e.T("sales_ui.settle."+label), o)
		return s.fields[name]
	}
	s.date.OnRefused = func(err error) { s.fields["date"].SetError(e.Text.Fault(err)) }
	body := kit.VBox(14)
	date, sum := add("date", "date", s.date), add("amount", "amount."+s.kind, s.amount)
	if s.kind == "allocate" {
		body.Add(kit.MutedParagraph(e.T("sales_ui.settle.text.allocate", "left", amount)))
		body.Add(kit.Cols(14, nil, date, sum))
	} else {
		body.Add(kit.Cols(14, []float32{1, 1, 1.1}, date, sum, add("method", "method", s.method)))
		body.Add(add("reference", "ref", s.ref))
	}
	s.list = kit.VBox(4)
	s.fillList()
	list := "sales_ui.settle.list." + s.kind
	if len(s.docs) == 0 {
		list = "sales_ui.settle.list.none"
	}
	body.Add(kit.NewLabel(e.T(list), kit.Style{Weight: kit.Medium}))
	body.Add(kit.Fixed(0, min(float32(len(s.docs)), 6)*34+4, kit.NewScroll(s.list)))
	body.Add(s.note)
	s.modal = kit.NewModal(e.T("sales_ui.settle.title."+s.kind), 600, body,
		kit.NewButton(e.T("common.cancel"), "", kit.Secondary, func() { s.modal.Close() }),
		kit.NewButton(e.T("sales_ui.settle.act."+s.kind), "check", kit.Primary, s.commit)).OnEnter(s.commit)
	s.modal.Show(e.Window)
	s.modal.Focus(s.amount)
	s.changed()
}

// treasury are the means that move money.
func treasury(e *page.Env) []kit.Option {
	var out []kit.Option
	for _, m := range fr.AllPaymentMeans() {
		if m.Key == "other" || len(m.Account) > 0 && m.Account[0] == '5' {
			out = append(out, kit.Option{Key: m.Key, Text: e.T("fr.payment." + m.Key)})
		}
	}
	return out
}

func (s *settlement) fillList() {
	e := s.env
	for _, d := range s.docs {
		tick := kit.NewCheck(d.Number, func(on bool) {
			s.ticked[d.ID] = on
			s.changed()
		})
		tick.SetOn(s.ticked[d.ID])
		part := kit.NewLabel("", kit.Style{Weight: kit.Bold, Align: fyne.TextAlignTrailing})
		s.parts[d.ID] = part
		due := e.T("sales_ui.settle.due", "date", d.DueDate, "open", d.Open)
		if d.DueDate.IsZero() {
			due = e.T("sales_ui.settle.left", "open", d.Open)
		}
		s.list.Add(kit.Fixed(0, 30, kit.HBox(10, kit.Fixed(130, 0, tick), kit.Muted(due), kit.Spacer(),
			kit.Fixed(110, 0, part))))
	}
}

// typed reads the amount; ok is false while it is no amount.
func (s *settlement) typed() (money.Amount, bool) {
	a, err := money.ParseAmount(s.amount.Text())
	if err != nil {
		s.fields["amount"].SetError(s.env.Text.Fault(err))
		return 0, false
	}
	s.fields["amount"].SetError("")
	return a, true
}

// allocations proposes how the amount settles the ticked documents, the oldest first.
func (s *settlement) allocations(amount money.Amount) []billing.Allocation {
	out := []billing.Allocation{}
	for _, d := range s.docs {
		if part := min(d.Open, amount); s.ticked[d.ID] && part > 0 {
			out = append(out, billing.Allocation{Document: d.ID, Amount: part})
			amount -= part
		}
	}
	return out
}

// changed shows the shares and rehearses the payment.
func (s *settlement) changed() {
	amount, ok := s.typed()
	if !ok {
		return
	}
	for _, l := range s.parts {
		l.SetText("")
	}
	for _, a := range s.allocations(amount) {
		s.parts[a.Document].SetText(s.env.Text.Amount(a.Amount))
	}
	s.turn++
	turn := s.turn
	s.typing.Stop()
	if amount <= 0 {
		s.note.SetText("")
		return
	}
	s.typing.Do(func() {
		s.send(s, true, func(p billing.Payment, err error) {
			if turn == s.turn {
				s.say(p, err)
			}
		})
	})
}

// say tells what the rehearsal found.
func (s *settlement) say(p billing.Payment, err error) {
	e := s.env
	switch {
	case err != nil:
		s.note.SetColor(theme.ErrorText)
		s.note.SetText(e.Text.Fault(err))
	case p.OnAccount > 0:
		s.note.SetColor(theme.WarnText)
		s.note.SetText(e.T("sales_ui.settle.on_account", "left", p.OnAccount))
	default:
		s.note.SetColor(theme.Muted)
		s.note.SetText(e.T("sales_ui.settle.exact." + s.kind))
	}
	s.modal.Resize()
}

// commit does it.
func (s *settlement) commit() {
	if _, ok := s.typed(); !ok || !s.date.Commit() {
		return
	}
	s.typing.Stop()
	s.turn++
	s.send(s, false, func(_ billing.Payment, err error) {
		if err != nil {
			showFault(s.env, s.fields, err)
			return
		}
		s.modal.Close()
		s.env.Shell.Changed("payment")
		s.env.Shell.Changed("ledger")
		s.done()
	})
}

// sendPayment records a payment or a refund, or rehearses it.
func sendPayment(s *settlement, preview bool, done func(billing.Payment, error)) {
	amount, _ := s.typed()
	req := billing.RecordRequest{
		Customer: s.who, Refund: s.kind == "refund", Date: s.date.Date(), Amount: amount,
		Method: billing.Method(s.method.Key()), Reference: s.ref.Text(), Allocations: s.allocations(amount),
	}
	if preview {
		page.Preview(s.env, billing.RecordPayment, req, done)
		return
	}
	page.Call(s.env, billing.RecordPayment, req, done)
}

// sendAllocation settles with what is there already, or rehearses it.
func (s *settlement) sendAllocation(
	req billing.AllocateRequest, preview bool, done func(billing.Payment, error),
) {
	amount, _ := s.typed()
	req.Date, req.Allocations = s.date.Date(), s.allocations(amount)
	answer := func(_ op.Empty, err error) { done(billing.Payment{}, err) }
	if preview {
		page.Preview(s.env, billing.Allocate, req, answer)
		return
	}
	page.Call(s.env, billing.Allocate, req, answer)
}
