package demo

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"time"

	"zafe/app/billing"
	"zafe/app/file"
	"zafe/app/op"
)

// signedMax is how many quotes come with the paper the customer signed.
const signedMax = 6

// papers attaches what customers gave: the quotes they signed, the plan of a kitchen.
func (m *maker) papers() error {
	for _, id := range m.signed[max(0, len(m.signed)-signedMax):] {
		var paper bytes.Buffer
		d, err := billing.PDF.Fetch(op.AsActor(m.ctx, m.people["marc"]), m.caller, billing.PDFRequest{ID: id}, &paper)
		if err != nil {
			return err
		}
		about := file.Subject{Kind: file.Document, ID: int64(id)}
		if err := m.attach(about, "Signé – "+d.Name, paper.Bytes()); err != nil {
			return err
		}
	}
	plan, err := plan()
	if err != nil {
		return err
	}
	for _, c := range m.customers[:3] {
		about := file.Subject{Kind: file.Customer, ID: int64(c.ID)}
		if err := m.attach(about, "Plan de la cuisine.png", plan); err != nil {
			return err
		}
	}
	return nil
}

func (m *maker) attach(s file.Subject, name string, content []byte) error {
	m.minute++
	m.clock.Set(LastDay.In(time.UTC).Add(23*time.Hour + 30*time.Minute + time.Duration(m.minute)*time.Millisecond))
	req := file.AttachRequest{Subject: s, Name: name, Size: int64(len(content))}
	_, err := file.Attach.Send(op.AsActor(m.ctx, m.people["marc"]), m.caller, req, bytes.NewReader(content))
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// plan draws a room with a worktop along two walls.
func plan() ([]byte, error) {
	img := image.NewGray(image.Rect(0, 0, 480, 320))
	fill := func(x0, y0, x1, y1 int, grey uint8) {
		draw.Draw(img, image.Rect(x0, y0, x1, y1), image.NewUniform(color.Gray{Y: grey}), image.Point{}, draw.Src)
	}
	fill(0, 0, 480, 320, 255)
	fill(20, 20, 460, 300, 40)
	fill(26, 26, 454, 294, 255)
	fill(26, 26, 454, 86, 190)
	fill(26, 86, 86, 294, 190)
	fill(200, 36, 260, 76, 120)
	var out bytes.Buffer
	err := png.Encode(&out, img)
	return out.Bytes(), err
}
