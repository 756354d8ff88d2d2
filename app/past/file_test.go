package past_test

import (
	"strings"
	"testing"
	"time"

	"zafe/app/auth"
	"zafe/app/file"
	"zafe/app/party"
	"zafe/app/past"
)

// TestAnAttachmentComesBackToTheRecordOfToday from where the copies are, once, under the name that it had.
func TestAnAttachmentComesBackToTheRecordOfToday(t *testing.T) {
	w := newWorld(t)
	c := do(w, party.Save, w.owner(), bakery()).Customer
	subject := file.Subject{Kind: file.Customer, ID: int64(c.ID)}
	attach := func(name, text string) file.Attachment {
		t.Helper()
		req := file.AttachRequest{Subject: subject, Name: name, Size: int64(len(text))}
		a, err := file.Attach.Send(w.Ctx(), w.owner(), req, strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	gone, stays := attach("devis signé.txt", "bon pour accord"), attach("plan.txt", "un plan")
	w.save("p1")
	w.Clock.Add(time.Hour)
	do(w, file.Detach, w.owner(), file.Request{ID: gone.ID})
	w.Clock.Add(40 * 24 * time.Hour) // the book forgets the content by then
	for range 2 {
		if err := w.Store.SweepFiles(w.Ctx()); err != nil {
			t.Fatal(err)
		}
		w.Clock.Add(40 * 24 * time.Hour)
	}
	w.open("p1")
	list := do(w, past.Files, w.owner(), file.ListRequest{Subject: subject})
	if len(list.Files) != 2 || list.Gone || list.Files[0].ID != gone.ID || list.Files[0].Now || !list.Files[1].Now {
		t.Fatalf("%+v", list)
	}
	req := past.TakeFileRequest{Point: "p1", Subject: subject, ID: gone.ID}
	back := do(w, past.TakeFile, w.owner(), req)
	if back.Digest != gone.Digest || back.Name != gone.Name || back.Subject != subject || back.ByName != "Claire" {
		t.Errorf("came back as %+v", back)
	}
	if e := w.last(); e.Op != "past.take_file" || e.SubjectKind != "customer" || e.SubjectID != subject.ID ||
		e.Digest != gone.Digest || !strings.Contains(e.Payload, `"p1"`) {
		t.Errorf("%+v", e)
	}
	var read strings.Builder
	if _, err := file.Get.Fetch(w.Ctx(), w.owner(), file.Request{ID: back.ID}, &read); err != nil || read.String() != "bon pour accord" {
		t.Errorf("%q, %v", read.String(), err)
	}
	refused(w, past.TakeFile, w.owner(), req, "file.already")
	req.ID = stays.ID + 1
	refused(w, past.TakeFile, w.owner(), req, "file.not_found")
}

// TestAnAttachmentFollowsTheRightsOnItsRecord of today, and stays where it is while the record is gone.
func TestAnAttachmentFollowsTheRightsOnItsRecord(t *testing.T) {
	w := newWorld(t)
	c := do(w, party.Save, w.owner(), bakery()).Customer
	subject := file.Subject{Kind: file.Customer, ID: int64(c.ID)}
	a, err := file.Attach.Send(w.Ctx(), w.owner(), file.AttachRequest{Subject: subject, Name: "plan.txt", Size: 1}, strings.NewReader("x"))
	if err != nil {
		t.Fatal(err)
	}
	w.save("p1")
	do(w, file.Detach, w.owner(), file.Request{ID: a.ID})
	w.open("p1")
	req := past.TakeFileRequest{Point: "p1", Subject: subject, ID: a.ID}
	refused(w, past.Files, w.As("machines"), file.ListRequest{Subject: subject}, "past.not_all")
	refused(w, past.TakeFile, w.As("machines"), req, "past.not_all")
	refused(w, past.TakeFile, w.As("stale"), req, "op.fresh_needed")
	reads := auth.Rights{auth.BackupManage: auth.All, auth.CustomerRead: auth.All}
	refused(w, past.TakeFile, w.holding(9, reads), req, "op.forbidden")
	if w.fetched != 0 {
		t.Error("what may not be attached was asked of the copies")
	}
	req.Subject.Kind = file.Entry
	refused(w, past.TakeFile, w.owner(), req, "file.no_subject")
}
