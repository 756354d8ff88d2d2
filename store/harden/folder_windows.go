package harden

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"unsafe"

	"golang.org/x/sys/windows"
)

// private takes the rights of others away from path, and tells whether they had any: a folder made outside the user's
// own, at the top of a disk say, is open to everybody who uses the PC. A disk without rights (FAT, exFAT) stays as it is.
func private(path string, mode fs.FileMode) (was bool, err error) {
	allowed, user, err := keepers()
	if err != nil {
		return false, err
	}
	sd, err := windows.GetNamedSecurityInfo(path, windows.SE_FILE_OBJECT, windows.DACL_SECURITY_INFORMATION)
	if err != nil {
		return false, &fs.PathError{Op: "rights", Path: path, Err: err}
	}
	if open, err := openTo(sd, allowed); err != nil || !open || !hasRights(path) {
		return false, err
	}
	inherit := "" // to what is in a folder
	if mode&0o100 != 0 {
		inherit = "OICI"
	}
	// Full access for the system, the administrators and this user; nothing from the folder above.
	rights, err := windows.SecurityDescriptorFromString(
		fmt.Sprintf("D:P(A;%[1]s;FA;;;SY)(A;%[1]s;FA;;;BA)(A;%[1]s;FA;;;%[2]s)", inherit, user))
	if err != nil {
		return true, err
	}
	dacl, _, err := rights.DACL()
	if err != nil {
		return true, err
	}
	err = windows.SetNamedSecurityInfo(path, windows.SE_FILE_OBJECT,
		windows.DACL_SECURITY_INFORMATION|windows.PROTECTED_DACL_SECURITY_INFORMATION, nil, nil, dacl, nil)
	if err != nil {
		return true, &fs.PathError{Op: "rights", Path: path, Err: err}
	}
	return true, nil
}

// keepers are who may have rights: the user of this process, the system, the administrators, and the stand-ins for
// whoever makes or owns a file.
func keepers() (all []*windows.SID, user string, err error) {
	me, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		return nil, "", err
	}
	all = []*windows.SID{me.User.Sid}
	for _, kind := range []windows.WELL_KNOWN_SID_TYPE{
		windows.WinLocalSystemSid, windows.WinBuiltinAdministratorsSid, windows.WinCreatorOwnerSid,
		windows.WinCreatorOwnerRightsSid,
	} {
		sid, err := windows.CreateWellKnownSid(kind)
		if err != nil {
			return nil, "", err
		}
		all = append(all, sid)
	}
	return all, me.User.Sid.String(), nil
}

// openTo tells whether rights are given to anybody else. No list at all gives them to everybody.
func openTo(sd *windows.SECURITY_DESCRIPTOR, allowed []*windows.SID) (bool, error) {
	dacl, _, err := sd.DACL()
	if errors.Is(err, windows.ERROR_OBJECT_NOT_FOUND) || err == nil && dacl == nil {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	for i := range uint32(dacl.AceCount) {
		var ace *windows.ACCESS_ALLOWED_ACE
		if err := windows.GetAce(dacl, i, &ace); err != nil {
			return false, err
		}
		if ace.Header.AceType == windows.ACCESS_DENIED_ACE_TYPE {
			continue
		}
		who := (*windows.SID)(unsafe.Pointer(&ace.SidStart))
		if !slices.ContainsFunc(allowed, who.Equals) {
			return true, nil
		}
	}
	return false, nil
}

// hasRights tells whether the disk keeps rights with its files, and they are those of this PC: a server may not know
// its users.
func hasRights(path string) bool {
	root, err := windows.UTF16PtrFromString(filepath.VolumeName(path) + `\`)
	if err != nil || windows.GetDriveType(root) == windows.DRIVE_REMOTE {
		return false
	}
	var flags uint32
	err = windows.GetVolumeInformation(root, nil, 0, nil, nil, &flags, nil, 0)
	return err == nil && flags&windows.FILE_PERSISTENT_ACLS != 0
}
