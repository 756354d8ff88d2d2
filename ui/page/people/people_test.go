package people_test

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/approval"
	"zafe/app/auth"
	"zafe/app/civil"
	"zafe/app/company"
	"zafe/app/device"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/password"
	"zafe/app/relay"
	"zafe/app/role"
	"zafe/app/user"
	"zafe/store"
	"zafe/store/storetest"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/page/people"
	"zafe/ui/uitest"
)

// stale is a session whose second factor was given long ago, until the person gives it again.
type stale struct {
	op.Caller
	fresh *bool
}

func (s stale) Do(ctx context.Context, spec *op.Spec, req, resp any) error {
	if spec.Fresh && !*s.fresh {
		return fault.New(fault.Unauthenticated, "op.fresh_needed")
	}
	return s.Caller.Do(ctx, spec, req, resp)
}

// dialog is that of somebody new, or of the person of a row.
type dialog struct {
	env *page.Env
	t   *testing.T
	w   *storetest.World
	sh  *uitest.Shell

	page  page.Page
	codes *codes
}

func open(t *testing.T, button string) *dialog {
	t.Helper()
	w := storetest.NewWorld(t)
	svc := user.NewService[*store.Tx](w.Store, w.Clock.Now, user.Hashing{Passes: 1, MemoryKiB: 8, Threads: 1},
		func(p string, about []string, second bool) error {
			_, err := password.Check(p, about, second)
			return err
		}, w.Store)
	role.Bind(w.Registry)
	user.Bind(w.Registry, svc)
	given := &codes{}
	device.Bind(w.Registry, given)
	relay.Bind(w.Registry, alone{})
	w.Update(func(tx *store.Tx) error {
		_, err := tx.SaveUser(user.User{Login: "claire", Name: "Claire", Role: auth.Owner, CreatedAt: tx.Now()})
		return err
	})
	fresh := false
	e, sh := uitest.New(t, stale{w.As("owner"), &fresh}, auth.Owner)
	sh.Proved = func() { fresh = true }
	p := people.Routes()["people"](e, page.Route{Name: "people"})
	sh.Show(p.Object())
	d := &dialog{t: t, w: w, sh: sh, page: p, env: e, codes: given}
	if button != "" {
		d.press(p.Object(), button)
	}
	return d
}

func (d *dialog) press(o fyne.CanvasObject, text string) {
	d.t.Helper()
	var found *kit.Button
	uitest.Walk(o, func(o fyne.CanvasObject) {
		if b, ok := o.(*kit.Button); ok && b.Text() == text {
			found = b
		}
	})
	if found == nil {
		d.t.Fatal("no button", text)
	}
	found.Tapped(nil)
}

func (d *dialog) object() fyne.CanvasObject { return d.sh.Window.Canvas().Overlays().Top() }

// field is the control of a label.
func (d *dialog) field(label string) *kit.Field {
	d.t.Helper()
	var found *kit.Field
	uitest.Walk(d.object(), func(o fyne.CanvasObject) {
		if f, ok := o.(*kit.Field); ok && f.Label() == label {
			found = f
		}
	})
	if found == nil {
		d.t.Fatal("no field", label)
	}
	return found
}

func (d *dialog) write(label, text string) {
	d.t.Helper()
	var edit *kit.LineEdit
	switch c := d.field(label).Control().(type) {
	case *kit.PasswordField:
		edit = c.Edit()
	case *kit.DateField:
		edit = c.Edit()
	default:
		edit = c.(*kit.LineEdit)
	}
	d.sh.Window.Canvas().Focus(edit)
	edit.SelectAll()
	for _, r := range text {
		edit.TypedRune(r)
	}
}

func (d *dialog) role(r auth.Role) {
	s := d.field("Rôle").Control().(*kit.Select)
	s.SetKey(string(r))
	s.OnChanged(string(r))
}

func (d *dialog) says(text string) bool {
	found := false
	uitest.Walk(d.object(), func(o fyne.CanvasObject) {
		l, ok := o.(*kit.Label)
		found = found || ok && strings.Contains(l.Text(), text)
	})
	return found
}

