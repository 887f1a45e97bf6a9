/* SPDX-License-Identifier: MIT */
/*
 * A million timers, for any timer queue: set them, cancel them in the order they were set (the
 * usual time-out pattern); then set them again, let all fall due without looking, and run them.
 * Whoever includes this defines the four calls below and calls timer_fired() from the callback.
 */
#ifndef TIMER_RACE_H
#define TIMER_RACE_H
#include "bench.h"

static void timer_set(long i, int64_t delay_ns);
static void timer_cancel(long i);

/* Give the loop the one turn in which it may do what cancelling put off. */
static void timers_settle(void);

/* Run the loop until timers_left is 0. */
static void timers_run(void);

static long timers_left;

static inline void timer_fired(void)
{
	timers_left--;
}

/*
 * Random within one second, the same for every contestant; drawn before, since drawing is not
 * what is measured.
 */
static int64_t *timer_delays(long n)
{
	int64_t *delays = bench_alloc((size_t)n, sizeof(*delays));
	uint64_t state = UINT64_C(0x9e3779b97f4a7c15);

	for (long i = 0; i < n; i++)
		delays[i] = (int64_t)(bench_random(&state) % 1000000000);
	return delays;
}

static void timers_set_all(const int64_t *delays, long n)
{
	for (long i = 0; i < n; i++)
		timer_set(i, delays[i]);
}

static void timers_report(const char *name, int64_t start, long n)
{
	bench_report(name, (double)(bench_now() - start) / (double)n, "ns");
}

static void timers_fire(const int64_t *delays, long n)
{
	int64_t start, due;

	timers_set_all(delays, n);
	timers_left = n;
	due = bench_now() + 1100000000;
	while (bench_now() < due)
		;
	start = bench_now();
	timers_run();
	timers_report("timer_fire", start, n);
	bench_require(timers_left == 0, "not every timer fired once");
}

static void timer_races(const struct bench_options *o)
{
	long n = 1000000 / o->divide;
	int64_t *delays = timer_delays(n), start;

	/* A round that does not count: those who get memory as they go have it then, too. */
	timers_set_all(delays, n);
	for (long i = 0; i < n; i++)
		timer_cancel(i);
	timers_settle();
	start = bench_now();
	timers_set_all(delays, n);
	timers_report("timer_set", start, n);
	start = bench_now();
	for (long i = 0; i < n; i++)
		timer_cancel(i);
	timers_report("timer_cancel", start, n);
	timers_settle();
	timers_report("timer_removed", start, n);
	timers_fire(delays, n);
	free(delays);
}

#endif
