#!/bin/bash
# SPDX-License-Identifier: MIT
# localhost is this machine also where there is no file of hosts, as in a container or a chroot: the
# test of looking names up, in a mount namespace where that file and the list of servers are empty.
#
# ctest: LABELS no-valgrind LABELS no-qemu
set -u
build=${TUTTI_BUILD_DIR:-build/dev}
test=$build/tests/loop/resolve_test
[ -x "$test" ] || { echo "skipped: no $test"; exit 77; }
# shellcheck disable=SC2016
empty='mount --bind /dev/null /etc/hosts && mount --bind /dev/null /etc/resolv.conf && "$@"'
for file in /etc/hosts /etc/resolv.conf; do
	[ -e $file ] || { echo "skipped: there is no $file to hide"; exit 77; }
done
unshare --mount --map-root-user sh -c "$empty" sh true 2>/dev/null ||
	{ echo "skipped: no mount namespace to be had"; exit 77; }
said=$(unshare --mount --map-root-user sh -c "$empty" sh getent hosts localhost 2>&1) &&
	echo "the system itself says here: $said"
exec unshare --mount --map-root-user sh -c "$empty" sh "$test"
