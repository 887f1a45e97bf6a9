/* SPDX-License-Identifier: MIT */
/* libuv: timers in an array of uv_timer_t; it knows milliseconds only. Initialised once, before. */
#include "../timer_race.h"
#include <uv.h>

static uv_loop_t *loop;
static uv_timer_t *timers;

static void fired(uv_timer_t *timer)
{
	(void)timer;
	timer_fired();
}

static void timer_set(long i, int64_t delay_ns)
{
	uv_timer_start(&timers[i], fired, (uint64_t)delay_ns / 1000000, 0);
}

static void timer_cancel(long i)
{
	uv_timer_stop(&timers[i]);
}

static void timers_settle(void)
{
	/* Cancelling put nothing off. */
}

static void timers_run(void)
{
	uv_run(loop, UV_RUN_DEFAULT);
}

int main(int argc, char **argv)
{
	struct bench_options o = bench_options_read(argc, argv);
	long n = 1000000 / o.divide;

	loop = uv_default_loop();
	timers = bench_alloc((size_t)n, sizeof(*timers));
	for (long i = 0; i < n; i++)
		uv_timer_init(loop, &timers[i]);
	timer_races(&o);
	return 0;
}
