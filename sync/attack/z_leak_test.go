package attack

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// tap is a line on which everything that passes is written down.
type tap struct {
	mu   sync.Mutex
	seen bytes.Buffer
}

// dial dials with the tap in the line.
func (l *tap) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	c, err := new(net.Dialer).DialContext(ctx, network, addr)
	return tapped{c, l}, err
}

func (l *tap) note(p []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.seen.Write(p)
}

type tapped struct {
	net.Conn
	*tap
}

// Read implements net.Conn.
func (c tapped) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.note(p[:n])
	return n, err
}

// Write implements net.Conn.
func (c tapped) Write(p []byte) (int, error) {
	c.note(p)
	return c.Conn.Write(p)
}

// forms are the ways a text may be written.
func forms(s []byte) [][]byte {
	return [][]byte{
		s, []byte(base64.StdEncoding.EncodeToString(s)), []byte(url.QueryEscape(string(s))), bytes.ToUpper(s), bytes.ToLower(s),
	}
}

// TestNothingIsInClearOnTheLine: attack 26. A day's work of two people passes a line on which all is written down, with
// the names of the machines' certificates: no word of it is there.
func TestNothingIsInClearOnTheLine(t *testing.T) {
	v := attacked(t)
	v.fresh(t)
	line := &tap{}
	c := newPCFrom(v, v.desk.id, "", line.dial)
	yann := v.in(t, c, "yann")
	words := [][]byte{
		[]byte(yann), []byte(password("yann")), []byte("Quincaillerie Canari"), []byte("0590 11 22 33"), []byte("session.login"),
		[]byte("customer"), []byte("Zafe-Level"), []byte("PC-Bureau"), []byte("Bélénus"), []byte("Authorization"),
	}
	c.ask(t, "customer.save", yann, object{"kind": "company", "name": "Quincaillerie Canari", "phone": "0590 11 22 33"}, 200, nil)
	for _, name := range []string{"customer.list", "document.list", "item.list", "session.me"} {
		c.ask(t, name, yann, nil, 200, nil)
	}
	v.desk.works(t, yann)
	line.mu.Lock()
	seen := line.seen.Bytes()
	line.mu.Unlock()
	if len(seen) < 4000 || !bytes.Contains(seen, []byte("h2")) {
		t.Fatalf("%d bytes: the check is blind", len(seen))
	}
	for _, w := range words {
		for _, form := range forms(w) {
			if bytes.Contains(seen, form) {
				t.Errorf("%s is on the line", form)
			}
		}
	}
}

// TestNothingInternalIsTold: attacks against what an answer says. The attachments of the book are taken away under the
// main PC, and a text is put where one was: the answer has a sentence and nothing of the PC. All other answers of the
// harness are looked at in the same way.
func TestNothingInternalIsTold(t *testing.T) {
	v := attacked(t)
	var list struct{ Rows []struct{ ID int64 } }
	v.office.ask(t, "customer.list", v.claire, object{"limit": 1}, 200, &list)
	var files []string
	attach := func() int64 {
		t.Helper()
		before := map[string]bool{}
		for _, path := range shelf(t, v) {
			before[path] = true
		}
		a := v.office.attach(v.claire, object{
			"subject": object{"kind": "customer", "id": list.Rows[0].ID}, "name": "canari.txt", "size": 4,
		}, []byte{byte('a' + len(files)), 'b', 'c', 'd'})
		var made struct{ ID int64 }
		if a.status != 200 || a.into(&made) != nil {
			t.Fatalf("%d %s", a.status, a.body)
		}
		for _, path := range shelf(t, v) {
			if !before[path] {
				files = append(files, path)
			}
		}
		return made.ID
	}
	ids := []int64{attach(), attach()}
	if len(files) != 2 {
		t.Fatalf("the book keeps %q", files)
	}
	kept, err := os.ReadFile(files[1])
	if err != nil {
		t.Fatal(err)
	}
	lost, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(files[0]); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(files[1], []byte("SELECT * FROM user"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, id := range ids {
		a := v.office.send(v.office.request("/stream/file.get", v.claire, strings.NewReader(fmt.Sprintf(`{"id":%d}`, id))))
		told, _ := url.QueryUnescape(a.trailer.Get("Zafe-Fault"))
		if a.err != nil || a.status == 200 && told == "" || strings.Contains(told+a.body, filepath.Base(files[0])) ||
			internals.MatchString(told) || strings.Contains(told, v.dir) {
			t.Errorf("%d %s %s %v", a.status, a.body, told, a.err)
		}
	}
	for path, data := range map[string][]byte{files[0]: lost, files[1]: kept} {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	v.office.works(t, v.claire)
}

// shelf are the attachments that the book keeps.
func shelf(t *testing.T, v *victim) (all []string) {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(v.dir, "book", "files", "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestZAfterAllTheBookIsWhole ends what came before it: the main PC closes in good order, no secret that was typed,
// given out or guessed is in a file of it, in its log or in what it said, the chain of its journal holds, and the book is
// what it was.
func TestZAfterAllTheBookIsWhole(t *testing.T) {
	v := attacked(t)
	if err := v.stop(); err != nil {
		t.Fatal(err)
	}
	seen := 0
	look := func(where string, data []byte) {
		seen += len(data)
		for _, s := range v.secrets {
			for _, form := range forms(s) {
				if bytes.Contains(data, form) {
					t.Errorf("%s has %s", where, form)
				}
			}
		}
	}
	look("what it said", []byte(v.said.String()))
	for _, dir := range []string{v.dir, v.temp} {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			f, err := os.Open(path)
			if err != nil {
				return err
			}
			defer func() { _ = f.Close() }()
			data, err := io.ReadAll(f)
			look(path, data)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if seen < 1<<20 {
		t.Errorf("only %d bytes were looked at", seen)
	}
	if out, err := v.verb("verify").CombinedOutput(); err != nil {
		t.Errorf("verify: %v\n%s", err, out)
	}
}
