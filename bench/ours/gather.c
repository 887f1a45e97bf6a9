/* SPDX-License-Identifier: MIT */
/*
 * 100,000 tasks each sleep 300 ms, all at once, one future for all of them; a few times over. What
 * it costs is the processor's time, since the clock's is mostly the sleep itself.
 */
#include "../bench.h"
#include <tutti/tutti.h>

enum { WAVES = 5 };

static long awake;

static void *sleeps(void *arg)
{
	if (tutti_sleep(TUTTI_MILLISECONDS(300)) == 0)
		awake++; /* one loop: a plain count is enough */
	return arg;
}

static void wave(tutti_future **tasks, size_t n)
{
	tutti_future *all;

	awake = 0;
	for (size_t i = 0; i < n; i++)
		tasks[i] = tutti_task_start(sleeps, NULL, NULL);
	all = tutti_gather(tasks, n, TUTTI_ALL_COMPLETED);
	bench_require(tutti_future_result(all, NULL, 0) == 0, "a task failed");
	tutti_future_unref(all);
	for (size_t i = 0; i < n; i++)
		tutti_future_unref(tasks[i]);
	bench_require((size_t)awake == n, "not every task has slept");
}

int main(int argc, char **argv)
{
	struct bench_options o = bench_options_read(argc, argv);
	size_t n = (size_t)(100000 / o.divide);
	tutti_future **tasks = bench_alloc(n, sizeof(*tasks));
	int64_t start, before;

	wave(tasks, n);
	start = bench_now();
	before = bench_cpu_time();
	for (int i = 0; i < WAVES; i++)
		wave(tasks, n);
	bench_report("gather", (double)(bench_cpu_time() - before) / (double)n / WAVES, "ns");
	bench_report("gather_elapsed", (double)(bench_now() - start) / WAVES / 1e6, "ms");
	free(tasks);
	return 0;
}
