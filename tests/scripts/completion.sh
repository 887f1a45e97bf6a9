#!/bin/bash
# SPDX-License-Identifier: MIT
# Completion of the command: what bash and zsh offer for half a line, and that no option is missing.
set -u
tutti=$TUTTI_BUILD_DIR/tutti
[ -x "$tutti" ] || { echo "skipped: the command was not built"; exit 77; }
source=${TUTTI_SOURCE_DIR:-$(cd "$(dirname "$0")/../.." && pwd)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
PATH=$TUTTI_BUILD_DIR:$PATH
failed=0
complain() {
	echo "completion: $*" >&2
	failed=1
}

"${TUTTI_CC:-cc}" -std=gnu11 -shared -fPIC -I"$source/include" -o mod.so \
	"$source/tests/support/modules/text_jobs.c" || exit 1
touch plain.txt

bash -c ". '$source/cli/completion/tutti.bash'; complete -p tutti" | grep -qx \
	'complete -F _tutti tutti' || complain "bash does not know of it"

# offers WANT WORD...: what bash would offer for these words, the last one unfinished
# as_found: files come in the order of the folder
offers() {
	local want=$1 got
	shift
	got=$(
		. "$source/cli/completion/tutti.bash"
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
		_tutti 2>&1
		[ -z "${as_found-}" ] ||
			mapfile -t COMPREPLY < <(printf '%s\n' "${COMPREPLY[@]}" | LC_ALL=C sort)
		echo "${COMPREPLY[*]}"
	)
	[ "$got" = "$want" ] || complain "bash: $*: offers '$got', not '$want'"
}

# with libtutti-net there are two jobs more
web=
"$tutti" jobs | grep -q '^fetch ' && web=' fetch title'
offers 'map manager master' tutti m
all='map fetch serve manager worker master ps tree check sched tour jobs new info'
offers "$all --help --version" tutti ''
offers '--replay' tutti check --rep
offers 'exhaustive:1 exhaustive:2' tutti check --strategy ex
offers 'prime' tutti map pr
offers "prime sum digest square$web" tutti map ''
offers 'threads tasks' tutti map --on t
offers 'tasks' tutti map --on = ta
offers 'soon soon,fail=' tutti map --halt so
offers '--timeout --tag --timeline' tutti map --t
offers '--retries --resume --resume-failed' tutti map --on tasks --re
offers 'plain.txt' tutti map -a pl
offers '' tutti map --colsep ''
offers 'sha256sum' tutti map -j 3 -- sha256s
offers 'plain.txt' tutti map -j 3 -- sha256sum pl
offers 'plain.txt' tutti map --joblog -- digest pl
offers 'plain.txt' tutti map --joblog pl
offers '' tutti map -j ''
offers 'sum square' tutti map -j 3 --on = tasks --keep-going s
offers 'plain.txt' tutti map digest pl
offers '' tutti map digest --t
offers 'mod.so' tutti map mo
offers 'shout' tutti map ./mod.so : sh
offers 'bare count nothing odd prime refuse same shout swallow' tutti map --tag ./mod.so :
offers '--title --tag --timeout --timeline' tutti fetch --t
offers 'plain.txt' tutti fetch -a pl
as_found=1 offers 'mod.so plain.txt' tutti jobs ''
offers '--help' tutti info -
offers 'sjf srtf' tutti sched -a s
offers '--slice --seed --svg' tutti sched --s
offers 'crash cores' tutti tour c
offers '--tls-cert --tls-key' tutti serve --tls
offers 'plain.txt' tutti serve --log pl
offers '' tutti serve --listen ''
mkdir folder
offers 'folder' tutti serve --demo ''
offers '--authkey --authkey-file' tutti worker --au
offers 'plain.txt' tutti master --authkey-file pl
offers 'sum square' tutti worker -j 2 tcp : //a : 1 s
offers '--grace' tutti manager --gr
rmdir folder

# no option that a subcommand has is missing, and none is offered that it has not
commands="map ps check sched tour"
[ -e "$TUTTI_BUILD_DIR/tutti-web.so" ] && commands="$commands fetch serve manager worker master"
for command in $commands; do
	"$tutti" "$command" --help | grep -oE -- '--[a-z]+(-[a-z]+)*' | grep -vx -- --help |
		sort -u >has
	for shell in tutti.bash _tutti; do
		sed -n "/^_tutti_$command()/,/^}/p" "$source/cli/completion/$shell" |
			grep -vE "^#|^\s*(el)?if\b|\bcase\b" | grep -oE -- '--[a-z]+(-[a-z]+)*' |
			grep -vx -- --help | sort -u >offered
		cmp -s has offered ||
			complain "$shell: $command: $(diff has offered | tr '\n' ' ')"
	done
done

if command -v zsh >/dev/null; then
	# shellcheck disable=SC2016
	cat >ask.zsh <<'ZSH'
# Type a text and a tab into an interactive zsh on a terminal of its own; print the line it makes.
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "PS1=; unset zle_bracketed_paste; fpath=($1 \$fpath)
autoload -Uz compinit; compinit -u -d $PWD/dump
show() { print -r -- \"<\$BUFFER>\"; BUFFER=; }; zle -N show; bindkey '^G' show
print rea''dy"
while zpty -r shell text && [[ $text != *ready* ]]; do :; done
zpty -w -n shell "$2"$'\t\a'
while zpty -r shell text; do
	[[ $text == *'<'*'>'* ]] && print -r -- ${${text##*<}%%>*} && break
done
zpty -d shell
ZSH
	# becomes WANT TEXT: what zsh makes of it
	becomes() {
		local got
		got=$(TERM=dumb timeout 250 zsh -f ask.zsh "$source/cli/completion" "$2")
		[ "$got" = "$1" ] || complain "zsh: $2: becomes '$got', not '$1'"
	}
	becomes 'tutti info ' 'tutti inf'
	becomes 'tutti map --retries ' 'tutti map --ret'
	becomes 'tutti map --on tasks ' 'tutti map --on ta'
	becomes 'tutti map -j 3 square ' 'tutti map -j 3 sq'
	becomes 'tutti map ./mod.so:shout ' 'tutti map ./mod.so:sh'
	becomes 'tutti map digest plain.txt ' 'tutti map digest pl'
	becomes 'tutti map -j 3 -- sha256sum ' 'tutti map -j 3 -- sha256s'
	becomes 'tutti serve --no-listing ' 'tutti serve --no'
	becomes 'tutti sched --compare ' 'tutti sched --com'
	becomes 'tutti serve --log plain.txt ' 'tutti serve --log pl'
	becomes 'tutti map -- cat plain.txt ' 'tutti map -- cat pl'
fi

[ "$failed" = 0 ] && echo "completion: fine"
exit "$failed"
