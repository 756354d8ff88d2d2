package keyring

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"zafe/app/durable"

	"github.com/google/go-tpm/tpm2"
	"github.com/google/go-tpm/tpm2/transport"
)

// chipWait is how long the chip may take: it is slow, and another program may use it.
const chipWait = 10 * time.Second

// Chip keeps the secret of a book sealed by the security chip of this PC (TPM 2.0, TCG library
// specification): what stands on the disk is of use to that chip alone. It serves where no session is
// open; whoever may use the chip of this very PC gets the secret. It keeps that of one book, and is safe
// for concurrent use.
type Chip struct {
	*patience
	path string
	open func() (transport.TPMCloser, error)
}

// NewChip returns the chip of this PC; path is where what it sealed is kept.
func NewChip(path string) *Chip { return &Chip{newPatience(chipWait), path, openChip} }

// sealed is the file: the two halves of an object that only the chip that made it can load.
type sealed struct {
	Book    string `json:"book"`
	Public  []byte `json:"public"`
	Private []byte `json:"private"`
}

// Get returns the secret of a book. Errors: ErrNone without a chip, ErrAbsent, ErrSilent, or what the
// chip says of what another one sealed.
func (c *Chip) Get(book string) ([]byte, error) {
	return c.do(func(t transport.TPM) ([]byte, error) {
		var s sealed
		data, err := os.ReadFile(c.path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, ErrAbsent
		}
		if err = errors.Join(err, json.Unmarshal(data, &s)); err != nil {
			return nil, err
		}
		if s.Book != book {
			return nil, ErrAbsent
		}
		return unseal(t, s)
	})
}

// Set seals the secret of a book, in place of another one, and unseals it to be sure.
func (c *Chip) Set(book string, secret []byte) error {
	_, err := c.do(func(t transport.TPM) ([]byte, error) {
		s, err := seal(t, book, secret)
		if err != nil {
			return nil, err
		}
		if _, err := unseal(t, s); err != nil {
			return nil, err
		}
		return nil, s.write(c.path)
	})
	return err
}

// Delete forgets the secret of a book; one that is not there is no error.
func (c *Chip) Delete(string) error {
	err := os.Remove(c.path)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return err
}

func (c *Chip) do(work func(transport.TPM) ([]byte, error)) ([]byte, error) {
	return ask(c.patience, func() (_ []byte, err error) {
		t, err := c.open()
		if err != nil {
			return nil, errors.Join(ErrNone, err)
		}
		defer func() { err = errors.Join(err, t.Close()) }()
		return work(t)
	})
}

// write puts the file in place whole or not at all.
func (s sealed) write(path string) error {
	data, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return durable.WriteFile(path, data)
}

// parent makes the chip's storage key, always the same of the same chip, and runs fn under it.
func parent(t transport.TPM, fn func(p *tpm2.CreatePrimaryResponse, pub *tpm2.TPMTPublic) error) (err error) {
	p, err := tpm2.CreatePrimary{
		PrimaryHandle: tpm2.TPMRHOwner, InPublic: tpm2.New2B(tpm2.ECCSRKTemplate),
	}.Execute(t)
	if err != nil {
		return fmt.Errorf("keyring: storage key: %w", err)
	}
	defer func() {
		_, flushed := tpm2.FlushContext{FlushHandle: p.ObjectHandle}.Execute(t)
		err = errors.Join(err, flushed)
	}()
	pub, err := p.OutPublic.Contents()
	if err != nil {
		return err
	}
	return fn(p, pub)
}

// The sides of a call that a session hides.
var (
	bothWays = tpm2.AESEncryption(128, tpm2.EncryptInOut)
	answers  = tpm2.AESEncryption(128, tpm2.EncryptOut) // of a call that has nothing to hide
)

// hidden is a session that hides a call from whoever listens on the wires of the chip.
func hidden(p *tpm2.CreatePrimaryResponse, pub *tpm2.TPMTPublic, what tpm2.AuthOption) tpm2.Session {
	return tpm2.HMAC(tpm2.TPMAlgSHA256, 16, what, tpm2.Salted(p.ObjectHandle, *pub))
}

func seal(t transport.TPM, book string, secret []byte) (s sealed, err error) {
	err = parent(t, func(p *tpm2.CreatePrimaryResponse, pub *tpm2.TPMTPublic) error {
		made, err := tpm2.Create{
			ParentHandle: tpm2.AuthHandle{Handle: p.ObjectHandle, Name: p.Name, Auth: hidden(p, pub, bothWays)},
			InSensitive: tpm2.TPM2BSensitiveCreate{Sensitive: &tpm2.TPMSSensitiveCreate{
				Data: tpm2.NewTPMUSensitiveCreate(&tpm2.TPM2BSensitiveData{Buffer: secret}),
			}},
			InPublic: tpm2.New2B(tpm2.TPMTPublic{
				Type: tpm2.TPMAlgKeyedHash, NameAlg: tpm2.TPMAlgSHA256,
				ObjectAttributes: tpm2.TPMAObject{
					FixedTPM: true, FixedParent: true, UserWithAuth: true, NoDA: true,
				},
			}),
		}.Execute(t)
		if err != nil {
			return fmt.Errorf("keyring: seal: %w", err)
		}
		s = sealed{Book: book, Public: tpm2.Marshal(made.OutPublic), Private: tpm2.Marshal(made.OutPrivate)}
		return nil
	})
	return s, err
}

func unseal(t transport.TPM, s sealed) (secret []byte, err error) {
	public, err := tpm2.Unmarshal[tpm2.TPM2BPublic](s.Public)
	if err != nil {
		return nil, fmt.Errorf("keyring: the sealed secret was altered: %w", err)
	}
	private, err := tpm2.Unmarshal[tpm2.TPM2BPrivate](s.Private)
	if err != nil {
		return nil, fmt.Errorf("keyring: the sealed secret was altered: %w", err)
	}
	err = parent(t, func(p *tpm2.CreatePrimaryResponse, pub *tpm2.TPMTPublic) (err error) {
		object, err := tpm2.Load{
			ParentHandle: tpm2.AuthHandle{Handle: p.ObjectHandle, Name: p.Name, Auth: hidden(p, pub, bothWays)},
			InPrivate:    *private, InPublic: *public,
		}.Execute(t)
		if err != nil {
			return fmt.Errorf("keyring: sealed by another chip, or altered: %w", err)
		}
		defer func() {
			_, flushed := tpm2.FlushContext{FlushHandle: object.ObjectHandle}.Execute(t)
			err = errors.Join(err, flushed)
		}()
		out, err := tpm2.Unseal{ItemHandle: tpm2.AuthHandle{
			Handle: object.ObjectHandle, Name: object.Name, Auth: hidden(p, pub, answers),
		}}.Execute(t)
		if err != nil {
			return fmt.Errorf("keyring: unseal: %w", err)
		}
		secret = out.OutData.Buffer
		return nil
	})
	return secret, err
}
