package user

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"zafe/app/fault"
)

// Hashing says what a password hash costs. Argon2id, RFC 9106; the numbers of Standard were chosen
// for a host PC with two cores (about 150 ms of CPU).
type Hashing struct {
	Passes    uint32
	MemoryKiB uint32
	Threads   uint8
}

// Standard is the cost for real books.
var Standard = Hashing{Passes: 3, MemoryKiB: 64 << 10, Threads: 1}

const (
	saltBytes     = 16
	tagBytes      = 32
	hashesAtOnce  = 2  // more would need memory, not go faster
	hashesWaiting = 20 // then log-ins are refused rather than queued for minutes
)

// hasher runs Argon2id a few at a time.
type hasher struct {
	cost  Hashing
	slots chan struct{}
	queue chan struct{}
	dummy string
}

func newHasher(cost Hashing) *hasher {
	h := &hasher{cost: cost, slots: make(chan struct{}, hashesAtOnce), queue: make(chan struct{}, hashesWaiting)}
	h.dummy = encode(cost, make([]byte, saltBytes), make([]byte, tagBytes))
	return h
}

// run takes a slot; fault user.too_busy when too many are waiting.
func (h *hasher) run(ctx context.Context, fn func()) error {
	select {
	case h.queue <- struct{}{}:
		defer func() { <-h.queue }()
	default:
		return fault.New(fault.Unavailable, "user.too_busy")
	}
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	case <-ctx.Done():
		return ctx.Err()
	}
	fn()
	return nil
}

// hash returns the PHC string of a password.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltBytes)
	if _, err := rand.Read(salt); err != nil {
		return "", err
	}
	var out string
	err := h.run(ctx, func() { out = encode(h.cost, salt, derive(h.cost, password, salt)) })
	return out, err
}

// verify compares a password with a PHC string. An empty phc costs the same and never matches, so
// that an unknown login cannot be told from a wrong password by its time.
func (h *hasher) verify(ctx context.Context, phc, password string) (bool, error) {
	known := phc != ""
	if !known {
		phc = h.dummy
	}
	cost, salt, want, err := parse(phc)
	if err != nil {
		return false, err
	}
	var same bool
	err = h.run(ctx, func() {
		same = subtle.ConstantTimeCompare(derive(cost, password, salt), want) == 1
	})
	return same && known, err
}

// weaker tells whether a stored hash costs less than today's and should be renewed.
func (h *hasher) weaker(phc string) bool {
	cost, _, _, err := parse(phc)
	return err == nil && (cost.Passes < h.cost.Passes || cost.MemoryKiB < h.cost.MemoryKiB)
}

func derive(c Hashing, password string, salt []byte) []byte {
	return argon2.IDKey([]byte(norm.NFC.String(password)), salt, c.Passes, c.MemoryKiB, c.Threads, tagBytes)
}

func encode(c Hashing, salt, tag []byte) string {
	b := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version,
		c.MemoryKiB, c.Passes, c.Threads, b.EncodeToString(salt), b.EncodeToString(tag))
}

func parse(phc string) (c Hashing, salt, tag []byte, err error) {
	parts := strings.Split(phc, "$")
	var version int
	if len(parts) != 6 || parts[1] != "argon2id" {
		return c, nil, nil, fmt.Errorf("user: not an argon2id hash")
	}
	if _, err = fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return c, nil, nil, fmt.Errorf("user: hash version %q", parts[2])
	}
	if _, err = fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.MemoryKiB, &c.Passes, &c.Threads); err != nil {
		return c, nil, nil, fmt.Errorf("user: hash parameters: %w", err)
	}
	if salt, err = base64.RawStdEncoding.DecodeString(parts[4]); err != nil {
		return c, nil, nil, fmt.Errorf("user: hash salt: %w", err)
	}
	tag, err = base64.RawStdEncoding.DecodeString(parts[5])
	return c, salt, tag, err
}

// digest is how tokens and recovery codes are stored: they carry enough entropy for plain SHA-256
// (256 and 80 bits).
func digest(s string) [32]byte { return sha256.Sum256([]byte(s)) }
