package kit

import "fyne.io/fyne/v2"

// Copy puts a text in the clipboard that the person wrote or may hand on as it is. It is not for rows of a list:
// what leaves a list is an export, which the book counts.
func Copy(text string) { fyne.CurrentApp().Clipboard().SetContent(text) }
