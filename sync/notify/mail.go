package notify

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"net"
	netmail "net/mail"
	"net/textproto"
	"strconv"
	"strings"
	"unicode"

	"zafe/app/fault"
	appnotify "zafe/app/notify"

	"github.com/wneessen/go-mail"
)

// sender is the name that letters come from.
const sender = "Zafè"

// Send implements [appnotify.Carrier]. A server to which the line is not encrypted is told nothing, unless it is on
// this PC. Faults those of a line that breaks, notify.no_starttls, notify.not_loopback, notify.login_refused,
// notify.login_needed, notify.no_login, notify.sender_refused, notify.recipient_refused, notify.later, notify.refused.
func (c *Carrier) Send(ctx context.Context, a appnotify.Account, l appnotify.Letter) error {
	ctx, cancel := context.WithTimeout(ctx, c.mailWithin)
	defer cancel()
	m, err := message(l)
	if err != nil {
		return err
	}
	w := &wire{}
	defer w.close()
	client, err := c.client(ctx, a, w)
	if err != nil {
		return err
	}
	session, err := client.DialToSMTPClientWithContext(ctx)
	if err == nil {
		err = client.SendWithSMTPClient(session, m)
	}
	if err == nil {
		// The letter is the server's by now, whatever it answers.
		_ = session.UpdateDeadline(quitWithin)
		_ = session.Quit()
		return nil
	}
	return why(ctx, a, l, err)
}

// message makes the e-mail. It says neither the name of the PC nor the program's version.
func message(l appnotify.Letter) (*mail.Msg, error) {
	m := mail.NewMsg(mail.WithNoDefaultUserAgent())
	m.FromMailAddress(&netmail.Address{Name: sender, Address: l.From})
	if err := m.To(l.To); err != nil {
		return nil, err
	}
	_, domain, _ := strings.Cut(l.From, "@")
	m.SetMessageIDWithValue(rand.Text() + "@" + domain)
	m.SetDateWithValue(l.At)
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	m.Subject(line(l.Subject))
	m.SetBodyString(mail.TypeTextPlain, l.Body)
	return m, nil
}

// saidMost bounds what is shown of a server's own words, in letters.
const saidMost = 200

