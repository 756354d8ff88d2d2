package harden

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Kind says what is wrong with a place.
type Kind string

// The kinds of places a live book must not be in.
const (
	Fine    Kind = ""
	Network Kind = "network" // a drive of another machine: its locks and its flushes promise nothing
	Synced  Kind = "synced"  // a folder another program copies and puts back, file by file
)

// Place is what is known of where a folder is.
type Place struct {
	Kind Kind
	What string // the file system ("nfs4"), the service ("OneDrive")
}

// Surroundings is what [Surroundings.Judge] asks of the system; tests answer themselves.
type Surroundings struct {
	// Remote names the file system of an existing folder when it is another machine's, else "".
	Remote func(dir string) string
	Env    func(name string) string
}

// Here is this PC.
var Here = Surroundings{Remote: remote, Env: os.Getenv}

// services are the folders that synchronising programs make, by the name they give them: alone, or
// followed by an account as in "Dropbox (Atelier)" or "OneDrive - Atelier". Names that are everyday words
// ("Box", "Sync") are known by their marks alone.
var services = []struct {
	what string
	name *regexp.Regexp
}{
	{"OneDrive", named(`onedrive`)},
	{"Dropbox", named(`dropbox`)},
	{"Google Drive", named(`google ?drive|drivefs|my drive|mon drive`)},
	{"iCloud", named(`icloud ?drive|com~apple~clouddocs|mobile documents`)},
	{"CloudStorage", named(`cloudstorage`)}, // where macOS puts them all
	{"Nextcloud", named(`nextcloud|owncloud`)},
	{"pCloud", named(`pcloud ?drive|pcloud ?sync`)},
	{"kDrive", named(`kdrive`)},
	{"MEGA", named(`mega|megasync`)},
	{"Proton Drive", named(`proton ?drive`)},
	{"Box", named(`box sync`)},
	{"Tresorit", named(`tresorit|tresors`)},
	{"Seafile", named(`seafile`)},
	{"Syncthing", named(`syncthing`)},
	{"Resilio Sync", named(`resilio sync`)},
}

func named(pattern string) *regexp.Regexp {
	return regexp.MustCompile(`(?i)^(?:` + pattern + `)(?: ?[-(].*)?$`)
}

// marks are what synchronising programs leave at the top of the folders they keep. Dropbox has a folder
// ".dropbox" in every home too: only a file of that name is a mark.
var marks = []struct {
	what, name string
	folder     bool
}{
	{"Dropbox", ".dropbox", false},
	{"Dropbox", ".dropbox.cache", true},
	{"OneDrive", ".849C9593-D756-4E56-8D6E-42412F2A707B", false},
	{"Google Drive", ".tmp.drivedownload", true},
	{"Google Drive", ".tmp.driveupload", true},
	{"Nextcloud", ".nextcloudsync.log", false},
	{"Nextcloud", ".owncloudsync.log", false},
	{"Nextcloud", ".sync_*.db", false},
	{"Nextcloud", "._sync_*.db", false},
	{"Syncthing", ".stfolder", true},
	{"Resilio Sync", ".sync/ID", false},
	{"MEGA", ".debris", true},
	{"MEGA", ".megaignore", false},
	{"Synology Drive", ".SynologyWorkingDirectory", true},
}

// variables name synchronised folders, on Windows.
var variables = []string{"OneDrive", "OneDriveConsumer", "OneDriveCommercial"}

// Judge tells whether dir, which need not exist yet, is a place for a live book. What cannot be found out
// passes: a book in a bad place is a risk, a refusal by mistake keeps somebody from working.
func (s Surroundings) Judge(dir string) Place {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return Place{}
	}
	there := existing(dir)
	if what := s.Remote(there); what != "" {
		return Place{Network, what}
	}
	paths := []string{dir}
	if real, err := filepath.EvalSymlinks(there); err == nil && real != there {
		paths = append(paths, real)
	}
	for _, p := range paths {
		if what := s.synced(p); what != "" {
			return Place{Synced, what}
		}
	}
	return Place{}
}

// synced names the service that keeps a folder at or above path.
func (s Surroundings) synced(path string) string {
	for _, v := range variables {
		if root := s.Env(v); root != "" && within(path, root) {
			return "OneDrive"
		}
	}
	for at := path; ; at = filepath.Dir(at) {
		for _, c := range services {
			if c.name.MatchString(filepath.Base(at)) {
				return c.what
			}
		}
		if what := marked(at); what != "" {
			return what
		}
		if at == filepath.Dir(at) {
			return ""
		}
	}
}

// marked names the service that left its mark in a folder.
func marked(dir string) string {
	var here []os.DirEntry // read for the marks whose names vary
	for _, m := range marks {
		names := []string{m.name}
		if strings.Contains(m.name, "*") {
			if here == nil {
				here, _ = os.ReadDir(dir) // what cannot be read shows no mark
			}
			names = nil
			for _, e := range here {
				if fits, err := filepath.Match(m.name, e.Name()); fits && err == nil {
					names = append(names, e.Name())
				}
			}
		}
		for _, name := range names {
			if st, err := os.Stat(filepath.Join(dir, name)); err == nil && st.IsDir() == m.folder {
				return m.what
			}
		}
	}
	return ""
}

// existing is path, or the nearest folder above it that exists.
func existing(path string) string {
	for {
		if _, err := os.Stat(path); err == nil || path == filepath.Dir(path) {
			return path
		}
		path = filepath.Dir(path)
	}
}

// within tells whether path is root or under it; the systems where it is asked ignore case.
func within(path, root string) bool {
	split := func(p string) []string {
		return strings.Split(strings.ToLower(filepath.ToSlash(filepath.Clean(p))), "/")
	}
	p, r := split(path), split(root)
	return len(p) >= len(r) && slices.Equal(p[:len(r)], r)
}
