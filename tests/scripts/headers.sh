#!/bin/sh
# SPDX-License-Identifier: MIT
# ctest: TIMEOUT 900
#
# The public headers keep their promises:
#   alone      each compiles as the only include, as C11 and as C++17, with every compiler found
#   examples   the example in each essay compiles
#   contract   every function stands under a block with a row for each argument, Context and
#              Waits, and Returns where it returns something; 250 lines and 20 functions at most
# and the contract check itself is shown to refuse a header that breaks it.
#
# usage: headers.sh [INCLUDE_DIR]       CC_LIST and CXX_LIST name the compilers to use
set -u

root=$(cd "$(dirname "$0")/../.." && pwd)
include=${1:-$root/include}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failed=0
strict="-Wall -Wextra -Wshadow -Wpedantic -Werror -I$include"

complain()
{
	echo "headers: $*" >&2
	failed=1
}

present()
{
	for c in "$@"; do
		if command -v "$c" >/dev/null 2>&1; then
			echo "$c"
		fi
	done
}

# the lines of the essay under "Example:", without the comment's stars
example()
{
	awk '
		/^ \* Example:$/ { on = 1; next }
		on && /^ \*     / { print substr($0, 8); next }
		on && /^ \*$/ { print ""; next }
		on { exit }' "$1"
}

