package fr

// Territory is a part of France with VAT rules of its own.
type Territory string

// The territories. The fiscal part of France where VAT does not exist at all,
// apart from Guyane and Mayotte, is Elsewhere: Saint-Barthélemy, Saint-Martin,
// Saint-Pierre-et-Miquelon and the Pacific (CGI 294 and 256-0).
const (
	Metropole  Territory = "metropole"
	Corse      Territory = "corse"
	Guadeloupe Territory = "guadeloupe"
	Martinique Territory = "martinique"
	Guyane     Territory = "guyane"
	Reunion    Territory = "reunion"
	Mayotte    Territory = "mayotte"
	Elsewhere  Territory = "elsewhere"
)

// Territories returns them all, in the order in which to offer them. Their
// names are the messages "fr.territory." followed by the value.
func Territories() []Territory {
	return []Territory{Metropole, Corse, Guadeloupe, Martinique, Guyane, Reunion, Mayotte, Elsewhere}
}

// TerritoryOf returns the territory of a French postal code, Monaco being part of
// the metropolitan territory for VAT. It returns false for what is no postal code.
func TerritoryOf(postalCode string) (Territory, bool) {
	code, err := ParsePostalCode(postalCode)
	if err != nil {
		return "", false
	}
	switch {
	case code == "97133" || code == "97150": // Saint-Barthélemy, Saint-Martin
		return Elsewhere, true
	case code[:2] == "20":
		return Corse, true
	case code[:2] == "98" && code[:3] != "980":
		return Elsewhere, true
	}
	switch code[:3] {
	case "971":
		return Guadeloupe, true
	case "972":
		return Martinique, true
	case "973":
		return Guyane, true
	case "974":
		return Reunion, true
	case "976":
		return Mayotte, true
	case "975", "977", "978", "979":
		return Elsewhere, true
	}
	return Metropole, true
}

// HasVAT reports whether VAT is due on what is sold inside the territory. In
// Guyane and Mayotte it is not applicable for the time being (CGI 294, 1).
func (t Territory) HasVAT() bool { return t != Guyane && t != Mayotte && t != Elsewhere }

// Overseas reports whether the territory is one where goods from mainland France
// are imported, and so outside the rules of trade inside the European Union.
func (t Territory) Overseas() bool { return t != Metropole && t != Corse }

// ExportsTo reports whether goods sent from t to another territory of France leave
// a VAT area, so that their sale is exempt there (CGI 294, 2 and 3). Guadeloupe
// and Martinique are one area, and so are mainland France and Corse.
func (t Territory) ExportsTo(to Territory) bool { return t.area() != to.area() }

func (t Territory) area() Territory {
	switch t {
	case Corse:
		return Metropole
	case Martinique:
		return Guadeloupe
	default:
		return t
	}
}
