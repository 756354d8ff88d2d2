package backup

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"zafe/sync/backup/disks"
	"zafe/sync/backup/remote"
	"zafe/sync/backup/vault"
)

// diskFile is the file, beside the copies on a disk of this PC, that tells this disk from the others that
// take turns with it. What is on each of them is remembered apart.
const diskFile = "DISK"

// diskPattern is what is in it.
var diskPattern = regexp.MustCompile(`^ZAFE-DISK 1\r?\nid: ([0-9a-f]{32})\r?\n`)

// disksMax bounds how many disks take turns at a destination; the one that was not seen for longest is
// forgotten.
const disksMax = 8

// diskOf reads the identity of the disk at a folder; "" when there is none, or no disk.
func diskOf(folder string) string {
	data, err := os.ReadFile(filepath.Join(folder, diskFile))
	if m := diskPattern.FindSubmatch(data); err == nil && m != nil {
		return string(m[1])
	}
	return ""
}

// signDisk gives the disk at a folder an identity.
func signDisk(folder string) (id string, err error) {
	random := make([]byte, 16)
	if _, err := rand.Read(random); err != nil {
		return "", err
	}
	id = hex.EncodeToString(random)
	text := fmt.Appendf(nil, "ZAFE-DISK 1\nid: %s\n", id)
	return id, os.WriteFile(filepath.Join(folder, diskFile), text, 0o600)
}

