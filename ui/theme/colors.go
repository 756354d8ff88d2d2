package theme

import (
	"image/color"

	"fyne.io/fyne/v2"
	fynetheme "fyne.io/fyne/v2/theme"
)

// Colour names of surfaces, lines and text.
const (
	Canvas     fyne.ThemeColorName = "zafe.canvas"     // behind the cards
	Surface    fyne.ThemeColorName = "zafe.surface"    // cards, inputs, popups
	SurfaceAlt fyne.ThemeColorName = "zafe.surfaceAlt" // header rows, bars, read-only fields
	Stripe     fyne.ThemeColorName = "zafe.stripe"     // every second row
	Input      fyne.ThemeColorName = "zafe.input"      // inside an editable field
	Hairline   fyne.ThemeColorName = "zafe.hairline"
	Outline    fyne.ThemeColorName = "zafe.outline" // border of controls
	Text       fyne.ThemeColorName = "zafe.text"
	Muted      fyne.ThemeColorName = "zafe.muted"
	Faint      fyne.ThemeColorName = "zafe.faint"
	CardShadow fyne.ThemeColorName = "zafe.cardShadow"
	PopShadow  fyne.ThemeColorName = "zafe.popShadow"
	Scrim      fyne.ThemeColorName = "zafe.scrim" // over the page, under a modal
)

// Colour names of actions and selection.
const (
	Primary        fyne.ThemeColorName = "zafe.primary"
	PrimaryHover   fyne.ThemeColorName = "zafe.primaryHover"
	PrimaryPressed fyne.ThemeColorName = "zafe.primaryPressed"
	PrimarySoft    fyne.ThemeColorName = "zafe.primarySoft" // tint behind an icon or a chosen chip
	PrimaryText    fyne.ThemeColorName = "zafe.primaryText" // links, text on PrimarySoft
	OnPrimary      fyne.ThemeColorName = "zafe.onPrimary"
	Danger         fyne.ThemeColorName = "zafe.danger" // fill of a destructive button
	DangerHover    fyne.ThemeColorName = "zafe.dangerHover"
	Hover          fyne.ThemeColorName = "zafe.hover"   // fill under the pointer
	Pressed        fyne.ThemeColorName = "zafe.pressed" // fill under a held pointer
	Disabled       fyne.ThemeColorName = "zafe.disabled"
	Track          fyne.ThemeColorName = "zafe.track" // empty part of a gauge, second series
	RowHover       fyne.ThemeColorName = "zafe.rowHover"
	RowSelected    fyne.ThemeColorName = "zafe.rowSelected"
	Selection      fyne.ThemeColorName = "zafe.selection" // selected characters
)

// Colour names of states: a soft fill, a dark text on it, and a solid colour
// for lines and gauges.
const (
	Ok          fyne.ThemeColorName = "zafe.ok"
	OkSoft      fyne.ThemeColorName = "zafe.okSoft"
	OkText      fyne.ThemeColorName = "zafe.okText"
	Warn        fyne.ThemeColorName = "zafe.warn"
	WarnSoft    fyne.ThemeColorName = "zafe.warnSoft"
	WarnText    fyne.ThemeColorName = "zafe.warnText"
	Error       fyne.ThemeColorName = "zafe.error"
	ErrorSoft   fyne.ThemeColorName = "zafe.errorSoft"
	ErrorText   fyne.ThemeColorName = "zafe.errorText"
	NeutralSoft fyne.ThemeColorName = "zafe.neutralSoft"
	NeutralText fyne.ThemeColorName = "zafe.neutralText"
)

// Colour names of the dark bar on the left and of the login panel, dark in
// both sets.
const (
	Nav          fyne.ThemeColorName = "zafe.nav"
	NavEnd       fyne.ThemeColorName = "zafe.navEnd" // lower end of the login panel
	NavHover     fyne.ThemeColorName = "zafe.navHover"
	NavActive    fyne.ThemeColorName = "zafe.navActive"
	NavText      fyne.ThemeColorName = "zafe.navText"
	NavTextOn    fyne.ThemeColorName = "zafe.navTextOn"
	NavMuted     fyne.ThemeColorName = "zafe.navMuted"
	NavBadge     fyne.ThemeColorName = "zafe.navBadge"
	NavBadgeText fyne.ThemeColorName = "zafe.navBadgeText"
)

type pair struct{ light, dark color.NRGBA }

func hex(rgb uint32) color.NRGBA {
	return color.NRGBA{R: uint8(rgb >> 16), G: uint8(rgb >> 8), B: uint8(rgb), A: 0xff}
}

func veil(rgb uint32, alpha uint8) color.NRGBA {
	c := hex(rgb)
	c.A = alpha
	return c
}

