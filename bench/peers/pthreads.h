/* SPDX-License-Identifier: MIT */
/* Threads for the peers' races: plain pthreads. Also compiles as C++. */
#ifndef PTHREADS_H
#define PTHREADS_H
#include "../bench.h"
#include <pthread.h>

enum { PTHREADS_MAX = 8 };

static inline void pthreads_run(void *(*const *fns)(void *), void **args, int n)
{
	pthread_t threads[PTHREADS_MAX];

	bench_require(n <= PTHREADS_MAX, "too many threads");
	for (int i = 0; i < n; i++)
		bench_require(pthread_create(&threads[i], NULL, fns[i], args[i]) == 0,
			"pthread_create failed");
	for (int i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
}

#endif
