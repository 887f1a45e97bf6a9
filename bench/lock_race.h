/* SPDX-License-Identifier: MIT */
/*
 * The three lock figures, for any lock: uncontended, and two threads with a short and a longer
 * section inside. Whoever includes this defines lock_take(), lock_give() and thread_pair(); being
 * static, they are inlined here, so no contestant pays for an indirect call.
 */
#ifndef LOCK_RACE_H
#define LOCK_RACE_H
#include "bench.h"
#include <stdatomic.h>

static inline void lock_take(void);
static inline void lock_give(void);

/* Run fn(args[0]) and fn(args[1]) in two threads to their end. */
static void thread_pair(void *(*fn)(void *), void *args[2]);

struct racer {
	_Alignas(128) uint64_t turns; /* written once, at the end */
	long steps;
	int64_t until;
	_Atomic int *ready; /* shared by the two */
};

/* What the lock protects. */
static _Alignas(128) uint64_t race_state;

/* Set by whichever racer first sees the time over; both then stop. */
static _Alignas(128) _Atomic int race_over;

static void race_start_together(struct racer *me)
{
	atomic_fetch_add(me->ready, 1);
	while (atomic_load_explicit(me->ready, memory_order_acquire) < 2)
		;
}

static void *race(void *arg)
{
	struct racer *me = arg;
	uint64_t turns = 0;

	race_start_together(me);
	while (!atomic_load_explicit(&race_over, memory_order_relaxed)) {
		lock_take();
		race_state = bench_work(race_state, me->steps);
		lock_give();
		/* The clock costs two sections, so it is looked at rarely. */
		if (++turns % 4096 == 0 && bench_now() > me->until)
			atomic_store_explicit(&race_over, 1, memory_order_relaxed);
	}
	me->turns = turns;
	return NULL;
}

/* One contended figure: total rate, and how much of it the worse-served thread got. */
static void race_two(const char *name, long steps, const struct bench_options *o)
{
	_Atomic int ready = 0;
	int64_t start = bench_now(), until = start + 1000000000 / o->divide;
	struct racer racers[2] = { { 0, steps, until, &ready }, { 0, steps, until, &ready } };
	void *args[2] = { &racers[0], &racers[1] };
	char label[64];
	uint64_t sum, less;

	atomic_store(&race_over, 0);
	thread_pair(race, args);
	sum = racers[0].turns + racers[1].turns;
	less = racers[0].turns < racers[1].turns ? racers[0].turns : racers[1].turns;
	bench_report(name, (double)sum * 1e3 / (double)(bench_now() - start), "M/s");
	snprintf(label, sizeof(label), "%s_share", name);
	bench_report(label, 100.0 * (double)less / (double)sum, "%");
}

static void race_alone(const struct bench_options *o)
{
	long turns = 20000000 / o->divide;
	int64_t start = bench_now();

	for (long i = 0; i < turns; i++) {
		lock_take();
		lock_give();
	}
	bench_report("lock_uncontended", (double)(bench_now() - start) / (double)turns, "ns");
}

/*
 * The uncontended figure comes last, in the main thread of a process that has had threads: a C
 * library may take a shortcut in one that never had any, which no threaded program sees.
 */
static int lock_races(int argc, char **argv)
{
	struct bench_options o = bench_options_read(argc, argv);

	race_two("lock_4ns", o.steps[0], &o);
	race_two("lock_10ns", o.steps[1], &o);
	race_alone(&o);
	return 0;
}

#endif
