/* SPDX-License-Identifier: MIT */
/*
 * A million independent, light jobs from one thread that is not a worker to two workers: how many
 * a second from the first hand-over to the last end. The job is to add to a count of its worker's,
 * or, with a result, to square. Whoever includes this defines the calls below.
 */
#ifndef POOL_RACE_H
#define POOL_RACE_H
#include "bench.h"

enum { POOL_WORKERS = 2 };

static inline void pool_report(const char *name, int64_t start, long n)
{
	bench_report(name, (double)n * 1e3 / (double)(bench_now() - start), "M/s");
}

#endif