contract()
{
	awk '
	function fault(what) { print FILENAME ":" FNR ": " what; bad = 1 }
	function check(proto, doc,    name, args, n, i, part) {
		functions++
		name = proto
		sub(/\(.*/, "", name)
		sub(/.*[ *]/, "", name)
		if (doc == "") {
			fault(name ": no block above it")
			return
		}
		if (doc !~ /\nContext  /)
			fault(name ": no row Context")
		if (doc !~ /\nWaits      (never|may)/)
			fault(name ": no row Waits")
		if (proto !~ /^TUTTI_API void tutti/ && doc !~ /\nReturns  /)
			fault(name ": no row Returns")
		if (proto ~ /^TUTTI_API void tutti/ && doc ~ /\n(Returns|Errors)  /)
			fault(name ": returns nothing, yet has a row Returns or Errors")
		point = doc ~ /Waits      may; cancellation point/
		if (doc ~ /\nErrors  .*TUTTI_ECANCELED/ && !point)
			fault(name ": can be cancelled, yet is no cancellation point")
		if (point && doc !~ /TUTTI_ECANCELED/)
			fault(name ": a cancellation point without TUTTI_ECANCELED")
		args = proto
		sub(/\) TUTTI_PRINTF.*/, ");", args)
		sub(/^[^(]*\(/, "", args)
		sub(/\);$/, "", args)
		# a function pointer argument counts by its name
		while (match(args, /\(\*[a-z_]+\)\([^()]*\)/)) {
			part = substr(args, RSTART, RLENGTH)
			sub(/^\(\*/, "", part)
			sub(/\).*/, "", part)
			args = substr(args, 1, RSTART - 1) part substr(args, RSTART + RLENGTH)
		}
		n = split(args, list, /, */)
		for (i = 1; i <= n; i++) {
			part = list[i]
			if (part == "void" || part == "...")
				continue
			sub(/.*[ *]/, "", part)
			if (doc !~ "\n" part "  +[^ ]")
				fault(name ": no row for " part)
		}
	}
	FNR == 1 && $0 != "/* SPDX-License-Identifier: MIT */" { fault("no licence line") }
	length($0) > 100 { fault("longer than 100 columns") }
	/^\/\*$/ { doc = ""; inside = 1; next }
	inside && /^ \*\/$/ { inside = 0; fresh = FNR; next }
	inside { doc = doc "\n" substr($0, 4); next }
	/^TUTTI_API / {
		above = (fresh == FNR - 1) ? doc : ""
		proto = $0
		while (proto !~ /;$/ && (getline more) > 0) {
			sub(/^[ \t]+/, "", more)
			proto = proto ((proto ~ /\($/) ? "" : " ") more
		}
		check(proto, above)
		doc = ""
	}
	END {
		if (FNR > 250) fault("more than 250 lines")
		if (functions > 20) fault("more than 20 functions")
		exit bad
	}' "$1"
}

refuses()
{
	printf '/* SPDX-License-Identifier: MIT */\n%s\n' "$2" >"$work/broken.h"
	if contract "$work/broken.h" >/dev/null; then
		complain "the contract check lets through: $1"
	fi
}

ccs=$(present ${CC_LIST:-gcc clang})
cxxs=$(present ${CXX_LIST:-g++ clang++})
[ -n "$ccs" ] || complain "no C compiler"

count=0
for header in "$include"/tutti/*.h; do
	name=tutti/$(basename "$header")
	count=$((count + 1))
	printf '#include <%s>\n' "$name" "$name" >"$work/alone.c"
	echo 'typedef int not_empty;' >>"$work/alone.c"
	cp "$work/alone.c" "$work/alone.cc"
	for cc in $ccs; do
		$cc -std=c11 $strict -fsyntax-only "$work/alone.c" ||
			complain "$name: not C11 for $cc"
	done
	for cxx in $cxxs; do
		$cxx -std=c++17 $strict -fsyntax-only "$work/alone.cc" ||
			complain "$name: not C++17 for $cxx"
	done

	example "$header" >"$work/essay"
	if grep -q '[^ ]' "$work/essay"; then
		{
			echo "#include <$name>"
			echo "#line 1 \"$name (example)\""
			cat "$work/essay"
		} >"$work/example.c"
		for cc in $ccs; do
			$cc -std=gnu11 -Wall -Wextra -Wshadow -Werror -I"$include" -c \
				-o "$work/example.o" "$work/example.c" ||
				complain "$name: the example does not compile with $cc"
		done
	else
		complain "$name: no example"
	fi

	contract "$header" >&2 || failed=1
done
[ "$count" -gt 0 ] || complain "no headers in $include/tutti"

# what TUTTI_JOB takes and what it refuses
jobs='struct pair { int a, b; };
typedef struct pair pair;
static inline int twice(int n) { return 2 * n; }
static inline void tick(int n) { (void)n; }
static inline int one(void) { return 1; }
static inline void nop(void) {}
static inline pair swap(pair p) { pair q = { p.b, p.a }; return q; }
static inline tutti_bytes same(tutti_bytes b) { return b; }
static inline int load(const int *in, pair *out) { out->a = *in; out->b = 0; return 0; }
static inline int check(const int *in) { return *in; }
static inline int make(int *out) { *out = 1; return 0; }
static inline int plain(void) { return 0; }
TUTTI_JOB(twice, int, int);
TUTTI_JOB(tick, void, int);
TUTTI_JOB(one, int, void);
TUTTI_JOB(nop, void, void);
TUTTI_JOB(swap, pair, pair);
TUTTI_JOB(same, tutti_bytes, tutti_bytes);
TUTTI_JOB_TRY(load, pair, int);
TUTTI_JOB_TRY(check, void, int);
TUTTI_JOB_TRY(make, int, void);
TUTTI_JOB_TRY(plain, void, void);'
pointer='typedef int *pointer;
static inline int look(pointer p) { return *p; }
TUTTI_JOB(look, int, pointer);'
for cc in $ccs $cxxs; do
	case $cc in
	*++) lang="-x c++ -std=c++17" ;;
	*) lang="-x c -std=c11" ;;
	esac
	printf '#include <tutti/job.h>\n%s\n' "$jobs" >"$work/jobs"
	$cc $lang $strict -c -o "$work/jobs.o" "$work/jobs" || complain "jobs: refused by $cc"
	printf '#include <tutti/job.h>\n%s\n' "$pointer" >"$work/jobs"
	if $cc $lang $strict -c -o "$work/jobs.o" "$work/jobs" 2>"$work/why"; then
		complain "jobs: $cc lets a pointer through"
	elif ! grep -q 'a job moves plain values' "$work/why"; then
		complain "jobs: $cc refuses a pointer for another reason"
	fi
done

refuses "a function without a block" 'TUTTI_API int tutti_x(int a);'
refuses "an argument without a row" '/*
 * Do.
 *
 * Returns    0
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_x(int a);'
refuses "a missing Waits" '/*
 * Do.
 *
 * Context    any thread or task
 */
TUTTI_API void tutti_x(void);'
refuses "a cancellation point that cannot be cancelled" '/*
 * Do.
 *
 * Returns    0
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_x(void);'

[ "$failed" -eq 0 ] && echo "headers: $count headers, alone, examples and contract: fine"
exit "$failed"
