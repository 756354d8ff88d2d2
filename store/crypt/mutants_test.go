package crypt

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"go/ast"
	"go/build"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

var mutantCount = flag.Int("mutants", 1, "how many mutants to build and test; 0: none, -1: all")

// mutant is a change of the sources that some test must notice: a flush left out, an order of writing
// turned round, a field a record is not bound to any more, a rule of refusal that is not applied.
type mutant struct {
	what  string
	file  string
	edits []edit
	tests string // the pattern of the tests of which one must fail
}

// edit replaces one piece of text by another. It must occur exactly once.
type edit struct{ old, new string }

// mutantTime bounds the tests of one mutant. One that takes longer was not noticed: the computer may be
// slow.
const mutantTime = 20 * time.Minute

// TestMutants sees that every mutant can still be applied and compiled, and that one of them, another each time,
// makes one of its tests fail. All of them take about half an hour: make soak, or -mutants=-1, with
// -run TestMutants/each/a_page for those that are called so.
func TestMutants(t *testing.T) {
	if os.Getenv(mutatedEnv) != "" || *mutantCount == 0 {
		t.Skip("not asked for")
	}
	list, c := mutants(), newChecker(t)
	for _, m := range list {
		src, err := m.apply()
		if err == nil {
			err = c.check(m.file, src)
		}
		if err != nil {
			t.Errorf("%s: %v", m.what, err)
		}
	}
	if *mutantCount > 0 {
		rnd := rand.New(rand.NewPCG(seeded(t)))
		rnd.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		list = list[:min(*mutantCount, len(list))]
	}
	killMutants(t, list, *mutantCount < 0)
}

// checker finds what the compiler would say of one file of the package, without building it.
type checker struct {
	fset  *token.FileSet
	files map[string]*ast.File // of the package, by name, without what the functions do
	deps  types.Importer
}

func newChecker(t *testing.T) *checker {
	t.Helper()
	out, err := exec.Command("go", "list", "-export", "-deps", "-f", "{{.ImportPath}} {{.Export}}", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	compiled := make(map[string]string) // packages to files
	for line := range strings.Lines(string(out)) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), " ")
		compiled[path] = file
	}
	pkg, err := build.ImportDir(".", 0)
	if err != nil {
		t.Fatal(err)
	}
	c := &checker{fset: token.NewFileSet(), files: make(map[string]*ast.File)}
	c.deps = importer.ForCompiler(c.fset, "gc", func(path string) (io.ReadCloser, error) {
		return os.Open(compiled[path])
	})
	for _, name := range pkg.GoFiles {
		f, err := parser.ParseFile(c.fset, name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range f.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok {
				fn.Body = nil
			}
		}
		c.files[name] = f
	}
	return c
}

