package opener

import (
	"context"
	"fmt"

	"zafe/app/user"
	"zafe/store"
)

// TellMended tells the owners at their next log-in, and the journal, that opening a book made one of its two key files
// anew from the other: a power cut while it was written, a program or somebody, which nobody else would see.
func TellMended(ctx context.Context, st *store.Store) error {
	for _, n := range st.Notices() {
		if n.Key != "verify.keys_mended" {
			continue
		}
		file := fmt.Sprint(n.Args["file"])
		return st.Update(ctx, func(tx *store.Tx) error {
			if err := user.TellOwners(tx, 0, user.NoticeKeys, file); err != nil {
				return err
			}
			return tx.NoteKeysMended(file)
		})
	}
	return nil
}
