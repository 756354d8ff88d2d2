package attack

import (
	"bufio"
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"zafe/app/auth"
	"zafe/app/user"
	"zafe/sync/device"
	"zafe/sync/pair"
)

// What the sample company publishes.
const (
	claireTOTP = "ZAFEDEMOCLAIREAAAAAAAAAAAAAAAAA2"
	soniaTOTP  = "ZAFEDEMOSONIAAAAAAAAAAAAAAAAAAA2"
)

func password(login string) string { return "essai-zafe-" + login }

// victim is a main PC: the program itself, in a process of its own, over the sample company. The tests of the package
// attack the same one in turn.
type victim struct {
	program, dir, temp string
	addr               string
	root               *x509.Certificate
	cmd                *exec.Cmd
	said               *words

	office pc     // where Claire, who owns the company, is logged in
	desk   pc     // where the others are
	thief  pc     // paired, and nobody of the company ever logged in there
	claire string // her token
	proved time.Time

	secrets [][]byte // what must be nowhere in clear
	step    map[string]int64
}

// words are what the main PC says on its error stream.
type words struct {
	mu  sync.Mutex
	all bytes.Buffer
}

// Write implements io.Writer.
func (w *words) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.all.Write(p)
}

// String implements fmt.Stringer.
func (w *words) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.all.String()
}

var (
	one     *victim
	begun   sync.Once
	failure error
	folder  string
)

func TestMain(m *testing.M) {
	code := m.Run()
	if one != nil && one.cmd != nil {
		if err := one.stop(); err != nil {
			fmt.Fprintln(os.Stderr, "the main PC:", err)
			code = 1
		}
	}
	if folder != "" {
		_ = os.RemoveAll(folder)
	}
	os.Exit(code)
}

// attacked is the main PC, which is started for the first test that asks.
func attacked(t *testing.T) *victim {
	t.Helper()
	if testing.Short() {
		t.Skip("starts a real program")
	}
	begun.Do(func() { one, failure = start() })
	if failure != nil {
		t.Fatal(failure)
	}
	if one.cmd == nil {
		if err := one.serve(one.addr); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the main PC said: %s", one.said)
		}
	})
	return one
}

// start builds the program, makes the sample company, serves it and pairs three PCs.
func start() (v *victim, err error) {
	if folder, err = os.MkdirTemp("", "zafe-attack-"); err != nil {
		return nil, err
	}
	v = &victim{
		program: os.Getenv("ZAFE_BINARY"), dir: filepath.Join(folder, "pc"), temp: filepath.Join(folder, "temp"),
		step: map[string]int64{},
	}
	if err := os.Mkdir(v.temp, 0o700); err != nil {
		return nil, err
	}
	if v.program == "" {
		v.program = filepath.Join(folder, "zafe")
		c := exec.Command("go", "build", "-tags", "headless,fastdev", "-o", v.program, "zafe")
		c.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := c.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("go build: %w\n%s", err, out)
		}
	}
	if out, err := v.verb("demo", "--size", "small", "--no-gui").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("demo: %w\n%s", err, out)
	}
	for _, s := range []string{claireTOTP, soniaTOTP, password("claire"), password("sonia"), password("yann"), password("marc")} {
		v.secrets = append(v.secrets, []byte(s))
	}
	if err := v.serve("127.0.0.1:0"); err != nil {
		return nil, err
	}
	return v, v.people()
}

// verb is the program, asked for something beside the one that serves.
func (v *victim) verb(args ...string) *exec.Cmd {
	c := exec.Command(v.program, append([]string{"--dir", v.dir}, args...)...)
	c.Env = append(os.Environ(), "TMPDIR="+v.temp, "LANG=fr_FR.UTF-8", "ZAFE_DIR=")
	c.Dir = v.temp
	return c
}

