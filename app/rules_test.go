package app_test

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// source is a file of the product, of any system: what only tests import is none.
type source struct {
	name, folder string // from the top of the tree
	file         *ast.File
	set          *token.FileSet
	imports      map[string]string // the name in the file: what is imported
}

// testFolders hold what only tests import; TestNoTestIsInTheProduct sees that nothing else does.
var testFolders = regexp.MustCompile(`(^|/)\w+test$`)

// sources are the files of the product.
func sources(t *testing.T) (all []source) {
	t.Helper()
	err := filepath.WalkDir("..", func(path string, d os.DirEntry, err error) error {
		name := strings.TrimPrefix(filepath.ToSlash(path), "../")
		switch {
		case err != nil:
			return err
		case d.IsDir() && (strings.HasPrefix(d.Name(), ".") && path != ".." || testFolders.MatchString(name)):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		s := source{name: name, folder: filepath.ToSlash(filepath.Dir(name)), set: token.NewFileSet(), imports: map[string]string{}}
		if s.file, err = parser.ParseFile(s.set, path, nil, parser.ParseComments); err != nil {
			return err
		}
		if len(s.file.Comments) > 0 && strings.HasPrefix(s.file.Comments[0].List[0].Text, "//go:build ignore") {
			return nil // a generator of tables, which nothing links
		}
		for _, i := range s.file.Imports {
			what, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return err
			}
			called := filepath.Base(regexp.MustCompile(`/v\d+$`).ReplaceAllString(what, ""))
			if i.Name != nil {
				called = i.Name.Name
			}
			s.imports[called] = what
		}
		all = append(all, s)
		return nil
	})
	if err != nil || len(all) < 500 {
		t.Fatalf("%d files: the rules are blind (%v)", len(all), err)
	}
	return all
}

// at is where something is.
func (s source) at(n ast.Node) string {
	return s.name + ":" + strconv.Itoa(s.set.Position(n.Pos()).Line)
}

// calls calls found with each call of what a package exports, and its name.
func (s source) calls(pkg string, found func(name string, c *ast.CallExpr)) {
	ast.Inspect(s.file, func(n ast.Node) bool {
		if c, ok := n.(*ast.CallExpr); ok {
			if f, ok := c.Fun.(*ast.SelectorExpr); ok {
				if of, ok := f.X.(*ast.Ident); ok && s.imports[of.Name] == pkg {
					found(f.Sel.Name, c)
				}
			}
		}
		return true
	})
}

// uses calls found with each use of what a package exports, as "regexp.MustCompile".
func (s source) uses(found func(what string, n *ast.SelectorExpr)) {
	ast.Inspect(s.file, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if of, ok := sel.X.(*ast.Ident); ok && of.Obj == nil && s.imports[of.Name] != "" {
				found(s.imports[of.Name]+"."+sel.Sel.Name, sel)
			}
		}
		return true
	})
}

// only are imports that few folders may have, each with its reason. What has no folder nobody may have.
var only = map[string]map[string]string{
	// Commands (ASVS V1.2.5): none is made out of text, and none is a shell's.
	"os/exec": {
		"sync/firewall": "netsh of Windows, by its whole path",
		"ui/shell":      "the system's own program for opening a document that Zafè wrote",
	},
	// Memory (V1.4.1).
	"unsafe": {
		"store/crypt": "SQLite's memory: its pages are sealed there, and wiped", "store/harden": "calls of Windows",
		"store": "calls of Windows", "sync/metered": "calls of Windows", "ui/away": "calls of Windows",
	},
	"C": {},
	// Chance (V6.5.3, V7.2.3, V11.5.1): what nobody may guess comes from crypto/rand.
	"math/rand": {},
	"math/rand/v2": {
		"app/demo": "the sample company is the same each time", "sync/backup": "which copy a drill tries",
		"ui/shell": "how long one waits before one asks again",
	},
	// Code and templates out of text (V1.3.2), types out of text (V1.5.2).
	"plugin": {}, "html/template": {}, "encoding/gob": {}, "net/rpc": {},
	"encoding/xml":  {"app/tabular": "workbooks, guarded"},
	"text/template": {"app/i18n": "the messages of our own catalogues"},
	// The inside of a running program (V13.4.2), tests (V15.2.3).
	"expvar": {}, "net/http/pprof": {}, "runtime/pprof": {}, "testing": {}, "net/http/httptest": {},
}

