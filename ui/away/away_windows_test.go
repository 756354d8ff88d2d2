package away

import "testing"

// TestASessionOnTheScreenIsNotLeft asks the Windows that runs it.
func TestASessionOnTheScreenIsNotLeft(t *testing.T) {
	if away() {
		t.Error("the session that runs this is said to be locked or off the screen")
	}
}
