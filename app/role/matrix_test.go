package role_test

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"testing"

	"zafe/app/auth"
	"zafe/app/i18n"
	"zafe/app/role"
	"zafe/app/tooltest"
	"zafe/store"
)

// TestEveryRightIsReadByPeople: each right there is stands in one subject, with a name and a sentence of its own in
// both languages, and none of the words shown is the program's.
func TestEveryRightIsReadByPeople(t *testing.T) {
	var all []auth.Permission
	for _, lang := range i18n.Languages() {
		p := i18n.For(lang)
		said := map[string]string{}
		all = nil
		for _, s := range role.Subjects() {
			all = append(all, s.Rights...)
			for what, text := range map[string]string{s.Key: s.Title(p)} {
				check(t, lang, what, text, said)
			}
			for _, right := range s.Rights {
				check(t, lang, string(right), role.RightName(p, right), said)
				check(t, lang, string(right)+".help", role.RightHelp(p, right), said)
				for _, held := range append([]auth.Scope{auth.None}, right.Scopes()...) {
					check(t, lang, string(right)+held.String(), role.ScopeName(p, right, held), nil)
				}
			}
		}
	}
	slices.Sort(all)
	if !slices.Equal(all, auth.Permissions()) {
		t.Errorf("the subjects have %v, there are %v", all, auth.Permissions())
	}
}

// check refuses a text that is missing, said twice, or not for people.
func check(t *testing.T, lang, what, text string, said map[string]string) {
	t.Helper()
	if text == "" || strings.HasPrefix(text, "!") {
		t.Errorf("%s: %s has no words: %q", lang, what, text)
	}
	if twice := said[text]; twice != "" {
		t.Errorf("%s: %q is said of %s and of %s", lang, text, twice, what)
	}
	if said != nil {
		said[text] = what
	}
	for _, word := range []string{"scope", "permission", ".read", ".write", ".manage", "_"} {
		if strings.Contains(strings.ToLower(text), word) {
			t.Errorf("%s: %s is not for people: %q", lang, what, text)
		}
	}
}

func (s shop) sheet(lang string) string {
	s.t.Helper()
	var b bytes.Buffer
	if _, err := role.PrintMatrix.Fetch(s.t.Context(), s.As("owner"), role.MatrixRequest{Lang: lang}, &b); err != nil {
		s.t.Fatal(err)
	}
	said := tooltest.Say(s.t, b.Bytes(), "pdftotext", "-layout", "FILE", "-")
	lines := strings.Split(strings.NewReplacer("\u00a0", " ", "\u202f", " ", "’", "'").Replace(said), "\n")
	for i, l := range lines {
		lines[i] = strings.Join(strings.Fields(l), " ")
	}
	return strings.Join(lines, "\n")
}

// TestTheSheetSaysWhatTheRolesAllow: each right of each role as the book has it, the people by name, the line of
// the journal where that is written, and a line to sign; however many roles there are.
func TestTheSheetSaysWhatTheRolesAllow(t *testing.T) {
	s := open(t)
	if before := s.sheet(i18n.French); strings.Contains(before, "équipe (") {
		t.Error("teams are told of where no role is about them")
	}
	for i := range 3 {
		name := "Comptoir " + strconv.Itoa(i+1)
		if _, err := call(s, role.Save, "owner", role.SaveRequest{Name: name, Rights: counter}); err != nil {
			t.Fatal(err)
		}
	}
	if none := s.sheet(i18n.French); !strings.Contains(none, "Il n'y a aucune équipe") {
		t.Errorf("that there is no team is not told:\n%s", none)
	}
	for name, members := range map[string][]auth.UserID{"Nord": {3, 2}, "Sud": {}} {
		if _, err := call(s, role.SaveTeam, "owner", role.TeamRequest{Name: name, Members: members}); err != nil {
			t.Fatal(err)
		}
	}
	got := s.sheet(i18n.French)
	var end string
	err := s.Store.View(s.Ctx(), func(tx *store.Tx) error {
		head, err := tx.Head()
		end = head.Hash.String()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"\nVoir les clients Tous Tous Tous Tous Les siens – – – – – Tous Tous\n", // the twelve ready ones
		"\nVoir les clients Son équipe Son équipe Son équipe\n",                  // the company's own, on a sheet after
		"\nExporter des clients Tous Tous Tous – –", "\nGérer ce qui ouvre le dossier Oui – –",
		"\nGérant : claire\n", "\nCommercial : marc et yann\n",
		"\nÉquipe Nord : marc et yann\n", "\nÉquipe Sud : personne\n", "Nom et signature du gérant :",
		"\nPersonnes 1 0 0 0 2 0 0 0 0 0 0 0\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not on the sheet", want)
		}
	}
	if strings.Contains(got, "!") || strings.Contains(got, "customer.") {
		t.Error("the sheet shows a key")
	}
	if !strings.Contains(strings.ReplaceAll(got, "\n", ""), end) {
		t.Errorf("the line of the journal %s is not on the sheet", end)
	}
	if t.Failed() {
		t.Log(got)
	}
	if en := s.sheet(i18n.English); !strings.Contains(en, "See customers All All All All Their own") {
		t.Errorf("in English:\n%s", en)
	}
}
