export GOTOOLCHAIN := local
export CGO_ENABLED ?= 0
GO ?= go
LINT := bin/golangci-lint

.PHONY: help build demo test real lint bench golden clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

build: ## build bin/assay, one static binary
	$(GO) build -trimpath -o bin/assay ./cmd/assay

demo: build ## a faulty specimen on loopback: found, tested, reported
	bin/assay demo

test: ## all tests with the race detector, then the whole fault loop, which it would slow down fivefold
	CGO_ENABLED=1 $(GO) test -race -short -timeout 30m -p 2 ./...
	$(GO) test -timeout 40m -run 'TestLoop/V2.1/(conformant|honest=|fault=[a-l])' ./suites & one=$$!; \
	$(GO) test -timeout 40m -run 'TestLoop/V2.1/fault=[m-z]' ./suites & two=$$!; \
	$(GO) test -timeout 40m -skip TestLoop/V2.1 ./suites && $(GO) test -run 'TestTheSpecimenPasses|TestTheConformantDevicePasses' ./cmd/assay ./suites/validation && wait $$one && wait $$two

real: ## real programs as devices, in namespaces of the tests' own (installs them from Debian)
	.ci/packages.sh
	$(GO) test -tags real -count 1 -timeout 20m -parallel 6 -v -run Real ./cmd/assay

lint: $(LINT) ## formatting, vet and golangci-lint
	test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); exit 1; }
	$(GO) vet -tags real ./...
	$(LINT) run ./...

$(LINT): tools/go.mod tools/go.sum
	cd tools && $(GO) build -o ../$(LINT) github.com/golangci/golangci-lint/v2/cmd/golangci-lint

bench: ## ratios against nmap and sslscan, whole runs of the specimen, the fault loop
	.ci/packages.sh bench
	$(GO) test -run '^$$' -bench . -benchtime 3x -timeout 30m ./harness/probe/tcp ./harness/probe/tls
	$(GO) test -run '^$$' -bench . -benchtime 1x -timeout 30m ./harness/probe/udp
	$(GO) test -run '^$$' -bench . -benchtime 1x -timeout 30m ./cmd/assay

golden: ## write generated and golden files anew
	$(GO) test ./provisions ./reports ./harness/device -update
	$(GO) test ./harness/specimen -run Examples -update

clean: ## remove what was built and run
	rm -rf bin runs
