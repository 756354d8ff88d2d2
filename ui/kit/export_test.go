package kit

// TipsAtOnce makes tips show without waiting for the pointer to rest.
func TipsAtOnce() { tipDelay = 0 }

// DrawnLines are the lines a text is broken into for its width.
func DrawnLines(t *TextArea) []string {
	var out []string
	for _, l := range t.lines {
		out = append(out, string(t.runes[l.start:l.end]))
	}
	return out
}

// BlinkStep runs one step of a caret's blinking in the present turn.
func BlinkStep(e *LineEdit, left int) (on, goOn bool) {
	goOn = e.blinkStep(e.blinkTurn, left)
	return e.caretOn, goOn
}
