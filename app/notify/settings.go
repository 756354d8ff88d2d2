package notify

import (
	"context"
	"encoding/json"
	"net"
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"zafe/app/company"
	"zafe/app/fault"
	"zafe/app/i18n"
	"zafe/app/op"
)

// Security is how the way to a mail server is encrypted.
type Security string

// The ways. The names are permanent: they are in the book.
const (
	TLS      Security = "tls"      // from the first byte on
	StartTLS Security = "starttls" // after a word in clear, before anything is said
	Plain    Security = "plain"    // not at all: to a server on the main PC itself
)

// Settings say where notices go. The secrets are not among them.
type Settings struct {
	Mail     bool     `json:"mail"` // letters are sent
	To       string   `json:"to"`
	From     string   `json:"from"`
	Host     string   `json:"host"` // of the mail server
	Port     int      `json:"port"`
	Security Security `json:"security"`
	Login    string   `json:"login"` // "" for a server that asks for none
	Lang     string   `json:"lang"`  // of the letters
	Hours    int      `json:"hours"` // the copies are red for so long before a letter says so
	Watch    bool     `json:"watch"` // the watcher is called
}

// SaveRequest is the settings with the secrets: one that is "" stays as it was.
type SaveRequest struct {
	Settings
	Password string `json:"password"`
	Ping     string `json:"ping"` // address of the watcher
}

// Bounds of what is typed.
const (
	textMost  = 254 // bytes of an address, a host, a log-in or a password
	pingMost  = 500 // bytes of an address of the watcher
	hoursMost = 7 * 24
	portMost  = 65535
)

// hostName is a name as mail servers have it, or an IPv4 address.
var hostName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$`)

// Validate refuses what could not work, or would send the password in clear. Faults notify.address, notify.host,
// notify.port, notify.plain, notify.security, notify.hours, notify.long, notify.ping, user.lang_unknown.
func (q SaveRequest) Validate() error {
	if q.Mail {
		if err := q.validMail(); err != nil {
			return err
		}
	}
	if len(q.Login) > textMost || strings.ContainsAny(q.Login, "\r\n") {
		return fault.Field("login", "notify.long")
	}
	if len(q.Password) > textMost || strings.ContainsAny(q.Password, "\r\n") {
		return fault.Field("password", "notify.long")
	}
	if q.Ping == "" {
		return nil
	}
	u, err := url.Parse(q.Ping)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || len(q.Ping) > pingMost {
		return fault.Field("ping", "notify.ping")
	}
	return nil
}

func (q SaveRequest) validMail() error {
	if !isAddress(q.To) {
		return fault.Field("to", "notify.address")
	}
	if !isAddress(q.From) {
		return fault.Field("from", "notify.address")
	}
	if len(q.Host) > textMost || !hostName.MatchString(q.Host) && net.ParseIP(q.Host) == nil {
		return fault.Field("host", "notify.host")
	}
	if q.Port < 1 || q.Port > portMost {
		return fault.Field("port", "notify.port")
	}
	switch q.Security {
	case TLS, StartTLS:
	case Plain:
		if ip := net.ParseIP(q.Host); q.Host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			return fault.Field("security", "notify.plain")
		}
	default:
		return fault.Field("security", "notify.security")
	}
	if q.Hours < 1 || q.Hours > hoursMost {
		return fault.Field("hours", "notify.hours", "most", hoursMost)
	}
	if !slices.Contains(i18n.Languages(), q.Lang) {
		return fault.Field("lang", "user.lang_unknown")
	}
	return nil
}

// isAddress tells whether a text is an e-mail address and nothing more, in the letters that every server takes.
func isAddress(s string) bool {
	a, err := mail.ParseAddress(s)
	odd := strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
	return err == nil && a.Address == s && !odd && len(s) <= textMost
}

// config is what the book keeps.
type config struct {
	Settings
	Password string `json:"password"`
	Ping     string `json:"ping"`
}

// account is the mail box of the settings.
func (c config) account() Account {
	return Account{Host: c.Host, Port: c.Port, Security: c.Security, Login: c.Login, Password: c.Password}
}

// watcher is the part of the address of the watcher that is no secret.
func (c config) watcher() string {
	u, err := url.Parse(c.Ping)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// over is what is to be kept after what was. A password stays with the server that it was given for: whoever changes
// the settings does not get it sent elsewhere.
func (q SaveRequest) over(was config) (config, error) {
	c := config(q)
	if same := c.account(); q.Password == "" {
		same.Password = was.Password
		if same == was.account() {
			c.Password = was.Password
		}
	}
	switch {
	case q.Login == "":
		c.Password = ""
	case c.Password != "" || !q.Mail:
	case was.Password != "":
		return c, fault.Field("password", "notify.password_again")
	default:
		return c, fault.Field("password", "notify.password_missing")
	}
	switch {
	case !q.Watch:
		c.Ping = ""
	case q.Ping == "":
		c.Ping = was.Ping
	}
	if c.Watch && c.Ping == "" {
		return c, fault.Field("ping", "notify.ping_missing")
	}
	return c, nil
}

// The settings of the book. The names are permanent.
const (
	configKey = "notify.config"
	// StateKey is what became of the notices: known on this PC, and forgotten by a book that is put back.
	StateKey = "notify.state"
)

func load(tx company.Settings) (c config, st state, err error) {
	if _, err = tx.Setting(configKey, &c); err == nil {
		_, err = tx.Setting(StateKey, &st)
	}
	return c, st, err
}

func statusOf(tx company.Settings) (Status, error) {
	c, st, err := load(tx)
	return Status{
		Settings: c.Settings, PasswordKept: c.Password != "", Watcher: c.watcher(),
		Mailed: st.Mailed, MailFault: st.MailFault, Called: st.Called, CallFault: st.CallFault,
	}, err
}

// save keeps the settings. The journal says where the notices go from now on: no secret, and not whose mail box it is,
// which could never be taken out of it.
func save[T Tx](ctx context.Context, tx T, q SaveRequest) (Status, error) {
	was, st, err := load(tx)
	if err != nil {
		return Status{}, err
	}
	c, err := q.over(was)
	if err != nil {
		return Status{}, err
	}
	if st.Receipt == "" || !was.Mail {
		st.Receipt = month(tx.Now())
	}
	st.MailFault, st.CallFault = nil, nil
	if err := tx.SetSetting(configKey, c); err != nil {
		return Status{}, err
	}
	if err := tx.SetSetting(StateKey, st); err != nil {
		return Status{}, err
	}
	told := map[string]string{}
	if c.Mail {
		_, domain, _ := strings.Cut(c.To, "@")
		told["to"], told["host"] = domain, c.Host
	}
	if c.Watch {
		told["watcher"] = c.watcher()
	}
	payload, err := json.Marshal(told)
	if err != nil {
		return Status{}, err
	}
	op.Note(ctx, "", 0, "", string(payload))
	return statusOf(tx)
}
