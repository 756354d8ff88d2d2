package firewall

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"

	"zafe/app/fault"
)

// rulesKeys are where the rules are: of this PC, and of whoever manages it.
var rulesKeys = []string{
	`SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\FirewallRules`,
	`SOFTWARE\Policies\Microsoft\WindowsFirewall\FirewallRules`,
}

// Look finds out whether others are let in to this program.
func Look() (State, error) {
	program, err := os.Executable()
	if err != nil {
		return "", err
	}
	var all []string
	for _, at := range rulesKeys {
		rules, err := rulesAt(at)
		if err != nil && !errors.Is(err, registry.ErrNotExist) {
			return "", err
		}
		all = append(all, rules...)
	}
	return stateOf(all, program), nil
}

func rulesAt(at string) (rules []string, err error) {
	key, err := registry.OpenKey(registry.LOCAL_MACHINE, at, registry.QUERY_VALUE)
	if err != nil {
		return nil, err
	}
	defer func() { _ = key.Close() }()
	names, err := key.ReadValueNames(-1)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		text, _, err := key.GetStringValue(name)
		if err != nil { // it was removed meanwhile
			continue
		}
		if full, err := registry.ExpandString(text); err == nil {
			text = full
		}
		rules = append(rules, text)
	}
	return rules, nil
}

// Set has others let in to this program, or not any more. Fault firewall.not_admin.
func Set(ctx context.Context, open bool) error {
	if !windows.GetCurrentProcessToken().IsElevated() {
		return fault.New(fault.Forbidden, "firewall.not_admin")
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	system, err := windows.GetSystemDirectory()
	if err != nil {
		return err
	}
	netsh := func(args []string) error {
		out, err := exec.CommandContext(ctx, filepath.Join(system, "netsh.exe"), args...).CombinedOutput()
		if err != nil {
			return fmt.Errorf("netsh: %w: %s", err, out)
		}
		return nil
	}
	_ = netsh(deleting(program)) // it fails where there is none
	if !open {
		return nil
	}
	for _, args := range adding(program) {
		if err := netsh(args); err != nil {
			return fault.New(fault.Unavailable, "firewall.refused").Because(err)
		}
	}
	return nil
}
