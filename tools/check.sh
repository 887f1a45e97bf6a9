#!/bin/bash
# SPDX-License-Identifier: MIT
# Everything that reads the code instead of running it: check.sh BUILD_DIR
# All checks run, so that one round shows all that is wrong; the exit status says whether any did.
set -u
cd "$(dirname "$0")/.." || exit 2
build=${1:?usage: check.sh BUILD_DIR}
passed=0 failed=0 skipped=0

check() {
	local name=$1 output status
	shift
	output=$("$@" 2>&1)
	status=$?
	case $status in
	0) passed=$((passed + 1)) state=ok ;;
	77) skipped=$((skipped + 1)) state=skipped ;;
	*) failed=$((failed + 1)) state=FAILED ;;
	esac
	printf '%-20s %s\n' "$name" "$state"
	[ -z "$output" ] || [ "$state" = ok ] || printf '%s\n' "$output" | sed 's/^/    /'
}

formatted() {
	command -v clang-format >/dev/null || { echo "no clang-format (make deps-all)"; return 77; }
	git ls-files -z -co --exclude-standard '*.c' '*.h' |
		xargs -0 -r clang-format --dry-run -Werror --ferror-limit=3
}

tidy() {
	command -v clang-tidy >/dev/null || { echo "no clang-tidy (make deps-all)"; return 77; }
	# What this build has: a file left out for want of a library has no options to be read with.
	# The counts of warnings in others' headers would bury what is wrong.
	set -o pipefail
	sed -n "s,.*\"file\": \"$PWD/\(\(src\|cli\)/.*[.]c\)\".*,\1,p" \
		"$build/compile_commands.json" | sort -u |
		xargs -r -n 8 -P 2 clang-tidy -p "$build" --quiet --warnings-as-errors='*' 2>&1 |
		sed '/^[0-9]* warnings\{0,1\} generated\.$/d'
}

for lint in tests/lint/*.py; do
	[ "$(basename "$lint")" = common.py ] && continue
	check "$(basename "$lint" .py) self-test" python3 "$lint" --self-test
	check "$(basename "$lint" .py)" python3 "$lint" --build "$build"
done
for script in tests/lint/*.sh; do
	[ -e "$script" ] && check "$(basename "$script" .sh)" bash "$script" "$build"
done
check error-doc tools/gen-error-doc --check
check format formatted
check tidy tidy
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
