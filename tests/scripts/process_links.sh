#!/bin/bash
# SPDX-License-Identifier: MIT
# Processes and their pools in programs that are linked in each of the ways there are; two static
# jobs of one name, told apart by where they are; and a job of a module that is loaded later.
#
# ctest: LABELS no-asan LABELS no-tsan
set -u
source=${TUTTI_SOURCE_DIR:-$(cd "$(dirname "$0")/../.." && pwd)}
build=${TUTTI_BUILD_DIR:-$source/build/dev}
programs=$source/tests/support/programs
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

# links NAME ARGUMENT...: how a program is linked
links() {
	local name=$1
	shift
	if ! "${TUTTI_CC:-cc}" -std=gnu11 -I"$source/include" -o jobs "$programs/jobs_first.c" \
		"$programs/jobs_second.c" "$@" -pthread 2>errors; then
		echo "$name: it cannot be linked" >&2
		case "$*" in
		*-static*) ;; # there may be no static C library
		*) cat errors >&2; failed=1 ;;
		esac
		return
	fi
	if ! timeout 250 ./jobs >said 2>&1 || ! cmp -s said want; then
		echo "$name:" >&2
		diff want said >&2
		failed=1
	fi
}

cat >want <<END
process: 49 -7
spawned: 49 -7
pool: 49 -7
END
links "the shared library" -L"$build" -ltutti -Wl,-rpath,"$build"
links "the archive" "$build/libtutti.a" -lm
links "the archive, at a fixed place" -no-pie "$build/libtutti.a" -lm
links "nothing shared" -static "$build/libtutti.a" -lm
links "nothing shared, at any place" -static-pie -fPIE "$build/libtutti.a" -lm

"${TUTTI_CC:-cc}" -std=gnu11 -shared -fPIC -I"$source/include" -o ./module.so \
	"$programs/jobs_second.c" || exit 1
"${TUTTI_CC:-cc}" -std=gnu11 -I"$source/include" -o loads "$programs/jobs_first.c" -DLOADS \
	-L"$build" -ltutti -Wl,-rpath,"$build" -ldl -pthread || exit 1
timeout 250 ./loads >said 2>&1
if ! cmp -s said want; then
	echo "a module:" >&2
	diff want said >&2
	failed=1
fi
exit $failed
