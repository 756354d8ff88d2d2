package keeper_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	appbackup "zafe/app/backup"
	"zafe/app/fault"
	"zafe/app/opening"
	"zafe/app/setup"
	"zafe/sync/backup/keeper"
	"zafe/sync/backup/vault"
)

// shelf is a book that lacks papers until they are put there.
type shelf struct {
	lacks []vault.Attachment
	mu    sync.Mutex // guards got
	got   map[string]string
}

func (s *shelf) Missing(context.Context) (out []vault.Attachment, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.lacks {
		if _, here := s.got[a.Hash]; !here {
			out = append(out, a)
		}
	}
	return out, nil
}

func (s *shelf) Has(_ context.Context, a vault.Attachment) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, here := s.got[a.Hash]
	return here, nil
}

func (s *shelf) Put(_ context.Context, a vault.Attachment, content io.Reader) error {
	data, err := io.ReadAll(content)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.got[a.Hash] = string(data)
	return err
}

func (s *shelf) Settle(context.Context) error { return nil }

// begun makes a place a destination.
func begun(t *testing.T, k *keeper.Keeper, place appbackup.NewDestination) {
	t.Helper()
	if _, err := k.Begin(t.Context(), place); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Finish(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// attach attaches a paper and makes a copy of the book at a place.
func attach(t *testing.T, k *keeper.Keeper, b book, place appbackup.NewDestination, texts ...string,
) (lacking *shelf) {
	t.Helper()
	for _, text := range texts {
		b.papers[fmt.Sprintf("%x", sha256.Sum256([]byte(text)))] = text
	}
	b.change(t)
	begun(t, k, place)
	if _, err := k.Now(t.Context()); err != nil {
		t.Fatal(err)
	}
	all, err := b.Attachments(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return &shelf{lacks: all, got: map[string]string{}}
}

func TestPapersComeBackFromThePlaceOfTheRestore(t *testing.T) {
	k, b, _, _ := newKeeper(t)
	usb := appbackup.NewDestination{Provider: "local", Label: "Disque", Folder: t.TempDir()}
	lacking := attach(t, k, b, usb, "a scanned invoice")
	rescue, err := keeper.OpenRescue(t.Context(), usb, sheet, nil, func(string, error) {})
	if err != nil {
		t.Fatal(err)
	}
	other := appbackup.NewDestination{Provider: "local", Label: "Autre disque", Folder: t.TempDir()}
	for _, kept := range []appbackup.NewDestination{usb, other} {
		fresh, _, _, _ := newKeeperOf(t, "pc-2", nil, func(what string) { t.Error(what) })
		if kept.Folder == other.Folder { // where the book's copies go already: the papers are not there
			begun(t, fresh, other)
		}
		clear(lacking.got)
		fresh.BringFiles(t.Context(), rescue, lacking)
		if got := lacking.got[lacking.lacks[0].Hash]; got != "a scanned invoice" {
			t.Errorf("came back: %q", got)
		}
		if to := fresh.Destinations(); len(to) != 1 || to[0].Folder != kept.Folder {
			t.Errorf("its destinations: %+v", to)
		}
	}
}

// watched is a sink that looks at the status whenever a content has come.
type watched struct {
	*shelf
	look func()
}

func (w watched) Put(ctx context.Context, a vault.Attachment, content io.Reader) error {
	defer w.look()
	return w.shelf.Put(ctx, a, content)
}

// TestHowFarThePapersAreIsShown while they come back, and no longer.
func TestHowFarThePapersAreIsShown(t *testing.T) {
	k, b, _, _ := newKeeper(t)
	usb := appbackup.NewDestination{Provider: "local", Label: "Disque", Folder: t.TempDir()}
	lacking := attach(t, k, b, usb, "a scanned invoice", "a lease")
	coming := func() *appbackup.Running {
		st, err := k.Status(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return st.Coming
	}
	if c := coming(); c != nil {
		t.Errorf("before: %+v", c)
	}
	var mu sync.Mutex
	looks := 0
	k.BringFiles(t.Context(), nil, watched{lacking, func() {
		mu.Lock()
		defer mu.Unlock()
		looks++
		c := coming()
		if c == nil || c.Stage != "files" || c.Of != 2 || c.Total != int64(len("a scanned invoice")+len("a lease")) ||
			c.Files >= 2 || (c.Files == 0) != (c.Done == 0) {
			t.Errorf("meanwhile: %+v", c)
		}
	}})
	if c := coming(); c != nil || looks != 2 {
		t.Errorf("after %d looks: %+v", looks, c)
	}
}

func TestPapersComeBackFromTheBooksOwnCopies(t *testing.T) {
	k, b, _, _ := newKeeper(t)
	usb := appbackup.NewDestination{Provider: "local", Label: "Disque", Folder: t.TempDir()}
	lacking := attach(t, k, b, usb, "a scanned invoice")
	k.BringFiles(t.Context(), nil, lacking)
	if got := lacking.got[lacking.lacks[0].Hash]; got != "a scanned invoice" {
		t.Errorf("came back: %q", got)
	}
}

// doors are the keys of a book without a book.
type doors struct {
	opening.Keys
	turned []bool // whether each rotation made a new sheet
	err    error
}

func (d *doors) Rotate(_ context.Context, r opening.Rotation) error {
	d.turned = append(d.turned, r.Sheet)
	return d.err
}

func TestANewSheetWaitsForPapersAndTakesTheCopiesAlong(t *testing.T) {
	k, b, _, _ := newKeeper(t)
	b.change(t)
	lacking := &shelf{lacks: []vault.Attachment{{Hash: "ab"}}, got: map[string]string{}}
	d := &doors{}
	read := 0
	keys := keeper.Keys{Keys: d, Keeper: k, Book: lacking, Identity: func(context.Context) (setup.Identity, error) {
		read++
		return setup.Identity{VaultID: "w", RecoveryKey: sheet, VaultFolder: "vault-new"}, nil
	}}
	// Another data key alone concerns no copy.
	if err := keys.Rotate(t.Context(), opening.Rotation{}); err != nil || len(d.turned) != 1 || read != 0 {
		t.Errorf("%v, %v, read %d times", err, d.turned, read)
	}
	sheet := opening.Rotation{Sheet: true}
	if err := keys.Rotate(t.Context(), sheet); fault.KeyOf(err) != "opening.files_coming" || len(d.turned) != 1 {
		t.Errorf("with papers to come: %v, %v", err, d.turned)
	}
	// Once every place was looked through, there is nothing to wait for.
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	k.BringFiles(ctx, nil, lacking)
	d.err = errors.New("the disk is full")
	if err := keys.Rotate(t.Context(), sheet); !errors.Is(err, d.err) || read != 0 {
		t.Errorf("refused: %v, read %d times", err, read)
	}
	d.err = nil
	if err := keys.Rotate(t.Context(), sheet); err != nil || read != 1 {
		t.Errorf("%v, read %d times", err, read)
	}
	if st, err := k.Status(t.Context()); err != nil || !st.Unsaved {
		t.Errorf("the new vault has all: %+v, %v", st, err)
	}
}

// TestAnAttachmentThatIsNowhere is told to the owner, and comes back as soon as a place is added that has it.
func TestAnAttachmentThatIsNowhere(t *testing.T) {
	k, b, _, _ := newKeeper(t)
	usb := elsewhere(t)
	lacking := attach(t, k, b, usb, "a scanned invoice", "a lease")
	old := elsewhere(t) // a disk that lay in a drawer
	old.Label = "Ancien disque"
	if err := os.CopyFS(old.Folder, os.DirFS(usb.Folder)); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(old.Folder, "DISK")); err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{usb.Folder, k.Folder()} {
		if err := os.RemoveAll(filepath.Join(folder, "files")); err != nil {
			t.Fatal(err)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { k.KeepFiles(ctx, nil, lacking); close(ended) }()
	defer func() { stop(); <-ended }()
	told := func(want bool) {
		t.Helper()
		for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
			st, err := k.Status(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(worries(st), "files_lost") == want {
				return
			}
			if time.Now().After(deadline) {
				t.Fatalf("%q", worries(st))
			}
		}
	}
	told(true)
	begun(t, k, old)
	told(false)
	lacking.mu.Lock()
	defer lacking.mu.Unlock()
	if len(lacking.got) != 2 {
		t.Errorf("came back: %v", lacking.got)
	}
}
