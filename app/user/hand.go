package user

import (
	"context"
	"maps"
	"slices"
	"time"

	"zafe/app/auth"
	"zafe/app/civil"
	"zafe/app/company"
	"zafe/app/fault"
	"zafe/app/op"
)

// What takes two people (la règle des quatre yeux) takes two people, not two accounts. Who manages people can give
// somebody a password or take their second factor away: they could log in as that person and agree to what they asked
// for themselves, or ask in that person's name and agree as themselves. So the book keeps whose hand is on an account,
// and two accounts count as two people only when nobody could be behind both ([Apart]).
//
// A hand is laid by who gives a password (user.save), makes an account, or takes a second factor away
// (user.reset_second_factor, leave.start); in the name of nobody known, who could be anybody, by the recovery sheet
// without the second factor and by the program itself. A hand on the account of who lays it is theirs too: it goes
// through. It is there
//   - until the person changed the password that they were given, in a session that their own telephone opened: of who
//     has one that stays, nothing more is asked. A forgotten password costs no time;
//   - where nothing of their own was left, also for [handFor]: whose access was taken over finds out within it, by a
//     log-in that fails, and is told, with the owners.
//
// handFor is no shorter than a request for approval waits: one that is older than the hand lapses before the hand does.
//
// Times are those of the main PC's clock: whoever can set it forward is not held. A time beyond what can have been set
// under the clock of now was set under a wrong one, and counts no more.
//
// A PC that was paired in somebody's name opens no session of theirs, so that pairing lays no hand, and an account that
// got its password before the book kept hands has none. Two real people who
// agree to deceive the others can: nothing here stops that, the journal names both. Nor is there a way to tell that
// somebody who was away for longer than handFor never came back themselves: the owners are told of each hand.
const handFor = 72 * time.Hour

// The settings that keep hands, and who could have agreed lately, by person.
const (
	handsKey  = "user.hands"
	asidesKey = "user.asides"
)

// Hand is a hand on an account; there may be more than one.
type Hand struct {
	By       []auth.UserID `json:"by"`                 // all who may be behind it, 0 for anybody
	Until    time.Time     `json:"until,omitzero"`     // nothing of the person's own was left: until then
	Password bool          `json:"password,omitempty"` // the password is one that they were given
	New      bool          `json:"new,omitempty"`      // By made the account
}

// binds tells whether the hand is there, for what is or was done since an instant.
func (h Hand) binds(since time.Time) bool { return h.Password || since.Before(h.Until) }

// Aside is somebody who could have agreed to what takes two, and was put out, or given less, by somebody.
type Aside struct {
	By     []auth.UserID `json:"by"`
	Until  time.Time     `json:"until"`
	Rights auth.Rights   `json:"rights"` // that they had
}

// Hands is what telling people from accounts needs of a transaction.
type Hands interface {
	company.Settings
	Now() time.Time
	Today() civil.Date
	Users() ([]User, error)
	User(id auth.UserID) (User, error)
}

type hands map[auth.UserID][]Hand

func handsOf(tx Hands) (all hands, err error) {
	all = hands{}
	_, err = tx.Setting(handsKey, &all)
	for _, on := range all {
		for i := range on {
			if on[i].Until.After(tx.Now().Add(handFor)) {
				on[i].Until = time.Time{}
			}
		}
	}
	return all, err
}

// asidesOf are those that still count.
func asidesOf(tx Hands) (all map[auth.UserID]Aside, err error) {
	all = map[auth.UserID]Aside{}
	_, err = tx.Setting(asidesKey, &all)
	now := tx.Now()
	maps.DeleteFunc(all, func(_ auth.UserID, a Aside) bool { return !now.Before(a.Until) || a.Until.After(now.Add(handFor)) })
	return all, err
}

// behind are the people who may be behind an account in what was done since an instant.
func (all hands) behind(id auth.UserID, since time.Time) []auth.UserID {
	out := []auth.UserID{id}
	for _, h := range all[id] {
		if h.binds(since) {
			out = append(out, h.By...)
		}
	}
	return out
}

