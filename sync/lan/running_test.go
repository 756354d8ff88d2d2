package lan_test

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"zafe/app/auth"
	"zafe/app/change"
	appdevice "zafe/app/device"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/role"
	"zafe/app/user"
	"zafe/store"
	"zafe/sync/device"
	"zafe/sync/lan"
)

// The operations of a host with large files.
var (
	film = op.Op[sizeRequest, op.Download]{Spec: op.Spec{
		Name: "test.film", Kind: op.Stream, Needs: auth.CustomerRead, Since: 1, Doc: "Writes a large file.",
	}}
	reel = op.Op[sizeRequest, op.Empty]{Spec: op.Spec{
		Name: "test.reel", Kind: op.Upload, Needs: auth.CustomerRead, Since: 1, Doc: "Takes a large file in.",
	}}
	muse = op.Op[sizeRequest, op.Empty]{Spec: op.Spec{
		Name: "test.muse", Kind: op.Query, Needs: auth.CustomerRead, Since: 1, Doc: "Looks for an answer for ever.",
	}}
	build = op.Op[sizeRequest, op.Empty]{Spec: op.Spec{
		Name: "test.build", Kind: op.Action, Needs: auth.CustomerRead, Since: 1, Doc: "Works until it is told to stop.",
	}}
)

type sizeRequest struct {
	Bytes int64 `json:"bytes"`
}

const (
	word    = "un mot de passe"
	filmLen = 200 << 20
	// patience is for what must come, however busy the machine is; without the change nothing would come at all.
	patience = time.Minute
	// moment is how long something is watched that must go on.
	moment = time.Second
)

// cinema is an office whose people log in, with operations that take long.
type cinema struct {
	*office
	t      *testing.T
	reg    *op.Registry[*store.Tx]
	shown  *lan.Server
	news   *change.Service
	far    string
	built  chan bool // a build goes on until it gets something
	people *user.Service[*store.Tx]
	over   chan struct{} // gets something from each film that was stopped
}

// doors cuts the PCs of a server.
type doors struct{ *lan.Server }

func (doors) Invite(auth.UserID) (appdevice.Invitation, error)                 { return appdevice.Invitation{}, nil }
func (doors) InviteFile(context.Context, auth.UserID, string, io.Writer) error { return nil }

func (d doors) Cut(fp string) { d.CloseDevice(device.Fingerprint(fp)) }

func (d doors) Here(fp string) bool { return d.Server.Here(device.Fingerprint(fp)) }

func (doors) Self() (name, fingerprint string) { return "SERVEUR", "" }

func (doors) Burnt() time.Time { return time.Time{} }

func newCinema(t *testing.T) *cinema {
	t.Helper()
	c := &cinema{office: newOffice(t), t: t, built: make(chan bool), over: make(chan struct{}, 100)}
	w := c.world
	people := user.NewService[*store.Tx](w.Store, w.Clock.Now, user.Hashing{Passes: 1, MemoryKiB: 8, Threads: 1},
		func(string, []string, bool) error { return nil }, w.Store)
	c.people = people
	c.reg = op.New[*store.Tx](w.Store, people, w.Clock.Now, func(op.Record) {})
	user.Bind(c.reg, people)
	role.Bind(c.reg)
	c.shown = &lan.Server{
		Registry: c.reg, Devices: c.server.Devices, Desk: c.desk, Identity: c.server.Identity, Hello: c.server.Hello,
		Log: c.server.Log, Grace: short, Still: people.GoesOn,
		Feed: func(ctx context.Context, _ []string, _ io.Reader, w io.Writer) error {
			_, err := w.Write(make([]byte, 64<<10)) // more than is kept back
			<-ctx.Done()
			return errors.Join(err, ctx.Err())
		},
	}
	appdevice.Bind(c.reg, doors{c.shown})
	c.news = change.New(0, people.GoesOn)
	c.news.Every = time.Hour // what happens is heard of at once, not at the next beat
	change.Bind(c.reg, c.news)
	w.Store.OnChange(c.news.Tell)
	c.bind()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c.far = ln.Addr().String()
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- c.shown.Serve(ctx, ln) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return c
}

// reeled is a file that was taken in and is kept nowhere.
type reeled struct{}

func (reeled) Digest() string { return "" }
func (reeled) Discard() error { return nil }

