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
	Loss   Loss      `json:"loss"`            // "" : never chosen
	Paused time.Time `json:"paused,omitzero"` // nothing is sent by itself before
	Speed  Speed     `json:"speed,omitzero"`
	// WaitSeconds is how much longer work waits because of the rhythm of the places themselves: it follows from
	// theirs, and is not kept.
	WaitSeconds int64 `json:"wait_s,omitempty"`
}

// PauseMost is the longest pause: a day without copies is as much as anybody forgets without harm.
const PauseMost = 24 * time.Hour

// PausedUntil is the end of the pause that goes on now, zero for none. One that ends further away than any may was
// made by a clock that was wrong.
func (r Rules) PausedUntil(now time.Time) time.Time {
	if !r.Paused.After(now) || r.Paused.Sub(now) > PauseMost {
		return time.Time{}
	}
	return r.Paused
}

// Speed is how much of the line the copies may take on their way out, in thousands of bits per second as providers
// count them; 0 is all of it.
type Speed struct {
	DayKbit   int64 `json:"day_kbit"` // while people work, see [DayBegins]
	NightKbit int64 `json:"night_kbit"`
}

// The hours of the day, by the clock of the main PC, while people work.
const (
	DayBegins = 8
	DayEnds   = 19
)

// The bounds of a limit, in thousands of bits per second: a slower one would keep no promise.
const (
	KbitLeast = 200
	KbitMost  = 10_000_000
)

// At is the limit at a moment of the main PC's clock.
func (s Speed) At(now time.Time) int64 {
	if h := now.Hour(); h >= DayBegins && h < DayEnds {
		return s.DayKbit
	}
	return s.NightKbit
}

// Validate refuses what would let nothing through.
func (s Speed) Validate() error {
	for field, kbit := range map[string]int64{"day_kbit": s.DayKbit, "night_kbit": s.NightKbit} {
		if kbit != 0 && (kbit < KbitLeast || kbit > KbitMost) {
			return fault.Field(field, "backup.speed_bounds", "least", KbitLeast, "most", KbitMost)
		}
	}
	return nil
}

// PauseRequest holds the sending back for some minutes, or until the next morning; neither ends a pause.
type PauseRequest struct {
	Minutes int64 `json:"minutes,omitempty"`
	Morning bool  `json:"morning,omitempty"`
}

// Validate refuses a pause that nobody would remember.
func (q PauseRequest) Validate() error {
	if q.Minutes < 0 || q.Minutes > int64(PauseMost/time.Minute) {
		return fault.Field("minutes", "backup.pause_bounds", "hours", int64(PauseMost/time.Hour))
	}
	return nil
}

// Until is the end of a pause that begins now by the main PC's clock, zero for none.
func (q PauseRequest) Until(now time.Time) time.Time {
	switch {
	case q.Morning:
		morning := time.Date(now.Year(), now.Month(), now.Day(), DayBegins, 0, 0, 0, now.Location())
		if !morning.After(now) {
			morning = morning.AddDate(0, 0, 1)
		}
		if most := now.Add(PauseMost); morning.After(most) { // the night when clocks go back
			return most
		}
		return morning
	case q.Minutes > 0:
		return now.Add(time.Duration(q.Minutes) * time.Minute)
	}
	return time.Time{}
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
	Pause = op.Op[PauseRequest, Status]{
		Spec: spec("backup.pause", auth.BackupManage, false,
			"Sends nothing by itself for some minutes or until the next morning; neither of them goes on at once."),
	}
	SetSpeed = op.Op[Speed, Status]{
		Spec: spec("backup.speed", auth.BackupManage, false, "Limits how much of the line the copies take."),
	}
)

// bindRules registers the operations on the rules.
func bindRules[T op.Tx](r *op.Registry[T], e Engine) {
	op.BindAction(r, SetLoss, func(ctx context.Context, q LossRequest) (Status, error) {
		op.Note(ctx, "", 0, "", fmt.Sprintf(`{"loss":%q}`, q.Loss))
		return e.SetLoss(ctx, q.Loss)
	})
	op.BindAction(r, Pause, func(ctx context.Context, q PauseRequest) (Status, error) {
		op.Note(ctx, "", 0, "", fmt.Sprintf(`{"minutes":%d,"morning":%t}`, q.Minutes, q.Morning))
		return e.Pause(ctx, q)
	})
	op.BindAction(r, SetSpeed, func(ctx context.Context, q Speed) (Status, error) {
		op.Note(ctx, "", 0, "", fmt.Sprintf(`{"day_kbit":%d,"night_kbit":%d}`, q.DayKbit, q.NightKbit))
		return e.SetSpeed(ctx, q)
	})
}
