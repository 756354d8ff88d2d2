package auth

import (
	"slices"
	"testing"
)

// TestARightIsHeldOnlyOnWhatItSupports: a right about the whole book cannot be held on one's own records: its
// operations look at nobody, and would give all.
func TestARightIsHeldOnlyOnWhatItSupports(t *testing.T) {
	for _, p := range Permissions() {
		scopes := p.Scopes()
		if len(scopes) == 0 || scopes[len(scopes)-1] != All || !p.Supports(None) || !p.Known() {
			t.Errorf("%s can be held on %v", p, scopes)
		}
		for _, r := range Roles() {
			if s := ready[r][p]; !p.Supports(s) {
				t.Errorf("role %s is given %s on %s, which it cannot be held on", r, p, s)
			}
		}
	}
	for _, p := range []Permission{LedgerRead, ItemRead, BackupRead, UserManage} {
		if p.Supports(Own) {
			t.Errorf("%s is said to hold on one's own records", p)
		}
	}
	if Permission("ledger.reed").Known() || Permission("ledger.reed").Supports(All) {
		t.Error("a right that is not there can be held")
	}
}

// TestWhoNeedsASecondFactor: each of the rights asks for one by itself, and nobody's screen is safe only because their
// role has another name.
func TestWhoNeedsASecondFactor(t *testing.T) {
	for _, p := range Permissions() {
		want := slices.Contains([]Permission{
			UserManage, KeyManage, LedgerExport, CustomerExport, DeviceManage, BackupManage, BackupPlace, CompanyWrite,
		}, p)
		for _, s := range p.Scopes() {
			if got := (Rights{p: s}).NeedsSecondFactor(); got != want {
				t.Errorf("%s on %s: %t", p, s, got)
			}
		}
	}
	for _, r := range Roles() {
		want := slices.Contains([]Role{Owner, Admin, Accountant, Expert, Technician}, r)
		if got := r.Rights().NeedsSecondFactor(); got != want {
			t.Errorf("%s: %t", r, got)
		}
	}
}