func TestTheHintAndTheCheckSayTheSameLength(t *testing.T) {
	const word = "zurgobinptak4" // 13 characters, and nothing that is guessed
	for role, least := range map[auth.Role]string{
		auth.Owner: "12", auth.Accountant: "12", auth.Assistant: "15", auth.Sales: "15", auth.Reader: "15",
	} {
		d := open(t, "Nouvel utilisateur")
		d.write("Nom", "Luc Petit")
		d.role(role)
		d.write("Mot de passe", word)
		if !d.says("Au moins " + least + " caractères") {
			t.Errorf("%s: the hint does not say %s", role, least)
		}
		d.press(d.object(), "Enregistrer")
		refused := d.object() != nil && d.says("il faut au moins "+least+" caractères")
		if refused != (least == "15") || len(d.sh.Failed) != 0 {
			t.Errorf("%s: 13 characters refused %t, %v", role, refused, d.sh.Failed)
		}
	}
}

func TestWhatIsWrongIsSaidBeforeTheCodeIsAskedFor(t *testing.T) {
	d := open(t, "Nouvel utilisateur")
	d.write("E-mail", "luc")
	d.press(d.object(), "Enregistrer")
	for label, want := range map[string]string{
		"Nom": "Indiquez le nom", "Identifiant": "sans espace", "E-mail": "n'est pas complète",
		"Mot de passe": "Indiquez le mot de passe",
	} {
		if got := d.field(label).Refusal(); !strings.Contains(strings.ReplaceAll(got, "’", "'"), want) {
			t.Errorf("%s: %q", label, got)
		}
	}
	d.write("Nom", "Luc Petit")
	d.write("Identifiant", "CLAIRE")
	d.write("E-mail", "luc@example.fr")
	d.write("Mot de passe", "zurgobinptak4kofel")
	d.press(d.object(), "Enregistrer")
	if !strings.Contains(d.field("Identifiant").Refusal(), "CLAIRE") {
		t.Error("a log-in that is taken is not told", d.field("Identifiant").Refusal())
	}
	if len(d.sh.Asked) != 0 || len(d.sh.Failed) != 0 {
		t.Error("asked, or refused by the book", d.sh.Asked, d.sh.Failed)
	}
	d.write("Identifiant", "luc")
	d.press(d.object(), "Enregistrer")
	if !slices.Equal(d.sh.Asked, []string{"step-up"}) || len(d.sh.Failed) != 0 {
		t.Error("not asked for once all is right", d.sh.Asked, d.sh.Failed)
	}
}

func TestTheLoginFollowsTheNameUntilItIsTyped(t *testing.T) {
	d := open(t, "Nouvel utilisateur")
	login := func() string { return d.field("Identifiant").Control().(*kit.LineEdit).Text() }
	d.write("Nom", "Éloïse Petit-Jean")
	if got := login(); got != "eloise.petit.jean" {
		t.Error(got)
	}
	d.write("Identifiant", "eloise")
	d.write("Nom", "Eloïse Grand")
	if got := login(); got != "eloise" {
		t.Error("what was typed is lost:", got)
	}
	d.write("Mot de passe", "zurgobinptak4kofel")
	d.press(d.object(), "Enregistrer")
	out, err := user.List.Call(t.Context(), d.w.As("owner"), op.Empty{})
	if err != nil || len(out.Users) != 2 || len(d.sh.Failed) != 0 {
		t.Fatal(out, err, d.sh.Failed)
	}
}

