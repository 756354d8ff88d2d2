package shell

import (
	"cmp"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/adrg/xdg"

	"zafe/app/i18n"
)

// entry is a file or a folder in a folder of this PC.
type entry struct {
	name   string
	folder bool
	size   int64 // bytes
	at     time.Time
}

// entriesMax bounds what is shown of a folder; what is not can still be typed.
const entriesMax = 5000

// entries lists a folder: the folders first, then the files that end with one of the extensions (all of
// them when there are none; no file at all when only folders are wanted). What is hidden stays so.
func entries(dir string, folders bool, extensions []string) ([]entry, error) {
	found, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var out []entry
	for _, f := range found {
		if len(out) == entriesMax {
			break
		}
		info, err := os.Stat(filepath.Join(dir, f.Name())) // of what a link leads to
		if err != nil || strings.HasPrefix(f.Name(), ".") {
			continue
		}
		e := entry{name: f.Name(), folder: info.IsDir(), size: info.Size(), at: info.ModTime()}
		if e.folder || !folders && info.Mode().IsRegular() && wanted(e.name, extensions) {
			out = append(out, e)
		}
	}
	slices.SortFunc(out, func(a, b entry) int {
		if a.folder != b.folder {
			return map[bool]int{true: -1, false: 1}[a.folder]
		}
		return cmp.Or(i18n.Compare(a.name, b.name), strings.Compare(a.name, b.name))
	})
	return out, nil
}

func wanted(name string, extensions []string) bool {
	return len(extensions) == 0 || slices.ContainsFunc(extensions, func(e string) bool {
		return strings.EqualFold(filepath.Ext(name), e)
	})
}

// place is a folder people know by a name of its own, the end of a message key; or by its own name, as a
// disk is.
type place struct {
	key  string
	name string
	icon string
	path string
}

// places are the folders from which one starts: those of the person, then the disks. Those that are not
// there are left out.
func places() []place {
	d := xdg.UserDirs
	out := []place{
		{key: "home", icon: "house", path: xdg.Home},
		{key: "desktop", icon: "desktop", path: d.Desktop},
		{key: "documents", icon: "file-text", path: d.Documents},
		{key: "downloads", icon: "download-simple", path: d.Download},
		{key: "pictures", icon: "image", path: d.Pictures},
	}
	for _, disk := range disks() {
		out = append(out, place{name: filepath.Base(disk), icon: "usb", path: disk})
	}
	if runtime.GOOS != "windows" {
		out = append(out, place{key: "computer", icon: "desktop-tower", path: "/"})
	}
	return slices.DeleteFunc(out, func(p place) bool {
		info, err := os.Stat(p.path)
		return p.path == "" || err != nil || !info.IsDir()
	})
}

// disks are the drives of Windows, elsewhere where the system shows disks that were plugged in.
func disks() (out []string) {
	if runtime.GOOS == "windows" {
		for letter := 'C'; letter <= 'Z'; letter++ {
			out = append(out, string(letter)+`:\`)
		}
		return out
	}
	for _, pattern := range []string{"/media/*/*", "/run/media/*/*", "/mnt/*", "/Volumes/*"} {
		found, err := filepath.Glob(pattern)
		if err == nil { // only a wrong pattern
			out = append(out, found...)
		}
	}
	return out
}
