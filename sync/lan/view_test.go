package lan_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"zafe/app/audit"
	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/user"
	"zafe/store"
	"zafe/sync/lan"
)

// late is a registry that is made once the book of the office is there.
type late struct {
	to atomic.Pointer[op.Registry[*store.Tx]]
}

func (l *late) Spec(name string) (op.Spec, bool) { return l.to.Load().Spec(name) }

func (l *late) Admit(ctx context.Context, name string) error { return l.to.Load().Admit(ctx, name) }

func (l *late) DoJSON(ctx context.Context, name string, in []byte) ([]byte, error) {
	return l.to.Load().DoJSON(ctx, name, in)
}

func (l *late) StreamJSON(ctx context.Context, name string, in []byte, w io.Writer) (op.Download, error) {
	return l.to.Load().StreamJSON(ctx, name, in, w)
}

func (l *late) UploadJSON(ctx context.Context, name string, in []byte, content io.Reader) ([]byte, error) {
	return l.to.Load().UploadJSON(ctx, name, in, content)
}

// looked is an office of real people with real sessions, each of whom has one at the PC of the raw client under their
// own log-in as its token.
type looked struct {
	matrix
	o   *office
	reg *op.Registry[*store.Tx] // that the real people call
}

func newLooked(t *testing.T) looked {
	t.Helper()
	l := &late{}
	o := newOffice(t, func(lan.Registry) lan.Registry { return l })
	product(o.world.Registry, o.world) // in whose names the records are made
	svc := user.NewService[*store.Tx](o.world.Store, o.world.Clock.Now, user.Standard, nil, o.world.Store)
	reg := op.New[*store.Tx](o.world.Store, svc, o.world.Clock.Now, func(r op.Record) {
		if r.Cause != nil {
			t.Logf("%s: %v", r.Op, r.Cause)
		}
	})
	bind(reg)
	product(reg, o.world)
	l.to.Store(reg)
	c := newRaw(t, o)
	var specs []op.Spec
	for _, s := range reg.Specs() {
		if !strings.HasPrefix(s.Name, "test.") {
			specs = append(specs, s)
		}
	}
	x := looked{matrix{c, specs, matrixRows(t, o.world)}, o, reg}
	x.people(c.pc)
	return x
}

// people makes the users that the records belong to, by the numbers of package storetest, and their sessions.
func (x looked) people(pc string) {
	x.t.Helper()
	x.o.world.Update(func(tx *store.Tx) error {
		for _, p := range []struct {
			login string
			role  auth.Role
		}{
			{"claire", auth.Owner},
			{"sonia", auth.Accountant},
			{"yann", auth.Sales},
			{"lucie", auth.Sales},
			{"marc", auth.Assistant},
			{"ines", auth.Reader},
			{"hugo", auth.Technician},
			{"rose", auth.Workshop},
			{"adam", auth.Admin},
		} {
			u, err := tx.SaveUser(user.User{
				Login: p.login, Name: strings.ToUpper(p.login[:1]) + p.login[1:], Role: p.role, SecondOn: true, CreatedAt: tx.Now(),
			})
			if err != nil {
				return err
			}
			if err := session(tx, u.ID, p.login, pc); err != nil {
				return err
			}
		}
		return nil
	})
}

// session opens one of a person, by a token.
func session(tx *store.Tx, id auth.UserID, token, pc string) error {
	_, err := tx.AddSession(user.Session{
		TokenHash: sha256.Sum256([]byte(token)), User: id, Device: pc, CreatedAt: tx.Now(), FreshAt: tx.Now(),
		ExpiresAt: tx.Now().Add(12 * time.Hour),
	})
	return err
}

// look opens a look over the wire, and gives its token and that of the owner's session from then on.
func (x looked) look(own string, id auth.UserID) user.ViewResponse {
	x.t.Helper()
	got := x.post(user.ViewAs.Spec, own, user.IDRequest{ID: id}, false)
	var v user.ViewResponse
	if got.status != http.StatusOK || json.Unmarshal([]byte(got.body), &v) != nil || v.Token == "" || v.Own == "" {
		x.t.Fatalf("no look: %d %s", got.status, got.text)
	}
	return v
}

// head is the last event of the journal.
func (x looked) head() (e audit.Event) {
	x.t.Helper()
	err := x.o.world.Store.View(x.t.Context(), func(tx *store.Tx) (err error) { e, err = tx.Head(); return err })
	if err != nil {
		x.t.Fatal(err)
	}
	return e
}

