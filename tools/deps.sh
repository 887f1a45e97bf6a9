#!/bin/bash
# SPDX-License-Identifier: MIT
# Install what a set of make targets needs, by package name: deps.sh base|all|bench
# Quick when everything is there: apt is asked for nothing then, and needs no network.
set -eu

base="gcc libc6-dev make cmake ninja-build pkg-config libssl-dev libc-ares-dev node-llhttp
	libwslay-dev libcurl4-openssl-dev libxml2-dev libpcre2-dev libdw-dev python3 diffutils
	coreutils"
more="g++ clang clang-format clang-tidy libclang-rt-14-dev valgrind libc6-dbg gdb universal-ctags
	qemu-user gcc-aarch64-linux-gnu libc6-dev-arm64-cross gcc-riscv64-linux-gnu
	libc6-dev-riscv64-cross util-linux man-db parallel socat zsh openssl curl wget
	apache2-utils wrk nghttp2-client nghttp2-server nginx-light python3-aiohttp libgd-dev
	libgtk-3-dev xvfb xdotool"
peers="g++ golang-go rustc cargo librust-crossbeam-channel-dev librust-rayon-dev clang libomp-dev
	libst-dev libboost-context-dev libboost-fiber-dev libtbb-dev libglib2.0-dev libevent-dev
	libuv1-dev parallel findutils wrk nginx-light python3-aiohttp curl redis-server"

case "${1:-base}" in
base) wanted=$base ;;
all) wanted="$base $more" ;;
bench) wanted="$base $peers" ;;
*)
	echo "usage: deps.sh base|all|bench" >&2
	exit 2
	;;
esac

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
	echo "deps: not a Debian system; install the like of: $(echo $wanted)" >&2
	exit 0
fi

present=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' 2>/dev/null |
	sed -n 's/^installed //p')
missing=
for package in $wanted; do
	grep -qxF -- "$package" <<<"$present" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" != 0 ]; then
	if ! command -v sudo >/dev/null; then
		echo "deps: missing$missing; become root or install sudo" >&2
		exit 1
	fi
	as_root=sudo
fi
echo "deps: installing$missing"
export DEBIAN_FRONTEND=noninteractive
install="$as_root apt-get install -y -qq --no-install-recommends -o Dpkg::Use-Pty=0"
$as_root apt-get update -qq </dev/null
# The list may be older than the archive: one more update, then give up with apt's own words.
$install $missing </dev/null >/dev/null || {
	$as_root apt-get update -qq </dev/null
	$install $missing </dev/null
}
