package integrity

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/auth"
	"zafe/app/billing"
	"zafe/app/verify"
	"zafe/store"
	"zafe/store/storetest"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/uitest"
)

// shown is the page over a real book whose seal is as found says.
func shown(t *testing.T, found *verify.Found, around *verify.Surroundings) (
	*integrity, *uitest.Shell, func() []string,
) {
	t.Helper()
	w := storetest.NewWorld(t, billing.Bind[*store.Tx])
	w.Update(func(tx *store.Tx) error {
		return tx.AddGap(billing.Gap{Kind: "invoice", Period: "2026", First: 1, Last: 3, At: w.Clock.Now(), By: "Claire"})
	})
	verify.Bind(w.Registry, verify.New(verify.Settings[*store.Tx]{
		Work: w.Store, Clock: w.Clock.Now,
		Steps: []verify.Step{{Name: "seal", Run: func(context.Context, func(int64, int64)) (verify.Found, error) {
			return *found, nil
		}}},
		Around: func() verify.Surroundings { return *around },
	}))
	e, sh := uitest.New(t, w.As("owner"), auth.Owner)
	p := Routes()["integrity"](e, page.Route{}).(*integrity)
	sh.Show(p.Object())
	return p, sh, func() (texts []string) {
		for _, part := range []fyne.CanvasObject{p.parts, p.around} {
			uitest.Walk(part, func(o fyne.CanvasObject) {
				if l, ok := o.(*kit.Label); ok {
					texts = append(texts, l.Text())
				}
			})
		}
		return texts
	}
}

// press taps the button with a text among what was found.
func (p *integrity) press(t *testing.T, text string) {
	t.Helper()
	uitest.Walk(p.parts, func(o fyne.CanvasObject) {
		if b, ok := o.(*kit.Button); ok && b.Text() == text {
			b.Tapped(nil)
		}
	})
}

func says(texts []string, part string) bool {
	return slices.ContainsFunc(texts, func(s string) bool { return strings.Contains(s, part) })
}

func TestTheLastCheckIsShownWithWhatToDo(t *testing.T) {
	found := verify.Found{Count: 1412}
	around := verify.Surroundings{System: "linux", Folder: "/z", Swap: "off", Hibernate: "off"}
	p, sh, texts := shown(t, &found, &around)
	if !says(texts(), "Jamais vérifié") {
		t.Errorf("before any check: %q", texts())
	}
	p.verify()
	if now := texts(); !says(now, "1\u202f412 pages") || says(now, "Jamais") || len(sh.Failed) > 0 {
		t.Errorf("after a good check: %q %v", now, sh.Failed)
	}
	if len(sh.Toasts) != 1 || !strings.HasPrefix(sh.Toasts[0], "Dossier sain") {
		t.Errorf("told %q", sh.Toasts)
	}
	found.Findings = []verify.Finding{{Key: "verify.seal", Args: map[string]any{"file": "book.db", "n": 2}}}
	found.Stop = true
	p.verify()
	if now := texts(); !says(now, "restaurez la dernière sauvegarde") || says(now, "Aucune n’est modifiée") {
		t.Errorf("after a bad check: %q", now)
	}
	if sh.Toasts[1] != "1 anomalie" || !slices.Contains(sh.Kinds, "book") {
		t.Errorf("told %q, the window %q", sh.Toasts, sh.Kinds)
	}
	p.press(t, "Restaurer une sauvegarde")
	if sh.Leaves != 1 {
		t.Error("no way to the restore")
	}
}

func TestThePCAroundTheBookIsShown(t *testing.T) {
	for want, around := range map[string]verify.Surroundings{
		"Seul votre compte":             {Folder: "/z", Swap: "off", Hibernate: "off"},
		"est recopié par OneDrive":      {Place: "synced", Service: "OneDrive", Swap: "off", Hibernate: "off"},
		"une coupure du réseau":         {Place: "network", Service: "nfs4", Swap: "off", Hibernate: "off"},
		"d’échange n’est pas chiffrée":  {Swap: "clear", Hibernate: "off"},
		"prolongée n’est pas chiffrée":  {Swap: "off", Hibernate: "clear"},
		"BitLocker":                     {System: "windows", Swap: "unknown", Hibernate: "unknown"},
		"l’avait vu aller plus loin":    {Older: true, Swap: "off", Hibernate: "off"},
		"l’est chiffré":                 {Swap: "sealed", Hibernate: "sealed"},
		"ne sait pas ce que ce système": {System: "plan9", Swap: "unknown", Hibernate: "unknown"},
	} {
		_, _, texts := shown(t, &verify.Found{}, &around)
		if now := texts(); !says(now, want) {
			t.Errorf("%+v: %q is not said in %q", around, want, now)
		}
	}
}

// TestWhatWasAcceptedIsNotForgotten: a good check later does not say what nobody can tell any more.
func TestWhatWasAcceptedIsNotForgotten(t *testing.T) {
	w := storetest.NewWorld(t)
	verify.Bind(w.Registry, verify.New(verify.Settings[*store.Tx]{
		Work: w.Store, Clock: w.Clock.Now, Around: func() verify.Surroundings { return verify.Surroundings{} },
		Notices: func() []verify.Finding { return []verify.Finding{{Key: "verify.ledger_cut"}} },
		Steps: []verify.Step{{Name: "seal", Run: func(context.Context, func(int64, int64)) (verify.Found, error) {
			return verify.Found{}, nil
		}}},
	}))
	for _, by := range []string{"Claire Durand", "Luc Petit"} {
		w.Update(func(tx *store.Tx) error {
			return verify.Accept(tx, verify.Acceptance{At: tx.Now(), By: by, File: "book.db-ledger", Cut: by == "Luc Petit"})
		})
		w.Clock.Add(24 * time.Hour)
	}
	e, sh := uitest.New(t, w.As("owner"), auth.Owner)
	p := Routes()["integrity"](e, page.Route{}).(*integrity)
	sh.Show(p.Object())
	p.verify()
	var texts []string
	uitest.Walk(p.parts, func(o fyne.CanvasObject) {
		if l, ok := o.(*kit.Label); ok {
			texts = append(texts, l.Text())
		}
	})
	for _, want := range []string{
		"le 21/11/2026 12:00 par Claire Durand", "le 22/11/2026 12:00 par Luc Petit", "ni plus ancienne qu’au 22/11/2026",
		"la dernière opération du fichier journal n’était pas entière", "la fin du registre du sceau",
	} {
		if !says(texts, want) {
			t.Errorf("%q is not said in %q", want, texts)
		}
	}
}

// TestNumbersPassedOverAreShown, with who decided it and when.
func TestNumbersPassedOverAreShown(t *testing.T) {
	_, _, texts := shown(t, &verify.Found{}, &verify.Surroundings{})
	if !slices.ContainsFunc(texts(), func(s string) bool {
		return strings.Contains(s, "F-2026-0001") && strings.Contains(s, "F-2026-0003") && strings.Contains(s, "Claire")
	}) {
		t.Errorf("%q", texts())
	}
}
