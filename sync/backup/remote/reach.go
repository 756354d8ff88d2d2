package remote

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"github.com/rclone/rclone/fs"
)

// reachLength is how many hexadecimal digits a fingerprint has: enough to tell what an owner typed from what they typed
// before.
const reachLength = 16

// reach is a fingerprint of what the recovery sheet says of how to get to a place: its kind, its folder, and what is typed
// into its short form, such as an address and a log-in. No secret is part of it, nor the name of the place or what the
// owner decides about it.
func reach(values map[string]string) string {
	name := values["type"]
	sum := sha256.New()
	add := func(text string) { sum.Write(append([]byte(text), 0)) }
	add(name)
	add(values[folderKey])
	info, err := fs.Find(name)
	if err != nil {
		return ""
	}
	printed, index := explained[name], firstIndex(name)
	if index >= 0 {
		printed = slices.Concat(first[index].fields, printed)
	}
	for i := range info.Options {
		o := &info.Options[i]
		secret := o.IsPassword || secretName(o)
		if !slices.Contains(printed, o.Name) || secret || kindOf(o) == Bool || index < 0 && o.Advanced {
			continue
		}
		add(o.Name)
		add(cmp.Or(values[o.Name], o.String()))
	}
	return hex.EncodeToString(sum.Sum(nil))[:reachLength]
}
