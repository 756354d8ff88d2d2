package user_test

import (
	"encoding/base32"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"zafe/app/auth"
	"zafe/app/op"
	"zafe/app/user"
)

// TestAPasswordStaysGoodForYears: nobody is made to change theirs, neither told to nor slowed.
func TestAPasswordStaysGoodForYears(t *testing.T) {
	w := newWorld(t)
	w.add("yann", auth.Sales, word)
	w.add("claire", auth.Owner, word)
	secret, _ := w.enrol("claire", word)
	for year := range 10 {
		w.Clock.Add(366 * 24 * time.Hour)
		in, err := w.login("yann", word, "")
		if err != nil || in.Next != user.Done {
			t.Fatalf("after %d years: %+v %v", year+1, in, err)
		}
		in, err = w.login("claire", word, "")
		if err != nil || in.Next != user.Code {
			t.Fatalf("the owner, after %d years: %+v %v", year+1, in, err)
		}
		done, err := user.SecondFactor.Call(w.Ctx(), w.with(in.Token, ""), user.CodeRequest{Code: w.code(secret)})
		if err != nil || done.Next != user.Done {
			t.Fatalf("the owner's code, after %d years: %+v %v", year+1, done, err)
		}
		c := w.with(done.Token, "")
		if _, err := user.Current.Call(w.Ctx(), c, op.Empty{}); err != nil {
			t.Fatal(err)
		}
		notices, err := user.Notices.Call(w.Ctx(), c, op.Empty{})
		if err != nil || len(notices.Notices) > 0 {
			t.Errorf("after %d years: %+v %v", year+1, notices, err)
		}
	}
}

// TestWhatNobodyMayGuessIsLongEnough: tokens have 256 bits, recovery codes 80, secrets of telephones 160; none comes twice.
func TestWhatNobodyMayGuessIsLongEnough(t *testing.T) {
	w := newWorld(t)
	seen := map[string]bool{}
	fresh := func(what, text string, raw []byte, err error, bytes int) {
		t.Helper()
		if err != nil || len(raw) != bytes || seen[text] {
			t.Errorf("%s %q: %d bytes, %v, again: %t", what, text, len(raw), err, seen[text])
		}
		seen[text] = true
	}
	for range 3 {
		w.Clock.Add(time.Hour)
		login := "p" + string(rune('a'+len(seen)%26)) + strings.Repeat("x", len(seen))
		w.add(login, auth.Owner, word)
		in, err := w.login(login, word, "")
		if err != nil {
			t.Fatal(err)
		}
		raw, err := base64.RawURLEncoding.DecodeString(in.Token)
		fresh("token", in.Token, raw, err, 32)
		w.Clock.Add(time.Minute)
		secret, codes := w.enrol(login, word)
		raw, err = base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret)
		fresh("secret", secret, raw, err, 20)
		if len(codes) != 10 {
			t.Errorf("%d codes", len(codes))
		}
		for _, c := range codes {
			raw, err = base32.StdEncoding.DecodeString(strings.ReplaceAll(c, "-", ""))
			fresh("code", c, raw, err, 10)
		}
	}
}
