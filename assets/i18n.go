package assets

import (
	"embed"
	"io/fs"
)

//go:embed i18n/*/*.json
var messageFiles embed.FS

// Catalogue returns the message catalogues, as i18n/<lang>/<subject>.json.
func Catalogue() fs.FS { return messageFiles }
