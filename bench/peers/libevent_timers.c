/* SPDX-License-Identifier: MIT */
/*
 * libevent: timers in an array of struct event, assigned once, before, as a program that cares
 * for speed does.
 */
#include "../timer_race.h"
#include <event2/event.h>
#include <event2/event_struct.h>

static struct event_base *base;
static struct event *events;

static void fired(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	timer_fired();
}

static void timer_set(long i, int64_t delay_ns)
{
	struct timeval delay = { delay_ns / 1000000000, delay_ns % 1000000000 / 1000 };

	evtimer_add(&events[i], &delay);
}

static void timer_cancel(long i)
{
	evtimer_del(&events[i]);
}

static void timers_settle(void)
{
	/* Cancelling put nothing off. */
}

static void timers_run(void)
{
	/* Returns when no event is left. */
	event_base_dispatch(base);
}

int main(int argc, char **argv)
{
	struct bench_options o = bench_options_read(argc, argv);
	long n = 1000000 / o.divide;

	base = event_base_new();
	bench_require(base != NULL, "event_base_new failed");
	events = bench_alloc((size_t)n, sizeof(*events));
	for (long i = 0; i < n; i++)
		evtimer_assign(&events[i], base, fired, NULL);
	timer_races(&o);
	free(events);
	event_base_free(base);
	return 0;
}
