package page

import "zafe/app/i18n"

// Far says how far work has come, to the right of its bar: objects and bytes, of so many; "" as long as neither is known.
// share is that of the bytes, or of the objects where those have no size, from 0 to 1, -1 when not known.
func Far(text *i18n.Printer, done, total int64, files, of int) (says string, share float64) {
	share = -1
	if total > 0 {
		says, share = text.Bytes(done)+" / "+text.Bytes(total), float64(done)/float64(total)
	}
	if of > 0 {
		count := text.T("backup.files_of", map[string]any{
			"n": text.Number(int64(files)), "of": text.Number(int64(of)),
		})
		if share < 0 {
			share = float64(files) / float64(of)
		}
		says = count + separated(says)
	}
	return says, share
}

func separated(says string) string {
	if says == "" {
		return ""
	}
	return " · " + says
}
