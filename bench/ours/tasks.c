/* SPDX-License-Identifier: MIT */
/*
 * Start 1,000 tasks that return at once, join them all; many times over. They are really queued,
 * then run.
 */
#include "../bench.h"
#include <tutti/tutti.h>

enum { BATCH = 1000 };

static void *nothing(void *arg)
{
	return arg;
}

static void batch(void)
{
	tutti_future *tasks[BATCH];

	for (int i = 0; i < BATCH; i++)
		tasks[i] = tutti_task_start(nothing, NULL, NULL);
	bench_require(tutti_join_all(tasks, BATCH) == 0, "a task failed");
}

int main(int argc, char **argv)
{
	struct bench_options o = bench_options_read(argc, argv);
	long batches = 3000 / o.divide;
	int64_t start;

	batch();
	start = bench_now();
	for (long i = 0; i < batches; i++)
		batch();
	bench_report("task", (double)(bench_now() - start) / (double)(batches * BATCH), "ns");
	return 0;
}
