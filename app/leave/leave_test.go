package leave_test

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"zafe/app/audit"
	"zafe/app/auth"
	"zafe/app/billing"
	"zafe/app/civil"
	"zafe/app/device"
	"zafe/app/fault"
	"zafe/app/i18n"
	"zafe/app/leave"
	"zafe/app/op"
	"zafe/app/party"
	"zafe/app/relay"
	"zafe/app/tooltest"
	"zafe/app/user"
	"zafe/store"
	"zafe/store/storetest"
)

const word = "sept bateaux bleus au large"

// shop is a book in Guadeloupe, four hours behind UTC, with an owner, claire, and two people who sell, luc and marie.
type shop struct {
	t       *testing.T
	st      *store.Store
	clock   *storetest.Clock
	reg     *op.Registry[*store.Tx]
	leaves  *leave.Service[*store.Tx]
	people  *mortal
	cut     []string
	claire  user.User
	luc     user.User
	marie   user.User
	own     device.Device // luc's alone
	counter device.Device // luc's and marie's
}

// mortal is the service of the people in a program that may die once somebody is out.
type mortal struct {
	*user.Service[*store.Tx]
	dies bool
}

func (m *mortal) ShutOut(ctx context.Context, id auth.UserID, also func(*store.Tx, user.User) error) error {
	err := m.Service.ShutOut(ctx, id, also)
	if err == nil && m.dies {
		err = errors.New("killed")
	}
	return err
}

func open(t *testing.T) *shop {
	t.Helper()
	s := &shop{t: t, clock: &storetest.Clock{}}
	s.clock.Set(storetest.Noon)
	sec := store.Secrets{
		BookID: "test", Label: "owner", Password: word, Recovery: storetest.Recovery, Cost: storetest.Cheap,
	}
	var err error
	s.st, err = store.Create(t.Context(), filepath.Join(t.TempDir(), "book"), sec, store.Options{
		Clock: s.clock.Now, Zone: time.FixedZone("", -4*3600), SlotCost: storetest.Cheap,
	}, func(*store.Tx) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.st.Close() })
	svc := user.NewService[*store.Tx](s.st, s.clock.Now, user.Hashing{Passes: 1, MemoryKiB: 8, Threads: 1},
		func(string, []string, bool) error { return nil }, s.st)
	s.people = &mortal{Service: svc}
	s.reg = op.New[*store.Tx](s.st, svc, s.clock.Now, func(r op.Record) {
		if r.Cause != nil {
			t.Logf("%s: %v", r.Op, r.Cause)
		}
	})
	user.Bind(s.reg, svc)
	s.leaves = leave.New[*store.Tx](s.st, s.people, func(fp string) { s.cut = append(s.cut, fp) },
		func(_ *store.Tx, d device.Device) error {
			if d.Name == "Relais" {
				return fault.New(fault.Conflict, "relay.main_stays")
			}
			return nil
		})
	leave.Bind(s.reg, s.leaves)
	s.claire, s.luc, s.marie = s.add("claire", auth.Owner), s.add("luc", auth.Sales), s.add("marie", auth.Sales)
	s.own, s.counter = s.pc("aa", "Portable"), s.pc("bb", "Comptoir")
	s.update(func(tx *store.Tx) error {
		return errors.Join(tx.SavePlace(s.luc.ID, "aa"), tx.SavePlace(s.luc.ID, "bb"), tx.SavePlace(s.marie.ID, "bb"),
			tx.SavePlace(s.luc.ID, ""))
	})
	return s
}

func (s *shop) update(fn func(*store.Tx) error) {
	s.t.Helper()
	if err := s.st.Update(s.t.Context(), fn); err != nil {
		s.t.Fatal(err)
	}
}

func (s *shop) view(fn func(*store.Tx) error) {
	s.t.Helper()
	if err := s.st.View(s.t.Context(), fn); err != nil {
		s.t.Fatal(err)
	}
}

func (s *shop) local() op.Local[*store.Tx] { return op.Local[*store.Tx]{Registry: s.reg} }

