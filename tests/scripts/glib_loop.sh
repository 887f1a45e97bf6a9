#!/bin/bash
# SPDX-License-Identifier: MIT
# rows: F93
# ctest: LABELS no-valgrind
# Tasks in GLib's main context: its descriptor watch is all that connects the two loops.
set -eu

if ! pkg-config --exists glib-2.0 2>/dev/null; then
	echo "skipped: needs libglib2.0-dev" >&2
	exit 77
fi
[ -z "$TUTTI_SANITIZE" ] || set -- "-fsanitize=$TUTTI_SANITIZE"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$TUTTI_CC" -std=gnu11 -Wall -Wextra -Werror "$@" -o "$work/glib_loop" \
	"$TUTTI_SOURCE_DIR/tests/support/modules/glib_loop.c" -I "$TUTTI_SOURCE_DIR/include" \
	$(pkg-config --cflags --libs glib-2.0) -L "$TUTTI_BUILD_DIR" -ltutti \
	-Wl,-rpath,"$TUTTI_BUILD_DIR"
got=$("$work/glib_loop")
wanted='task 1
glib 1
task 2
glib 2
task 3
thread
done'
if [ "$got" != "$wanted" ]; then
	printf 'expected:\n%s\ngot:\n%s\n' "$wanted" "$got" >&2
	exit 1
fi
