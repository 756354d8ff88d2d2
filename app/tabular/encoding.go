package tabular

import (
	"bytes"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// decode returns a text file as UTF-8, and the name of the encoding it had. It
// returns false for what is no text.
func decode(data []byte) (text []byte, name string, ok bool) {
	var from encoding.Encoding
	switch {
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		return bytes.ToValidUTF8(data[3:], []byte("\ufffd")), "UTF-8", true
	case bytes.HasPrefix(data, []byte("\xff\xfe")), looksUTF16(data, 1):
		name, from = "UTF-16", unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	case bytes.HasPrefix(data, []byte("\xfe\xff")), looksUTF16(data, 0):
		name, from = "UTF-16", unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	case bytes.IndexByte(data, 0) >= 0:
		return nil, "", false
	case utf8.Valid(data):
		return data, "UTF-8", true
	default:
		name, from = eightBits(data)
	}
	text, err := from.NewDecoder().Bytes(data)
	return text, name, err == nil && bytes.IndexByte(text, 0) < 0
}

// looksUTF16 reports whether a file without mark is in UTF-16: nearly all its
// bytes at even or at odd places are zero.
func looksUTF16(data []byte, zeroAt int) bool {
	zeros, n := 0, min(len(data), 4096)/2
	for i := range n {
		if data[2*i+zeroAt] == 0 {
			zeros++
		}
	}
	return n > 1 && zeros*10 >= n*8
}

// eightBits tells apart the encodings of one byte per character by the bytes
// that only one of them uses for French letters.
func eightBits(data []byte) (string, encoding.Encoding) {
	var windows, latin, dos, accents int
	for i, b := range data {
		switch {
		case b < 0x80:
		case bytes.IndexByte([]byte("\x82\x83\x85\x87\x88\x8a\x8c\x93\x96\x97"), b) >= 0 && besideLetter(data, i):
			dos++ // é â à ç ê è î ô û ù of the code page 850, some signs of Windows too
			windows++
		case b < 0xa0:
			windows++ // € ’ œ … of Windows; controls of ISO 8859
		case b == 0xa4 || b == 0xbc || b == 0xbd || b == 0xbe:
			latin++ // € Œ œ Ÿ of ISO 8859-15
		case b >= 0xc0:
			accents++ // À to ÿ of both
		}
	}
	switch {
	case dos > accents && 2*dos > windows:
		return "CP850", charmap.CodePage850
	case windows == 0 && latin > 0:
		return "ISO-8859-15", charmap.ISO8859_15
	}
	return "Windows-1252", charmap.Windows1252
}

// besideLetter reports whether the byte at i is between two letters, or a letter
// and an end of word, as an accented letter would be.
func besideLetter(data []byte, i int) bool {
	return (i > 0 && asciiLetter(data[i-1])) || (i+1 < len(data) && data[i+1] >= 'a' && data[i+1] <= 'z')
}

func asciiLetter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }
