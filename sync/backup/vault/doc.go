// Package vault is the format of a Zafè backup and everything that reads or writes it.
//
// A vault is a folder of write-once files, on a disk of the owner or as a byte-for-byte copy on any
// storage rclone reaches:
//
//	README.txt                    clear text: what this is, how to restore with stock tools
//	VAULT                         clear text: format and identity
//	files/2026-11/<sha256>        attachments, shared by all writers
//	files/2026-11/<sha256>-<size>.pack  many small ones that came together
//	w/<writer>/db/                00000001.sqlite.zst 00000001.hashes 00000002.pages.zst ...
//	w/<writer>/manifest/          00000002-20261121T182625Z-<writer>.json, written last
//
// Written last means that the book of a point is there with it. A copy over a line that takes little at once
// ([Sending.Most]) may have it before the largest attachments that it lists: what lists them says that they are missing.
//
// On the PC of a writer, and not part of the vault: .lock, and .marks-<writer>, what the book told of its pages when
// it was last read as a whole.
//
// Leaf names and contents are encrypted with rclone's crypt scheme under the recovery key. A restore
// point needs one full image and at most one difference against it. Each installation writes in its
// own folder only, so there are no locks between PCs, no shared index, nothing to repair.
//
// The package knows no database: it is handed pages and hands pages back. It knows no screen and no
// provider: it is handed an rclone fs.Fs.
package vault

import (
	// First of all packages, so that linking rclone has no side effect on the PC.
	_ "aapreinit"
)
