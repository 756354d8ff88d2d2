// Package disks knows which disks are plugged in at this PC. It asks the system and remembers nothing.
package disks
