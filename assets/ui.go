// Package assets embeds the files the program carries with it and hands them
// out by name. It only knows embed and the standard library: whoever needs a
// file decides what it means.
package assets

import (
	"embed"
	"io/fs"
	"strings"
)

//go:embed fonts/*.ttf fonts/OFL.txt
var fontFiles embed.FS

//go:embed icons/*.svg icons/*.png icons/LICENSE-phosphor.txt
var iconFiles embed.FS

// Names of the embedded faces of IBM Plex Sans (SIL Open Font License 1.1,
// text in fonts/OFL.txt). Digits are tabular in every face; the narrow
// no-break space U+202F, the euro sign and U+2212 are present.
const (
	FontRegular  = "IBMPlexSans-Regular"
	FontMedium   = "IBMPlexSans-Medium"
	FontSemiBold = "IBMPlexSans-SemiBold"
	FontItalic   = "IBMPlexSans-Italic"
)

// Font returns the TrueType bytes of one face, named by a Font constant.
// It panics on an unknown name, which only a programmer can cause.
func Font(name string) []byte {
	return must(fontFiles, "fonts/"+name+".ttf")
}

// Icon returns the SVG bytes of one Phosphor icon (MIT), such as "users".
// It panics on an unknown name, which only a programmer can cause.
func Icon(name string) []byte {
	return must(iconFiles, "icons/"+name+".svg")
}

// HasIcon tells whether an icon of that name is embedded.
func HasIcon(name string) bool {
	_, err := fs.Stat(iconFiles, "icons/"+name+".svg")
	return err == nil
}

// IconNames lists the embedded icons in alphabetical order, the application's
// own mark ("app") included.
func IconNames() []string {
	entries, err := iconFiles.ReadDir("icons")
	if err != nil {
		panic(err)
	}
	var names []string
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), ".svg"); ok {
			names = append(names, name)
		}
	}
	return names
}

// AppIcon returns the application icon as a 512 px PNG with transparent corners.
func AppIcon() []byte {
	return must(iconFiles, "icons/app.png")
}

func must(files embed.FS, path string) []byte {
	b, err := files.ReadFile(path)
	if err != nil {
		panic("assets: " + err.Error())
	}
	return b
}
