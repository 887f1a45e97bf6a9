/* SPDX-License-Identifier: MIT */
/*
 * The executor "threads": as one tutti_map over an array, and each job submitted by itself, its
 * future given back at once or joined in the end.
 */
#include "../pool_race.h"
#include <tutti/tutti.h>

static long counted;

static void count(long n)
{
	__atomic_fetch_add(&counted, n, __ATOMIC_RELAXED);
}
TUTTI_JOB(count, void, long);

static long square(long n)
{
	return n * n;
}
TUTTI_JOB(square, long, long);

static tutti_executor *pool_open(void)
{
	tutti_executor_options options = { .max_workers = POOL_WORKERS };
	tutti_executor *e;

	bench_require(tutti_executor_open(&e, "threads", &options) == 0, "no executor");
	return e;
}

static void check_count(long n)
{
	bench_require(counted == n, "not every job ran once");
	counted = 0;
}

static void race_plain(long *args, long n)
{
	tutti_executor *e = pool_open();
	int64_t start;

	for (long i = 0; i < n; i++)
		args[i] = 1;
	bench_require(count_map(e, args, 1000) == 0, "a job failed"); /* threads are there */
	check_count(1000);
	start = bench_now();
	bench_require(count_map(e, args, (size_t)n) == 0, "a job failed");
	pool_report("pool_plain", start, n);
	check_count(n);
	start = bench_now();
	for (long i = 0; i < n; i++)
		tutti_future_unref(count_submit(e, 1));
	tutti_executor_free(e);
	pool_report("pool_each", start, n);
	check_count(n);
}

static void join_each(
	tutti_executor *e, const long *args, const long *squares, tutti_future **all, long n)
{
	for (long i = 0; i < n; i++)
		all[i] = square_submit(e, args[i]);
	for (long i = 0; i < n; i++) {
		long found;

		bench_require(square_result(all[i], &found) == 0 && found == squares[i],
			"a result is wrong");
		tutti_future_unref(all[i]);
	}
}

static void race_results(long *args, long n)
{
	long *squares = bench_alloc((size_t)n, sizeof(*squares));
	tutti_future **all = bench_alloc((size_t)n, sizeof(tutti_future *));
	tutti_executor *e = pool_open();
	int64_t start;

	for (long i = 0; i < n; i++)
		args[i] = i;
	bench_require(square_map(e, args, squares, 1000) == 0, "a job failed");
	start = bench_now();
	bench_require(square_map(e, args, squares, (size_t)n) == 0, "a job failed");
	pool_report("pool_map_results", start, n);
	join_each(e, args, squares, all, n); /* a round that does not count: memory is there */
	start = bench_now();
	join_each(e, args, squares, all, n);
	pool_report("pool_results", start, n);
	tutti_executor_free(e);
	free(all);
	free(squares);
}

int main(int argc, char **argv)
{
	struct bench_options o = bench_options_read(argc, argv);
	long n = 1000000 / o.divide, *args = bench_alloc((size_t)n, sizeof(*args));

	race_plain(args, n);
	race_results(args, n);
	free(args);
	return 0;
}
