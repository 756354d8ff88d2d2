package store

import (
	"fmt"
	"strings"

	"zafe/app/auth"
)

// facts are the columns of a table that hold what rights look at; customer is "" where records are about
// none.
type facts struct{ owner, customer string }

// The tables whose records belong to people.
var (
	customerFacts = facts{owner: "owner"}
	documentFacts = facts{owner: "d.owner", customer: "d.customer"}
	paymentFacts  = facts{owner: "p.owner", customer: "p.customer"}
)

// allowed keeps the records on which a permission is held. Every list, count, total and search takes its
// filter from here, and from the predicate that decides about one record.
func (c *clause) allowed(p auth.Predicate, f facts) {
	condition, args := f.condition(p)
	c.where(condition, args...)
}

// condition writes a predicate in SQL.
func (f facts) condition(p auth.Predicate) (string, []any) {
	switch p := p.(type) {
	case auth.Always:
		if p {
			return "1", nil
		}
		return "0", nil
	case auth.OwnedBy:
		return oneOf(f.owner, p)
	case auth.CustomerOf:
		if f.customer == "" {
			return "0", nil
		}
		condition, args := oneOf("owner", p)
		return f.customer + " IN (SELECT id FROM customer WHERE " + condition + ")", args
	case auth.AnyOf:
		return f.any(p)
	default:
		panic(fmt.Sprintf("store: no SQL for a %T", p))
	}
}

// any joins predicates; what can never hold is left out, so that an index by owner still serves alone.
func (f facts) any(ps auth.AnyOf) (string, []any) {
	var conditions []string
	var args []any
	for _, p := range ps {
		if condition, more := f.condition(p); condition != "0" {
			conditions, args = append(conditions, condition), append(args, more...)
		}
	}
	if len(conditions) == 0 {
		return "0", nil
	}
	return "(" + strings.Join(conditions, " OR ") + ")", args
}

// oneOf is the condition that a column is one of some people, who are never nobody.
func oneOf(column string, people []auth.UserID) (string, []any) {
	args := make([]any, 0, len(people))
	for _, id := range people {
		if id != 0 {
			args = append(args, id)
		}
	}
	switch len(args) {
	case 0:
		return "0", nil
	case 1:
		return column + " = ?", args
	default:
		return column + " IN (" + marks(len(args)) + ")", args
	}
}
