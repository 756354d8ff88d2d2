package roles

import (
	"context"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/role"
	"zafe/app/user"
	"zafe/store"
	"zafe/store/storetest"
	"zafe/ui/kit"
	"zafe/ui/page"
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

type shown struct {
	*roles
	t  *testing.T
	w  *storetest.World
	sh *uitest.Shell
}

// show is the page of an owner, over a book where Claire is one and Marc sells.
func show(t *testing.T) shown {
	t.Helper()
	w := storetest.NewWorld(t, role.Bind[*store.Tx])
	user.Bind(w.Registry, user.NewService[*store.Tx](w.Store, w.Clock.Now, user.Hashing{}, nil, w.Store))
	w.Update(func(tx *store.Tx) error {
		for _, u := range []user.User{
			{Login: "claire", Name: "Claire", Role: auth.Owner},
			{Login: "marc", Name: "Marc", Role: auth.Sales},
		} {
			u.CreatedAt = tx.Now()
			if _, err := tx.SaveUser(u); err != nil {
				return err
			}
		}
		return nil
	})
	fresh := false
	e, sh := uitest.New(t, stale{w.As("owner"), &fresh}, auth.Owner)
	sh.Proved = func() { fresh = true }
	p := Routes()["roles"](e, page.Route{Name: "roles"}).(*roles)
	sh.Show(p.Object())
	return shown{p, t, w, sh}
}

// texts are all that the page says.
func (s shown) texts() (out []string) {
	uitest.Walk(s.object, func(o fyne.CanvasObject) {
		switch x := o.(type) {
		case *kit.Label:
			out = append(out, x.Text())
		case *kit.Banner:
			out = append(out, x.Text())
		case *canvas.Text:
			out = append(out, x.Text)
		}
	})
	return out
}

func (s shown) says(part string) bool {
	return slices.ContainsFunc(s.texts(), func(text string) bool {
		return strings.Contains(strings.ReplaceAll(text, "\u00a0", " "), part)
	})
}

func (s shown) button(text string) (found *kit.Button) {
	uitest.Walk(s.object, func(o fyne.CanvasObject) {
		if b, ok := o.(*kit.Button); ok && b.Text() == text {
			found = b
		}
	})
	return found
}

func (s shown) press(text string) {
	s.t.Helper()
	b := s.button(text)
	if b == nil {
		s.t.Fatal("no button", text)
	}
	b.Tapped(nil)
}

// at opens the role of a key.
func (s shown) at(key auth.Role) { s.grid.Select(s.find(key)) }

// choose sets a right as a click does; the choices stand in the order of the subjects.
func (s shown) choose(right auth.Permission, held auth.Scope) {
	s.t.Helper()
	var order []auth.Permission
	for _, sub := range role.Subjects() {
		order = append(order, sub.Rights...)
	}
	order = slices.DeleteFunc(order, func(p auth.Permission) bool { return p == auth.KeyManage })
	var choices []*kit.Choice
	uitest.Walk(s.object, func(o fyne.CanvasObject) {
		if c, ok := o.(*kit.Choice); ok {
			choices = append(choices, c)
		}
	})
	if len(choices) != len(order) {
		s.t.Fatalf("%d choices for %d rights", len(choices), len(order))
	}
	c := choices[slices.Index(order, right)]
	c.SetKey(held.String())
	if c.Key() != held.String() {
		s.t.Fatalf("%s cannot be chosen as %s", right, held)
	}
	c.OnChanged(held.String())
}

func (s shown) write(name string) {
	s.edit.name.SetText(name)
	s.edit.name.OnChanged(name)
}

// own is the role of the company's that the book has.
func (s shown) own() role.Role {
	s.t.Helper()
	all, err := role.List.Call(s.w.Ctx(), s.w.As("owner"), op.Empty{})
	if err != nil || len(all.Roles) != len(auth.Roles())+1 {
		s.t.Fatalf("%d roles, %v", len(all.Roles), err)
	}
	return all.Roles[len(all.Roles)-1]
}

// TestAReadyRoleIsReadAndCopied: it says what it allows and who has it, changes only under another name, and what is
// saved is what was chosen.
func TestAReadyRoleIsReadAndCopied(t *testing.T) {
	s := show(t)
	s.at(auth.Sales)
	if !s.says("Ont ce rôle : Marc") || !s.says("Ses clients et ses devis seulement.") || !s.says("Les siens") {
		t.Error("the role does not say what it is", s.texts())
	}
	if s.button("Enregistrer") != nil || s.button("Supprimer") != nil {
		t.Error("a ready role can be changed")
	}
	s.press("Copier")
	if !s.Unsaved() || s.edit.name.Text() != "Commercial (copie)" {
		t.Errorf("copied as %q, unsaved %t", s.edit.name.Text(), s.Unsaved())
	}
	s.write("Comptoir")
	s.choose(auth.CustomerRead, auth.Team)
	s.choose(auth.SalesDelete, auth.None)
	s.choose(auth.BookVerify, auth.All)
	s.press("Enregistrer")
	if !slices.Equal(s.sh.Asked, []string{"step-up"}) || len(s.sh.Failed) != 0 || s.Unsaved() {
		t.Fatal(s.sh.Asked, s.sh.Failed, s.Unsaved())
	}
	r, want := s.own(), auth.Sales.Rights()
	want[auth.CustomerRead], want[auth.BookVerify] = auth.Team, auth.All
	delete(want, auth.SalesDelete)
	if r.Name != "Comptoir" || !r.Rights.Covers(want) || !want.Covers(r.Rights) {
		t.Errorf("saved %+v", r)
	}
	if s.roles.roles[s.grid.Selected()].Key != r.Key || !s.says("Personne n’a ce rôle.") {
		t.Error("the role that was saved is not open")
	}
	s.press("Supprimer")
	if len(s.roles.roles) != len(auth.Roles()) || s.was.Key != auth.Owner || len(s.sh.Failed) != 0 {
		t.Error("not deleted", s.sh.Failed)
	}
}

// TestWhoMustHaveASecondFactorIsNamedBeforeTheyAreCutOff, as long as what is chosen asks for one.
func TestWhoMustHaveASecondFactorIsNamedBeforeTheyAreCutOff(t *testing.T) {
	s := show(t)
	s.at(auth.Sales)
	s.press("Copier")
	s.write("Comptoir")
	s.press("Enregistrer")
	r := s.own()
	s.w.Update(func(tx *store.Tx) error {
		for _, u := range []user.User{
			{Login: "nora", Name: "Nora"},
			{Login: "paul", Name: "Paul", SecondOn: true},
			{Login: "luc", Name: "Luc", Disabled: true},
		} {
			u.Role, u.CreatedAt = r.Key, tx.Now()
			if _, err := tx.SaveUser(u); err != nil {
				return err
			}
		}
		return nil
	})
	s.Refresh()
	warning := "Nora devra activer la double authentification"
	if s.says(warning) && s.edit.second.Visible() {
		t.Error("warned of nothing")
	}
	s.choose(auth.CustomerExport, auth.All)
	if !s.edit.second.Visible() || !s.says(warning) {
		t.Error("nobody is named", s.texts())
	}
	s.choose(auth.CustomerExport, auth.None)
	if s.edit.second.Visible() {
		t.Error("still warned")
	}
}

// TestWhatIsRefusedIsSaidWhereItIs, before anybody looks for a code.
func TestWhatIsRefusedIsSaidWhereItIs(t *testing.T) {
	s := show(t)
	s.press("Nouveau rôle")
	if s.Unsaved() {
		t.Error("an empty role is unsaved")
	}
	s.press("Enregistrer")
	if !strings.Contains(s.edit.field.Refusal(), "Donnez un nom") {
		t.Errorf("no name: %q", s.edit.field.Refusal())
	}
	s.write("Chef")
	s.choose(auth.UserManage, auth.All)
	s.choose(auth.PaymentWrite, auth.Own)
	s.press("Enregistrer")
	if !s.edit.wrong.Visible() || !s.says("Ces droits ne vont pas ensemble") || s.edit.field.Refusal() != "" {
		t.Error("rights that do not go together are not told", s.texts())
	}
	if len(s.sh.Asked) != 0 || len(s.sh.Failed) != 0 {
		t.Error("asked, or refused elsewhere", s.sh.Asked, s.sh.Failed)
	}
	s.choose(auth.PaymentWrite, auth.None)
	s.press("Enregistrer")
	if r := s.own(); r.Rights.Scope(auth.UserManage) != auth.All || r.Rights.Scope(auth.PaymentWrite) != auth.None {
		t.Errorf("saved %+v", r)
	}
	s.press("Nouveau rôle")
	s.write("CHEF")
	s.press("Enregistrer")
	if !strings.Contains(s.edit.field.Refusal(), "déjà pris") {
		t.Errorf("taken: %q", s.edit.field.Refusal())
	}
}

// TestWhatWasChosenIsNotLostByALook at another role, unless the person says so.
func TestWhatWasChosenIsNotLostByALook(t *testing.T) {
	s := show(t)
	s.at(auth.Stock)
	s.press("Copier")
	s.choose(auth.ItemWrite, auth.All)
	s.sh.Yes = false
	s.at(auth.Reader)
	if !s.Unsaved() || s.edit == nil || s.edit.rights.Scope(auth.ItemWrite) != auth.All || s.grid.Selected() >= 0 {
		t.Error("what was chosen is lost")
	}
	s.Refresh()
	if s.edit == nil || s.edit.rights.Scope(auth.ItemWrite) != auth.All {
		t.Error("what was chosen is lost by a change elsewhere")
	}
	s.sh.Yes = true
	s.at(auth.Reader)
	if s.Unsaved() || s.was.Key != auth.Reader || len(s.sh.Asked) != 2 {
		t.Errorf("still at %q, asked %v", s.was.Key, s.sh.Asked)
	}
}

// TestTheOwnersKeysAreNotCopied: what opens the book is offered in no role of the company's own.
func TestTheOwnersKeysAreNotCopied(t *testing.T) {
	s := show(t)
	s.press("Copier")
	if s.edit.rights.Scope(auth.KeyManage) != auth.None || !s.says("Réservé aux gérants") {
		t.Error("the keys can be given")
	}
}

// TestNoTechnicalWordIsShown in any role, read or changed.
func TestNoTechnicalWordIsShown(t *testing.T) {
	s := show(t)
	look := func(what string) {
		for _, text := range s.texts() {
			low := strings.ToLower(text)
			for _, p := range auth.Permissions() {
				if strings.Contains(low, string(p)) {
					t.Errorf("%s: %q shows %s", what, text, p)
				}
			}
			if strings.Contains(low, "scope") || strings.Contains(low, "permission") || strings.HasPrefix(text, "!") {
				t.Errorf("%s: %q", what, text)
			}
		}
	}
	for _, r := range auth.Roles() {
		s.at(r)
		look(string(r))
	}
	s.press("Nouveau rôle")
	look("a new one")
}

// TestTheSheetIsShown under its name.
func TestTheSheetIsShown(t *testing.T) {
	s := show(t)
	s.press("Imprimer pour signature")
	for name, pdf := range s.sh.Files {
		if !strings.HasPrefix(name, "Rôles et droits ") || !strings.HasPrefix(string(pdf), "%PDF") {
			t.Errorf("%q has %.20q", name, pdf)
		}
	}
	if len(s.sh.Files) != 1 || len(s.sh.Failed) != 0 {
		t.Error(len(s.sh.Files), s.sh.Failed)
	}
}
