# The index of tasks: each is one command, and calls what it needs before it.
.DEFAULT_GOAL := help
JOBS ?= $(shell nproc)
FUZZ_SECONDS ?= 30
TARGETS ?= all
# On a system that tools/setup does not know: make test SETUP=true
SETUP ?= tools/setup --if-needed

.PHONY: help setup need-setup up build test lint asan tsan conformance rollouts bench fuzz release clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

setup: ## install what building, running and testing need (Debian 12, Ubuntu 24.04)
	tools/setup

up: ## start the servers with their sandboxes here, in the foreground
	@$(MAKE) --no-print-directory build-release TARGETS="davit davitd"
	@exec tools/up

build: build-dev ## build everything, quickly (build/dev)

test: test-dev ## build and run all tests

lint: build-dev ## formatting, house rules, clang-tidy; BASE=REF: only files changed since REF
	@JOBS=$(JOBS) BASE=$(BASE) tools/lint

asan: test-asan ## all tests under AddressSanitizer and UndefinedBehaviorSanitizer

tsan: test-tsan ## all tests under ThreadSanitizer

conformance: ## the official MCP conformance suite against the fixture server
	@$(MAKE) --no-print-directory build-dev TARGETS=conformance_server
	@exec tests/conformance/run

rollouts: ## 100 releases under load, kills at every step, and the time of a rollback
	@$(MAKE) --no-print-directory build-dev TARGETS="davit davitd conformance_server"
	@tests/rollouts/run build/dev/bin
	@tests/rollouts/rollback_time.py build/dev/bin
	@tests/rollouts/sweep.py build/dev/bin

bench: ## measure beside the peers that are installed; BENCH="--quick": options of bench/run
	@$(MAKE) --no-print-directory build-release TARGETS="echo_server curl_alone davit davitd"
	@bench/deployer
	@bench/connectors
	@exec bench/run --peers $(BENCH)

fuzz: build-fuzz ## run each fuzzer for FUZZ_SECONDS (30)
	@FUZZ_SECONDS=$(FUZZ_SECONDS) tools/fuzz

release: build-release ## build what is shipped (build/release)

clean: ## remove everything that was built
	rm -rf build

need-setup:
	@$(SETUP)

build-%: need-setup
	@test -f build/$*/build.ninja || cmake --preset $*
	@cmake --build --preset $* -j $(JOBS) --target $(TARGETS)

test-%: build-%
	@ctest --preset $* -j $(JOBS)
