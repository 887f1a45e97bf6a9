# SPDX-License-Identifier: MIT
# Completion of tutti for bash; needs nothing but bash itself.

# The jobs of a module, or those built in: the part of each first word behind the last colon.
_tutti_jobs()
{
	tutti jobs ${1:+"$1"} 2>/dev/null | while read -r word _; do
		printf '%s\n' "${word##*:}"
	done
}

_tutti_words()
{
	local word
	while read -r word; do
		COMPREPLY+=("$word")
	done < <(compgen -W "$1" -- "$cur")
}

_tutti_files()
{
	local word
	compopt -o filenames 2>/dev/null
	while read -r word; do
		COMPREPLY+=("$word")
	done < <(compgen -f -- "$cur")
}

_tutti_folders()
{
	local word
	compopt -o filenames 2>/dev/null
	while read -r word; do
		COMPREPLY+=("$word")
	done < <(compgen -d -- "$cur")
}

# Where the job stands among the words of tutti map, or after the last one if it is not there yet.
_tutti_job_at()
{
	local i
	for ((i = 2; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		--) echo $((i + 1)); return ;;
		-[jPdaNnI] | --on | --authkey | --authkey-file | --jobs | --timeout | --retries | --halt | --joblog | --delimiter | \
			--arg-file | --max-args | --colsep | --delay | --load | --memfree)
			[ "${COMP_WORDS[i + 1]}" = = ] && ((i++)) # --on=tasks comes in three words
			((i++))
			;;
		-*) ;;
		*) break ;;
		esac
	done
	echo "$i"
}

