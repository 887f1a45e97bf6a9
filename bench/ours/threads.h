/* SPDX-License-Identifier: MIT */
/* Threads for our side of the races. */
#ifndef THREADS_H
#define THREADS_H
#include "../bench.h"
#include <tutti/tutti.h>

enum { THREADS_MAX = 8 };

static inline void threads_run(void *(*const *fns)(void *), void **args, int n)
{
	tutti_future *threads[THREADS_MAX];

	bench_require(n <= THREADS_MAX, "too many threads");
	for (int i = 0; i < n; i++)
		threads[i] = tutti_thread_start(fns[i], args[i], NULL);
	bench_require(tutti_join_all(threads, (size_t)n) == 0, "a thread failed");
}

#endif
