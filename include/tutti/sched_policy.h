/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_SCHED_POLICY_H
#define TUTTI_SCHED_POLICY_H

#include <tutti/sched.h>

/*
 * sched_policy.h - an algorithm of scheduling as a table of four functions, of which any may be
 * missing, so that you can add your own.
 *
 * The simulator keeps those who are ready in the order in which they became so: whoever becomes
 * ready comes to the end of it. So a queue needs no code, and several queues are a level that each
 * task carries: the first of the lowest level is the head of the highest queue that is not empty.
 *
 * In a module, which is a shared object, TUTTI_SCHED_POLICY(NAME) makes it one that
 * `tutti sched --algorithm ./FILE.so:NAME` finds:
 *
 *     cc -shared -fPIC -o late.so late.c
 *     tutti sched --algorithm ./late.so:last --compare
 *
 * Example:
 *
 *     static size_t pick_last(const tutti_sched_moment *m)
 *     {
 *             return m->ready_n - 1;
 *     }
 *
 *     TUTTI_SCHED_POLICY(last) = {
 *             .name = "last",
 *             .title = "last come, first served",
 *             .pick = pick_last,
 *     };
 */

TUTTI_BEGIN

/* A process under way, as an algorithm sees it. */
typedef struct tutti_sched_task {
	size_t process;      /* its place in the workload */
	const char *name;    /* the workload's */
	int64_t arrival;     /* tick */
	int64_t burst;       /* ticks of its present burst on a core, all in all */
	int64_t remaining;   /* and of these, how many are left */
	int64_t ready_since; /* tick at which it became ready the last time */
	int64_t slice_rest;  /* what it had left of its slice when it was pre-empted; otherwise 0 */
	int level;           /* the algorithm's: its queue, from 1 on; 0 at first */
	int64_t mine[2];     /* the algorithm's, for whatever it likes; 0 at first */
} tutti_sched_task;

/* When a function of an algorithm is called, and what there is then; borrowed until it returns. */
typedef struct tutti_sched_moment {
	int64_t now;
	const tutti_sched_options *options; /* of the run, nothing of them 0 */
	tutti_sched_task *const *ready;     /* in the order in which they became so */
	size_t ready_n;
} tutti_sched_moment;

enum {
	TUTTI_SCHED_KEEPS_CORE = 1, /* a process keeps its core through its I/O */
	TUTTI_SCHED_CORE_EACH = 2   /* each process has a core of its own, whatever is said */
};

/* What pick returns to leave the core idle until something happens. */
#define TUTTI_SCHED_NOBODY SIZE_MAX

struct tutti_sched_policy {
	const char *name;    /* a word */
	const char *title;   /* what it is, for people */
	unsigned flags;      /* as above */
	int64_t slice_usual; /* ticks, where the options say none; 0: 4 */
	bool has_levels;     /* a task's level is a queue, to be shown */

	/* Whose turn is it: which of ready? There is one at least. NULL: the first. */
	size_t (*pick)(const tutti_sched_moment *m);

	/* How many ticks may t keep the core that it gets now? 0, or NULL: to its burst's end. */
	int64_t (*slice)(const tutti_sched_moment *m, const tutti_sched_task *t);

	/*
	 * Must running give its core to ready, whose turn it would be? Asked when no core is idle,
	 * of each that did not get its core at this very instant. If it must and others too, it is
	 * the one that would have to yield to each of the others. NULL: nobody must.
	 */
	bool (*preempts)(const tutti_sched_moment *m, const tutti_sched_task *ready,
		const tutti_sched_task *running);

	/* t is about to join ready, and why: the place to change its level. NULL: nothing. */
	void (*enter)(const tutti_sched_moment *m, tutti_sched_task *t, tutti_sched_reason why);

	uint64_t reserved[4];
};

/* Define an algorithm that `tutti sched` finds by this name in a module; expands to its symbol. */
#define TUTTI_SCHED_POLICY(name)                                             \
	extern TUTTI_API const tutti_sched_policy tutti_sched_policy_##name; \
	const tutti_sched_policy tutti_sched_policy_##name

TUTTI_END

#endif
