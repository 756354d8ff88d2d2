package support

import (
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/audit"
	"zafe/app/auth"
	"zafe/app/device"
	"zafe/app/support"
	"zafe/app/user"
	"zafe/store"
	"zafe/store/storetest"
	"zafe/ui/kit"
	"zafe/ui/uitest"
)

type desk struct {
	now   func() time.Time
	burnt *time.Time
}

func (d desk) Self() (name, fingerprint string) { return "SERVEUR", "" }

func (d desk) Burnt() time.Time { return *d.burnt }

func (d desk) InviteHelp(auth.UserID, int64) (device.Invitation, error) {
	return device.Invitation{Code: "VB9F-KVQ1", Expires: d.now().Add(10 * time.Minute), Addresses: []string{"192.168.1.20"}}, nil
}

func (desk) Cut(string) {}

// TestAnOwnerLetsSomebodyHelp: what is missing is asked beside its box; the code is shown until somebody came with it,
// then who is in and what they read, and one press ends it.
func TestAnOwnerLetsSomebodyHelp(t *testing.T) {
	kit.After = kit.Never
	w := storetest.NewWorld(t)
	w.Clock.Set(now().UTC())
	var burnt time.Time
	support.Bind(w.Registry, support.NewKeeper[*store.Tx](w.Store, nil, w.Clock.Now), desk{w.Clock.Now, &burnt})
	w.Update(func(tx *store.Tx) error {
		_, err := tx.SaveUser(user.User{Login: "claire", Name: "Claire", Role: auth.Owner, CreatedAt: tx.Now()})
		return err
	})
	e, sh := uitest.New(t, w.As("owner"), auth.Owner)
	p := newPage(e, 0).(*supportPage)
	sh.Show(p.Object())
	shows := func(part string) bool {
		var texts []string
		uitest.Walk(p.Object(), func(o fyne.CanvasObject) {
			switch x := o.(type) {
			case *kit.Label:
				texts = append(texts, x.Text())
			case *kit.Banner:
				texts = append(texts, x.Text())
			}
		})
		return slices.ContainsFunc(texts, func(s string) bool { return strings.Contains(s, part) })
	}
	press := func(text string) { t.Helper(); uitest.Press(t, p.Object(), text) }
	press("Créer le code")
	if p.form.whoField.Refusal() == "" || len(p.all) != 0 {
		t.Errorf("nobody is named: %q, %+v", p.form.whoField.Refusal(), p.all)
	}
	p.form.who.SetText("Jean")
	p.form.reason.SetText("Balance vide")
	p.form.sales.SetOn(true)
	press("Créer le code")
	if !shows("VB9F-KVQ1") || !shows("192.168.1.20") || !shows("données masquées") || len(p.all) != 1 || !p.all[0].Sales ||
		p.all[0].Shown || p.all[0].EndsAt.Sub(p.all[0].MadeAt) != 2*time.Hour {
		t.Fatalf("%+v, failed %v", p.all, sh.Failed)
	}
	burnt = p.all[0].CodeUntil.Add(time.Minute) // another code's
	if p.Beat(); !shows("VB9F-KVQ1") {
		t.Error("the code of a PC that wrong tries used up hides that of the access")
	}
	burnt = p.all[0].CodeUntil
	if p.Beat(); shows("VB9F-KVQ1") || !shows("trois essais faux") {
		t.Error("a code that wrong tries used up is still shown")
	}
	burnt = time.Time{}
	w.Update(func(tx *store.Tx) error {
		err := support.Enter(tx, nil, p.all[0].ID, "pc", "PC-Jean")
		if err == nil {
			_, err = tx.AppendEvent(audit.Event{
				Op: "support.read", ActorName: "Jean", SubjectKind: support.Kind, SubjectID: 1, Payload: `{"op":"customer.list"}`,
			})
		}
		return err
	})
	p.Beat()
	if shows("VB9F-KVQ1") || !shows("PC-Jean") || p.code != nil || len(p.record.Acts) != 1 ||
		p.actCell(0, 1).Text != "La liste des clients" {
		t.Errorf("%+v", p.record)
	}
	press("Mettre fin")
	if !shows("Un code fait ici") || p.stateCell(p.all[0]).Text != "Fin par Claire" || p.form.who.Text() != "" {
		t.Errorf("%+v", p.all)
	}
}
