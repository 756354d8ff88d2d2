package print

import "math"

// Color is an opaque sRGB colour.
type Color struct{ R, G, B uint8 }

// The ink of every document; only the accent is chosen by the company.
var (
	inkText     = Color{0x1B, 0x24, 0x30}
	inkMuted    = Color{0x58, 0x64, 0x75}
	inkFaint    = Color{0x89, 0x93, 0xA2}
	inkHairline = Color{0xDD, 0xE2, 0xE9}
	inkSoft     = Color{0xF5, 0xF7, 0xFA}
	inkPaid     = Color{0x17, 0x7A, 0x4B}
	inkWarn     = Color{0xB0, 0x2A, 0x25}
	inkWhite    = Color{0xFF, 0xFF, 0xFF}
)

// DefaultAccent is the accent of a company that chose none.
var DefaultAccent = Color{0x24, 0x56, 0xD3}

// contrastMin is the contrast with white a text needs to be readable (WCAG 2.2,
// 1.4.3, level AA).
const contrastMin = 4.5

// accent returns the colour to print with: the default for the zero value
// (pure black would be chosen as 1,1,1), darkened until it reads on white.
func (c Color) accent() Color {
	if c == (Color{}) {
		return DefaultAccent
	}
	for c.contrastWithWhite() < contrastMin {
		c.R, c.G, c.B = c.R/10*9, c.G/10*9, c.B/10*9
	}
	return c
}

// tint returns a very light version of the colour, for backgrounds.
func (c Color) tint() Color {
	mix := func(v uint8) uint8 { return uint8(255 - (255-int(v))*7/100) }
	return Color{mix(c.R), mix(c.G), mix(c.B)}
}

func (c Color) contrastWithWhite() float64 {
	linear := func(v uint8) float64 {
		s := float64(v) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	luminance := 0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B)
	return 1.05 / (luminance + 0.05)
}
