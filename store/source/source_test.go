package source_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zafe/app/audit"
	"zafe/app/backup"
	"zafe/app/fault"
	"zafe/app/file"
	"zafe/store"
	"zafe/store/source"
	"zafe/store/storetest"
)

func TestTheTotalsFollowTheBook(t *testing.T) {
	st, _ := storetest.New(t)
	b := source.Book{Store: st}
	before, err := b.Checks(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var done audit.Event
	err = st.Update(t.Context(), func(tx *store.Tx) (err error) {
		done, err = tx.AppendEvent(audit.Event{Op: "test.done"})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	after, err := b.Checks(t.Context())
	if err != nil || after == before || after.AuditHead != done.Hash.String() {
		t.Errorf("%+v, before %+v, %v", after, before, err)
	}
	if n, err := b.Change(t.Context()); err != nil || n != uint64(done.ID) || n != after.Change {
		t.Errorf("change %d, %v", n, err)
	}
}

const content = "a scanned invoice"

// attach gives a book one attachment.
func attach(t *testing.T, st *store.Store) {
	t.Helper()
	c, err := st.ReceiveFile(t.Context(), strings.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	err = st.Update(t.Context(), func(tx *store.Tx) error {
		_, err := tx.AddAttachment(file.Attachment{
			Subject: file.Subject{Kind: file.Customer, ID: 1}, Name: "n.txt", Media: "text/plain",
			Size: c.Length(), Digest: c.Digest(), At: tx.Now(), By: 1, ByName: "Claire",
		}, c)
		return err
	})
	if err := errors.Join(err, c.Discard()); err != nil {
		t.Fatal(err)
	}
}

func only(t *testing.T, all []backup.Attachment, err error) backup.Attachment {
	t.Helper()
	if err != nil || len(all) != 1 || all[0].Size != int64(len(content)) || all[0].Month != "2026-11" {
		t.Fatalf("%+v, %v", all, err)
	}
	return all[0]
}

func TestAnAttachmentGoesAndComesBack(t *testing.T) {
	st, _ := storetest.New(t)
	attach(t, st)
	f := source.Files{Store: st}
	all, err := f.Attachments(t.Context())
	a := only(t, all, err)
	in, err := f.Open(t.Context(), a.Hash)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(in); err != nil || string(got) != content {
		t.Errorf("%q, %v", got, err)
	}
	has, err := f.Has(t.Context(), a)
	if err = errors.Join(err, in.Close()); err != nil || !has {
		t.Errorf("has %t, %v", has, err)
	}

	if err := os.RemoveAll(filepath.Join(st.Dir(), "files")); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Open(t.Context(), a.Hash); fault.KeyOf(err) != "file.not_here" {
		t.Error(err)
	}
	missing, err := f.Missing(t.Context())
	if only(t, missing, err) != a {
		t.Errorf("%+v is missing, not %+v", missing, a)
	}
	if has, err := f.Has(t.Context(), a); err != nil || has {
		t.Errorf("has %t, %v", has, err)
	}
	if err := f.Put(t.Context(), a, strings.NewReader(content)); err != nil {
		t.Fatal(err)
	}
	if missing, err := f.Missing(t.Context()); err != nil || len(missing) != 1 {
		t.Errorf("%d are missing before the flush, %v", len(missing), err)
	}
	if err := f.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if missing, err := f.Missing(t.Context()); err != nil || len(missing) != 0 {
		t.Errorf("%+v, %v", missing, err)
	}
}
