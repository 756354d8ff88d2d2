//go:build linux && !sqlcipher

package main

import (
	"database/sql"

	_ "github.com/mattn/go-sqlite3"
)

func open(path string) (*sql.DB, error) { return sql.Open("sqlite3", "file:"+path) }
