// Package crypt keeps one book's SQLite database sealed on disk: every byte SQLite writes is
// encrypted and authenticated before it reaches a file, and every byte it reads back is checked.
//
// Two things live here. A [Mount] is a SQLite VFS, registered under a name of its own, that a
// database/sql data source selects with vfs=. [Keys] is the key file beside the database, in which
// the random root key is wrapped once per way of opening the book (password, recovery key, device).
//
// Threat model, in brief. Someone who reads or copies the files (a thief, a cloud provider, a
// standard user of the same computer) learns their sizes and how they change, nothing else. Someone
// who edits the files is noticed: a changed, moved, swapped or older page, a foreign or older
// write-ahead log, a cut or missing file are refused with a [Fault] that says which file and what.
// Not noticed from the inside, by nature: all files put back together as they once were, and the
// log cut exactly at an earlier commit since the last checkpoint. For these, [Mount.Head] gives a
// number that only grows, to be kept elsewhere. Not defended: whoever reads this process's memory,
// where keys and pages are plain.
//
// The pages in use are in a cache of its own ([NewMount] puts it in place of SQLite's for the whole
// process): reading there costs less than sealing does, and it is wiped when a database is closed.
//
// The package knows SQLite's file formats and nothing of the business. FORMAT.md describes every
// byte written; version 1 stays readable for ever.
package crypt
