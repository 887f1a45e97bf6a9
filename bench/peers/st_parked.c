/* SPDX-License-Identifier: MIT */
/*
 * State Threads: a million threads asleep at once, on stacks of the default size; no guards, as
 * the library comes.
 */
#include "../bench.h"
#include <st.h>

static long asleep;

static void *sleeper(void *arg)
{
	asleep++;
	st_sleep(3600);
	return arg;
}

int main(int argc, char **argv)
{
	struct bench_options o = bench_options_read(argc, argv);
	long n = 1000000 / o.divide;
	double resident, tables;
	int64_t start;

	bench_require(st_init() == 0, "st_init failed");
	resident = bench_resident();
	tables = bench_page_tables();
	start = bench_now();
	for (long i = 0; i < n; i++)
		bench_require(
			st_thread_create(sleeper, NULL, 0, 0) != NULL, "st_thread_create failed");
	while (asleep < n)
		st_sleep(0);
	bench_report("parked_start", (double)(bench_now() - start) / (double)n, "ns");
	bench_report("parked_count", (double)asleep, "tasks");
	bench_report("parked_bytes", (bench_resident() - resident) / (double)n, "B");
	bench_report("parked_tables", (bench_page_tables() - tables) / (double)n, "B");
	/* A million threads are not worth unwinding: nothing more is measured. */
	_exit(0);
}