// share tells whether one of some people may be one of others.
func share(some, others []auth.UserID) bool {
	return slices.Contains(some, 0) || slices.Contains(others, 0) ||
		slices.ContainsFunc(some, func(id auth.UserID) bool { return slices.Contains(others, id) })
}

func union(some, more []auth.UserID) []auth.UserID {
	return slices.Compact(slices.Sorted(slices.Values(slices.Concat(some, more))))
}

// layHand keeps that somebody, 0 for nobody known, laid their hand on a person's account. ownLeft tells whether
// something that only the person has still opens it. On one's own account it is none.
func layHand(tx Hands, by auth.UserID, u User, h Hand, ownLeft bool) error {
	if by == u.ID {
		return nil
	}
	all, err := handsOf(tx)
	if err != nil {
		return err
	}
	now := tx.Now()
	h.By = all.behind(by, now)
	if !ownLeft {
		h.Until = now.Add(handFor)
	}
	on := all[u.ID]
	if i := slices.IndexFunc(on, func(was Hand) bool { return slices.Equal(was.By, h.By) }); i >= 0 {
		was := on[i]
		h.New, h.Password, h.Until = h.New || was.New, h.Password || was.Password, later(was.Until, h.Until)
		on = slices.Delete(on, i, i+1)
	}
	all[u.ID] = append(on, h)
	return all.save(tx)
}

// save stores the hands that can still matter to a request that waits.
func (all hands) save(tx Hands) error {
	for id, on := range all {
		all[id] = slices.DeleteFunc(on, func(h Hand) bool { return !h.binds(tx.Now().Add(-handFor)) })
		if len(all[id]) == 0 {
			delete(all, id)
		}
	}
	return tx.SetSetting(handsKey, all)
}

// ownPassword keeps that somebody chose their password themselves.
func ownPassword(tx Hands, id auth.UserID) error {
	all, err := handsOf(tx)
	if err != nil || !anyGave(all[id]) {
		return err
	}
	for i := range all[id] {
		all[id][i].Password = false
	}
	return all.save(tx)
}

// anyGave tells whether the password is one that was given by one of some hands.
func anyGave(on []Hand) bool { return slices.ContainsFunc(on, func(h Hand) bool { return h.Password }) }

// isGiven tells whether somebody's password is one that they were given.
func isGiven(tx Hands, id auth.UserID) (bool, error) {
	all, err := handsOf(tx)
	return anyGave(all[id]), err
}

// bySheet keeps that the recovery sheet gave an owner a password: whoever has the sheet may be behind it, unless the
// person's telephone is still asked for.
func bySheet(tx Hands, u User) error {
	if err := ownPassword(tx, u.ID); err != nil || u.SecondOn {
		return err
	}
	return layHand(tx, 0, u, Hand{}, false)
}

// Apart refuses the word of somebody on what somebody else asked for at an instant when one person may be behind both
// accounts; see [Hand]. Faults, of the word: user.word_given, user.word_soon; of the request: user.word_theirs.
func Apart(tx Hands, asker, approver auth.UserID, asked time.Time) error {
	all, err := handsOf(tx)
	if err != nil {
		return err
	}
	now := tx.Now()
	if !share(all.behind(asker, asked), all.behind(approver, now)) {
		return nil
	}
	mine := slices.DeleteFunc(slices.Clone(all[approver]), func(h Hand) bool {
		return !h.binds(now) || !share(all.behind(asker, asked), h.By)
	})
	switch {
	case anyGave(mine):
		return fault.New(fault.Forbidden, "user.word_given")
	case len(mine) > 0:
		return fault.New(fault.Forbidden, "user.word_soon", "at", last(mine))
	}
	u, err := tx.User(asker)
	if err != nil {
		return err
	}
	return fault.New(fault.Forbidden, "user.word_theirs", "name", u.Name, "at", later(last(all[asker]), now))
}

// last is when the last of some hands ends.
func last(on []Hand) (out time.Time) {
	for _, h := range on {
		out = later(out, h.Until)
	}
	return out
}

