package recovery

import (
	"bytes"
	"crypto/rand"
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"zafe/app/fault"
	"zafe/app/i18n"
)

func drawKey(t *rapid.T) Key {
	return Key(rapid.SliceOfN(rapid.Byte(), 20, 20).Draw(t, "key"))
}

// The vector was computed with the reference implementation of BIP 350.
func TestKnownVector(t *testing.T) {
	var k Key
	for i := range k {
		k[i] = byte(i)
	}
	const want = "ZAFE1-000G-40R4-0M30-E209-185G-R38E-1W81-24GK-BC1MH1"
	if got := k.String(); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestNewUsesAllItsRandomness(t *testing.T) {
	k, err := New(bytes.NewReader(bytes.Repeat([]byte{0xff}, 20)))
	if err != nil || k.Groups()[0] != "ZZZZ" || k.Groups()[7] != "ZZZZ" {
		t.Errorf("%s, %v", k, err)
	}
	if _, err := New(bytes.NewReader(make([]byte, 19))); err == nil {
		t.Error("a short source gave a key")
	}
	a, _ := New(rand.Reader)
	if b, _ := New(rand.Reader); a == b {
		t.Error("two keys are equal")
	}
}

func TestParseIsTolerant(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := drawKey(t)
		s := k.String()
		for _, typed := range []string{
			s,
			strings.ToLower(s),
			strings.TrimPrefix(s, Prefix+"-"),
			strings.ReplaceAll(s, "-", ""),
			strings.ReplaceAll(s, "-", " \n"),
			strings.ReplaceAll(strings.TrimPrefix(s, Prefix), "-", "\u2011"),
			strings.ReplaceAll(s, "0", "o"),
			strings.ReplaceAll(s, "1", "l"),
			strings.ReplaceAll(s, "1", "I"),
			strings.ReplaceAll(s, "V", "u"),
			"  " + s + "\ufeff ",
		} {
			if got, err := Parse(typed); err != nil || got != k {
				t.Fatalf("%q: %v", typed, err)
			}
		}
	})
}

// flat returns the symbols of a key without prefix nor dashes.
func flat(k Key) []byte { return []byte(strings.Join(k.Groups(), "")) }

func TestEverySubstitutionIsRefusedAndNamed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := flat(drawKey(t))
		at := rapid.IntRange(0, keyForm.symbols()-1).Draw(t, "at")
		for _, c := range []byte(alphabet) {
			if c == text[at] {
				continue
			}
			wrong := bytes.Clone(text)
			wrong[at] = c
			_, err := Parse(string(wrong))
			var group ErrGroup
			if !errors.As(err, &group) || group.N != keyForm.groupOf(at) {
				t.Fatalf("%c for %c at %d: %v", c, text[at], at, err)
			}
		}
	})
}

func TestEverySwapIsRefused(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := flat(drawKey(t))
		for i := 1; i < keyForm.symbols(); i++ {
			for _, j := range []int{i - 1, rapid.IntRange(0, i-1).Draw(t, "j")} {
				wrong := bytes.Clone(text)
				wrong[i], wrong[j] = text[j], text[i]
				_, err := Parse(string(wrong))
				var group ErrGroup
				switch {
				case text[i] == text[j]:
				case err == nil:
					t.Fatalf("%d and %d swapped: accepted", i, j)
				case i == j+1 && keyForm.groupOf(i) == keyForm.groupOf(j) && (!errors.As(err, &group) || group.N != keyForm.groupOf(i)):
					t.Fatalf("neighbours %d and %d swapped: %v", i, j, err)
				}
			}
		}
	})
}

func TestSeveralErrorsAreRefused(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := drawKey(t)
		wrong := flat(k)
		for range rapid.IntRange(2, 4).Draw(t, "errors") {
			wrong[rapid.IntRange(0, keyForm.symbols()-1).Draw(t, "at")] = alphabet[rapid.IntRange(0, 31).Draw(t, "symbol")]
		}
		if got, err := Parse(string(wrong)); err == nil && (got != k || string(wrong) != string(flat(k))) {
			t.Fatalf("%s accepted for %s", wrong, k)
		}
	})
}

func TestLostOrAddedSymbols(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		groups := drawKey(t).Groups()
		n := rapid.IntRange(0, GroupCount-1).Draw(t, "group")
		whole := groups[n]
		for _, odd := range []string{whole[1:], whole + "0"} {
			groups[n] = odd
			for _, typed := range []string{Prefix + "-" + strings.Join(groups, "-"), strings.Join(groups, " ")} {
				var group ErrGroup
				if _, err := Parse(typed); !errors.As(err, &group) || group.N != n+1 {
					t.Fatalf("%q: %v, want group %d", typed, err, n+1)
				}
			}
			if _, err := Parse(strings.Join(groups, "")); !errors.Is(err, ErrLength) {
				t.Fatalf("%q without dashes: %v", groups, err)
			}
		}
	})
}

func TestRefusals(t *testing.T) {
	good := Key{1, 2, 3}.String()
	for in, want := range map[string]string{
		"":                                     "recovery.length",
		"ZAFE1":                                "recovery.length",
		strings.Repeat("A", 1000):              "recovery.length",
		strings.Replace(good, "-", "-é", 1):    "recovery.group",
		good[:8] + "*" + good[9:]:              "recovery.group",
		good[:8] + "**" + good[10:]:            "recovery.group",
		strings.Repeat("0", keyForm.symbols()): "recovery.checksum",
		"ZAFE2" + good[5:]:                     "recovery.share_alone",
	} {
		k, err := Parse(in)
		if fault.KeyOf(err) != want || k != (Key{}) {
			t.Errorf("%q: %v, want %s", in, err, want)
		}
		if text := i18n.For("fr").Fault(err); strings.ContainsAny(text, "!…") {
			t.Errorf("%q: sentence %q", in, text)
		}
	}
}

func TestMatchesGroups(t *testing.T) {
	k := Key{0xde, 0xad, 0xbe, 0xef, 1, 2, 3, 4, 5, 6, 7, 8, 9}
	g := k.Groups()
	for _, c := range []struct {
		typed map[int]string
		want  bool
	}{
		{map[int]string{2: g[1], 9: g[8]}, true},
		{map[int]string{1: " " + strings.ToLower(g[0]) + " "}, true},
		{map[int]string{1: g[0], 3: g[3]}, false},
		{map[int]string{1: ""}, false},
		{map[int]string{0: g[0]}, false},
		{map[int]string{10: g[0]}, false},
		{nil, false},
	} {
		if got := k.MatchesGroups(c.typed); got != c.want {
			t.Errorf("%v: %v", c.typed, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(Key{1, 2, 3}.String())
	f.Add("zafe1 0000")
	f.Add("\xff-?")
	f.Fuzz(func(t *testing.T, s string) {
		k, err := Parse(s)
		if err != nil {
			return
		}
		if again, err := Parse(k.String()); err != nil || again != k {
			t.Errorf("%q gives %s, read back as %s, %v", s, k, again, err)
		}
	})
}
