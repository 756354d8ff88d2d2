package vault

import (
	"context"
	"fmt"
	"slices"
)

// CheckReport compares a storage with what the local vault's manifests promise, by names and sizes.
type CheckReport struct {
	Points  int      // restore points of this installation that are there
	Objects int      // objects compared
	Missing []string // plain names, without their folder
	Wrong   []string // there with another size
	Foreign int      // files that do not open with this key: harmless, told
	Newest  bool     // the newest restore point is there with all it needs
}

// Complete says that every promised object is there.
func (r CheckReport) Complete() bool { return len(r.Missing)+len(r.Wrong) == 0 }

// Check compares names and sizes on a copy (or on the local vault's own tree) with the manifests of
// the local vault.
func (v *Vault) Check(ctx context.Context, t *Tree) (CheckReport, error) {
	return v.check(jobContext(ctx), t, v.own())
}

func (v *Vault) check(ctx context.Context, t *Tree, points []stored) (CheckReport, error) {
	var r CheckReport
	want, err := v.wanted(ctx, points)
	if err != nil {
		return r, err
	}
	for _, group := range want {
		l, err := t.list(ctx, group.dir)
		if err != nil {
			return r, err
		}
		r.Foreign += l.foreign
		for _, p := range group.parts {
			r.Objects++
			switch {
			case l.has(t, p):
				if group.last {
					r.Points++
				}
			case len(l.names[p.Name]) > 0:
				r.Wrong = append(r.Wrong, p.Name)
			default:
				r.Missing = append(r.Missing, p.Name)
			}
		}
	}
	r.Newest = len(points) > 0 && r.Complete()
	if len(points) > 0 && !r.Complete() {
		r.Newest, err = v.spared(ctx, points[len(points)-1].Manifest, append(r.Missing, r.Wrong...))
	}
	return r, err
}

// spared says whether a point needs none of the named objects.
func (v *Vault) spared(ctx context.Context, m Manifest, bad []string) (bool, error) {
	needed := map[string]bool{m.Point().name(): true}
	for _, o := range m.objects() {
		for _, p := range o.stored() {
			needed[p.Name] = true
		}
	}
	db, err := v.tree.list(ctx, dbDir(v.set.WriterID))
	if err != nil {
		return false, err
	}
	all, err := v.tree.attachments(ctx, db, m.Files)
	if isDamage(err) {
		return false, nil
	}
	for _, a := range all {
		needed[a.Hash] = true
	}
	return !slices.ContainsFunc(bad, func(name string) bool { return needed[name] }), err
}

// group is the objects of one folder a copy must have.
type group struct {
	dir   string
	parts []Part
	last  bool // manifests: parts[i] is that of points[i]
}

// wanted lists everything the points need, folder by folder, manifests last and oldest
// first.
func (v *Vault) wanted(ctx context.Context, points []stored) ([]group, error) {
	writer := v.set.WriterID
	db, err := v.tree.list(ctx, dbDir(writer))
	if err != nil {
		return nil, err
	}
	own, err := v.tree.list(ctx, manifestDir(writer))
	if err != nil {
		return nil, err
	}
	months := map[string][]Part{}
	var order []string
	objects := group{dir: dbDir(writer)}
	manifests := group{dir: manifestDir(writer), last: true}
	seen := map[string]bool{}
	for _, s := range points {
		for _, o := range s.objects() {
			for _, p := range o.stored() {
				if !seen[p.Name] {
					seen[p.Name] = true
					objects.parts = append(objects.parts, p)
				}
			}
		}
		name := s.Point().name()
		size, err := v.plainSize(own, name)
		if err != nil {
			return nil, err
		}
		manifests.parts = append(manifests.parts, Part{Name: name, Bytes: size, SHA256: s.sha256})
		if s.Files.List == nil || seen["list "+s.Files.List.Name] {
			continue
		}
		seen["list "+s.Files.List.Name] = true
		all, err := v.tree.attachments(ctx, db, s.Files)
		if isDamage(err) {
			continue // the list itself is told missing or found by the trial restore
		}
		if err != nil {
			return nil, err
		}
		for _, a := range all {
			if !seen[a.Hash] {
				seen[a.Hash] = true
				if months[a.Month] == nil {
					order = append(order, a.Month)
				}
				months[a.Month] = append(months[a.Month], partOf(a))
			}
		}
	}
	var all []group
	for _, month := range order {
		all = append(all, group{dir: monthDir(month), parts: months[month]})
	}
	return append(all, objects, manifests), nil
}

// plainSize gives the length of a manifest from its stored size.
func (v *Vault) plainSize(l listing, name string) (int64, error) {
	for _, o := range l.names[name] {
		return v.set.Key.cipher.DecryptedSize(o.Size())
	}
	return 0, fmt.Errorf("manifest %s has gone from the local vault", name)
}
