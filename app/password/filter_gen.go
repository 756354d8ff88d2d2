//go:build ignore

// Command filter_gen builds assets/fr/passwords.fuse and password-words.txt from
// lists of stolen passwords, one password per line, the most common first:
//
//	go run app/password/filter_gen.go <french list> <other lists…>
//
// The lists themselves are not kept: where they come from is written in
// assets/fr/LICENCES.md. The result depends only on them.
package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"log"
	"os"
	"regexp"
	"strings"

	"github.com/FastFilter/xorfilter"

	"zafe/app/i18n"
)

const (
	wordsMax = 3000
	folder   = "assets/fr/"
)

var word = regexp.MustCompile(`^[a-z]{4,12}$`)

func main() {
	seen := map[string]bool{}
	var keys []uint64
	var words []string
	for n, name := range os.Args[1:] {
		text, err := os.ReadFile(name)
		if err != nil {
			log.Fatal(err)
		}
		lines := bufio.NewScanner(bytes.NewReader(text))
		for lines.Scan() {
			p := i18n.Fold(strings.TrimSpace(lines.Text()))
			if len(p) < 4 || len(p) > 64 || strings.HasPrefix(p, "***") || seen[p] {
				continue
			}
			seen[p] = true
			sum := sha256.Sum256([]byte(p))
			keys = append(keys, binary.LittleEndian.Uint64(sum[:8]))
			if n == 0 && len(words) < wordsMax && word.MatchString(p) {
				words = append(words, p)
			}
		}
	}
	filter, err := xorfilter.NewBinaryFuse[uint16](keys)
	if err != nil {
		log.Fatal(err)
	}
	var out bytes.Buffer
	if err := filter.Save(&out); err != nil {
		log.Fatal(err)
	}
	for name, data := range map[string][]byte{
		"passwords.fuse":     out.Bytes(),
		"password-words.txt": []byte(strings.Join(words, "\n") + "\n"),
	} {
		if err := os.WriteFile(folder+name, data, 0o644); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println(len(keys), "passwords,", out.Len(), "bytes,", len(words), "words")
}
