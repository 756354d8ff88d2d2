package vault

import (
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// The fixed names of the format.
const (
	markerName = "VAULT"
	readmeName = "README.txt"
	filesDir   = "files"
	writersDir = "w"
	packSuffix = ".pack"
	stampTime  = "20060102T150405Z"
)

var (
	writerPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)
	monthPattern  = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}$`)
	hashPattern   = regexp.MustCompile(`^[0-9a-f]{64}$`)
	packPattern   = regexp.MustCompile(`^[0-9a-f]{64}-[0-9]{1,10}\.pack$`)
	pointPattern  = regexp.MustCompile(`^([0-9]{8,12})-([0-9]{8}T[0-9]{6}Z)-([a-z0-9][a-z0-9-]{0,39})\.json$`)
)

// Point is one restore point as its name tells it; Tree.Describe reads the rest.
type Point struct {
	Writer string    // the installation that made it
	Seq    uint64    // 1, 2, 3 ... per writer
	At     time.Time // UTC, whole seconds
}

// name is the plain leaf name of the point's manifest.
func (p Point) name() string {
	return fmt.Sprintf("%08d-%s-%s.json", p.Seq, p.At.UTC().Format(stampTime), p.Writer)
}

// String names the point in logs.
func (p Point) String() string { return strings.TrimSuffix(p.name(), ".json") }

func parsePoint(name string) (Point, bool) {
	m := pointPattern.FindStringSubmatch(name)
	if m == nil {
		return Point{}, false
	}
	seq, err := strconv.ParseUint(m[1], 10, 64)
	if err != nil {
		return Point{}, false
	}
	at, err := time.Parse(stampTime, m[2])
	if err != nil {
		return Point{}, false
	}
	return Point{Writer: m[3], Seq: seq, At: at}, true
}

func dbDir(writer string) string       { return path.Join(writersDir, writer, "db") }
func manifestDir(writer string) string { return path.Join(writersDir, writer, "manifest") }
func monthDir(month string) string     { return path.Join(filesDir, month) }

func fullName(seq uint64) string   { return fmt.Sprintf("%08d.sqlite.zst", seq) }
func diffName(seq uint64) string   { return fmt.Sprintf("%08d.pages.zst", seq) }
func hashesName(seq uint64) string { return fmt.Sprintf("%08d.hashes", seq) }
func listName(seq uint64) string   { return fmt.Sprintf("%08d.files", seq) }

// packName names a pack by its SHA-256 and its size in bytes.
func packName(sum string, size int64) string { return fmt.Sprintf("%s-%d%s", sum, size, packSuffix) }

// objectSeq reads the sequence number a database object's name starts with.
func objectSeq(name string) (uint64, bool) {
	digits, _, ok := strings.Cut(name, ".")
	if !ok || len(digits) < 8 {
		return 0, false
	}
	seq, err := strconv.ParseUint(digits, 10, 64)
	return seq, err == nil
}

// unfinished says whether a stored name belongs to a transfer that was cut: ours start with a dot,
// rclone's end with .partial.
func unfinished(stored string) bool {
	return strings.HasPrefix(stored, ".") || strings.HasSuffix(stored, ".partial")
}

// WriterID makes the folder name of a new installation from what the owner calls the PC and a random
// part, e.g. "caisse-4f1c09ab". A restored book always gets a new one.
func WriterID(pc string, random [4]byte) string {
	var b strings.Builder
	for _, r := range strings.ToLower(pc) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
		if b.Len() == 20 {
			break
		}
	}
	slug := strings.Trim(b.String(), "-")
	if slug == "" {
		slug = "pc"
	}
	return fmt.Sprintf("%s-%x", slug, random)
}
