// Package notify carries notices out of the house: letters by SMTP, and calls to a watcher by HTTPS. What is said, and
// when, is package zafe/app/notify's. Nothing it refuses or returns holds a password, or more of the watcher's address
// than its host.
package notify