// TestAnAccountWithALastDayKeepsIt when something else about its person changes.
func TestAnAccountWithALastDayKeepsIt(t *testing.T) {
	d := open(t, "Nouvel utilisateur")
	d.write("Nom", "Luc Petit")
	d.write("Mot de passe", "zurgobinptak4kofel")
	d.write("Accès jusqu’au", "31/12/2099")
	d.press(d.object(), "Enregistrer")
	luc := func() user.User {
		out, err := user.List.Call(t.Context(), d.w.As("owner"), op.Empty{})
		if err != nil || len(out.Users) != 2 || len(d.sh.Failed) != 0 {
			t.Fatal(out, err, d.sh.Failed)
		}
		return out.Users[1]
	}
	want := civil.New(2099, time.December, 31)
	if got := luc().EndsOn; got != want {
		t.Fatalf("stored %s", got)
	}
	d.page.Refresh()
	uitest.Walk(d.page.Object(), func(o fyne.CanvasObject) {
		if g, ok := o.(*kit.Grid); ok {
			g.OnOpen(1)
		}
	})
	d.write("E-mail", "luc@example.fr")
	d.press(d.object(), "Enregistrer")
	if got := luc(); got.EndsOn != want || got.Email != "luc@example.fr" {
		t.Errorf("stored %+v", got)
	}
}

// TestASensitiveRoleIsAskedFor where somebody else is there to approve it: the account is made, closed, and opens by
// the word of the other.
func TestASensitiveRoleIsAskedFor(t *testing.T) {
	d := open(t, "")
	company.Bind(d.w.Registry)
	approval.Bind(d.w.Registry)
	d.w.Update(func(tx *store.Tx) error {
		_, err := tx.SaveUser(user.User{Login: "paul", Name: "Paul", Role: auth.Owner, SecondOn: true, CreatedAt: tx.Now()})
		return err
	})
	people := func() []user.User {
		t.Helper()
		out, err := user.List.Call(t.Context(), d.w.As("owner"), op.Empty{})
		if err != nil {
			t.Fatal(err)
		}
		return out.Users
	}
	waits := func() []approval.Pending {
		t.Helper()
		out, err := approval.List.Call(t.Context(), d.w.As("owner"), op.Empty{})
		if err != nil {
			t.Fatal(err)
		}
		return out.Pending
	}
	d.page.Refresh()
	d.press(d.page.Object(), "Nouvel utilisateur")
	d.write("Nom", "Luc Petit")
	d.role(auth.Accountant)
	d.write("Mot de passe", "zurgobinptak4kofel")
	d.sh.Yes = true
	d.press(d.object(), "Enregistrer")
	luc := people()[1]
	if luc.Name != "Luc Petit" {
		luc = people()[2]
	}
	if luc.Role != auth.Accountant || !luc.Disabled || len(waits()) != 1 || waits()[0].Changes[0].Who != "Luc Petit" {
		t.Fatalf("%+v, %+v", luc, waits())
	}
	if d.object() != nil || len(d.sh.Failed) != 0 || !slices.Contains(d.sh.Asked, "Une deuxième personne doit approuver") {
		t.Error(d.sh.Asked, d.sh.Failed)
	}
}

// TestARemotePCIsInvited: what cannot be an address is told before the file is asked for, and what is out can be
// cancelled.
func TestARemotePCIsInvited(t *testing.T) {
	d := open(t, "")
	d.w.Update(func(tx *store.Tx) error { return device.KeepInvitation(tx, [32]byte{1}, 1) })
	d.page.Refresh()
	find[*kit.Tabs](t, d.page.Object()).SetKey("pcs")
	d.press(d.page.Object(), "Inviter un poste distant…")
	if !d.says("encore servi") {
		t.Error("an invitation that is out is not told")
	}
	d.write("Adresse où joindre ce PC de l’extérieur", "mon serveur")
	d.press(d.object(), "Enregistrer le fichier")
	if got := d.field("Adresse où joindre ce PC de l’extérieur").Refusal(); !strings.Contains(got, "mon serveur") {
		t.Errorf("an address with a space: %q", got)
	}
	d.press(d.object(), "Annuler ces invitations")
	err := d.w.Store.View(t.Context(), func(tx *store.Tx) error {
		n, err := tx.InvitationsOut()
		if n != 0 {
			t.Errorf("%d are out", n)
		}
		return err
	})
	if err != nil || d.object() != nil || len(d.sh.Failed) != 0 {
		t.Error(err, d.sh.Failed)
	}
}