// TestImportsAreWhereTheyBelong: what could run commands, or code out of text, touch memory or be guessed is imported
// where it is known to be right, and nowhere else.
func TestImportsAreWhereTheyBelong(t *testing.T) {
	had := map[string]bool{}
	for _, s := range sources(t) {
		for _, what := range s.imports {
			folders, ruled := only[what]
			if had[what+" "+s.folder] = true; ruled && folders[s.folder] == "" {
				t.Errorf("%s imports %s, which only these may: %v", s.name, what, folders)
			}
		}
	}
	for what, folders := range only {
		for folder := range folders {
			if !had[what+" "+folder] {
				t.Errorf("%s may import %s, and does not", folder, what)
			}
		}
	}
}

// cryptography is what Zafè's own code uses (V11.1.2, V11.2.1), and for what; it writes none itself but XAES, out of
// AES and GCM. None is weaker than 128 bits (V11.2.3) nor of another kind than these (V11.3.1, V11.4.1, V11.6.1).
var cryptography = map[string]string{
	"crypto/aes":                  "XAES-256-GCM: pages of the book, attachments, streams and keys under keys",
	"crypto/cipher":               "GCM, for XAES-256-GCM",
	"crypto/ecdsa":                "P-256: keys of the certificates of the main PC and of the PCs of the office",
	"crypto/elliptic":             "P-256",
	"crypto/ed25519":              "signatures of checkpoints of the journal and of witnesses",
	"crypto/hkdf":                 "HKDF-SHA-256: keys of one purpose out of the book's",
	"crypto/hmac":                 "HMAC-SHA-256: names of attachments, the head of the key file, proofs of a pairing",
	"crypto/rand":                 "the system's chance: keys, tokens, codes, salts and nonces",
	"crypto/sha256":               "seals of entries, documents and the journal, of tokens and codes of 80 bits and more, of objects of copies",
	"crypto/subtle":               "comparisons whose time tells nothing",
	"crypto/tls":                  "TLS 1.3 among the PCs of the office; TLS to mail servers and storage services",
	"crypto/x509":                 "certificates of the office",
	"crypto/x509/pkix":            "names in certificates",
	"golang.org/x/crypto/argon2":  "Argon2id: passwords, keys of the key file, codes of a pairing",
	"github.com/pquerna/otp":      "codes of a telephone, RFC 6238",
	"github.com/pquerna/otp/hotp": "codes of a telephone: HMAC-SHA-1 as RFC 4226 has it, out of 160 bits",

	"github.com/google/go-tpm/tpm2":                    "the chip of the PC",
	"github.com/google/go-tpm/tpm2/transport":          "the chip of the PC",
	"github.com/google/go-tpm/tpm2/transport/linuxtpm": "the chip of the PC",
	"github.com/zalando/go-keyring":                    "the keyring of the system",
}

// isCryptography tells imports that a reviewer of the cryptography wants to know of.
var isCryptography = regexp.MustCompile(`(^|/)crypto(/|$)|(?i)otp|tpm|keyring|(^|[^a-z])(ssh|age|pgp|jwt|jose|bcrypt|scrypt)`)

