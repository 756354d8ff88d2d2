package notify

import "zafe/app/company"

// Servers are those outside the house that notices are taken to: the one that letters leave through and the watcher,
// "" for what is off.
func Servers(tx company.Settings) (mail, watcher string, err error) {
	c, _, err := load(tx)
	if c.Mail {
		mail = c.Host
	}
	if c.Watch {
		watcher = c.watcher()
	}
	return mail, watcher, err
}
