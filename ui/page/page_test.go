package page_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/party"
	"zafe/app/user"
	"zafe/ui/page"
	"zafe/ui/uitest"
)

// unproved is a book that wants a second factor for everything.
type unproved struct{ op.Caller }

func (unproved) Do(context.Context, *op.Spec, any, any) error {
	return fault.New(fault.Unauthenticated, "op.fresh_needed")
}

func TestAWrongRequestIsRefusedBeforeACodeIsAskedFor(t *testing.T) {
	e, sh := uitest.New(t, unproved{}, auth.Owner)
	sh.Yes = false
	good := user.SaveRequest{Login: "luc", Name: "Luc", Role: auth.Reader, Password: "x"}
	for req, asked := range map[user.SaveRequest][]string{{}: nil, good: {"step-up"}} {
		sh.Asked = nil
		key := ""
		page.Call(e, user.Save, req, func(_ user.User, err error) { key = fault.KeyOf(err) })
		if !slices.Equal(sh.Asked, asked) || (asked == nil) != (key == "user.name_missing") {
			t.Errorf("%+v: asked %v, told %q", req, sh.Asked, key)
		}
	}
}

// TestNoKeyIsToldToWhoMayNot make a record.
func TestNoKeyIsToldToWhoMayNot(t *testing.T) {
	for role, told := range map[auth.Role]bool{auth.Owner: true, auth.Reader: false} {
		e, _ := uitest.New(t, unproved{}, role)
		if got := e.Keys("customers.hint", party.Save.Spec); strings.Contains(got, "Ctrl+N") != told || !strings.Contains(got, "Entrée") {
			t.Errorf("%s: %q", role, got)
		}
	}
}
