package customers

import (
	"slices"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"zafe/app/auth"
	"zafe/app/billing"
	"zafe/app/fault"
	"zafe/app/file"
	"zafe/app/fr"
	"zafe/app/op"
	"zafe/app/party"
	"zafe/app/user"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/page/attached"
	"zafe/ui/page/paging"
	"zafe/ui/theme"
)

// documentsMax is how many documents the card shows; the lists have the rest.
const documentsMax = 200

// card is one customer: who they are, whom to talk to, what was sold to them.
type card struct {
	*page.Gate
	env    *page.Env
	was    party.Customer
	object *kit.Page
	head   *kit.Header

	edits    map[string]*kit.LineEdit
	fields   map[string]*kit.Field
	kind     *kit.Choice
	owner    *kit.Select
	owners   []kit.Option
	month    *kit.Switch
	prospect *kit.Switch
	notes    *kit.TextArea
	contacts *fyne.Container
	add      *kit.Button // a contact
	people   []*contact
	rows     []billing.Row
	papers   *kit.Grid
	tabs     *kit.Tabs
	room     *fyne.Container
	files    *attached.Panel // nil for a customer that is not saved yet
	banner   *fyne.Container // that somebody else changed the customer
	why      *fyne.Container // why it is only read
	dirty    bool
}

// contact is the boxes of one contact.
type contact struct{ name, role, email, phone *kit.LineEdit }

func newCard(e *page.Env, id party.CustomerID) page.Page {
	c := &card{
		Gate: page.NewGate(e), env: e, edits: map[string]*kit.LineEdit{}, fields: map[string]*kit.Field{},
		contacts: kit.VBox(8),
	}
	c.was = party.Customer{ID: id, Kind: party.Company, Owner: e.Me.User.ID, PaymentDays: 30}
	c.was.Country = "FR"
	c.head = kit.NewHeader(e.T("customers.new"), "").OnBack(e.T("common.back"), e.Shell.Back)
	c.banner = kit.VBox(0)
	c.banner.Hide()
	c.object = kit.NewPage(c.head, c.body()).Bar(c.banner)
	if id == 0 {
		c.show(c.was)
		kit.After(paging.RestShown, func() {
			if !c.dirty {
				kit.Focus(c.edits["name"])
			}
		})
	} else {
		c.Refresh()
	}
	page.Call(e, user.Names, op.Empty{}, func(r user.NamesResponse, err error) {
		if err != nil {
			return
		}
		var options []kit.Option
		for _, u := range r.Users {
			options = append(options, kit.Option{Key: strconv.FormatInt(int64(u.ID), 10), Text: u.Name})
		}
		c.owners = options
		c.owner.SetOptions(options)
		c.owner.SetKey(strconv.FormatInt(int64(c.was.Owner), 10))
		c.explain() // with the name
	})
	return c
}

func (c *card) touched(string) { c.dirty = true }

func (c *card) field(key string) *kit.Field {
	edit := kit.NewLineEdit("")
	edit.OnChanged = c.touched
	c.edits[key] = edit
	c.fields[key] = kit.NewField(c.env.T("customers."+key), edit)
	return c.fields[key]
}

// body is the form on the left, contacts and documents on the right.
func (c *card) body() fyne.CanvasObject {
	e := c.env
	c.kind = kit.NewSegmented([]kit.Option{
		{Key: string(party.Company), Text: e.T("customers.kind.company")},
		{Key: string(party.Person), Text: e.T("customers.kind.person")},
	}, func(string) { c.dirty = true })
	c.owner = kit.NewSelect(nil, c.touched)
	c.month = kit.NewSwitch(e.T("customers.end_of_month"), "", func(bool) { c.dirty = true })
	c.prospect = kit.NewSwitch(e.T("customers.prospect"), "", func(bool) { c.dirty = true })
	c.notes = kit.NewTextArea("", 4)
	c.notes.OnChanged = c.touched
	who := kit.NewCard(e.T("customers.who"), kit.VBox(theme.GapField, kit.HBox(8, c.kind, kit.Spacer()),
		c.field("name").Required(),
		kit.FormGrid(3, c.field("siren"), c.field("siret"), c.field("vat_number")),
		kit.Cols(theme.GapCard, []float32{1.7, 1}, c.field("email"), c.field("phone"))))
	where := kit.NewCard(e.T("customers.where"), kit.VBox(theme.GapField, c.field("street"), c.field("street2"),
		kit.FormGrid(3, c.field("postal_code"), c.field("city"), c.field("country"))))
	c.fields["owner"] = kit.NewField(e.T("customers.owner"), c.owner)
	terms := kit.NewCard(e.T("customers.terms"), kit.VBox(theme.GapField,
		kit.FormGrid(2, c.field("payment_days"), c.fields["owner"]), kit.HBox(24, c.month, c.prospect, kit.Spacer()),
		kit.NewField(e.T("customers.notes"), c.notes)))
	c.add = kit.NewButton(e.T("customers.add_contact"), "plus", kit.Link, func() {
		c.addContact(party.Contact{})
		c.dirty = true
		e.Window.Canvas().Focus(c.people[len(c.people)-1].name)
	})
	contacts := kit.NewCard(e.T("customers.contacts"), kit.NewScroll(c.contacts)).Action(c.add)
	c.why = kit.VBox(0)
	c.why.Hide()
	left := kit.NewScroll(kit.VBox(theme.GapCard, c.why, who, where, terms))
	return kit.Cols(theme.GapCard, []float32{1.1, 1}, left, kit.Split(theme.GapCard, []float32{1, 1.4}, contacts, c.documents()))
}