// Made tells whether somebody made the account of somebody else within [handFor], who has not had the time to be known
// as themselves: who is alone and makes one is as alone as before.
func Made(tx Hands, who, u auth.UserID) (bool, error) {
	all, err := handsOf(tx)
	now := tx.Now()
	return slices.ContainsFunc(all[u], func(h Hand) bool {
		return h.New && now.Before(h.Until) && share(h.By, all.behind(who, now))
	}), err
}

// Agree is [Apart] for what an owner lets somebody go on with, a hold since an instant or an export. The only owner
// there is could do it all by themself, and agrees alone when they have proven after that instant who they are: alone
// says so, for the journal. Faults: those of Apart, op.fresh_needed.
func Agree(tx Hands, asker auth.UserID, owner auth.Actor, since time.Time) (alone bool, err error) {
	apart := Apart(tx, asker, owner.User, since)
	if f := fault.Of(apart); f == nil || f.Code != fault.Forbidden {
		return false, apart
	}
	others, err := OtherOwners(tx, owner.User)
	switch {
	case err != nil:
		return false, err
	case len(others) > 0:
		return false, apart
	case !owner.FreshAt.After(since):
		return false, fault.New(fault.Unauthenticated, "op.fresh_needed")
	}
	return true, nil
}

// stillFor is how long somebody whose last day is over still counts as there.
func (u User) stillFor(today civil.Date) time.Duration {
	return handFor - 24*time.Hour*time.Duration(civil.DaysBetween(u.EndsOn, today)-1)
}

// putAside keeps that somebody took from a person, as they were, what they could have agreed to things with.
func putAside(tx Hands, by auth.UserID, was User) error {
	made, err := Made(tx, by, was.ID)
	gone := was.Disabled || was.Ended(tx.Today()) && was.stillFor(tx.Today()) <= 0 || was.NeedsSecondFactor && !was.SecondOn
	if err != nil || by == was.ID || made || gone {
		return err
	}
	all, err := asidesOf(tx)
	if err != nil {
		return err
	}
	on, err := handsOf(tx)
	if err != nil {
		return err
	}
	now := tx.Now()
	a := Aside{By: on.behind(by, now), Until: now.Add(handFor), Rights: maps.Clone(was.Rights)}
	if before, there := all[was.ID]; there {
		a.By = union(before.By, a.By)
		for p, s := range before.Rights {
			a.Rights[p] = max(a.Rights[p], s)
		}
	}
	all[was.ID] = a
	return tx.SetSetting(asidesKey, all)
}

// PutAside tells who could have agreed with a right to what somebody wants to do alone, had that somebody not put them
// out, taken their second factor or given them less in the last [handFor]; or had their last day not come in it. Nobody
// makes themselves alone. until is when they count no more.
func PutAside(tx Hands, by auth.UserID, needs auth.Permission) (who []User, until time.Time, err error) {
	all, err := asidesOf(tx)
	if err != nil {
		return nil, until, err
	}
	on, err := handsOf(tx)
	if err != nil {
		return nil, until, err
	}
	people, err := tx.Users()
	now := tx.Now()
	for _, u := range people {
		a, there := all[u.ID]
		switch {
		case u.ID == by:
		case there && a.Rights.Scope(needs) == auth.All && share(a.By, on.behind(by, now)):
			who, until = append(who, u), later(until, a.Until)
		case u.Disabled || !u.Ended(tx.Today()) || u.Rights.Scope(needs) != auth.All:
		case u.stillFor(tx.Today()) > 0:
			who, until = append(who, u), later(until, now.Add(u.stillFor(tx.Today())))
		}
	}
	return who, until, err
}

// Narrowed keeps that the people who have a role could do more with it before the running call.
func Narrowed(ctx context.Context, tx Hands, role auth.Role, before, after auth.Rights) error {
	if after.Covers(before) {
		return nil
	}
	people, err := tx.Users()
	if err != nil {
		return err
	}
	for _, u := range people {
		if u.Role != role {
			continue
		}
		u.Rights = before
		if err := putAside(tx, op.Actor(ctx).User, u); err != nil {
			return err
		}
	}
	return nil
}
