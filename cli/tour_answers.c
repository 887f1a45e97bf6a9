/* SPDX-License-Identifier: MIT */
/* tour_answers.c - see tour.h: threads or processes, what a lock costs, how many tasks. */
#include <stdio.h>

#include "tour.h"

enum { FIGURE = 40 };

/* "4.9 ns", "12 µs", with three digits or fewer. */
static const char *in_words(const struct tour *t, double ns, char out[FIGURE])
{
	static const char *const units[] = { "ns", "us", "ms" };
	int unit = 0;

	while (ns >= 999.5 && unit < 2) {
		ns /= 1000;
		unit++;
	}
	snprintf(out, FIGURE, "%.*f %s", ns < 9.95 ? 1 : 0, ns,
		unit == 1 && t->terminal.utf8 ? "\u00b5s" : units[unit]);
	return out;
}

static int row(const struct tour *t, const char *what, double ns)
{
	char figure[FIGURE];

	if (ns < 0)
		return tour_failed(what, (int)ns);
	printf("  %-46s %10s\n", what, in_words(t, ns, figure));
	fflush(stdout);
	return STATUS_FINE;
}

/* What was measured, for the sentences below the table. */
struct figures {
	double lock, wanted, task, thread, process, change, queue, shared;
};

static int measure(const struct tour *t, struct figures *f)
{
	const struct {
		const char *what;
		double (*measure)(void);
		double *ns;
	} rows[] = {
		{ "start a task, and join it", measure_task, &f->task },
		{ "start a thread, and join it", measure_thread, &f->thread },
		{ "start a process, and join it", measure_process, &f->process },
		{ "switch from one task to another", measure_switch, &f->change },
		{ "a lock that nobody else wants, and release", measure_lock, &f->lock },
		{ "an item from thread to thread, by a queue", measure_queue, &f->queue },
		{ "an item from process to process, by a queue", measure_shared_queue, &f->shared },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		*rows[i].ns = rows[i].measure();
		if (row(t, rows[i].what, *rows[i].ns) != STATUS_FINE)
			return STATUS_FAILED;
	}
	f->wanted = measure_lock_wanted(tutti_cpu_count());
	return row(t, "a lock that a thread on each CPU wants", f->wanted);
}

static void answer_which(const struct tour *t, const struct figures *f)
{
	tour_text(t,
		"Threads or processes? Threads, unless a crash must not take the rest along: a "
		"process takes %.0f times as long to start, an item between two of them %.1f "
		"times as long, and for computing both have all CPUs.",
		f->process / f->thread, f->shared / f->queue);
	tour_text(t,
		"Threads or tasks? Tasks for whatever mostly waits: one starts %.0f times as "
		"fast as a thread. Threads, or a pool, for what computes.",
		f->thread / f->task);
}

static void answer_lock(const struct tour *t, const struct figures *f)
{
	char free_of[FIGURE], wanted[FIGURE];

	tour_text(t,
		"What does a lock cost? %s while nobody else wants it, %s for each turn when "
		"all CPUs do. What is dear is the waiting: what stands inside is done by one "
		"at a time.",
		in_words(t, f->lock, free_of), in_words(t, f->wanted, wanted));
}

static void answer_many(const struct tour *t)
{
	double bytes = measure_task_bytes(), left = measure_memory_left();

	if (bytes > 0 && left > 0)
		tour_text(t,
			"How many tasks? As many as memory holds: %.1f KiB each while it "
			"waits, so some %.1f million here.",
			bytes / 1024, left / bytes / 1e6);
}

int tour_answers(const struct tour *t)
{
	struct figures f;

	tour_text(t, "Measured now, the best of %d tries:", 5);
	if (measure(t, &f) != STATUS_FINE)
		return STATUS_FAILED;
	putchar('\n');
	answer_which(t, &f);
	answer_lock(t, &f);
	answer_many(t);
	tour_text(t,
		"Measured beside others, Go, libuv, nginx and Python among them: `make bench`, "
		"and bench/RESULTS.md.");
	return STATUS_FINE;
}
