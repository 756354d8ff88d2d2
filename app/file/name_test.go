package file

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestCleanName(t *testing.T) {
	long := strings.Repeat("é", 300)
	for in, want := range map[string]string{
		"Devis signé.pdf":              "Devis signé.pdf",
		"Devis signe\u0301.pdf":        "Devis signé.pdf", // as macOS writes it
		`C:\Users\Zoé\facture.pdf`:     "facture.pdf",
		"/etc/../../passwd":            "passwd",
		`..\..\x.pdf`:                  "x.pdf",
		"..":                           "fichier",
		"":                             "fichier",
		" \t\n":                        "fichier",
		"a/":                           "fichier",
		"photo\u202egpj.exe":           "photogpj.exe", // shown as photoexe.jpg
		"a\u200bb\u2066c.pdf":          "abc.pdf",
		"plan: étage <1> \"b\"|?*.png": "plan_ étage _1_ _b____.png",
		"CON":                          "_CON",
		"con.txt":                      "_con.txt",
		"Aux .pdf":                     "_Aux .pdf",
		"com1.pdf":                     "_com1.pdf",
		"COM¹":                         "_COM¹",
		"comptes.pdf":                  "comptes.pdf",
		"lpt10.pdf":                    "lpt10.pdf",
		".bashrc":                      "_bashrc",
		"-rf.pdf":                      "_rf.pdf",
		"~$devis.docx":                 "_$devis.docx",
		"setup.exe. . ":                "setup.exe", // Windows drops what ends a name
		"a\x00b.pdf":                   "ab.pdf",
		"\xff\xfe.pdf":                 "_.pdf",
		"un\u00a0nom.pdf\u00a0":        "un\u00a0nom.pdf",
		long + ".pdf":                  strings.Repeat("é", NameMax-4) + ".pdf",
		long:                           strings.Repeat("é", NameMax),
		"x." + long:                    "x." + strings.Repeat("é", NameMax-2),
	} {
		if got := CleanName(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func FuzzCleanName(f *testing.F) {
	f.Add("a/b\\c:\u202e.exe. ")
	f.Fuzz(func(t *testing.T, in string) {
		got := CleanName(in)
		switch {
		case got == "" || got == "." || got == ".." || !utf8.ValidString(got):
			t.Errorf("%q gives %q", in, got)
		case strings.ContainsAny(got, "/\\:*?\"<>|\x00\n\u202e") || strings.HasSuffix(got, ".") || got[0] == '.':
			t.Errorf("%q gives %q", in, got)
		case utf8.RuneCountInString(got) > NameMax:
			t.Errorf("%q gives %d characters", in, utf8.RuneCountInString(got))
		case CleanName(got) != got:
			t.Errorf("%q gives %q, then %q", in, got, CleanName(got))
		}
	})
}

func TestMedia(t *testing.T) {
	for _, c := range []struct{ name, head, want string }{
		{"a.pdf", "%PDF-1.7\n", "application/pdf"},
		{"a.exe", "%PDF-1.7\n", "application/pdf"},
		{"a.pdf", "MZ\x90\x00", mediaProgram},
		{"a.pdf", "\x7fELF\x02", mediaProgram},
		{"a.txt", "#!/bin/sh\n", mediaProgram},
		{"a.png", "\x89PNG\r\n\x1a\n", "image/png"},
		{"a", "\xff\xd8\xff\xe0", "image/jpeg"},
		{"a.heic", "\x00\x00\x00\x18ftypheic", "image/heic"},
		{"a.webp", "RIFF\x00\x00\x00\x00WEBP", "image/webp"},
		{"a.docx", "PK\x03\x04", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
		{"a.docx", "plain", "text/plain"},
		{"a.zip", "PK\x03\x04", mediaZip},
		{"a.csv", "Nom;Ville\r\n", "text/csv"},
		{"a.txt", "caf\xe9", "text/plain"},
		{"a.txt", "café", "text/plain"},
		{"a.txt", "caf\xc3", "text/plain"}, // cut in the middle of a character
		{"a.txt", "a\x00b", mediaUnknown},
		{"a.txt", "", mediaUnknown},
	} {
		if got := mediaOf(c.name, []byte(c.head)); got != c.want {
			t.Errorf("%s %q: %s, want %s", c.name, c.head, got, c.want)
		}
	}
}

func TestPrograms(t *testing.T) {
	for name, want := range map[string]bool{
		"a.exe": true, "facture.pdf.EXE": true, "a.pdf.lnk": true, "macro.xlsm": true, "x.desktop": true, "x.sh": true,
		"facture.pdf": false, "photo.jpeg": false, "tableau.xlsx": false, "exe": false, "sans extension": false,
	} {
		if got := isProgram(CleanName(name)); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