// parts are all that is used of packages that have weaker parts too.
var parts = map[string]*regexp.Regexp{
	"crypto/cipher":              regexp.MustCompile(`^(AEAD|Block|NewGCM)$`), // no ECB, CBC, CFB, OFB nor bare CTR
	"crypto/elliptic":            regexp.MustCompile(`^P256$`),
	"golang.org/x/crypto/argon2": regexp.MustCompile(`^(IDKey|Version)$`),
	"crypto/ed25519":             regexp.MustCompile(`^(PublicKey|PrivateKey|NewKeyFromSeed|Sign|Verify|\w+Size)$`),
	"crypto/rand":                regexp.MustCompile(`^(Read|Reader|Int|Text)$`),
}

// TestCryptographyIsWhatIsListed: all of it is in the list, and nothing of the list is gone.
func TestCryptographyIsWhatIsListed(t *testing.T) {
	had := map[string]bool{}
	for _, s := range sources(t) {
		for _, what := range s.imports {
			if had[what] = true; isCryptography.MatchString(what) && !strings.HasPrefix(what, "zafe/") && cryptography[what] == "" {
				t.Errorf("%s imports %s, which is not listed", s.name, what)
			}
		}
		s.uses(func(what string, n *ast.SelectorExpr) {
			of := strings.TrimSuffix(what, "."+n.Sel.Name)
			if r := parts[of]; r != nil && !r.MatchString(n.Sel.Name) {
				t.Errorf("%s: %s", s.at(n), what)
			}
			if (what == "crypto/ed25519.Sign" || what == "crypto/ed25519.Verify") && s.name != "app/audit/checkpoint.go" {
				t.Errorf("%s: what else is signed takes a label of its own, so that it passes for no checkpoint", s.at(n))
			}
		})
	}
	for what := range cryptography {
		if !had[what] || !isCryptography.MatchString(what) {
			t.Errorf("%s is listed, and nothing imports it or the rule does not see it", what)
		}
	}
}

// decoders undo an encoding of a text, so that what was checked before is another text than what is used (V1.1.1).
var decoders = regexp.MustCompile(`^(net/url\.\w*Unescape|net/url\.ParseQuery|html\.UnescapeString|strconv\.Unquote|` +
	`mime\.\w+|encoding/(base32|base64|hex)\.(\w*Decode\w*|NewDecoder|\w*Encoding|AppendDecode))$`)

// decoding are the files in which that is done, each with what comes before anything is checked.
var decoding = map[string]string{
	"sync/lan/upload.go":          "the request of an upload, out of its header: op decodes and checks it afterwards",
	"sync/lan/client.go":          "what a main PC answers in its headers",
	"sync/discover/message.go":    "the fingerprint in an announcement",
	"store/keyring/keyring.go":    "secrets of the keyring",
	"store/blob/blob.go":          "names of attachments",
	"store/ledger_entry.go":       "seals of the book",
	"app/audit/checkpoint.go":     "signatures of checkpoints",
	"app/billing/pdf.go":          "a colour that was checked as one",
	"app/history/export.go":       "seals of a journal that was taken away",
	"app/ledger/verify.go":        "seals of the book",
	"app/op/id.go":                "the number of a request",
	"app/user/hash.go":            "stored hashes of passwords",
	"app/user/codes.go":           "recovery codes: written, not read",
	"app/user/session.go":         "tokens: written, not read",
	"app/user/totp.go":            "secrets of telephones: written, not read",
	"sync/backup/remote/oauth.go": "the proof of a log-in at a storage service: written, not read",
}

// TestDecodingIsWhereItBelongs: texts of requests are decoded once, by op, before they are checked; no handler has
// an encoding to undo.
func TestDecodingIsWhereItBelongs(t *testing.T) {
	had := map[string]bool{}
	for _, s := range sources(t) {
		s.uses(func(what string, n *ast.SelectorExpr) {
			if !decoders.MatchString(what) {
				return
			}
			if had[s.name] = true; decoding[s.name] == "" {
				t.Errorf("%s: %s, where nothing is to be decoded", s.at(n), what)
			}
		})
	}
	for name := range decoding {
		if !had[name] {
			t.Errorf("%s may decode, and does not", name)
		}
	}
}