func (s *shop) add(login string, role auth.Role) user.User {
	s.t.Helper()
	u, err := user.Save.Call(op.AsSystem(s.t.Context()), s.local(), user.SaveRequest{
		Login: login, Name: strings.ToUpper(login[:1]) + login[1:], Role: role, Password: word,
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return u
}

func (s *shop) pc(fingerprint, name string) (d device.Device) {
	s.update(func(tx *store.Tx) (err error) {
		d, err = tx.SaveDevice(device.Device{
			Fingerprint: fingerprint, Name: name, State: device.Active, FirstSeen: tx.Now(), LastSeen: tx.Now(),
		})
		return err
	})
	return d
}

// as asks in the name of somebody who has just proved who they are.
func (s *shop) as(u user.User) context.Context {
	return op.AsActor(s.t.Context(), auth.Actor{
		User: u.ID, Name: u.Name, Login: u.Login, Role: u.Role, Rights: u.Role.Rights(), FreshAt: s.clock.Now(),
	})
}

// login logs somebody in on a PC and returns what asks in their name there.
func (s *shop) login(login, fingerprint string) (op.Caller, error) {
	at := func(token string) op.Caller {
		return op.Local[*store.Tx]{Registry: s.reg, Credential: func() op.Credential {
			return op.Credential{Token: token, Device: fingerprint}
		}}
	}
	in, err := user.Login.Call(s.t.Context(), at(""), user.LoginRequest{Login: login, Password: word})
	return at(in.Token), err
}

func (s *shop) works(c op.Caller) error {
	_, err := user.Current.Call(s.t.Context(), c, op.Empty{})
	return err
}

// records gives luc a customer with a final quote, another's customer with a draft of his, and files he took away.
func (s *shop) records() {
	s.update(func(tx *store.Tx) error {
		_, err := tx.SaveCustomers([]party.Customer{
			{Code: "C1", Kind: party.Company, Name: "Un", Owner: s.luc.ID},
			{Code: "C2", Kind: party.Company, Name: "Deux", Owner: s.claire.ID},
		})
		_, err2 := tx.AddDocument(billing.Document{
			Kind: billing.Invoice, Header: billing.Header{Customer: 2, Owner: s.luc.ID, Terms: &billing.Terms{}}, Version: 4,
		})
		_, err3 := tx.AppendEvent(audit.Event{Op: "customer.export", Actor: int64(s.luc.ID), ActorName: "Luc", Device: "aa", Payload: `{"rows":707}`})
		_, err4 := tx.AppendEvent(audit.Event{Op: "customer.export", Actor: int64(s.marie.ID), ActorName: "Marie"})
		_, err5 := tx.AppendEvent(audit.Event{Op: "customer.get", Actor: int64(s.luc.ID), ActorName: "Luc"})
		return errors.Join(err, err2, err3, err4, err5)
	})
}

func (s *shop) plan(u user.User) leave.Plan {
	s.t.Helper()
	p, err := leave.Get.Call(s.as(s.claire), s.local(), leave.Request{User: u.ID})
	if err != nil {
		s.t.Fatal(err)
	}
	return p
}

func (s *shop) now(heir auth.UserID) (leave.Leave, error) {
	return leave.Now.Call(s.as(s.claire), s.local(), leave.NowRequest{User: s.luc.ID, Heir: heir})
}

func (s *shop) user(id auth.UserID) (u user.User) {
	s.view(func(tx *store.Tx) (err error) { u, err = tx.User(id); return err })
	return u
}

// TestSomebodyWhoGoesLeavesNothingOpen: each thing that lets somebody in, and each thing that would be nobody's.
func TestSomebodyWhoGoesLeavesNothingOpen(t *testing.T) {
	s := open(t)
	s.records()
	s.update(func(tx *store.Tx) error {
		u, err := tx.User(s.luc.ID)
		u.Delegate = true
		_, err2 := tx.SaveUser(u)
		err3 := tx.AddInvitation([32]byte{1}, device.Invited{By: u.ID, Expires: tx.Now().Add(time.Hour)})
		err4 := tx.AddInvitation([32]byte{2}, device.Invited{By: s.claire.ID, Expires: tx.Now().Add(time.Hour)})
		return errors.Join(err, err2, err3, err4)
	})
	here, err := s.login("luc", "aa")
	there, err2 := s.login("luc", "")
	if err := errors.Join(err, err2, s.works(here), s.works(there)); err != nil {
		t.Fatal(err)
	}
	s.update(func(tx *store.Tx) error {
		u, err := tx.User(s.luc.ID)
		u.SecondOn, u.Secret = true, "ABC"
		_, err2 := tx.SaveUser(u)
		return errors.Join(err, err2, tx.SaveRecoveryCodes(u.ID, "", [][32]byte{{9}}))
	})
	if len(s.st.PasswordSlots(user.SlotLabel(s.luc.ID))) != 1 {
		t.Fatal("luc's password does not open the book")
	}
	before := s.plan(s.luc).Report
	l, err := s.now(s.marie.ID)
	if err != nil || l.State != leave.Done {
		t.Fatal(l, err)
	}
	want := map[string]string{"on his PC": "user.session_over", "on the main PC": "user.closed"} // that PC is out as well
	for name, c := range map[string]op.Caller{"on his PC": here, "on the main PC": there} {
		if err := s.works(c); fault.KeyOf(err) != want[name] {
			t.Errorf("%s luc goes on: %v", name, err)
		}
	}
	if _, err := s.login("luc", "bb"); fault.KeyOf(err) != "user.closed" {
		t.Errorf("luc logs in: %v", err)
	}
	luc := s.user(s.luc.ID)
	if luc.SecondOn || luc.Secret != "" || luc.Delegate || !luc.Disabled {
		t.Errorf("left: %+v", luc)
	}
	if left := s.st.PasswordSlots(user.SlotLabel(luc.ID)); len(left) != 0 {
		t.Error("luc's password still opens the book")
	}
	s.view(func(tx *store.Tx) error {
		codes, err := tx.RecoveryCodesLeft(luc.ID)
		own, err2 := tx.Device(s.own.ID)
		counter, err3 := tx.Device(s.counter.ID)
		c, err4 := tx.Customer(1)
		d, _, err5 := tx.Document(1)
		out, err6 := tx.InvitationsOut()
		if codes != 0 || own.State != device.Revoked || counter.State != device.Active || out != 1 {
			t.Errorf("%d codes, PCs %s and %s, %d invitations", codes, own.State, counter.State, out)
		}
		if c.Owner != s.marie.ID || c.UpdatedBy != "Claire" || c.Version == 0 {
			t.Errorf("customer %+v", c)
		}
		if d.Owner != s.marie.ID || d.Version != 5 || d.Changed.Name != "Claire" {
			t.Errorf("draft of %d, version %d, by %q", d.Owner, d.Version, d.Changed.Name)
		}
		return errors.Join(err, err2, err3, err4, err5, err6)
	})
	if !slices.Equal(s.cut, []string{"aa"}) {
		t.Errorf("cut %v", s.cut)
	}
	s.reported(before, l.Report)
}

// reported compares what was found before with what the report says was done.
func (s *shop) reported(before, r leave.Report) {
	s.t.Helper()
	if r.Sessions != 2 || !r.Opens || !r.Second || r.Customers != 1 || r.Drafts != 1 || r.Heir != "Marie" ||
		r.Invitations != 1 || len(r.Exports) != 1 || r.Exports[0].PC != "Portable" || r.Exports[0].Rows != 707 ||
		!slices.Equal(r.Secrets, []leave.Secret{leave.Key, leave.Around}) {
		s.t.Errorf("report %+v", r)
	}
	want := []leave.PC{
		{ID: s.own.ID, Name: "Portable", Print: "aa", Shut: true},
		{ID: s.counter.ID, Name: "Comptoir", Print: "bb", Others: []string{"Marie"}},
	}
	same := func(a, b leave.PC) bool {
		return a.ID == b.ID && a.Name == b.Name && a.Shut == b.Shut && slices.Equal(a.Others, b.Others)
	}
	slices.SortFunc(r.PCs, func(a, b leave.PC) int { return int(a.ID - b.ID) })
	if !slices.EqualFunc(r.PCs, want, same) {
		s.t.Errorf("PCs %+v", r.PCs)
	}
	if before.Sessions != r.Sessions || before.Customers != r.Customers || len(before.PCs) != len(r.PCs) {
		s.t.Errorf("the screen said %+v before", before)
	}
}

// TestWhatThePaperSaysIsInTheJournal: the paper has the seal of the event, whose digest is the report's; one that was
// changed since is not printed.
func TestWhatThePaperSaysIsInTheJournal(t *testing.T) {
	s := open(t)
	s.records()
	paper := func(lang string) (string, error) {
		var b bytes.Buffer
		_, err := leave.Paper.Fetch(s.as(s.claire), s.local(), leave.PaperRequest{User: s.luc.ID, Lang: lang}, &b)
		if err != nil {
			return "", err
		}
		said := tooltest.Say(t, b.Bytes(), "pdftotext", "-layout", "FILE", "-")
		said = strings.NewReplacer("\u00a0", " ", "\u202f", " ", "’", "'").Replace(said)
		return strings.Join(strings.Fields(said), " "), nil
	}
	if _, err := paper(i18n.French); fault.KeyOf(err) != "leave.not_done" {
		t.Errorf("before: %v", err)
	}
	l, err := s.now(s.marie.ID)
	if err != nil {
		t.Fatal(err)
	}
	var e audit.Event
	s.view(func(tx *store.Tx) (err error) { e, _, err = tx.Link(l.Event); return err })
	if digest, err := l.Report.Digest(); err != nil || e.Digest != digest || e.Op != "leave.done" {
		t.Fatalf("event %+v for %s, %v", e, digest, err)
	}
	got, err := paper(i18n.French)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{
		"Procès-verbal de départ – Luc", "par Claire", e.Hash.String(), e.Digest, "Confiés à Marie : clients 1, brouillons 1",
		"il a été révoqué", "Partagé avec Marie", "signature", "sur Portable",
	} {
		if !strings.Contains(got, part) {
			t.Errorf("the paper lacks %q:\n%s", part, got)
		}
	}
	err = s.st.Update(t.Context(), func(tx *store.Tx) error {
		l.Report.Customers = 0
		_, err := tx.SaveLeave(l)
		return err
	})
	if err == nil {
		t.Error("what was done can be changed")
	}
}

// TestWhoIsPutOutStaysOutWhateverComesAfter: the program dies between the account and the rest, which is done when it
// starts again; and nothing is done twice.
func TestWhoIsPutOutStaysOutWhateverComesAfter(t *testing.T) {
	s := open(t)
	s.records()
	session, err := s.login("luc", "bb")
	if err != nil {
		t.Fatal(err)
	}
	s.people.dies = true
	if _, err := s.now(s.marie.ID); err == nil {
		t.Fatal("did not die")
	}
	if err := s.works(session); fault.KeyOf(err) != "user.closed" {
		t.Errorf("luc goes on: %v", err)
	}
	if p := s.plan(s.luc); p.Last == nil || p.Last.State != leave.Out || len(s.cut) != 0 {
		t.Fatalf("%+v", p.Last)
	}
	s.people.dies = false
	s.care()
	p := s.plan(s.luc)
	if p.Last.State != leave.Done || p.Last.Report.Heir != "Marie" || p.Last.Report.Sessions != 1 {
		t.Errorf("%+v", p.Last)
	}
	s.care()
	if done := s.events("leave.done"); done != 1 {
		t.Errorf("%d departures", done)
	}
}

// care looks once whether something is due, as the program does.
func (s *shop) care() {
	s.t.Helper()
	if err := s.leaves.Pass(s.t.Context(), s.local()); err != nil {
		s.t.Error(err)
	}
}

func (s *shop) events(name string) (n int) {
	s.view(func(tx *store.Tx) error {
		return tx.EachEvent(0, func(e audit.Event) error {
			if e.Op == name {
				n++
			}
			return nil
		})
	})
	return n
}

// TestAPlannedDepartureBeginsAtMidnightThere: of the company's time zone, whether the rest is done or not; who was to
// take over went meanwhile, so that an owner does.
func TestAPlannedDepartureBeginsAtMidnightThere(t *testing.T) {
	s := open(t)
	s.records()
	day := civil.New(2026, 11, 21)
	req := leave.ScheduleRequest{NowRequest: leave.NowRequest{User: s.luc.ID, Heir: s.marie.ID}, On: day}
	if _, err := leave.Schedule.Call(s.as(s.claire), s.local(), req); err != nil {
		t.Fatal(err)
	}
	s.care()
	s.clock.Set(time.Date(2026, 11, 22, 3, 59, 0, 0, time.UTC))
	s.care()
	if p := s.plan(s.luc); p.Last.State != leave.Planned || s.events("leave.run") != 0 {
		t.Errorf("a minute before midnight: %+v", p.Last)
	}
	session, err := s.login("luc", "aa")
	if err != nil {
		t.Fatalf("a minute before midnight luc is refused: %v", err)
	}
	s.update(func(tx *store.Tx) error {
		u, err := tx.User(s.marie.ID)
		u.Disabled = true
		_, err2 := tx.SaveUser(u)
		return errors.Join(err, err2)
	})
	s.clock.Set(time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC))
	if err := s.works(session); fault.KeyOf(err) != "user.ended" {
		t.Errorf("at midnight luc goes on: %v", err)
	}
	if _, err := s.login("luc", "aa"); fault.KeyOf(err) != "user.ended" {
		t.Errorf("at midnight luc logs in: %v", err)
	}
	s.care()
	p := s.plan(s.luc)
	if p.Last.State != leave.Done || p.Last.Report.Heir != "Claire" || p.Last.AskedBy != "Claire" {
		t.Errorf("%+v", p.Last)
	}
	told, err := user.Notices.Call(s.as(s.claire), s.local(), op.Empty{})
	if err != nil || !slices.ContainsFunc(told.Notices, func(n user.Notice) bool { return n.Kind == user.NoticeLeft }) {
		t.Errorf("the owner was told %+v, %v", told.Notices, err)
	}
}

func TestAPlannedDepartureCanBeCancelledOrMoved(t *testing.T) {
	s := open(t)
	req := leave.ScheduleRequest{NowRequest: leave.NowRequest{User: s.luc.ID}, On: civil.New(2026, 11, 30)}
	for _, day := range []int{30, 28} {
		req.On = civil.New(2026, 11, day)
		if _, err := leave.Schedule.Call(s.as(s.claire), s.local(), req); err != nil {
			t.Fatal(err)
		}
	}
	if u := s.user(s.luc.ID); u.EndsOn != req.On {
		t.Errorf("ends on %s", u.EndsOn)
	}
	if _, err := leave.Cancel.Call(s.as(s.claire), s.local(), leave.Request{User: s.luc.ID}); err != nil {
		t.Fatal(err)
	}
	s.clock.Add(30 * 24 * time.Hour)
	s.care()
	if _, err := s.login("luc", "aa"); err != nil {
		t.Errorf("luc stays, and is refused: %v", err)
	}
	_, err := leave.Cancel.Call(s.as(s.claire), s.local(), leave.Request{User: s.luc.ID})
	if fault.KeyOf(err) != "leave.not_planned" {
		t.Errorf("cancelled again: %v", err)
	}
}

// TestADepartureThatIsOverIsNotMoved: neither another last day nor none lets somebody in again, which is for two.
func TestADepartureThatIsOverIsNotMoved(t *testing.T) {
	s := open(t)
	req := leave.ScheduleRequest{NowRequest: leave.NowRequest{User: s.luc.ID}, On: civil.New(2026, 11, 28)}
	if _, err := leave.Schedule.Call(s.as(s.claire), s.local(), req); err != nil {
		t.Fatal(err)
	}
	s.clock.Add(30 * 24 * time.Hour) // the program did not run
	req.On = civil.New(2027, 1, 31)
	if _, err := leave.Schedule.Call(s.as(s.claire), s.local(), req); fault.KeyOf(err) != "user.ends_over" {
		t.Errorf("another day: %v", err)
	}
	if _, err := leave.Cancel.Call(s.as(s.claire), s.local(), leave.Request{User: s.luc.ID}); fault.KeyOf(err) != "user.ends_over" {
		t.Errorf("no day: %v", err)
	}
}

// TestWhoCannotBePutOut and who cannot take over: each refusal leaves everything as it was.
func TestWhoCannotBePutOut(t *testing.T) {
	s := open(t)
	s.records()
	paul, rita := s.add("paul", auth.Stock), s.add("rita", auth.Reader)
	limited := auth.Sales.Rights()
	limited[auth.UserManage] = auth.All
	hr := op.AsActor(t.Context(), auth.Actor{User: 99, Name: "Anne", Rights: limited, FreshAt: s.clock.Now()})
	for name, c := range map[string]struct {
		ctx  context.Context
		req  leave.NowRequest
		want string
	}{
		"the last owner":         {op.AsSystem(t.Context()), leave.NowRequest{User: s.claire.ID}, "user.last_owner"},
		"oneself":                {s.as(s.claire), leave.NowRequest{User: s.claire.ID}, "user.not_oneself"},
		"nobody":                 {s.as(s.claire), leave.NowRequest{User: 99}, "user.not_found"},
		"one who may more":       {hr, leave.NowRequest{User: s.claire.ID}, "user.above_you"},
		"by who sells":           {s.as(s.marie), leave.NowRequest{User: s.luc.ID, Heir: s.marie.ID}, "op.forbidden"},
		"with another's records": {hr, leave.NowRequest{User: s.luc.ID, Heir: s.marie.ID}, "leave.not_yours"},
		"for nobody":             {s.as(s.claire), leave.NowRequest{User: s.luc.ID}, "leave.heir_missing"},
		"for oneself":            {s.as(s.claire), leave.NowRequest{User: s.luc.ID, Heir: s.luc.ID}, "leave.heir"},
		"for who only reads":     {s.as(s.claire), leave.NowRequest{User: s.luc.ID, Heir: rita.ID}, "leave.heir"},
		"for who sees nobody":    {s.as(s.claire), leave.NowRequest{User: s.luc.ID, Heir: paul.ID}, "leave.heir"},
	} {
		if _, err := leave.Now.Call(c.ctx, s.local(), c.req); fault.KeyOf(err) != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	if luc, claire := s.user(s.luc.ID), s.user(s.claire.ID); luc.Disabled || claire.Disabled {
		t.Error("somebody is out")
	}
	req := leave.ScheduleRequest{NowRequest: leave.NowRequest{User: s.luc.ID, Heir: s.marie.ID}}
	for name, c := range map[string]struct {
		day  civil.Date
		want string
	}{"no day": {civil.Date{}, "leave.day_missing"}, "yesterday": {civil.New(2026, 11, 20), "user.ends_past"}} {
		req.On = c.day
		if _, err := leave.Schedule.Call(s.as(s.claire), s.local(), req); fault.KeyOf(err) != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

// TestAPCThatIsKeptOrMustStayIsNotShutOut: the owner's word, and that of what needs it.
func TestAPCThatIsKeptOrMustStayIsNotShutOut(t *testing.T) {
	s := open(t)
	relay := s.pc("cc", "Relais")
	s.update(func(tx *store.Tx) error { return tx.SavePlace(s.luc.ID, "cc") })
	_, err := leave.Now.Call(s.as(s.claire), s.local(), leave.NowRequest{User: s.luc.ID, Keep: []device.ID{s.own.ID}})
	if err != nil {
		t.Fatal(err)
	}
	s.view(func(tx *store.Tx) error {
		for _, id := range []device.ID{s.own.ID, s.counter.ID, relay.ID} {
			if d, err := tx.Device(id); err != nil || d.State != device.Active {
				t.Errorf("%s is %s, %v", d.Name, d.State, err)
			}
		}
		return nil
	})
}

// TestTheMainPCGoesWithNobody: not the one that took over, on which only who leaves had logged in before, nor the one that
// was the main PC until then, where the others worked.
func TestTheMainPCGoesWithNobody(t *testing.T) {
	s := open(t)
	main, was := s.pc("dd", "Relais"), s.pc("ee", "Bureau")
	s.update(func(tx *store.Tx) error {
		post := relay.Post{Term: 1, Main: main.Fingerprint, Was: was.Fingerprint}
		return errors.Join(tx.SavePlace(s.luc.ID, "dd"), tx.SavePlace(s.luc.ID, "ee"), tx.SetSetting("relay", post))
	})
	if _, err := leave.Now.Call(s.as(s.claire), s.local(), leave.NowRequest{User: s.luc.ID}); err != nil {
		t.Fatal(err)
	}
	s.view(func(tx *store.Tx) error {
		for _, id := range []device.ID{main.ID, was.ID} {
			if d, err := tx.Device(id); err != nil || d.State != device.Active {
				t.Errorf("%s is %s, %v", d.Name, d.State, err)
			}
		}
		if d, err := tx.Device(s.own.ID); err != nil || d.State == device.Active {
			t.Errorf("%s is %s, %v", d.Name, d.State, err)
		}
		return nil
	})
}

// TestOwnersAreToldBeforeAnAccountEnds: a fortnight before, once for a day; not of a departure that they planned.
func TestOwnersAreToldBeforeAnAccountEnds(t *testing.T) {
	s := open(t)
	told := func() (days []string) {
		r, err := user.Notices.Call(s.as(s.claire), s.local(), op.Empty{})
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range r.Notices {
			if n.Kind == user.NoticeEnds && n.User == s.luc.ID {
				days = append(days, n.Detail)
			}
		}
		return days
	}
	until := func(day civil.Date) {
		s.update(func(tx *store.Tx) error {
			u, err := tx.User(s.luc.ID)
			u.EndsOn = day
			_, err2 := tx.SaveUser(u)
			return errors.Join(err, err2)
		})
	}
	until(civil.New(2026, 12, 6)) // fifteen days
	s.care()
	if got := told(); len(got) != 0 {
		t.Errorf("too early: %v", got)
	}
	s.clock.Add(24 * time.Hour)
	s.care()
	s.care()
	if got := told(); !slices.Equal(got, []string{"2026-12-06"}) || s.events("leave.run") != 1 {
		t.Errorf("told %v in %d runs", got, s.events("leave.run"))
	}
	until(civil.New(2026, 12, 1))
	s.care()
	if got := told(); !slices.Equal(got, []string{"2026-12-06", "2026-12-01"}) {
		t.Errorf("of another day: %v", got)
	}
	until(civil.Date{})
	req := leave.ScheduleRequest{NowRequest: leave.NowRequest{User: s.luc.ID}, On: civil.New(2026, 11, 30)}
	if _, err := leave.Schedule.Call(s.as(s.claire), s.local(), req); err != nil {
		t.Fatal(err)
	}
	s.care()
	if got := told(); len(got) != 2 {
		t.Errorf("of a departure: %v", got)
	}
}

// TestHeirsCanGoOn: customers and drafts are offered only to who may change both, inside the company.
func TestHeirsCanGoOn(t *testing.T) {
	s := open(t)
	s.add("rita", auth.Reader)
	s.add("sonia", auth.Accountant)
	s.add("ana", auth.Assistant)
	if _, err := user.Save.Call(op.AsSystem(t.Context()), s.local(), user.SaveRequest{
		Login: "eve", Name: "Eve", Role: auth.Expert, Password: word, EndsOn: civil.New(2027, 6, 30),
	}); err != nil {
		t.Fatal(err)
	}
	p, err := leave.Get.Call(s.as(s.claire), s.local(), leave.Request{User: s.luc.ID})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, h := range p.Heirs {
		names = append(names, h.Name)
	}
	slices.Sort(names)
	if got := strings.Join(names, " "); got != "Ana Claire Marie" {
		t.Errorf("offered to %s", got)
	}
}
