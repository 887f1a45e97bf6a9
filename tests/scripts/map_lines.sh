#!/bin/bash
# SPDX-License-Identifier: MIT
# tutti map prints one line per input in input order, on every engine, whatever the lines are like.
set -u
tutti=$TUTTI_BUILD_DIR/tutti
[ -x "$tutti" ] || { echo "skipped: the command was not built"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

# same WHAT WANT GOT: two files
same() {
	if ! cmp -s "$2" "$3"; then
		echo "map_lines: $1: not as expected" >&2
		diff "$2" "$3" | head -5 >&2
		failed=1
	fi
}

# runs, and must succeed without a word
map() {
	"$tutti" map "$@" >got 2>said
	local status=$?
	if [ "$status" != 0 ] || [ -s said ]; then
		echo "map_lines: map $1 $2 $3: status $status, said $(head -c 200 said)" >&2
		failed=1
	fi
}

seq 1 3000 >numbers
awk '{ print $1 " * " $1 " = " $1 * $1 }' numbers >squares
# jobs of very different length, the long ones first in each dozen
for i in $(seq 1 20); do
	echo 4398042316799
	seq "$i" $((i + 10))
done >mixed
factor <mixed | awk '{ print NF == 2 ? "true" : "false" }' >mixed.want

for on in "threads -j1" "threads -j7" threads "tasks -j1" "tasks -j50" tasks "processes -j2" \
	inline; do
	# shellcheck disable=SC2086 # the words of $on are options
	map --on $on square <numbers
	same "square on $on" squares got
	map --on $on prime <mixed
	same "prime on $on" mixed.want got
	xargs "$tutti" map --on $on square <numbers >got
	same "arguments on $on" squares got
done

# edges of numbers
map --on threads sum 1..100 -5..5 0..18446744073709551615 7..7 \
	-9223372036854775808..18446744073709551615 '  3 .. 5 '
printf '%s\n' 5050 0 170141183460469231722463931679029329920 7 \
	127605887595351923784930419731630915584 12 >want
same "sums" want got
map --on threads square -3 0 18446744073709551615 -9223372036854775808
printf '%s\n' '-3 * -3 = 9' '0 * 0 = 0' \
	'18446744073709551615 * 18446744073709551615 = 340282366920938463426481119284349108225' \
	"-9223372036854775808 * -9223372036854775808 = 85070591730234615865843651857942052864" >want
same "squares" want got
map --on threads prime 0 1 2 3 4 9 25 4294967291 1000006000009
printf '%s\n' false false true true false false false true false >want
same "primes" want got

# lines: the last one without an end counts, an end alone is an empty line, nothing is no line
printf '3\r\n4\n5' >lines
map --on threads prime <lines
printf '%s\n' true false true >want
same "last line without an end" want got
map --on threads prime </dev/null
: >want
same "no lines" want got
printf '\n\n' | "$tutti" map --keep-going prime >got 2>said
[ "$(grep -c "prime: line [12]: '': not a whole number" said)" = 2 ] || {
	echo "map_lines: empty lines: $(cat said)" >&2
	failed=1
}

# file names of any bytes but zero and the line's end, and lines far longer than any buffer
mkdir tree
printf 'a' >"tree/with blank and $(printf '\344')"
printf 'b' >"tree/-n"
head -c 300000 /dev/zero >tree/zeros
head -c 131072 /dev/zero >tree/block
: >tree/empty
find tree -type f >names
tr '\n' '\0' <names | xargs -0 sha256sum | sed 's/^\\//' | cut -c1-64 >want
for on in threads tasks processes inline; do
	map --on $on digest <names
	same "digests on $on" want got
done
long=$(printf '%0200000d' 7)
for _ in 1 2 3 4 5; do echo "$long"; echo 8; done >longs
map --on threads prime <longs
for _ in 1 2 3 4 5; do echo true; echo false; done >want
same "lines of 200,000 digits" want got

[ "$failed" = 0 ] && echo "map_lines: fine"
exit "$failed"
