/* SPDX-License-Identifier: MIT */
/* Two tasks of one loop yield to each other. */
#include "../bench.h"
#include <tutti/tutti.h>

static long turns;

static void *yields(void *arg)
{
	for (long i = 0; i < turns; i++)
		tutti_yield();
	return arg;
}

int main(int argc, char **argv)
{
	struct bench_options o = bench_options_read(argc, argv);
	tutti_future *tasks[2];
	int64_t start;

	turns = 10000000 / o.divide;
	start = bench_now();
	for (int i = 0; i < 2; i++)
		tasks[i] = tutti_task_start(yields, NULL, NULL);
	bench_require(tutti_join_all(tasks, 2) == 0, "a task failed");
	bench_report("yield", (double)(bench_now() - start) / (2.0 * (double)turns), "ns");
	return 0;
}
