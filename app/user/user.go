// Package user is about the people who log in: their accounts, passwords, second factor and
// sessions. It knows no screen, no SQL and no network; rights themselves are package auth's.
package user

import (
	"strings"
	"time"

	"zafe/app/auth"
	"zafe/app/civil"
	"zafe/app/company"
	"zafe/app/fault"
	"zafe/app/i18n"
	"zafe/app/op"
)

// User is a person with a login.
type User struct {
	ID          auth.UserID `json:"id"`
	Login       string      `json:"login"`
	Name        string      `json:"name"`
	Email       string      `json:"email"`
	Role        auth.Role   `json:"role"`
	SecondOn    bool        `json:"second_factor"`
	Disabled    bool        `json:"disabled"`
	Delegate    bool        `json:"delegate,omitempty"` // start delegate (délégué de démarrage)
	Lang        string      `json:"lang"`
	Theme       string      `json:"theme"` // "", "light" or "dark": "" follows the system
	CreatedAt   time.Time   `json:"created_at"`
	LastLoginAt time.Time   `json:"last_login_at"`
	LockAfter   int         `json:"lock_after,omitempty"` // minutes until the screen locks, 0: as the role has it
	EndsOn      civil.Date  `json:"ends_on,omitzero"`     // last day of the account, in the company's time zone

	// NeedsSecondFactor: the rights of the role ask for one.
	NeedsSecondFactor bool `json:"needs_second_factor,omitempty"`

	RoleName string `json:"role_name,omitempty"` // of a role that the company made

	Rights     auth.Rights   `json:"-"` // of the role, as the book has them now
	Team       []auth.UserID `json:"-"` // the people of their team, themselves among them
	Password   string        `json:"-"` // PHC string
	Secret     string        `json:"-"` // TOTP secret, base32
	LastStep   int64         `json:"-"` // last TOTP time step accepted
	Generation int64         `json:"-"` // sessions of an older generation are void
}

// RoleTitle is what people call the person's role.
func (u User) RoleTitle(p *i18n.Printer) string {
	if u.RoleName != "" {
		return u.RoleName
	}
	return p.T("role."+string(u.Role), nil)
}

// OpensBook tells whether the person's password is to open the sealed book itself: that of an owner or
// of a start delegate.
func (u User) OpensBook() bool { return !u.Disabled && (u.Role == auth.Owner || u.Delegate) }

// Ended tells whether the last day of the account is over.
func (u User) Ended(today civil.Date) bool { return !u.EndsOn.IsZero() && today.After(u.EndsOn) }

// SecondFactorHelps tells whether a second factor stands beside the person's password wherever it is
// used, so that a shorter one will do: their role wants one, and the password does not open the sealed
// book on its own, as a start delegate's does. It is the one rule of every screen and of every check.
func (u User) SecondFactorHelps() bool { return u.NeedsSecondFactor && !delegated(u) }

// Is refuses a log-in that is not this person's with user.bad_login; "" asks for nobody in particular.
func (u User) Is(login string) error {
	if login == "" || strings.EqualFold(login, u.Login) || u.Email != "" && strings.EqualFold(login, u.Email) {
		return nil
	}
	return fault.New(fault.Unauthenticated, "user.bad_login")
}

// LoginFor proposes a log-in for a name: "Claire Durand" gives "claire.durand".
func LoginFor(name string) string {
	return strings.Join(strings.FieldsFunc(i18n.Fold(name), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	}), ".")
}

// Session is one login on one device.
type Session struct {
	ID         int64
	TokenHash  [32]byte
	OldHash    [32]byte // of the token before it, good until OldUntil; zero for none
	OldUntil   time.Time
	User       auth.UserID
	Device     string
	Generation int64
	Pending    bool        // the second factor is still to be given
	Parent     int64       // of a look: the session it was opened from, and ends with
	Viewed     auth.UserID // of a look: through whose eyes
	CreatedAt  time.Time
	FreshAt    time.Time
	ExpiresAt  time.Time
}

// Tx is what this package needs of a transaction.
type Tx interface {
	op.Tx
	company.Settings
	Today() civil.Date // in the company's time zone
	Users() ([]User, error)
	User(id auth.UserID) (User, error)            // fault user.not_found
	UserByLogin(login string) (User, bool, error) // login or e-mail, case-insensitive
	SaveUser(u User) (User, error)                // ID 0 inserts; fault user.login_taken
	// RightsOf returns what a role may do, and whether there is such a role.
	RightsOf(role auth.Role) (auth.Rights, bool, error)
	// TakeTOTPStep puts step in place of the last one and tells whether that was still the one seen.
	TakeTOTPStep(id auth.UserID, seen, step int64) (bool, error)
	SaveRecoveryCodes(id auth.UserID, kdf string, hashes [][32]byte) error
	RecoveryKDF(id auth.UserID) (string, error)
	RecoveryCodesLeft(id auth.UserID) (int, error)
	UseRecoveryCode(id auth.UserID, hash [32]byte) (used bool, left int, err error)
	AddSession(s Session) (Session, error)
	SessionByToken(hash [32]byte) (Session, bool, error)
	Session(id int64) (Session, bool, error)
	Sessions(user auth.UserID) ([]Session, error) // over or not, oldest first
	Unfinished() ([]Session, error)               // pending ones whose time is over
	SaveSession(s Session) error
	DropSession(id int64) error
	DropViews(parent int64) error // the looks that a session opened
	DropPending(user auth.UserID, device string) error
	DropSessions(user auth.UserID) error
	PasswordResets() ([]PendingReset, error) // with names, oldest first
	PasswordReset(id auth.UserID) (PendingReset, bool, error)
	SavePasswordReset(r PendingReset) error // in place of an older one
	DropPasswordReset(id auth.UserID) error
	AddNotice(to auth.UserID, n Notice) error
	Notices(to auth.UserID) ([]Notice, error)      // with names, oldest first
	DropNotices(to auth.UserID, ids []int64) error // of those that are another's nothing is dropped
	RevokeDevices() error                          // of every paired PC
	PCName(device string) (string, error)
	Place(user auth.UserID, device string) (Place, bool, error)
	Places(user auth.UserID) ([]Place, error) // the last used first
	SavePlace(user auth.UserID, device string) error
	Guesses(what string) (Guesses, error)
	SaveGuesses(what string, g Guesses, before time.Time) error // forgets those that began before
}

// The limits of a session and of the log-in.
const (
	sessionFor    = 12 * time.Hour  // absolute life of a session
	pendingFor    = 3 * time.Minute // time to give the second factor
	recoveryCodes = 10

	outsideMonths = 12 // that somebody from outside has access at most before an owner renews it
)
