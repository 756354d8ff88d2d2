//go:build linux

// Command cgo does the workloads of the table of the store on an engine written in C: mattn's SQLite, or,
// with the tag sqlcipher, SQLCipher. It is a module of its own: neither may come near the product.
package main

import (
	"fmt"
	"os"

	"zafe/.ci/storebench/work"
)

func main() {
	if err := work.Serve(open, os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