// check returns the first error in a file of the package if it held src.
func (c *checker) check(file string, src []byte) (first error) {
	f, err := parser.ParseFile(c.fset, file, src, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	files := maps.Clone(c.files)
	files[file] = f
	conf := types.Config{Importer: c.deps, Error: func(err error) {
		e, ok := errors.AsType[types.Error](err)
		if in := f.FileStart <= e.Pos && e.Pos < f.FileEnd; (in || !ok) && first == nil {
			first = err // of others, that they import what they do not need
		}
	}}
	_, _ = conf.Check("crypt", c.fset, slices.Collect(maps.Values(files)), nil)
	return first
}

// mutatedEnv marks the tests of a mutant.
const mutatedEnv = "ZAFE_CRYPT_MUTANT"

// killMutants builds each mutant and runs its tests, several at once; it returns how many were noticed. With
// control, it sees first that these tests pass without a mutant, which the suite does otherwise.
func killMutants(t *testing.T, list []mutant, control bool) int {
	var killed atomic.Int32
	passes := make(map[string]func() error) // by patterns: on the sources as they are
	for _, m := range list {
		passes[m.tests] = sync.OnceValue(func() error {
			if !control {
				return nil
			}
			out, err := runMutant(t, nil, m.tests)
			if err != nil {
				err = fmt.Errorf("without a mutant, %s: %w\n%s", m.tests, err, out)
			}
			return err
		})
	}
	t.Run("each", func(t *testing.T) {
		for _, m := range list {
			t.Run(m.what, func(t *testing.T) {
				t.Parallel()
				if err := passes[m.tests](); err != nil {
					t.Fatal(err)
				}
				if m.noticed(t) {
					killed.Add(1)
				}
			})
		}
	})
	return int(killed.Load())
}

// noticed builds a mutant and runs its tests. It is an error when they pass.
func (m mutant) noticed(t *testing.T) bool {
	t.Helper()
	start := time.Now()
	out, err := runMutant(t, &m, m.tests)
	var failed *exec.ExitError
	switch {
	case err == nil:
		t.Errorf("survives: %s (%s)", m.what, m.tests)
	case bytes.Contains(out, []byte("panic: test timed out")):
		t.Errorf("takes too long: %s (%s)", m.what, m.tests)
	case errors.As(err, &failed):
		t.Logf("%4.1f s  %s: %s", time.Since(start).Seconds(), m.what, firstFailure(out))
		return true
	default:
		t.Errorf("%s: %v\n%s", m.what, err, out)
	}
	return false
}

// firstFailure names the test that noticed.
func firstFailure(out []byte) string {
	for line := range strings.Lines(string(out)) {
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), "--- FAIL: "); ok {
			return strings.Fields(name)[0]
		}
		if strings.HasPrefix(line, "panic:") || strings.HasPrefix(line, "fatal error:") {
			return strings.TrimSpace(line)
		}
	}
	return "ended without a word"
}

// runMutant builds the tests with a mutant and runs those of a pattern. An error of the build is not an
// *exec.ExitError.
func runMutant(t *testing.T, m *mutant, tests string) ([]byte, error) {
	t.Helper()
	dir := t.TempDir()
	args := []string{"test", "-c", "-vet=off", "-ldflags=-s -w", "-o", filepath.Join(dir, "crypt.test")}
	if m != nil {
		overlay, err := m.overlay(dir)
		if err != nil {
			return nil, err
		}
		args = append(args, "-overlay", overlay)
	}
	if out, err := exec.Command("go", append(args, ".")...).CombinedOutput(); err != nil {
		return out, fmt.Errorf("does not build: %s", err.Error())
	}
	cmd := exec.Command(filepath.Join(dir, "crypt.test"), "-test.run=^("+tests+")$", "-test.failfast", "-seed=7",
		"-crash-states=400", "-test.timeout="+mutantTime.String())
	cmd.Env = append(os.Environ(), mutatedEnv+"=1")
	return cmd.CombinedOutput()
}

// apply returns the mutated source.
func (m mutant) apply() ([]byte, error) {
	src, err := os.ReadFile(m.file)
	if err != nil {
		return nil, err
	}
	for _, e := range m.edits {
		if n := bytes.Count(src, []byte(e.old)); n != 1 {
			return nil, fmt.Errorf("%s holds %q %d times", m.file, e.old, n)
		}
		src = bytes.Replace(src, []byte(e.old), []byte(e.new), 1)
	}
	return src, nil
}

// overlay writes the mutated source to dir and a file that puts it in place of the real one.
func (m mutant) overlay(dir string) (string, error) {
	src, err := m.apply()
	if err != nil {
		return "", err
	}
	real, err := filepath.Abs(m.file)
	if err != nil {
		return "", err
	}
	mutated, overlay := filepath.Join(dir, "mutant.go"), filepath.Join(dir, "overlay.json")
	data, err := json.Marshal(map[string]map[string]string{"Replace": {real: mutated}})
	if err != nil {
		return "", err
	}
	return overlay, errors.Join(os.WriteFile(mutated, src, 0o600), os.WriteFile(overlay, data, 0o600))
}

// mutants is the whole list.
func mutants() []mutant {
	return slices.Concat(flushMutants, orderMutants, bindingMutants, ruleMutants, cacheMutants)
}
