package remote

import (
	"errors"
	"testing"

	"zafe/app/fault"
)

// TestHowServersRefuseALogin: each in its own words, as they arrive through rclone. A server that is full is not that.
func TestHowServersRefuseALogin(t *testing.T) {
	for text, want := range map[string]string{
		`ssh: handshake failed: ssh: disconnect, reason 2: "Too many authentication failures"`:           "backup.dest_login",
		`ssh: handshake failed: ssh: disconnect, reason 14: "No more authentication methods available."`: "backup.dest_login",
		`ssh: disconnect, reason 12: "Too many connections"`:                                             "backup.dest_other",
		`NewFs: ftpConnection Login: 530 Login authentication failed`:                                    "backup.dest_login", // Pure-FTPd
		`NewFs: ftpConnection Login: 530 User cannot log in.`:                                            "backup.dest_login", // IIS
		`NewFs: ftpConnection Login: 530 Not logged in.`:                                                 "backup.dest_login",
		`530 Sorry, the maximum number of clients (5) for this user are already connected.`:              "backup.dest_busy", // ProFTPD
		`530 Too many users logged in, please try later.`:                                                "backup.dest_busy",
		`NewFs: ftpConnection Login: 530 Sorry, too many failed log-ins.`:                                "backup.dest_login",
		`NewFs: ftpConnection Login: 530 Maximum login attempts exceeded, bye.`:                          "backup.dest_login",
		`NewFs: ftpConnection Login: 530 Too many authentication failures for user claire.`:              "backup.dest_login",
	} {
		if got := fault.KeyOf(Classify(errors.New(text))); got != want {
			t.Errorf("%s: told as %s", text, got)
		}
	}
}
