// Package party is about the people and companies one deals with (tiers): today the customers
// (clients), their addresses and contacts. It knows no screen, no SQL and no network, and nothing of
// the documents made out to them.
package party

import (
	"context"

	"zafe/app/auth"
	"zafe/app/op"
	"zafe/app/record"
)

// CustomerID identifies a customer in one book.
type CustomerID int64

// Kind says what a customer is: it decides which identifiers an invoice must carry.
type Kind string

// The kinds of customers.
const (
	Company Kind = "company" // professionnel: an invoice needs its SIREN (CGI ann. II art. 242 nonies A)
	Person  Kind = "person"  // particulier
)

// Address is where a customer is. Country is an ISO 3166-1 code, "FR" overseas departments included.
type Address struct {
	Street     string `json:"street,omitempty"`
	Street2    string `json:"street2,omitempty"`
	PostalCode string `json:"postal_code,omitempty"`
	City       string `json:"city,omitempty"`
	Country    string `json:"country,omitempty"`
}

// Contact is a person to talk to at a customer's (interlocuteur).
type Contact struct {
	Name  string `json:"name"`
	Role  string `json:"role,omitempty"`
	Email string `json:"email,omitempty"`
	Phone string `json:"phone,omitempty"`
}

// Customer is someone one sells to (client), or hopes to (prospect).
type Customer struct {
	ID        CustomerID `json:"id"`
	Code      string     `json:"code"` // auxiliary account (compte auxiliaire), "C000001"; never changes
	Kind      Kind       `json:"kind"`
	Name      string     `json:"name"`
	LegalForm string     `json:"legal_form,omitempty"` // "SARL", "EI"
	SIREN     string     `json:"siren,omitempty"`      // 9 digits
	SIRET     string     `json:"siret,omitempty"`      // 14 digits, starting with SIREN
	VATNumber string     `json:"vat_number,omitempty"` // with its country, "FR44732829320"
	Email     string     `json:"email,omitempty" class:"contact"`
	Phone     string     `json:"phone,omitempty" class:"contact"`

	Address           // head office, where invoices go
	Delivery *Address `json:"delivery,omitempty"` // nil: the same

	PaymentDays       int    `json:"payment_days"`         // days from the invoice date to the due date
	PaymentEndOfMonth bool   `json:"payment_end_of_month"` // then to the end of that month (fin de mois)
	Notes             string `json:"notes,omitempty"`

	Owner    auth.UserID `json:"owner"` // salesperson in charge (commercial)
	Prospect bool        `json:"prospect"`
	Archived bool        `json:"archived"`
	Contacts []Contact   `json:"contacts,omitempty" class:"contact"`

	// Lacks are the permissions that who asks holds on other customers and not on this one. Not stored.
	Lacks []auth.Permission `json:"lacks,omitempty"`

	record.Stamp
}

// told is a customer as the actor of the running call is told of it.
func (c Customer) told(ctx context.Context) Customer {
	c.Lacks = op.Actor(ctx).Lacks(c.Whose(), auth.CustomerWrite, auth.CustomerDelete, auth.SalesWrite)
	return c
}

// Whose tells whose the customer is.
func (c Customer) Whose() auth.Whose { return auth.Whose{Owner: c.Owner} }
