package shell

import (
	"encoding/json"
	"time"

	"fyne.io/fyne/v2/lang"

	"zafe/app/i18n"
	"zafe/ui/kit"
)

// UseLanguage gives the widgets, and the toolkit's own file dialogs, the words of a language.
func UseLanguage(p *i18n.Printer) error {
	kit.SetWords(words(p))
	return toolkit(p)
}

func words(p *i18n.Printer) kit.Words {
	t := func(key string) string { return p.T("shell.word."+key, nil) }
	w := kit.Words{
		Cut: t("cut"), Copy: t("copy"), Paste: t("paste"), SelectAll: t("select_all"),
		Cancel: p.T("common.cancel", nil), Close: p.T("common.close", nil), Loading: p.T("common.loading",
			nil),
		NoResult: t("no_result"), Today: t("today"), ShowPassword: t("show_password"),
		HidePassword: t("hide_password"),
		Previous:     t("previous"), Next: t("next"),
	}
	for i := range w.Months {
		w.Months[i] = p.Month(time.Month(i + 1))
	}
	for i := range w.Days {
		name := []rune(p.Weekday(time.Weekday((i + 1) % 7)))
		w.Days[i] = string(name[:2])
	}
	return w
}

// toolkitWords are the words of the file dialogs, by the toolkit's own names.
var toolkitWords = map[string]string{
	"Advanced": "advanced", "Cancel": "cancel", "Confirm": "confirm", "Copy": "copy",
	"Create Folder": "create_folder",
	"Cut":           "cut", "Enter filename": "enter_name", "Error": "error", "Favourites": "favourites",
	"File":   "file",
	"Folder": "folder", "New Folder": "new_folder", "No": "no", "OK": "ok", "Open": "open", "Paste": "paste",
	"Quit": "quit", "Redo": "redo", "Save": "save", "Select all": "select_all",
	"Show Hidden Files": "hidden_files",
	"Undo":              "undo", "Yes": "yes", "file.name": "file_name", "file.parent": "file_parent",
}

// toolkit registers the words under the language of the system, whichever it is: the toolkit has no
// way to be told a language.
func toolkit(p *i18n.Printer) error {
	texts := map[string]string{}
	for name, key := range toolkitWords {
		texts[name] = p.T("shell.toolkit."+key, nil)
	}
	data, err := json.Marshal(texts)
	if err != nil {
		return err
	}
	return lang.AddTranslationsForLocale(data, lang.SystemLocale())
}
