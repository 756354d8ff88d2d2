package fr

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"zafe/app/fault"
)

func TestIdentifiers(t *testing.T) {
	for _, c := range []struct {
		name  string
		parse func(string) (string, error)
		key   string
		good  map[string]string
		bad   []string
	}{
		{"SIREN", ParseSIREN, "fr.siren", map[string]string{
			"732829320": "732829320", "732 829\u00a0320": "732829320", "404-833-048": "404833048", "356000000": "356000000",
		}, []string{"", "732829321", "73282932", "7328293200", "73282932A", "000000000", "７３２８２９３２０"}},
		{"SIRET", ParseSIRET, "fr.siret", map[string]string{
			"732 829 320 00074": "73282932000074", "35600000049837": "35600000049837", "35600000000048": "35600000000048",
		}, []string{"73282932000075", "35600000049838", "73282932100074", "732829320", "00000000000000"}},
		{"VAT number", ParseVATNumber, "fr.vat_number", map[string]string{
			"fr 44 732829320": "FR44732829320", "FR83404833048": "FR83404833048", "FRAB123456789": "FRAB123456789",
			"DE123456789": "DE123456789", "GR123456789": "EL123456789", "BE 0123.456.789": "BE0123456789",
			"NL123456789B01": "NL123456789B01", "ATU12345678": "ATU12345678", "XI123456789": "XI123456789",
		}, []string{"", "FR45732829320", "FR44", "US123456789", "732829320", "DE12345678", "FRIO123456789", "é"}},
		{"IBAN", ParseIBAN, "fr.iban", map[string]string{
			"FR76 3000 6000 0112 3456 7890 189": "FR7630006000011234567890189",
			"IBAN FR7630006000011234567890189":  "FR7630006000011234567890189",
			"FR1420041010050500013M02606":       "FR1420041010050500013M02606",
			"de89370400440532013000":            "DE89370400440532013000",
			"BE68539007547034":                  "BE68539007547034",
		}, []string{
			"", "FR7630006000011234567890188", "FR763000600001123456789018", "DE8937040044053201300", "FR76é",
			ibanWithWrongRIB(),
		}},
		{
			"BIC", ParseBIC, "fr.bic",
			map[string]string{"agrifrpp": "AGRIFRPP", "BNPA FR PP XXX": "BNPAFRPPXXX"},
			[]string{"AGRIFRP", "AGRIFRPPX", "1GRIFRPP", ""},
		},
		{"ICS", ParseICS, "fr.ics", map[string]string{"FR72ZZZ123456": "FR72ZZZ123456"}, []string{"FR73ZZZ123456", "FR72ZZZ12345", ""}},
		{"NAF", ParseNAF, "fr.naf", map[string]string{"6201z": "62.01Z", "62.01 Z": "62.01Z"}, []string{"62.01", "6201ZZ", "A201Z"}},
		{
			"postal code", ParsePostalCode, "fr.postal_code",
			map[string]string{"97110": "97110", "01 000": "01000", "98000": "98000"},
			[]string{"971", "00100", "99100", "96000", "97000", "7500A", "750012"},
		},
	} {
		for in, want := range c.good {
			if got, err := c.parse(in); err != nil || got != want {
				t.Errorf("%s %q: %q, %v", c.name, in, got, err)
			}
		}
		for _, in := range c.bad {
			if got, err := c.parse(in); fault.KeyOf(err) != c.key || got != "" {
				t.Errorf("%s %q: %q, %v", c.name, in, got, err)
			}
		}
	}
}

// ibanWithWrongRIB builds an IBAN whose own key is right over a RIB whose key is wrong.
func ibanWithWrongRIB() string {
	const rib = "30006000011234567890188" // the key is 89
	key := 98 - mod97(rib+"FR00")
	return "FR" + string(rune('0'+key/10)) + string(rune('0'+key%10)) + rib
}

