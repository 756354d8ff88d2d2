package assets

import "embed"

//go:embed fr/*.tsv fr/LICENCES.md
var frenchFiles embed.FS

// French returns a file of French law and accounting data by name, such as
// "pcg.tsv". It panics on an unknown name, which only a programmer can cause.
func French(name string) []byte {
	return must(frenchFiles, "fr/"+name)
}
