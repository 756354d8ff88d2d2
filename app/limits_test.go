package app_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"zafe/app/auth"
	"zafe/app/op"
	"zafe/app/user"
	"zafe/store/crypt"
)

const limitsFile = "../sync/attack/LIMITS.md"

// TestTheLimitsAreDocumented: LIMITS.md is what the code says, today. What is new in the code and must be explained,
// as another way in, another package that talks to others or another class of fields, is refused until it is.
func TestTheLimitsAreDocumented(t *testing.T) {
	d := &document{t: t, code: newValues(t), files: sources(t), rows: registry(t)}
	d.say(`# Limits, rules and lists

Made from the code by a test (app TestTheLimitsAreDocumented), which fails when this page and the code differ. Nothing
here is written by hand but what stands beside a name of the code.
`)
	d.ways()
	d.guesses()
	d.sessions()
	d.passwords()
	d.taken()
	d.costly()
	d.talks()
	d.journal()
	d.data()
	d.classes()
	d.cryptography()
	d.keys()
	d.limits()
	d.refusals()
	if *update {
		if err := os.WriteFile(limitsFile, d.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(limitsFile); err != nil || !bytes.Equal(got, d.Bytes()) {
		t.Errorf("%s is not what the code says (%v): go test ./app -run TestTheLimits -update", limitsFile, err)
	}
}

// document is the page.
type document struct {
	bytes.Buffer
	t     *testing.T
	code  *values
	files []source
	rows  interface {
		Specs() []op.Spec
		Types() map[string][2]reflect.Type
	}
}

func (d *document) say(format string, args ...any) { _, _ = fmt.Fprintf(d, format, args...) }

// table begins a section.
func (d *document) table(title, what string, columns ...string) {
	d.say("\n## %s\n\n%s\n\n| %s |\n|%s\n", title, what, strings.Join(columns, " | "), strings.Repeat("---|", len(columns)))
}

func (d *document) row(cells ...string) { d.say("| %s |\n", strings.Join(cells, " | ")) }

// value is one constant of a package.
func (d *document) value(folder, name string) string {
	d.t.Helper()
	all := d.code.folder(folder).constants(d.t, func(n string) bool { return n == name })
	if len(all) != 1 {
		d.t.Fatalf("%s: %d constants %s", folder, len(all), name)
	}
	return all[0].value
}

// specs are the operations of some kinds, by name.
func (d *document) specs(wanted func(op.Spec) bool) (names []string) {
	for _, s := range d.rows.Specs() {
		if wanted(s) {
			names = append(names, s.Name)
		}
	}
	slices.Sort(names)
	return names
}

// ways (V6.1.3): each operation that asks for nobody stands beside one way in, and nothing else does.
func (d *document) ways() {
	d.table("Ways in", "Every operation that anybody may call, and every protocol and slot that needs no session, is in one of these.",
		"Way", "Operations, protocols, slots", "What is asked for", "Slowed and bounded by")
	argon := "Argon2id; the file itself can be tried by who has it, see store/crypt"
	ways := [][4]string{
		{
			"a person, on the main PC", "session.login session.second_factor session.confirm session.logout",
			"the password; then, where the role must have a second factor or the person has one, a code of the telephone or a recovery code",
			"Guesses, below",
		},
		{"a person, on another PC", "protocol:h2", "the key of a PC that is paired, by TLS 1.3 in both directions; then as on the main PC", "Guesses; the limits of sync/lan"},
		{
			"an owner who forgot their password", "password.recover",
			"the recovery key; with a second factor at once, else after a day in which every owner can refuse", "Guesses",
		},
		{
			"a PC, by a code that is read from the screen of the main one", "protocol:zafe-pair/1",
			"the code of " + d.value("sync/pair", "codeSymbols") + " symbols, bound to the connection",
			d.value("sync/pair", "triesMax") + " tries and " + d.value("sync/pair", "CodeFor") + ", one code at a time",
		},
		{
			"a PC, by an invitation file", "protocol:zafe-invite/1", "the token of the file, once",
			d.value("app/device", "InvitedFor") + ", " + d.value("app/device", "invitedMax") + " files at once",
		},
		{"a PC of the office that saw a newer book", "witness.older", "a checkpoint with the book's own signature; it opens nothing, and raises an alarm", "the alarms of app/witness"},
		{"the closed book, by a person", "slot:password", "the password of somebody whose role opens the book", argon},
		{"the closed book, by the sheet", "slot:recovery", "the recovery key, or enough parts of it", "none: it is random, see Keys"},
		{"the closed book, by the main PC itself", "slot:keyring slot:tpm", "a secret that the system's keyring or the PC's chip keeps", "none: it is random, see Keys"},
	}
	said := map[string]bool{}
	for _, w := range ways {
		for what := range strings.FieldsSeq(w[1]) {
			if said[what] {
				d.t.Errorf("%s is in two ways", what)
			}
			said[what] = true
		}
		d.row(w[0], strings.ReplaceAll(w[1], " ", ", "), w[2], w[3])
	}
	there := d.specs(func(s op.Spec) bool { return s.Needs == auth.Public })
	for _, name := range []string{"Password", "Recovery", "Keyring", "TPM"} {
		there = append(there, "slot:"+strings.Trim(d.value("app/opening", name), `"`))
	}
	for _, c := range [][2]string{{"sync/pair", "Protocol"}, {"sync/pair", "InviteProtocol"}, {"sync/lan", "protoHTTP2"}} {
		there = append(there, "protocol:"+strings.Trim(d.value(c[0], c[1]), `"`))
	}
	for _, what := range there {
		if !said[what] {
			d.t.Errorf("%s is a way in that is not documented", what)
		}
		delete(said, what)
	}
	for what := range said {
		d.t.Errorf("%s is documented as a way in, and is none", what)
	}
}

// guesses (V6.1.1).
func (d *document) guesses() {
	d.table("Guesses", "What wrong passwords and codes cost. Each counter is of its own: whoever guesses at one place keeps nobody out at another.",
		"Counter", "Free", "First wait", "Doubled up to", "A day", "At once", "A right one", "After a restart")
	in := d.code.folder("app/user")
	for _, c := range [][2]string{
		{"paceKnown", "a person where they have logged in before, and at the main PC's own keyboard"},
		{"paceElsewhere", "a person at all other places, together"},
		{"paceSource", "a paired PC, for all who never logged in there"},
	} {
		lit := in.composite(d.t, c[0])
		f := in.fields(lit)
		if len(f) != len(lit.Elts) || len(f) == 0 {
			d.t.Errorf("%s: %v of %d", c[0], f, len(lit.Elts))
		}
		or := func(name, none string) string {
			if f[name] == "" {
				return none
			}
			return f[name]
		}
		burst := "-"
		if f["burst"] != "" {
			burst = f["burst"] + " in " + f["burstFor"]
		}
		forgives, kept := "takes back its own", "counts anew"
		if f["forgives"] == "true" {
			forgives = "clears all"
		}
		if f["kept"] == "true" {
			kept = "goes on"
		}
		d.row(c[1], or("free", "0"), or("first", "-"), or("longest", "-"), or("daily", "any number"), burst, forgives, kept)
	}
	d.say("\nThe owners are told of the %sth wrong try for a person in a day. %s hashes run at once and %s more wait; beyond that a log-in is refused.\n",
		d.value("app/user", "alertAt"), d.value("app/user", "hashesAtOnce"), d.value("app/user", "hashesWaiting"))
}

// sessions (V7.1.1, V7.1.2).
func (d *document) sessions() {
	d.table("Sessions", "People whose role must have a second factor have less of both.", "What", "How long, how many")
	for _, c := range [][3]string{
		{"app/user", "sessionFor", "a session, however it is used"},
		{"app/user", "lockAfter", "without a touch, after which it locks"},
		{"app/user", "lockSensitive", "the same, of who must have a second factor"},
		{"app/user", "LockMinutes", "minutes: the least that a person may choose for that"},
		{"app/user", "lockMost", "minutes: the most"},
		{"app/user", "lockMostOwner", "minutes: the most of who must have a second factor"},
		{"app/user", "sessionsMax", "sessions of a person at once; of one more, the one that nobody used for longest ends"},
		{"app/user", "sessionsFew", "the same, of who must have a second factor"},
		{"app/user", "pendingFor", "between the password and the code"},
		{"app/auth", "FreshFor", "for which a proof is fresh, for what asks for one"},
		{"app/user", "tokenGrace", "for which a token that was replaced is good for what is on its way"},
	} {
		d.row(c[2], d.value(c[0], c[1]))
	}
}

// passwords (V6.1.2).
func (d *document) passwords() {
	d.table("Passwords", "None has to be changed after a time, and no kind of character is asked for.", "What", "Value")
	for _, c := range [][2]string{
		{"LengthMinWithSecondFactor", "characters, beside a second factor"},
		{"LengthMin", "characters, alone"},
		{"LengthMax", "characters at most"},
		{"strengthMin", "the least strength, of 0 to 4"},
		{"contextLengthMin", "characters from which a word of the list below counts"},
	} {
		d.row(c[1], d.value("app/password", c[0]))
	}
	// The words are what about gives to the policy.
	var words []string
	for _, f := range d.code.folder("app/user").files {
		for _, decl := range f.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok && fn.Name.Name == "about" {
				ast.Inspect(fn.Body, func(n ast.Node) bool {
					if sel, ok := n.(*ast.SelectorExpr); ok {
						words = append(words, map[string]string{
							"u.Login": "login", "u.Name": "name of the person", "u.Email": "address of e-mail",
							"firm.Name": "name of the company", "firm.TradeName": "trade name", "firm.City": "town",
						}[sel.X.(*ast.Ident).Name+"."+sel.Sel.Name])
					}
					return true
				})
			}
		}
	}
	if len(words) == 0 || slices.Contains(words, "") {
		d.t.Errorf("the words of a password: %q", words)
	}
	d.row("words that it may not be made of, in any spelling", strings.Join(words, ", "))
	d.row("words that it may not be", "the passwords that were stolen most often (assets/fr/passwords.fuse)")
}

// taken (V5.1.1): what is taken in as a file.
func (d *document) taken() {
	d.table("Files that are taken in", "Nothing that is taken in is run, and nothing but tables and pictures is opened.", "What", "Kinds", "Bounds")
	names := d.code.folder("app/file")
	d.row("attachments of customers, papers and entries", "any but programs; a type is told by what is in it",
		d.value("app/file", "SizeBytesMax")+"B each, "+d.value("app/file", "PerSubjectMax")+" of one record, a name of "+d.value("app/file", "NameMax")+" characters")
	d.row("tables that are read in", "CSV and XLSX; other workbooks are refused", fmt.Sprintf("%sB, %sB unpacked, %s rows, %s columns, %s cells, %sB a cell, XML %s deep",
		d.value("app/imports", "FileBytesMax"), d.value("app/tabular", "unzippedBytesMax"), d.value("app/tabular", "RowsMax"),
		d.value("app/tabular", "ColumnsMax"), d.value("app/tabular", "cellsMax"), d.value("app/tabular", "CellBytesMax"), d.value("app/tabular", "depthMax")))
	d.row("books of another program (FEC)", "text", d.value("app/ledger", "fileBytesMax")+"B")
	d.row("the logo", "PNG and JPEG", d.value("app/company", "logoBytesMax")+"B")
	d.row("a picture of the recovery sheet", "PNG and JPEG", d.value("app/recovery/scan", "pixelsMax")+" pixels")
	d.say("\nTypes that are known: %s.\n\nRefused as programs, by name: %s; and by their beginning, whatever their name.\n\nOperations that take a file in: %s.\n",
		strings.Join(medias(names.composite(d.t, "signatures"), names.composite(d.t, "extensions")), ", "),
		strings.Join(texts(names.composite(d.t, "programs")), ", "),
		strings.Join(d.specs(func(s op.Spec) bool { return s.Kind == op.Upload }), ", "))
}

// medias are the media types that stand in the tables of package file.
func medias(tables ...ast.Node) (all []string) {
	form := regexp.MustCompile(`^(application|image|text|message)/[\w.+-]+$`)
	for _, in := range tables {
		for _, s := range texts(in) {
			if form.MatchString(s) && !slices.Contains(all, s) {
				all = append(all, s)
			}
		}
	}
	slices.Sort(all)
	return all
}

// costly (V15.1.3).
func (d *document) costly() {
	d.table("What is costly, and what bounds it", "Work that takes long, or much of the PC.", "What", "Bounded by")
	v := d.value
	d.row("trying a password", "Argon2id: "+v("app/user", "hashesAtOnce")+" at once, "+v("app/user", "hashesWaiting")+" wait, then a refusal")
	d.row("questions", v("sync/lan", "queryTimeout")+" each over the network; "+v("store", "readersMax")+" read at once")
	d.row("work that changes the book", "one writer, that "+v("store", "queueMax")+" may wait for")
	d.row("requests", v("app/op", "RequestBytesMax")+"B; larger than "+v("sync/lan", "smallBytes")+"B: "+v("sync/lan", "bodiesMax")+" of one PC at once, in "+v("sync/lan", "bodyWait"))
	d.row("connections", v("sync/lan", "connsMax")+"; of PCs that are not paired "+v("sync/lan", "strangersMax")+", "+v("sync/lan", "strangersFromMax")+" of one address")
	d.row("files that are written and sent: "+strings.Join(d.specs(func(s op.Spec) bool { return s.Kind == op.Stream }), ", "), "exports are counted by person and day (app/sentry)")
	d.row("files that are taken in", "above")
	d.row("what changes much at once: "+strings.Join(d.specs(func(s op.Spec) bool { return s.Risky }), ", "), "a restore point comes first, for which "+v("app/op", "riskWait")+" are waited")
}

// talkers are the packages that open connections or listen, and to whom (V13.1.1).
var talkers = map[string]string{
	"sync/lan":           "the main PC and the PCs of the office, on the local network",
	"sync/pair":          "the same, before they know each other",
	"sync/host":          "the port that the main PC listens on",
	"sync/discover":      "multicast and broadcast of the local network, when the main PC is served or is looked for",
	"sync/notify":        "the mail server and the watcher that somebody entered; nobody otherwise",
	"sync/backup/remote": "the storage services that somebody set up, through rclone; a browser's answer of a log-in there, on this PC",
	"sync/metered":       "the system's own programs on this PC (D-Bus): whether the line is paid by volume",
	"ui/away":            "the system's own programs on this PC (D-Bus): whether its screen is locked, or it goes to sleep",
	"store/keyring":      "the system's own programs on this PC (D-Bus): its keyring",
}

// connecting are the functions and packages by which one talks to others.
var connecting = regexp.MustCompile(`^(net\.(Dial\w*|Dialer|Listen\w*|ListenConfig|Lookup\w*|Resolver|DefaultResolver|FileConn|Resolve\w*)|` +
	`net/http\.(Get|Post|PostForm|Head|Client|DefaultClient|NewRequest\w*|ListenAndServe\w*|Serve\w*|Server)|` +
	`crypto/tls\.(Dial\w*|Listen|Dialer|NewListener)|syscall\.(Socket|Connect)|golang\.org/x/sys/\w+\.(Socket|Connect))$`)

// libraries that connect on their own.
var connectors = []string{"github.com/rclone", "github.com/wneessen/go-mail", "github.com/godbus", "golang.org/x/net", "github.com/zalando/go-keyring", "net/smtp", "net/rpc"}

// quiet are uses of those that connect to nothing.
var quiet = map[string]string{
	"app/tabular": "the table of character sets", "sync/backup": "what a copy is read and written through, made by sync/backup/remote",
	"sync/backup/vault": "the same",
}

func (d *document) talks() {
	d.table("Whom it talks to", "No other package opens a connection, listens, or uses a library that does. Without a place for copies, letters or a "+
		"watcher, and without an office, nothing leaves the PC (ui/cli TestNothingLeavesAPCThatIsToldOfNobody).", "Package", "To whom")
	had := map[string]bool{}
	for _, s := range d.files {
		s.uses(func(what string, n *ast.SelectorExpr) {
			if connecting.MatchString(what) {
				if had[s.folder] = true; talkers[s.folder] == "" {
					d.t.Errorf("%s: %s, in a package that talks to nobody", s.at(n), what)
				}
			}
		})
		for _, what := range s.imports {
			for _, c := range connectors {
				if under(what, c) {
					if had[s.folder] = true; talkers[s.folder]+quiet[s.folder] == "" {
						d.t.Errorf("%s imports %s, in a package that talks to nobody", s.name, what)
					}
				}
			}
		}
	}
	for _, folder := range slices.Sorted(maps.Keys(talkers)) {
		if d.row(folder, talkers[folder]); !had[folder] {
			d.t.Errorf("%s is said to talk, and does not", folder)
		}
	}
	for folder := range quiet {
		if !had[folder] {
			d.t.Errorf("%s is quiet anyway", folder)
		}
	}
}

// journal (V16.1.1).
func (d *document) journal() {
	d.table("What is written down", "What was done, and what went wrong. Nothing else is written about either, and no line holds a name, an amount or a secret (ui/cli TestWorkIsWrittenInTheBookAlone).", "Where", "What", "Form", "Who reads it", "How long")
	d.row("the journal, in the sealed book", "each operation below that was done, and each event below: who, when, on which PC, about what",
		"rows in a chain of SHA-256, signed at checkpoints", "who holds "+string(auth.AuditRead)+"; each person their own part of it", "as long as the book")
	d.row(strings.Trim(d.value("store/folder", "logFile"), `"`)+", in the data folder", "each call (op, actor, device, ms, code, and ref and err of what failed), and trouble of the program",
		"lines of JSON, UTC offsets written", "who may read the data folder: its owner", d.value("store/folder", "logMegabytes")+" MB, and "+d.value("store/folder", "logFiles")+" files before it")
	done := d.specs(func(s op.Spec) bool { return s.Kind != op.Query && s.Kind != op.Watch })
	var others []string
	for _, key := range slices.Sorted(maps.Keys(d.messages())) {
		if name, is := strings.CutPrefix(key, "event."); is && !slices.Contains(done, name) {
			others = append(others, name)
		}
	}
	d.say("\nOperations in the journal: %s.\n\nOther events, and names of what older programs did: %s.\n\nAttributes of the log: %s.\n",
		strings.Join(done, ", "), strings.Join(others, ", "), strings.Join(d.attributes(), ", "))
}

// attribute is what makes one for the log.
var attribute = regexp.MustCompile(`^(String|Int|Int64|Uint64|Bool|Any|Duration|Time|Float64|Group)$`)

// attributes are the names of what stands in lines of the log.
func (d *document) attributes() (all []string) {
	for _, s := range d.files {
		s.calls("log/slog", func(called string, c *ast.CallExpr) {
			if !attribute.MatchString(called) {
				return
			}
			lit, ok := c.Args[0].(*ast.BasicLit)
			if !ok {
				d.t.Errorf("%s: an attribute whose name is not written there", s.at(c))
				return
			}
			if name := strings.Trim(lit.Value, `"`); !slices.Contains(all, name) {
				all = append(all, name)
			}
		})
	}
	slices.Sort(all)
	return all
}

// tables are all tables of the book, each with the most sensitive class of what is in it (V14.1.1).
var tables = map[string]string{
	"secret": "setting user session recovery_code password_reset invitation file guess",
	"person": "customer customer_contact customer_fts customer_fts_config customer_fts_data customer_fts_idx customer_tally search aux " +
		"attachment user_place team team_member leaving support notice device event held_export hold rows_out lost never answer",
	"money": "approval account account_month balance document document_line document_vat draft entry entry_line fec_import fec_name fiscal_year " +
		"import_batch import_change item item_fts item_fts_config item_fts_data item_fts_idx journal match_group match_line open_line " +
		"payment payment_cancel quote_answer settlement vat_release",
	"order": "ledger_gate role role_right series series_gap",
}

// data (V14.1.1, V14.1.2): what is kept, by class, and what is owed to each.
func (d *document) data() {
	d.table("Data", "Everything is in the sealed book, on the disk and in every copy: pages and attachments under XAES-256-GCM, so that a change of a "+
		"byte is refused. What a class asks for beyond that stands here. A table is in the most sensitive class of what is in it. A new table is in no class, and a test is red until it is.",
		"Class", "What", "Who reads it", "In files and letters that leave", "In the journal and the log", "How long", "Tables")
	rows := [][6]string{
		{
			"secret", "what opens the book, a session, an account or a place: kept as a hash where it need not be known again",
			"nobody: no operation answers with it but the one that makes it, once", "the sheet and the invitation file alone, with a fresh proof", "never",
			"until it is replaced, used or over",
		},
		{
			"person", "customers and the people of the company: names, addresses, and what they did",
			"who holds the right to the record, of all or of their own; contacts with " + string(auth.Contact.Right()),
			"exports and papers, by their own rights, counted by person and day", "the journal names people; the log has numbers of people alone",
			"as long as the papers that name them; what was taken away comes back for " + d.value("app/bin", "Kept"),
		},
		{
			"money", "papers, payments and books", "who holds the right to the record; what is owed with " + string(auth.Balance.Right()) + ", the company's bank with " + string(auth.Bank.Right()),
			"exports and papers, by their own rights, counted by person and day", "the journal names the record; the log nothing",
			"final papers and entries as long as the book: nothing erases them",
		},
		{"order", "what the program counts and allows by", "by way of what it orders", "as far as that", "as that", "as long as the book"},
	}
	schema, err := os.ReadFile("../store/schema.golden.sql")
	if err != nil {
		d.t.Fatal(err)
	}
	there := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^CREATE (?:VIRTUAL )?TABLE '?(\w+)'?`).FindAllStringSubmatch(string(schema), -1) {
		there[m[1]] = true
	}
	if len(there) < 50 {
		d.t.Errorf("%d tables: the page is blind", len(there))
	}
	for _, r := range rows {
		of := strings.Fields(tables[r[0]])
		slices.Sort(of)
		for _, name := range of {
			if !there[name] {
				d.t.Errorf("%s is in a class twice, or not in the book", name)
			}
			delete(there, name)
		}
		d.row(append(r[:], strings.Join(of, ", "))...)
	}
	for name := range there {
		d.t.Errorf("the table %s is in no class of data", name)
	}
}

// classes (V8.1.2): the fields that not everybody sees who sees a record.
func (d *document) classes() {
	d.table("Fields that not everybody sees", "Who does not hold the right is given the field empty, in every answer and every file, and their saving the record leaves it as "+
		"it was. Every other field is seen, and written, by who may see and save its record (app/testdata/roles.txt).", "Class", "Right", "Fields")
	fields := map[auth.Class][]string{}
	seen := map[reflect.Type]bool{}
	var walk func(reflect.Type)
	walk = func(t reflect.Type) {
		if seen[t] {
			return
		}
		seen[t] = true
		switch t.Kind() { //nolint:exhaustive // the others hold nothing else
		case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
			walk(t.Elem())
		case reflect.Struct:
			for f := range t.Fields() {
				if c := auth.Class(f.Tag.Get("class")); c != "" {
					fields[c] = append(fields[c], strings.TrimPrefix(t.PkgPath(), "zafe/app/")+"."+t.Name()+"."+f.Name)
				}
				if f.IsExported() {
					walk(f.Type)
				}
			}
		}
	}
	for _, pair := range d.rows.Types() {
		walk(pair[0])
		walk(pair[1])
	}
	for _, c := range slices.Sorted(maps.Keys(fields)) {
		if c != auth.Bank && c != auth.Balance && c != auth.Contact {
			d.t.Errorf("class %s is not known", c)
		}
		slices.Sort(fields[c])
		d.row(string(c), string(c.Right()), strings.Join(fields[c], ", "))
	}
	if len(fields) != 3 {
		d.t.Errorf("classes: %v", fields)
	}
}

// cryptography (V11.1.2).
func (d *document) cryptography() {
	d.table("Cryptography", "Of Zafè's own code; app TestCryptographyIsWhatIsListed refuses any other.", "Package", "For", "Used in")
	where := map[string][]string{}
	for _, s := range d.files {
		for _, what := range s.imports {
			if cryptography[what] != "" && !slices.Contains(where[what], s.folder) {
				where[what] = append(where[what], s.folder)
			}
		}
	}
	for _, what := range slices.Sorted(maps.Keys(cryptography)) {
		slices.Sort(where[what])
		d.row(what, cryptography[what], strings.Join(where[what], ", "))
	}
}

// keys (V11.1.1): where each key comes from, where it is kept, and how it ends. Operations stand in brackets.
func (d *document) keys() {
	d.table("Keys", "A key that may be known to somebody who should not have it is replaced, not only taken away: what was sealed under it is sealed anew. "+
		"Copies that were made before keep the key that they were made under.", "Key", "Made", "Kept", "Replaced", "Ends")
	rows := [][5]string{
		{"the root key of a book, 256 bits", "by chance, with the book", "sealed in each slot of the key file; in memory while the book is open, and wiped", "[opening.rotate], which seals the whole book anew", "with the book"},
		{"keys of one purpose: LABELS", "out of the root key (HKDF)", "nowhere; in memory while the book is open", "with the root key", "with the root key"},
		{"the slot of a person's password", "Argon2id out of the password and a salt", "nowhere", "[password.change] [password.recover]", "when their role opens no book any more, or they leave: [leave.now] [leave.schedule] [delegate.set]"},
		{"the recovery key, RECOVERY bits", "by chance", "the sealed book, and paper: whole or in parts", "[recovery.sheet] [recovery.shares] [opening.rotate]", "with the next one"},
		{"what the main PC opens the book by, KEYRING bits", "by chance", "the system's keyring, or the PC's chip", "[opening.automatic]", "[opening.automatic]"},
		{"the key of the office's certificates, and of the main PC's", "P-256, with the book", "the sealed book", "with the book", "a date far away; trust ends by the book's word"},
		{"the key of a PC's certificate", "P-256, by that PC", "that PC's data folder, which is closed to others", "by pairing it again: [device.invite] [device.invite_file]", "[device.revoke]"},
		{"the key of checkpoints, Ed25519", "out of the key of the office's certificates (HKDF)", "nowhere", "never: who holds older ones could not tell", "with the book"},
		{"names of attachments, and each one's own key", "by chance", "the book", "with the content", "with the content"},
		{"tokens of sessions, 256 bits", "by chance, at each log-in and proof", "their hash in the book", "[session.confirm] [session.close_others] [password.change]", "[session.logout] [session.close] [user.sign_out], or their time"},
		{"the secret of a telephone, SECRET bits", "by chance", "the book", "[totp.begin] [totp.confirm]", "[user.reset_second_factor]"},
		{"recovery codes, CODES of 80 bits", "by chance", "their hashes in the book", "[totp.renew_codes]", "when they are used"},
	}
	sizes := d.code.folder("store/crypt")
	bits := sizes.fields(sizes.composite(d.t, "secretSizes"))
	fill := strings.NewReplacer("LABELS", strings.Join(d.labels(), ", "), "RECOVERY", times8(bits["KindRecovery"]), "KEYRING", times8(bits["KindKeyring"]),
		"SECRET", times8(d.value("app/user", "secretBytes")), "CODES", d.value("app/user", "recoveryCodes"))
	there := d.specs(func(op.Spec) bool { return true })
	for _, r := range rows {
		for i, cell := range r {
			for _, m := range regexp.MustCompile(`\[([a-z_.]+)\]`).FindAllStringSubmatch(cell, -1) {
				if !slices.Contains(there, m[1]) {
					d.t.Errorf("%s: there is no %s", r[0], m[1])
				}
			}
			r[i] = fill.Replace(cell)
		}
		d.row(r[:]...)
	}
	kdf := crypt.DefaultKDF()
	d.say("\nArgon2id: %d passes over %d MiB for a password, %d over %d MiB for a slot.\n",
		user.Standard.Passes, user.Standard.MemoryKiB>>10, kdf.Time, kdf.MemoryKiB>>10)
}

func times8(n string) string {
	i, _ := strconv.Atoi(n)
	return strconv.Itoa(8 * i)
}

// labels are what the keys of one purpose are derived for.
func (d *document) labels() (all []string) {
	for _, s := range d.files {
		ast.Inspect(s.file, func(n ast.Node) bool {
			c, ok := n.(*ast.CallExpr)
			if !ok || len(c.Args) != 1 {
				return true
			}
			f, ok := c.Fun.(*ast.SelectorExpr)
			if lit, is := c.Args[0].(*ast.BasicLit); ok && is && f.Sel.Name == "Sub" && lit.Kind == token.STRING && lit.Value != `""` {
				all = append(all, strings.Trim(lit.Value, `"`))
			}
			return true
		})
	}
	slices.Sort(all)
	if all = slices.Compact(all); len(all) < 4 {
		d.t.Errorf("labels of keys: %q", all)
	}
	return all
}