// TestAPCSaysWhenItWasSeen, or that it is connected now, but not one that was shut out.
func TestAPCSaysWhenItWasSeen(t *testing.T) {
	d := open(t, "")
	d.w.Update(func(tx *store.Tx) error {
		for i, state := range []string{device.Active, device.Revoked} {
			_, err := tx.SaveDevice(device.Device{
				Fingerprint: state, Name: state, State: state, ApprovedBy: 1, FirstSeen: tx.Now(),
				LastSeen: time.Now().Add(time.Duration(-3-i) * time.Hour),
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	d.page.Refresh()
	find[*kit.Tabs](t, d.page.Object()).SetKey("pcs")
	var seen []string
	uitest.Walk(d.page.Object(), func(o fyne.CanvasObject) {
		if g, ok := o.(*kit.Grid); ok && g.Rows() == 2 {
			seen = append(seen, g.Cell(0, 4).Text, g.Cell(1, 4).Text)
		}
	})
	if !slices.Equal(seen, []string{"il y a 3\u00a0h", "–"}) {
		t.Errorf("seen %q", seen)
	}
	d.codes.here = device.Active
	d.page.(page.Living).Beat()
	if got := find[*kit.Grid](t, d.page.Object()).Cell(0, 4).Text; got != "Connecté" {
		t.Errorf("a PC at work: %q", got)
	}
}

// codes gives one code after the other.
type codes struct {
	device.Inviter
	given int
	last  time.Time // when the code given last ends
	burnt time.Time
	here  string
}

func (c *codes) Here(fingerprint string) bool { return c.here == fingerprint }

func (c *codes) Self() (name, fingerprint string) { return "SERVEUR", "" }

func (c *codes) Burnt() time.Time { return c.burnt }

func (c *codes) Invite(auth.UserID) (device.Invitation, error) {
	c.given++
	c.last = time.Now().Add(time.Duration(10-20*(c.given/2)) * time.Minute)
	return device.Invitation{
		Code: "CODE-000" + strconv.Itoa(c.given), Expires: c.last,
		Addresses: []string{"192.168.1.10:24653"},
	}, nil
}

// TestWhatWindowsLacksIsSaidWithTheCode: why no PC would come in, and what to do; nothing where all is well.
func TestWhatWindowsLacksIsSaidWithTheCode(t *testing.T) {
	for key, part := range map[string]string{
		"firewall.pending": "Autoriser l’accès", "firewall.blocked": "zafe firewall --add", "": "",
	} {
		d := open(t, "")
		d.sh.Yes = true
		d.env.Shut = func() string { return key }
		d.press(d.page.Object(), "Ajouter un poste")
		if !d.says("CODE-0001") || d.says("Windows") != (key != "") || !d.says(part) {
			t.Errorf("%q: Windows %t, what to do %t", key, d.says("Windows"), d.says(part))
		}
	}
}

// TestACodeUsedUpByWrongTriesIsShownNoMore: it says why, and another one can be had, which is another code's matter.
func TestACodeUsedUpByWrongTriesIsShownNoMore(t *testing.T) {
	d := open(t, "")
	d.sh.Yes = true
	beat := func() { d.page.(page.Living).Beat() }
	d.codes.burnt = time.Now().Add(-time.Hour) // that of a code before
	d.press(d.page.Object(), "Ajouter un poste")
	beat()
	if !d.says("CODE-0001") || d.says("essais faux") {
		t.Fatal("the code is not shown, or said to be used up")
	}
	d.codes.burnt = d.codes.last
	beat()
	if d.says("CODE-0001") || !d.says("trois essais faux") {
		t.Error("the code is still shown, or it does not say why it is not")
	}
	d.press(d.object(), "Nouveau code")
	if !d.says("CODE-0002") || d.says("essais faux") {
		t.Error("no other code")
	}
}

// TestACodeThatWasUsedIsShownNoMore: the PC that came is named, and another code can be had; that of one whose time is
// over goes as well.
func TestACodeThatWasUsedIsShownNoMore(t *testing.T) {
	d := open(t, "")
	d.sh.Yes = true
	beat := func() { d.page.(page.Living).Beat() }
	d.press(d.page.Object(), "Ajouter un poste")
	beat()
	if !d.says("CODE-0001") || d.says("est ajouté") {
		t.Fatal("the code is not shown, or somebody came")
	}
	d.w.Update(func(tx *store.Tx) error {
		return device.EnrolUntil(tx, nil, "5ec", "PC du technicien", 1, tx.Now().Add(time.Hour)) // with a code of its own
	})
	beat()
	if !d.says("CODE-0001") {
		t.Error("the PC of somebody who helps is taken for the one that was added")
	}
	d.w.Update(func(tx *store.Tx) error { return device.Enrol(tx, "c0ffee", "Caisse", 1) })
	beat()
	if d.says("CODE-0001") || !d.says("Le poste Caisse est ajouté") {
		t.Error("the code is still shown, or the PC is not named")
	}
	d.press(d.object(), "Nouveau code")
	if !d.says("CODE-0002") || d.says("Caisse est ajouté") {
		t.Error("no other code")
	}
	beat() // that one was over when it came
	if d.says("CODE-0002") || !d.says("plus valable") || len(d.sh.Failed) != 0 {
		t.Error("a code whose time is over is still shown", d.sh.Failed)
	}
}

// TestThroughSomebodysEyesAPersonIsOnlyRead: their card takes nothing, and none of its acts can be pressed.
func TestThroughSomebodysEyesAPersonIsOnlyRead(t *testing.T) {
	d := open(t, "")
	d.env.Me.Viewer, d.sh.Offline = "Claire", true
	var rows *kit.Grid
	uitest.Walk(d.page.Object(), func(o fyne.CanvasObject) {
		if g, ok := o.(*kit.Grid); ok && rows == nil {
			rows = g
		}
	})
	rows.OnOpen(0)
	fields := 0
	uitest.Walk(d.object(), func(o fyne.CanvasObject) {
		switch x := o.(type) {
		case *kit.LineEdit:
			fields++
			if !x.ReadOnly && !x.Disabled() {
				t.Errorf("%q can be typed in", x.Text())
			}
		case *kit.Select:
			if !x.Disabled() {
				t.Error("the role can be chosen")
			}
		case *kit.Button:
			if x.Text() == d.env.T("common.save") && !x.Disabled() {
				t.Error("it can be saved")
			}
		}
	})
	if fields < 4 {
		t.Errorf("%d fields only", fields)
	}
}

// TestTheChosenPCStaysChosenUnderAnotherName: the list is by name, and what is done next is done to the one that is chosen.
func TestTheChosenPCStaysChosenUnderAnotherName(t *testing.T) {
	d := open(t, "")
	save := func(pc device.Device) (out device.Device) {
		t.Helper()
		d.w.Update(func(tx *store.Tx) (err error) {
			pc.State, pc.ApprovedBy, pc.FirstSeen = device.Active, 1, tx.Now()
			out, err = tx.SaveDevice(pc)
			return err
		})
		return out
	}
	save(device.Device{Fingerprint: "b", Name: "b"})
	renamed := save(device.Device{Fingerprint: "c", Name: "c"})
	d.page.Refresh()
	find[*kit.Tabs](t, d.page.Object()).SetKey("pcs")
	var list *kit.Grid
	uitest.Walk(d.page.Object(), func(o fyne.CanvasObject) {
		if g, ok := o.(*kit.Grid); ok && g.Rows() == 2 {
			list = g
		}
	})
	list.Select(1)
	if renamed.Name = "a"; list.Cell(1, 0).Text != "c" {
		t.Fatal("not by name")
	}
	save(renamed)
	if d.page.Refresh(); list.Cell(list.Selected(), 0).Text != "a" {
		t.Errorf("%q is chosen", list.Cell(list.Selected(), 0).Text)
	}
}
