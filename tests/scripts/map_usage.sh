#!/bin/bash
# SPDX-License-Identifier: MIT
# What tutti and tutti map say, where, and with which exit status.
set -u
tutti=$TUTTI_BUILD_DIR/tutti
[ -x "$tutti" ] || { echo "skipped: the command was not built"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0
complain() {
	echo "map_usage: $*" >&2
	failed=1
}

# try STATUS OUT ERR ARGUMENT...: the texts are extended patterns, each for all of the text
try() {
	local status=$1 out=$2 err=$3 got_out got_err
	shift 3
	got_out=$("$tutti" "$@" 2>err </dev/null)
	local got=$?
	got_err=$(cat err)
	[ "$got" = "$status" ] || complain "tutti $*: status $got, not $status"
	[[ $got_out =~ ^($out)$ ]] || complain "tutti $*: printed: $got_out"
	[[ $got_err =~ ^($err)$ ]] || complain "tutti $*: said: $got_err"
}
nl=$'\n'
try_map="${nl}Try 'tutti map --help'\\."
any='.*'

try 0 'tutti [0-9]+\.[0-9]+\.[0-9]+' '' --version
try 0 "usage: tutti COMMAND$any  map $any" '' --help
try 2 '' "tutti: which command\\?${nl}Try 'tutti --help'\\."
try 2 '' "tutti: no command called 'mop'${nl}Try 'tutti --help'\\." mop
try 2 '' "tutti: unknown option '--mop'${nl}Try 'tutti --help'\\." --mop

try 0 "usage: tutti map$any prime $any digest $any" '' map --help
try 2 '' "tutti: map: which job\\?$try_map" map
try 2 '' "tutti: map: unknown option '--mop'$try_map" map --mop prime
try 2 '' "tutti: map: unknown option '-z'$try_map" map -z prime
try 2 '' "tutti: map: option '--on' needs a value$try_map" map --on
try 2 '' "tutti: map: option '-j' needs a value$try_map" map -j
try 2 '' "tutti: map: option '--keep-going=3' takes no value$try_map" map --keep-going=3 prime
for n in x 1x '' 99999999999999999999 + -x +-1 % 0% 5%x; do
	needs="-j needs a number, N%, \\+N or -N"
	try 2 '' "tutti: map: $needs, not '${n/+/\\+}'$try_map" map -j "$n" prime
done
try 2 '' "tutti: map: -j 0 is for commands; jobs need a number$try_map" map -j 0 prime
for n in 1 7 50% 300% +0 +2 -1 -99; do
	try 0 'true' '' map -j "$n" prime 7
done
for t in 0 -1 x 1x 1ss '' nan 0x1 ' 1'; do
	needs="--timeout needs a time above 0, such as 0\.5 or 2m"
	try 2 '' "tutti: map: $needs, not '$t'$try_map" \
		map --timeout "$t" prime
done
for n in -1 x ''; do
	try 2 '' "tutti: map: --retries needs a number from 0 on, not '$n'$try_map" \
		map --retries "$n" prime
done
for w in '' later nowx never,fail=2 soon, soon,fail=0 now,fail=x now,fail=0% now,fail=101% \
	now,succes=1 soon,done; do
	needs="needs soon, now or never; the first two also with ,fail=N or success=N or"
	needs="$needs done=N, or N%"
	try 2 '' "tutti: map: --halt $needs, not '$w'$try_map" map --halt "$w" prime
done
try 2 '' "tutti: map: --tag and --json exclude each other: an object names its input$try_map" \
	map --json --tag prime
try 2 '' "tutti: map: --resume needs --joblog FILE, which says what is done$try_map" \
	map --resume prime
try 2 '' "tutti: map: -0 is for inputs from standard input, and there are arguments$try_map" \
	map -0 prime 2
for w in soon,success=1 now,done=3 soon,fail=100% now,fail=2; do
	try 0 'true' '' map --halt "$w" prime 7
done
try 0 'true' '' map --halt soon,done=1 -j1 prime 7
try 0 'true' '' map --timeout 5m prime 7
try 0 "true" '' map -P 2 --timeout 1e9 --retries 0 --halt now prime 7
try 2 '' "tutti: map: no engine called 'moon'; there are threads, tasks, processes, inline, \
tcp://HOST:PORT and unix:PATH" \
	map --on moon prime 2
try 2 '' "tutti: map: threads:x: behind the colon stands how many, from 1 on" \
	map --on threads:x prime 2
try 2 '' "tutti: map: no job called 'mop'; 'tutti jobs' names them, and a command stands \
behind '--'" map mop 1

# options end at the job: what follows is input
try 0 $'-3 \* -3 = 9' '' map square -3
try 0 'true' '' map --on threads:2 -j 3 prime 7
# and what follows -- is a command
try 127 '' "tutti: map: no-such-prime: No such file or directory" map -- no-such-prime ::: 7
try 0 'prime 7' '' map -j 3 -- echo prime ::: 7
try 1 '' "tutti: map: prime: -3: not a whole number from 0 to 18446744073709551615" map prime -3

# a failure names the input; the status says that there was one
try 1 '' 'tutti: map: digest: /tmp/no/such: No such file or directory' map digest /tmp/no/such
try 1 '' 'tutti: map: digest: \.: Is a directory' map digest .
try 1 '' "tutti: map: digest: '': No such file or directory" map digest ''
try 1 '' "tutti: map: prime: abc: not a whole number from 0 to 18446744073709551615" map prime abc
try 1 '' "tutti: map: prime: 18446744073709551616: not a whole number $any" \
	map prime 18446744073709551616
try 1 '' 'tutti: map: sum: 5\.\.1: a range that begins after it ends' map sum 5..1
for range in 5 .. 1.. ..1 1..2..3 1...2; do
	try 1 '' "tutti: map: sum: $range: not a range a\.\.b of two whole numbers of 64 bits" \
		map sum "$range"
done
# what a terminal would take for orders is not handed to it, and a long input is cut
try 1 '' 'tutti: map: prime: \?\[31mred: not a whole number.*' map prime $'\e[31mred'
try 1 '' 'tutti: map: prime: 1{252}\.\.\.: not a whole number.*' \
	map prime "$(printf '%01000d' 0 | tr 0 1)"

# with --keep-going all go on; without, those that follow the first failure are not begun
try 1 "true${nl}false${nl}true" \
	"tutti: map: prime: x: not [^$nl]*${nl}tutti: map: prime: y: not [^$nl]*" \
	map --keep-going prime 2 x 4 y 5
# one at a time and far more inputs than are taken ahead: the end must be near the failure
{ echo 7; echo x; seq 1 100000; } | "$tutti" map -j1 prime >out 2>err
[ "$?" = 1 ] || complain "a failure among many: wrong status"
[ "$(head -1 out)" = true ] || complain "what came before the failure is not there"
[ "$(wc -l <out)" -lt 10000 ] || complain "$(wc -l <out) lines came after the failure"
[ "$(grep -c . err)" = 1 ] || complain "one failure, but it said: $(cat err)"

# standard input and output that do not work
"$tutti" map prime <. >out 2>err
[ "$?" = 1 ] && [ "$(cat err)" = "tutti: map: standard input: Is a directory" ] ||
	complain "a directory as input: $(cat err)"
"$tutti" map prime <&- >out 2>err
[ "$?" = 1 ] && [ "$(cat err)" = "tutti: map: standard input: Bad file descriptor" ] ||
	complain "closed input: $(cat err)"
"$tutti" map prime 2 >&- 2>err
[ "$?" = 1 ] && [ "$(cat err)" = "tutti: map: standard output: Bad file descriptor" ] ||
	complain "closed output: $(cat err)"
"$tutti" map --keep-going prime x 2 2>&- >out
[ "$?" = 1 ] && [ "$(cat out)" = true ] || complain "closed errors: $(cat out)"
if [ -w /dev/full ]; then
	"$tutti" map prime 2 >/dev/full 2>err
	[ "$?" = 1 ] && [ "$(cat err)" = "tutti: map: standard output: No space left on device" ] ||
		complain "a full device as output: $(cat err)"
	# what has been flushed on the way, and lost then
	for words in "tour crash" "sched --processes 500" info; do
		"$tutti" $words >/dev/full 2>err
		[ "$?" = 1 ] && [ "$(cat err)" = "tutti: standard output: cannot be written" ] ||
			complain "a full device as output of $words: $(cat err)"
	done
fi

[ "$failed" = 0 ] && echo "map_usage: fine"
exit "$failed"
