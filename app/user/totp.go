package user

import (
	"cmp"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"zafe/app/auth"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
)

// The second factor is TOTP as every authenticator app knows it: SHA-1, six digits, 30 seconds
// (RFC 6238), one step of tolerance either side.
const (
	stepSeconds  = 30
	stepsAround  = 1
	clockSteps   = 20 // how far a wrong clock is recognised, without being accepted
	secretBytes  = 20
	codeGroups   = 4 // a recovery code is 16 base32 symbols (80 bits) in groups of four
	codeGroupLen = 4
	// stepsKept is how many accepted steps are remembered for a person. A code is shown for 30 seconds and good for 90, so
	// what could still be replayed is among a handful; the rest is what was accepted while the clock was days ahead.
	stepsKept = 64
)

// stepsKey is the setting with the steps accepted lately from a person's telephone, in the order of their use.
func stepsKey(id auth.UserID) string { return fmt.Sprintf("user.steps.%d", id) }

// spentSteps returns them, the last one stored with the person among them.
func spentSteps(tx Tx, u User) (spent []int64, err error) {
	if _, err = tx.Setting(stepsKey(u.ID), &spent); err == nil && !slices.Contains(spent, u.LastStep) {
		spent = append(spent, u.LastStep)
	}
	return spent, err
}

func saveSpent(tx Tx, id auth.UserID, spent []int64) error {
	return tx.SetSetting(stepsKey(id), spent[max(0, len(spent)-stepsKept):])
}

// newSecret returns a fresh TOTP secret in base32 without padding.
func newSecret() (string, error) {
	b := make([]byte, secretBytes)
	if _, err := rand.Read(b); err != nil {
		return "", err
	}
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b), nil
}

// enrolURI is what the QR code holds: the phone lists the code under the company's name, so that somebody who
// works for two tells them apart. It is built here because the library does not escape '&' and '+' in the
// issuer, and shops are called "Dupont & Fils".
func enrolURI(company, login, secret string) string {
	escape := func(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }
	issuer := cmp.Or(strings.TrimSpace(strings.ReplaceAll(company, ":", " ")), "Zafè")
	return "otpauth://totp/" + escape(issuer) + ":" + escape(login) + "?secret=" + secret +
		"&issuer=" + escape(issuer) + "&algorithm=SHA1&digits=6&period=30"
}

// matchStep returns the time step whose code equals code, within around steps of now.
func matchStep(secret, code string, now time.Time, around int64) (step int64, ok bool) {
	current := now.Unix() / stepSeconds
	for d := -around; d <= around; d++ {
		want, err := hotp.GenerateCodeCustom(secret, uint64(current+d),
			hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err == nil && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 && !ok {
			step, ok = current+d, true
		}
	}
	return step, ok
}

// CodeAt returns the six digits of a secret at an instant: for scripts given --totp-file and tests.
func CodeAt(secret string, now time.Time) (string, error) {
	return hotp.GenerateCodeCustom(strings.ToUpper(strings.TrimSpace(secret)), uint64(now.Unix()/stepSeconds),
		hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
}

// foldCode strips what people type around a code: spaces, dashes, case.
func foldCode(s string) string {
	return strings.ToUpper(strings.NewReplacer(" ", "", "-", "", "\u00a0", "", "\u202f", "").Replace(s))
}
