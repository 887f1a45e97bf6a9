/* SPDX-License-Identifier: MIT */
/* tour_cores.c - see tour.h: three processes under three algorithms, simulated. */
#include <stdio.h>
#include <tutti/sched_chart.h>

#include "tour.h"

enum { POLICIES = 3, CHART_WIDTH = 64 };

static const tutti_sched_process processes[] = {
	{ "compiler", 0, TUTTI_SCHED_BURSTS(24) },
	{ "editor", 1, TUTTI_SCHED_BURSTS(1, 4, 1, 4, 1) },
	{ "player", 2, TUTTI_SCHED_BURSTS(2, 5, 2) },
};
enum { PROCESSES = sizeof processes / sizeof *processes };

static int print(int rc, tutti_bytes *text, const struct tour *t)
{
	if (rc < 0)
		return rc;
	tour_lines(t, (const char *)text->data);
	tutti_bytes_free(text);
	return 0;
}

static int show(const struct tour *t, tutti_sched_result results[POLICIES])
{
	static const char *const names[POLICIES] = { "fcfs", "rr", "mlfq" };
	tutti_sched_chart chart = { .width = t->width < CHART_WIDTH ? t->width - 4 : CHART_WIDTH,
		.utf8 = t->terminal.utf8,
		.color = t->terminal.color };
	tutti_bytes text;

	for (int i = 0; i < POLICIES; i++) {
		int rc = tutti_sched_run(
			tutti_sched_find(names[i]), processes, PROCESSES, NULL, &results[i]);

		if (rc < 0)
			return rc;
		printf("  %s\n\n", results[i].title ? results[i].title : names[i]);
		rc = print(tutti_sched_chart_text(&text, &results[i], &chart), &text, t);
		if (rc < 0)
			return rc;
	}
	chart.width = t->width - 2;
	return print(tutti_sched_compare_text(&text, results, POLICIES, &chart), &text, t);
}

int tour_cores(const struct tour *t)
{
	tutti_sched_result results[POLICIES] = { 0 };
	int rc;

	tour_text(t, "An operating system's part, simulated: a compiler that computes, an editor "
		     "and a player that compute a little and wait much, and one core.");
	rc = show(t, results);
	for (int i = 0; i < POLICIES; i++)
		tutti_sched_result_clear(&results[i]);
	if (rc < 0)
		return tour_failed("sched", rc);
	tour_text(t, "`tutti sched` does this with processes of yours, seven algorithms, and any "
		     "number of cores; --svg draws it.");
	return STATUS_FINE;
}