// documents lists what was sold to the customer.
func (c *card) documents() fyne.CanvasObject {
	e := c.env
	c.papers = kit.NewGrid([]kit.Column{
		{Title: e.T("customers.column.number"), Width: 110},
		{Title: e.T("customers.column.date"), Width: 92, Spare: true},
		{Title: e.T("customers.column.subject"), Width: 120, Weight: 1},
		{Title: e.T("customers.column.gross"), Width: 104, Align: fyne.TextAlignTrailing},
		{Title: e.T("customers.column.open"), Width: 100, Align: fyne.TextAlignTrailing},
	}, func() int { return len(c.rows) }, func(row, col int) kit.CellView {
		r := c.rows[row]
		switch col {
		case 0:
			if r.Number == "" {
				return kit.CellView{Text: e.T("customers.draft"), Color: theme.Faint}
			}
			return kit.CellView{Text: r.Number, Weight: kit.Medium}
		case 1:
			return kit.CellView{Text: e.Text.Date(r.Date), Color: theme.Muted}
		case 2:
			return kit.CellView{Text: r.Subject, Color: theme.Muted}
		case 3:
			return kit.CellView{Text: e.Text.Amount(r.Gross)}
		default:
			if !e.Sees(auth.Balance) {
				return page.Hidden()
			}
			if r.Open == 0 {
				return kit.CellView{Text: "–", Color: theme.Faint}
			}
			return kit.CellView{Text: e.Text.Amount(r.Open), Weight: kit.Bold}
		}
	})
	c.papers.OnOpen = func(row int) {
		r := c.rows[row]
		name := "invoice"
		if r.Kind == billing.Quote {
			name = "quote"
		}
		e.Shell.Open(page.Route{Name: name, ID: int64(r.ID)})
	}
	c.papers.SetEmpty(kit.NewEmpty("receipt", e.T("customers.no_paper"), "", nil))
	c.papers.Frameless = true
	c.room = container.NewStack(kit.NewEmpty("paperclip", e.T("customers.save_first"), "", nil))
	var tabs []kit.Tab
	if e.Can(billing.List.Spec) {
		tabs = append(tabs, kit.Tab{Key: "papers", Text: e.T("customers.papers"), Make: func() fyne.CanvasObject { return c.papers }})
	}
	c.tabs = kit.NewTabs(append(tabs,
		kit.Tab{Key: "files", Text: e.T("attached.title"), Make: func() fyne.CanvasObject { return c.room }})...)
	return kit.NewCard("", c.tabs).Room(14)
}

// attach shows what is attached to the customer, once there is one.
func (c *card) attach() {
	if c.was.ID == 0 {
		return
	}
	if c.files == nil {
		c.files = attached.New(c.env, file.Subject{Kind: file.Customer, ID: int64(c.was.ID)})
		c.files.OnCount = func(n int) { c.tabs.SetCount("files", attached.Count(c.env, n)) }
		c.room.Objects = []fyne.CanvasObject{c.files.Object()}
		c.room.Refresh()
	}
	c.files.Read()
}

// Drop implements page.Droppable.
func (c *card) Drop(paths []string) {
	if c.files != nil {
		c.tabs.SetKey("files")
		c.files.Drop(paths)
	}
}

// SetOnline implements page.Linked.
func (c *card) SetOnline(online bool) {
	c.Gate.SetOnline(online)
	if c.files != nil {
		c.files.SetOnline(online)
	}
}

