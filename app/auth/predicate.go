package auth

import "slices"

// Whose is what rights look at of a record, and all they look at. 0 is nobody.
type Whose struct {
	Owner    UserID // of the record
	Customer UserID // present owner of the customer that the record is about
}

// Predicate tells the records on which an actor holds a permission. It is a small tree, so that one and the
// same gives the decision about a record (Match) and the filter of a list, which the store writes in SQL from
// it: what a list shows is what one may open, nothing more and nothing less.
type Predicate interface {
	// Match tells whether a record is one of them.
	Match(w Whose) bool
	sealed()
}

// Always is every record, or none.
type Always bool

// OwnedBy is the records that belong to one of these people.
type OwnedBy []UserID

// CustomerOf is the records about a customer that belongs to one of these people now, whoever made them: who
// takes a customer over takes over what was issued to them, which never changes any more.
type CustomerOf []UserID

// AnyOf is the records that one of the predicates holds for.
type AnyOf []Predicate

// Match implements Predicate.
func (p Always) Match(Whose) bool { return bool(p) }

// Match implements Predicate.
func (p OwnedBy) Match(w Whose) bool { return w.Owner != 0 && slices.Contains(p, w.Owner) }

// Match implements Predicate.
func (p CustomerOf) Match(w Whose) bool { return w.Customer != 0 && slices.Contains(p, w.Customer) }

// Match implements Predicate.
func (p AnyOf) Match(w Whose) bool {
	return slices.ContainsFunc(p, func(one Predicate) bool { return one.Match(w) })
}

func (Always) sealed()     {}
func (OwnedBy) sealed()    {}
func (CustomerOf) sealed() {}
func (AnyOf) sealed()      {}

// Where tells the records on which the actor holds p. What has no owner is seen only by those who see all.
func (a Actor) Where(p Permission) Predicate {
	switch a.Scope(p) {
	case All:
		return Always(true)
	case Team:
		return inHandsOf(append([]UserID{a.User}, a.Team...))
	case Own:
		return inHandsOf([]UserID{a.User})
	default:
		return Always(false)
	}
}

func inHandsOf(people []UserID) Predicate { return AnyOf{OwnedBy(people), CustomerOf(people)} }

// Sees tells whether the actor holds p on a record.
func (a Actor) Sees(p Permission, w Whose) bool { return a.Where(p).Match(w) }

// Lacks returns those of some permissions that the actor holds on other records and not on one: a screen that shows it
// offers nothing that asks for them.
func (a Actor) Lacks(w Whose, some ...Permission) (out []Permission) {
	for _, p := range some {
		if a.May(p) && !a.Sees(p, w) {
			out = append(out, p)
		}
	}
	return out
}
