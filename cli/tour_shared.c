/* SPDX-License-Identifier: MIT */
/* tour_shared.c - see tour.h: three threads that want one lock, and what the trace shows. */
#include <errno.h>
#include <stdio.h>
#include <tutti/trace.h>

#include "tour.h"

enum { COOKS = 3, DISHES = 2, CHOP_MS = 15, FRY_MS = 25, ROWS = 8 };

static tutti_lock stove = TUTTI_LOCK_INIT;

/* As if it computed: the thread runs. */
static void busy(int ms)
{
	tutti_time until = tutti_after(TUTTI_MILLISECONDS(ms));

	while (tutti_now() < until)
		continue;
}

static void *cook(void *arg)
{
	for (int i = 0; i < DISHES; i++) {
		busy(CHOP_MS);
		tutti_lock_acquire(&stove);
		busy(FRY_MS);
		tutti_lock_release(&stove);
	}
	return arg;
}

static int run(void)
{
	static const char *const names[COOKS] = { "Anna", "Ben", "Chris" };
	tutti_thread *threads[COOKS];

	tutti_trace_name(&stove, "stove");
	for (int i = 0; i < COOKS; i++)
		threads[i] =
			tutti_thread_start(cook, NULL, &(tutti_thread_options){ .name = names[i] });
	return tutti_join_all(threads, COOKS);
}

static int draw(const struct tour *t)
{
	tutti_trace_chart chart = { .width = t->width - 2,
		.utf8 = t->terminal.utf8,
		.color = t->terminal.color,
		.rows = ROWS };
	tutti_bytes text;
	int rc = tutti_trace_draw(TUTTI_TRACE_TEXT, &text, &chart);

	if (rc < 0)
		return rc;
	tour_lines(t, (const char *)text.data);
	tutti_bytes_free(&text);
	return 0;
}

int tour_shared(const struct tour *t)
{
	bool ours;
	int rc;

	tour_text(t,
		"Three cooks, threads, chop for %d ms each, and then fry for %d ms on one "
		"stove, a lock; two dishes each. This is the trace of it, which any program "
		"keeps with TUTTI_TRACE=run.svg, or .json for Perfetto:",
		CHOP_MS, FRY_MS);
	rc = tutti_trace_start(NULL, NULL);
	ours = rc == 0; /* -EALREADY: the environment has asked for one of all of this */
	if (rc == -EALREADY)
		rc = 0;
	if (rc == 0)
		rc = run();
	if (rc == 0)
		rc = draw(t);
	if (ours)
		tutti_trace_stop();
	if (rc < 0)
		return tour_failed("trace", rc);
	tour_text(t,
		"Six times %d ms on the stove cannot take less than %d ms, however many cooks "
		"there are. `tutti ps PID` shows the same of a program that runs, or hangs: "
		"who waits for what, and who has it.",
		FRY_MS, COOKS * DISHES * FRY_MS);
	return STATUS_FINE;
}
