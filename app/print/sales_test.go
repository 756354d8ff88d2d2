package print

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"zafe/app/i18n"
	"zafe/app/money"
	"zafe/app/tooltest"
)

func TestEnglish(t *testing.T) {
	var b bytes.Buffer
	if err := Sales(&b, i18n.For(i18n.English), sampleQuote()); err != nil {
		t.Fatal(err)
	}
	text := flat(pdfText(t, b.Bytes()))
	for _, want := range []string{"Quote", "Valid until", "€4,432.27", "8.5%"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing from:\n%s", want, text)
		}
	}
}

func TestDraftIsMarkedOnEveryPage(t *testing.T) {
	d := sampleLong(120)
	d.Draft, d.Number = true, ""
	pages := strings.Split(
		strings.TrimSuffix(tooltest.Say(t, salesBytes(t, d), "pdftotext", "-raw", "FILE", "-"), "\f"),
		"\f",
	)
	if len(pages) < 4 {
		t.Fatalf("%d pages", len(pages))
	}
	for i, p := range pages {
		if !strings.Contains(strings.ReplaceAll(strings.ReplaceAll(p, "\n", ""), " ", ""), "BROUILLON") {
			t.Errorf("page %d is not marked", i+1)
		}
	}
}

// TestCarriedForward adds up a long invoice page by page, as a suspicious
// customer would.
func TestCarriedForward(t *testing.T) {
	d := sampleLong(300)
	text := strings.TrimSuffix(pdfText(t, salesBytes(t, d)), "\f")
	pages := strings.Split(text, "\f")
	item := regexp.MustCompile(`Fourniture n° (\d+) .* ([\d ]+,\d\d)$`)
	var sum money.Amount
	seen := 0
	for n, page := range pages {
		for line := range strings.SplitSeq(page, "\n") {
			line = strings.TrimSpace(line)
			switch {
			case strings.HasPrefix(line, "Report "), strings.HasPrefix(line, "À reporter"):
				figure := strings.TrimSpace(
					strings.TrimPrefix(strings.TrimPrefix(line, "Report"), "À reporter"),
				)
				if want := narrow.Replace(french.AmountBare(sum)); figure != want {
					t.Errorf("page %d: %q, the lines so far make %s", n+1, line, want)
				}
			case item.MatchString(line):
				seen++
				m := item.FindStringSubmatch(line)
				if rank, _ := strconv.Atoi(m[1]); rank != seen {
					t.Fatalf("line %s follows line %d", m[1], seen-1)
				}
				sum = sum.Add(d.Lines[seen-1].Net)
			}
		}
		last := n == len(pages)-1
		if got := strings.Contains(page, "À reporter"); got == last {
			t.Errorf("page %d of %d: carried forward = %v", n+1, len(pages), got)
		}
		if got := strings.Contains(page, "Report  "); got == (n == 0) {
			t.Errorf("page %d: brought forward = %v", n+1, got)
		}
		if got := strings.Contains(page, "Total TTC"); got != last {
			t.Errorf("page %d: totals = %v", n+1, got)
		}
		if !strings.Contains(page, "Page "+strconv.Itoa(n+1)+"/"+strconv.Itoa(len(pages))) {
			t.Errorf("page %d is not numbered", n+1)
		}
		if last && !strings.Contains(page, "Fourniture") {
			t.Error("the totals stand alone on the last page")
		}
	}
	if seen != 300 || sum != d.TotalNet {
		t.Errorf("%d lines worth %d, want 300 worth %d", seen, sum, d.TotalNet)
	}
}

// TestTotalsNeverAlone tries every length, so that the end of the table falls
// at every height of the page.
func TestTotalsNeverAlone(t *testing.T) {
	for n := range 70 {
		s, err := layOut(french, sampleLong(n+1), false)
		if err != nil {
			t.Fatal(err)
		}
		if s.y > s.bottom+0.01 {
			t.Errorf("%d lines: content ends at %.1f, below %.1f", n+1, s.y, s.bottom)
		}
	}
	for _, n := range []int{9, 10, 11, 12, 13, 14, 15, 16, 17, 38, 39, 40, 41} {
		pages := strings.Split(strings.TrimSuffix(pdfText(t, salesBytes(t, sampleLong(n))), "\f"), "\f")
		for i, p := range pages {
			if strings.Contains(p, "Total TTC") && !strings.Contains(p, "Fourniture") {
				t.Errorf("%d lines: totals alone on page %d", n, i+1)
			}
		}
	}
}

// TestAddressShowsInWindow reads positions back: the postal address lies inside
// the part of the sheet a DL window always shows, and nothing else does.
func TestAddressShowsInWindow(t *testing.T) {
	d := sampleInvoice()
	d.Buyer.Address.Street = append(d.Buyer.Address.Street, "Bâtiment C, escalier 4, boîte aux lettres n° 12")
	d.Buyer.Address.Country = "FRANCE"
	d.PaidOn = day("2026-12-01")
	out := tooltest.Say(t, salesBytes(t, d), "pdftotext", "-bbox", "-f", "1", "-l", "1", "FILE", "-")
	word := regexp.MustCompile(`xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">([^<]+)<`)
	var inside []string
	for _, m := range word.FindAllStringSubmatch(out, -1) {
		var mm [4]float64
		for i := range mm {
			points, err := strconv.ParseFloat(m[i+1], 64)
			if err != nil {
				t.Fatal(err)
			}
			mm[i] = points * mmPerPoint
		}
		if mm[2] < 90 || mm[3] < 44 || mm[1] > stripTop {
			continue // on the left, above or below what a window may show
		}
		inside = append(inside, m[5])
		if mm[0] < 100 || mm[2] > 190.5 || mm[1] < 54 || mm[3] > 80 {
			t.Errorf("%q at x %.1f–%.1f, y %.1f–%.1f", m[5], mm[0], mm[2], mm[1], mm[3])
		}
	}
	want := "SAS Hôtel des Alizés À l'attention de Mme Jocelyne Nérée " +
		"Résidence Les Flamboyants Boulevard du Général de Gaulle Bâtiment C, escalier 4, boîte aux lettres n° 12 97190 Le Gosier FRANCE"
	if got := narrow.Replace(strings.Join(inside, " ")); got != want {
		t.Errorf("the window shows %q", got)
	}
}

