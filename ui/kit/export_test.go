package kit

// TipsAtOnce makes tips show without waiting for the pointer to rest.
func TipsAtOnce() { tipDelay = 0 }
