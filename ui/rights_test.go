//go:build !headless

package ui

import (
	"context"
	"io"
	"maps"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/aside"
	"zafe/app/auth"
	"zafe/app/backup"
	"zafe/app/fault"
	"zafe/app/notify"
	"zafe/app/op"
	"zafe/app/past"
	"zafe/app/plan"
	"zafe/app/user"
	"zafe/store"
	"zafe/store/storetest"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/uitest"
)

// limits is a person at their screen: questions are answered by the book, what is to be done is only noted, and so is
// whatever they have no right to.
type limits struct {
	op.Caller
	who   auth.Actor
	tried map[string]bool // without the right
	acts  int
	calls atomic.Int32 // under way
}

// restless is a window in which nobody waits: work that only lets time go by before it looks again ends.
type restless struct {
	*uitest.Shell
	c *limits
}

func (r restless) Go(work func(context.Context) error, done func(error)) {
	ctx, cancel := context.WithCancel(context.Background())
	over := make(chan struct{})
	go func() {
		for {
			select {
			case <-over:
				return
			case <-time.After(40 * time.Millisecond):
				if r.c.calls.Load() == 0 {
					cancel()
				}
			}
		}
	}()
	err := work(ctx)
	close(over)
	cancel()
	done(err)
}

func (l *limits) ask(ctx context.Context, s *op.Spec) (context.Context, error) {
	if s.Kind != op.Query && s.Kind != op.Watch {
		l.acts++
	}
	if !l.who.May(s.Needs) {
		l.tried[s.Name] = true
	} else if s.Kind == op.Query || s.Kind == op.Watch {
		return op.AsActor(ctx, l.who), nil
	}
	return ctx, fault.New(fault.Forbidden, "op.forbidden")
}

func (l *limits) Do(ctx context.Context, s *op.Spec, req, resp any) error {
	l.calls.Add(1)
	defer l.calls.Add(-1)
	// How the copies stand is asked of the engine, by actions.
	if s.Kind == op.Action && l.who.May(s.Needs) && stands[s.Name] {
		return l.Caller.Do(op.AsActor(ctx, l.who), s, req, resp)
	}
	ctx, err := l.ask(ctx, s)
	if err != nil {
		return err
	}
	return l.Caller.Do(ctx, s, req, resp)
}

func (l *limits) Stream(ctx context.Context, s *op.Spec, _ any, _ io.Writer) (op.Download, error) {
	_, err := l.ask(ctx, s)
	return op.Download{}, err
}

func (l *limits) Upload(ctx context.Context, s *op.Spec, _ any, _ io.Reader, _ any) error {
	_, err := l.ask(ctx, s)
	return err
}

var stands = map[string]bool{
	backup.GetStatus.Name: true, backup.Points.Name: true, backup.Kept.Name: true, backup.Providers.Name: true, backup.Form.Name: true,
	"opening.get": true, past.Status.Name: true,
}

// troubled are copies of which much is wrong: every way out is offered to who may go it.
type troubled struct{ backup.Engine }

func (troubled) Status(context.Context) (backup.Status, error) {
	wrong := func(key string) *fault.Fault { return fault.New(fault.Conflict, key, "place", "Disque") }
	return backup.Status{
		Light: backup.Red, LastFault: wrong("backup.vault_gone"), Worries: []*fault.Fault{wrong("backup.worry.one_roof")},
		Paused: storetest.Noon,
		Copies: []backup.Copy{
			{
				Destination: backup.Destination{ID: "usb", Label: "Disque", Folder: "/media/a"}, Fault: wrong("backup.vault_gone"),
				Alarms: []*fault.Fault{wrong("backup.alarm.rolled_back"), wrong("backup.alarm.put_back")},
			},
			{Destination: backup.Destination{ID: "s3", Label: "S3"}, Metered: true},
		},
	}, nil
}

