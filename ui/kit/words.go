package kit

// Words are the few texts the kit writes by itself. The shell gives them once,
// in the user's language, before it opens a window.
type Words struct {
	Cut, Copy, Paste, SelectAll string
	Cancel, Close               string
	NoResult                    string // an empty list of proposals
	Loading                     string
	Today                       string
	Months                      [12]string // full names
	Days                        [7]string  // two letters, from Monday
	ShowPassword, HidePassword  string
	Previous, Next              string
	Unsaved, UnsavedText        string // the question before a form that was filled in is closed
	Leave, Stay                 string // its answers
}

var words Words

// SetWords gives the kit its texts.
func SetWords(w Words) { words = w }
