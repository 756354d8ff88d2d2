module aapreinit

go 1.26.0