func (c *cinema) bind() {
	op.BindStream(c.reg, film, func(_ context.Context, _ *store.Tx, req sizeRequest, w io.Writer) (op.Download, error) {
		for chunk := make([]byte, 64<<10); req.Bytes > 0; req.Bytes -= int64(len(chunk)) {
			if _, err := w.Write(chunk[:min(int64(len(chunk)), req.Bytes)]); err != nil {
				c.over <- struct{}{}
				return op.Download{}, err
			}
		}
		return op.Download{Name: "film.mp4", Type: "video/mp4"}, nil
	})
	op.BindUpload(c.reg, reel, op.Uploading[*store.Tx, sizeRequest, op.Empty, reeled]{
		Expect: func(context.Context, *store.Tx, sizeRequest) error { return nil },
		Receive: func(_ context.Context, _ sizeRequest, content io.Reader) (reeled, error) {
			_, err := io.Copy(io.Discard, content)
			return reeled{}, err
		},
		Keep: func(context.Context, *store.Tx, sizeRequest, reeled) (op.Empty, error) { return op.Empty{}, nil },
	})
	op.Bind(c.reg, muse, func(ctx context.Context, _ *store.Tx, _ sizeRequest) (op.Empty, error) {
		<-ctx.Done()
		return op.Empty{}, ctx.Err()
	})
	op.BindAction(c.reg, build, func(ctx context.Context, _ sizeRequest) (op.Empty, error) {
		select {
		case <-ctx.Done():
		case <-c.built:
		}
		return op.Empty{}, ctx.Err()
	})
}

// here asks the host in its own name.
func (c *cinema) here() (context.Context, op.Caller) {
	return op.AsSystem(c.world.Ctx()), op.Local[*store.Tx]{Registry: c.reg}
}

// person makes somebody of a role of their own.
func (c *cinema) person(login string) (user.User, role.Role) {
	c.t.Helper()
	ctx, host := c.here()
	r, err := role.Save.Call(ctx, host, role.SaveRequest{
		Name: "Rôle de " + login, Rights: auth.Rights{auth.CustomerRead: auth.All, auth.ItemRead: auth.All},
	})
	if err != nil {
		c.t.Fatal(err)
	}
	u, err := user.Save.Call(ctx, host, user.SaveRequest{Login: login, Name: login, Role: r.Key, Password: word})
	if err != nil {
		c.t.Fatal(err)
	}
	return u, r
}

// pc pairs a PC.
func (c *cinema) pc() (*lan.Client, device.Identity) {
	near, id := c.office.pc(c.t, "")
	near.Close()
	far := lan.NewClient(c.far, c.root.Cert, id)
	c.t.Cleanup(far.Close)
	return far, id
}

// login logs somebody in on a PC, which asks in their name from then on.
func (c *cinema) login(pc *lan.Client, login string) {
	c.t.Helper()
	pc.SetToken("")
	in, err := user.Login.Call(c.t.Context(), pc, user.LoginRequest{Login: login, Password: word})
	if err != nil || in.Next != user.Done {
		c.t.Fatal(in, err)
	}
	pc.SetToken(in.Token)
}

// slow takes a file in no less time than a line would.
type slow struct{ n *atomic.Int64 }

func (s slow) Write(p []byte) (int, error) {
	time.Sleep(time.Millisecond)
	s.n.Add(int64(len(p)))
	return len(p), nil
}

// dripping gives a file as slowly.
type dripping struct{ endless }

func (d *dripping) Read(p []byte) (int, error) {
	time.Sleep(time.Millisecond)
	return d.endless.Read(p)
}

// outcomes are the calls of somebody that are under way, and how they end.
type outcomes map[string]chan error

// begin starts a file there, one back and a question of whoever is logged in on a PC, and returns once they are
// under way.
func (c *cinema) begin(pc op.Caller) outcomes {
	c.t.Helper()
	out := outcomes{}
	start := func(what string, call func(context.Context) error) {
		ended := make(chan error, 1)
		out[what] = ended
		ctx := c.t.Context()
		go func() { ended <- call(ctx) }()
	}
	var there atomic.Int64
	back := &dripping{}
	start("a file from there", func(ctx context.Context) error {
		_, err := film.Fetch(ctx, pc, sizeRequest{filmLen}, slow{&there})
		return err
	})
	start("a file to there", func(ctx context.Context) error {
		_, err := reel.Send(ctx, pc, sizeRequest{}, back)
		return err
	})
	var listens atomic.Bool
	start("what is listened to", func(ctx context.Context) error {
		return change.Listen(ctx, pc, 0, time.Hour, func(change.News) { listens.Store(true) })
	})
	start("a question", func(ctx context.Context) error {
		_, err := muse.Call(ctx, pc, sizeRequest{})
		return err
	})
	c.until("the files are on their way", func() bool { return there.Load() > 1<<20 && back.at.Load() > 1<<20 && listens.Load() })
	return out
}

