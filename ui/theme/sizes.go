package theme

import (
	"fyne.io/fyne/v2"
	fynetheme "fyne.io/fyne/v2/theme"
)

// Text sizes, in logical points.
const (
	SizeCaption float32 = 11.5
	SizeText    float32 = 13
	SizeSub     float32 = 15
	SizeTitle   float32 = 20
)

// Heights and widths of the pieces, in logical pixels.
const (
	ControlHeight   float32 = 32 // buttons
	InputHeight     float32 = 30
	RowCompact      float32 = 28
	RowComfort      float32 = 34
	RowHeader       float32 = 30
	NavWidth        float32 = 208
	NavItemHeight   float32 = 34
	StatusBarHeight float32 = 28
	IconSize        float32 = 16
	NavIconSize     float32 = 18
)

// Corner radii.
const (
	RadiusControl float32 = 5
	RadiusPopup   float32 = 6
	RadiusCard    float32 = 8
)

// Spacing. Views use these rather than numbers of their own.
const (
	GapLabel  float32 = 4  // label to input
	GapTight  float32 = 8  // between buttons
	GapField  float32 = 12 // field to field
	GapCard   float32 = 14 // card to card
	PadCard   float32 = 16 // inside a card
	PadPage   float32 = 20 // sides of a page
	PadSmall  float32 = 6
	HairWidth float32 = 1
)

var sizes = map[fyne.ThemeSizeName]float32{
	fynetheme.SizeNameText:               SizeText,
	fynetheme.SizeNameCaptionText:        SizeCaption,
	fynetheme.SizeNameHeadingText:        SizeTitle,
	fynetheme.SizeNameSubHeadingText:     SizeSub,
	fynetheme.SizeNamePadding:            4,
	fynetheme.SizeNameInnerPadding:       6,
	fynetheme.SizeNameInputBorder:        1,
	fynetheme.SizeNameInputRadius:        RadiusControl,
	fynetheme.SizeNameSelectionRadius:    2,
	fynetheme.SizeNameInlineIcon:         IconSize,
	fynetheme.SizeNameLineSpacing:        4,
	fynetheme.SizeNameScrollBar:          11,
	fynetheme.SizeNameScrollBarSmall:     6,
	fynetheme.SizeNameScrollBarRadius:    3,
	fynetheme.SizeNameSeparatorThickness: HairWidth,
	fynetheme.SizeNameModalBlurRadius:    0,
	fynetheme.SizeNameButtonRadius:       RadiusControl,
	fynetheme.SizeNameCardRadius:         RadiusCard,
	fynetheme.SizeNamePopupRadius:        RadiusPopup,
}
