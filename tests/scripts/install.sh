#!/bin/bash
# SPDX-License-Identifier: MIT
# ctest: LABELS no-coverage
# What is installed can be used: a program in C11, and one in C++17 where there is a compiler for
# it, built through pkg-config, through CMake, against the archive; from a prefix moved afterwards.
set -eu
if [ -n "${TUTTI_SANITIZE:-}" ]; then
	echo "skipped: a sanitized library is not for installing"
	exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
fail() {
	echo "install: $*" >&2
	exit 1
}

cmake --install "$TUTTI_BUILD_DIR" --prefix "$work/first" >/dev/null
mv first prefix # nothing may remember where it was put
for file in include/tutti/tutti.h lib*/libtutti.a lib*/libtutti.so lib*/libtutti.so.0 \
	libexec/tutti-worker \
	lib*/pkgconfig/tutti.pc lib*/cmake/tutti/tuttiConfig.cmake share/doc/tutti/LICENSE; do
	compgen -G "prefix/$file" >/dev/null || fail "$file is missing"
done
lib=$(dirname prefix/lib*/libtutti.a)

cat >program.c <<'PROGRAM'
#include <stdio.h>
#include <string.h>
#include <tutti/tutti.h>

static void *add(void *arg)
{
	*(int *)arg += 1;
	return arg;
}

int main(int argc, char **argv)
{
	int hits = 0;
	tutti_lock lock = TUTTI_LOCK_INIT;
	tutti_future *f;

	tutti_lock_acquire(&lock);
	f = tutti_thread_start(add, &hits, NULL);
	if (tutti_join_all(&f, 1) < 0 || tutti_lock_release(&lock) != 0)
		return 1;
	f = tutti_task_start(add, &hits, NULL);
	if (tutti_join_all(&f, 1) < 0 || hits != 2)
		return 1;
	if (argc > 1 && strcmp(argv[1], tutti_version()) != 0) {
		fprintf(stderr, "%s, not %s\n", tutti_version(), argv[1]);
		return 1;
	}
	return 0;
}
PROGRAM
cp program.c program.cpp

export PKG_CONFIG_PATH=$work/$lib/pkgconfig
version=$(pkg-config --modversion tutti)
[ "$(pkg-config --variable=libdir tutti | xargs realpath)" = "$(realpath "$lib")" ] ||
	fail "tutti.pc does not find itself after a move"
strict="-Wall -Wextra -Wpedantic -Werror"

# try NAME COMMAND...: build the program called NAME, then run it.
try() {
	local name=$1
	shift
	"$@" || fail "$name does not build"
	LD_LIBRARY_PATH=$work/$lib ./"$name" "$version" || fail "$name does not run"
	echo "$name: built and run"
}

flags=$(pkg-config --cflags --libs tutti)
# shellcheck disable=SC2086
try c11-shared "${TUTTI_CC:-cc}" -std=c11 $strict program.c -o c11-shared $flags
# shellcheck disable=SC2086,SC2046
try c11-static "${TUTTI_CC:-cc}" -std=c11 $strict program.c -o c11-static \
	$(pkg-config --cflags tutti) "$lib/libtutti.a" -pthread -ldl
languages=C
if [ -n "${TUTTI_CXX:-}" ]; then
	# shellcheck disable=SC2086
	try cpp17-shared "$TUTTI_CXX" -std=c++17 $strict program.cpp -o cpp17-shared $flags
	languages="C CXX"
fi

cat >CMakeLists.txt <<PROJECT
cmake_minimum_required(VERSION 3.22)
project(user LANGUAGES $languages)
find_package(tutti ${version%.*} REQUIRED)
add_executable(cmake-shared program.c)
target_link_libraries(cmake-shared PRIVATE tutti::tutti)
add_executable(cmake-static program.c)
target_link_libraries(cmake-static PRIVATE tutti::static)
if(CMAKE_CXX_COMPILER)
	set(CMAKE_CXX_STANDARD 17)
	add_executable(cmake-cpp program.cpp)
	target_link_libraries(cmake-cpp PRIVATE tutti::tutti)
endif()
PROJECT
cmake -S . -B build -DCMAKE_PREFIX_PATH="$work/prefix" -DCMAKE_C_COMPILER="${TUTTI_CC:-cc}" \
	>cmake.log 2>&1 || { cat cmake.log; fail "find_package fails"; }
