package keyring

import (
	"github.com/google/go-tpm/tpm2/transport"
	"github.com/google/go-tpm/tpm2/transport/linuxtpm"
)

// openChip opens the chip through the kernel's resource manager, which lets several programs use it.
func openChip() (transport.TPMCloser, error) { return linuxtpm.Open("/dev/tpmrm0") }
