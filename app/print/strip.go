package print

// fact is a label and its value.
type fact struct{ label, value string }

// strip lays facts out in four columns between two hairlines.
func (s *letter) strip(list []fact) {
	const columns, gap = 4, 5.0
	const width = (contentWidth - gap*(columns-1)) / columns
	pad := s.space(2.2)
	s.rule(s.y)
	s.y += pad
	for len(list) > 0 {
		row := list[:min(columns, len(list))]
		list = list[len(row):]
		height := 0.0
		for i, f := range row {
			x, y := marginSide+float64(i)*(width+gap), s.y
			value := s.wrap(f.value, textValue, width)
			value = value[:min(len(value), 4)]
			s.put(func() {
				s.fit(x, y, s.t.say(f.label), textLabel, left, width)
				s.lines(x, y+3.6, value, textValue, left)
			})
			height = max(height, 3.6+float64(len(value))*textValue.lineHeight())
		}
		s.y += height + pad
	}
	s.rule(s.y)
	s.y += 3
}

// rule puts a hairline across the content.
func (s *letter) rule(y float64) {
	s.put(func() { s.hairline(marginSide, y, contentWidth, inkHairline, 0.2) })
}
