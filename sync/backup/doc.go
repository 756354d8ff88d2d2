// Package backup keeps encrypted copies of a book where the owner wants them and brings them back.
//
// It joins three parts: vault (the format, a local folder of write-once encrypted files), remote (the
// destinations rclone reaches) and schedule (when what is due). The caller lends it the book as a
// vault.Source and vault.Files, and keeps two blobs for it inside the encrypted book: the
// configuration of the destinations and the state of the copies.
//
// The package knows no database and no screen.
package backup
