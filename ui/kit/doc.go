// Package kit is the set of widgets every page is made of. Widgets expose
// callbacks and draw what they are given: they know no operation, no customer,
// no invoice, and write no text of their own but the few words given to
// SetWords. Colours, sizes and icons come from zafe/ui/theme; icons are named
// as in Phosphor ("users", "file-text"). No stock Fyne button, select, entry,
// check or dialog is used.
//
// # A window
//
//	kit.SetWords(words)                          // once, in the user's language
//	theme.Apply(app, theme.System)
//	host := kit.NewHost(kit.Shell(nav, nil, page, status))
//	w.SetPadded(false)
//	w.SetContent(host)
//	host.Attach(w)                               // toasts and tips of this window
//	keys := kit.InstallKeys(w)                   // shortcuts, even inside a field
//	keys.Add(kit.Command{Key: fyne.KeyN, Mod: fyne.KeyModifierShortcutDefault, Run: create})
//
// A page adds its own commands while it is shown and takes them out with the
// function Add returns. Later commands win. With a dialog open only the
// commands marked InModal run.
//
// # A page
//
//	head := kit.NewHeader("Clients", "Fichier clients", kit.NewButton("Nouveau client", "plus", kit.Primary, create))
//	page := kit.NewPage(head, grid).Bar(kit.HBox(8, search, chips)).Foot(kit.Caption("3 clients"))
//
// A Page, a Card and a Scroll bound their least size: a longer text never
// enlarges the window. One Primary button per page, at the top right. Lay out
// with VBox, VFill, HBox (with Spacer), Cols, Split, FormGrid, Pad, Fixed and
// the gaps of package theme. In an HBox a text of Style.Shrink (Muted, Caption,
// Title, Sub) gives way when the room is short; plain ones do not.
// A wrapped text gets its height from its width: put it in a VBox, a Card or a
// Scroll, not in a Fyne border container.
//
// # Fields
//
//	name := kit.NewLineEdit("")
//	f := kit.NewField("Raison sociale", name).Required()
//	f.SetError("Indiquez un nom")                // red border and line; "" clears it
//	form := kit.FormGrid(2, f, kit.NewField("Règlement", kit.NewSelect(options, changed)))
//
// SetText, SetKey, SetOn, SetDate and the like never call the OnChanged of the
// widget: only the user does. Public fields are set before the widget is shown,
// or followed by Refresh. Everything runs on the UI goroutine: use fyne.Do from
// elsewhere.
//
// # Lists and entry
//
// Grid shows any number of rows read by callback; call Reload when they
// changed, give Loaded and Need to page them from a server. EditGrid enters
// lines over an EditModel (package kit/edit, which has no Fyne, so that models
// are plain Go): see the tables of keys at EditGrid.
//
// # Tests
//
// Set After to Never, build the page in a window of fyne.io/fyne/v2/test, call
// theme.Apply, type on Canvas().Focused(), and test shortcuts on Keys.Handle.
package kit
