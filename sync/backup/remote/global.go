package remote

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/rclone/rclone/fs"
)

// rclone keeps its logger and some limits (such as those of its one HTTP transport) in globals it reads
// without a lock: they are set before anything runs.
func init() {
	fs.SetLogger(quiet{})
	ci := fs.GetConfig(context.Background())
	ci.LowLevelRetries = 4
	ci.ConnectTimeout = fs.Duration(15 * time.Second)
	ci.Timeout = fs.Duration(2 * time.Minute)
}

// quiet passes on what rclone says to the program's logger of the moment, at debug level: a broken
// line that rclone tries again is no event of ours.
type quiet struct {
	with []func(slog.Handler) slog.Handler
}

func (q quiet) handler() slog.Handler {
	h := slog.Default().Handler()
	for _, add := range q.with {
		h = add(h)
	}
	return h
}

// Enabled says whether debug messages are wanted at all.
func (q quiet) Enabled(ctx context.Context, _ slog.Level) bool {
	return slog.Default().Handler().Enabled(ctx, slog.LevelDebug)
}

// Handle passes a message on at debug level.
func (q quiet) Handle(ctx context.Context, r slog.Record) error {
	r.Level = slog.LevelDebug
	return q.handler().Handle(ctx, r)
}

// WithAttrs keeps the wrapping.
func (q quiet) WithAttrs(attrs []slog.Attr) slog.Handler {
	return q.and(func(h slog.Handler) slog.Handler { return h.WithAttrs(attrs) })
}

// WithGroup keeps the wrapping.
func (q quiet) WithGroup(name string) slog.Handler {
	return q.and(func(h slog.Handler) slog.Handler { return h.WithGroup(name) })
}

func (q quiet) and(add func(slog.Handler) slog.Handler) quiet {
	return quiet{with: append(slices.Clip(q.with), add)}
}
