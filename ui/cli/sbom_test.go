package cli_test

import (
	"debug/buildinfo"
	"encoding/json"
	"os/exec"
	"testing"
)

// TestTheListOfLibrariesIsWhole: what `make sbom` lists is what the program itself says is in it, each in its version
// and with its checksum, and Go.
func TestTheListOfLibrariesIsWhole(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program")
	}
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	info, err := buildinfo.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "go", "run", "-C", "../../.ci/sbom", ".", path, "v1.2.3")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v %s", err, out)
	}
	var list struct {
		Format   string `json:"bomFormat"`
		Metadata struct {
			Component struct {
				Name, Version string
			} `json:"component"`
		} `json:"metadata"`
		Components []struct {
			Name, Version, Purl, Description string
			Properties                       []struct{ Name, Value string }
		} `json:"components"`
		Dependencies []struct {
			Ref       string
			DependsOn []string
		} `json:"dependencies"`
	}
	if err := json.Unmarshal(out, &list); err != nil {
		t.Fatal(err)
	}
	if p := list.Metadata.Component; list.Format != "CycloneDX" || p.Name != "zafe" || p.Version != "v1.2.3" {
		t.Errorf("%s of %+v", list.Format, p)
	}
	got := map[string]string{}
	for _, c := range list.Components {
		sum := ""
		for _, p := range c.Properties {
			sum += p.Value
		}
		got[c.Name+"@"+c.Version] = sum
	}
	want := map[string]string{"std@" + info.GoVersion[2:]: ""}
	for _, m := range info.Deps {
		switch {
		case m.Replace == nil:
			want[m.Path+"@"+m.Version] = m.Sum
		case m.Replace.Version == "":
			want[m.Replace.Path+"@v1.2.3"] = ""
		default:
			want[m.Replace.Path+"@"+m.Replace.Version] = m.Replace.Sum
		}
	}
	for id, sum := range want {
		if listed, is := got[id]; !is || listed != sum {
			t.Errorf("%s: listed %t, checksum %q, want %q", id, is, listed, sum)
		}
	}
	if len(got) != len(want) || len(got) < 50 {
		t.Errorf("%d libraries listed, %d linked", len(got), len(want))
	}
	if len(list.Dependencies) != 1 || len(list.Dependencies[0].DependsOn) != len(want) {
		t.Errorf("the program needs %+v", list.Dependencies)
	}
}
