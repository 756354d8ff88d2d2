package vault

import (
	"context"
	"io"

	"github.com/rclone/rclone/backend/crypt"
	"github.com/rclone/rclone/fs/config/configmap"
	"github.com/rclone/rclone/fs/config/obscure"
)

// Key encrypts and decrypts everything in a vault. It is rclone's own crypt scheme (names: AES-EME in
// base32; data: NaCl secretbox, XSalsa20-Poly1305 in 64 KiB blocks; key: scrypt), so that a stock
// rclone opens a vault with the recovery key typed as its password.
type Key struct {
	cipher *crypt.Cipher
}

// NewKey derives the vault key from the recovery key in its canonical printed form. It costs about a
// tenth of a second on purpose (scrypt).
func NewKey(recovery string) (*Key, error) {
	secret, err := obscure.Obscure(recovery)
	if err != nil {
		return nil, err
	}
	cipher, err := crypt.NewCipher(configmap.Simple{
		"filename_encryption":       "standard",
		"directory_name_encryption": "false",
		"filename_encoding":         "base32",
		"suffix":                    ".bin",
		"password":                  secret,
	})
	if err != nil {
		return nil, err
	}
	return &Key{cipher: cipher}, nil
}

// seal gives the stored form of a leaf name.
func (k *Key) seal(name string) string { return k.cipher.EncryptFileName(name) }

// unseal gives the plain form of a stored leaf name, or false when it was not written with this key.
func (k *Key) unseal(stored string) (string, bool) {
	name, err := k.cipher.DecryptFileName(stored)
	return name, err == nil
}

// encrypt returns a reader of the encrypted form of r.
func (k *Key) encrypt(r io.Reader) (io.Reader, error) { return k.cipher.EncryptData(r) }

// decrypt returns a reader of the plain form of r; a changed byte makes a read fail.
func (k *Key) decrypt(r io.ReadCloser) (io.ReadCloser, error) { return k.cipher.DecryptData(r) }

// decryptRange is decrypt for n bytes of a content from an offset; open opens a range of its encrypted form.
func (k *Key) decryptRange(ctx context.Context, open crypt.OpenRangeSeek, offset, n int64) (io.ReadCloser, error) {
	return k.cipher.DecryptDataSeek(ctx, open, offset, n)
}

// storedSize gives the number of bytes a content of n bytes occupies in a vault.
func (k *Key) storedSize(n int64) int64 { return k.cipher.EncryptedSize(n) }
