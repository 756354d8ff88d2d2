package demo

import (
	"fmt"
	"strings"
	"time"

	"zafe/app/catalog"
	"zafe/app/civil"
	"zafe/app/ledger"
	"zafe/app/money"
	"zafe/app/party"
	"zafe/app/tax"
)

// The words the customers are made of.
var (
	families = []string{
		"Bélénus", "Céleste", "Marival", "Toribio", "Lurel", "Nestor", "Bourgeois", "Gédéon", "Faustin", "Rosan",
		"Jean-Baptiste", "Mirre", "Cabrera", "Dorville", "Éloidin", "Hatchi", "Kancel", "Losbar", "Moutoussamy", "Nabajoth",
		"Ramassamy", "Plaisance", "Quellier", "Siban", "Tacita", "Valérius", "Zénon", "Arsène", "Benjamin", "Coco",
	}
	firstNames = []string{
		"Jocelyne", "Patrick", "Murielle", "Thierry", "Ginette", "Frantz", "Sylviane", "Rodrigue", "Élodie", "Aurélien",
		"Maryse", "Christian", "Lucette", "Steeve", "Natacha", "Gérard",
	}
	trades = []string{
		"Boulangerie", "Pharmacie", "Garage", "Cabinet médical", "Hôtel", "Restaurant", "Librairie", "Résidence",
		"Épicerie", "Syndic", "Atelier", "Clinique vétérinaire", "Agence", "École de danse", "Distillerie", "Primeurs",
	}
	places = []string{
		"des Cocotiers", "du Moule", "de la Darse", "des Alizés", "Karukera", "du Lagon", "Sainte-Rose", "des Flamboyants",
		"du Fort", "de la Ravine", "Les Hibiscus", "du Bourg", "de Jarry", "du Grand-Cul-de-Sac", "Belle-Eau", "des Saintes",
	}
	towns = []struct{ postal, city string }{
		{"97110", "Pointe-à-Pitre"},
		{"97122", "Baie-Mahault"},
		{"97139", "Les Abymes"},
		{"97190", "Le Gosier"},
		{"97180", "Sainte-Anne"},
		{"97160", "Le Moule"},
		{"97100", "Basse-Terre"},
		{"97115", "Sainte-Rose"},
		{"97129", "Lamentin"},
		{"97170", "Petit-Bourg"},
		{"97118", "Saint-François"},
		{"97120", "Saint-Claude"},
	}
	streets = []string{"rue Frébault", "rue de la République", "boulevard Légitimus", "route de la Rivière", "lotissement Bel-Air", "chemin des Manguiers", "avenue de l'Europe", "impasse des Colibris"}
)

// customer makes the i-th customer: two companies for one private person.
func (m *maker) customer(i int) party.Customer {
	town := towns[m.rnd.IntN(len(towns))]
	family := families[(i*7+m.rnd.IntN(3))%len(families)]
	c := party.Customer{
		Kind: party.Company, PaymentDays: 30, Prospect: false,
		Phone: fmt.Sprintf("0590 %02d %02d %02d", 20+m.rnd.IntN(70), m.rnd.IntN(100), m.rnd.IntN(100)),
		Address: party.Address{
			Street:     fmt.Sprintf("%d %s", 1+m.rnd.IntN(140), streets[m.rnd.IntN(len(streets))]),
			PostalCode: town.postal, City: town.city, Country: "FR",
		},
	}
	if i%3 == 2 {
		first := firstNames[m.rnd.IntN(len(firstNames))]
		c.Kind, c.Name, c.PaymentDays = party.Person, first+" "+family, 0
		c.Email = address(first + "." + family)
		return c
	}
	c.Name = trades[i%len(trades)] + " " + places[(i*5+i/len(trades))%len(places)]
	c.LegalForm = []string{"SARL", "SAS", "EURL", "SCI"}[m.rnd.IntN(4)]
	c.SIREN = siren(400_000_00 + i*7919)
	c.Email = address(c.Name)
	c.Contacts = []party.Contact{{Name: firstNames[m.rnd.IntN(len(firstNames))] + " " + family, Role: "Gérance"}}
	if i%4 == 0 {
		c.PaymentEndOfMonth = true
	}
	return c
}

