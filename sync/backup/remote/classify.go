package remote

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"regexp"
	"strings"
	"syscall"

	"zafe/app/fault"

	"github.com/rclone/rclone/fs"
	"golang.org/x/oauth2"
)

// The faults of a destination. What differs between them is what the owner can do about it.
var (
	faultLogin     = fault.New(fault.Forbidden, "backup.dest_login")        // wrong name, password or key
	faultExpired   = fault.New(fault.Forbidden, "backup.dest_expired")      // the login must be done again
	faultForbidden = fault.New(fault.Forbidden, "backup.dest_forbidden")    // known, but may not do this
	faultHost      = fault.New(fault.Unavailable, "backup.dest_host")       // no machine of that name
	faultRefused   = fault.New(fault.Unavailable, "backup.dest_refused")    // it does not answer at that port
	faultOffline   = fault.New(fault.Unavailable, "backup.dest_offline")    // this PC has no network
	faultTimeout   = fault.New(fault.Unavailable, "backup.dest_timeout")    // too slow or silent
	faultTLS       = fault.New(fault.Forbidden, "backup.dest_tls")          // its certificate is not trusted
	faultHostKey   = fault.New(fault.Forbidden, "backup.dest_hostkey")      // another machine answers (SSH)
	faultFull      = fault.New(fault.Unavailable, "backup.dest_full")       // no room left
	faultNotFound  = fault.New(fault.NotFound, "backup.dest_not_found")     // no such bucket, folder, account
	faultNotFolder = fault.New(fault.Conflict, "backup.dest_not_folder")    // a file is in the way
	faultBusy      = fault.New(fault.Unavailable, "backup.dest_busy")       // asks us to slow down, or is down
	faultClock     = fault.New(fault.Conflict, "backup.dest_clock")         // this PC's date is wrong
	faultReadOnly  = fault.New(fault.Forbidden, "backup.dest_read_only")    // write-protected
	faultCancelled = fault.New(fault.Conflict, "backup.cancelled")          // the person stopped it
	faultPort      = fault.New(fault.Unavailable, "backup.dest_login_port") // the login port is taken
	faultPortal    = fault.New(fault.Unavailable, "backup.dest_portal")     // a page answers in its stead
	faultOther     = fault.New(fault.Unavailable, "backup.dest_other")      // anything else, with its text
)

// phrases recognises what arrives as text only, most telling first. The texts are those of the
// providers and of rclone; the numbers are HTTP statuses as they write them.
var phrases = []struct {
	pattern *regexp.Regexp
	fault   *fault.Fault
}{
	{re(`oauth authentication was cancelled|context canceled`), faultCancelled},
	{re(`auth webserver.*address already in use|127\.0\.0\.1:53682`), faultPort},
	{re(`invalid_grant|expired_access_token|token.{0,20}(expired|revoked)|refresh token`), faultExpired},
	{re(`empty token found|didn't find section|failed to get token`), faultExpired},
	{re(`RequestTimeTooSkewed|certificate has expired or is not yet valid`), faultClock},
	{re(`host key mismatch|knownhosts: key|no key is pinned`), faultHostKey},
	{re(`InvalidAccessKeyId|SignatureDoesNotMatch|AuthenticationFailed|InvalidAuthenticationInfo`), faultLogin},
	{re(`failed to authenticate the request`), faultLogin}, // Azure's storage
	{re(`unexpected message type 51|unable to authenticate|no supported methods remain`), faultLogin},
	// An SSH server that is tired of it hangs up: RFC 4253, 11.1; 14 is "no more authentication methods available".
	{re(`ssh: disconnect, reason (2|14):.{0,40}auth|ssh: handshake failed: EOF`), faultLogin},
	// FTP's 530 is "not logged in" (RFC 959), each server with words of its own; some give it when they are full, which is
	// not that there were too many attempts.
	{re(`\b530\b.{0,60}(too many|maximum).{0,40}(fail|incorrect|wrong|password|(log-?in|auth\w*) attempt)`), faultLogin},
	{re(`\b530\b.{0,60}(too many|maximum)`), faultBusy},
	{re(`\b530\b.{0,40}(log|auth|user|password|credential)`), faultLogin},
	{re(`couldn't connect SSH: .*(parse|passphrase|private key)`), faultLogin},
	{re(`(invalid|wrong|bad|incorrect).{0,12}(credential|password|user ?name|login|account)`), faultLogin},
	{re(`\b401\b|unauthorized|illegal base64 data|StatusCode: 401`), faultLogin},
	{re(`quotaLimitReached|quota.{0,20}exceeded|insufficient_space`), faultFull},
	{re(`no space left|\b507\b|insufficient storage|EntityTooLarge|disk (is )?full|over quota`), faultFull},
	{re(`rateLimitExceeded|SlowDown|\b429\b|too many requests|\b50[234]\b|ServiceUnavailable`), faultBusy},
	{re(`NoSuchBucket|container.{0,20}not (found|exist)|ContainerNotFound|itemNotFound`), faultNotFound},
	{re(`AccessDenied|AccountIsDisabled|AuthorizationPermissionMismatch|\b403\b|forbidden`), faultForbidden},
	{re(`permission denied|access is denied|operation not permitted`), faultForbidden},
	{re(`read-only file system|write.?protected`), faultReadOnly},
	{re(`x509:|certificate|tls: |HTTP response to HTTPS client`), faultTLS},
	{re(`no such host|server misbehaving|name or service not known`), faultHost},
	{re(`network is unreachable|no route to host|network is down`), faultOffline},
	{re(`connection refused|connection reset|broken pipe|unexpected EOF|connection lost`), faultRefused},
	{re(`i/o timeout|deadline exceeded|timed? ?out`), faultTimeout},
	{re(`actively refused|forcibly closed`), faultRefused},
	{re(`unreachable (network|host)`), faultOffline},
	{re(`did not properly respond`), faultTimeout},
	{re(`not enough space on the disk|remaining disk space`), faultFull},
	{re(`failure writing to local file|\b(452|552)\b`), faultFull}, // FTP
	{re(`directory not found|object not found|\b404\b|not found`), faultNotFound},
	{re(`is a file not a directory|not a directory`), faultNotFolder},
}

