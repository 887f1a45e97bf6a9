#!/bin/bash
# SPDX-License-Identifier: MIT
# The main job on real input: run-demo.sh BUILD_DIR
# Digests every file of a tree that is on this machine anyway (the headers of the compiler and of
# the C library), compares with sha256sum; tests 65 numbers for being prime, compares with factor.
# Once per engine, as one table. Status 1 if anything differs. Then the tour of what else there is.
set -u
build=${1:?usage: run-demo.sh BUILD_DIR}
tutti=$build/tutti
[ -x "$tutti" ] || { echo "run-demo: $tutti is not there" >&2; exit 2; }
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT

# Inputs, and what others make of them.
find "$("${CC:-cc}" -print-file-name=include)" /usr/include -type f -print 2>/dev/null |
	LC_ALL=C sort -u >"$work/digest.in"
[ -s "$work/digest.in" ] || { echo "run-demo: no headers on this machine" >&2; exit 2; }
tr '\n' '\0' <"$work/digest.in" | xargs -0 sha256sum | cut -c1-64 >"$work/digest.want"

for _ in 1 2 3 4 5; do
	printf '%s\n' 1116281 1297337 104395303 472882027 533000389 817504243 982451653 \
		112272535095293 112582705942171 112272535095293 115280095190773 \
		115797848077099 1099726899285419
done >"$work/prime.in"
factor <"$work/prime.in" |
	awk '{ print NF == 2 ? "true" : "false" }' >"$work/prime.want"

seconds() {
	awk -v a="$1" -v b="$2" 'BEGIN { printf "%.3f", b - a }'
}

status=0
row='%-8s  %-7s  %7s  %7s  %10s\n'
echo "SHA-256 of $(wc -l <"$work/digest.in") files ($(tr '\n' '\0' <"$work/digest.in" |
	du -cLb --files0-from=- | tail -1 | cut -f1) bytes), primes among 65 numbers;" \
	"$(nproc) CPUs"
printf "$row" engine job inputs equal "seconds"
for engine in threads tasks; do
	for job in digest prime; do
		began=$(date +%s.%N)
		"$tutti" map --no-progress --on "$engine" "$job" <"$work/$job.in" >"$work/got"
		code=$?
		ended=$(date +%s.%N)
		inputs=$(wc -l <"$work/$job.in")
		equal=$(paste -d' ' "$work/$job.want" "$work/got" | awk '$1 == $2' | wc -l)
		printf "$row" "$engine" "$job" "$inputs" "$equal" "$(seconds "$began" "$ended")"
		if [ "$code" != 0 ] || ! cmp -s "$work/$job.want" "$work/got"; then
			echo "run-demo: --on $engine $job: exit status $code, results differ" >&2
			diff "$work/$job.want" "$work/got" | head -5 >&2
			status=1
		fi
	done
done
[ "$status" = 0 ] || exit "$status"
echo "all equal: digests as sha256sum's, primes as factor's"
echo
"$tutti" tour
