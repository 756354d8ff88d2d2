// Command sbom writes the list of what is in a program of Zafè: each library that is linked into it, in the version
// and with the checksum that the program itself tells of, and the version of Go. It is a CycloneDX 1.6 file, which
// the tools that look for known faults read. It is a module of its own, so that the product needs nothing for it.
//
//	sbom PROGRAM VERSION > zafe.cdx.json
package main

import (
	"cmp"
	"debug/buildinfo"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"

	cdx "github.com/CycloneDX/cyclonedx-go"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "sbom:", err)
		os.Exit(1)
	}
}

func run(args []string, out io.Writer) error {
	if len(args) != 2 {
		return errors.New("usage: sbom PROGRAM VERSION")
	}
	info, err := buildinfo.ReadFile(args[0])
	if err != nil {
		return err
	}
	e := cdx.NewBOMEncoder(out, cdx.BOMFileFormatJSON)
	return e.SetPretty(true).EncodeVersion(list(info, args[1]), cdx.SpecVersion1_6)
}

// list is what a program says of itself. It has no date and no number of its own: the same program has the same list.
func list(info *debug.BuildInfo, version string) *cdx.BOM {
	b := cdx.NewBOM()
	product := cdx.Component{BOMRef: "zafe", Type: cdx.ComponentTypeApplication, Name: info.Main.Path, Version: version}
	b.Metadata = &cdx.Metadata{Component: &product}
	std := component("std", strings.TrimPrefix(info.GoVersion, "go"), "")
	all, needs := []cdx.Component{std}, []string{std.BOMRef}
	for _, m := range info.Deps {
		c := component(m.Path, m.Version, m.Sum)
		if r := m.Replace; r != nil { // by a folder of the source, or by another module
			c = component(r.Path, cmp.Or(r.Version, version), r.Sum)
			c.Description = "in the place of " + m.Path
			if r.Version == "" {
				c.PackageURL = ""
			}
		}
		all, needs = append(all, c), append(needs, c.BOMRef)
	}
	b.Components = &all
	b.Dependencies = &[]cdx.Dependency{{Ref: product.BOMRef, Dependencies: &needs}}
	return b
}

// component is one library. Go's checksum is of its files' names and contents, which is none of the kinds that
// CycloneDX knows.
func component(path, version, sum string) cdx.Component {
	url := "pkg:golang/" + path + "@" + version
	c := cdx.Component{
		BOMRef: url, Type: cdx.ComponentTypeLibrary, Name: path, Version: version, PackageURL: url, Scope: cdx.ScopeRequired,
	}
	if sum != "" {
		c.Properties = &[]cdx.Property{{Name: "go:sum", Value: sum}}
	}
	return c
}
