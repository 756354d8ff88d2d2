//go:build linux && sqlcipher

package main

import (
	"database/sql"
	"net/url"
	"strings"

	_ "github.com/mutecomm/go-sqlcipher/v4"
)

// open gives the key itself, not a password: deriving it is not what is measured.
func open(path string) (*sql.DB, error) {
	v := url.Values{
		"_pragma_key": {"x'" + strings.Repeat("2d", 32) + "'"}, "_pragma_cipher_page_size": {"4096"},
	}
	return sql.Open("sqlite3", "file:"+path+"?"+v.Encode())
}
