package print

import (
	"bytes"
	"flag"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"zafe/app/civil"
	"zafe/app/i18n"
	"zafe/app/money"
)

// keep names a folder where the samples are left for a person to look at:
// go test ./app/print -run TestSamples -keep=/some/folder
var keep = flag.String("keep", "", "folder where sample documents are left")

// update rewrites the golden texts.
var update = flag.Bool("update", false, "rewrite the golden files")

var french = i18n.For(i18n.French)

// narrow undoes the typographic spaces, so that tests can be written with a keyboard.
var narrow = strings.NewReplacer("\u202f", " ", "\u00a0", " ", "\u2212", "-", "’", "'")

func day(s string) civil.Date {
	d, err := civil.Parse(s)
	if err != nil {
		panic(err)
	}
	return d
}

// sampleLogo is a small picture with a transparent ground.
func sampleLogo() []byte {
	img := image.NewNRGBA(image.Rect(0, 0, 360, 120))
	for y := range 120 {
		for x := range 360 {
			dx, dy := x-60, y-60
			switch {
			case dx*dx+dy*dy < 50*50 && dx+dy < 20:
				img.Set(x, y, color.NRGBA{0x0B, 0x6E, 0x5E, 255})
			case dx*dx+dy*dy < 50*50:
				img.Set(x, y, color.NRGBA{0xE8, 0xA3, 0x1C, 255})
			case x > 130 && x < 340 && y > 38 && y < 60, x > 130 && x < 270 && y > 70 && y < 80:
				img.Set(x, y, color.NRGBA{0x1B, 0x24, 0x30, 255})
			}
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func sampleSeller() Seller {
	return Seller{
		Name:      "Menuiserie Bélair",
		LegalForm: "SARL",
		Capital:   8_000 * money.Euro,
		Address: Address{
			Street: []string{"18 rue Frébault"}, Postcode: "97110", City: "Pointe-à-Pitre",
		},
		SIREN:     "732829320",
		SIRET:     "73282932000074",
		Register:  "RCS Pointe-à-Pitre",
		VATNumber: "FR44732829320",
		Phone:     "0590 82 00 00",
		Email:     "contact@menuiserie-belair.fr",
		Website:   "menuiserie-belair.fr",
		Insurance: "garantie décennale AXA France n° 4729105, couverture Guadeloupe et Martinique",
	}
}

func sampleBuyer() Buyer {
	return Buyer{
		Name:    "SAS Hôtel des Alizés",
		Contact: "À l’attention de Mme Jocelyne Nérée",
		Code:    "C-0147",
		Address: Address{
			Street: []string{
				"Résidence Les Flamboyants",
				"Boulevard du Général de Gaulle",
			},
			Postcode: "97190",
			City:     "Le Gosier",
		},
		Delivery: &Address{
			Street:   []string{"Chantier annexe, 4 chemin de l’Anse"},
			Postcode: "97180",
			City:     "Sainte-Anne",
		},
		SIREN:     "404833048",
		VATNumber: "FR83404833048",
	}
}

var sampleMentions = []string{
	"En cas de retard de paiement, une pénalité égale au taux de refinancement de la Banque centrale " +
		"européenne majoré de 10 points est exigible sans rappel, ainsi qu’une indemnité forfaitaire de 40 € " +
		"pour frais de recouvrement (C. com. L441-10 et D441-5).",
	"Pas d’escompte pour paiement anticipé.",
	"Option pour le paiement de la taxe d’après les débits.",
}

// sampleInvoice is a common invoice; the figures add up.
func sampleInvoice() SalesDoc {
	d := SalesDoc{
		Kind:          Invoice,
		Number:        "F-2026-0042",
		Date:          day("2026-11-21"),
		DueDate:       day("2026-12-21"),
		DeliveryDate:  day("2026-11-18"),
		Subject:       "Agencement du salon d’accueil",
		CustomerRef:   "Devis D-2026-0031",
		PurchaseOrder: "BC-88121",
		Nature:        NatureMixed,
		Seller:        sampleSeller(),
		Buyer:         sampleBuyer(),
		Lines: []Line{
			{Kind: HeadingLine, Description: "Fourniture"},
			{
				Description: "Porte intérieure en courbaril massif\n" +
					"Dimensions 204 × 83 cm, finition huilée, quincaillerie inox comprise.\nFabrication à l’atelier.",
				Code:      "PORT-204",
				Quantity:  4 * money.Unit,
				Unit:      "pièce",
				UnitPrice: 485_500_000,
				VATRate:   85_000,
				Net:       1942_00,
			},
			{
				Description: "Lambris acajou",
				Quantity:    36_500_000,
				Unit:        "m²",
				UnitPrice:   42_900_000,
				Discount:    100_000,
				VATRate:     85_000,
				Net:         1409_27,
			},
			{Kind: HeadingLine, Description: "Pose"},
			{
				Description: "Pose et ajustement\nDeux compagnons, accès par l’escalier de service.",
				Quantity:    22 * money.Unit,
				Unit:        "h",
				UnitPrice:   48 * money.UnitEuro,
				VATRate:     85_000,
				Net:         1056_00,
			},
			{
				Description: "Guide d’entretien du bois",
				Quantity:    2 * money.Unit,
				Unit:        "ex.",
				UnitPrice:   12_500_000,
				VATRate:     21_000,
				Net:         25_00,
			},
		},
		VAT: []VATRow{
			{Rate: 85_000, Base: 4407_27, Tax: 374_62},
			{Rate: 21_000, Base: 25_00, Tax: 53},
		},
		TotalNet:   4432_27,
		TotalVAT:   375_15,
		TotalGross: 4807_42,
		Settled:    []Settlement{{Label: "Acompte A-2026-0009 du 02/11/2026", Amount: 1200_00}},
		Due:        3607_42,
		Payment: Payment{
			Terms: "30 jours date de facture", Means: "Virement", Bank: "Crédit Agricole de Guadeloupe",
			IBAN: "FR7630006000011234567890189", BIC: "AGRIFRPP",
		},
		Notes: "Merci de votre confiance. Le bois massif vit : " +
			"un léger jeu peut apparaître la première année.",
		Mentions: sampleMentions,
	}
	return d
}

func sampleQuote() SalesDoc {
	d := sampleInvoice()
	d.Kind, d.Number = Quote, "D-2026-0031"
	d.DueDate, d.DeliveryDate = civil.Date{}, civil.Date{}
	d.ValidUntil = day("2026-12-21")
	d.Settled, d.Due = nil, d.TotalGross
	d.CustomerRef, d.PurchaseOrder = "", ""
	d.Seller.Logo = sampleLogo()
	d.Accent = Color{0x0B, 0x6E, 0x5E}
	d.Payment = Payment{
		Terms: "Acompte de 30 % à la commande, solde à la réception des travaux",
		Means: "Virement ou chèque",
	}
	d.Mentions = []string{
		"Devis gratuit. Prix fermes jusqu’à la date de validité. Frais de déplacement compris.",
		"Garanties légales de conformité et des vices cachés. Garantie décennale selon attestation jointe.",
	}
	return d
}

func sampleCreditNote() SalesDoc {
	d := sampleInvoice()
	d.Kind, d.Number = CreditNote, "AV-2026-0003"
	d.Originals = []Reference{{"F-2026-0042", day("2026-11-21")}}
	d.Date, d.DueDate, d.DeliveryDate = day("2026-11-28"), civil.Date{}, civil.Date{}
	d.Lines = d.Lines[2:3]
	d.VAT = []VATRow{{Rate: 85_000, Base: 1409_27, Tax: 119_79}}
	d.TotalNet, d.TotalVAT, d.TotalGross, d.Settled, d.Due = 1409_27, 119_79, 1529_06, nil, 1529_06
	d.Payment, d.Notes = Payment{}, ""
	d.Subject, d.Mentions = "Retour de lambris non posé", []string{
		"Avoir valable en déduction d’une prochaine facture ou remboursable sur demande.",
	}
	return d
}

func sampleFranchise() SalesDoc {
	d := SalesDoc{
		Kind:       Invoice,
		Number:     "2026-7",
		Date:       day("2026-11-21"),
		DueDate:    day("2026-12-21"),
		PaidOn:     day("2026-11-25"),
		Nature:     NatureServices,
		WithoutVAT: true,
		Seller: Seller{
			Name:       "Marie-Line Hippolyte",
			SoleTrader: true,
			TradeName:  "Les Mains de Marie",
			Address: Address{
				Street:   []string{"3 allée des Balisiers"},
				Postcode: "97300",
				City:     "Cayenne",
			},
			SIREN:    "512747385",
			SIRET:    "51274738500018",
			Register: "RM 973",
			Phone:    "0694 00 00 00",
			Email:    "marie@example.org",
		},
		Buyer: Buyer{
			Name:    "Mme Sandrine Ho-A-Chuck",
			Address: Address{Street: []string{"27 rue Lalouette"}, Postcode: "97300", City: "Cayenne"},
		},
		Lines: []Line{
			{
				Description: "Massage relaxant, une heure",
				Quantity:    2 * money.Unit,
				UnitPrice:   55 * money.UnitEuro,
				Net:         110_00,
			},
		},
		TotalNet:   110_00,
		TotalGross: 110_00,
		Settled:    []Settlement{{"Carte bancaire, 25/11/2026", 110_00}},
		Mentions:   []string{"TVA non applicable, art. 293 B du CGI."},
	}
	return d
}

// sampleLong has 300 lines; every amount follows from its rank.
func sampleLong(n int) SalesDoc {
	d := sampleInvoice()
	d.Number = "F-2026-0300"
	d.Lines, d.TotalNet = nil, 0
	for i := range n {
		l := Line{
			Description: "Fourniture n° " + french.Number(int64(i+1)),
			Quantity:    money.Unit,
			Unit:        "u",
			VATRate:     200_000,
		}
		if i%7 == 3 {
			l.Description += "\nAvec une ligne de détail qui précise ce qui est livré, où, et " +
				"dans quelles conditions de mise en œuvre."
		}
		l.Net = money.Amount(1000 + 7*i)
		l.UnitPrice = l.Net.UnitPrice()
		d.TotalNet = d.TotalNet.Add(l.Net)
		d.Lines = append(d.Lines, l)
	}
	d.TotalVAT = d.TotalNet.Mul(200_000)
	d.VAT = []VATRow{{Rate: 200_000, Base: d.TotalNet, Tax: d.TotalVAT}}
	d.TotalGross = d.TotalNet.Add(d.TotalVAT)
	d.Settled, d.Due = nil, d.TotalGross
	return d
}

func salesBytes(t testing.TB, d SalesDoc) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Sales(&b, french, d); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func sampleRecovery() RecoverySheet {
	return RecoverySheet{
		Company:  "Menuiserie Bélair",
		SIREN:    "732829320",
		Vault:    "zafe-7k2m-p94x",
		Sheet:    SheetID{"94XA", time.Date(2026, 11, 21, 9, 30, 0, 0, time.UTC)},
		Replaces: SheetID{"00F7", time.Date(2026, 3, 2, 17, 5, 0, 0, time.UTC)},
		Printed:  time.Date(2026, 11, 22, 10, 12, 0, 0, time.UTC),
		Key:      "ZAFE1-7QXZ-4M2K-PWH9-T3VC-8NRD-A5YJ-E6GF-0B1S-K7QX9P",
		Places: []BackupPlace{
			{
				"Scaleway Object Storage (Paris)",
				"belair-sauvegardes / zafe",
				"",
			},
			{"Disque USB « Coffre bureau »", "ZAFE/sauvegardes", ""},
		},
	}
}

func sampleCodes() CodesSheet {
	return CodesSheet{
		Company: "Menuiserie Bélair", User: "Jocelyne Bélair", Date: day("2026-11-21"),
		Codes: []string{
			"7QXZ-4M2K-PWH9-T3VC",
			"8NRD-A5YJ-E6GF-0B1S",
			"K7QX-9P2M-4VTC-H8RW",
			"3GZD-5NJB-XE0A-QY6F",
			"W1KM-7T9P-2CVS-D4HX",
			"R8BQ-0NFZ-6JGY-M5EA",
			"T2XV-C9KW-1PHD-7SQN",
			"4YJR-B6ZG-F0ME-X3AT",
			"9DHC-W5KV-8QPS-N2RB",
			"J7FG-1XZM-Y4TE-6ACK",
		},
	}
}

// sampleBalance is a trial balance; n accounts in each of five classes.
func sampleBalance(n int) Report {
	r := Report{
		Title:     "Balance générale",
		Company:   "Menuiserie Bélair",
		Period:    "Exercice du 01/01/2026 au 31/12/2026",
		Subtitle:  "Écritures validées, comptes 1 à 7",
		PrintedAt: time.Date(2026, 11, 21, 17, 5, 0, 0, time.UTC),
		Columns: []ReportColumn{
			{Title: "Compte", Width: 9},
			{Title: "Intitulé", Width: 34},
			{
				Title: "Mouvement débit",
				Width: 14,
				Sum:   true,
			},
			{Title: "Mouvement crédit", Width: 14, Sum: true},
			{Title: "Solde débiteur", Width: 14, Sum: true},
			{Title: "Solde créditeur", Width: 14, Sum: true},
		},
		CarryForward: true,
	}
	var total [4]money.Amount
	for class := 1; class <= 5; class++ {
		r.Rows = append(
			r.Rows,
			ReportRow{Kind: GroupRow, Cells: []Cell{Words("Classe " + strconv.Itoa(class))}},
		)
		var sub [4]money.Amount
		for i := range n {
			d, c := money.Amount(123_456+i*7919), money.Amount(98_700+i*6101)
			v := [4]money.Amount{d, c, max(d-c, 0), max(c-d, 0)}
			cells := []Cell{
				Words(strconv.Itoa(class*100000 + i)),
				Words("Compte d’essai au libellé moyennement long n° " + strconv.Itoa(i)),
			}
			for k, a := range v {
				cells = append(cells, Figure(a))
				sub[k] += a
				total[k] += a
			}
			r.Rows = append(r.Rows, ReportRow{Cells: cells})
		}
		cells := []Cell{Words(""), Words("Total classe " + strconv.Itoa(class))}
		for _, a := range sub {
			cells = append(cells, Figure(a))
		}
		r.Rows = append(r.Rows, ReportRow{Kind: SubtotalRow, Cells: cells})
	}
	cells := []Cell{Words(""), Words("Total général")}
	for _, a := range total {
		cells = append(cells, Figure(a))
	}
	r.Rows = append(r.Rows, ReportRow{Kind: TotalRow, Cells: cells})
	return r
}

func sampleStatement(n int) Statement {
	d := Statement{
		Seller:  sampleSeller(),
		Buyer:   sampleBuyer(),
		Account: "411ALIZES",
		Date:    day("2026-11-21"),
		Period:  "du 01/10/2026 au 21/11/2026",
		Opening: StatementRow{Date: day("2026-09-30"), Balance: 850_00},
		Payment: Payment{Means: "Virement", IBAN: "FR7630006000011234567890189", BIC: "AGRIFRPP"},
		Notes:   "Si votre règlement a croisé ce relevé, merci de ne pas en tenir compte.",
		Late:    850_00,
		Balance: 850_00,
	}
	for i := range n {
		r := StatementRow{
			Date:     day("2026-10-05").AddDays(i),
			Document: "F-2026-" + strconv.Itoa(100+i),
			Label:    "Facture de travaux, hôtel",
		}
		if i%3 == 2 {
			r.Document, r.Label, r.Credit = "VIR "+strconv.Itoa(i), "Votre virement", 400_00
		} else {
			r.Debit, r.DueDate = money.Amount(100_00+i*1111), r.Date.AddDays(30)
		}
		d.Debit, d.Credit = d.Debit+r.Debit, d.Credit+r.Credit
		d.Balance += r.Debit - r.Credit
		r.Balance = d.Balance
		d.Rows = append(d.Rows, r)
	}
	return d
}

func pdfBytes(t testing.TB, write func(*bytes.Buffer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestSamples leaves the samples in the folder of -keep, for eyes.
func TestSamples(t *testing.T) {
	if *keep == "" {
		t.Skip("no -keep folder")
	}
	for name, pdf := range allSamples(t) {
		if err := os.WriteFile(filepath.Join(*keep, name+".pdf"), pdf, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
