package harden

import (
	"os"
	"path/filepath"
	"testing"
)

func local() Surroundings {
	return Surroundings{Remote: func(string) string { return "" }, Env: func(string) string { return "" }}
}

func TestASynchronisedFolderIsKnownByItsName(t *testing.T) {
	for path, want := range map[string]string{
		"/home/c/OneDrive/zafe":                                      "OneDrive",
		"/home/c/OneDrive - Atelier Récit/Compta/zafe":               "OneDrive",
		"/home/c/Dropbox (Atelier)/zafe":                             "Dropbox",
		"/home/c/dropbox/zafe":                                       "Dropbox",
		"/Users/c/Library/CloudStorage/OneDrive-Personal/zafe":       "OneDrive",
		"/Users/c/Library/CloudStorage/Autre/zafe":                   "CloudStorage",
		"/Users/c/Library/Mobile Documents/com~apple~CloudDocs/zafe": "iCloud",
		"/media/g/Mon Drive/zafe":                                    "Google Drive",
		"/home/c/Google Drive/zafe":                                  "Google Drive",
		"/home/c/Nextcloud/zafe":                                     "Nextcloud",
		"/home/c/pCloudDrive/zafe":                                   "pCloud",
		"/home/c/kDrive/zafe":                                        "kDrive",
		"/home/c/.local/share/zafe":                                  "",
		"/home/c/Documents/OneDriveries/zafe":                        "",
		"/home/c/sans dropbox/zafe":                                  "",
		"/home/c/Box/zafe":                                           "",
		"/home/c/Megaphone/zafe":                                     "",
	} {
		got := local().Judge(path)
		if got.What != want || (got.Kind == Synced) != (want != "") {
			t.Errorf("%s: %+v, want %q", path, got, want)
		}
	}
}

func TestASynchronisedFolderIsKnownByItsMarks(t *testing.T) {
	for _, m := range marks {
		top := filepath.Join(t.TempDir(), "a [b")
		mark := filepath.Join(top, filepath.FromSlash(m.name))
		if m.name == ".sync_*.db" || m.name == "._sync_*.db" {
			mark = filepath.Join(top, m.name[:len(m.name)-4]+"1f2e.db")
		}
		if err := os.MkdirAll(filepath.Dir(mark), 0o700); err != nil {
			t.Fatal(err)
		}
		make := func(folder bool) error {
			if folder {
				return os.Mkdir(mark, 0o700)
			}
			return os.WriteFile(mark, nil, 0o600)
		}
		if err := make(m.folder); err != nil {
			t.Fatal(err)
		}
		if got := local().Judge(filepath.Join(top, "x", "zafe")); got != (Place{Synced, m.what}) {
			t.Errorf("%s: %+v", m.name, got)
		}
		if got := local().Judge(filepath.Dir(top)); got.Kind != Fine {
			t.Errorf("beside %s: %+v", m.name, got)
		}
		// The other kind of thing under that name, as ~/.dropbox is, says nothing.
		if err := os.Remove(mark); err != nil {
			t.Fatal(err)
		}
		if err := make(!m.folder); err != nil {
			t.Fatal(err)
		}
		if got := local().Judge(top); got.Kind != Fine {
			t.Errorf("%s of the other kind: %+v", m.name, got)
		}
	}
}

func TestALinkIntoASynchronisedFolderHidesNothing(t *testing.T) {
	dir := t.TempDir()
	real := filepath.Join(dir, "Dropbox", "zafe")
	if err := os.MkdirAll(real, 0o700); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "mine")
	if err := os.Symlink(real, link); err != nil {
		t.Skip(err)
	}
	if got := local().Judge(filepath.Join(link, "new")); got.What != "Dropbox" {
		t.Errorf("%+v", got)
	}
}

func TestTheSystemNamesItsSynchronisedFolder(t *testing.T) {
	s := local()
	root, err := filepath.Abs("/data/Entreprise") // with its drive, on Windows
	if err != nil {
		t.Fatal(err)
	}
	s.Env = func(name string) string {
		if name == "OneDriveCommercial" {
			return root
		}
		return ""
	}
	if got := s.Judge("/data/entreprise/zafe"); got.What != "OneDrive" {
		t.Errorf("%+v", got)
	}
	if got := s.Judge("/data/entreprise2/zafe"); got.Kind != Fine {
		t.Errorf("%+v", got)
	}
}

func TestADriveOfAnotherMachineIsRefusedBeforeAnythingElse(t *testing.T) {
	s := local()
	s.Remote = func(dir string) string {
		if _, err := os.Stat(dir); err != nil {
			t.Errorf("asked about %s, which is not there", dir)
		}
		return "nfs4"
	}
	if got := s.Judge(filepath.Join(t.TempDir(), "not", "yet")); got != (Place{Network, "nfs4"}) {
		t.Errorf("%+v", got)
	}
}