// differs are the queries that tell of the session itself, which is another one.
var differs = map[string]bool{"session.me": true, "session.list": true}

// unordered are those that list what they found in no order.
var unordered = map[string]bool{"fec.check": true}

// letters are those of a text, whatever their order.
func letters(text string) string {
	b := []byte(text)
	slices.Sort(b)
	return string(b)
}

// questions are the requests of an operation about every record.
func (x looked) questions(name string) (all []any) {
	p := probes[name]
	if p.each == nil {
		if p.ask == nil {
			return []any{m{}}
		}
		return []any{p.ask}
	}
	for _, kind := range p.of {
		for _, r := range x.rows {
			if r.kind == kind {
				all = append(all, p.each(r))
			}
		}
	}
	return all
}

// TestALookSeesWhatThePersonSees: each operation asked in a look gives, to the byte, what it gives to the person, and
// every one that does something, takes something in or hands a file out is refused and leaves no trace.
func TestALookSeesWhatThePersonSees(t *testing.T) {
	x := newLooked(t)
	own, same, refused := "claire", 0, 0
	for id, who := range map[auth.UserID]string{
		2: "sonia", 3: "yann", 4: "lucie", 5: "marc", 6: "ines", 7: "hugo", 8: "rose",
	} {
		v := x.look(own, id)
		own = v.Own
		opened := x.head()
		if opened.Op != "session.view_as" || opened.Actor != 1 || opened.SubjectID != int64(id) {
			t.Errorf("the journal has %+v", opened)
		}
		for _, s := range x.specs {
			if s.Kind == op.Query && (probes[s.Name].idle || differs[s.Name]) || s.Kind == op.Watch { // it has no end
				continue
			}
			for _, ask := range x.questions(s.Name) {
				got := x.post(s, v.Token, ask, false)
				if s.Kind != op.Query {
					refused++
					mine := strings.Contains(got.body, "op.viewing")
					if got.status != http.StatusForbidden || !mine && !strings.Contains(got.body, "op.forbidden") {
						t.Errorf("%s was not refused to a look as %s: %d %.300s", s.Name, who, got.status, got.text)
					}
					break
				}
				same++
				if want := x.post(s, who, ask, false); got.status != want.status ||
					got.body != want.body && !(unordered[s.Name] && letters(got.body) == letters(want.body)) {
					t.Errorf("%s as %s: %d %.300s, they get %d %.300s", s.Name, who, got.status, got.text, want.status, want.text)
				}
			}
		}
		if left := x.head(); left.ID != opened.ID {
			t.Errorf("a look as %s left %+v", who, left)
		}
	}
	t.Logf("%d answers were the same, %d acts were refused", same, refused)
	if same < 400 || refused < 700 {
		t.Error("too few")
	}
}