// line makes one line of text, without what does not print.
func line(s string) string {
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

func (c *Carrier) client(ctx context.Context, a appnotify.Account, w *wire) (*mail.Client, error) {
	options := []mail.Option{
		// The context ends the line: a time-out of go-mail's own would be told in words alone.
		mail.WithTimeout(2 * c.mailWithin),
		mail.WithPort(a.Port), mail.WithHELO("localhost"), mail.WithoutNoop(),
		mail.WithoutRset(), mail.WithoutSMTPUTF8(), mail.WithTLSConfig(c.tls(a.Host)),
		mail.WithDialContextFunc(c.dial(ctx, a, w)),
	}
	plain, login := mail.SMTPAuthPlain, mail.SMTPAuthLogin
	switch a.Security {
	case appnotify.TLS:
		options = append(options, mail.WithSSL())
	case appnotify.Plain:
		options = append(options, mail.WithTLSPolicy(mail.NoTLS))
		plain, login = mail.SMTPAuthPlainNoEnc, mail.SMTPAuthLoginNoEnc
	default:
		options = append(options, mail.WithTLSPolicy(mail.TLSMandatory))
	}
	if a.Login != "" {
		options = append(options, mail.WithUsername(a.Login), mail.WithPassword(a.Password),
			mail.WithOpportunisticSMTPAuth(plain, login, mail.SMTPAuthSCRAMSHA256, mail.SMTPAuthCramMD5))
	}
	return mail.NewClient(a.Host, options...)
}

// wire is the connection under a session. It ends with the context of the letter.
type wire struct {
	conn net.Conn
	stop func() bool
}

// close hangs up; what was to be said was.
func (w *wire) close() {
	if w.conn != nil {
		w.stop()
		_ = w.conn.Close()
	}
}

// dial opens the line, encrypted from the start where that is asked for. The context is that of the whole letter:
// go-mail's own ends with the log-in.
func (c *Carrier) dial(ctx context.Context, a appnotify.Account, w *wire) mail.DialContextFunc {
	return func(dialing context.Context, network, _ string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(dialing, network, net.JoinHostPort(a.Host, strconv.Itoa(a.Port)))
		if err != nil {
			return nil, err
		}
		w.conn, w.stop = conn, context.AfterFunc(ctx, func() { _ = conn.Close() })
		if at, ok := conn.RemoteAddr().(*net.TCPAddr); a.Security == appnotify.Plain && (!ok || !at.IP.IsLoopback()) {
			return nil, fault.New(fault.Invalid, "notify.not_loopback", "host", a.Host)
		}
		if a.Security != appnotify.TLS {
			return conn, nil
		}
		secured := tls.Client(conn, c.tls(a.Host))
		return secured, secured.HandshakeContext(dialing)
	}
}

// The answers of a server that mean the log-in (RFC 4954).
var loginCodes = map[int]bool{530: true, 534: true, 535: true, 538: true}

// why says in a person's words why a letter did not leave. What the server said counts more than that the line broke:
// some hang up on whom they refuse.
func why(ctx context.Context, a appnotify.Account, l appnotify.Letter, err error) error {
	refuse := func(key string, args ...any) *fault.Fault {
		return fault.New(fault.Unavailable, key, append([]any{"host", a.Host}, args...)...).Because(err)
	}
	if f, ok := errors.AsType[*fault.Fault](err); ok {
		return f
	}
	code, said, at := answer(err)
	address := at == mail.ErrSMTPMailFrom || at == mail.ErrSMTPRcptTo
	sender := at == mail.ErrSMTPMailFrom || address && ofSender(said)
	switch {
	case a.Login == "" && sender && (loginCodes[code] || code >= 500):
		return refuse("notify.login_needed_from", "address", l.From)
	case a.Login == "" && (loginCodes[code] || code >= 500 && address):
		return refuse("notify.login_needed", "address", l.To)
	case loginCodes[code]:
		return refuse("notify.login_refused")
	case code >= 400 && code < 500:
		return refuse("notify.later")
	case code != 0 && sender:
		return refuse("notify.sender_refused", "address", l.From)
	case code != 0 && at == mail.ErrSMTPRcptTo:
		return refuse("notify.recipient_refused", "address", l.To)
	case code != 0:
		return refuse("notify.refused", "said", said)
	case strings.Contains(err.Error(), "does not support STARTTLS"):
		return refuse("notify.no_starttls")
	case strings.Contains(err.Error(), "does not support SMTP AUTH"), errors.Is(err, mail.ErrNoSupportedAuthDiscovered):
		return refuse("notify.no_login")
	}
	f := cmp.Or(broken(a.Host, a.Port, err), refuse("notify.cut"))
	if f.Key == "notify.cut" && ctx.Err() != nil { // it was this side that hung up
		f = refuse("notify.silent")
	}
	return f
}

// ofSender tells whether a refusal of the recipient is one of the sender: Postfix, Exim and many providers wait with it
// until they hear the recipient, and no code tells the two apart (RFC 3463, 3.8).
func ofSender(said string) bool { return strings.Contains(strings.ToLower(said), "sender") }

// answer is what a server said when it refused: its code, 0 when it said nothing, its words and to what.
func answer(err error) (code int, said string, at mail.SendErrReason) {
	if refused, ok := errors.AsType[*mail.SendError](err); ok {
		code, said, at = refused.ErrorCode(), strings.TrimPrefix(refused.Error(), refused.Reason.String()+": "), refused.Reason
		said, _, _ = strings.Cut(said, ", affected ") // go-mail's own words go on
		said = strings.ReplaceAll(said, `"`, "")
	} else if said, ok := errors.AsType[*textproto.Error](err); ok {
		return said.Code, short(said.Msg), mail.ErrAmbiguous
	}
	return code, short(said), at
}

func short(s string) string {
	words := []rune(line(s))
	return string(words[:min(len(words), saidMost)])
}
