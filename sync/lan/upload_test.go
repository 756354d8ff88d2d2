package lan_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"zafe/app/billing"
	"zafe/app/civil"
	"zafe/app/company"
	"zafe/app/fault"
	attached "zafe/app/file"
	"zafe/app/ledger"
	"zafe/app/op"
	"zafe/app/party"
	"zafe/app/setup"
	"zafe/store"
	"zafe/sync/lan"
)

// people are whom the world knows; see storetest.World.As.
var people = []string{"owner", "accountant", "assistant", "sales", "sales2", "reader", "nobody"}

// counting counts the bytes of contents that a host reads.
type counting struct {
	lan.Registry
	n *atomic.Int64
}

func (c counting) UploadJSON(ctx context.Context, name string, in []byte, content io.Reader) ([]byte, error) {
	return c.Registry.UploadJSON(ctx, name, in, counted{content, c.n})
}

type counted struct {
	io.Reader
	n *atomic.Int64
}

func (c counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n.Add(int64(n))
	return n, err
}

// fileOffice is an office whose records take attachments.
func fileOffice(t *testing.T, n *atomic.Int64) *office {
	t.Helper()
	o := newOffice(t, func(r lan.Registry) lan.Registry { return counting{r, n} })
	party.Bind(o.world.Registry)
	ledger.Bind(o.world.Registry)
	billing.Bind(o.world.Registry)
	attached.Bind(o.world.Registry, o.world.Store.ReceiveFile)
	return o
}

// desk is where a test attaches things: in process, or on PCs of the office.
type desk struct {
	*office
	papers map[string]attached.Subject
	as     func(who string) op.Caller
	read   *atomic.Int64 // bytes of contents read by the one who has the book
}

// ways runs a test in process and over TLS: the same body must pass both.
func ways(t *testing.T, test func(t *testing.T, d desk)) {
	t.Run("here", func(t *testing.T) {
		n := &atomic.Int64{}
		o := fileOffice(t, n)
		test(t, desk{o, papers(t, o), func(who string) op.Caller { return local{o.world.As(who), n} }, n})
	})
	t.Run("lan", func(t *testing.T) {
		n := &atomic.Int64{}
		o := fileOffice(t, n)
		c, _ := o.pc(t, "owner")
		test(t, desk{o, papers(t, o), func(who string) op.Caller { c.SetToken(who); return c }, n})
	})
}

// local counts what is read in process.
type local struct {
	op.Caller
	n *atomic.Int64
}

func (l local) Upload(ctx context.Context, s *op.Spec, req any, content io.Reader, resp any) error {
	return l.Caller.Upload(ctx, s, req, counted{content, l.n}, resp)
}

