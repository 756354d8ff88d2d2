package file

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// Media types of our own naming.
const (
	mediaUnknown = "application/octet-stream"
	mediaProgram = "application/x-executable"
	mediaZip     = "application/zip"
)

// signatures are the beginnings by which a content is known, whatever it is called.
var signatures = []struct{ start, media string }{
	{"%PDF-", "application/pdf"},
	{"\x89PNG\r\n\x1a\n", "image/png"},
	{"\xff\xd8\xff", "image/jpeg"},
	{"GIF8", "image/gif"},
	{"II*\x00", "image/tiff"},
	{"MM\x00*", "image/tiff"},
	{"PK\x03\x04", mediaZip},
	{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"},
	{"{\\rtf", "application/rtf"},
	{"<?xml", "application/xml"},
	{"MZ", mediaProgram},
	{"\x7fELF", mediaProgram},
	{"#!", mediaProgram},
	{"\xcf\xfa\xed\xfe", mediaProgram},
	{"\xca\xfe\xba\xbe", mediaProgram},
}

// extensions tell apart what has the same beginning, or none.
var extensions = map[string]map[string]string{
	mediaZip: {
		"docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
		"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
		"pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
		"odt":  "application/vnd.oasis.opendocument.text",
		"ods":  "application/vnd.oasis.opendocument.spreadsheet",
	},
	"application/x-ole-storage": {
		"doc": "application/msword", "xls": "application/vnd.ms-excel", "msg": "application/vnd.ms-outlook",
	},
	"text/plain": {"csv": "text/csv", "eml": "message/rfc822"},
}

// mediaOf tells what a content is by its beginning; its name only decides between types that begin alike.
func mediaOf(name string, head []byte) string {
	media := sniff(head)
	if m, ok := extensions[media][extension(name)]; ok {
		return m
	}
	return media
}

func sniff(head []byte) string {
	for _, s := range signatures {
		if bytes.HasPrefix(head, []byte(s.start)) {
			return s.media
		}
	}
	brand := "" // of a file whose kind stands behind its length
	if len(head) >= 12 {
		brand = string(head[4:12])
	}
	switch {
	case bytes.HasPrefix(head, []byte("RIFF")) && strings.HasSuffix(brand, "WEBP"):
		return "image/webp"
	case strings.HasPrefix(brand, "ftyphei") || brand == "ftypmif1":
		return "image/heic"
	case isText(head):
		return "text/plain"
	}
	return mediaUnknown
}

// isText tells whether a beginning is text in UTF-8 or in the Western encoding of old Windows programs.
func isText(head []byte) bool {
	for _, b := range head {
		if b < ' ' && b != '\t' && b != '\n' && b != '\r' && b != '\f' {
			return false
		}
	}
	if len(head) == 0 {
		return false
	}
	for cut := range min(utf8.UTFMax, len(head)) { // the beginning may end inside a character
		if utf8.Valid(head[:len(head)-cut]) {
			return true
		}
	}
	return !bytes.Contains(head, []byte{0x7f})
}
