package theme

import (
	"sync"

	"fyne.io/fyne/v2"
	fynetheme "fyne.io/fyne/v2/theme"

	"zafe/assets"
)

// The four faces of IBM Plex Sans. Medium is not reachable through a text
// style: set it as FontSource of a canvas.Text.
var (
	Regular  = face(assets.FontRegular)
	Medium   = face(assets.FontMedium)
	SemiBold = face(assets.FontSemiBold)
	Italic   = face(assets.FontItalic)
)

func face(name string) fyne.Resource {
	return fyne.NewStaticResource(name+".ttf", assets.Font(name))
}

var (
	iconLock sync.Mutex
	icons    = map[string]fyne.Resource{}
)

// Icon returns a Phosphor icon drawn in the text colour of the current set.
// It panics on a name that is not embedded.
func Icon(name string) fyne.Resource {
	return IconIn(name, Text)
}

// IconIn returns a Phosphor icon drawn in a named colour, which follows the
// current set.
func IconIn(name string, color fyne.ThemeColorName) fyne.Resource {
	// One resource per set of colours: a widget knows by comparing pointers
	// that an icon it keeps has to be drawn again.
	key := name + "/" + string(color)
	if IsDark() {
		key += "/dark"
	}
	iconLock.Lock()
	defer iconLock.Unlock()
	if res, ok := icons[key]; ok {
		return res
	}
	source := fyne.NewStaticResource("icon-"+name+".svg", assets.Icon(name))
	res := fynetheme.NewColoredResource(source, color)
	icons[key] = res
	return res
}

// AppIcon returns the application's own mark for windows and the task bar.
func AppIcon() fyne.Resource {
	return fyne.NewStaticResource("app.png", assets.AppIcon())
}

// fyneIcons maps the icons stock Fyne parts ask for to the same drawings.
var fyneIcons = map[fyne.ThemeIconName]string{
	fynetheme.IconNameCancel:         "x",
	fynetheme.IconNameConfirm:        "check",
	fynetheme.IconNameDelete:         "trash",
	fynetheme.IconNameSearch:         "magnifying-glass",
	fynetheme.IconNameMenu:           "list",
	fynetheme.IconNameMenuExpand:     "caret-right",
	fynetheme.IconNameContentAdd:     "plus",
	fynetheme.IconNameContentClear:   "x",
	fynetheme.IconNameContentRemove:  "minus",
	fynetheme.IconNameContentCopy:    "copy",
	fynetheme.IconNameContentUndo:    "arrow-counter-clockwise",
	fynetheme.IconNameContentRedo:    "arrow-clockwise",
	fynetheme.IconNameDocument:       "file",
	fynetheme.IconNameDocumentPrint:  "printer",
	fynetheme.IconNameDocumentSave:   "floppy-disk",
	fynetheme.IconNameMoreHorizontal: "dots-three",
	fynetheme.IconNameMoreVertical:   "dots-three-vertical",
	fynetheme.IconNameInfo:           "info",
	fynetheme.IconNameQuestion:       "question",
	fynetheme.IconNameWarning:        "warning",
	fynetheme.IconNameError:          "warning-circle",
	fynetheme.IconNameNavigateBack:   "caret-left",
	fynetheme.IconNameNavigateNext:   "caret-right",
	fynetheme.IconNameMoveDown:       "arrow-down",
	fynetheme.IconNameMoveUp:         "arrow-up",
	fynetheme.IconNameArrowDropDown:  "caret-down",
	fynetheme.IconNameArrowDropUp:    "caret-up",
	fynetheme.IconNameFile:           "file",
	fynetheme.IconNameFolder:         "folder",
	fynetheme.IconNameFolderNew:      "plus",
	fynetheme.IconNameFolderOpen:     "folder-open",
	fynetheme.IconNameHelp:           "question",
	fynetheme.IconNameHistory:        "clock-counter-clockwise",
	fynetheme.IconNameHome:           "house",
	fynetheme.IconNameSettings:       "gear",
	fynetheme.IconNameViewRefresh:    "arrows-clockwise",
	fynetheme.IconNameVisibility:     "eye",
	fynetheme.IconNameVisibilityOff:  "eye-slash",
	fynetheme.IconNameDownload:       "download-simple",
	fynetheme.IconNameUpload:         "upload-simple",
	fynetheme.IconNameComputer:       "desktop",
	fynetheme.IconNameStorage:        "hard-drive",
	fynetheme.IconNameAccount:        "user",
	fynetheme.IconNameCalendar:       "calendar",
	fynetheme.IconNameLogin:          "sign-in",
	fynetheme.IconNameLogout:         "sign-out",
	fynetheme.IconNameList:           "list-bullets",
	fynetheme.IconNameGrid:           "squares-four",
}