func (troubled) Points(context.Context, string) ([]backup.Point, error) {
	return []backup.Point{{ID: "p", Writer: "SRV", Made: storetest.Noon}}, nil
}

func (troubled) Kept(context.Context) ([]aside.Kept, error) {
	return []aside.Kept{{Thing: aside.Book, Name: "a", Folder: "/a", At: storetest.Noon}}, nil
}

func (troubled) Destinations() []backup.Destination { return nil }

func (troubled) Providers(bool) []backup.Provider { return nil }

// person is somebody with some rights, as who they work.
func person(role auth.Role, rights auth.Rights) (auth.Actor, user.Me) {
	me := uitest.Me(auth.Reader)
	me.User.ID, me.User.Role, me.May = 6, role, map[string]string{}
	for p, s := range rights {
		me.May[string(p)] = s.String()
	}
	return auth.Actor{User: 6, Name: "Inès", Login: "f", Role: role, Rights: rights, FreshAt: storetest.Noon}, me
}

// few are roles that a company made, with a right of reading beside none of doing, or of doing one thing.
func few() map[string]auth.Rights {
	readers, machines := auth.Rights{}, auth.Rights{}
	for _, p := range []auth.Permission{
		auth.DashboardRead, auth.SearchUse, auth.CustomerRead, auth.SalesRead, auth.ItemRead, auth.LedgerRead, auth.CompanyRead,
		auth.BackupRead, auth.AuditRead, auth.BookVerify,
	} {
		readers[p] = auth.All
	}
	for _, p := range []auth.Permission{auth.DashboardRead, auth.BackupRead, auth.BackupPlace, auth.UserManage} {
		machines[p] = auth.All
	}
	ends, posts := maps.Clone(readers), maps.Clone(readers)
	ends[auth.IncidentManage], ends[auth.CustomerImport] = auth.All, auth.All
	posts[auth.LedgerPost], posts[auth.CompanyWrite], posts[auth.BackupManage] = auth.All, auth.All, auth.All
	stocks := auth.Rights{auth.SearchUse: auth.All, auth.ItemRead: auth.All, auth.ItemWrite: auth.All}
	writes := maps.Clone(readers)
	writes[auth.CustomerWrite], writes[auth.SalesWrite], writes[auth.DeviceManage] = auth.Own, auth.Own, auth.All
	return map[string]auth.Rights{"reads": readers, "machines": machines, "ends": ends, "posts": posts, "writes": writes, "stocks": stocks}
}

// press does everything that can be pressed on a page, one after the other, and in what opens over it, and says how much
// that was. The page is made anew when it is not what it was.
func press(t *testing.T, me user.Me, c *limits, to page.Route, done func(name string)) (all int) {
	t.Helper()
	var sh *uitest.Shell
	var acts []func()
	var names []string
	var p page.Page
	look := func() {
		acts, names = nil, nil
		gather(p.Object(), func(name string, act func()) { acts, names = append(acts, act), append(names, name) })
	}
	open := func() {
		c.tried = map[string]bool{}
		var env *page.Env
		env, sh = uitest.New(t, c, auth.Reader)
		env.Me, env.Shell = me, restless{sh, c}
		p = pages()[to.Name](env, to)
		sh.Show(p.Object())
		look()
	}
	open()
	done("the page itself")
	for n := 0; n < len(acts); n++ {
		c.tried = map[string]bool{}
		sh.Opened, sh.Leaves = nil, 0
		acts[n]()
		within(sh, acts[n], names[n] == "")
		for _, r := range sh.Opened {
			if !admits(c.who, r) {
				c.tried["page "+r.Name] = true
			}
		}
		if sh.Leaves > 0 && !c.who.May(backup.Begin.Needs) {
			c.tried["restore"] = true
		}
		done(names[n])
		all++
		before := slices.Clone(names)
		if look(); !slices.Equal(before, names) {
			if open(); len(acts) <= n || names[n] != before[n] {
				t.Fatalf("%+v: %q then %q", to, before, names)
			}
		}
	}
	return all
}

