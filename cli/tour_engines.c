/* SPDX-License-Identifier: MIT */
/* tour_engines.c - see tour.h: jobs that wait and jobs that compute, on each engine. */
#include <stdio.h>

#include "tour.h"

enum { JOBS = 8, COUNTED_TO = 220000, NAP_MS = 100 };

/* How many primes there are below n: half a tenth of a second, of a whole core. */
static int tour_count(int n)
{
	int count = 0;

	for (int i = 2; i < n; i++) {
		int d = 2;

		while (d * d <= i && i % d != 0)
			d++;
		count += d * d > i;
	}
	return count;
}
TUTTI_JOB(tour_count, int, int);

/* What a download or a question to a database is, seen from here. */
static int tour_nap(int ms)
{
	return tutti_sleep(TUTTI_MILLISECONDS(ms));
}
TUTTI_JOB(tour_nap, int, int);

typedef int (*map_fn)(tutti_executor *e, const int *arg, int *result, size_t n);

static int run(const char *engine, map_fn map, int arg, double *seconds)
{
	tutti_executor_options options = { .max_workers = map == tour_nap_map ? JOBS : 0 };
	int args[JOBS], results[JOBS];
	tutti_executor *e;
	tutti_time began;
	int rc = tutti_executor_open(&e, engine, &options);

	if (rc < 0)
		return rc;
	for (int i = 0; i < JOBS; i++)
		args[i] = arg;
	began = tutti_now();
	rc = map(e, args, results, JOBS);
	*seconds = (double)(tutti_now() - began) / 1e9;
	tutti_executor_free(e);
	return rc;
}

static int compare(const struct tour *t, map_fn map, int arg, double seconds[4])
{
	static const char *const engines[] = { "inline", "tasks", "threads", "processes" };

	for (int i = 0; i < 4; i++) {
		char words[40];
		int rc = run(engines[i], map, arg, &seconds[i]);

		if (rc < 0)
			return tour_failed(engines[i], rc);
		snprintf(words, sizeof words, "%.2f s", seconds[i]);
		tour_bar(t, engines[i], seconds[i], seconds[0], words);
	}
	putchar('\n');
	return STATUS_FINE;
}

int tour_engines(const struct tour *t)
{
	double wait[4] = { 0 }, compute[4] = { 0 };
	int cpus = tutti_cpu_count(), status;

	tour_text(t,
		"A job is a plain C function. tutti_executor_open takes one word that says "
		"where it runs; nothing else changes. First %d jobs that wait %d ms each, as "
		"for a page or a disk:",
		JOBS, NAP_MS);
	status = compare(t, tour_nap_map, NAP_MS, wait);
	if (status != STATUS_FINE)
		return status;
	tour_text(t,
		"\"inline\" is one after the other. Waiting overlaps on all the others: "
		"%.0f times as fast on tasks. Now %d jobs that compute, on %d CPU%s:",
		wait[0] / wait[1], JOBS, cpus, cpus == 1 ? "" : "s");
	status = compare(t, tour_count_map, COUNTED_TO, compute);
	if (status != STATUS_FINE)
		return status;
	tour_text(t,
		"Tasks share one thread, so they gain nothing here. Threads take %.0f %% of the "
		"time of one after the other, processes %.0f %%; with %d CPU%s to themselves it "
		"would be %d %%. No lock keeps threads apart, as Python's does.",
		100 * compute[2] / compute[0], 100 * compute[3] / compute[0], cpus,
		cpus == 1 ? "" : "s", 100 / (cpus < JOBS ? cpus : JOBS));
	return STATUS_FINE;
}
