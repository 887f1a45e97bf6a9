/* SPDX-License-Identifier: MIT */
/* tour_crash.c - see tour.h: a pool of processes of which one dies in the midst of its job. */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "tour.h"

enum { JOBS = 6, FALLS = 3 };

/* What a fault in somebody's library does. */
static int tour_parse(int number)
{
	if (number == FALLS)
		kill(getpid(), SIGKILL);
	return getpid();
}
TUTTI_JOB(tour_parse, int, int);

static void tell(const struct tour *t, int number, tutti_future *f)
{
	const char *no = t->terminal.color ? "\033[31m" : "";
	const char *end = t->terminal.color ? "\033[0m" : "";
	int pid = 0, rc = tutti_future_result(f, &pid, sizeof pid);

	if (rc < 0)
		printf("  parse(%d)  %s%s%s: %s\n", number, no, tutti_errname(rc), end,
			tutti_future_text(f));
	else
		printf("  parse(%d)  done by process %d\n", number, pid);
	fflush(stdout);
}

int tour_crash(const struct tour *t)
{
	tutti_executor_options options = { .max_workers = 2 };
	tutti_future *futures[JOBS];
	tutti_executor *e;
	int rc = tutti_executor_open(&e, "processes", &options);

	if (rc < 0)
		return tour_failed("processes", rc);
	tour_text(t, "%d jobs for two processes; number %d kills the process that runs it:", JOBS,
		FALLS);
	for (int i = 0; i < JOBS; i++)
		futures[i] = tour_parse_submit(e, i);
	for (int i = 0; i < JOBS; i++) {
		tell(t, i, futures[i]);
		tutti_future_unref(futures[i]);
	}
	tutti_executor_free(e);
	putchar('\n');
	tour_text(t, "Only that job has failed, with its reason; its worker was replaced. Nobody "
		     "hangs, and nothing is left behind: no process, no file, no shared memory.");
	return STATUS_FINE;
}
