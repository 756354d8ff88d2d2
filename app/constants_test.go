package app_test

import (
	"fmt"
	"go/ast"
	"go/build"
	"go/constant"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// values reads the source of packages, with the values of their constants, exported or not.
type values struct {
	t    *testing.T
	set  *token.FileSet
	std  types.Importer
	read map[string]*folder
}

// folder is a package that was read.
type folder struct {
	name  string // from the top of the tree
	files []*ast.File
	info  types.Info
	pkg   *types.Package
}

func newValues(t *testing.T) *values {
	set := token.NewFileSet()
	return &values{t: t, set: set, std: importer.ForCompiler(set, "source", nil), read: map[string]*folder{}}
}

// valued are the packages of the standard library whose constants are parts of ours.
var valued = map[string]bool{"time": true, "unicode/utf8": true, "math": true}

// Import implements types.Importer. What is neither ours nor valued is empty: no constant of ours needs it.
func (v *values) Import(path string) (*types.Package, error) {
	if own, ours := strings.CutPrefix(path, "zafe/"); ours {
		return v.folder(own).pkg, nil
	}
	if valued[path] {
		return v.std.Import(path)
	}
	p := types.NewPackage(path, filepath.Base(path))
	p.MarkComplete()
	return p, nil
}

// folder reads a package as it is on Linux.
func (v *values) folder(name string) *folder {
	if f := v.read[name]; f != nil {
		return f
	}
	v.t.Helper()
	at := build.Default
	at.GOOS, at.GOARCH, at.BuildTags = "linux", "amd64", strings.Split(tags, ",")
	dir, err := at.ImportDir(filepath.Join("..", name), 0)
	if err != nil {
		v.t.Fatal(err)
	}
	f := &folder{name: name, info: types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}}}
	v.read[name] = f
	for _, file := range dir.GoFiles {
		parsed, err := parser.ParseFile(v.set, filepath.Join("..", name, file), nil, parser.ParseComments)
		if err != nil {
			v.t.Fatal(err)
		}
		f.files = append(f.files, parsed)
	}
	// Errors are about what is empty.
	known := types.Config{Importer: v, Error: func(error) {}, IgnoreFuncBodies: true}
	f.pkg, _ = known.Check("zafe/"+name, v.set, f.files, &f.info)
	return f
}

// number is a constant of a package.
type number struct {
	name, value, what string
}

// constants lists those of a package that wanted says, in the order in which they are written.
func (f *folder) constants(t *testing.T, wanted func(name string) bool) (all []number) {
	t.Helper()
	for _, file := range f.files {
		for _, d := range file.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.CONST {
				continue
			}
			for _, s := range g.Specs {
				spec := s.(*ast.ValueSpec)
				for _, n := range spec.Names {
					if !wanted(n.Name) {
						continue
					}
					c, ok := f.info.Defs[n].(*types.Const)
					if !ok || c.Val().Kind() == constant.Unknown {
						t.Errorf("%s: the value of %s is not known", f.name, n.Name)
						continue
					}
					said := comment(spec.Comment, spec.Doc)
					if said == "" && !g.Lparen.IsValid() {
						said = comment(g.Doc)
					}
					said = strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(said, n.Name+" "), "is "), ".")
					all = append(all, number{n.Name, shown(n.Name, c.Type(), c.Val()), said})
				}
			}
		}
	}
	return all
}

// comment is the first comment that says something, on one line.
func comment(groups ...*ast.CommentGroup) string {
	for _, g := range groups {
		if g != nil {
			return strings.ReplaceAll(strings.Join(strings.Fields(g.Text()), " "), "|", "\\|")
		}
	}
	return ""
}

// shown writes a value as people read it.
func shown(name string, of types.Type, v constant.Value) string {
	n, exact := constant.Int64Val(constant.ToInt(v))
	switch {
	case !exact:
		return v.String()
	case strings.HasSuffix(of.String(), "time.Duration"):
		return lasts(time.Duration(n))
	case strings.Contains(strings.ToLower(name), "bytes") && n >= 1<<10 || n >= 1<<16 && n&(n-1) == 0:
		return size(n)
	}
	return grouped(n)
}

func lasts(d time.Duration) string {
	const day = 24 * time.Hour
	if d >= day && d%day == 0 {
		return fmt.Sprint(int(d/day), " d")
	}
	for _, u := range []struct {
		of   time.Duration
		name string
	}{{time.Hour, "h"}, {time.Minute, "min"}, {time.Second, "s"}, {time.Millisecond, "ms"}} {
		if d >= u.of && d%u.of == 0 {
			return strconv.Itoa(int(d/u.of)) + " " + u.name
		}
	}
	return d.String()
}

// size writes bytes, or what is counted in such powers.
func size(n int64) string {
	for _, u := range []struct {
		of   int64
		name string
	}{{1 << 30, "Gi"}, {1 << 20, "Mi"}, {1 << 10, "Ki"}} {
		if n >= u.of && n%u.of == 0 {
			return strconv.FormatInt(n/u.of, 10) + " " + u.name
		}
	}
	return grouped(n)
}

func grouped(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + " " + s[i:]
	}
	return s
}

// composite finds what a variable of a package is made of, by its name.
func (f *folder) composite(t *testing.T, name string) *ast.CompositeLit {
	t.Helper()
	for _, file := range f.files {
		for _, d := range file.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.VAR {
				continue
			}
			for _, s := range g.Specs {
				spec := s.(*ast.ValueSpec)
				for i, n := range spec.Names {
					if n.Name == name && i < len(spec.Values) {
						if lit, ok := spec.Values[i].(*ast.CompositeLit); ok {
							return lit
						}
					}
				}
			}
		}
	}
	t.Fatalf("%s: no %s", f.name, name)
	return nil
}

// fields are the values that a literal of a struct gives to its fields.
func (f *folder) fields(lit *ast.CompositeLit) map[string]string {
	out := map[string]string{}
	for _, e := range lit.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok {
			key := kv.Key.(*ast.Ident).Name
			if v := f.info.Types[kv.Value]; v.Value != nil {
				out[key] = shown(key, v.Type, v.Value)
			}
		}
	}
	return out
}

// texts are the strings of a literal, each once.
func texts(in ast.Node) (all []string) {
	ast.Inspect(in, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if s, err := strconv.Unquote(lit.Value); err == nil {
				all = append(all, s)
			}
		}
		return true
	})
	return all
}
