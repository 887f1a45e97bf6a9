/* SPDX-License-Identifier: MIT */
/* Jobs that do nothing in a pool of two processes, each submitted by itself, joined in the end. */
#include "../bench.h"

#include <tutti/tutti.h>

static long same(long n)
{
	return n;
}
TUTTI_JOB(same, long, long);

static void run(tutti_executor *e, tutti_future **f, long n)
{
	for (long i = 0; i < n; i++)
		f[i] = same_submit(e, i);
	for (long i = 0; i < n; i++) {
		long result;

		bench_require(same_result(f[i], &result) == 0 && result == i, "a job failed");
		tutti_future_unref(f[i]);
	}
}

int main(int argc, char **argv)
{
	struct bench_options options = bench_options_read(argc, argv);
	long n = 20000 / options.divide;
	tutti_future **f = bench_alloc((size_t)n, sizeof(*f));
	tutti_executor *e;
	int64_t start;

	bench_require(tutti_executor_open(&e, "processes:2", NULL) == 0, "no pool");
	run(e, f, 1000); /* both are there */
	start = bench_now();
	run(e, f, n);
	bench_report("process_jobs", (double)n * 1e3 / (double)(bench_now() - start), "M/s");
	tutti_executor_free(e);
	free(f);
	return 0;
}
