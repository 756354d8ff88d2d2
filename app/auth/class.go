package auth

// Class is a kind of field that not everybody who sees a record sees. A field has it by the struct tag
// class:"contact"; where its right is not held the field leaves no handler, and a list can neither be
// searched, sorted nor filtered by it: an order and a total tell values.
type Class string

// The classes, permanent once released.
const (
	Bank    Class = "bank"    // where the company's money goes: IBAN and BIC
	Balance Class = "balance" // what customers owe, in the lists, papers and payments; the books are whole
	Contact Class = "contact" // how people are reached: addresses of e-mail, telephones, contacts
)

// Right is the permission that shows the fields of the class.
func (c Class) Right() Permission { return Permission("field." + string(c)) }

// Hides tells whether the actor may not see the fields of a class.
func (a Actor) Hides(c Class) bool { return a.Scope(c.Right()) == None }
