# SPDX-License-Identifier: MIT
# A front for CMake. On a bare Debian with git and make, `make run` and `make test` first install
# what they need (tools/deps.sh); everywhere else install a C compiler, cmake, ninja, libssl,
# c-ares, llhttp and libcurl.

SECONDS ?= 60
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
PREFIX ?= /usr/local
DESTDIR ?=
CTEST := ctest --output-on-failure
# ThreadSanitizer's memory layout does not survive full address randomisation.
FIXED := $(shell setarch -R true 2>/dev/null && echo "setarch;-R")
LOW_ROOMS := ^(base|os|core|sync|exec|wire)$$

# $(call build,preset[,extra options]): configure (cheap when nothing changed) and build
define build
	cmake --preset $(1) $(2) >/dev/null
	cmake --build build/$(1) --parallel $(JOBS)
endef

.DEFAULT_GOAL := help
.PHONY: help run test test-optimized test-debug check bench bench-claims asan tsan valgrind torture crash-points
.PHONY: coverage rows fuzz aarch64 riscv64
.PHONY: deps deps-all deps-bench install format clean

help:
	@echo "make run         build, and do real work: digests of a tree, 65 primes, compared; a tour"
	@echo "make test        build with warnings as errors and run every test"
	@echo "make test-optimized            the same on the release build"
	@echo "make test-debug  the tests of base to proc, watched by the checker (TUTTI_DEBUG=1)"
	@echo "make check       formatter, lint, rooms, header contract, exported symbols"
	@echo "make asan | tsan | valgrind    the tests under a sanitizer or memcheck"
	@echo "make torture     the tests, long        make coverage   what the tests enter"
	@echo "make rows        docs/coverage.md, from docs/rows.txt and from what says which rows it shows"
	@echo "make fuzz        new bytes for the fuzz targets, SECONDS=$(SECONDS) each, by clang's libFuzzer"
	@echo "make crash-points              processes killed at each step, gcc and clang, -O0 and -O2"
	@echo "make aarch64     cross-built, base to loop under qemu-user (also riscv64)"
	@echo "make bench       tutti beside its peers, same machine, same run"
	@echo "make bench-claims              what the tutorials claim, measured, CPython beside us"
	@echo "make install     PREFIX=$(PREFIX) DESTDIR=$(DESTDIR)"
	@echo "make format | clean | deps | deps-all | deps-bench"

deps:
	@tools/deps.sh base

deps-all:
	@tools/deps.sh all

deps-bench:
	@tools/deps.sh bench

run: deps
	$(call build,release)
	@tools/run-demo.sh build/release

test: deps
	$(call build,dev)
	$(CTEST) --test-dir build/dev -LE torture -j2

test-optimized: deps
	$(call build,optimized)
	TUTTI_PYTHONS=few $(CTEST) --test-dir build/optimized -LE torture -j2

test-debug: deps
	$(call build,dev)
	TUTTI_DEBUG=1 $(CTEST) --test-dir build/dev -L '$(LOW_ROOMS)|^(loop|proc|observe|net)$$' -LE torture -j2

check: deps
	$(call build,dev)
	@tools/check.sh build/dev

asan:
	$(call build,asan)
	ASAN_OPTIONS=detect_stack_use_after_return=1 UBSAN_OPTIONS=print_stacktrace=1 TUTTI_PYTHONS=few \
	$(CTEST) --test-dir build/asan -LE 'torture|no-asan' -j2

# Not in virtual time, where all is one thread: there it has nothing to see.
tsan:
	$(call build,tsan,"-DTUTTI_RUNNER=$(FIXED)")
	TSAN_OPTIONS="halt_on_error=1 second_deadlock_stack=1 suppressions=$(CURDIR)/tools/tsan.supp" \
	$(CTEST) --test-dir build/tsan -L '$(LOW_ROOMS)|^(loop|proc|net|dist|tsan)$$' -LE 'torture|no-tsan' -E '@virtual$$' -j2

valgrind:
	$(call build,valgrind)
	$(CTEST) --test-dir build/valgrind -L '$(LOW_ROOMS)|^(loop|proc|net)$$' -LE 'torture|no-valgrind' -j2

torture: test-debug crash-points
	$(call build,torture)
	$(CTEST) --test-dir build/torture -j2

# A process killed at each of its steps; gcc and clang, plain and optimized.
crash-points: deps
	@tools/crash-points.sh $(JOBS)

# The targets alone: what is found goes into the corpus, which all other builds play.
fuzz:
	cmake --preset fuzz >/dev/null
	@tools/fuzz.sh build/fuzz $(SECONDS) $(JOBS)

coverage:
	$(call build,coverage)
	$(CTEST) --test-dir build/coverage -LE 'torture|no-coverage' -j2
	@python3 tools/coverage.py build/coverage

# Complains of rows that nothing shows, which does not keep it from writing the page.
rows:
	@python3 tools/rows.py --write

aarch64 riscv64:
	$(call build,$@)
	$(CTEST) --test-dir build/$@ -L '$(LOW_ROOMS)|^loop$$' -LE 'torture|no-qemu' -j2

bench: deps-bench
	$(call build,release,-DTUTTI_BENCH=ON)
	@python3 bench/run.py build/release

bench-claims: deps
	$(call build,release,-DTUTTI_BENCH=ON)
	@python3 bench/run.py build/release --only claims

install: deps
	$(call build,release,"-DCMAKE_INSTALL_PREFIX=$(PREFIX)")
	DESTDIR="$(DESTDIR)" cmake --install build/release
	@if [ -z "$(DESTDIR)" ] && [ "$$(id -u)" = 0 ]; then ldconfig; fi

format:
	git ls-files -co --exclude-standard '*.c' '*.h' | xargs clang-format -i

clean:
	rm -rf build
