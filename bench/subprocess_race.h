/* SPDX-License-Identifier: MIT */
/*
 * Another program, started and waited for, through anything. Whoever includes this defines
 * run_quiet(argv), whose streams are ours, and run_captured(argv, &out, &size), which gives what it
 * printed. Modes of a program: "start" one `true` after the other; "capture" the same, with all
 * that it prints read; "stream" 64 MiB out of one. The parent has touched 64 MiB. Also compiles as
 * C++.
 */
#ifndef SUBPROCESS_RACE_H
#define SUBPROCESS_RACE_H
#include "bench.h"

static void run_quiet(char *const *argv);
static size_t run_captured(char *const *argv);

static void race_start(long n)
{
	char *argv[] = { (char *)"/bin/true", NULL };
	int64_t begin;

	run_quiet(argv);
	begin = bench_now();
	for (long i = 0; i < n; i++)
		run_quiet(argv);
	bench_report("subprocess_start", (double)(bench_now() - begin) / 1e3 / (double)n, "µs");
}

static void race_capture(long n)
{
	char *argv[] = { (char *)"/bin/echo", (char *)"hello", NULL };
	int64_t begin;

	run_captured(argv);
	begin = bench_now();
	for (long i = 0; i < n; i++)
		bench_require(run_captured(argv) == 6, "not what it printed");
	bench_report("subprocess_capture", (double)(bench_now() - begin) / 1e3 / (double)n, "µs");
}

static void race_stream(long n)
{
	char *argv[] = { (char *)"/usr/bin/head", (char *)"-c", (char *)"67108864",
		(char *)"/dev/zero", NULL };
	int64_t begin = bench_now();

	for (long i = 0; i < n; i++)
		bench_require(run_captured(argv) == 67108864, "not what it printed");
	bench_report("subprocess_stream",
		67108864.0 * (double)n / ((double)(bench_now() - begin) / 1e9) / 1e9, "GB/s");
}

static int race_main(int argc, char **argv)
{
	struct bench_options o = bench_options_read(argc, argv);
	char *touched = (char *)bench_alloc((size_t)64 << 20, 1);

	if (strcmp(o.mode, "start") == 0)
		race_start(2000 / o.divide);
	else if (strcmp(o.mode, "capture") == 0)
		race_capture(2000 / o.divide);
	else if (strcmp(o.mode, "stream") == 0)
		race_stream(10 / o.divide);
	else
		bench_fail("mode is start, capture or stream");
	free(touched);
	return 0;
}

#endif
