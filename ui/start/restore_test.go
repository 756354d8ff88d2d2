package start_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"zafe/app/backup"
	"zafe/app/fault"
	"zafe/app/recovery"
	"zafe/store/storetest"
	"zafe/ui/machine"
)

// shelf is a place with many copies, of which the first is damaged.
type shelf struct {
	machine.Vault
	made     int
	replaced int // so many of the newest are of a PC that another had replaced
	restored []string
}

const shelfPage = 60

func (s *shelf) at(i int) backup.Point {
	made := storetest.Noon.Add(-time.Duration(i) * time.Hour)
	return backup.Point{ID: fmt.Sprint("p", i), Writer: fmt.Sprint("PC-", i), Made: made, Old: i < s.replaced}
}

func (*shelf) Newer() bool { return false }

func (s *shelf) Points(_ context.Context, skip int) (page []backup.Point, older int, err error) {
	for i := skip; i < s.made && i < skip+shelfPage; i++ {
		page = append(page, s.at(i))
	}
	if skip+shelfPage < s.made {
		older = skip + shelfPage
	}
	return page, older, nil
}

func (s *shelf) Point(_ context.Context, id string) (backup.Point, error) {
	var i int
	_, err := fmt.Sscanf(id, "p%d", &i)
	return s.at(i), err
}

func (s *shelf) Restore(_ context.Context, id, _, _ string, _ func(backup.Progress)) (machine.Restored, error) {
	if s.restored = append(s.restored, id); id == "p0" {
		return machine.Restored{}, fault.New(fault.Conflict, "backup.point_damaged", "made", s.at(0).Made,
			"good", s.at(3).Made, "point", "p3")
	}
	return machine.Restored{Login: "claire"}, nil
}

// withShelf is a PC for which every place is that shelf.
type withShelf struct {
	*pc
	shelf *shelf
}

func (w withShelf) ReachVault(context.Context, backup.NewDestination, func(backup.Question) (string, bool),
) (machine.Place, error) {
	return onShelf{w.shelf}, nil
}

type onShelf struct{ shelf *shelf }

func (o onShelf) Open(context.Context, string) (machine.Vault, error) { return o.shelf, nil }

// atPoints leads to the list of the copies.
func atPoints(t *testing.T, made int) (*screen, *shelf) {
	t.Helper()
	on := &shelf{made: made}
	return showPoints(t, on), on
}

func showPoints(t *testing.T, on *shelf) *screen {
	t.Helper()
	p := newPC(t, machine.Nothing)
	s := showOn(t, p, withShelf{p, on})
	s.press("Restaurer")
	s.press("Un dossier, une clé ou un disque USB")
	s.fields()[0].SetText("/media/usb")
	s.press("Suivant")
	key := recovery.Key{1, 2, 3}
	for i, g := range key.Groups() {
		s.fields()[i].SetText(g)
	}
	s.press("Voir les copies")
	return s
}

func TestOlderCopiesAreListedPageByPage(t *testing.T) {
	s, _ := atPoints(t, 130)
	for _, step := range []struct{ rows, more bool }{{true, true}, {true, false}} {
		if !s.offers("Plus anciennes…") || !step.rows {
			t.Fatal("older copies are out of reach")
		}
		if s.press("Plus anciennes…"); s.offers("Plus anciennes…") != step.more {
			t.Errorf("offered at the end: %t", !step.more)
		}
	}
	few, _ := atPoints(t, 3)
	if few.offers("Plus anciennes…") {
		t.Error("older copies than the oldest are offered")
	}
}

// TestADamagedCopyOffersTheLastGoodOne: the sentence names both, and one button takes the good one.
func TestADamagedCopyOffersTheLastGoodOne(t *testing.T) {
	s, shelf := atPoints(t, 5)
	s.press("Suivant")
	restore := func() {
		t.Helper()
		fields := s.fields()
		for _, f := range fields[len(fields)-2:] {
			f.SetText(secretWords)
		}
		s.press("Restaurer cette copie")
	}
	restore()
	if !s.has("la dernière intacte avant elle") || strings.Join(shelf.restored, " ") != "p0" {
		t.Fatalf("restored %v", shelf.restored)
	}
	s.press("Prendre la dernière intacte")
	if !s.has("PC-3") {
		t.Error("not the good one")
	}
	restore()
	if strings.Join(shelf.restored, " ") != "p0 p3" {
		t.Errorf("restored %v", shelf.restored)
	}
}

// TestAPlaceWithoutBackupsIsSaidBeforeTheSheetIsTyped, at the step where it was chosen.
func TestAPlaceWithoutBackupsIsSaidBeforeTheSheetIsTyped(t *testing.T) {
	p := newPC(t, machine.Nothing)
	s := showOn(t, p, p)
	s.press("Restaurer")
	s.press("Un dossier, une clé ou un disque USB")
	s.fields()[0].SetText(emptyFolder)
	if s.press("Suivant"); !s.has("Il n’y a pas de sauvegarde Zafè dans ce dossier") || s.offers("Voir les copies") {
		t.Fatal("the sheet is asked for")
	}
	s.fields()[0].SetText("/media/usb")
	if s.press("Suivant"); !s.offers("Voir les copies") {
		t.Error("a place with backups is refused")
	}
}

// TestAnErasedPlaceCanBeSeenAsItWas: where the storage keeps versions, and nowhere else.
func TestAnErasedPlaceCanBeSeenAsItWas(t *testing.T) {
	p := newPC(t, machine.Nothing)
	s := showOn(t, p, p)
	s.press("Restaurer")
	for place, want := range map[string]bool{"Stockage S3 (OVHcloud, Scaleway…)": true, "Un dossier, une clé ou un disque USB": false} {
		s.press(place)
		s.fields()[0].SetText(emptyFolder)
		s.press("Suivant")
		if !s.has("Il n’y a pas de sauvegarde Zafè") || s.has("quelqu’un l’a effacée") != want {
			t.Errorf("%s: a date is offered: %v", place, !want)
		}
		s.press("Choisir un autre endroit")
	}
}

// TestNobodyChoosesBetweenTwoPCsForThePerson: a PC that was restored for a trial, or one that went on though another had taken
// over: which of them has the work, the program cannot know.
func TestNobodyChoosesBetweenTwoPCsForThePerson(t *testing.T) {
	for replaced, says := range map[int]bool{0: false, 2: true} {
		s := showPoints(t, &shelf{made: 5, replaced: replaced})
		if s.has("Deux PC ont continué") != says {
			t.Fatalf("%d newest of a PC that was replaced: said %t", replaced, !says)
		}
		s.press("Suivant")
		if asked := s.has("PC-0"); asked == says {
			t.Errorf("%d newest of a PC that was replaced: one is chosen %t", replaced, asked)
		}
	}
}