func (c *cinema) until(what string, ok func() bool) {
	c.t.Helper()
	for n := 0; !ok(); n++ {
		if n > 3000 {
			c.t.Fatal("not within half a minute: " + what)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// ended waits for the ends of calls, which must be told by one of the keys: a call that is not cut ends well, or not.
func (c *cinema) ended(calls outcomes, keys ...string) {
	c.t.Helper()
	end := time.After(patience)
	for what, outcome := range calls {
		select {
		case err := <-outcome:
			c.t.Logf("%s: %v", what, err)
			ok := false
			for _, key := range keys {
				ok = ok || fault.KeyOf(err) == key
			}
			if !ok {
				c.t.Errorf("%s ended with %v, want %v", what, err, keys)
			}
		case <-end:
			c.t.Errorf("%s still goes on", what)
			end = time.After(0)
		}
	}
}

// TestWhoIsShutOutIsCutInMidFile: whatever ends somebody's session or changes their rights ends what they have under
// way within a second, with a fault; who works on the same PC, over the same connection, goes on.
func TestWhoIsShutOutIsCutInMidFile(t *testing.T) {
	const over = "user.session_over"
	c := newCinema(t)
	c.person("lucie")
	ctx, host := c.here()
	for name, ending := range map[string]struct {
		key string
		by  func(u user.User, r role.Role) error
	}{
		"disabled": {"user.closed", func(u user.User, r role.Role) error {
			_, err := user.Save.Call(ctx, host, user.SaveRequest{
				ID: u.ID, Login: u.Login, Name: u.Name, Role: r.Key, Disabled: true,
			})
			return err
		}},
		"another role": {over, func(u user.User, _ role.Role) error {
			_, err := user.Save.Call(ctx, host, user.SaveRequest{ID: u.ID, Login: u.Login, Name: u.Name, Role: auth.Sales})
			return err
		}},
		"signed out": {over, func(u user.User, _ role.Role) error {
			_, err := user.SignOutEverywhere.Call(ctx, host, user.IDRequest{ID: u.ID})
			return err
		}},
		"session closed": {over, func(u user.User, _ role.Role) error {
			open, err := user.Sessions.Call(ctx, host, user.SessionsRequest{User: u.ID})
			if err != nil {
				return err
			}
			_, err = user.CloseSession.Call(ctx, host, user.SessionRequest{ID: open.Sessions[0].ID})
			return err
		}},
		"the role may do less": {"op.rights_changed", func(_ user.User, r role.Role) error {
			_, err := role.Save.Call(ctx, host, role.SaveRequest{
				Key: r.Key, Version: r.Version, Name: r.Name, Rights: auth.Rights{auth.ItemRead: auth.All},
			})
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			c.t = t
			pc, _ := c.pc()
			u, r := c.person(strings.ReplaceAll(name, " ", "-"))
			c.login(pc, u.Login)
			calls := c.begin(pc)
			c.login(pc, "lucie")
			var beside atomic.Int64
			whole := make(chan error, 1)
			go func() {
				_, err := film.Fetch(t.Context(), pc, sizeRequest{filmLen / 4}, slow{&beside})
				whole <- err
			}()
			c.until("a film beside it", func() bool { return beside.Load() > 0 })
			if err := ending.by(u, r); err != nil {
				t.Fatal(err)
			}
			c.ended(calls, ending.key)
			if err := <-whole; err != nil || beside.Load() != filmLen/4 {
				t.Errorf("the film of somebody else on the same PC: %d bytes, %v", beside.Load(), err)
			}
		})
	}
}

// TestWhoTakesNothingIsCutAsWell: a PC that does not read what it is sent keeps no file going, and finds no whole one.
func TestWhoTakesNothingIsCutAsWell(t *testing.T) {
	c := newCinema(t)
	ctx, host := c.here()
	u, _ := c.person("yann")
	pc, _ := c.pc()
	c.login(pc, "yann")
	out, in := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		_, err := film.Fetch(t.Context(), pc, sizeRequest{filmLen}, in)
		ended <- err
		_ = in.Close()
	}()
	if _, err := io.ReadFull(out, make([]byte, 1<<10)); err != nil {
		t.Fatal(err)
	}
	time.Sleep(200 * time.Millisecond) // until the line is full
	var lost atomic.Bool
	pc.Reached = func(ok bool) { lost.Store(!ok) }
	if _, err := user.SignOutEverywhere.Call(ctx, host, user.IDRequest{ID: u.ID}); err != nil {
		t.Fatal(err)
	}
	select {
	case <-c.over:
	case <-time.After(patience):
		t.Error("the host still sends")
	}
	n, _ := io.Copy(io.Discard, out)
	if err := <-ended; err == nil || fault.KeyOf(err) != "lan.cut" || lost.Load() {
		t.Errorf("%d bytes came, %v; host lost: %v", n, err, lost.Load())
	}
}

// TestWhatWasNotTakenAwayGoesOn: a proof of who is there, a locked screen, and another session of the same person end
// nothing; nor is work that has begun left half done.
func TestWhatWasNotTakenAwayGoesOn(t *testing.T) {
	c := newCinema(t)
	ctx, host := c.here()
	u, _ := c.person("yann")
	pc, _ := c.pc()
	other, _ := c.pc()
	c.login(other, "yann")
	c.login(pc, "yann")
	var n atomic.Int64
	whole, built := make(chan error, 1), make(chan error, 1)
	go func() {
		_, err := film.Fetch(t.Context(), pc, sizeRequest{filmLen / 4}, slow{&n})
		whole <- err
	}()
	c.until("a film", func() bool { return n.Load() > 0 })
	if _, err := user.Confirm.Call(t.Context(), pc, user.ConfirmRequest{Password: word}); err != nil {
		t.Fatal(err)
	}
	if _, err := user.Logout.Call(t.Context(), other, op.Empty{}); err != nil {
		t.Fatal(err)
	}
	c.world.Clock.Add(20 * time.Minute) // the token before is good no more, and nobody was there
	if err := <-whole; err != nil || n.Load() != filmLen/4 {
		t.Errorf("%d bytes, %v", n.Load(), err)
	}
	c.login(pc, "yann")
	go func() { _, err := build.Call(t.Context(), pc, sizeRequest{}); built <- err }()
	time.Sleep(short)
	if _, err := user.SignOutEverywhere.Call(ctx, host, user.IDRequest{ID: u.ID}); err != nil {
		t.Fatal(err)
	}
	time.Sleep(moment)
	c.built <- true
	if err := <-built; err != nil {
		t.Errorf("work under way: %v", err)
	}
}

// TestARevokedPCIsCutInMidFile: all it has under way, the copy of the book among it, which is nobody's call.
func TestARevokedPCIsCutInMidFile(t *testing.T) {
	c := newCinema(t)
	ctx, host := c.here()
	c.person("yann")
	c.person("lucie")
	lost, id := c.pc()
	kept, _ := c.pc()
	c.login(lost, "yann")
	calls := c.begin(lost)
	feed, err := lost.Feed(t.Context(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = feed.Close() }()
	if _, err := io.ReadFull(feed, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	c.login(kept, "lucie")
	var n atomic.Int64
	whole := make(chan error, 1)
	go func() {
		_, err := film.Fetch(t.Context(), kept, sizeRequest{filmLen / 8}, slow{&n})
		whole <- err
	}()
	var row appdevice.Device
	c.world.Update(func(tx *store.Tx) (err error) {
		row, _, err = tx.DeviceByFingerprint(string(id.Fingerprint))
		return err
	})
	if _, err := appdevice.Revoke.Call(ctx, host, appdevice.IDRequest{ID: row.ID}); err != nil {
		t.Fatal(err)
	}
	fed := make(chan error, 1)
	go func() { _, err := io.Copy(io.Discard, feed); fed <- err }()
	select {
	case err := <-fed:
		if err == nil {
			t.Error("the copy of the book passes for whole")
		}
	case <-time.After(patience):
		t.Error("the copy of the book is still fed")
	}
	c.ended(calls, "lan.device_refused")
	if err := <-whole; err != nil || n.Load() != filmLen/8 {
		t.Errorf("the film on another PC: %d bytes, %v", n.Load(), err)
	}
	if _, err := lost.Hello(t.Context()); fault.KeyOf(err) != "lan.device_refused" {
		t.Errorf("it comes back: %v", err)
	}
}
