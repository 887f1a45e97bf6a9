/* SPDX-License-Identifier: MIT */
/*
 * What every benchmark program of this folder shares, ours and the peers': the clock, the
 * options, the one-line report. A program is told how much to do by its options alone, so that
 * all contestants of a row do the same job:
 *
 *     PROGRAM [MODE] [--quick] [--steps=N,M]
 *
 * and prints one line "name value unit" per figure on standard output. Exit status 0 only if the
 * work was checked. It includes nothing of tutti's: a peer must not depend on what it is compared
 * with. Also compiles as C++.
 */
#ifndef BENCH_H
#define BENCH_H
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct bench_options {
	const char *mode; /* first word that is not an option, or "" */
	long divide;      /* 1; with --quick 10: every program divides its count by it */
	long steps[2]; /* of the work inside a lock: about 4 ns and about 10 ns, see calibrate.c */
};

static inline int64_t bench_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* What this process has cost so far, user and system time, in nanoseconds. */
static inline int64_t bench_cpu_time(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static inline void bench_report(const char *name, double value, const char *unit)
{
	printf("%s %.6g %s\n", name, value, unit);
	fflush(stdout);
}

static inline void bench_fail(const char *what)
{
	fprintf(stderr, "%s\n", what);
	exit(1);
}

static inline void bench_require(int fine, const char *what)
{
	if (!fine)
		bench_fail(what);
}

static inline void *bench_alloc(size_t count, size_t size)
{
	void *p = calloc(count, size);

	bench_require(p != NULL, "out of memory");
	/* Touched now: the page faults are not part of what is measured. */
	memset(p, 0x5a, count * size);
	return p;
}

static inline struct bench_options bench_options_read(int argc, char **argv)
{
	struct bench_options o = { "", 1, { 4, 10 } };

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--quick") == 0)
			o.divide = 10;
		else if (sscanf(argv[i], "--steps=%ld,%ld", &o.steps[0], &o.steps[1]) == 2)
			continue;
		else if (argv[i][0] != '-' && o.mode[0] == '\0')
			o.mode = argv[i];
		else
			bench_fail("usage: PROGRAM [MODE] [--quick] [--steps=N,M]");
	}
	return o;
}

/* The next number of a fixed sequence: every contestant sees the same "random" deadlines. */
static inline uint64_t bench_random(uint64_t *state)
{
	uint64_t x = *state;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return *state = x;
}

/*
 * The work inside a lock: a chain of dependent multiplications that no compiler shortens, about
 * one nanosecond a step. The Go peer holds the same loop.
 */
static inline uint64_t bench_work(uint64_t x, long steps)
{
	for (long i = 0; i < steps; i++)
		x = x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return x;
}

/* Resident memory of this process in bytes. */
static inline double bench_resident(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	long all = 0, resident = 0;

	if (f == NULL || fscanf(f, "%ld %ld", &all, &resident) != 2)
		bench_fail("/proc/self/statm cannot be read");
	fclose(f);
	return (double)resident * (double)sysconf(_SC_PAGESIZE);
}

/*
 * Page tables of this process in bytes: the part of a parked task's price that resident memory
 * leaves out.
 */
static inline double bench_page_tables(void)
{
	FILE *f = fopen("/proc/self/status", "r");
	char line[256];
	long kib = -1;

	bench_require(f != NULL, "/proc/self/status cannot be read");
	while (kib < 0 && fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "VmPTE: %ld", &kib) != 1)
			kib = -1;
	fclose(f);
	bench_require(kib >= 0, "/proc/self/status has no VmPTE");
	return (double)kib * 1024;
}

#endif
