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
