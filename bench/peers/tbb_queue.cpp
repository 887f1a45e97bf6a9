/* SPDX-License-Identifier: MIT */
/* oneTBB's concurrent_bounded_queue: put and get wait. */
#include "../queue_race.h"
#include "pthreads.h"
#include <tbb/concurrent_queue.h>

static tbb::concurrent_bounded_queue<uint64_t> queue;

static inline void queue_put(uint64_t item)
{
	queue.push(item);
}

static inline uint64_t queue_get(void)
{
	uint64_t item;

	queue.pop(item);
	return item;
}

static void thread_all(void *(*const *fns)(void *), void **args, int n)
{
	pthreads_run(fns, args, n);
}

int main(int argc, char **argv)
{
	struct bench_options o = bench_options_read(argc, argv);
	long items = 4000000 / o.divide;

	queue.set_capacity(QUEUE_BOUND);
	queue_race("queue_1_1", 1, items, QUEUE_SPREAD_NS);
	queue_race("queue_2_2", 2, items, QUEUE_SPREAD_NS);
	return 0;
}
