package page

import (
	"encoding/json"

	"zafe/app/approval"
	"zafe/app/op"
	"zafe/ui/kit"
)

// Second offers to ask a second person for what takes two: the operation s with a request, of which why says who can
// approve it. asked is told once it waits for them.
func Second(e *Env, s op.Spec, req any, why string, asked func()) {
	e.Shell.Confirm(e.T("approvals.two"), why, e.T("approvals.ask"), false, func() {
		body, err := json.Marshal(req)
		if err != nil {
			e.Shell.Fail(err)
			return
		}
		Do(e, approval.Ask, approval.AskRequest{Op: s.Name, Request: body}, func(op.Empty) {
			asked()
			e.Shell.Toast(kit.Ok, e.T("approvals.sent"))
		})
	})
}
