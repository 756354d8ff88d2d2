package start

import (
	"context"

	"zafe/ui/kit"
	"zafe/ui/machine"
)

// alone is the opening of the book by this PC itself, under way or ended.
type alone struct {
	ended chan struct{}
	book  machine.Book // nil when it failed
}

// wait returns the book once the opening ended, nil when somebody has to open it.
func (a *alone) wait() machine.Book {
	if a == nil {
		return nil
	}
	<-a.ended
	return a.book
}

// openAlone opens the book while the log-in is shown already: the other PCs of the office are let in
// before anybody is at this one. Where it fails, the log-in says so and a password opens the book.
func (f *Flow) openAlone() {
	a := &alone{ended: make(chan struct{})}
	f.alone = a
	f.work(func(ctx context.Context) error {
		defer close(a.ended)
		b, err := f.Machine.Open(ctx, machine.Secret{})
		if err == nil {
			a.book = b
		}
		return err
	}, func(err error) {
		if f.alone != a { // a log-in that waited for it was faster
			return
		}
		f.alone = nil
		if err != nil {
			kit.Toast(f.Host, kit.Warn, f.t("start.not_alone"))
			return
		}
		f.book = a.book
		if f.Opened != nil {
			f.Opened(a.book)
		}
	})
}
