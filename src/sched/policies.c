/* SPDX-License-Identifier: MIT */
/*
 * policies.c - the algorithms. Each is as short as it would be in a lecture: the simulator keeps
 * those who are ready in the order in which they became so, and run.c does everything else.
 */
#include <string.h>
#include <tutti/sched_policy.h>

typedef bool (*before_fn)(const tutti_sched_task *a, const tutti_sched_task *b);

/* The first of those before which no other is. */
static size_t first_by(const tutti_sched_moment *m, before_fn before)
{
	size_t found = 0;

	for (size_t i = 1; i < m->ready_n; i++)
		if (before(m->ready[i], m->ready[found]))
			found = i;
	return found;
}

/* -- the shortest first ------------------------------------------------------------------------ */

static bool arrived_before(const tutti_sched_task *a, const tutti_sched_task *b)
{
	return a->arrival != b->arrival ? a->arrival < b->arrival : a->process < b->process;
}

/* A burst that was never interrupted remains whole, so this serves sjf as well as srtf. */
static bool is_shorter(const tutti_sched_task *a, const tutti_sched_task *b)
{
	return a->remaining != b->remaining ? a->remaining < b->remaining : arrived_before(a, b);
}

static size_t pick_shortest(const tutti_sched_moment *m)
{
	return first_by(m, is_shorter);
}

/* As long as the other's is not enough: it would be a switch for nothing. */
static bool shorter_preempts(
	const tutti_sched_moment *m, const tutti_sched_task *ready, const tutti_sched_task *running)
{
	(void)m;
	return ready->remaining < running->remaining;
}

/* -- in turns ---------------------------------------------------------------------------------- */

static int64_t same_slice(const tutti_sched_moment *m, const tutti_sched_task *t)
{
	(void)t;
	return m->options->slice;
}

/* -- several queues ---------------------------------------------------------------------------- */

/* Who comes back from I/O, or was pre-empted, goes to the queue that it left. */
static void enter_level(const tutti_sched_moment *m, tutti_sched_task *t, tutti_sched_reason why)
{
	if (why == TUTTI_SCHED_ARRIVED)
		t->level = 1;
	else if (why == TUTTI_SCHED_SLICE_OVER && t->level < m->options->levels)
		t->level++;
}

static bool is_above(const tutti_sched_task *a, const tutti_sched_task *b)
{
	return a->level < b->level;
}

static size_t pick_highest(const tutti_sched_moment *m)
{
	return first_by(m, is_above);
}

static bool higher_preempts(
	const tutti_sched_moment *m, const tutti_sched_task *ready, const tutti_sched_task *running)
{
	(void)m;
	return is_above(ready, running);
}

static int64_t level_slice(const tutti_sched_moment *m, const tutti_sched_task *t)
{
	int64_t slice = m->options->slice;

	if (m->options->keep_slice && t->slice_rest > 0)
		return t->slice_rest;
	for (int level = 1; level < t->level; level++)
		if (__builtin_mul_overflow(slice, (int64_t)m->options->factor, &slice))
			return 0; /* longer than any burst */
	return slice;
}

/* -- all of them ------------------------------------------------------------------------------- */

static const tutti_sched_policy builtins[] = {
	{ .name = "fcfs", .title = "first come, first served" },
	{ .name = "sjf", .title = "shortest job first", .pick = pick_shortest },
	{ .name = "srtf",
		.title = "shortest remaining time first",
		.pick = pick_shortest,
		.preempts = shorter_preempts },
	{ .name = "rr", .title = "round robin", .slice_usual = 4, .slice = same_slice },
	{ .name = "mlfq",
		.title = "multilevel feedback queue",
		.slice_usual = 1,
		.has_levels = true,
		.pick = pick_highest,
		.slice = level_slice,
		.preempts = higher_preempts,
		.enter = enter_level },
	{ .name = "rtc", .title = "run to completion", .flags = TUTTI_SCHED_KEEPS_CORE },
	{ .name = "parallel", .title = "a core for everybody", .flags = TUTTI_SCHED_CORE_EACH },
};

const tutti_sched_policy *tutti_sched_builtin(size_t i)
{
	return i < sizeof builtins / sizeof *builtins ? &builtins[i] : NULL;
}

const tutti_sched_policy *tutti_sched_find(const char *name)
{
	const tutti_sched_policy *policy;

	for (size_t i = 0; (policy = tutti_sched_builtin(i)) != NULL; i++)
		if (name && strcmp(name, policy->name) == 0)
			return policy;
	return NULL;
}
