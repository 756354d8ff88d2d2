package kit

import (
	"time"

	"fyne.io/fyne/v2"
)

// secretFor is how long a secret stays in the clipboard.
const secretFor = time.Minute

// CopySecret puts a text in the clipboard for a minute: long enough to paste it, and not there any more for whoever
// pastes next. What was copied meanwhile stays.
func CopySecret(text string) {
	board := fyne.CurrentApp().Clipboard()
	board.SetContent(text)
	After(secretFor, func() {
		if board.Content() == text {
			board.SetContent("")
		}
	})
}