// siren completes eight digits with their key (Luhn).
func siren(eight int) string {
	s := fmt.Sprintf("%08d", eight%100_000_000)
	sum := 0
	for i, c := range s {
		d := int(c - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return s + string(rune('0'+(10-sum%10)%10))
}

// address makes a mail address that can never reach anybody (RFC 2606).
func address(name string) string {
	fold := strings.NewReplacer("é", "e", "è", "e", "ê", "e", "à", "a", "ô", "o", "É", "e", "î", "i", " ", "-", "'", "")
	return strings.ToLower(fold.Replace(name)) + "@client.example"
}

// vat85 is the normal rate in Guadeloupe: 8.5 % (CGI 296).
const vat85 = money.Rate(85_000)

func article(code, label, unit string, euros int64, nature tax.Nature) catalog.Item {
	account := "707000"
	if nature == tax.Services {
		account = "706000"
	}
	return catalog.Item{
		Code: code, Label: label, Unit: unit, Price: money.UnitPrice(euros) * 10_000, VATRate: vat85,
		Nature: catalog.Nature(nature), SalesAccount: account,
	}
}

// articles are what the joinery sells; prices in cents, before tax.
var articles = []catalog.Item{
	article("ETUDE", "Étude et relevé de cotes sur site", "LS", 180_00, tax.Services),
	article("POSE", "Pose, main-d'œuvre", "HUR", 48_00, tax.Services),
	article("DEPLAC", "Déplacement Basse-Terre", "LS", 65_00, tax.Services),
	article("DEPOSE", "Dépose et évacuation", "LS", 120_00, tax.Services),
	article("REPAR", "Réparation en atelier", "HUR", 52_00, tax.Services),
	article("FEN-2V", "Fenêtre aluminium 2 vantaux 120 × 135", "H87", 645_00, tax.Goods),
	article("FEN-COUL", "Baie coulissante aluminium 240 × 215", "H87", 1_480_00, tax.Goods),
	article("JALOU", "Jalousie aluminium orientable 60 × 120", "H87", 265_00, tax.Goods),
	article("PORTE-E", "Porte d'entrée anticyclonique", "H87", 1_890_00, tax.Goods),
	article("PORTE-I", "Bloc-porte intérieur 83 cm", "H87", 285_00, tax.Goods),
	article("VOLET", "Volet roulant anticyclonique", "H87", 720_00, tax.Goods),
	article("PERS", "Persienne bois exotique", "H87", 395_00, tax.Goods),
	article("DECK", "Terrasse en ipé, lames et structure", "MTK", 138_00, tax.Goods),
	article("GARDE", "Garde-corps aluminium", "LM", 210_00, tax.Goods),
	article("PLAN", "Plan de travail bois massif", "LM", 175_00, tax.Goods),
	article("CUIS", "Meuble bas de cuisine sur mesure", "H87", 540_00, tax.Goods),
	article("DRESS", "Dressing sur mesure", "LM", 620_00, tax.Goods),
	article("ESC", "Escalier bois quart tournant", "H87", 4_250_00, tax.Goods),
	article("QUINC", "Quincaillerie et fixations", "LS", 38_00, tax.Goods),
	article("VITR", "Vitrage feuilleté 44.2", "MTK", 96_00, tax.Goods),
}

// purchase is something the company buys, as an accountant enters it.
type purchase struct {
	supplier, code, account string
	low, high               int64 // cents before tax
	vat                     money.Rate
}

var purchases = []purchase{
	{"Bois Caraïbes", "FBOISCAR", "601000", 480_00, 2_600_00, vat85},
	{"Alu Système Antilles", "FALUSYS", "601000", 700_00, 3_800_00, vat85},
	{"Quincaillerie du Port", "FQUINC", "606300", 40_00, 420_00, vat85},
	{"Station Jarry", "FSTATION", "606100", 60_00, 210_00, vat85},
	{"Transports Caraïbe Fret", "FCARFRET", "624000", 180_00, 1_200_00, vat85},
	{"Papeterie Centrale", "FPAPET", "606400", 20_00, 160_00, vat85},
	{"Assurances des Îles", "FASSUR", "616000", 380_00, 380_00, 0},
	{"Cabinet Comptable Sud", "FCABINET", "622600", 250_00, 250_00, vat85},
	{"Opérateur Télécom", "FTELECOM", "626000", 89_00, 89_00, vat85},
}

// buy enters a purchase and, most often, pays it at once.
func (m *maker) buy() error {
	p := purchases[m.rnd.IntN(len(purchases))]
	net := money.Amount(p.low)
	if p.high > p.low {
		net += money.Amount(m.rnd.Int64N(p.high - p.low))
	}
	vat := net.Mul(p.vat)
	ref := fmt.Sprintf("%s-%s", p.code[1:], m.day.Compact())
	lines := []ledger.Line{{Account: p.account, Debit: net}}
	if vat > 0 {
		lines = append(lines, ledger.Line{Account: "445660", Debit: vat})
	}
	lines = append(lines, ledger.Line{
		Account: ledger.Suppliers, Aux: p.code, AuxLabel: p.supplier, Credit: net + vat, DueDate: m.day.AddDays(30),
	})
	if err := m.entry("AC", ref, p.supplier, lines); err != nil {
		return err
	}
	if m.rnd.IntN(10) < 8 {
		return m.entry("BQ", ref, "Règlement "+p.supplier, []ledger.Line{
			{Account: ledger.Suppliers, Aux: p.code, AuxLabel: p.supplier, Debit: net + vat},
			{Account: "512000", Credit: net + vat},
		})
	}
	return nil
}

// monthEnd enters what comes back every month: rent, wages and their charges, the loan, bank fees.
func (m *maker) monthEnd() error {
	tag := m.day.Compact()[:6]
	wages := money.Amount(13_600_00 + int64(m.day.Year-FirstDay.Year)*350_00)
	charges := wages.Mul(280_000)
	rent := money.Amount(1_450_00)
	acts := []struct {
		journal, ref, label string
		lines               []ledger.Line
	}{
		{"AC", "LOYER-" + tag, "Loyer de l'atelier", []ledger.Line{
			{Account: "613200", Debit: rent}, {Account: ledger.Suppliers, Aux: "FLOYER", AuxLabel: "SCI de Jarry", Credit: rent},
		}},
		{"BQ", "LOYER-" + tag, "Prélèvement du loyer", []ledger.Line{
			{Account: ledger.Suppliers, Aux: "FLOYER", AuxLabel: "SCI de Jarry", Debit: rent}, {Account: "512000", Credit: rent},
		}},
		{"OD", "PAIE-" + tag, "Salaires du mois", []ledger.Line{
			{Account: "641100", Debit: wages},
			{Account: "645100", Debit: charges},
			{Account: "421000", Credit: wages.Mul(780_000)},
			{Account: "431000", Credit: wages - wages.Mul(780_000) + charges},
		}},
		{"BQ", "PAIE-" + tag, "Virement des salaires", []ledger.Line{
			{Account: "421000", Debit: wages.Mul(780_000)}, {Account: "512000", Credit: wages.Mul(780_000)},
		}},
		{"BQ", "URSSAF-" + tag, "Cotisations sociales", []ledger.Line{
			{Account: "431000", Debit: wages - wages.Mul(780_000) + charges},
			{Account: "512000", Credit: wages - wages.Mul(780_000) + charges},
		}},
		{"BQ", "PRET-" + tag, "Échéance de l'emprunt", []ledger.Line{
			{Account: "164000", Debit: 740_00}, {Account: "661100", Debit: 96_40}, {Account: "512000", Credit: 836_40},
		}},
		{"BQ", "FRAIS-" + tag, "Frais de tenue de compte", []ledger.Line{
			{Account: "627800", Debit: 24_90}, {Account: "512000", Credit: 24_90},
		}},
	}
	if err := m.bankCheques(); err != nil {
		return err
	}
	for _, a := range acts {
		if err := m.entry(a.journal, a.ref, a.label, a.lines); err != nil {
			return err
		}
	}
	return nil
}

// bankCheques takes the cheques of the month, and the cash but a float, to the bank (remise en banque).
func (m *maker) bankCheques() error {
	tb, err := as(m, "sonia", ledger.TrialBalanceOf, ledger.TrialBalanceRequest{From: m.day.StartOfMonth(), To: m.day, Prefix: "5"})
	if err != nil {
		return err
	}
	for _, r := range tb.Rows {
		amount := r.Closing
		if strings.HasPrefix(r.Account, "53") {
			amount -= 300_00
		} else if !strings.HasPrefix(r.Account, "511") {
			continue
		}
		if amount <= 0 {
			continue
		}
		err := m.entry("BQ", "REMISE-"+m.day.Compact(), "Remise en banque", []ledger.Line{
			{Account: "512000", Debit: amount}, {Account: r.Account, Credit: amount},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// settleVAT closes the VAT accounts of the month before and pays what is due (CA3).
func (m *maker) settleVAT() error {
	before := m.day.StartOfMonth().AddDays(-1)
	tb, err := as(m, "sonia", ledger.TrialBalanceOf, ledger.TrialBalanceRequest{From: before.StartOfMonth(), To: before, Prefix: "445"})
	if err != nil {
		return err
	}
	var lines []ledger.Line
	var owed money.Amount // what is collected less what is deductible
	for _, r := range tb.Rows {
		if r.Closing == 0 || !strings.HasPrefix(r.Account, "44571") && !strings.HasPrefix(r.Account, "44566") &&
			!strings.HasPrefix(r.Account, "44567") {
			continue
		}
		owed -= r.Closing
		if r.Closing > 0 {
			lines = append(lines, ledger.Line{Account: r.Account, Credit: r.Closing})
		} else {
			lines = append(lines, ledger.Line{Account: r.Account, Debit: -r.Closing})
		}
	}
	if len(lines) == 0 {
		return nil
	}
	ref := "CA3-" + before.Compact()[:6]
	switch {
	case owed > 0:
		lines = append(lines, ledger.Line{Account: "445510", Credit: owed})
	case owed < 0:
		lines = append(lines, ledger.Line{Account: "445670", Debit: -owed})
	}
	if err := m.entry("OD", ref, "Déclaration de TVA", lines); err != nil || owed <= 0 {
		return err
	}
	return m.entry("BQ", ref, "Paiement de la TVA", []ledger.Line{
		{Account: "445510", Debit: owed}, {Account: "512000", Credit: owed},
	})
}

// workday tells whether the joinery is open.
func workday(d civil.Date) bool {
	return d.Weekday() != time.Sunday && d.Weekday() != time.Saturday && !(d.Month == time.August && d.Day < 18)
}
