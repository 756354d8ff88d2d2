package disks

import (
	"errors"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Roots are the folders that disks of this PC are mounted at now, in order. Those of the network are not
// among them: to look at one may take for ever.
func Roots() []string {
	table, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return nil
	}
	return rootsOf(string(table))
}

// rootsOf reads a table of mounts; see proc_pid_mountinfo(5).
func rootsOf(table string) (roots []string) {
	for line := range strings.Lines(table) {
		at, kind, ok := strings.Cut(line, " - ")
		fields, source := strings.Fields(at), strings.Fields(kind)
		if ok && len(fields) > 4 && len(source) > 1 && strings.HasPrefix(source[1], "/dev/") {
			roots = append(roots, unescape(fields[4]))
		}
	}
	slices.Sort(roots)
	return slices.Compact(roots)
}

// unescape gives back what the kernel writes as \040: spaces, tabs, line ends and backslashes.
func unescape(s string) string {
	var out strings.Builder
	for {
		before, after, found := strings.Cut(s, `\`)
		out.WriteString(before)
		if !found {
			return out.String()
		}
		n, err := strconv.ParseUint(after[:min(3, len(after))], 8, 8)
		if err != nil {
			out.WriteByte('\\')
			s = after
			continue
		}
		out.WriteByte(byte(n))
		s = after[3:]
	}
}

// Flush returns when the system has written all that it holds back for the disk of a folder: it can be
// unplugged.
func Flush(folder string) (err error) {
	f, err := os.Open(folder)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return unix.Syncfs(int(f.Fd()))
}
