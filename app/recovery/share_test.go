package recovery

import (
	"encoding/hex"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"zafe/app/fault"
)

// TestVaultVectors: shares that HashiCorp Vault's shamir package made, two of three, are joined to its secret. The
// last byte of each is the number.
func TestVaultVectors(t *testing.T) {
	for _, v := range vaultVectors {
		for _, pair := range [][2]int{{0, 1}, {0, 2}, {2, 1}} {
			got := start(foreign(t, v.shares[pair[0]]), foreign(t, v.shares[pair[1]]))
			if hex.EncodeToString(got[:]) != v.secret {
				t.Errorf("%v: %x, want %s", pair, got, v.secret)
			}
		}
	}
}

func foreign(t *testing.T, s string) Share {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != 21 {
		t.Fatal(s, err)
	}
	return Share{Number: b[20], Value: [20]byte(b)}
}

// TestInverse: every number but 0 has one.
func TestInverse(t *testing.T) {
	for a := 1; a < 256; a++ {
		if got := times(byte(a), inverse(byte(a))); got != 1 {
			t.Fatalf("%d: %d", a, got)
		}
	}
}

// TestAnyTwoShares make the key, typed in any order, and print as they were printed before.
func TestAnyTwoShares(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := drawKey(t)
		all := k.Shares()
		for i, a := range all {
			for j, b := range all {
				between := rapid.SampledFrom([]string{" + ", "\n", "\r\n"}).Draw(t, "between")
				got, err := Parse(strings.ToLower(a.String()) + between + b.String())
				if i == j {
					if fault.KeyOf(err) != "recovery.share_twice" {
						t.Fatalf("the same twice: %v", err)
					}
				} else if err != nil || got != k {
					t.Fatalf("%d and %d: %v", i+1, j+1, err)
				}
			}
			if again, err := ParseShare(a.String()); err != nil || again != a || !IsShare(a.String()) {
				t.Fatalf("%v: %v", a, err)
			}
			if string(a.Value[:]) == string(k[:]) {
				t.Fatal("a share is the key")
			}
		}
		if IsShare(k.String()) || k.Shares() != all {
			t.Fatal("a key is no share, and its shares do not change")
		}
	})
}

// TestShared: two shares are told from the key, however it is written.
func TestShared(t *testing.T) {
	k := Key{1, 2, 3}
	a, b := k.Shares()[0].String(), k.Shares()[2].String()
	for text, want := range map[string]bool{
		a + "+" + b: true, b + "\n" + a: true, strings.ToLower(a + " " + b): true, k.String(): false, a: false, "": false,
	} {
		if Shared(text) != want {
			t.Errorf("%q: %v", text, !want)
		}
	}
}

// TestKnownShares: what is on paper stays readable.
func TestKnownShares(t *testing.T) {
	var k Key
	for i := range k {
		k[i] = byte(i)
	}
	for i, want := range []string{
		"ZAFE2-14HK-ZJ8E-PY7B-XJSZ-79GR-RWQX-E8YR-8P4Z-Y3FF-5JWTHJ",
		"ZAFE2-24HK-WCWC-QXE1-SHVZ-8KSB-HD1T-2MDS-KCWX-CB7G-VY3WPK",
		"ZAFE2-34HK-3YMJ-53HE-4Q10-1R9T-8SKQ-MZVF-T6G3-GCRC-FNR8QV",
	} {
		if got := k.Shares()[i].String(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// TestSharesOfTwoKeys do not make a third.
func TestSharesOfTwoKeys(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k, l := drawKey(t), drawKey(t)
		if k == l {
			t.Skip()
		}
		a, b := k.Shares()[0], l.Shares()[1]
		if _, err := Join(a, b); fault.KeyOf(err) != "recovery.share_other" {
			t.Fatalf("%v", err)
		}
		// Of equal mark, but not on one line.
		b = k.Shares()[1]
		b.Value[rapid.IntRange(0, 19).Draw(t, "at")] ^= byte(rapid.IntRange(1, 255).Draw(t, "by"))
		if got, err := Join(a, b); err == nil && got.mark() != k.mark() {
			t.Fatalf("%v", got)
		}
	})
}

// TestMistypedShares are refused by the group, as keys are.
func TestMistypedShares(t *testing.T) {
	good := Key{1, 2, 3}.Shares()[1].String()
	for in, want := range map[string]string{
		"":                        "recovery.length",
		Key{1, 2, 3}.String():     "recovery.group",
		good[:8] + "*" + good[9:]: "recovery.group",
		strings.Replace(good, "ZAFE2-2", "ZAFE2-3", 1): "recovery.group",
		Share{Number: 4}.String():                      "recovery.group",
		Share{}.String():                               "recovery.group",
	} {
		if _, err := ParseShare(in); fault.KeyOf(err) != want {
			t.Errorf("%q: %v, want %s", in, err, want)
		}
	}
	if _, err := Parse(good); fault.KeyOf(err) != "recovery.share_alone" {
		t.Errorf("a share alone: %v", err)
	}
	for _, in := range []string{good + "+", "+" + good, good + "+" + good[:len(good)-1], good + "+" + good + "+" + good} {
		if _, err := Parse(in); err == nil {
			t.Errorf("%q is read", in)
		}
	}
}

// vaultVectors were made with the package shamir of github.com/hashicorp/vault v1.14.10.
var vaultVectors = []struct {
	secret string
	shares [3]string
}{
	{"ac447cc84a97def81a5ccc767a31e1ab7292af7b", [3]string{
		"36769de8164efea45e3dcb522a8e7a4f19a46e91f4",
		"fa211255324b43804d70119d981c272389815c524b",
		"1f29dde768cef1daef41d3f2be6a3ecdfa542123fc",
	}},
	{"3ab253be999b32e2d8fbb45671a73f0ff5e629f4", [3]string{
		"2afb4917d0117725a7f72850896a50f8f32bd14c3e",
		"df4530486e74c80890f635dd6acb92d17e8a325640",
		"2e22c2f609bead52fef40fdcb7920d837fd3ef62bc",
	}},
	{"7b3ef342928c83605289549fcda87b5b420cca1b", [3]string{
		"0712a87ca1a74a421c49d94cf43dee3f3effa4ea72",
		"4ab52dd7de02c6e197c308735d36e5a8730ae5763b",
		"2725f46c9e13e068e47d27b867489b941ef4a3344f",
	}},
}

// FuzzParseShare: a share that is read is written as it is read.
func FuzzParseShare(f *testing.F) {
	for _, share := range (Key{1, 2, 3}).Shares() {
		f.Add(share.String())
	}
	f.Add("zafe2 1000")
	f.Fuzz(func(t *testing.T, s string) {
		share, err := ParseShare(s)
		if err != nil {
			return
		}
		if again, err := ParseShare(share.String()); err != nil || again != share {
			t.Errorf("%q gives %s, read back as %s, %v", s, share, again, err)
		}
	})
}
