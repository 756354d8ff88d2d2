//go:build !fastdev

package remote

// The shipped program knows every kind of storage rclone knows: the owner, not
// us, chooses where the copies go.
import _ "github.com/rclone/rclone/backend/all"
