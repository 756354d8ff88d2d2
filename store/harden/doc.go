// Package harden makes this PC a safe place for a book: a process that leaves no image of its memory, a
// folder only its owner enters, a disk that keeps what it is told, and a word on what the system may write
// of the memory to the disk. It knows files and systems, nothing of what is in a book.
package harden
