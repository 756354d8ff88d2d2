package destform

import (
	"fyne.io/fyne/v2"

	"zafe/app/backup"
	"zafe/app/i18n"
	"zafe/ui/kit"
)

// Loss asks, in plain words, how much work may have to be done again at worst.
type Loss struct {
	field  *kit.Field
	choice *kit.Choice
}

// NewLoss shows a choice; one that was never made begins with an hour.
func NewLoss(p *i18n.Printer, chosen backup.Loss) *Loss {
	if chosen == "" {
		chosen = backup.Hour
	}
	var options []kit.Option
	for _, l := range backup.Losses() {
		options = append(options, kit.Option{Key: string(l), Text: p.T("backups.loss."+string(l), nil)})
	}
	l := &Loss{choice: kit.NewSegmented(options, nil)}
	l.choice.SetKey(string(chosen))
	l.field = kit.NewField(p.T("backups.loss_ask", nil), l.choice).Hint(p.T("backups.loss_hint", nil))
	return l
}

// Object is what is shown.
func (l *Loss) Object() fyne.CanvasObject { return l.field }

// Value is what is chosen.
func (l *Loss) Value() backup.Loss { return backup.Loss(l.choice.Key()) }
