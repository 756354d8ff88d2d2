package shell_test

import (
	"context"
	"slices"
	"testing"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/user"
	"zafe/store"
	"zafe/store/storetest"
	"zafe/ui/uitest"
)

// TestANewNoticeWithTheNumberOfOneThatWasReadIsTold: numbers of notices that were forgotten are given again.
func TestANewNoticeWithTheNumberOfOneThatWasReadIsTold(t *testing.T) {
	var waits []user.Notice
	e := newEarOver(t, func(w *storetest.World) {
		op.Bind(w.Registry, user.Notices, func(context.Context, *store.Tx, op.Empty) (user.NoticesResponse, error) {
			return user.NoticesResponse{Notices: slices.Clone(waits)}, nil
		})
		op.Bind(w.Registry, user.Current, func(context.Context, *store.Tx, op.Empty) (user.Me, error) { return uitest.Me(auth.Owner), nil })
		op.Bind(w.Registry, user.NoticesSeen, func(_ context.Context, _ *store.Tx, req user.SeenRequest) (op.Empty, error) {
			waits = slices.DeleteFunc(waits, func(n user.Notice) bool { return slices.Contains(req.IDs, n.ID) })
			return op.Empty{}, nil
		})
	})
	d := e.desk
	me := uitest.Me(auth.Owner)
	waits = []user.Notice{{ID: 1, Kind: user.NoticePlaceOf, User: 2, Name: "Yann", Detail: "PC-3"}}
	d.turn(me, nil)
	d.press("J’ai lu")
	waits = []user.Notice{{ID: 1, Kind: user.NoticePhoneOf, User: 2, Name: "Yann"}}
	d.Fail(fault.New(fault.Unauthenticated, "user.session_over"))
	d.again(me)
	if len(waits) != 1 || len(d.window.Canvas().Overlays().List()) != 1 {
		t.Errorf("%d notices kept, %d dialogs", len(waits), len(d.window.Canvas().Overlays().List()))
	}
}