// within presses what opened over a page; of a menu, each act.
func within(sh *uitest.Shell, again func(), icon bool) {
	over := func() []fyne.CanvasObject { return sh.Window.Canvas().Overlays().List() }
	for row := range 6 {
		if list := sh.Window.Canvas().Focused(); icon && len(over()) > 0 && list != nil {
			for range row {
				list.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
			}
			list.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
		}
		for _, o := range over() {
			gather(o, func(name string, act func()) {
				if name != "Annuler" && name != "Fermer" {
					act()
				}
			})
		}
		kit.CloseLayers(sh.Window.Canvas())
		for _, o := range over() {
			sh.Window.Canvas().Overlays().Remove(o)
		}
		if !icon {
			return
		}
		if row < 5 {
			again()
		}
	}
}

// admits tells whether the shell offers somebody a page; a record that is there asks for less than a new one.
func admits(who auth.Actor, to page.Route) bool {
	need := needs[to.Name]
	if seen := reading[to.Name]; to.ID != 0 && seen != "" {
		need = seen
	}
	return need == "" || need == auth.Anyone || who.May(need) || to.Name == "people" && who.May(auth.DeviceManage)
}

// reading is what a record that is there asks for, where a new one asks for more.
var reading = map[string]auth.Permission{"quote": auth.SalesRead, "invoice": auth.SalesRead, "entry": auth.LedgerRead}

// gather tells of the buttons that can be pressed and of the first row of each list.
func gather(o fyne.CanvasObject, found func(name string, act func())) {
	var rows []func()
	uitest.Walk(o, func(o fyne.CanvasObject) {
		switch x := o.(type) {
		case *kit.Button:
			if !x.Disabled() {
				found(x.Text(), func() { x.Tapped(nil) })
			}
		case *kit.IconButton:
			found("", func() { x.Tapped(nil) })
		case *kit.Grid:
			if x.OnOpen != nil && x.Rows() > 0 {
				rows = append(rows, func() { x.OnOpen(0) })
			}
		}
	})
	for _, act := range rows {
		found("a row", act)
	}
}

// TestNoButtonForWhatARoleMayNotDo: whatever a role is shown and can press, it has the right to; so has what opens then.
func TestNoButtonForWhatARoleMayNotDo(t *testing.T) {
	kit.After = kit.Never
	w := shop(t)
	backup.Bind(w.Registry, troubled{})
	plan.Bind(w.Registry, w.Store, troubled{})
	notify.Bind(w.Registry, notify.New(notify.Options[*store.Tx]{
		Work: w.Store, Copies: troubled{}, Carrier: noPost{}, Clock: w.Clock.Now, Automatic: true, Warn: func(string, error) {},
	}))
	roles := few()
	for _, r := range auth.Roles() {
		if r != auth.Owner {
			roles[string(r)] = r.Rights()
		}
	}
	all, acts := 0, 0
	for _, role := range slices.Sorted(maps.Keys(roles)) {
		who, me := person(auth.Role(role), roles[role])
		for _, to := range everywhere() {
			if !admits(who, to) {
				continue
			}
			c := &limits{Caller: w.As("owner"), who: who}
			all += press(t, me, c, to, func(name string) {
				if len(c.tried) > 0 {
					t.Errorf("%s on %+v: %q asks for %q", role, to, name, slices.Sorted(maps.Keys(c.tried)))
				}
			})
			acts += c.acts
		}
	}
	t.Logf("%d were pressed, %d acts asked for", all, acts)
	if all < 500 || acts < 100 {
		t.Errorf("only %d were pressed, and %d acts asked for", all, acts)
	}
}

// noPost sends nothing.
type noPost struct{}

func (noPost) Send(context.Context, notify.Account, notify.Letter) error { return nil }
func (noPost) Call(context.Context, string) error                        { return nil }