// serve starts the main PC; the first time, with a code for the first PC.
func (v *victim) serve(at string) error {
	first := v.root == nil
	args := []string{"serve", "--listen", at}
	if first {
		args = append(args, "--invite")
	}
	v.cmd, v.said = v.verb(args...), &words{}
	out, err := v.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	v.cmd.Stderr = v.said
	if err := v.cmd.Start(); err != nil {
		return err
	}
	code := ""
	for r := bufio.NewScanner(out); (v.addr == "" || first && code == "") && r.Scan(); {
		for word := range strings.FieldsSeq(r.Text()) {
			switch {
			case strings.HasPrefix(word, "127.0.0.1:"):
				v.addr = strings.TrimSuffix(word, ".")
			case len(word) == 9 && word[4] == '-' && strings.ToUpper(word) == word:
				code = word
			}
		}
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	if first {
		if code == "" {
			return fmt.Errorf("no code: %s", v.said)
		}
		v.office, err = v.join(code, "PC-Claire")
		return err
	}
	for range 200 {
		conn, err := net.Dial("tcp", v.addr)
		if err == nil {
			return conn.Close()
		}
		time.Sleep(50 * time.Millisecond)
	}
	return errors.New("it does not listen again")
}

// stop ends the main PC as the end of a session does.
func (v *victim) stop() error {
	c := v.cmd
	v.cmd = nil
	if err := c.Process.Signal(os.Interrupt); err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() { done <- c.Wait() }()
	select {
	case err := <-done:
		if err != nil {
			return fmt.Errorf("it ended badly: %w %s", err, v.said)
		}
		return nil
	case <-time.After(time.Minute):
		_ = c.Process.Kill()
		return errors.New("it does not end")
	}
}

// join pairs a new PC by a code.
func (v *victim) join(code, name string) (pc, error) {
	id, err := device.NewPC(time.Now())
	if err != nil {
		return pc{}, err
	}
	v.secrets = append(v.secrets, []byte(code), []byte(strings.ReplaceAll(code, "-", "")))
	root, err := pair.Join(context.Background(), v.addr, code, name, id)
	if err != nil {
		return pc{}, fmt.Errorf("%s: %w", name, err)
	}
	v.root = root
	return newPC(v, id), nil
}

// people logs Claire in, who lets the other PCs in.
func (v *victim) people() error {
	var err error
	if v.claire, err = v.login(v.office, "claire", claireTOTP); err != nil {
		return err
	}
	v.proved = time.Now()
	for name, to := range map[string]*pc{"PC-Bureau": &v.desk, "PC-Atelier": &v.thief} {
		if *to, err = v.admit(name); err != nil {
			return err
		}
	}
	return nil
}

// admit pairs a new PC by a code that Claire asks for.
func (v *victim) admit(name string) (pc, error) {
	var in struct {
		Code string `json:"code"`
	}
	if a := v.office.op("device.invite", v.claire, nil); a.err != nil || a.into(&in) != nil {
		return pc{}, fmt.Errorf("an invitation: %w %s", a.err, a.body)
	}
	return v.join(in.Code, name)
}

// code is a code of a secret that was not used yet; one is waited for when there is none.
func (v *victim) code(secret string) (string, error) {
	const step = 30
	for {
		now := time.Now().Unix() / step
		for s := now - 1; s <= now+1; s++ {
			if s <= v.step[secret] || s == now-1 && time.Now().Unix()%step > step-3 {
				continue
			}
			v.step[secret] = s
			return user.CodeAt(secret, time.Unix(s*step, 0))
		}
		time.Sleep(time.Second)
	}
}

// soon is so many steps of codes from now.
func (v *victim) soon(steps int64) time.Time {
	return time.Now().Add(time.Duration(steps) * 30 * time.Second)
}

// login logs somebody in at a PC, with the second factor if they have one, and returns their token.
func (v *victim) login(c pc, who, secret string) (string, error) {
	var got struct{ Token, Next string }
	a := c.op("session.login", "", object{"login": who, "password": password(who)})
	if a.status != 200 || a.into(&got) != nil {
		return "", fmt.Errorf("%s: %d %s %w", who, a.status, a.body, a.err)
	}
	v.secrets = append(v.secrets, []byte(got.Token))
	if got.Next != "code" {
		return got.Token, nil
	}
	code, err := v.code(secret)
	if err != nil {
		return "", err
	}
	a = c.op("session.second_factor", got.Token, object{"code": code})
	if a.status != 200 || a.into(&got) != nil {
		return "", fmt.Errorf("%s: %d %s %w", who, a.status, a.body, a.err)
	}
	v.secrets = append(v.secrets, []byte(got.Token))
	return got.Token, nil
}

// in is login in a test.
func (v *victim) in(t *testing.T, c pc, who string) string {
	t.Helper()
	token, err := v.login(c, who, map[string]string{"claire": claireTOTP, "sonia": soniaTOTP}[who])
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// fresh has Claire prove again who she is, for what asks for it, unless she just did: there is a code each half minute.
func (v *victim) fresh(t *testing.T) {
	t.Helper()
	if time.Since(v.proved) < auth.FreshFor-2*time.Minute {
		return
	}
	code, err := v.code(claireTOTP)
	if err != nil {
		t.Fatal(err)
	}
	var got struct{ Token string }
	v.office.ask(t, "session.confirm", v.claire, object{"code": code}, 200, &got)
	v.claire, v.proved = got.Token, time.Now()
	v.secrets = append(v.secrets, []byte(got.Token))
}

// event is a line of the journal, as far as the tests read it.
type event struct {
	ID     int64  `json:"id"`
	Op     string `json:"op"`
	Device string `json:"device"`
	Actor  string `json:"actor"`
}

// journal returns a function that tells what was written in the journal since now, oldest first.
func (v *victim) journal(t *testing.T) func() []event {
	t.Helper()
	read := func() (got []event) {
		var page struct{ Events []event }
		v.office.ask(t, "event.list", v.claire, object{"limit": 200}, 200, &page)
		return page.Events
	}
	from := int64(0)
	if all := read(); len(all) > 0 {
		from = all[0].ID
	}
	return func() (since []event) {
		for _, e := range read() {
			if e.ID > from {
				since = append([]event{e}, since...)
			}
		}
		return since
	}
}

// count counts the events of an operation.
func count(events []event, what string) (n int) {
	for _, e := range events {
		if e.Op == what {
			n++
		}
	}
	return n
}

// logged returns a function that gives what the program wrote in its log since now.
func (v *victim) logged(t *testing.T) func() string {
	t.Helper()
	read := func() []byte {
		data, err := os.ReadFile(filepath.Join(v.dir, "zafe.log"))
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	from := len(read())
	return func() string { return string(read()[from:]) }
}

// memory is what the main PC holds of the machine's memory, in bytes; 0 where the system does not tell.
func (v *victim) memory(t *testing.T) int64 {
	t.Helper()
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", v.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(data)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kib, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			return kib << 10
		}
	}
	return 0
}

// watched does something and returns by how much the main PC grew meanwhile, at most.
func (v *victim) watched(t *testing.T, do func()) (grew int64) {
	t.Helper()
	before, done := v.memory(t), make(chan struct{})
	var looking sync.WaitGroup
	looking.Go(func() {
		for {
			select {
			case <-done:
				return
			case <-time.After(20 * time.Millisecond):
				grew = max(grew, v.memory(t)-before)
			}
		}
	})
	do()
	close(done)
	looking.Wait()
	return grew
}