func TestHostileInputs(t *testing.T) {
	long := strings.Repeat("Anticonstitutionnellement", 80)
	novel := strings.Repeat("Une phrase qui revient. ", 800)
	change := func(f func(*SalesDoc)) SalesDoc { d := sampleInvoice(); f(&d); return d }
	line := func(s string) SalesDoc { return change(func(d *SalesDoc) { d.Lines[1].Description = s }) }
	everywhere := func(s string) SalesDoc {
		return change(func(d *SalesDoc) {
			d.Subject, d.CustomerRef, d.PurchaseOrder, d.Notes, d.Period = s, s, s, s, s
			d.Mentions = []string{s, s}
			d.Seller.Name, d.Seller.Insurance, d.Seller.Phone, d.Seller.LegalForm = s, s, s, s
			d.Buyer.Name, d.Buyer.Contact, d.Buyer.SIREN = s, s, s
			d.Buyer.Delivery = &Address{Street: []string{s, s, s}, City: s, Country: s}
			d.Buyer.Address = *d.Buyer.Delivery
			d.Payment = Payment{Terms: s, Means: s, IBAN: s, BIC: s, Bank: s, Holder: s}
			d.Lines[0].Description, d.Lines[1].Description, d.Lines[1].Unit, d.Lines[1].Code = s, s, s, s
			d.Lines[2].VATLabel, d.VAT[0].Label, d.Settled[0].Label = s, s, s
			d.Number = "F-" + strings.TrimSpace(s)
		})
	}
	huge := change(func(d *SalesDoc) {
		for i := range d.Lines {
			l := &d.Lines[i]
			l.Net, l.UnitPrice, l.Quantity = money.AmountMax, money.UnitPriceMax, money.QuantityMax
		}
		d.TotalNet, d.TotalGross, d.Due = money.AmountMax, money.AmountMax, -money.AmountMax
		d.Settled[0].Amount = money.AmountMax
	})
	for name, d := range map[string]SalesDoc{
		"one word": everywhere(long), "novel": everywhere(novel), "huge": huge,
		"empty":      {Kind: Invoice, Draft: true, Date: day("2026-01-01")},
		"emoji":      everywhere("🎉👩🏽‍🔧 Menuiserie 🇬🇵 ✓"),
		"rtl":        everywhere("שלום \u202eexe.fdp مرحبا"),
		"controls":   everywhere("a\x00b\x1b[31m\u200b\u2028c\r\nd\te\ufeff"),
		"invalid":    everywhere("caf\xe9 \xf0\x9f \xff"),
		"escapes":    everywhere(`(\) endstream endobj << /JS (app.alert(1)) >> {{.x}} %s`),
		"astral":     everywhere("𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𠜎"),
		"only feeds": line(strings.Repeat("\n", 500)),
	} {
		t.Run(name, func(t *testing.T) {
			pdf := salesBytes(t, d)
			checkStructure(t, pdf)
			text := tooltest.Say(t, pdf, "pdftotext", "-layout", "FILE", "-")
			if strings.ContainsAny(text, "\u202e\u200b\x00\x1b") {
				t.Error("a control character reached the paper")
			}
			tooltest.Say(t, pdf, "qpdf", "--check", "FILE")
		})
	}
}

func TestUnprintable(t *testing.T) {
	change := func(f func(*SalesDoc)) SalesDoc { d := sampleInvoice(); f(&d); return d }
	for name, c := range map[string]struct {
		doc  SalesDoc
		want error
	}{
		"kind":   {change(func(d *SalesDoc) { d.Kind = "poem" }), ErrDocument},
		"nature": {change(func(d *SalesDoc) { d.Nature = "stuff" }), ErrDocument},
		"number": {change(func(d *SalesDoc) { d.Number = "" }), ErrDocument},
		"date":   {SalesDoc{Kind: Invoice, Number: "1"}, ErrDocument},
		"amount": {change(func(d *SalesDoc) { d.Lines[1].Net = 1 << 62 }), ErrDocument},
		"logo":   {change(func(d *SalesDoc) { d.Seller.Logo = []byte("GIF89a") }), ErrLogo},
	} {
		if err := Sales(io.Discard, french, c.doc); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestInParallel prints several documents at once, as a monthly run does; it
// is meant for the race detector.
func TestInParallel(t *testing.T) {
	want := salesBytes(t, sampleInvoice())
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			var b bytes.Buffer
			if err := Sales(&b, french, sampleInvoice()); err != nil || !bytes.Equal(b.Bytes(), want) {
				t.Errorf("another document, or %v", err)
			}
		})
	}
	group.Wait()
}
