package vault

import (
	"errors"
	"fmt"

	"zafe/app/fault"

	"github.com/rclone/rclone/backend/crypt"
)

// The faults of a vault. Their texts are in assets/i18n/*/backup.json.
var (
	// faultNoVault: the place holds no vault at all.
	faultNoVault = fault.New(fault.NotFound, "backup.no_vault")
	// faultEmpty: a vault is there but holds no restore point.
	faultEmpty = fault.New(fault.NotFound, "backup.vault_empty")
	// faultWrongKey: restore points are there, none opens with this key.
	faultWrongKey = fault.New(fault.Forbidden, "backup.wrong_key")
	// faultOtherVault: the place holds the vault of another company.
	faultOtherVault = fault.New(fault.Conflict, "backup.other_vault")
	// faultEmptied: a vault that used to be here has gone.
	faultEmptied = fault.New(fault.Conflict, "backup.vault_gone")
	// faultNewer: made by a newer version of the program.
	faultNewer = fault.New(fault.Unavailable, "backup.vault_newer")
	// faultExists: Create was asked to make a vault where one is.
	faultExists = fault.New(fault.Conflict, "backup.vault_exists")
	// faultBusy: another backup is running on this PC.
	faultBusy = fault.New(fault.Conflict, "backup.busy")
	// faultNoDrill: pruning needs a recent trial restore that passed.
	faultNoDrill = fault.New(fault.Conflict, "backup.prune_no_drill")
	// faultClock: the PC's clock seems to have jumped, so ages cannot be trusted.
	faultClock = fault.New(fault.Conflict, "backup.prune_clock")
	// faultWaits: there is more to send than may leave at once.
	faultWaits = fault.New(fault.Unavailable, "backup.line_waits")
	// faultNoPoint: the restore point asked for is not in this vault.
	faultNoPoint = fault.New(fault.NotFound, "backup.point_gone")
	// faultNoneGood: no restore point before a damaged one is whole.
	faultNoneGood = fault.New(fault.NotFound, "backup.no_good_point")
)

// faultPutBack says that a copy has points of this installation that it did not make.
func faultPutBack(p Point) error {
	return fault.New(fault.Conflict, "backup.put_back", "made", p.At)
}

// faultDamaged says that an object is there but is not what was written.
func faultDamaged(name string, cause error) error {
	return fault.New(fault.Conflict, "backup.object_damaged", "object", name).Because(cause)
}

// faultMissing says that an object a manifest needs is not there.
func faultMissing(name string) error {
	return fault.New(fault.NotFound, "backup.object_missing", "object", name)
}

var errDiffers = errors.New("the content differs from its manifest")

// damage turns the errors of decryption into a fault that names the object; others pass unchanged.
func damage(name string, err error) error {
	if isDamage(err) {
		return err
	}
	for _, known := range []error{
		crypt.ErrorEncryptedBadBlock, crypt.ErrorEncryptedBadMagic,
		crypt.ErrorEncryptedFileTooShort, crypt.ErrorEncryptedFileBadHeader, errDiffers,
	} {
		if errors.Is(err, known) {
			return faultDamaged(name, err)
		}
	}
	return fmt.Errorf("%s: %w", name, err)
}

// isDamage says whether err is about one object only, so that others may still be good.
func isDamage(err error) bool {
	f := new(fault.Fault)
	return errors.As(err, &f) && (f.Key == "backup.object_damaged" || f.Key == "backup.object_missing")
}
