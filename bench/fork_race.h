/* SPDX-License-Identifier: MIT */
/*
 * Fork-join, for anything that forks: fib with a fork in every call that is not a leaf, and two
 * sweeps over many light items. The mode is the number of workers, "1" or "2". Whoever includes
 * this defines the calls below.
 *
 * With one worker the figure is what a fork and its join cost beside the call itself, which is
 * included; figures with two are reported beside those with one.
 */
#ifndef FORK_RACE_H
#define FORK_RACE_H
#include "bench.h"

static long race_fib(int n);

/* Fill the n places of out with i * i + i; and the sum of what light(i) gives for i < n. */
static void race_fill(uint32_t *out, size_t n);
static uint64_t race_sum(size_t n);

/* A few operations that do not vectorise away to nothing. */
static inline uint64_t light(size_t i)
{
	return (i * UINT64_C(0x9e3779b97f4a7c15) >> 60) + (i & 3);
}

static inline void fill_range(uint32_t *out, size_t begin, size_t end)
{
	for (size_t i = begin; i < end; i++)
		out[i] = (uint32_t)(i * i + i);
}

static inline uint64_t sum_range(size_t begin, size_t end)
{
	uint64_t sum = 0;

	for (size_t i = begin; i < end; i++)
		sum += light(i);
	return sum;
}

static inline long forks_of(int n)
{
	long before = 0, forks = 0;

	for (int i = 2; i <= n; i++) {
		long next = forks + before + 1;

		before = forks;
		forks = next;
	}
	return forks;
}

static inline void report_for(const char *what, const char *workers, double value, const char *unit)
{
	char name[64];

	snprintf(name, sizeof(name), "%s_%s", what, workers);
	bench_report(name, value, unit);
}

static void race_forks(const struct bench_options *o)
{
	int n = o->divide > 1 ? 30 : 35;
	int64_t start, best = INT64_MAX;

	race_fib(20); /* threads are there, memory is touched */
	for (int i = 0; i < 3; i++) {
		start = bench_now();
		bench_require(race_fib(n) == (n == 35 ? 9227465 : 832040), "wrong fib");
		if (bench_now() - start < best)
			best = bench_now() - start;
	}
	report_for("fork", o->mode, (double)best / (double)forks_of(n), "ns");
}

static void race_sweeps(const struct bench_options *o)
{
	size_t n = 100000000 / (size_t)o->divide;
	uint32_t *out = (uint32_t *)bench_alloc(n, sizeof(*out));
	int64_t start;

	race_fill(out, n);
	start = bench_now();
	race_fill(out, n);
	report_for("for", o->mode, (double)(bench_now() - start) / 1e6, "ms");
	for (size_t i = 0; i < n; i += 9973)
		bench_require(out[i] == (uint32_t)(i * i + i), "wrong fill");
	free(out);
	start = bench_now();
	bench_require(race_sum(n) > 0, "wrong sum");
	report_for("reduce", o->mode, (double)(bench_now() - start) / 1e6, "ms");
	bench_require(race_sum(n / 16) == sum_range(0, n / 16), "wrong sum");
}

static void fork_races(const struct bench_options *o)
{
	race_forks(o);
	race_sweeps(o);
}

#endif
