package shell

import (
	"time"

	"zafe/app/i18n"
	"zafe/ui/kit"
)

// UseLanguage gives the widgets the words of a language.
func UseLanguage(p *i18n.Printer) { kit.SetWords(words(p)) }

func words(p *i18n.Printer) kit.Words {
	t := func(key string) string { return p.T("shell.word."+key, nil) }
	w := kit.Words{
		Cut: t("cut"), Copy: t("copy"), Paste: t("paste"), SelectAll: t("select_all"),
		Cancel: p.T("common.cancel", nil), Close: p.T("common.close", nil), Loading: p.T("common.loading",
			nil),
		NoResult: t("no_result"), Today: t("today"), ShowPassword: t("show_password"),
		HidePassword: t("hide_password"),
		Previous:     t("previous"), Next: t("next"),
		Unsaved: t("unsaved"), UnsavedText: t("unsaved_text"), Leave: t("leave"), Stay: t("stay"),
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
