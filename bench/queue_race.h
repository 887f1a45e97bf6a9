/* SPDX-License-Identifier: MIT */
/*
 * A queue between threads, for any queue: n producers put a fixed number of 8-byte items each, n
 * consumers get as many each, and the sum of all that arrived is checked. Whoever includes this
 * defines queue_put(), queue_get() and thread_all(). Items are never 0, because one of the peers
 * carries pointers. Also compiles as C++.
 *
 * All sides first spin for a moment: a new thread shares its starter's CPU for up to 10 ms, until
 * the kernel spreads them, and how soon it does so is not what is measured.
 */
#ifndef QUEUE_RACE_H
#define QUEUE_RACE_H
#include "bench.h"

#define QUEUE_BOUND 1024
#define QUEUE_SIDES_MAX 2
#define QUEUE_SPREAD_NS 30000000

static inline void queue_put(uint64_t item);
static inline uint64_t queue_get(void);

/* Run fns[i](args[i]) for all i < n at the same time, to their end. */
static void thread_all(void *(*const *fns)(void *), void **args, int n);

struct queue_side {
	long count;
	uint64_t first; /* producers: items first, first + 1, ... */
	uint64_t sum;   /* consumers: of what came; written once, at the end */
	int64_t begin;  /* the race starts at this instant */
};

static void queue_wait_begin(const struct queue_side *side)
{
	while (bench_now() < side->begin)
		;
}

static void *queue_produce(void *arg)
{
	struct queue_side *side = (struct queue_side *)arg;

	queue_wait_begin(side);
	for (long i = 0; i < side->count; i++)
		queue_put(side->first + (uint64_t)i);
	return NULL;
}

static void *queue_consume(void *arg)
{
	struct queue_side *side = (struct queue_side *)arg;
	uint64_t sum = 0;

	queue_wait_begin(side);
	for (long i = 0; i < side->count; i++)
		sum += queue_get();
	side->sum = sum;
	return NULL;
}

static void queue_race(const char *name, int sides, long items, int64_t spread_ns)
{
	struct queue_side producers[QUEUE_SIDES_MAX], consumers[QUEUE_SIDES_MAX];
	void *(*fns[2 * QUEUE_SIDES_MAX])(void *);
	void *args[2 * QUEUE_SIDES_MAX];
	uint64_t n = (uint64_t)items, sum = 0;
	long each = items / sides;
	int64_t begin = bench_now() + spread_ns, end;

	for (int i = 0; i < sides; i++) {
		producers[i].begin = consumers[i].begin = begin;
		producers[i].count = consumers[i].count = each;
		producers[i].first = 1 + (uint64_t)(i * each);
		fns[2 * i] = queue_produce;
		args[2 * i] = &producers[i];
		fns[2 * i + 1] = queue_consume;
		args[2 * i + 1] = &consumers[i];
	}
	thread_all(fns, args, 2 * sides);
	end = bench_now();
	for (int i = 0; i < sides; i++)
		sum += consumers[i].sum;
	bench_require(sum == n * (n + 1) / 2, "items were lost or came twice");
	bench_report(name, (double)items * 1e3 / (double)(end - begin), "M/s");
}

#endif
