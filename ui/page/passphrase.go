package page

import (
	"crypto/rand"

	"zafe/app/password"
	"zafe/ui/kit"
)

// Passphrase proposes a password that is hard to guess and easy to write down: fill puts it in its box, and it is
// shown until the person has noted it.
func Passphrase(e *Env, fill func(phrase string)) {
	phrase, err := password.Passphrase(rand.Reader)
	if err != nil {
		e.Shell.Fail(err)
		return
	}
	fill(phrase)
	kit.Alert(e.Window, kit.Info, e.T("start.password.phrase"), e.T("password.phrase_text", "phrase", phrase),
		e.T("start.password.noted"))
}
