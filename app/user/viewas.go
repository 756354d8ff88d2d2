package user

import (
	"context"
	"time"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/op"
)

// viewFor is how long an owner looks through somebody's eyes at most.
const viewFor = 30 * time.Minute

// ViewResponse opens a look through somebody's eyes. Token is that of the look, with which nothing but reading can be
// asked; Own takes the place of the token of the session that asked, to come back with.
type ViewResponse struct {
	Token string    `json:"token"`
	Own   string    `json:"own"`
	Until time.Time `json:"until"`
}

// The operations of looking through somebody's eyes.
var (
	ViewAs = op.Op[IDRequest, ViewResponse]{Spec: op.Spec{
		Name: "session.view_as", Kind: op.Command, Needs: auth.KeyManage, Fresh: true, Since: 1, Secret: true,
		Doc: "Opens a session of half an hour that reads exactly what somebody reads, and does nothing else.",
	}}
	EndView = op.Op[op.Empty, op.Empty]{Spec: op.Spec{
		Name: "session.view_end", Kind: op.Command, Needs: auth.Anyone, Since: 1,
		Doc: "Ends the look through somebody's eyes that this session opened, if there is one.",
	}}
)

// viewAs opens a look, in the place of one before. Faults: user.not_found, user.view_self, user.view_out,
// user.session_over, op.fresh_needed.
func viewAs[T Tx](ctx context.Context, tx T, req IDRequest) (out ViewResponse, err error) {
	own, _, err := ownSession(tx, op.CredentialOf(ctx))
	if err != nil {
		return out, err
	}
	seen, err := tx.User(req.ID)
	switch {
	case err != nil:
		return out, err
	case seen.ID == own.User:
		return out, fault.New(fault.Conflict, "user.view_self")
	case seen.Disabled || seen.Ended(tx.Today()):
		return out, fault.New(fault.Conflict, "user.view_out", "name", seen.Name)
	}
	if err := tx.DropViews(own.ID); err != nil {
		return out, err
	}
	if out.Own, err = rotate(tx, own, tokenGrace); err != nil {
		return out, err
	}
	if out.Token, err = newToken(); err != nil {
		return out, err
	}
	if out.Until = tx.Now().Add(viewFor); own.ExpiresAt.Before(out.Until) {
		out.Until = own.ExpiresAt
	}
	_, err = tx.AddSession(Session{
		TokenHash: digest(out.Token), User: own.User, Device: own.Device, Generation: own.Generation,
		CreatedAt: tx.Now(), FreshAt: tx.Now(), ExpiresAt: out.Until, Parent: own.ID, Viewed: seen.ID,
	})
	op.Note(ctx, "user", int64(seen.ID), "", "")
	return out, err
}

// endView ends the look that the session opened.
func endView[T Tx](ctx context.Context, tx T, _ op.Empty) (op.Empty, error) {
	own, _, err := ownSession(tx, op.CredentialOf(ctx))
	if err != nil {
		return op.Empty{}, err
	}
	return op.Empty{}, tx.DropViews(own.ID)
}

// actorIn is who acts in a session of u: u, or in a look the person through whose eyes it is, as they are now, except
// that they have given no proof of themselves and have nothing left to set up. Fault user.session_over for a look that
// may not go on.
func actorIn(tx Tx, ss Session, u User) (auth.Actor, error) {
	if ss.Viewed == 0 {
		return actorOf(u, ss), nil
	}
	seen, err := tx.User(ss.Viewed)
	if err != nil {
		return auth.Actor{}, err
	}
	if u.Rights.Scope(auth.KeyManage) == auth.None || seen.Disabled || seen.Ended(tx.Today()) {
		return auth.Actor{}, sessionOver()
	}
	a := actorOf(seen, ss)
	a.FreshAt, a.MustSetUp = time.Time{}, false
	a.Viewer, a.ViewerName = u.ID, u.Name
	return a, nil
}

// seat is the session at whose keyboard somebody is: of a look, the one that it was opened from.
func (ss Session) seat() int64 {
	if ss.Parent != 0 {
		return ss.Parent
	}
	return ss.ID
}
