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
	Files   int      // attachments that lie in what is missing or wrong
	Stored  int      // of that, the files that attachments lie in
	Foreign int      // files that do not open with this key: harmless, told
	Newest  bool     // the newest restore point is there with all it needs
	Ahead   *Point   // see Sent
}

// Complete says that every promised object is there.
func (r CheckReport) Complete() bool { return len(r.Missing)+len(r.Wrong) == 0 }

// Check compares names and sizes on a copy (or on the local vault's own tree) with the manifests of
// the local vault. A copy that is ahead is told by Ahead, as by Replicate. Faults as [Vault.Ours].
func (v *Vault) Check(ctx context.Context, t *Tree, s Sending) (CheckReport, error) {
	ctx = jobContext(ctx)
	if err := v.Ours(ctx, t); err != nil {
		return CheckReport{}, err
	}
	points := v.own()
	want, err := v.wanted(ctx, points, Sending{})
	if err != nil {
		return CheckReport{}, err
	}
	manifests := manifestDir(v.set.WriterID)
	here, err := v.tree.list(ctx, manifests)
	if err != nil {
		return CheckReport{}, err
	}
	there, err := t.list(ctx, manifests)
	if err != nil {
		return CheckReport{}, err
	}
	report, err := v.check(ctx, t, points, want, map[string]listing{manifests: there})
	report.Ahead = ahead(here, there.points(v.set.WriterID), s)
	return report, err
}

// check compares a storage with the groups. Folders that are in listed are not listed again.
func (v *Vault) check(ctx context.Context, t *Tree, points []stored, want []group, listed map[string]listing,
) (r CheckReport, err error) {
	for _, g := range want {
		if g.old {
			r.Objects += len(g.parts)
			continue
		}
		l, ok := listed[g.dir]
		if !ok {
			if l, err = t.list(ctx, g.dir); err != nil {
				return r, err
			}
		}
		r.Foreign += l.foreign
		for _, p := range g.parts {
			r.Objects++
			switch {
			case l.has(t, p.Part):
				if g.last {
					r.Points++
				}
				continue
			case len(l.names[p.Name]) > 0:
				r.Wrong = append(r.Wrong, p.Name)
			default:
				r.Missing = append(r.Missing, p.Name)
			}
			if g.attached {
				r.Files += p.files
				r.Stored++
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
	for _, f := range all {
		needed[f.part().Name] = true
	}
	return !slices.ContainsFunc(bad, func(name string) bool { return needed[name] }), err
}

// need is a stored file that restore points need.
type need struct {
	Part
	seq   uint64 // of the oldest of them
	files int    // attachments that lie in it
}

// group is the objects of one folder a copy must have.
type group struct {
	dir   string
	parts []*need
	last  bool // manifests: parts[i] is that of points[i]
	old   bool // attachments that were all there at the last look: not listed again

	attached bool // attachments
}

// wanted lists everything the points need, folder by folder, manifests last and oldest
// first.
func (v *Vault) wanted(ctx context.Context, points []stored, s Sending) ([]group, error) {
	writer := v.set.WriterID
	own, err := v.tree.list(ctx, manifestDir(writer))
	if err != nil {
		return nil, err
	}
	all, err := v.wantedFiles(ctx, points, s)
	if err != nil {
		return nil, err
	}
	objects := group{dir: dbDir(writer)}
	manifests := group{dir: manifestDir(writer), last: true}
	seen := map[string]bool{}
	for _, m := range points {
		for _, o := range m.objects() {
			for _, p := range o.stored() {
				if !seen[p.Name] {
					seen[p.Name] = true
					objects.parts = append(objects.parts, &need{Part: p, seq: m.Seq})
				}
			}
		}
		name := m.Point().name()
		size, err := v.plainSize(own, name)
		if err != nil {
			return nil, err
		}
		part := Part{Name: name, Bytes: size, SHA256: m.sha256}
		manifests.parts = append(manifests.parts, &need{Part: part, seq: m.Seq})
	}
	return append(all, objects, manifests), nil
}

// wantedFiles lists the attachments that the points need, month by month.
func (v *Vault) wantedFiles(ctx context.Context, points []stored, s Sending) (all []group, err error) {
	db, err := v.tree.list(ctx, dbDir(v.set.WriterID))
	if err != nil {
		return nil, err
	}
	at := map[string]int{}    // a month's place in all
	in := map[string]*need{}  // what was counted of a stored file
	held := map[string]bool{} // attachments that were counted
	seen := map[string]bool{} // lists
	for _, m := range points {
		if m.Files.List == nil || seen[m.Files.List.Name] {
			continue
		}
		seen[m.Files.List.Name] = true
		files, err := v.tree.attachments(ctx, db, m.Files)
		if isDamage(err) {
			continue // the list itself is told missing or found by the trial restore
		}
		if err != nil {
			return nil, err
		}
		for _, f := range files {
			part := f.part()
			if in[part.Name] == nil {
				i, ok := at[f.Month]
				if !ok {
					i = len(all)
					at[f.Month] = i
					all = append(all, group{dir: monthDir(f.Month), old: s.Whole, attached: true})
				}
				in[part.Name] = &need{Part: part, seq: m.Seq}
				all[i].parts = append(all[i].parts, in[part.Name])
				all[i].old = all[i].old && m.Seq <= s.LastSeq
			}
			if !held[part.Name+f.Hash] {
				held[part.Name+f.Hash] = true
				in[part.Name].files++
			}
		}
	}
	return all, nil
}

// plainSize gives the length of a manifest from its stored size.
func (v *Vault) plainSize(l listing, name string) (int64, error) {
	for _, o := range l.names[name] {
		return v.set.Key.cipher.DecryptedSize(o.Size())
	}
	return 0, fmt.Errorf("manifest %s has gone from the local vault", name)
}