// TestALookIsTheOwnersAndEnds: nobody else opens one, nor without a fresh proof, nor through the eyes of who is out; it
// is good at its PC for half an hour and no longer than its owner, whose session goes on.
func TestALookIsTheOwnersAndEnds(t *testing.T) {
	x := newLooked(t)
	list, refused := user.Names.Spec, func(got answer, key string) {
		t.Helper()
		if got.status == http.StatusOK || !strings.Contains(got.body, `"`+key+`"`) {
			t.Errorf("not %s: %d %s", key, got.status, got.text)
		}
	}
	for _, who := range []string{"sonia", "yann", "hugo"} {
		refused(x.post(user.ViewAs.Spec, who, user.IDRequest{ID: 3}, false), "op.forbidden")
	}
	refused(x.post(user.ViewAs.Spec, "claire", user.IDRequest{ID: 1}, false), "user.view_self")
	refused(x.post(user.ViewAs.Spec, "claire", user.IDRequest{ID: 99}, false), "user.not_found")
	first := x.look("claire", 3)
	second := x.look(first.Own, 2)
	refused(x.post(list, first.Token, m{}, false), "user.session_over")                           // one at a time
	refused(x.post(user.ViewAs.Spec, second.Token, user.IDRequest{ID: 3}, false), "op.forbidden") // no look in a look
	refused(x.post(user.EndView.Spec, second.Token, m{}, false), "op.viewing")                    // the owner ends it
	refused(x.post(user.Confirm.Spec, second.Token, m{"code": "123456"}, false), "op.viewing")    // and proves nothing in it
	refused(x.post(user.Logout.Spec, second.Token, m{}, false), "op.viewing")                     //
	refused(newRaw(t, x.o).post(list, second.Token, m{}, false), "user.session_over")             // at another PC
	if got := x.post(user.Current.Spec, second.Token, m{}, false); !strings.Contains(got.body, `"viewer":"Claire"`) ||
		!strings.Contains(got.body, `"login":"sonia"`) {
		t.Errorf("the look says %s", got.text)
	}
	if got := x.post(user.Sessions.Spec, second.Own, m{}, false); strings.Count(got.body, `"since"`) != 1 {
		t.Errorf("the look is a session of its own: %s", got.text)
	}
	if got := x.post(user.EndView.Spec, second.Own, m{}, false); got.status != http.StatusOK {
		t.Fatal(got.text)
	}
	refused(x.post(list, second.Token, m{}, false), "user.session_over")

	third := x.look(second.Own, 2)
	x.change(2, func(u *user.User) { u.Disabled = true })
	refused(x.post(list, third.Token, m{}, false), "user.session_over")
	refused(x.post(user.ViewAs.Spec, third.Own, user.IDRequest{ID: 2}, false), "user.view_out")

	fourth := x.look(third.Own, 5)
	x.o.world.Clock.Add(4 * time.Minute)
	if got := x.post(list, fourth.Token, m{}, false); got.status != http.StatusOK {
		t.Fatal(got.text)
	}
	x.o.world.Clock.Add(4 * time.Minute) // who looks is at the keyboard: their own session stays open
	if got := x.post(list, fourth.Own, m{}, false); got.status != http.StatusOK {
		t.Fatal(got.text)
	}
	refused(x.post(user.ViewAs.Spec, fourth.Own, user.IDRequest{ID: 6}, false), "op.fresh_needed")
	for range 11 {
		x.o.world.Clock.Add(2 * time.Minute)
		x.post(list, fourth.Own, m{}, false)
	}
	refused(x.post(list, fourth.Token, m{}, false), "user.session_over") // half an hour
	if got := x.post(list, fourth.Own, m{}, false); got.status != http.StatusOK {
		t.Fatal(got.text)
	}
}

// TestALookEndsWithItsOwner: it is over when the owner logs out, and when they are one no more.
func TestALookEndsWithItsOwner(t *testing.T) {
	for name, end := range map[string]func(x looked, v user.ViewResponse){
		"logs out": func(x looked, v user.ViewResponse) { x.post(user.Logout.Spec, v.Own, m{}, false) },
		"is no owner any more": func(x looked, _ user.ViewResponse) {
			x.change(1, func(u *user.User) { u.Role = auth.Accountant })
		},
		"is shut out": func(x looked, _ user.ViewResponse) { x.change(1, func(u *user.User) { u.Disabled = true }) },
	} {
		x := newLooked(t)
		v := x.look("claire", 3)
		end(x, v)
		if got := x.post(user.Names.Spec, v.Token, m{}, false); !strings.Contains(got.body, "user.session_over") {
			t.Errorf("the owner %s: %d %s", name, got.status, got.text)
		}
	}
}

// TestWhatIsUnderWayKnowsALook: a stream goes on while the person whose eyes it is may see the same.
func TestWhatIsUnderWayKnowsALook(t *testing.T) {
	x := newLooked(t)
	v := x.look("claire", 3)
	svc := user.NewService[*store.Tx](x.o.world.Store, x.o.world.Clock.Now, user.Standard, nil, x.o.world.Store)
	a, err := svc.Authenticate(t.Context(), op.Credential{Token: v.Token, Device: x.pc})
	if err != nil || a.User != 3 || a.Viewer != 1 || !a.FreshAt.IsZero() {
		t.Fatal(a, err)
	}
	if err := svc.GoesOn(t.Context(), a); err != nil {
		t.Error(err)
	}
	x.change(3, func(u *user.User) { u.Role = auth.Reader })
	if err := svc.GoesOn(t.Context(), a); fault.KeyOf(err) != "op.rights_changed" {
		t.Error(err)
	}
}

func (x looked) change(id auth.UserID, how func(*user.User)) {
	x.t.Helper()
	x.o.world.Update(func(tx *store.Tx) error {
		u, err := tx.User(id)
		if err != nil {
			return err
		}
		how(&u)
		_, err = tx.SaveUser(u)
		return err
	})
}