// TestNoRequestHoldsAnotherEncoding: what op has decoded is not decoded again (V1.1.1), nor taken in as a value of any
// type (V1.5.2). What waits for a second person alone is kept as it came: it is decoded and checked when it is done.
func TestNoRequestHoldsAnotherEncoding(t *testing.T) {
	types := registry(t).Types()
	for name, pair := range types {
		path := encoded(pair[0], map[reflect.Type]bool{})
		if want := map[string]string{"approval.ask": "Request"}[name]; path != want {
			t.Errorf("%s takes %q as it comes", name, path)
		}
	}
	if len(types) < 100 {
		t.Errorf("%d operations: the rule is blind", len(types))
	}
}

// encoded is the first field of a type that may hold anything, "" where there is none.
func encoded(t reflect.Type, seen map[reflect.Type]bool) string {
	switch {
	case t == reflect.TypeFor[json.RawMessage]() || t.Kind() == reflect.Interface:
		return "anything"
	case seen[t]:
		return ""
	}
	seen[t] = true
	switch t.Kind() { //nolint:exhaustive // the others hold nothing else
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		return encoded(t.Elem(), seen)
	case reflect.Struct:
		for f := range t.Fields() {
			if f.IsExported() && f.Tag.Get("json") != "-" && encoded(f.Type, seen) != "" {
				return f.Name
			}
		}
	}
	return ""
}

// patterns are what makes a pattern out of a text.
var patterns = regexp.MustCompile(`^regexp\.(Must)?(Compile|Match)\w*$`)

// TestNoPatternComesOutOfText: every regular expression is written in the source (V1.2.9).
func TestNoPatternComesOutOfText(t *testing.T) {
	all, handOn := sources(t), map[string]bool{}
	n := 0
	// A function that gives a pattern made of its parameter hands the question on to those that call it.
	for _, s := range all {
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && makesPattern(f) {
				eachPattern(s, f, nil, func(arg ast.Expr) {
					if !written(arg, nil) && written(arg, f) {
						handOn[s.folder+"."+f.Name.Name] = true
					}
				})
			}
		}
	}
	for _, s := range all {
		for _, d := range s.file.Decls {
			f, _ := d.(*ast.FuncDecl)
			in := f
			if f != nil && !handOn[s.folder+"."+f.Name.Name] {
				in = nil
			}
			eachPattern(s, d, handOn, func(arg ast.Expr) {
				if n++; !written(arg, in) {
					t.Errorf("%s: a pattern out of what is not written there", s.at(arg))
				}
			})
		}
	}
	if n < 20 || len(handOn) == 0 {
		t.Errorf("%d patterns, %v: the rule is blind", n, handOn)
	}
}

// makesPattern tells the functions of one package that give a pattern and nothing else.
func makesPattern(f *ast.FuncDecl) bool {
	if f.Recv != nil || f.Name.IsExported() || f.Type.Results == nil || len(f.Type.Results.List) != 1 {
		return false
	}
	star, ok := f.Type.Results.List[0].Type.(*ast.StarExpr)
	if !ok {
		return false
	}
	sel, ok := star.X.(*ast.SelectorExpr)
	return ok && sel.Sel.Name == "Regexp"
}

// eachPattern finds the patterns that are made in a part of a file, also by functions that hand theirs on.
func eachPattern(s source, in ast.Node, handOn map[string]bool, found func(ast.Expr)) {
	ast.Inspect(in, func(n ast.Node) bool {
		c, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		switch f := c.Fun.(type) {
		case *ast.Ident:
			if handOn[s.folder+"."+f.Name] {
				found(c.Args[0])
			}
		case *ast.SelectorExpr:
			if of, ok := f.X.(*ast.Ident); ok && patterns.MatchString(s.imports[of.Name]+"."+f.Sel.Name) {
				found(c.Args[0])
			}
		}
		return true
	})
}

