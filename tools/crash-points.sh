#!/bin/bash
# SPDX-License-Identifier: MIT
# Every test that kills a process at its k-th store, for all k (src/core/crash_point.h), as two
# compilers make the code, plain and optimized as a release is: crash-points.sh [JOBS]
# The tests that do so are found by what they call. The hook is there in debug builds alone.
set -eu
cd "$(dirname "$0")/.."
jobs=${1:-2}
calls='tu_crash_at|crash_everywhere|plan_make'
names=() targets=()

while read -r file; do
	room=$(basename "$(dirname "$file")")
	name=$(basename "$file" .c)
	targets+=("${room}_$name")
	names+=("$room/$name")
done < <(grep -lE "\<($calls)\(" tests/*/*_test.c)
[ "${#names[@]}" -ge 10 ] || { echo "only ${#names[@]} tests found"; exit 1; }
pattern="^($(IFS='|'; echo "${names[*]}"))\$"

for compiler in gcc clang; do
	command -v $compiler >/dev/null || { echo "no $compiler: skipped"; continue; }
	for level in -O0 -O2; do
		build=build/crash/$compiler$level
		cmake -S . -B "$build" -G Ninja -DCMAKE_C_COMPILER=$compiler \
			-DCMAKE_BUILD_TYPE=None -DCMAKE_C_FLAGS="$level -g" -DTUTTI_DEBUG=ON \
			-DTUTTI_WERROR=ON -DTUTTI_COMMAND=OFF -DTUTTI_EXAMPLES=OFF \
			-DTUTTI_TIMEOUT=600 >/dev/null
		cmake --build "$build" --parallel "$jobs" --target "${targets[@]}" >/dev/null
		echo "$compiler $level:"
		ctest --test-dir "$build" --output-on-failure --no-tests=error -R "$pattern"
	done
done
