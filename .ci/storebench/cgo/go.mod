module storebench

go 1.26.0

require (
	github.com/mattn/go-sqlite3 v1.14.53
	github.com/mutecomm/go-sqlcipher/v4 v4.4.2
	zafe v0.0.0-00010101000000-000000000000
)

replace zafe => ../../..
