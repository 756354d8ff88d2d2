package print

import (
	"strings"
	"testing"

	"zafe/app/money"
)

// mentionCase is a document and the words that must, and must not, be on it.
type mentionCase struct {
	doc          SalesDoc
	want, absent string // parted by |
}

// Words of every invoice of sampleInvoice, in the order of the law's list.
const (
	sellerWords = "SARL au capital de 8 000 €|732 829 320 RCS Pointe-à-Pitre|SIRET 732 829 320 00074|" +
		"N° TVA FR44732829320|18 rue Frébault|97110 Pointe-à-Pitre|" +
		"AXA France n° 4729105, couverture Guadeloupe et Martinique|"
	buyerWords = "SAS Hôtel des Alizés|97190 Le Gosier|SIREN du client|404 833 048|FR83404833048|" +
		"Adresse de livraison|Chantier annexe, 4 chemin de l'Anse, 97180 Sainte-Anne|Bon de commande|BC-88121|"
	invoiceWords = "Facture|F-2026-0042|Date d'émission|21/11/2026|Échéance|21/12/2026|" +
		"Date de livraison|18/11/2026|Nature de l'opération|Livraison de biens et prestation de services|" +
		"Porte intérieure en courbaril massif|4 pièce|485,50|1 942,00|Remise|10 %|" +
		"Total HT|Total TVA|Total TTC|Net à payer|FR76 3000 6000 0112 3456 7890 189|AGRIFRPP|"
	termsWords = "majoré de 10 points|indemnité forfaitaire de 40 €|Pas d'escompte pour paiement anticipé|" +
		"Option pour le paiement de la taxe d'après les débits|Page 1/|"
	allWords  = sellerWords + buyerWords + invoiceWords + termsWords
	soleWords = "Prestation de services|2026-7|Marie-Line Hippolyte EI|512 747 385 RM 973|" +
		"SIRET 512 747 385 00018|3 allée des Balisiers|110,00 €|"
)

// withRates returns the sample invoice under other rates.
func withRates(normal, reduced money.Rate) SalesDoc {
	d := sampleInvoice()
	for i := range d.Lines {
		d.Lines[i].VATRate = normal
	}
	d.VAT[0].Rate, d.VAT[1].Rate = normal, reduced
	return d
}

// reverseCharge returns the sample invoice with the tax left to the customer.
func reverseCharge() SalesDoc {
	d := sampleInvoice()
	for i := range d.Lines {
		d.Lines[i].VATLabel = "Autoliq."
	}
	d.VAT = []VATRow{{Label: "Autoliquidation", Base: d.TotalNet}}
	d.TotalVAT, d.TotalGross, d.Due = 0, d.TotalNet, d.TotalNet
	d.Mentions = []string{"Autoliquidation – TVA due par le preneur, art. 283-2 nonies du CGI."}
	return d
}

// mentionCases are the cases of French law the product meets.
func mentionCases() map[string]mentionCase {
	guyane := sampleFranchise()
	guyane.Mentions = []string{"TVA non applicable – art. 294, 1 du CGI"}
	registered := sampleFranchise()
	registered.Seller.Register = "RNE 512 747 385"
	deposit := sampleInvoice()
	deposit.Kind, deposit.Originals = DepositInvoice, []Reference{{"D-2026-0031", day("2026-10-30")}}
	billing := sampleInvoice()
	billing.Buyer.Billing = &Address{
		Street: []string{"Service comptable", "BP 12"}, Postcode: "75009", City: "Paris",
	}
	return map[string]mentionCase{
		"metropole": {withRates(200_000, 55_000), allWords + "20 %|5,5 %", "8,5 %"},
		"guadeloupe": {
			sampleInvoice(),
			allWords + "8,5 %|2,1 %|4 407,27 €|374,62 €|0,53 €|4 807,42 €|-1 200,00 €|3 607,42 €",
			"PAYÉE|BROUILLON",
		},
		"franchise": {
			sampleFranchise(), soleWords + "TVA non applicable, art. 293 B du CGI|PAYÉE le 25/11/2026",
			"Total TVA|Taux de TVA|HT|TTC",
		},
		"RNE":    {registered, "Hippolyte EI · RNE 512 747 385 · SIRET", "512 747 385 RNE"},
		"guyane": {guyane, soleWords + "art. 294, 1 du CGI", "Total TVA|Taux de TVA"},
		"reverse charge": {
			reverseCharge(),
			sellerWords + buyerWords + "Autoliq.|Autoliquidation|art. 283-2 nonies|Total TVA 0,00 €", "8,5 %",
		},
		"credit note": {
			sampleCreditNote(),
			sellerWords + "Avoir|AV-2026-0003|Facture d'origine|F-2026-0042 du 21/11/2026|" +
				"Net en votre faveur|119,79 €", "Net à payer",
		},
		"quote": {
			sampleQuote(),
			sellerWords + "Devis|Valable jusqu'au|21/12/2026|Bon pour accord|Devis gratuit|" +
				"Garantie décennale|Montant du devis|Acompte de 30 %", "Facture|Net à payer",
		},
		"deposit": {
			deposit, sellerWords + "Facture d'acompte|Document lié|D-2026-0031 du 30/10/2026|Acompte à payer", "Avoir",
		},
		"billing address": {
			billing,
			"Service comptable|75009 Paris|Siège du client|Boulevard du Général de Gaulle, 97190 Le Gosier", "Avoir",
		},
	}
}

// TestMandatoryMentions checks that what was handed over is on the paper (CGI
// ann. II 242 nonies A, C. com. L441-9 and R123-237; decree 2022-1299 for the
// four newer mentions).
func TestMandatoryMentions(t *testing.T) {
	for name, c := range mentionCases() {
		t.Run(name, func(t *testing.T) {
			text := flat(pdfText(t, salesBytes(t, c.doc)))
			for want := range strings.SplitSeq(strings.Trim(c.want, "|"), "|") {
				if !strings.Contains(text, want) {
					t.Errorf("%q is missing from:\n%s", want, text)
				}
			}
			for absent := range strings.SplitSeq(c.absent, "|") {
				if strings.Contains(text, absent) {
					t.Errorf("%q is on the document", absent)
				}
			}
		})
	}
}