// limit tells the names of constants that bound something.
var limit = regexp.MustCompile(`(?i)(Max|Most|Min|Least|Few|For|After|Every|Wait|Waiting|Timeout|Grace|Kept|AtOnce|Limit|Bytes|Runes|Days|Hours|Minutes|Months|Megabytes|Files|Ends)$`)

// unlimited are names that end so and bound nothing.
var unlimited = regexp.MustCompile(`^(nameBytes$|header|notice|Notice|event|media|reason)|^(Before|After|Waiting|Limited|logFile)$`)

// limits (V2.1.3): every bound of the code, by package.
func (d *document) limits() {
	d.table("Limits", "Every constant that bounds something, beside those above. Where nothing is said, the name does.", "Package", "Name", "Value", "What")
	n := 0
	for _, s := range d.folders() {
		for _, c := range d.code.folder(s).constants(d.t, func(name string) bool { return limit.MatchString(name) && !unlimited.MatchString(name) }) {
			if strings.HasPrefix(c.value, `"`) {
				continue // a word, not a bound
			}
			n++
			d.row(s, c.name, c.value, c.what)
		}
	}
	if n < 150 {
		d.t.Errorf("%d limits: the page is blind", n)
	}
}

// folders are the packages that bound something; screens and papers bound what is drawn alone.
func (d *document) folders() (all []string) {
	for _, s := range d.files {
		of, _, _ := strings.Cut(s.folder, "/")
		if (of == "app" || of == "store" || of == "sync") && !slices.Contains(all, s.folder) &&
			s.folder != "app/demo" && s.folder != "app/print" && !regexp.MustCompile(`_(windows|darwin|other)\.go$`).MatchString(s.name) {
			all = append(all, s.folder)
		}
	}
	slices.Sort(all)
	return all
}

