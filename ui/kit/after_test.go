package kit_test

import (
	"slices"
	"testing"
	"time"

	"zafe/ui/kit"
)

// TestWhatIsForgottenDoesNotRun though its timer fired before: it waits for its turn on the UI goroutine.
func TestWhatIsForgottenDoesNotRun(t *testing.T) {
	defer func(was func(time.Duration, func()) func() bool) { kit.After = was }(kit.After)
	var fired []func()
	kit.After = func(_ time.Duration, fn func()) func() bool {
		fired = append(fired, fn)
		return func() bool { return false }
	}
	var ran []string
	act := func(name string) func() { return func() { ran = append(ran, name) } }
	var l kit.Later
	l.Do(act("stopped"))
	l.Stop()
	l.Do(act("replaced"))
	l.In(time.Second, act("last"))
	for _, fn := range fired {
		fn()
	}
	if !slices.Equal(ran, []string{"last"}) {
		t.Errorf("ran %v", ran)
	}
}
