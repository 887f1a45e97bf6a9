/* SPDX-License-Identifier: MIT */
/*
 * Start 1,000 tasks that return at once, join them all; many times over. They are really queued,
 * then run. Each with a future of its own, and in a group.
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

static void group_batch(void)
{
	tutti_group g = { 0 };

	for (int i = 0; i < BATCH; i++)
		tutti_group_start(&g, nothing, NULL);
	bench_require(tutti_group_join(&g) == 0, "a task failed");
}

static void measure(const char *figure, void (*run)(void), long batches)
{
	int64_t start;

	run();
	start = bench_now();
	for (long i = 0; i < batches; i++)
		run();
	bench_report(figure, (double)(bench_now() - start) / (double)(batches * BATCH), "ns");
}

int main(int argc, char **argv)
{
	struct bench_options o = bench_options_read(argc, argv);

	measure("task", batch, 3000 / o.divide);
	measure("task_group", group_batch, 3000 / o.divide);
	return 0;
}