// messages are the English texts, by key; of those that have a plural, the plural.
func (d *document) messages() map[string]string {
	d.t.Helper()
	all := map[string]string{}
	files, err := filepath.Glob("../assets/i18n/en/*.json")
	if err != nil || len(files) == 0 {
		d.t.Fatal("no messages", err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			d.t.Fatal(err)
		}
		var texts map[string]any
		if err := json.Unmarshal(data, &texts); err != nil {
			d.t.Fatal(err)
		}
		for key, v := range texts {
			switch v := v.(type) {
			case string:
				all[key] = v
			case map[string]any:
				all[key] = fmt.Sprint(v["other"])
			}
		}
	}
	return all
}

// refusals (V2.1.1, V2.1.2): what a value may not be, alone and beside the others, as people are told.
func (d *document) refusals() {
	d.table("What is refused", "The rules of single values, with the field that a refusal names, and of values together. Names and types of all fields are in "+
		"app/testdata/contract.txt, the bounds in the table above.", "Package", "Field", "Refusal", "As it is told")
	text := d.messages()
	var rows []string
	for _, s := range d.files {
		if of, _, _ := strings.Cut(s.folder, "/"); of != "app" && of != "sync" {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			field, key := refusal(s, n, text)
			if key == "" {
				return true
			}
			told := text[key]
			if told == "" {
				d.t.Errorf("%s: %s has no text", s.at(n), key)
			}
			told = regexp.MustCompile(`\{\{[^}]*?\.(\w+)[^}]*\}\}`).ReplaceAllString(told, "<$1>")
			told = strings.ReplaceAll(strings.Join(strings.Fields(told), " "), "|", "\\|")
			rows = append(rows, strings.Join([]string{s.folder, field, key, told}, " | "))
			return true
		})
	}
	slices.Sort(rows)
	rows = slices.Compact(rows)
	if len(rows) < 300 {
		d.t.Errorf("%d refusals: the page is blind", len(rows))
	}
	for _, r := range rows {
		d.row(r)
	}
}

