// Package fr is French law and French lists as data: identifiers and their
// check digits, territories, VAT rates, legal mentions, the chart of accounts
// (plan comptable général), legal forms, units, means of payment, countries.
// What the law may change is dated and read from assets/fr, each row with its
// source; asking for it takes the day it is for.
//
// It must not know documents, entries nor storage: the areas of the business ask
// it questions, it never calls them.
package fr

import (
	"strings"

	"zafe/app/civil"
	"zafe/assets"
)

// row is one line of a table, by column name.
type row map[string]string

// table reads an embedded tab-separated file whose first line names the
// columns. A malformed file is a programmer's error and panics.
func table(name string) []row {
	lines := strings.Split(strings.TrimSuffix(string(assets.French(name)), "\n"), "\n")
	header := strings.Split(lines[0], "\t")
	rows := make([]row, 0, len(lines)-1)
	for _, line := range lines[1:] {
		fields := strings.Split(line, "\t")
		if len(fields) != len(header) {
			panic("fr: " + name + ": wrong number of columns in " + line)
		}
		r := row{}
		for i, column := range header {
			r[column] = fields[i]
		}
		rows = append(rows, r)
	}
	return rows
}

// validity returns the days in which a row is in force; an end left out is open.
func (r row) validity() civil.Period {
	return civil.Period{From: r.date("valid_from"), To: r.date("valid_to")}
}

func (r row) date(column string) civil.Date {
	d, err := civil.Parse(r[column])
	if err != nil {
		panic("fr: " + err.Error())
	}
	return d
}

// inForce reports whether day is within a period whose ends may be open.
func inForce(p civil.Period, day civil.Date) bool {
	return !day.Before(p.From) && (p.To.IsZero() || !day.After(p.To))
}