// papers makes the records to which something is attached: Yann's customer and quote, and a draft entry.
func papers(t *testing.T, o *office) map[string]attached.Subject {
	t.Helper()
	w := o.world
	w.Update(func(tx *store.Tx) error {
		_, err := ledger.OpenFiscalYear(tx, civil.YearOf(civil.New(2026, 1, 1)))
		return errors.Join(err, setup.Seed(tx), tx.SetSetting("company", company.Default()))
	})
	saved, err := party.Save.Call(w.Ctx(), w.As("sales"), party.Customer{Name: "Dupont"})
	if err != nil {
		t.Fatal(err)
	}
	quote, err := billing.SaveQuote.Call(w.Ctx(), w.As("sales"), billing.SaveRequest{
		Header: billing.Header{Customer: saved.Customer.ID},
	})
	if err != nil {
		t.Fatal(err)
	}
	entry, err := ledger.EntrySave.Call(w.Ctx(), w.As("owner"), ledger.EntrySaveRequest{
		Journal: "OD", Date: civil.New(2026, 3, 10), Ref: "R1", Label: "Divers", Lines: []ledger.Line{
			{Account: "606100", Debit: 10_00}, {Account: "512000", Credit: 10_00},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return map[string]attached.Subject{
		"customer": {Kind: attached.Customer, ID: int64(saved.Customer.ID)},
		"document": {Kind: attached.Document, ID: int64(quote.ID)},
		"entry":    {Kind: attached.Entry, ID: int64(entry.ID)},
	}
}

func (d desk) send(to attached.Subject, who, name, text string) (attached.Attachment, error) {
	return attached.Attach.Send(d.world.Ctx(), d.as(who), attached.AttachRequest{
		Subject: to, Name: name, Size: int64(len(text)),
	}, strings.NewReader(text))
}

func (d desk) list(t *testing.T, to attached.Subject) attached.List {
	t.Helper()
	l, err := attached.Listing.Call(d.world.Ctx(), d.as("owner"), attached.ListRequest{Subject: to})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// outcome is how a call ended, in a letter: "." done, "f" forbidden, "n" not found, "u" not logged in.
func outcome(err error) string {
	if err == nil {
		return "."
	}
	if c, ok := map[fault.Code]string{
		fault.Forbidden: "f", fault.NotFound: "n", fault.Unauthenticated: "u",
	}[fault.Of(err).Code]; ok {
		return c
	}
	return "?" + err.Error()
}

// TestWhoMayDoWhatWithAttachments: the rights on what is attached are those on the record. What one may not
// read is not there; nothing of a file is read from whoever may not attach it.
func TestWhoMayDoWhatWithAttachments(t *testing.T) {
	ways(t, func(t *testing.T, d desk) {
		for kind, want := range map[string]struct{ read, write string }{
			"customer": {"....n.u", "....nfu"},
			"document": {"....n.u", ".f..nfu"},
			"entry":    {"..nnn.u", "..nnnfu"},
		} {
			to := d.papers[kind]
			a, err := d.send(to, "owner", "plan.pdf", "%PDF-le plan de "+kind)
			if err != nil {
				t.Fatal(err)
			}
			list, get, attach, detach := "", "", "", ""
			for _, who := range people {
				l, err := attached.Listing.Call(d.world.Ctx(), d.as(who), attached.ListRequest{Subject: to})
				list += outcome(err)
				if err == nil && (len(l.Attachments) != 1 || l.Attachments[0].ID != a.ID || !l.Attachments[0].Here) ||
					err != nil && len(l.Attachments) > 0 {
					t.Errorf("%s %s: %+v", kind, who, l)
				}
				var out bytes.Buffer
				f, err := attached.Get.Fetch(d.world.Ctx(), d.as(who), attached.Request{ID: a.ID}, &out)
				get += outcome(err)
				if err == nil && (out.String() != "%PDF-le plan de "+kind || f.Name != "plan.pdf" || f.Type != "application/pdf") ||
					err != nil && out.Len() > 0 {
					t.Errorf("%s %s: %q %+v", kind, who, out.String(), f)
				}
				before := d.read.Load()
				mine, err := d.send(to, who, "x.pdf", "%PDF de "+who)
				attach += outcome(err)
				if err != nil && d.read.Load() != before {
					t.Errorf("%s: a byte of %s was read before the right to it was established", kind, who)
				}
				if err != nil {
					mine = a
				}
				_, err = attached.Detach.Call(d.world.Ctx(), d.as(who), attached.Request{ID: mine.ID})
				detach += outcome(err)
			}
			if list != want.read || get != want.read || attach != want.write || detach != want.write {
				t.Errorf("%s: list %s, get %s, attach %s, detach %s", kind, list, get, attach, detach)
			}
		}
	})
}

func TestWhatIsNotAttached(t *testing.T) {
	ways(t, func(t *testing.T, d desk) {
		to := d.papers["customer"]
		ask := attached.AttachRequest{Subject: to, Name: "a.pdf", Size: 4}
		with := func(change func(*attached.AttachRequest)) attached.AttachRequest {
			r := ask
			change(&r)
			return r
		}
		if _, err := d.send(to, "owner", "b.pdf", "%PDF"); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			key  string
			req  attached.AttachRequest
			text string
		}{
			{"file.empty", with(func(r *attached.AttachRequest) { r.Size = 0 }), ""},
			{"file.too_large", with(func(r *attached.AttachRequest) { r.Size = attached.SizeBytesMax + 1 }), "x"},
			{"file.program", with(func(r *attached.AttachRequest) { r.Name = "facture.pdf.exe" }), "%PDF"},
			{"file.program", with(func(r *attached.AttachRequest) { r.Size = 5 }), "MZ\x90\x00\x03"},
			{"file.cut", with(func(r *attached.AttachRequest) { r.Size = 10 }), "%PDF"},
			{"file.cut", ask, "%PDF-1.7"},
			{"file.already", ask, "%PDF"},
			{"file.no_subject", with(func(r *attached.AttachRequest) { r.Subject.Kind = "user" }), "%PDF"},
			{"party.not_found", with(func(r *attached.AttachRequest) { r.Subject.ID = 99 }), "%PDF"},
			{"billing.not_found", with(func(r *attached.AttachRequest) {
				r.Subject = attached.Subject{Kind: attached.Document, ID: 99}
			}), "%PDF"},
			{"ledger.entry_gone", with(func(r *attached.AttachRequest) {
				r.Subject = attached.Subject{Kind: attached.Entry, ID: 99}
			}), "%PDF"},
		} {
			_, err := attached.Attach.Send(d.world.Ctx(), d.as("owner"), c.req, strings.NewReader(c.text))
			if fault.KeyOf(err) != c.key {
				t.Errorf("%+v: %v, want %s", c.req, err, c.key)
			}
		}
		_, err := attached.Attach.Send(op.WithPreview(d.world.Ctx()), d.as("owner"), ask, strings.NewReader("%PDF"))
		if fault.KeyOf(err) != "op.bad_request" {
			t.Errorf("rehearsed: %v", err)
		}
		_, err = attached.Attach.Call(d.world.Ctx(), d.as("owner"), ask)
		if fault.KeyOf(err) != "op.takes_file" {
			t.Errorf("without a file: %v", err)
		}
		var none op.Empty
		err = d.as("owner").Upload(d.world.Ctx(), &attached.Detach.Spec, attached.Request{ID: 1},
			strings.NewReader("x"), &none)
		if fault.KeyOf(err) != "op.takes_no_file" {
			t.Errorf("with a file: %v", err)
		}
		if l := d.list(t, to); len(l.Attachments) != 1 {
			t.Errorf("attached: %+v", l.Attachments)
		}
	})
}

// TestAnUploadIsDoneOnce: sent again because its answer was lost, a file is there once; under the same key
// another one is refused.
func TestAnUploadIsDoneOnce(t *testing.T) {
	ways(t, func(t *testing.T, d desk) {
		ctx := op.WithRequestID(d.world.Ctx(), "gesture-1")
		req := attached.AttachRequest{Subject: d.papers["customer"], Name: "a.txt", Size: 5}
		first, err := attached.Attach.Send(ctx, d.as("owner"), req, strings.NewReader("texte"))
		if err != nil {
			t.Fatal(err)
		}
		again, err := attached.Attach.Send(ctx, d.as("owner"), req, strings.NewReader("texte"))
		if err != nil || again != first {
			t.Errorf("%+v %v", again, err)
		}
		_, err = attached.Attach.Send(ctx, d.as("owner"), req, strings.NewReader("autre"))
		if fault.KeyOf(err) != "op.key_reused" {
			t.Errorf("another content: %v", err)
		}
		if l := d.list(t, req.Subject); len(l.Attachments) != 1 {
			t.Errorf("%+v", l)
		}
	})
}

// TestTheChainSaysWhatWasAttached, by digests.
func TestTheChainSaysWhatWasAttached(t *testing.T) {
	ways(t, func(t *testing.T, d desk) {
		a, err := d.send(d.papers["document"], "sales", "Devis signé.pdf", "%PDF signé")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := attached.Detach.Call(d.world.Ctx(), d.as("sales"), attached.Request{ID: a.ID}); err != nil {
			t.Fatal(err)
		}
		err = d.world.Store.View(t.Context(), func(tx *store.Tx) error {
			events, err := tx.Events("quote", d.papers["document"].ID, 0, 2)
			sum := sha256.Sum256([]byte("%PDF signé"))
			for i, name := range []string{"file.detach", "file.attach"} {
				e := events[i]
				if e.Op != name || e.ActorName != "Yann" || e.Digest != hex.EncodeToString(sum[:]) ||
					strings.Contains(e.Payload, "Devis") || !strings.Contains(e.Payload, `"size":11`) {
					t.Errorf("%+v", e)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// TestAVoucherStaysWithItsEntry: it follows the draft into the books, and nobody takes it out of them.
func TestAVoucherStaysWithItsEntry(t *testing.T) {
	ways(t, func(t *testing.T, d desk) {
		a, err := d.send(d.papers["entry"], "accountant", "facture.pdf", "%PDF facture")
		if err != nil {
			t.Fatal(err)
		}
		posted, err := ledger.EntryPost.Call(d.world.Ctx(), d.as("accountant"), ledger.PostRequest{
			IDs: []ledger.EntryID{ledger.EntryID(d.papers["entry"].ID)},
		})
		if err != nil {
			t.Fatal(err)
		}
		final := attached.Subject{Kind: attached.Entry, ID: int64(posted.Entries[0].ID)}
		l := d.list(t, final)
		if len(l.Attachments) != 1 || l.Attachments[0].ID != a.ID || !l.MayAttach || l.MayDetach {
			t.Fatalf("%+v", l)
		}
		_, err = attached.Detach.Call(d.world.Ctx(), d.as("owner"), attached.Request{ID: a.ID})
		if fault.KeyOf(err) != "file.kept" {
			t.Errorf("%v", err)
		}
		err = d.world.Store.Update(t.Context(), func(tx *store.Tx) error { return tx.DropAttachment(a.ID) })
		if err == nil {
			t.Error("the database lets go of a voucher")
		}
		if _, err := d.send(final, "accountant", "avoir.pdf", "%PDF reçu après"); err != nil {
			t.Errorf("a voucher that comes late: %v", err)
		}
	})
}

// endless gives zeros for as long as it is asked, and says how far it is.
type endless struct{ at atomic.Int64 }

func (e *endless) Read(p []byte) (int, error) {
	e.at.Add(int64(len(p)))
	return len(p), nil
}

// TestAnUploadGivenUpLeavesNothing.
func TestAnUploadGivenUpLeavesNothing(t *testing.T) {
	ways(t, func(t *testing.T, d desk) {
		ctx, cancel := context.WithCancel(d.world.Ctx())
		in := &endless{}
		go func() {
			for in.at.Load() < 8<<20 {
				time.Sleep(time.Millisecond)
			}
			cancel()
		}()
		_, err := attached.Attach.Send(ctx, d.as("owner"), attached.AttachRequest{
			Subject: d.papers["customer"], Name: "a.dat", Size: 1 << 30,
		}, in)
		if fault.KeyOf(err) != "op.cancelled" {
			t.Errorf("%v", err)
		}
		stopped := in.at.Load()
		time.Sleep(50 * time.Millisecond)
		if in.at.Load() != stopped {
			t.Error("the file is still read after the answer")
		}
		broken := errors.New("unplugged")
		_, err = attached.Attach.Send(d.world.Ctx(), d.as("owner"), attached.AttachRequest{
			Subject: d.papers["customer"], Name: "a.txt", Size: 100,
		}, io.MultiReader(strings.NewReader("x"), iotest.ErrReader(broken)))
		if f := fault.Of(err); !errors.Is(err, broken) || f.Key == "lan.host_unreachable" {
			t.Errorf("a disk unplugged: %v", err)
		}
		for range 3000 { // the host hears of it a moment later, half a minute on a busy machine
			if len(left(t, d)) == 0 {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		if l := d.list(t, d.papers["customer"]); len(left(t, d)) > 0 || len(l.Attachments) > 0 {
			t.Errorf("left behind: %v %+v", left(t, d), l)
		}
	})
}

// left lists the files of attachments.
func left(t *testing.T, d desk) (names []string) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join(d.world.Store.Dir(), "files"), func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			names = append(names, path)
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// TestALargeFileTakesNoMemory streams 200 MB there and back, and watches the memory meanwhile.
func TestALargeFileTakesNoMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	const size, room = 200 << 20, 32 << 20
	ways(t, func(t *testing.T, d desk) {
		owner := d.as("owner")
		runtime.GC()
		var before, most runtime.MemStats
		runtime.ReadMemStats(&before)
		stop := make(chan struct{})
		watched := make(chan struct{})
		go func() {
			defer close(watched)
			for {
				var now runtime.MemStats
				if runtime.ReadMemStats(&now); now.HeapInuse > most.HeapInuse {
					most = now
				}
				select {
				case <-stop:
					return
				case <-time.After(5 * time.Millisecond):
				}
			}
		}()
		start := time.Now()
		a, err := attached.Attach.Send(d.world.Ctx(), owner, attached.AttachRequest{
			Subject: d.papers["customer"], Name: "film.mp4", Size: size,
		}, io.LimitReader(&endless{}, size))
		if err != nil {
			t.Fatal(err)
		}
		there := time.Since(start)
		var n atomic.Int64
		_, err = attached.Get.Fetch(d.world.Ctx(), owner, attached.Request{ID: a.ID}, discard{&n})
		if err != nil || n.Load() != size {
			t.Fatalf("%d bytes back, %v", n.Load(), err)
		}
		close(stop)
		<-watched
		grown := int64(most.HeapInuse) - int64(before.HeapInuse)
		t.Logf("%d MB there in %v, back after %v, memory grew by %d MB", size>>20, there, time.Since(start), grown>>20)
		if grown > room {
			t.Errorf("memory grew by %d MB", grown>>20)
		}
	})
}

type discard struct{ n *atomic.Int64 }

func (d discard) Write(p []byte) (int, error) { d.n.Add(int64(len(p))); return len(p), nil }
