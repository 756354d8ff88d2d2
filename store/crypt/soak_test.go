package crypt

import (
	"flag"
	"os"
	"testing"
	"time"
)

var seed = flag.Uint64("seed", 0, "seed of everything random in the tests; 0: from the clock")

// seeded returns a seed and says it, so that a failure can be repeated.
func seeded(t testing.TB) (uint64, uint64) {
	t.Helper()
	if *seed == 0 {
		*seed = uint64(time.Now().UnixNano())
	}
	t.Logf("-seed=%d", *seed)
	return *seed, 0
}

// soaking reports whether the long tests are asked for: make soak.
func soaking() bool { return os.Getenv("ZAFE_SOAK") != "" }