cmake --build build >cmake.log 2>&1 || { cat cmake.log; fail "that project does not build"; }
for name in build/cmake-*; do
	[ -f "$name" ] || continue
	"$name" "$version" || fail "$name does not run"
	echo "${name#build/}: built and run"
done
ldd build/cmake-static | grep -q libtutti && fail "tutti::static took the shared library"

# The second library, by pkg-config and by CMake, shared and as an archive.
if [ -e "$TUTTI_BUILD_DIR/libtutti-net.so" ]; then
	cat >net.c <<'PROGRAM'
#include <string.h>
#include <tutti/executor.h>
#include <tutti/net.h>
#include <tutti/version.h>

int main(void)
{
	tutti_executor *e;

	/* the engine is there, and wants a key */
	if (tutti_executor_open(&e, "tcp://127.0.0.1:1", NULL) != TUTTI_EAUTH)
		return 2;
	return strncmp(tutti_net_version(), tutti_version(), strlen(tutti_version()));
}
PROGRAM
	# shellcheck disable=SC2046
	try net-shared "${TUTTI_CC:-cc}" -std=c11 $strict net.c -o net-shared \
		$(pkg-config --cflags --libs tutti-net)
	# shellcheck disable=SC2046
	try net-static "${TUTTI_CC:-cc}" -std=c11 $strict net.c -o net-static \
		$(pkg-config --cflags tutti-net) \
		$(pkg-config --static --libs-only-other tutti-net) \
		"$lib/libtutti-net.a" "$lib/libtutti.a" \
		$(pkg-config --static --libs-only-l tutti-net | sed 's/-ltutti\(-net\)\?\>//g')
	mkdir net
	mv net.c net/
	cat >net/CMakeLists.txt <<PROJECT
cmake_minimum_required(VERSION 3.22)
project(user LANGUAGES C)
find_package(tutti ${version%.*} REQUIRED)
add_executable(cmake-net net.c)
target_link_libraries(cmake-net PRIVATE tutti::net)
add_executable(cmake-net-static net.c)
target_link_libraries(cmake-net-static PRIVATE tutti::net_static)
PROJECT
	cmake -S net -B net/build -DCMAKE_PREFIX_PATH="$work/prefix" \
		-DCMAKE_C_COMPILER="${TUTTI_CC:-cc}" >cmake.log 2>&1 ||
		{ cat cmake.log; fail "find_package fails for tutti::net"; }
	cmake --build net/build >cmake.log 2>&1 ||
		{ cat cmake.log; fail "tutti::net does not build"; }
	for name in cmake-net cmake-net-static; do
		net/build/$name || fail "$name does not run"
		echo "$name: built and run"
	done
	ldd net/build/cmake-net-static | grep -q libtutti &&
		fail "tutti::net_static took a shared library"
fi

# Its helper is found from the library's own place.
TUTTI_LATE_LIBRARY=$work/$lib/libtutti.so.0 python3 -B "$TUTTI_SOURCE_DIR/tests/scripts/late.py" ||
	fail "processes of a program that loads it late"

if [ -x "$TUTTI_BUILD_DIR/tutti" ]; then
	prefix/bin/tutti --version | grep -qF "$version" || fail "the command is of another version"
	[ -f prefix/share/bash-completion/completions/tutti ] ||
		fail "no completion for bash"
	[ -f prefix/share/zsh/site-functions/_tutti ] || fail "no completion for zsh"
	prefix/bin/tutti new mine >/dev/null
	compile=$(sed -n 's/.*compile: cc/cc/p' mine.c)
	(PATH=$work/prefix/bin:$PATH; eval "$compile") || fail "what tutti new writes: $compile"
	[ "$(prefix/bin/tutti map ./mine.so:mine four)" = "4 bytes" ] || fail "a new job errs"
	[ -f prefix/share/man/man1/tutti.1 ] || fail "no manual page"
	grep -qF "tutti $version" prefix/share/man/man1/tutti.1 ||
		fail "the manual page is of another version"
	[ "$(prefix/bin/tutti map --no-progress sum 1..100)" = 5050 ] || fail "the command errs"
	if [ -e "$TUTTI_BUILD_DIR/tutti-web.so" ]; then
		prefix/bin/tutti serve --help | grep -q "^usage: tutti serve" ||
			fail "the command does not find its module"
	fi
	if [ -e "$TUTTI_BUILD_DIR/tutti-xpath.so" ]; then
		prefix/bin/tutti fetch --title </dev/null || fail "no module for --title is found"
	fi
	echo "command: run from the moved prefix"
fi
