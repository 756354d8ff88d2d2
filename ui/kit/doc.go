// Package kit is the set of widgets every page is made of. Widgets expose
// callbacks and draw what they are given: they know no operation, no customer,
// no invoice, and write no text of their own but the few words given to
// SetWords. Colours, sizes and icons come from zafe/ui/theme.
package kit