// written tells whether a text is written in the source, or is a parameter of in.
func written(e ast.Expr, in *ast.FuncDecl) bool {
	switch e := e.(type) {
	case *ast.BasicLit:
		return e.Kind == token.STRING
	case *ast.BinaryExpr:
		return written(e.X, in) && written(e.Y, in)
	case *ast.ParenExpr:
		return written(e.X, in)
	case *ast.Ident:
		if e.Obj != nil && e.Obj.Kind == ast.Con {
			return true
		}
		return slices.Contains(params(in), e.Name)
	}
	return false
}

func params(f *ast.FuncDecl) (names []string) {
	if f == nil {
		return nil
	}
	for _, p := range f.Type.Params.List {
		for _, n := range p.Names {
			names = append(names, n.Name)
		}
	}
	return names
}

// interpreters run what a text says (V1.3.2).
var interpreters = []string{
	"plugin", "github.com/dop251/goja", "github.com/robertkrimen/otto", "github.com/traefik/yaegi", "github.com/d5/tengo",
	"github.com/yuin/gopher-lua", "github.com/Shopify/go-lua", "github.com/expr-lang/expr", "github.com/antonmedv/expr",
	"github.com/google/cel-go", "github.com/PaesslerAG/gval", "github.com/Knetic/govaluate", "github.com/casbin/govaluate",
	"go.starlark.net", "github.com/tetratelabs/wazero", "github.com/wasmerio", "github.com/bytecodealliance/wasmtime-go",
	"github.com/mattn/anko", "github.com/google/go-jsonnet", "rogchap.com/v8go", "modernc.org/quickjs", "modernc.org/tcl",
	"github.com/open-policy-agent/opa", "cuelang.org/go", "github.com/risor-io/risor", "github.com/gomarkdown/markdown",
}

// TestNothingRunsText: neither program has an interpreter in it, of its own or of a library's, nor anything that only
// tests have.
func TestNothingRunsText(t *testing.T) {
	for _, tags := range []string{"migrated_fynedo", "headless"} { // with every storage service, as it is given to people
		deps := goList(t, "-deps", "-tags", tags, ".")
		if len(deps) < 1000 {
			t.Fatalf("%d packages: the rule is blind", len(deps))
		}
		for _, dep := range deps {
			for _, barred := range interpreters {
				if under(dep, barred) {
					t.Errorf("%s: %s is linked", tags, dep)
				}
			}
			if strings.HasPrefix(dep, "zafe/") && testFolders.MatchString(dep) {
				t.Errorf("%s: %s is for tests", tags, dep)
			}
		}
	}
}

// embedded are the kinds of files that the program has in it: texts, fonts, pictures, tables, migrations.
var embedded = regexp.MustCompile(`^(assets/[a-z0-9-]+(/[a-z0-9-]+)?/[\w.-]+\.(ttf|svg|png|json|tsv|txt|md|fuse)|store/migrations/\d+_\w+\.sql|` +
	`sync/backup/vault/readme\.txt)$`)

// TestNothingOfTheSourceIsInTheProgram: it is one file, in which is what it shows and works by: nothing of what the source
// is kept with (V13.4.1), no test, no secret of whoever builds it.
func TestNothingOfTheSourceIsInTheProgram(t *testing.T) {
	n := 0
	for _, line := range goList(t, "-deps", "-tags", "migrated_fynedo", "-f", "{{range .EmbedFiles}}{{$.ImportPath}}/{{.}}\n{{end}}", ".") {
		name, ours := strings.CutPrefix(strings.TrimSpace(line), "zafe/")
		if !ours {
			continue
		}
		if n++; !embedded.MatchString(name) || strings.Contains(name, "/.") {
			t.Errorf("%s is in the program", name)
		}
	}
	if n < 200 {
		t.Errorf("%d files: the rule is blind", n)
	}
}

