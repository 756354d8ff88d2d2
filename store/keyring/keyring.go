// Package keyring keeps the secrets that open the books of this PC: in the keyring of the operating
// system (the Secret Service of a Linux session, the Credential Manager of Windows, the Keychain of
// macOS), where whoever is logged in under the same name can read them, or sealed by the PC's security
// chip (TPM). It knows neither the key file nor the book.
package keyring

import (
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/zalando/go-keyring"
)

// service is the name under which the secrets stand in the keyring.
const service = "fr.zafe"

// wait is how long an answer may take. A keyring that asks somebody to unlock it, or a session bus that
// died, would otherwise keep everybody out of the book.
const wait = 3 * time.Second

// What a keyring, or a chip, answers.
var (
	ErrNone   = errors.New("keyring: none here")
	ErrSilent = errors.New("keyring: no answer in time")
	ErrAbsent = errors.New("keyring: no secret of this book")
)

// Ring is the keyring of this session. It is safe for concurrent use.
type Ring struct{ *patience }

// New returns the keyring of this session; nothing is asked of it yet.
func New() *Ring { return &Ring{newPatience(wait)} }

// ask is refused at once where there is no keyring to ask.
func (r *Ring) ask(request func() (string, error)) (string, error) {
	if !reachable() {
		return "", ErrNone
	}
	text, err := ask(r.patience, request)
	if errors.Is(err, keyring.ErrNotFound) {
		err = ErrAbsent
	}
	return text, err
}

// Get returns the secret of a book. Errors: ErrNone, ErrSilent, ErrAbsent, or what the system says.
func (r *Ring) Get(book string) (secret []byte, err error) {
	text, err := r.ask(func() (string, error) { return keyring.Get(service, book) })
	if err != nil {
		return nil, err
	}
	if secret, err = base64.RawStdEncoding.DecodeString(text); err != nil {
		return nil, fmt.Errorf("keyring: the secret was altered: %w", err)
	}
	return secret, nil
}

// Set keeps the secret of a book, in place of an older one, and reads it back: some keyrings forget
// what they cannot store.
func (r *Ring) Set(book string, secret []byte) error {
	text := base64.RawStdEncoding.EncodeToString(secret)
	if _, err := r.ask(func() (string, error) { return "", keyring.Set(service, book, text) }); err != nil {
		return err
	}
	got, err := r.ask(func() (string, error) { return keyring.Get(service, book) })
	if err == nil && got != text {
		err = ErrAbsent
	}
	return err
}

// Delete forgets the secret of a book; one that is not there is no error.
func (r *Ring) Delete(book string) error {
	_, err := r.ask(func() (string, error) { return "", keyring.Delete(service, book) })
	if errors.Is(err, ErrAbsent) {
		return nil
	}
	return err
}

// patience asks something that may never answer. It is safe for concurrent use: one request goes at a
// time, and while one hangs the others fail at once instead of piling up.
type patience struct {
	wait time.Duration
	busy chan struct{}
}

func newPatience(wait time.Duration) *patience { return &patience{wait, make(chan struct{}, 1)} }

type answer[T any] struct {
	value T
	err   error
}

// ask performs a request elsewhere; ErrSilent when it takes longer than there is patience for.
func ask[T any](p *patience, request func() (T, error)) (value T, err error) {
	select {
	case p.busy <- struct{}{}:
	default:
		return value, ErrSilent
	}
	done := make(chan answer[T], 1)
	go func() {
		value, err := request()
		<-p.busy
		done <- answer[T]{value, err}
	}()
	late := time.NewTimer(p.wait)
	defer late.Stop()
	select {
	case a := <-done:
		return a.value, a.err
	case <-late.C:
		return value, ErrSilent
	}
}
