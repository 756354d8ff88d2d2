package file

import (
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// noName is what a file is called of whose name nothing is left.
const noName = "fichier"

// devices are names that Windows gives to devices, whatever the extension.
var devices = []string{"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$"}

// programs are the extensions of files that do something when they are opened, on one system or another.
// They are no vouchers, and whoever saves one among a customer's papers opens it sooner or later.
var programs = []string{
	"apk", "app", "appimage", "appref-ms", "application", "bat", "bin", "chm", "cmd", "com", "command",
	"cpl", "deb", "desktop", "dll", "dmg", "docm", "dotm", "elf", "exe", "gadget", "hta", "inf", "ins",
	"iso", "isp", "jar", "jnlp", "js", "jse", "lnk", "mde", "msc", "msh", "msi", "msix", "msp", "mst",
	"pif", "pkg", "pptm", "ps1", "psm1", "py", "pyw", "rb", "reg", "rpm", "run", "scf", "scr", "sct",
	"settingcontent-ms", "sh", "shb", "shs", "sys", "url", "vb", "vbe", "vbs", "vhd", "vhdx", "website",
	"ws", "wsc", "wsf", "wsh", "xlam", "xll", "xlsm", "xltm",
}

// CleanName makes of what a file is called somewhere a name that is safe to show and to save on Windows, macOS
// and Linux: no folder, no hidden or reversed text, no reserved name, at most NameMax characters.
func CleanName(s string) string {
	s = strings.ToValidUTF8(s, "_")
	if i := strings.LastIndexAny(s, `/\`); i >= 0 {
		s = s[i+1:]
	}
	s = strings.Map(safe, norm.NFC.String(s))
	s = strings.Trim(s, " \u00a0\u202f")
	s = strings.TrimRight(s, ". ")
	if strings.HasPrefix(s, ".") || strings.HasPrefix(s, "-") || strings.HasPrefix(s, "~") {
		s = "_" + s[1:] // hidden on Linux, an option for commands
	}
	if stem, _, _ := strings.Cut(s, "."); isDevice(strings.TrimRight(stem, " ")) {
		s = "_" + s
	}
	if s = shorten(s); s == "" {
		return noName
	}
	return s
}

// safe replaces what no name may have, and drops what nobody sees.
func safe(r rune) rune {
	switch {
	case strings.ContainsRune(`<>:"|?*`, r):
		return '_'
	case unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Co, r) || r == utf8.RuneError:
		return -1 // with Cf the marks that turn the direction of writing round: exe.pdf for fdp.exe
	case unicode.In(r, unicode.Zl, unicode.Zp):
		return ' '
	}
	return r
}

func isDevice(stem string) bool {
	stem = strings.ToUpper(stem)
	if slices.Contains(devices, stem) {
		return true
	}
	port, ok := strings.CutPrefix(stem, "COM")
	if !ok {
		port, ok = strings.CutPrefix(stem, "LPT")
	}
	return ok && utf8.RuneCountInString(port) == 1 && strings.ContainsAny(port, "0123456789¹²³")
}

// shorten keeps the extension of a name that is too long.
func shorten(s string) string {
	all := []rune(s)
	if len(all) <= NameMax {
		return s
	}
	ext := []rune(path.Ext(s))
	if len(ext) > 10 {
		ext = nil
	}
	return strings.TrimRight(string(all[:NameMax-len(ext)]), ". ") + string(ext)
}

// isProgram tells whether a clean name is that of a program.
func isProgram(name string) bool { return slices.Contains(programs, extension(name)) }

func extension(name string) string { return strings.ToLower(strings.TrimPrefix(path.Ext(name), ".")) }
