# Thin: every target is a script or a CMake preset that can be called by itself. `make` lists them.
JOBS ?= $(shell nproc)
CTEST_ARGUMENTS ?=
.DEFAULT_GOAL := help
.PHONY: help demo demo-kafka test run bench instructions build dev asan tsan coverage lint tidy format clean setup

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /  make \1|/p' Makefile | column -t -s '|'

demo: ## flights demo: set up, build, start the server, show rows live; no Kafka, no Java
	@scripts/setup build
	@$(MAKE) --no-print-directory build
	@scripts/demo

demo-kafka: ## the same job on a real Kafka broker that it starts
	@scripts/setup test
	@$(MAKE) --no-print-directory build
	@scripts/demo-kafka

test: ## set up, build the dev preset, run every test
	@scripts/setup test
	@scripts/kafka fetch 3.9.1 4.1.1 >/dev/null
	@scripts/python-env >/dev/null
	@$(MAKE) --no-print-directory dev
	@ctest --test-dir build/dev --output-on-failure --no-tests=error -j $(JOBS) $(CTEST_ARGUMENTS)

run: build ## the release server on build/server, until Ctrl-C
	@exec build/release/millrace server --data-dir build/server

bench: ## microbenchmarks and Nexmark q0-q23 (from a real Kafka broker) on the release build
	@scripts/setup test
	@$(MAKE) --no-print-directory build
	@scripts/bench

instructions: ## what kernels cost in instructions (valgrind), against the stored counts
	@scripts/setup test
	@scripts/check_instructions

build: ## the release binary build/release/millrace
	@cmake --preset release >build/release.log 2>&1 || { cat build/release.log; exit 1; }
	@cmake --build --preset release -j $(JOBS) --target millrace

dev: ## everything of the preset dev: fast to build, with fail points for the tests
	@cmake --preset dev >build/dev.log 2>&1 || { cat build/dev.log; exit 1; }
	@cmake --build --preset dev -j $(JOBS)

asan: ## build with Address- and UndefinedBehaviorSanitizer, run the tests under them
tsan: ## build with ThreadSanitizer, run the tests under it
asan tsan:
	@scripts/setup test
	@scripts/sanitize $@

coverage: ## unit tests with line counts
	@cmake --preset coverage && cmake --build --preset coverage -j $(JOBS) && ctest --test-dir build/coverage -L unit

lint: ## format, dependencies, headers, shell scripts, clang-tidy on what changed
	@scripts/setup test
	@scripts/lint

tidy: ## clang-tidy on every file (slow)
	@scripts/setup test
	@scripts/lint tidy-all

format: ## clang-format 16 on all C++ files, and the generated pages of docs/
	@git ls-files -z '*.cc' '*.h' | xargs -0 -r clang-format-16 -i
	@scripts/generate_error_docs

setup: ## install what is missing (apt only)
	@scripts/setup

clean: ## remove build/ (with the data of the demos)
	rm -rf build

build dev coverage instructions: | build/
build/:
	@mkdir -p $@
