package books_test

import (
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"zafe/app/auth"
	"zafe/app/civil"
	"zafe/app/company"
	"zafe/app/file"
	"zafe/app/ledger"
	"zafe/app/money"
	"zafe/app/party"
	"zafe/app/setup"
	"zafe/store"
	"zafe/store/storetest"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/page/books"
	"zafe/ui/uitest"
)

// desk is a person at the accounting pages of a real book, on 21 November 2026.
type desk struct {
	*storetest.World
	t     testing.TB
	env   *page.Env
	shell *uitest.Shell
	keys  *kit.Keys
}

func open(t testing.TB, role auth.Role) *desk {
	t.Helper()
	w := book(t)
	d := &desk{World: w, t: t}
	d.env, d.shell = uitest.New(t, w.As(string(role)), role)
	d.keys = kit.InstallKeys(d.env.Window)
	t.Cleanup(func() { kit.ForgetWindow(d.env.Window) })
	t.Cleanup(books.Clock(w.Clock.Now))
	return d
}

// book is one with nothing but what the company starts with.
func book(t testing.TB) *storetest.World {
	t.Helper()
	w := storetest.NewWorld(t, party.Bind[*store.Tx], ledger.Bind[*store.Tx], company.Bind[*store.Tx])
	file.Bind(w.Registry, w.Store.ReceiveFile)
	w.Update(func(tx *store.Tx) error {
		if err := setup.Seed(tx); err != nil {
			return err
		}
		_, err := ledger.OpenFiscalYear(tx, civil.YearOf(day(1, 1)))
		return err
	})
	p := company.Default()
	p.Name, p.LegalForm, p.SIREN, p.RCSCity = "Menuiserie Durand", "sarl", "732829320", "Nantes"
	p.Street, p.PostalCode, p.City, p.Capital = "3 quai de la Fosse", "44000", "Nantes", 10_000_00
	must(company.Save.Call(w.Ctx(), w.As("owner"), p))(t)
	return w
}