// TestTheSuiteWatchesMemory: the suite runs with the race detector (V1.4.1), and vets, among others, formats (V1.3.10).
func TestTheSuiteWatchesMemory(t *testing.T) {
	suite, err := os.ReadFile("../.ci/test")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"\ngo vet -tags", "\ngo test -race "} {
		if !bytes.Contains(suite, []byte(want)) {
			t.Errorf(".ci/test has no %q", want)
		}
	}
}

// TestFormatsAreWritten: no text of a person's is a format (V1.3.10).
func TestFormatsAreWritten(t *testing.T) {
	n := 0
	for _, s := range sources(t) {
		s.calls("fmt", func(name string, c *ast.CallExpr) {
			at, is := map[string]int{
				"Sprintf": 0, "Errorf": 0, "Printf": 0, "Fprintf": 1, "Appendf": 1, "Sscanf": 1, "Fscanf": 1,
			}[name]
			if !is {
				return
			}
			if n++; !written(c.Args[at], nil) && formats[s.name] == "" {
				t.Errorf("%s: a format that is not written there", s.at(c))
			}
		})
	}
	if n < 100 {
		t.Errorf("%d formats: the rule is blind", n)
	}
}

// formats are files in which a format is chosen among written ones.
var formats = map[string]string{
	"store/bulk.go": "the SQL of a chunk, with the number of its last row",
}

// TestPasswordsAreTypedHidden: what a request has as a password comes out of a box that hides what is typed (V6.2.6).
func TestPasswordsAreTypedHidden(t *testing.T) {
	all, hidden, shown := sources(t), map[string]bool{}, map[string]bool{}
	// The names, in a package, of boxes that hide, and of those that do not.
	note := func(s source, name ast.Expr, value ast.Expr) {
		called := ""
		switch e := value.(type) {
		case *ast.CallExpr:
			if f, ok := e.Fun.(*ast.SelectorExpr); ok {
				called = f.Sel.Name
			}
		case *ast.StarExpr:
			switch e := e.X.(type) {
			case *ast.SelectorExpr:
				called = "New" + e.Sel.Name
			case *ast.Ident:
				called = map[string]string{"passwordBox": "newPassword"}[e.Name]
			}
		}
		id := s.folder + "." + last(name)
		switch called {
		case "NewPasswordField", "newPassword": // two boxes that hide
			hidden[id] = true
		case "NewLineEdit", "NewTextArea":
			shown[id] = true
		}
	}
	for _, s := range all {
		if !strings.HasPrefix(s.folder, "ui/") {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				for i := range min(len(n.Lhs), len(n.Rhs)) {
					note(s, n.Lhs[i], n.Rhs[i])
				}
			case *ast.KeyValueExpr:
				note(s, n.Key, n.Value)
			case *ast.Field:
				for _, name := range n.Names {
					note(s, name, n.Type)
				}
			}
			return true
		})
	}
	n := 0
	for _, s := range all {
		if !strings.HasPrefix(s.folder, "ui/") {
			continue
		}
		ast.Inspect(s.file, func(node ast.Node) bool {
			kv, ok := node.(*ast.KeyValueExpr)
			if !ok || !regexp.MustCompile(`^(Password|Old|New)$`).MatchString(last(kv.Key)) {
				return true
			}
			c, ok := kv.Value.(*ast.CallExpr)
			if !ok {
				return true
			}
			f, ok := c.Fun.(*ast.SelectorExpr)
			if !ok || !strings.EqualFold(f.Sel.Name, "text") {
				return true
			}
			id := s.folder + "." + last(f.X)
			if n++; !hidden[id] || shown[id] {
				t.Errorf("%s: a password out of a box that shows it", s.at(kv))
			}
			return true
		})
	}
	if n < 10 {
		t.Errorf("%d passwords: the rule is blind", n)
	}
}

// last is the last name of an expression.
func last(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}
