package user

import (
	"zafe/app/auth"
	"zafe/app/civil"
)

// endsSoon is how many days before the last one of an account the owners are told, so that they renew it or not.
const endsSoon = 14

// EndsSoon tells whether the account ends in the days to come.
func (u User) EndsSoon(today civil.Date) bool {
	return !u.EndsOn.IsZero() && !u.Disabled && !u.Ended(today) && u.EndsOn.Before(today.AddDays(endsSoon+1))
}

// endsTold is the setting of the last days that the owners were told of, by person.
const endsTold = "user.ends_told"

// Ending lists the accounts that end soon and that no owner was told of; what is said of one day is not said again.
func Ending(tx Tx) (out []User, err error) {
	told := map[auth.UserID]civil.Date{}
	if _, err := tx.Setting(endsTold, &told); err != nil {
		return nil, err
	}
	people, err := tx.Users()
	for _, u := range people {
		if u.EndsSoon(tx.Today()) && told[u.ID] != u.EndsOn {
			out = append(out, u)
		}
	}
	return out, err
}

// TellEnding tells the owners of accounts that end soon, each once.
func TellEnding(tx Tx, ending []User) error {
	told := map[auth.UserID]civil.Date{}
	if _, err := tx.Setting(endsTold, &told); err != nil {
		return err
	}
	for _, u := range ending {
		if err := TellOwners(tx, u.ID, NoticeEnds, u.EndsOn.String(), u.ID); err != nil {
			return err
		}
		told[u.ID] = u.EndsOn
	}
	return tx.SetSetting(endsTold, told)
}
