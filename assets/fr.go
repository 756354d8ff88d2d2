package assets

import "embed"

//go:embed fr/*.tsv fr/*.txt fr/passwords.fuse fr/LICENCES.md
var frenchFiles embed.FS

// French returns a file of French law, accounting or passwords by name, such as
// "pcg.tsv". It panics on an unknown name, which only a programmer can cause.
func French(name string) []byte {
	return must(frenchFiles, "fr/"+name)
}
