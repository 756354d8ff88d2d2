package user

import (
	"context"

	"zafe/app/auth"
	"zafe/app/company"
	"zafe/app/fault"
)

// NewOwner prepares the first person of a book, the owner, with a hashed password; the caller saves
// it in the book's first transaction. Faults as Save.
func NewOwner(ctx context.Context, req SaveRequest, cost Hashing, policy Policy) (User, error) {
	req.Role = auth.Owner
	if err := req.Validate(); err != nil {
		return User{}, err
	}
	if err := policy(req.Password, []string{req.Login, req.Name, req.Email}, true); err != nil {
		return User{}, at("password", err)
	}
	hash, err := newHasher(cost).hash(ctx, req.Password)
	return User{Login: req.Login, Name: req.Name, Email: req.Email, Role: auth.Owner, Password: hash}, err
}

// Reset gives an owner a new password after a restore or with the recovery key, and ends every
// session of the book: whoever had the old PC is out. An empty login means the first owner in work.
// Faults: user.not_found and those of policy.
func Reset(ctx context.Context, tx Tx, login, password string, cost Hashing, policy Policy) (User, error) {
	people, err := tx.Users()
	if err != nil {
		return User{}, err
	}
	var owner User
	for _, u := range people {
		if err := tx.DropSessions(u.ID); err != nil {
			return User{}, err
		}
		if u.Role == auth.Owner && !u.Disabled && owner.ID == 0 && (login == "" || login == u.Login) {
			owner = u
		}
	}
	if owner.ID == 0 {
		return owner, fault.Field("login", "user.not_found")
	}
	firm, err := company.Of(tx)
	if err != nil {
		return owner, err
	}
	if err := policy(password, about(owner, firm), true); err != nil {
		return owner, at("password", err)
	}
	if owner.Password, err = newHasher(cost).hash(ctx, password); err != nil {
		return owner, err
	}
	owner.Generation++
	if owner, err = tx.SaveUser(owner); err != nil {
		return owner, err
	}
	return owner, bySheet(tx, owner)
}

// CheckReset refuses a password that Reset would refuse, as far as it can be told without the book:
// before a restore downloads anything. Faults: those of policy.
func CheckReset(login, password string, policy Policy) error {
	return at("password", policy(password, []string{login}, true))
}