// refusal reads a call of fault.Field, of fault.New for what is wrong with a request or does not fit what there is, or of a
// function of the package that is handed a field and a message.
func refusal(s source, n ast.Node, text map[string]string) (field, key string) {
	c, ok := n.(*ast.CallExpr)
	if !ok || len(c.Args) < 2 {
		return "", ""
	}
	f, ok := c.Fun.(*ast.SelectorExpr)
	if !ok {
		return handed(s, c, text)
	}
	if of, ok := f.X.(*ast.Ident); !ok || s.imports[of.Name] != "zafe/app/fault" {
		return "", ""
	}
	lit, ok := c.Args[1].(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", ""
	}
	key, err := strconv.Unquote(lit.Value)
	if err != nil {
		return "", ""
	}
	switch f.Sel.Name {
	case "Field":
		if name, ok := c.Args[0].(*ast.BasicLit); ok {
			return strings.Trim(name.Value, `"`), key
		}
		return "the one at fault", key
	case "New":
		if code, ok := c.Args[0].(*ast.SelectorExpr); ok && (code.Sel.Name == "Invalid" || code.Sel.Name == "Conflict") {
			return "", key
		}
	}
	return "", ""
}

// handed reads a field and a message behind it, which a function of the package makes a refusal of.
func handed(s source, c *ast.CallExpr, text map[string]string) (field, key string) {
	if _, ok := c.Fun.(*ast.Ident); !ok || !strings.HasPrefix(s.folder, "app/") || s.folder == "app/fault" {
		return "", ""
	}
	for i, arg := range c.Args[1:] {
		lit, ok := arg.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING || text[strings.Trim(lit.Value, `"`)] == "" {
			continue
		}
		if before, ok := c.Args[i].(*ast.BasicLit); ok && before.Kind == token.STRING {
			return strings.Trim(before.Value, `"`), strings.Trim(lit.Value, `"`)
		}
		return "the one at fault", strings.Trim(lit.Value, `"`)
	}
	return "", ""
}