func TestOneWrongDigitIsSeen(t *testing.T) {
	for name, c := range map[string]struct {
		good  string
		parse func(string) (string, error)
	}{
		"SIREN": {"732829320", ParseSIREN},
		"SIRET": {"73282932000074", ParseSIRET},
		"VAT":   {"FR44732829320", ParseVATNumber},
		"IBAN":  {"FR7630006000011234567890189", ParseIBAN},
		"ICS":   {"FR72ZZZ123456", ParseICS},
	} {
		for i := range c.good {
			for d := '0'; d <= '9'; d++ {
				wrong := c.good[:i] + string(d) + c.good[i+1:]
				inKeyless := name == "ICS" && i >= 4 && i < 7 // the business code is free
				if _, err := c.parse(wrong); wrong != c.good && err == nil && !inKeyless {
					t.Errorf("%s %s accepted", name, wrong)
				}
			}
		}
	}
}

func TestRIBKey(t *testing.T) {
	for _, c := range []struct{ bank, branch, account, want string }{
		{"20041", "01005", "0500013M026", "06"},
		{"30006", "00001", "12345678901", "89"},
		{"2004", "01005", "0500013M026", ""},
		{"20041", "01005", "0500013m026", ""},
		{"20041", "01005", "0500013é026", ""},
	} {
		if got := RIBKey(c.bank, c.branch, c.account); got != c.want {
			t.Errorf("%v: %q", c, got)
		}
	}
}

func TestVATNumberIsAccepted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		body := rapid.StringMatching(`[1-9][0-9]{7}`).Draw(t, "body")
		for d := '0'; d <= '9'; d++ {
			siren, err := ParseSIREN(body + string(d))
			if err != nil {
				continue
			}
			if got, err := ParseVATNumber(VATNumber(siren)); err != nil || got[4:] != siren {
				t.Fatalf("%s: %q, %v", siren, got, err)
			}
			return
		}
		t.Fatalf("%s has no check digit", body)
	})
	if VATNumber("123") != "" || VATNumber("732829320") != "FR44732829320" {
		t.Error("VAT number of a SIREN")
	}
}

func TestFormats(t *testing.T) {
	for got, want := range map[string]string{
		FormatSIREN("732829320"):                  "732 829 320",
		FormatSIRET("73282932000074"):             "732 829 320 00074",
		FormatSIRET("x"):                          "x",
		FormatSIREN("x"):                          "x",
		FormatIBAN("FR7630006000011234567890189"): "FR76 3000 6000 0112 3456 7890 189",
	} {
		if strings.ReplaceAll(got, "\u00a0", " ") != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func FuzzIdentifiers(f *testing.F) {
	for _, s := range []string{"732829320", "FR76 3000", "FR44732829320", "\xff", "é", "AGRIFRPP"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, parse := range []func(string) (string, error){
			ParseSIREN, ParseSIRET, ParseVATNumber, ParseIBAN, ParseBIC, ParseICS, ParseNAF, ParsePostalCode,
		} {
			if got, err := parse(s); err == nil {
				if again, err := parse(got); err != nil || again != got {
					t.Errorf("%q gives %q, then %q, %v", s, got, again, err)
				}
			}
		}
		RIBKey(s, s, s)
		TerritoryOf(s)
		AccountOf(s)
	})
}

// TestIBANsInATextAreFound however they are written; a number whose key is wrong is none.
func TestIBANsInATextAreFound(t *testing.T) {
	for text, want := range map[string][]string{
		"": nil, "FR": nil, "Menuiserie FR 76": nil,
		"Payez sur FR76 3000 6000 0112 3456 7890 189, merci":            {"FR7630006000011234567890189"},
		"iban:fr76-3000.6000/0112 3456\u00a07890\n189 BE68539007547034": {"FR7630006000011234567890189", "BE68539007547034"},
		"FR7630006000011234567890188":                                   nil,
	} {
		if got := IBANsIn(text); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