# A command: its program, then what bash knows of its arguments, or files.
_tutti_command()
{
	local word
	if [ "$COMP_CWORD" = "$1" ] && [[ $cur != */* ]]; then
		while read -r word; do
			COMPREPLY+=("$word")
		done < <(compgen -c -- "$cur" | sort -u)
	elif declare -F _command_offset >/dev/null; then
		_command_offset "$1"
	else
		_tutti_files
	fi
}

_tutti_map()
{
	local at
	[ "$cur" = = ] && cur=
	[ "$prev" = = ] && prev=${COMP_WORDS[COMP_CWORD - 2]}
	case $prev in
	--on) _tutti_words "threads tasks processes inline"; return ;; # and tcp://
	--authkey) return ;;
	--authkey-file) _tutti_files; return ;;
	--halt) _tutti_words "soon now never soon,fail= now,fail="; return ;;
	--joblog | -a | --arg-file) _tutti_files; return ;;
	-[jPdNnI] | --jobs | --timeout | --retries | --delimiter | --max-args | --colsep) return ;;
	--delay | --load | --memfree) return ;;
	esac
	at=$(_tutti_job_at)
	if [ "$at" -le "$COMP_CWORD" ] && [ "${COMP_WORDS[at - 1]}" = -- ]; then
		_tutti_command "$at"
		return
	fi
	if [ "$COMP_CWORD" -le "$at" ] && [[ $cur == -* ]]; then
		_tutti_words "-0 --null -d --delimiter -a --arg-file -r --no-run-if-empty --on --authkey
			--authkey-file -j --jobs
			--timeout --retries --halt --keep-going --dry-run --shell -N --max-args -X --fill
			--colsep -I --line-buffer --ungroup -k --keep-order --verbose --quiet --delay
			--load --memfree --unordered --tag --json --joblog --resume --resume-failed
			--progress --no-progress --help --"
	elif [ "$cur" = : ] && [ "$COMP_CWORD" = $((at + 1)) ]; then
		# bash takes a colon for a word of its own: ./jobs.so : NAME
		cur=
		_tutti_words "$(_tutti_jobs "$prev")"
	elif [ "$prev" = : ] && [ "$COMP_CWORD" = $((at + 2)) ]; then
		_tutti_words "$(_tutti_jobs "${COMP_WORDS[at]}")"
	elif [ "$COMP_CWORD" -le "$at" ]; then
		_tutti_words "$(_tutti_jobs)"
		[ ${#COMPREPLY[@]} -gt 0 ] || _tutti_files
	else
		_tutti_files
	fi
}

_tutti_fetch()
{
	case $prev in
	-o | --out | -a | --arg-file | --cacert) _tutti_files; return ;;
	-j | --jobs | --per-host | --xpath | --regex | --retries | --back-off | --timeout | --stall) return ;;
	--connect-timeout | --max-time | --max-size | -H | --header | --user-agent | --data) return ;;
	--user | --redirects | --proxy) return ;;
	--method) _tutti_words "GET HEAD POST PUT PATCH DELETE OPTIONS"; return ;;
	esac
	if [[ $cur == -* ]]; then
		_tutti_words "-o --out -c --continue -n --skip-existing --title --xpath --regex --first
			--tag --json --unordered -j --jobs --per-host -a --arg-file --retries
			--back-off --timeout --stall --connect-timeout --max-time --max-size
			--progress --no-progress --quiet -H --header --user-agent --method --data
			--user --redirects --proxy --insecure --cacert --http1 --help"
	fi
}

_tutti_check()
{
	case $prev in
	--strategy) _tutti_words "auto fifo shuffle random pct:2 pct:3 exhaustive:1 exhaustive:2"; return ;;
	--save | --replay) _tutti_files; return ;;
	--runs | --seconds | --seed | --steps | --timeout | --horizon | --draws | --shrink) return ;;
	esac
	if [[ $cur == -* ]]; then
		_tutti_words "--runs --seconds --strategy --seed --steps --timeout --horizon --draws
			--strict-time --eager --shrink --save --replay --json --quiet --help"
	else
		_tutti_files
	fi
}

_tutti_serve()
{
	case $prev in
	--tls-cert | --tls-key | --log) _tutti_files; return ;;
	-[lj] | --listen | --loops | --header | --max-age | --grace | --delay) return ;;
	esac
	if [[ $cur == -* ]]; then
		_tutti_words "--listen --loops --no-listing --hidden --header --max-age --tls-cert
			--tls-key --log --quiet --grace --demo --delay --help"
	else
		_tutti_folders
	fi
}

_tutti_manager()
{
	case $prev in
	--authkey-file) _tutti_files; return ;;
	-l | --listen | --authkey | --queue | --grace) return ;;
	esac
	_tutti_words "--listen --authkey --authkey-file --queue --keep-running --grace --help"
}

_tutti_worker()
{
	case $prev in
	--authkey-file) _tutti_files; return ;;
	-j | --jobs | --authkey | --take | --give | --idle | --wait) return ;;
	esac
	if [[ $cur == -* ]]; then
		_tutti_words "--authkey --authkey-file --take --give --idle --retry --wait --jobs --help"
	elif [[ ${COMP_WORDS[*]:2:COMP_CWORD-2} == *:* ]]; then # bash makes several words of it
		_tutti_words "$(_tutti_jobs)"
	fi
}

_tutti_master()
{
	case $prev in
	--authkey-file) _tutti_files; return ;;
	--authkey | --take | --give | --timeout) return ;;
	esac
	if [[ $cur == -* ]]; then
		_tutti_words "--authkey --authkey-file --give --take --timeout --shutdown --verbose
			--help"
	fi
}

_tutti_sched()
{
	case $prev in
	-a | --algorithm) _tutti_words "fcfs sjf srtf rr mlfq rtc parallel"; return ;;
	--svg) _tutti_files; return ;;
	-[ns] | --cores | --slice | --levels | --factor | --seed | --processes | --width | --rows) return ;;
	esac
	if [[ $cur == -* ]]; then
		_tutti_words "-a --algorithm -c --compare -n --cores -s --slice --levels --factor
			--keep-slice --seed --processes --svg --json --width --rows --help"
	else
		_tutti_files
	fi
}

_tutti_tour()
{
	if [[ $cur == -* ]]; then
		_tutti_words "-l --list --help"
	else
		_tutti_words "$(tutti tour --list 2>/dev/null | cut -d' ' -f1)"
	fi
}

_tutti_ps()
{
	[ "$prev" = --watch ] && return
	if [[ $cur == -* ]]; then
		_tutti_words "--json --no-children --stacks --watch --help"
	else
		_tutti_words "$(ps -o pid= -u "$(id -u)" 2>/dev/null)"
	fi
}

_tutti()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	COMPREPLY=()
	if [ "$COMP_CWORD" = 1 ]; then
		_tutti_words "map fetch serve manager worker master ps tree check sched tour jobs new info --help --version"
		return
	fi
	case ${COMP_WORDS[1]} in
	map) _tutti_map ;;
	jobs) if [[ $cur == -* ]]; then _tutti_words --help; else _tutti_files; fi ;;
	fetch) _tutti_fetch ;;
	serve) _tutti_serve ;;
	manager) _tutti_manager ;;
	worker) _tutti_worker ;;
	master) _tutti_master ;;
	ps | tree) _tutti_ps ;;
	check) _tutti_check ;;
	sched) _tutti_sched ;;
	tour) _tutti_tour ;;
	new | info) _tutti_words --help ;;
	esac
}

complete -F _tutti tutti
