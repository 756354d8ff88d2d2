package backup

import (
	"context"
	"fmt"
	"slices"
	"time"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/op"
)

// Loss is the most work, as a lapse of time, that the owner is ready to do again after the worst (RPO).
type Loss string

// What the owner can choose.
const (
	Quarter Loss = "15m"
	Hour    Loss = "1h"
	HalfDay Loss = "4h"
	Day     Loss = "24h"
)

// Losses are the choices, the least first.
func Losses() []Loss { return []Loss{Quarter, Hour, HalfDay, Day} }

// Most is the promise, the only place where it is one: whatever happens to the PC, no work older than this is lost
// while a place elsewhere can be reached. The rhythm, the light and what each restore point announces follow it. An
// owner who never chose has a day.
func (l Loss) Most() time.Duration {
	if !slices.Contains(Losses(), l) {
		l = Day
	}
	most, err := time.ParseDuration(string(l))
	if err != nil {
		panic(err) // the constants above
	}
	return most
}

// Rules are what the owner decided for all copies of the book.
type Rules struct {
	Loss Loss `json:"loss"` // "" : never chosen
}

// LossRequest chooses the most work to do again.
type LossRequest struct {
	Loss Loss `json:"loss"`
}

// Validate refuses what is not offered.
func (q LossRequest) Validate() error {
	if !slices.Contains(Losses(), q.Loss) {
		return fault.Field("loss", "backup.loss_unknown")
	}
	return nil
}

// The operations on the rules. What they are is part of the status.
var (
	SetLoss = op.Op[LossRequest, Status]{
		Spec: spec("backup.loss", auth.BackupManage, false, "Chooses how much work may have to be done again at worst."),
	}
)

// bindRules registers the operations on the rules.
func bindRules[T op.Tx](r *op.Registry[T], e Engine) {
	op.BindAction(r, SetLoss, func(ctx context.Context, q LossRequest) (Status, error) {
		op.Note(ctx, "", 0, "", fmt.Sprintf(`{"loss":%q}`, q.Loss))
		return e.SetLoss(ctx, q.Loss)
	})
}
