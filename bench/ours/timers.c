/* SPDX-License-Identifier: MIT */
/*
 * Timers of a loop. Setting one includes making the timer; cancelling one includes giving it
 * back.
 */
#include "../timer_race.h"
#include <tutti/tutti.h>

static tutti_loop *loop;
static tutti_timer **timers;
static tutti_event all_fired;

static void fired(void *arg)
{
	(void)arg;
	timer_fired();
	if (timers_left == 0)
		tutti_event_set(&all_fired);
}

static void timer_set(long i, int64_t delay_ns)
{
	timers[i] = tutti_loop_call_at(loop, tutti_after(delay_ns), fired, NULL);
}

static void timer_cancel(long i)
{
	tutti_future_cancel(timers[i]);
	tutti_future_unref(timers[i]);
}

static void timers_settle(void)
{
	tutti_sleep(0);
}

static void timers_run(void)
{
	/* This thread's loop runs while the thread waits. */
	bench_require(tutti_event_wait(&all_fired) == 0, "the wait for the timers failed");
}

int main(int argc, char **argv)
{
	struct bench_options o = bench_options_read(argc, argv);
	long n = 1000000 / o.divide;

	loop = tutti_loop_current();
	timers = bench_alloc((size_t)n, sizeof(timers[0]));
	timer_races(&o);
	for (long i = 0; i < n; i++)
		tutti_future_unref(timers[i]);
	free(timers);
	return 0;
}
