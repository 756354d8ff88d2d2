package start_test

import (
	"slices"
	"testing"

	"zafe/app/fault"
	"zafe/app/relay"
	"zafe/store/storetest"
	"zafe/ui/machine"
)

// TestTakingOver: only a PC with a copy offers it; the owner's password, one button, and the log-in of this PC.
func TestTakingOver(t *testing.T) {
	p := newPC(t, machine.Joined, owner)
	p.state.Host = "192.168.1.20:24653"
	s := show(t, p)
	if s.offers("Prendre le relais") {
		t.Error("a PC without a copy offers to take over")
	}
	p.standby = machine.Standby{Ready: true}
	s = show(t, p)
	s.press("Prendre le relais")
	if !s.has("Zafè ne sait pas") {
		t.Error("it promises a copy of which nobody knows how old it is")
	}
	p.standby.Kept = storetest.Noon
	s = show(t, p)
	s.login("claire", "un autre mot")
	if !s.offers("Prendre le relais") {
		t.Error("a PC whose copy came meanwhile offers nothing")
	}
	s = show(t, p)
	s.press("Prendre le relais")
	if !s.has("192.168.1.20") || !s.has("21/11/2026") {
		t.Error("it does not say what for, or what the copy has")
	}
	s.fields()[0].SetText("un autre mot")
	s.press("Prendre le relais")
	if len(p.relaying) != 0 || !s.has("mot de passe") {
		t.Errorf("with a wrong password: %v", p.relaying)
	}
	p.behind = true
	s.fields()[0].SetText(secretWords)
	s.press("Prendre le relais")
	if len(p.relaying) != 0 || !s.has("il y manque au moins 3") {
		t.Errorf("with a copy that lacks what this PC saw: %v", p.relaying)
	}
	s.press("Prendre le relais quand même")
	if !slices.Equal(p.relaying, []string{"took over"}) || !s.has("maintenant le poste principal") {
		t.Errorf("it did %v", p.relaying)
	}
	if len(s.opened) != 1 || s.flow.Book() == nil {
		t.Error("the others are not let in before somebody logs in")
	}
}

// TestTakingOverByTheSheet: who has no password that opens the copy types the key of the sheet.
func TestTakingOverByTheSheet(t *testing.T) {
	p := newPC(t, machine.Joined, owner)
	p.state.Host = "192.168.1.20:24653"
	p.standby = machine.Standby{Ready: true, Kept: storetest.Noon}
	s := show(t, p)
	s.press("Prendre le relais")
	s.press("Utiliser la feuille de secours")
	s.press("Prendre le relais")
	if len(p.relaying) != 0 || len(p.opened) != 0 {
		t.Fatal("without a key")
	}
	s.fields()[0].SetText(sheet.String())
	s.press("Prendre le relais")
	if !slices.Equal(p.relaying, []string{"took over"}) || p.opened[0].Recovery == "" || p.opened[0].Password != "" {
		t.Errorf("it did %v with %v", p.relaying, p.opened)
	}
}

// TestAnotherPCTookOver: the log-in says so, and leads to both ways out, the open book closed before.
func TestAnotherPCTookOver(t *testing.T) {
	for _, c := range []struct {
		press []string
		want  string
		says  string
	}{
		{[]string{"Travailler sur ce poste-là", "Travailler sur ce poste-là"}, "rejoined", "book.aside-"},
		{[]string{"Reprendre la main ici", ""}, "took over", "maintenant le poste principal"},
	} {
		p := newAlone(t, true)
		p.state.Taken, p.state.TakenBy, p.state.Fenced = "192.168.1.31:24653", "PC-Sonia", true
		p.rival = machine.Rival{Name: "PC-Sonia", Counted: true, Done: []relay.Done{{Op: "customer.save", N: 2}, {Op: "invoice.issue", N: 1}}}
		s := showOn(t, p.pc, p)
		if !s.has("a pris le relais") || !s.has("PC-Sonia") || s.has("192.168.1.31") {
			t.Error("the log-in does not say it")
		}
		s.press(c.press[0])
		if c.press[1] == "" {
			if !s.has("3 opérations saisies sur le poste PC-Sonia") || !s.has("Client enregistré (2), Facture validée (1)") {
				t.Error("what would stay there is not said")
			}
			s.fields()[0].SetText(secretWords)
			s.press("Reprendre la main ici")
			if len(p.relaying) > 0 {
				t.Error("it is done without a question")
			}
			s.press("Reprendre la main")
		} else {
			s.press(c.press[1]) // the question
		}
		if !slices.Equal(p.relaying, []string{c.want}) || !s.has(c.says) {
			t.Errorf("%s: it did %v", c.want, p.relaying)
		}
		if p.book.closed != 1 {
			t.Errorf("%s: the old book was closed %d times", c.want, p.book.closed)
		}
	}
}

// TestNobodyKnowsWhoTookOver: the file that said it is damaged. The lead can be taken back, nothing else.
func TestNobodyKnowsWhoTookOver(t *testing.T) {
	p := newAlone(t, true)
	p.state.Fenced = true
	s := showOn(t, p.pc, p)
	if !s.has("ne sait plus") || s.offers("Travailler sur ce poste-là") {
		t.Error("the log-in does not say it, or leads to a PC that nobody knows")
	}
	p.unreached = fault.New(fault.Unavailable, "lan.host_unreachable")
	s.press("Reprendre la main ici")
	if !s.has("ne peut pas savoir ce qui y a été saisi") {
		t.Error("it is not said that nobody knows what stays there")
	}
	s.fields()[0].SetText(secretWords)
	s.press("Reprendre la main ici")
	s.press("Reprendre la main")
	if !slices.Equal(p.relaying, []string{"took over"}) {
		t.Errorf("it did %v", p.relaying)
	}
}

// TestWhatIsNotToldIsNotNothing: a PC that says nothing of what was done there is not taken for one where nothing was.
func TestWhatIsNotToldIsNotNothing(t *testing.T) {
	p := newAlone(t, true)
	p.state.Taken, p.state.TakenBy, p.state.Fenced = "192.168.1.31:24653", "PC-Sonia", true
	p.rival = machine.Rival{Name: "PC-Sonia"}
	s := showOn(t, p.pc, p)
	s.press("Reprendre la main ici")
	if !s.has("Le poste PC-Sonia ne dit pas à ce poste ce qui y a été saisi") {
		t.Error("it reads as if nothing had been done there")
	}
}