// turnTo makes a mark the one of another disk, keeping what is known about the one before.
func (c *copyMark) turnTo(disk string, now time.Time) {
	was := *c
	was.Others, was.RolledBack, was.Gone, was.GoneAt = nil, time.Time{}, vault.Gone{}, time.Time{}
	next := copyMark{Since: now, Disk: disk}
	others := slices.DeleteFunc(slices.Clone(c.Others), func(o copyMark) bool {
		if o.Disk == disk && disk != "" {
			next = o
			return true
		}
		return false
	})
	if was.Disk != "" {
		others = append(others, was)
	}
	next.Others = others[max(0, len(others)-disksMax+1):]
	next.RolledBack, next.Gone, next.GoneAt = c.RolledBack, c.Gone, c.GoneAt // until the owner has seen it
	*c = next
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// of says whether a mark knows a disk.
func (c *copyMark) of(disk string) bool {
	return c.Disk == disk || slices.ContainsFunc(c.Others, func(o copyMark) bool { return o.Disk == disk })
}

// recognise finds out, before work at a destination that is a folder of this PC, which of its disks is there.
func (s *Service) recognise(ctx context.Context, id string) error {
	if id == "" {
		return nil
	}
	d, err := s.set.Remotes.Get(id)
	if err != nil || d.Provider != "local" {
		return err
	}
	disk := diskOf(d.Folder)
	s.mu.Lock()
	c := s.know.copyOf(id, s.set.Now())
	same := disk == "" || c.Disk == disk
	s.mu.Unlock()
	if same {
		return nil
	}
	return s.note(ctx, func(k *state) {
		c := k.copyOf(id, s.set.Now())
		if c.Disk == "" && !c.of(disk) { // of a copy that was made before disks had names, or a state that was lost
			c.Disk = disk
			return
		}
		c.turnTo(disk, s.set.Now())
	})
}

// settle ends a sending to a disk of this PC: all is written, and the disk is known by its name, which it gives, from now
// on. Of another place the name is "".
func (s *Service) settle(ctx context.Context, d remote.Destination) (disk string, err error) {
	if d.Provider != "local" {
		return "", nil
	}
	if disk = diskOf(d.Folder); disk == "" {
		disk, err = signDisk(d.Folder)
	}
	if err := errors.Join(err, disks.Flush(d.Folder)); err != nil {
		return "", remote.Classify(err)
	}
	return disk, s.note(ctx, func(k *state) {
		c := k.copyOf(d.ID, s.set.Now())
		c.Disk, c.Name = disk, d.Folder
	})
}

// OtherDisk notes that the owner chose another folder for a destination of this PC: the disk that had its
// copies until now takes turns with the one that is there.
func (s *Service) OtherDisk(ctx context.Context, id string) error {
	return s.note(ctx, func(k *state) { k.copyOf(id, s.set.Now()).turnTo("", s.set.Now()) })
}

// Presence is where a disk of a destination is found.
type Presence struct {
	ID   string // of the destination
	Disk string // which one, as far as it is known
	Here bool
	// Lacks is set when the disk that is here has not the newest restore point.
	Lacks bool
}

// Follow looks for the disks of the destinations that are folders of this PC among those plugged in at the
// folders given, and follows those that are at another one than the last time. Destinations that are on no
// such disk, as far as is known, are left out.
func (s *Service) Follow(ctx context.Context, roots []string) (all []Presence, err error) {
	var problems []error
	for _, d := range s.set.Remotes.List() {
		if d.Provider != "local" || s.onDisk(d) {
			continue
		}
		p := Presence{ID: d.ID}
		at := s.find(d, roots)
		switch {
		case at == "" && Plugged(d.Folder, roots) && isDir(d.Folder): // it has nothing yet, or nothing any more
			at = d.Folder
		case at == "" && !s.gone(d):
			continue // in the network
		case at != "" && at != d.Folder:
			problems = append(problems, s.set.Remotes.Move(ctx, d.ID, at))
		}
		if p.Here = at != ""; p.Here {
			p.Disk = diskOf(at)
			p.Lacks = s.lacks(d.ID, p.Disk)
		}
		all = append(all, p)
	}
	return all, errors.Join(problems...)
}

func isDir(folder string) bool {
	info, err := os.Stat(folder)
	return err == nil && info.IsDir()
}

// lacks says whether a disk of a destination has not the newest point.
func (s *Service) lacks(id, disk string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.know.Copies[id]
	if c == nil {
		return true
	}
	for _, m := range append([]copyMark{*c}, c.Others...) {
		if m.Disk == disk {
			return m.OK.Seq < s.know.Saved.Seq
		}
	}
	return true
}

// onDisk says whether a destination is on the disk of the book, as far as is known.
func (s *Service) onDisk(d remote.Destination) bool {
	s.mu.Lock()
	c := s.know.Copies[d.ID]
	known := c != nil && !c.OK.At.IsZero()
	is := c != nil && c.OnDisk
	s.mu.Unlock()
	// One that is not there is somewhere else: after a restore a disk is at another folder than on the PC before.
	return is || !known && s.set.SameDisk != nil && isDir(d.Folder) && s.set.SameDisk(d.Folder)
}

// gone says whether a disk that was known at a destination is not where it was.
func (s *Service) gone(d remote.Destination) bool {
	s.mu.Lock()
	c := s.know.Copies[d.ID]
	known := c != nil && c.Disk != ""
	s.mu.Unlock()
	return known && diskOf(d.Folder) == ""
}

// find gives the folder that has a copy of a destination, "" for none. Where it was comes first.
func (s *Service) find(d remote.Destination, roots []string) string {
	if Plugged(d.Folder, roots) && s.ours(d, d.Folder) {
		return d.Folder
	}
	for _, root := range roots {
		if s.set.SameDisk != nil && s.set.SameDisk(root) {
			continue
		}
		for _, folder := range s.candidates(d, root) {
			if s.ours(d, folder) {
				return folder
			}
		}
	}
	return ""
}

// Plugged says whether a folder is below one of the disks that are there. The root of all is none of them:
// what is below it may be the place where a disk that is absent belongs.
func Plugged(folder string, roots []string) bool {
	return slices.ContainsFunc(roots, func(root string) bool {
		rel, err := filepath.Rel(root, folder)
		return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator)) &&
			filepath.Dir(root) != root
	}) || slices.Contains(roots, filepath.VolumeName(folder)+`\`)
}

// entriesMax is how many folders of a disk are looked at for copies.
const entriesMax = 200

// candidates are the folders of a disk that may have the copies of a destination: those where its disks had
// them, at any depth, the disk itself, and the folders that one sees first on it.
func (s *Service) candidates(d remote.Destination, root string) (out []string) {
	for _, folder := range s.folders(d) {
		parts := strings.Split(filepath.ToSlash(strings.TrimPrefix(folder, filepath.VolumeName(folder))), "/")
		for i := range parts {
			out = append(out, filepath.Join(append([]string{root}, parts[i:]...)...))
		}
	}
	out = append(out, root)
	entries, err := os.ReadDir(root)
	if err != nil {
		return out
	}
	for i, e := range entries {
		if i < entriesMax && e.IsDir() {
			out = append(out, filepath.Join(root, e.Name()))
		}
	}
	return out
}

// folders are those where the disks of a destination had their copies.
func (s *Service) folders(d remote.Destination) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := []string{d.Folder}
	for _, o := range s.know.copyOf(d.ID, s.set.Now()).Others {
		all = append(all, o.Name)
	}
	return all
}

// ours says whether a folder has copies of this book that belong to a destination: by the name of its disk,
// or, where the disk has none yet, by the vault.
func (s *Service) ours(d remote.Destination, folder string) bool {
	disk := diskOf(folder)
	s.mu.Lock()
	inside, id := s.id.Inside, s.id.ID
	c := s.know.copyOf(d.ID, s.set.Now())
	mine, nameless := disk != "" && c.of(disk), c.Disk == "" && c.Known
	another := disk != "" && s.know.another(d.ID, disk)
	s.mu.Unlock()
	if mine || another {
		return mine
	}
	if taken, err := s.taken(d.ID, folder); err != nil || taken {
		return false
	}
	there, err := vault.IDAt(filepath.Join(folder, inside))
	return err == nil && there == id && (nameless || disk != "" || folder == d.Folder)
}

// another says whether a disk is one of another destination. It is called with the lock held.
func (k *state) another(id, disk string) bool {
	for other, c := range k.Copies {
		if other != id && c.of(disk) {
			return true
		}
	}
	return false
}

// taken says whether a folder is that of another destination, or of the copies on this PC.
func (s *Service) taken(id, folder string) (bool, error) {
	info, err := os.Stat(folder)
	if err != nil {
		return false, err
	}
	s.mu.Lock()
	others := []string{s.set.Dir}
	s.mu.Unlock()
	for _, d := range s.set.Remotes.List() {
		if d.Provider == "local" && d.ID != id {
			others = append(others, d.Folder)
		}
	}
	for _, o := range others {
		if there, err := os.Stat(o); err == nil && os.SameFile(info, there) {
			return true, nil
		} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return false, err
		}
	}
	return false, nil
}
