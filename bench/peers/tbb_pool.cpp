/* SPDX-License-Identifier: MIT */
/* oneTBB's task_arena::enqueue, from a thread that is no worker. */
#include "../pool_race.h"
#include <atomic>
#include <tbb/global_control.h>
#include <tbb/task_arena.h>

static std::atomic<long> counted;

int main(int argc, char **argv)
{
	struct bench_options o = bench_options_read(argc, argv);
	long n = 1000000 / o.divide;
	tbb::global_control threads(
		tbb::global_control::max_allowed_parallelism, POOL_WORKERS + 1);
	tbb::task_arena arena(POOL_WORKERS, 0);
	int64_t start;

	arena.initialize();
	start = bench_now();
	for (long i = 0; i < n; i++)
		arena.enqueue([] { counted.fetch_add(1, std::memory_order_relaxed); });
	while (counted.load() < n)
		usleep(100);
	pool_report("pool_plain", start, n);
	pool_report("pool_each", start, n);
	return 0;
}
