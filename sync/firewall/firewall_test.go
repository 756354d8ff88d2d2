package firewall

import (
	"slices"
	"strings"
	"testing"
)

const program = `C:\Program Files\Zafe\zafe.exe`

// The rules as Windows writes them.
const (
	ours = `v2.31|Action=Allow|Active=TRUE|Dir=In|Protocol=6|Profile=Domain|Profile=Private|LPort=24653|RA4=LocalSubnet|` +
		`RA6=LocalSubnet|App=C:\Program Files\Zafe\zafe.exe|Name=Zafe|`
	closed = `v2.31|Action=Block|Active=TRUE|Dir=In|Protocol=6|Profile=Private|App=c:\program files\zafe\zafe.exe|` +
		`Name=zafe.exe|Desc=zafe.exe|Defer=User|`
)

func TestWhatTheRulesSay(t *testing.T) {
	change := func(text string, from, to string) string {
		out := strings.ReplaceAll(text, from, to)
		if out == text {
			t.Fatalf("%s is not there", from)
		}
		return out
	}
	for name, c := range map[string]struct {
		rules []string
		want  State
	}{
		"none":                     {nil, Missing},
		"ours":                     {[]string{ours}, Open},
		"of another program":       {[]string{change(ours, "zafe.exe", "other.exe")}, Missing},
		"switched off":             {[]string{change(ours, "TRUE", "FALSE")}, Missing},
		"outwards":                 {[]string{change(ours, "Dir=In", "Dir=Out")}, Missing},
		"on public networks":       {[]string{change(change(ours, "Profile=Private|", ""), "Domain", "Public")}, Missing},
		"on all networks":          {[]string{change(change(ours, "Profile=Private|", ""), "Profile=Domain|", "")}, Open},
		"for another port":         {[]string{change(ours, "LPort=24653", "LPort=80")}, Missing},
		"for all ports":            {[]string{change(ours, "LPort=24653|", "")}, Open},
		"for UDP":                  {[]string{change(ours, "Protocol=6|", "Protocol=17|")}, Missing},
		"a question was closed":    {[]string{closed}, Blocked},
		"closed, then ours":        {[]string{closed, ours}, Blocked},
		"ours, then closed":        {[]string{ours, closed}, Blocked},
		"closed on public ones":    {[]string{change(closed, "Private", "Public"), ours}, Open},
		"closed for UDP":           {[]string{change(closed, "Protocol=6", "Protocol=17"), ours}, Open},
		"closed for all protocols": {[]string{change(closed, "Protocol=6|", ""), ours}, Blocked},
		"something else":           {[]string{"", "|||", "v2.31", "Action"}, Missing},
	} {
		if got := stateOf(c.rules, program); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// TestWhatIsAskedOfNetsh: others of the same network alone, on private and domain networks, at this program.
func TestWhatIsAskedOfNetsh(t *testing.T) {
	all := adding(program)
	if len(all) != 2 {
		t.Fatalf("%d rules", len(all))
	}
	for i, ports := range []string{"protocol=TCP localport=24653", "protocol=UDP localport=24653,5353"} {
		line := strings.Join(all[i], " ")
		for _, want := range []string{ports, "dir=in action=allow", "profile=private,domain", "remoteip=localsubnet"} {
			if !strings.Contains(line, want) {
				t.Errorf("%q lacks %q", line, want)
			}
		}
		if !slices.Contains(all[i], "program="+program) {
			t.Errorf("%q is about another program", line)
		}
	}
	if !slices.Contains(deleting(program), "program="+program) {
		t.Error("the rules of all programs are deleted")
	}
}
