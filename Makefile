# make run    a fresh machine to the open desktop with the sample company
# make test   a fresh machine to a green suite
# make build  the binary, ./zafe        make headless  the binary without a desktop, ./zafe-headless
# make bench  the measures              make screens   pictures of every page, in ./screens
# make lint   the linters               make soak      the long crash tests
# make fuzz   each fuzz target for a while        make sbom   the libraries in ./zafe, in ./zafe.cdx.json

# Fyne's checks of the old threading model are off: the interface uses fyne.Do throughout.
TAGS     = migrated_fynedo
GO       = go
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS  = -s -w -X main.version=$(VERSION)

.PHONY: run test build headless bench lint screens soak fuzz sbom deps-build deps-run deps-test deps-bench

run: deps-run build
	./zafe demo

build: deps-build
	$(GO) build -tags $(TAGS) -ldflags '$(LDFLAGS)' -o zafe .

headless:
	CGO_ENABLED=0 $(GO) build -tags headless -ldflags '$(LDFLAGS)' -o zafe-headless .

sbom: build
	$(GO) run -C .ci/sbom . $(CURDIR)/zafe $(VERSION) >zafe.cdx.json

test: deps-test
	.ci/test $(TAGS)

bench: deps-bench build
	.ci/bench

screens: deps-test build
	.ci/screens

lint:
	.ci/lint $(TAGS)

soak: deps-test
	.ci/soak $(TAGS)

fuzz:
	.ci/fuzz $(TAGS)

deps-build deps-run deps-test deps-bench: deps-%:
	@.ci/deps $*