func must[V any](v V, err error) func(testing.TB) V {
	return func(t testing.TB) V {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func day(month, d int) civil.Date { return civil.New(2026, time.Month(month), d) }

// show opens a route in the window.
func (d *desk) show(r page.Route) page.Page {
	d.t.Helper()
	p := books.Routes()[r.Name](d.env, r)
	d.shell.Show(p.Object())
	d.keys.Add(p.(page.Keyed).Commands()...)
	return p
}

// key presses a key of the window's commands.
func (d *desk) key(name fyne.KeyName, mod fyne.KeyModifier) {
	d.t.Helper()
	if !d.keys.Handle(name, mod) {
		d.t.Errorf("nothing answers to %v+%s", mod, name)
	}
}

// write types a text where the caret is, then presses Enter.
func (d *desk) write(texts ...string) {
	for _, s := range texts {
		for _, r := range s {
			d.env.Window.Canvas().Focused().TypedRune(r)
		}
		d.env.Window.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	}
}

// walk calls fn for what is on screen, the top dialog only when there is one.
func (d *desk) walk(fn func(fyne.CanvasObject)) {
	root := d.env.Window.Content()
	if top := d.env.Window.Canvas().Overlays().Top(); top != nil {
		root = top
	}
	uitest.Walk(root, fn)
}

// sees fails the test unless each text is on screen; one that starts with "-" must not be.
func (d *desk) sees(texts ...string) {
	d.t.Helper()
	var out []string
	d.walk(func(o fyne.CanvasObject) {
		if t, ok := o.(*canvas.Text); ok && t.Text != "" {
			out = append(out, t.Text)
		}
	})
	all := strings.NewReplacer("\u202f", " ", "\u00a0", " ", "’", "'").Replace(strings.Join(out, "\n"))
	if strings.Contains(all, "!books") {
		d.t.Errorf("a text is in no catalogue:\n%s", all)
	}
	for _, s := range texts {
		want, absent := strings.CutPrefix(s, "-")
		if strings.Contains(all, want) == absent {
			d.t.Errorf("%q: on screen is\n%s", s, all)
		}
	}
}

// one returns the nth widget of a kind on screen.
func one[W fyne.CanvasObject](d *desk, n int) W {
	d.t.Helper()
	var found []W
	d.walk(func(o fyne.CanvasObject) {
		if w, ok := o.(W); ok {
			found = append(found, w)
		}
	})
	if len(found) <= n {
		d.t.Fatalf("only %d of %T on screen", len(found), *new(W))
	}
	return found[n]
}

// button is the button that says text, on top of the others.
func (d *desk) button(text string) *kit.Button {
	d.t.Helper()
	var hit *kit.Button
	d.walk(func(o fyne.CanvasObject) {
		if b, ok := o.(*kit.Button); ok && strings.ReplaceAll(b.Text(), "’", "'") == text {
			hit = b
		}
	})
	if hit == nil {
		d.t.Fatalf("no button %q", text)
	}
	return hit
}

// click presses the button that says text.
func (d *desk) click(text string) {
	d.t.Helper()
	b := d.button(text)
	if b.Disabled() {
		d.t.Fatalf("button %q is off", text)
	}
	b.Tapped(nil)
}

// label types the label of the entry on screen.
func (d *desk) label(text string) {
	d.t.Helper()
	var last *kit.LineEdit
	d.walk(func(o fyne.CanvasObject) {
		if f, ok := o.(*kit.Field); ok {
			if w, ok := f.Control().(*kit.LineEdit); ok {
				last = w
			}
		}
	})
	last.SetText(text)
	last.OnChanged(text)
}

// shoot writes a picture of the window when BOOKS_GALLERY names a folder.
func (d *desk) shoot(name string) {
	d.t.Helper()
	dir := os.Getenv("BOOKS_GALLERY")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		d.t.Fatal(err)
	}
	f, err := os.Create(filepath.Join(dir, name+".png"))
	if err != nil {
		d.t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if err := png.Encode(f, d.env.Window.Canvas().Capture()); err != nil {
		d.t.Fatal(err)
	}
}

// draft saves a draft entry of lines "account aux".
func (d *desk) draft(journal string, on civil.Date, ref, label string, lines ...ledger.Line) ledger.Entry {
	d.t.Helper()
	req := ledger.EntrySaveRequest{Journal: journal, Date: on, Ref: ref, Label: label, Lines: lines}
	return must(ledger.EntrySave.Call(d.Ctx(), d.As("owner"), req))(d.t)
}

func (d *desk) post(es ...ledger.Entry) []ledger.Entry {
	d.t.Helper()
	var ids []ledger.EntryID
	for _, e := range es {
		ids = append(ids, e.ID)
	}
	return must(ledger.EntryPost.Call(d.Ctx(), d.As("owner"), ledger.PostRequest{IDs: ids}))(d.t).Entries
}

func debit(account string, a money.Amount) ledger.Line {
	return ledger.Line{Account: account, Debit: a}
}

func credit(account string, a money.Amount) ledger.Line {
	return ledger.Line{Account: account, Credit: a}
}

// of puts a line on a party.
func of(l ledger.Line, code, name string) ledger.Line {
	l.Aux, l.AuxLabel = code, name
	return l
}

// stock fills the book with purchases, sales and payments, the last two at the draft.
func (d *desk) stock() []ledger.Entry {
	d.t.Helper()
	var out []ledger.Entry
	suppliers := [][2]string{{"POINTP", "Point P"}, {"EDF", "EDF Entreprises"}, {"DISPANO", "Dispano Nantes"}}
	customers := [][2]string{{"C000001", "SCI Les Tilleuls"}, {"C000002", "Boulangerie Lefèvre"}, {"C000003", "Garage Noël"}}
	for i := range 14 {
		on := day(2+i/2, 3+i)
		net := money.Amount(48_000 + i*13_370)
		tax := net / 5
		s, c := suppliers[i%3], customers[i%3]
		out = append(out, d.draft("AC", on, "A04"+string(rune('a'+i)), s[1]+" fact. 88"+string(rune('0'+i%10)),
			debit("607000", net), debit("445660", tax), of(credit("401000", net+tax), s[0], s[1])))
		sale := of(debit("411000", 3*(net+tax)), c[0], c[1])
		sale.DueDate = on.AddDays(30)
		out = append(out, d.draft("VE", on.AddDays(2), "F-2026-00"+string(rune('a'+i)), c[1],
			sale, credit("706000", 3*net), credit("445710", 3*tax)))
		if i < 9 && i != 4 {
			out = append(out, d.draft("BQ", on.AddDays(20), "F-2026-00"+string(rune('a'+i)), "Virement "+c[1],
				debit("512000", 3*(net+tax)), of(credit("411000", 3*(net+tax)), c[0], c[1])))
		}
	}
	out = d.post(out...)
	d.draft("AC", day(11, 20), "A0413", "Bois Point P fact. 8841",
		debit("607000", 125050), debit("445660", 25010), of(credit("401000", 150060), "POINTP", "Point P"))
	d.draft("OD", day(11, 21), "OD12", "Régularisation loyer", debit("613000", 80000))
	return out
}
