package remote

import (
	"context"
	"errors"

	"zafe/app/fault"

	"github.com/rclone/rclone/fs"
)

// fullBelow is how little room makes a full place the likely reason of a refusal that gives none.
const fullBelow = 64 << 20

// Told is Classify for what went wrong while something was written at a place: of a refusal without a reason
// it asks how much room is left there.
func Told(ctx context.Context, f fs.Fs, err error) error {
	told := Classify(err)
	about := f.Features().About
	if fault.KeyOf(told) != faultOther.Key || about == nil || ctx.Err() != nil {
		return told
	}
	if usage, aboutErr := about(ctx); aboutErr == nil && usage.Free != nil && *usage.Free < fullBelow {
		return faultFull.Because(err)
	}
	return told
}

// nobody is a name that nobody gives to anything.
const nobody = "zafe-b7c1e0a45d2f4c2e"

// Absent says why no copies were found at a place, besides that there are none, the error given: the folder
// is not there, or something answers in the place's stead that has all that is asked for, such as the page
// of a hotel's network.
func Absent(ctx context.Context, f fs.Fs, none error) error {
	if _, err := f.List(ctx, ""); errors.Is(err, fs.ErrorDirNotFound) {
		return faultNotFound.Because(none)
	}
	if _, err := f.NewObject(ctx, nobody); err == nil {
		return faultPortal.Because(none)
	}
	if _, err := f.List(ctx, nobody); err == nil && !f.Features().BucketBased {
		return faultPortal.Because(none)
	}
	return none
}
