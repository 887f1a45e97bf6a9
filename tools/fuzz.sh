#!/bin/bash
# SPDX-License-Identifier: MIT
# Run each fuzz target for so many seconds: fuzz.sh BUILD SECONDS JOBS
# It begins with the committed corpus. What it finds to be new is kept in BUILD/corpus, and what it
# finds to fail in BUILD/failed-TARGET-*: that belongs into tests/fuzz/corpus.
set -eu

build=$1 seconds=$2 jobs=$3
cd "$(dirname "$0")/.."
targets=$(basename -s _fuzz.c -a tests/fuzz/*_fuzz.c)
# shellcheck disable=SC2086 # words
cmake --build "$build" --parallel "$jobs" --target $(printf 'fuzz_%s_fuzz ' $targets)
scratch=$build/fuzz-scratch
mkdir -p "$scratch"
trap 'rm -rf "$scratch"' EXIT

status=0
for target in $targets; do
	echo "fuzz: $target for $seconds s"
	log=$build/fuzz-$target.log
	mkdir -p "$build/corpus/$target"
	if ! TMPDIR=$PWD/$scratch ASAN_OPTIONS=detect_stack_use_after_return=1 \
		"$build/tests/fuzz/${target}_fuzz" -max_total_time="$seconds" -timeout=10 \
		-max_len=4096 -dict="tests/fuzz/${target%%_*}.dict" -print_final_stats=1 \
		-artifact_prefix="$build/failed-$target-" "$build/corpus/$target" \
		"tests/fuzz/corpus/$target" >"$log" 2>&1; then
		status=1
		tail -n 40 "$log" | cut -c -300
	fi
	grep '^stat::number_of_executed_units' "$log" || true
done
exit "$status"
