// Package print makes the documents people keep or send: quotes, orders,
// invoices and credit notes, customer statements, accounting reports, and the
// sheets that go into a safe. Each is a PDF file made in this process, with its
// fonts embedded as subsets, its text searchable, no script, no transparency,
// and the same bytes every time for the same input.
//
// It is the only package that sees the PDF library. It computes no amount,
// knows no law and reads no clock: what is printed is what it is handed. It
// must not know where its input comes from nor where its output goes.
//
// A document is first laid out, which needs the widths of letters only, and
// then drawn: the number of pages is known before the first is written.
package print