func re(pattern string) *regexp.Regexp { return regexp.MustCompile(`(?i)` + pattern) }

// Classify turns any error of a destination into a fault a person can act on; faults pass unchanged.
// What is not recognised is "backup.dest_other" with the provider's own words as argument "detail".
func Classify(err error) error {
	if err == nil {
		return nil
	}
	if f := new(fault.Fault); errors.As(err, &f) {
		return f
	}
	if f := byType(err); f != nil {
		return f.Because(err)
	}
	text := err.Error()
	for _, p := range phrases {
		if p.pattern.MatchString(text) {
			return p.fault.Because(err)
		}
	}
	return fault.New(faultOther.Code, faultOther.Key, "detail", firstLine(text)).Because(err)
}

// byType recognises what Go and rclone say by type; nil if nothing.
func byType(err error) *fault.Fault {
	var dns *net.DNSError
	var token *oauth2.RetrieveError
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	var record tls.RecordHeaderError
	switch {
	case errors.Is(err, context.Canceled):
		return faultCancelled
	case errors.Is(err, context.DeadlineExceeded):
		return faultTimeout
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return faultFull
	case errors.Is(err, syscall.EROFS):
		return faultReadOnly
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH),
		errors.Is(err, syscall.ENETDOWN):
		return faultOffline
	case errors.Is(err, syscall.ECONNREFUSED):
		return faultRefused
	case errors.As(err, &dns):
		if dns.IsTimeout {
			return faultOffline
		}
		return faultHost
	case errors.As(err, &token):
		return faultExpired
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return faultClock
	case errors.As(err, &unknown), errors.As(err, &host), errors.As(err, &invalid), errors.As(err, &record):
		return faultTLS
	case errors.Is(err, fs.ErrorIsFile):
		return faultNotFolder
	case errors.Is(err, fs.ErrorPermissionDenied):
		return faultForbidden
	}
	return nil
}

// Passing says whether trying again later can help without the owner doing anything: a broken line,
// a busy or absent server, an unplugged disk. Logins, rights and full storages are told at once.
func Passing(err error) bool {
	f := fault.Of(err)
	if f == nil {
		return false
	}
	switch f.Key {
	case faultHost.Key, faultRefused.Key, faultOffline.Key, faultTimeout.Key, faultBusy.Key, faultOther.Key,
		faultPortal.Key,
		faultCancelled.Key, "backup.disk_absent", "backup.busy", "backup.copy_incomplete", "backup.files_missing", "backup.line_waits":
		return true
	}
	return false
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	if runes := []rune(line); len(runes) > 200 {
		line = string(runes[:200])
	}
	return line
}
