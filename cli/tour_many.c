/* SPDX-License-Identifier: MIT */
/* tour_many.c - see tour.h: how many tasks can wait at the same time, and what that takes. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "tour.h"

enum { TASKS = 100000, NAP_MS = 500 };

static void *nap(void *arg)
{
	tutti_sleep_until(*(const tutti_time *)arg);
	return arg;
}

static int run(tutti_future **tasks, size_t n, tutti_time *started)
{
	tutti_task_options options = { .stack_bytes = 64 << 10 };
	tutti_time until;

	*started = tutti_now();
	until = *started + TUTTI_MILLISECONDS(NAP_MS);
	for (size_t i = 0; i < n; i++)
		tasks[i] = tutti_task_start(nap, &until, &options);
	return tutti_join_all(tasks, n);
}

int tour_many(const struct tour *t)
{
	double bytes = measure_task_bytes(), seconds, left = measure_memory_left();
	tutti_future **tasks = calloc(TASKS, sizeof(tutti_future *));
	tutti_time started;
	int rc;

	if (!tasks)
		return tour_failed("tasks", -ENOMEM);
	tour_text(t,
		"A task is a function with a stack of its own, and waits as a thread does, in "
		"plain code. %d of them sleep until half a second from now, each for itself:",
		TASKS);
	rc = run(tasks, TASKS, &started);
	seconds = (double)(tutti_now() - started) / 1e9;
	free(tasks);
	if (rc < 0)
		return tour_failed("tasks", rc);
	printf("  all of them slept at once, and were back after %.2f s\n", seconds);
	if (bytes > 0)
		printf("  each kept %.1f KiB of memory while it slept\n", bytes / 1024);
	if (bytes > 0 && left > 0)
		printf("  the memory that is free here would do for %.1f million\n",
			left / bytes / 1e6);
	putchar('\n');
	return STATUS_FINE;
}