func (c *card) addContact(p party.Contact) {
	e := c.env
	k := &contact{kit.NewLineEdit(e.T("customers.contact.name")), kit.NewLineEdit(e.T("customers.contact.role")), kit.NewLineEdit(e.T("customers.email")), kit.NewLineEdit(e.T("customers.phone"))}
	for edit, text := range map[*kit.LineEdit]string{k.name: p.Name, k.role: p.Role, k.email: p.Email, k.phone: p.Phone} {
		edit.SetText(text)
		edit.OnChanged = c.touched
	}
	for _, edit := range []*kit.LineEdit{k.name, k.role, k.email, k.phone} {
		edit.ReadOnly = !c.types()
	}
	c.people = append(c.people, k)
	c.contacts.Add(kit.VBox(6, kit.Cols(8, nil, k.name, k.role), kit.Cols(8, nil, k.email, k.phone)))
	c.contacts.Refresh()
}

// texts ties the boxes to a customer.
func texts(v *party.Customer) map[string]*string {
	return map[string]*string{
		"name": &v.Name, "siren": &v.SIREN, "siret": &v.SIRET, "vat_number": &v.VATNumber, "email": &v.Email,
		"phone": &v.Phone, "street": &v.Street, "street2": &v.Street2, "postal_code": &v.PostalCode, "city": &v.City,
		"country": &v.Country,
	}
}

// show puts a customer on the page.
func (c *card) show(v party.Customer) {
	e := c.env
	c.was, c.dirty = v, false
	for key, text := range texts(&v) {
		c.edits[key].SetText(*text)
	}
	c.edits["siren"].SetText(fr.FormatSIREN(v.SIREN))
	c.edits["siret"].SetText(fr.FormatSIRET(v.SIRET))
	c.edits["payment_days"].SetText(strconv.Itoa(v.PaymentDays))
	c.kind.SetKey(string(v.Kind))
	c.month.SetOn(v.PaymentEndOfMonth)
	c.prospect.SetOn(v.Prospect)
	c.notes.SetText(v.Notes)
	c.owner.SetKey(strconv.FormatInt(int64(v.Owner), 10))
	c.explain()
	c.people, c.contacts.Objects = nil, nil
	for _, p := range v.Contacts {
		c.addContact(p)
	}
	if v.ID != 0 {
		if !e.Sees(auth.Contact) {
			c.contacts.Objects = []fyne.CanvasObject{kit.Muted(e.Seen("", auth.Contact))}
		}
		c.head.SetTitle(v.Name)
		c.head.SetUnder(e.T("customers.changed", "code", v.Code, "who", v.UpdatedBy, "when", e.Text.Instant(v.UpdatedAt)))
	}
	c.head.SetActions(c.actions()...)
}

// may tells whether the person may do something with this customer: one may be there to see only.
func (c *card) may(s op.Spec) bool { return c.env.Can(s) && !slices.Contains(c.was.Lacks, s.Needs) }

// types tells whether what the person types on this card can be saved.
func (c *card) types() bool { return c.may(party.Save.Spec) && !c.env.Still() }

// explain has the card of who may not change it take nothing, and says whose it is if that is why.
func (c *card) explain() {
	may := c.types()
	for _, edit := range c.edits {
		edit.ReadOnly = !may
		edit.Refresh()
	}
	sees := c.was.ID == 0 || c.env.Sees(auth.Contact) // of a new one, who writes it may say what they know
	if !sees {
		c.env.Mask(c.edits["email"], auth.Contact)
		c.env.Mask(c.edits["phone"], auth.Contact)
	}
	c.notes.ReadOnly = !may
	c.notes.Refresh()
	for _, choice := range []fyne.Disableable{c.kind, c.owner, c.month, c.prospect} {
		if may {
			choice.Enable()
		} else {
			choice.Disable()
		}
	}
	if may && sees {
		c.add.Show()
	} else {
		c.add.Hide()
	}
	c.why.Objects = nil
	if slices.Contains(c.was.Lacks, party.Save.Spec.Needs) {
		name, owner := "", strconv.FormatInt(int64(c.was.Owner), 10)
		for _, o := range c.owners {
			if o.Key == owner {
				name = o.Text
			}
		}
		c.why.Add(kit.NewNotice(kit.Info, "", c.env.T("party.not_yours", "name", name)))
		c.why.Show()
	} else {
		c.why.Hide()
	}
	c.why.Refresh()
}

