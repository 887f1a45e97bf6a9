/* SPDX-License-Identifier: MIT */
/* A process by the fork server, from start to join; the parent has touched a gigabyte. */
#include "../bench.h"

#include <tutti/tutti.h>

static void nothing(void)
{
}
TUTTI_JOB(nothing, void, void);

static void one(void)
{
	tutti_process *p = tutti_process_start(&nothing_job, NULL, NULL);

	bench_require(nothing_result(p) == 0, "a process failed");
	tutti_future_unref(p);
}

int main(int argc, char **argv)
{
	struct bench_options options = bench_options_read(argc, argv);
	long n = 1000 / options.divide;
	size_t bytes = (size_t)1 << 30;
	char *touched = bench_alloc(bytes, 1);
	int64_t start;

	one(); /* the server is there */
	start = bench_now();
	for (long i = 0; i < n; i++)
		one();
	bench_report("process_start", (double)(bench_now() - start) / 1e3 / (double)n, "µs");
	free(touched);
	return 0;
}
