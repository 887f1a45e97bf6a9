/* SPDX-License-Identifier: MIT */
/*
 * GLib's GAsyncQueue. It has no bound, so its producers never wait: an easier job than the
 * others'.
 */
#include "../queue_race.h"
#include "pthreads.h"
#include <glib.h>

static GAsyncQueue *queue;

static inline void queue_put(uint64_t item)
{
	g_async_queue_push(queue, (void *)(uintptr_t)item);
}

static inline uint64_t queue_get(void)
{
	return (uint64_t)(uintptr_t)g_async_queue_pop(queue);
}

static void thread_all(void *(*const *fns)(void *), void **args, int n)
{
	pthreads_run(fns, args, n);
}

int main(int argc, char **argv)
{
	struct bench_options o = bench_options_read(argc, argv);
	long items = 4000000 / o.divide;

	queue = g_async_queue_new();
	queue_race("queue_1_1", 1, items, QUEUE_SPREAD_NS);
	queue_race("queue_2_2", 2, items, QUEUE_SPREAD_NS);
	g_async_queue_unref(queue);
	return 0;
}
