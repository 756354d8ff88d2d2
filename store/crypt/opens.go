package crypt

// PasswordOpens tells whether a password opens one slot of the unlocked file. It changes nothing, and
// takes as long as unlocking.
func (k *Keys) PasswordOpens(number int, password string) bool {
	doc := k.present()
	for i := range doc.Slots {
		if s := &doc.Slots[i]; s.ID == number && s.Kind == KindPassword {
			_, ok := s.open(doc.Book, normal(password))
			return ok
		}
	}
	return false
}

// SecretOpens is the number of the slot of a kind that random bytes open in the unlocked file, 0 for
// none. It changes nothing and costs next to nothing.
func (k *Keys) SecretOpens(kind string, secret []byte) int {
	if size := secretSizes[kind]; size == 0 || len(secret) != size {
		return 0
	}
	doc := k.present()
	for i := range doc.Slots {
		if s := &doc.Slots[i]; s.Kind == kind {
			root, ok := s.open(doc.Book, secret)
			root.Zero()
			if ok {
				return s.ID
			}
		}
	}
	return 0
}
