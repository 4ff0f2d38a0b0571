# What is needed to build, try, test and measure the proxy. `make help` lists the targets.

# The Python of the tests must see pytest, aiohttp and requests: on Debian and Ubuntu that is the system's.
PYTHON ?= /usr/bin/python3

# Where SwiftPM puts the executables that run, bench and the end-to-end tests use.
RELEASE := .build/release

RELEASE_FLAGS := -c release
# Where the tests are built and run, with the same flags: scripts/run-tests.
export PYTHON

# What `streams-proxy version` tells: see Package.swift. Empty outside a repository.
export STREAMS_PROXY_COMMIT ?= $(shell git describe --always --dirty --exclude='*' --abbrev=12 2>/dev/null)

.DEFAULT_GOAL := help
.PHONY: help build static run run-accounts test lint unit-tests plugin-tests end-to-end-tests deploy-tests cost-tests sanitizer-tests install conformance documents fuzz torture bench bench-check clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-18s %s\n", $$1, $$2 }' Makefile

build: ## build streams-proxy and the demo services, release
	scripts/install-dependencies
	swift build $(RELEASE_FLAGS)

run: build ## start the proxy in front of a demo Luna-Streams, and print commands to try
	@scripts/run-demo

run-accounts: build ## the same with a demo Luna-Accounts, which decides who may pass
	@scripts/run-demo --luna-accounts

test: lint ## everything that must hold before a merge; tells at the end what passed, failed and was skipped
	scripts/install-dependencies test
	scripts/run-tests

lint: ## formatting, and the rules the compiler does not know
	swift format lint --strict -r Sources Tests Package.swift
	scripts/check-sources

unit-tests: ## the Swift tests, debug (no warnings) and release
	scripts/install-dependencies test
	scripts/run-tests swift-debug swift-release

plugin-tests: ## the Python package of plugins, and its host program, without the proxy
	scripts/install-dependencies test
	scripts/run-tests plugins

end-to-end-tests: ## the release executables against real clients and origins, and a minute of mutated messages
	scripts/install-dependencies test
	scripts/run-tests end-to-end

deploy-tests: ## what lies in deploy/: installation, units, manifests, two replicas behind HAProxy
	scripts/install-dependencies test
	scripts/run-tests deploy

cost-tests: ## twice the input takes at most 2.5 times the instructions, for whatever a client or a file can make large
	scripts/install-dependencies test
	scripts/run-tests cost

sanitizer-tests: ## Swift and end-to-end tests built with AddressSanitizer, then with ThreadSanitizer
	scripts/install-dependencies test
	scripts/run-tests swift-address end-to-end-address swift-thread end-to-end-thread

# What `make install` takes. It has the Swift runtime in it: that of the toolchain lies where a service can't read it, and
# goes when the toolchain does.
INSTALLED ?= .build/static/release/streams-proxy

# Where `make install` puts things; DESTDIR goes before all of it, for packages.
PREFIX ?= /usr/local
SYSCONFDIR ?= /etc
DESTDIR ?=

install: $(INSTALLED) ## install under PREFIX (/usr/local) and SYSCONFDIR (/etc), in DESTDIR; settings that are there stay
	deploy/install "$(INSTALLED)" "$(DESTDIR)" "$(PREFIX)" "$(SYSCONFDIR)"

# Only where there is none: installing is often done by another user than building.
$(INSTALLED):
	scripts/install-dependencies
	$(MAKE) static

static: ## build what `make install` installs: streams-proxy with the Swift runtime in it, beside the other build
	swift build $(RELEASE_FLAGS) --static-swift-stdlib --scratch-path .build/static --product streams-proxy

conformance: ## write the tables of docs/conformance.md anew, from a run of the corpus
	scripts/install-dependencies test
	swift build $(RELEASE_FLAGS)
	STREAMS_PROXY=$(abspath $(RELEASE))/streams-proxy \
	$(PYTHON) -m pytest -q -p no:cacheprovider Tests/EndToEnd/test_corpus.py --write-conformance

documents: ## write the tables of the documents that are made from the code (codes, words of the log) anew
	WRITE_DOCUMENTS=1 swift test -Xswiftc -warnings-as-errors --filter DocumentTests

# Seconds that `make fuzz` gives each target.
SECONDS ?= 60

fuzz: ## every fuzz target for SECONDS (60); fails on a finding and tells how to repeat it
	scripts/install-dependencies test
	scripts/fuzz run $(SECONDS)

torture: fuzz ## what takes long, for a release: fuzzing, ten times the walks, the large tests, all end-to-end files by TSan
	SIMULATION_FACTOR=10 swift test $(RELEASE_FLAGS) --disable-testable-imports --filter SimulationTests
	swift build $(RELEASE_FLAGS)
	FUZZ_SECONDS=$$((5 * $(SECONDS))) STREAMS_PROXY=$(abspath $(RELEASE))/streams-proxy \
	$(PYTHON) -m pytest -q -s -p no:cacheprovider Tests/EndToEnd/test_mutated_messages.py
	STREAMS_PROXY=$(abspath $(RELEASE))/streams-proxy \
	$(PYTHON) -m pytest -q -p no:cacheprovider Tests/EndToEnd -m large
	scripts/sanitizer-tests thread Tests/EndToEnd

bench: ## CPU per request, beside nginx, HAProxy and Envoy, everybody with an access log
	scripts/install-dependencies test
	swift build $(RELEASE_FLAGS)
	Benchmarks/run

bench-check: ## instructions, system calls and allocations per request, against the committed thresholds
	scripts/install-dependencies test
	swift build $(RELEASE_FLAGS)
	Benchmarks/check

clean: ## remove what was built; accounts and the demo's credentials stay
	rm -rf .build .build-fuzz .build-asan .build-tsan