func (c *card) actions() []fyne.CanvasObject {
	e, v := c.env, c.was
	c.Forget()
	var out []fyne.CanvasObject
	if v.ID != 0 && c.may(party.Archive.Spec) {
		o, text, icon := party.Archive, e.T("customers.archive"), "archive"
		if v.Archived {
			o, text, icon = party.Restore, e.T("customers.restore"), "arrow-u-up-left"
		}
		out = append(out, c.Write(kit.NewButton(text, icon, kit.Ghost, func() {
			page.Do(e, o, party.IDRequest{ID: v.ID}, func(got party.Customer) {
				c.show(got)
				e.Shell.Changed("customer")
			})
		})))
	}
	if v.ID != 0 && c.may(billing.SaveQuote.Spec) {
		out = append(out, c.Write(kit.NewButton(e.T("home.new_quote"), "file-text", kit.Secondary, func() {
			e.Shell.Open(page.Route{Name: "quote", Arg: "customer:" + strconv.FormatInt(int64(v.ID), 10)})
		})))
	}
	if v.ID != 0 && c.may(billing.SaveInvoice.Spec) {
		out = append(out, c.Write(kit.NewButton(e.T("home.new_invoice"), "receipt", kit.Secondary, func() {
			e.Shell.Open(page.Route{Name: "invoice", Arg: "customer:" + strconv.FormatInt(int64(v.ID), 10)})
		})))
	}
	if c.may(party.Save.Spec) {
		out = append(out, c.Write(kit.NewButton(e.T("common.save"), "floppy-disk", kit.Primary, c.save)))
	}
	return out
}

// typed reads the page into a customer; what the page does not show stays as it was.
func (c *card) typed() (party.Customer, bool) {
	v := c.was
	for key, text := range texts(&v) {
		*text = c.edits[key].Text()
	}
	v.Kind, v.Notes = party.Kind(c.kind.Key()), c.notes.Text()
	v.PaymentEndOfMonth, v.Prospect = c.month.On(), c.prospect.On()
	if id, err := strconv.ParseInt(c.owner.Key(), 10, 64); err == nil {
		v.Owner = auth.UserID(id)
	}
	v.Contacts = nil
	for _, k := range c.people {
		p := party.Contact{Name: k.name.Text(), Role: k.role.Text(), Email: k.email.Text(), Phone: k.phone.Text()}
		if p != (party.Contact{}) {
			v.Contacts = append(v.Contacts, p)
		}
	}
	days, err := strconv.Atoi(c.edits["payment_days"].Text())
	if err != nil {
		c.fields["payment_days"].SetError(c.env.T("settings.number"))
		return v, false
	}
	v.PaymentDays = days
	return v, true
}

func (c *card) save() {
	e := c.env
	for _, f := range c.fields {
		f.SetError("")
	}
	v, good := c.typed()
	if !good {
		return
	}
	page.Call(e, party.Save, v, func(got party.Saved, err error) {
		if err != nil {
			f := fault.Of(err)
			switch {
			case c.fields[f.Field] != nil:
				c.fields[f.Field].SetError(e.Text.Fault(f))
			case f.Key == "party.changed_meanwhile":
				c.Elsewhere()
			default:
				e.Shell.Fail(err)
			}
			return
		}
		c.settled()
		c.show(got.Customer)
		c.attach()
		e.Shell.Changed("customer")
		if len(got.Warnings) > 0 {
			e.Shell.Toast(kit.Warn, e.Text.Fault(got.Warnings[0]))
			return
		}
		e.Shell.Toast(kit.Ok, e.T("customers.saved"))
	})
}

// Object implements page.Page.
func (c *card) Object() fyne.CanvasObject { return c.object }

// Unsaved implements page.Page.
func (c *card) Unsaved() bool { return c.dirty }

// Refresh implements page.Page; what is being typed is kept.
func (c *card) Refresh() {
	e := c.env
	if c.was.ID == 0 || c.dirty {
		return
	}
	c.attach()
	page.Do(e, party.Get, party.IDRequest{ID: c.was.ID}, func(v party.Customer) {
		if !c.dirty { // typing may have begun meanwhile
			c.show(v)
		}
	})
	if !e.Can(billing.List.Spec) {
		return
	}
	page.Call(e, billing.List, billing.ListRequest{Customer: c.was.ID, Limit: documentsMax}, func(p billing.Page, err error) {
		page.Answered(e, err, c.papers)
		if err == nil {
			c.rows = p.Rows
			c.papers.Reload()
		}
	})
}

// Commands are the shortcuts of the page.
func (c *card) Commands() []kit.Command {
	if !c.may(party.Save.Spec) {
		return nil
	}
	return []kit.Command{{
		Key: fyne.KeyS, Mod: fyne.KeyModifierShortcutDefault, Name: c.env.T("common.save"),
		Run: func() { page.Writable(c.env, c.save) },
	}}
}