var palette = map[fyne.ThemeColorName]pair{
	Canvas:     {hex(0xF4F6F9), hex(0x0F141B)},
	Surface:    {hex(0xFFFFFF), hex(0x18202A)},
	SurfaceAlt: {hex(0xF7F9FB), hex(0x1D2631)},
	Stripe:     {hex(0xFAFBFC), hex(0x1A232E)},
	Input:      {hex(0xFFFFFF), hex(0x121923)},
	Hairline:   {hex(0xE2E6EC), hex(0x28323F)},
	Outline:    {hex(0xC9D0DA), hex(0x364252)},
	Text:       {hex(0x1B2430), hex(0xE3E8EF)},
	Muted:      {hex(0x586475), hex(0x9BA8B9)},
	Faint:      {hex(0x8993A2), hex(0x6D7A8C)},
	CardShadow: {veil(0x14213A, 0x12), veil(0x000000, 0x38)},
	PopShadow:  {veil(0x14213A, 0x38), veil(0x000000, 0x80)},
	Scrim:      {veil(0x14213A, 0x66), veil(0x05080C, 0x99)},

	Primary:        {hex(0x2456D3), hex(0x4C82F0)},
	PrimaryHover:   {hex(0x1E4ABA), hex(0x6192F3)},
	PrimaryPressed: {hex(0x1A409F), hex(0x3F73DD)},
	PrimarySoft:    {hex(0xE4ECFD), hex(0x1D3158)},
	PrimaryText:    {hex(0x2456D3), hex(0x7FA6F6)},
	OnPrimary:      {hex(0xFFFFFF), hex(0xFFFFFF)},
	Danger:         {hex(0xC2342F), hex(0xC9443F)},
	DangerHover:    {hex(0xA92B27), hex(0xD5524C)},
	Hover:          {hex(0xEDF1F7), hex(0x232E3B)},
	Pressed:        {hex(0xE2E8F1), hex(0x2B3846)},
	Disabled:       {hex(0xA9B1BD), hex(0x566273)},
	Track:          {hex(0xC5D3EC), hex(0x33435D)},
	RowHover:       {hex(0xF1F5FC), hex(0x1E2936)},
	RowSelected:    {hex(0xDFE9FD), hex(0x223A66)},
	Selection:      {hex(0xCBDAF8), hex(0x2C4A82)},

	Ok:          {hex(0x177A4B), hex(0x36A772)},
	OkSoft:      {hex(0xDDF3E7), hex(0x17352A)},
	OkText:      {hex(0x11643C), hex(0x6FD3A2)},
	Warn:        {hex(0xB26A00), hex(0xDD9A2E)},
	WarnSoft:    {hex(0xFCEFD6), hex(0x3C2D10)},
	WarnText:    {hex(0x8A5200), hex(0xF0BE6A)},
	Error:       {hex(0xC2342F), hex(0xE5635D)},
	ErrorSoft:   {hex(0xFBE3E2), hex(0x451F20)},
	ErrorText:   {hex(0xA32822), hex(0xF4938D)},
	NeutralSoft: {hex(0xE9EDF3), hex(0x2A3442)},
	NeutralText: {hex(0x586475), hex(0xA9B5C5)},

	Nav:          {hex(0x14213A), hex(0x0B1017)},
	NavEnd:       {hex(0x1E3A78), hex(0x14233F)},
	NavHover:     {hex(0x1D2E4F), hex(0x141C29)},
	NavActive:    {hex(0x27406E), hex(0x1E2E4C)},
	NavText:      {hex(0xB9C4D6), hex(0x93A1B5)},
	NavTextOn:    {hex(0xFFFFFF), hex(0xFFFFFF)},
	NavMuted:     {hex(0x8FA0BC), hex(0x76859B)},
	NavBadge:     {hex(0x27406E), hex(0x1E2E4C)},
	NavBadgeText: {hex(0xDCE5F5), hex(0xB7C6DF)},
}

// aliases gives the stock widgets still in use (text area, scroll, menus) the
// colours of the same set.
var aliases = map[fyne.ThemeColorName]fyne.ThemeColorName{
	fynetheme.ColorNameBackground:                Canvas,
	fynetheme.ColorNameButton:                    Surface,
	fynetheme.ColorNameDisabledButton:            SurfaceAlt,
	fynetheme.ColorNameDisabled:                  Disabled,
	fynetheme.ColorNameError:                     Error,
	fynetheme.ColorNameFocus:                     PrimarySoft,
	fynetheme.ColorNameForeground:                Text,
	fynetheme.ColorNameForegroundOnError:         OnPrimary,
	fynetheme.ColorNameForegroundOnPrimary:       OnPrimary,
	fynetheme.ColorNameForegroundOnSuccess:       OnPrimary,
	fynetheme.ColorNameForegroundOnWarning:       OnPrimary,
	fynetheme.ColorNameHeaderBackground:          SurfaceAlt,
	fynetheme.ColorNameHover:                     Hover,
	fynetheme.ColorNameHyperlink:                 PrimaryText,
	fynetheme.ColorNameInnerWindowBorder:         Hairline,
	fynetheme.ColorNameInnerWindowBorderInactive: Hairline,
	fynetheme.ColorNameInputBackground:           Input,
	fynetheme.ColorNameInputBorder:               Outline,
	fynetheme.ColorNameMenuBackground:            Surface,
	fynetheme.ColorNameOverlayBackground:         Surface,
	fynetheme.ColorNamePlaceHolder:               Faint,
	fynetheme.ColorNamePressed:                   Pressed,
	fynetheme.ColorNamePrimary:                   Primary,
	fynetheme.ColorNameScrollBar:                 Faint,
	fynetheme.ColorNameScrollBarBackground:       SurfaceAlt,
	fynetheme.ColorNameSelection:                 Selection,
	fynetheme.ColorNameSeparator:                 Hairline,
	fynetheme.ColorNameShadow:                    CardShadow,
	fynetheme.ColorNameSuccess:                   Ok,
	fynetheme.ColorNameWarning:                   Warn,
}
