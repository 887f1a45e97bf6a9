/* SPDX-License-Identifier: MIT */
/*
 * both.h - the same function as a thread or as a task: one word says which, all else is equal.
 *
 * A mix says what the contexts of a test are: all threads, all tasks of the caller's loop, in turn
 * one of each, or each a task alone on a thread of its own.
 */
#ifndef TESTS_SUPPORT_BOTH_H
#define TESTS_SUPPORT_BOTH_H

#include "base/atomic.h"
#include "support/test.h"

#include <sched.h>
#include <tutti/sim.h>
#include <tutti/tutti.h>

enum mix { THREADS, TASKS, MIXED, APART, MIXES };

struct both_apart {
	tutti_fn fn;
	void *arg;
};

/* Waits for the task; a cancel of the thread is meant for it, and its failure is the thread's. */
static inline void *both_run_apart(void *arg)
{
	struct both_apart inner = *(struct both_apart *)arg;
	tutti_task *task = tutti_task_start(inner.fn, inner.arg, NULL);
	void *result = NULL;

	free(arg);
	int rc = tutti_future_result(task, &result, sizeof result);
	if (rc == TUTTI_ECANCELED) {
		tutti_scope shield;

		tutti_future_cancel(task);
		tutti_shield_begin(&shield, TUTTI_FOREVER);
		rc = tutti_future_result(task, &result, sizeof result);
		tutti_shield_end(&shield, rc);
	}
	if (rc < 0 && rc != TUTTI_EJOBCANCELED)
		tutti_fail(rc, "%s", tutti_future_text(task));
	tutti_future_unref(task);
	return result;
}

static inline tutti_future *start_apart(tutti_fn fn, void *arg)
{
	struct both_apart *apart = malloc(sizeof *apart);

	CHECK(apart);
	*apart = (struct both_apart){ fn, arg };
	return tutti_thread_start(both_run_apart, apart, NULL);
}

/* Start the i-th context of a mix. */
static inline tutti_future *start_nth(enum mix mix, int i, tutti_fn fn, void *arg)
{
	switch (mix) {
	case TASKS:
		return tutti_task_start(fn, arg, NULL);
	case APART:
		return start_apart(fn, arg);
	case MIXED:
		if (i % 2 != 0)
			return tutti_task_start(fn, arg, NULL);
		/* fall through */
	default:
		return tutti_thread_start(fn, arg, NULL);
	}
}

static inline tutti_future *start_as(enum mix mix, tutti_fn fn, void *arg)
{
	return start_nth(mix, 0, fn, arg);
}

static inline void start_all(enum mix mix, tutti_future **f, int n, tutti_fn fn, void *arg)
{
	for (int i = 0; i < n; i++)
		f[i] = start_nth(mix, i, fn, arg);
}

static inline void join_all(tutti_future **f, size_t n)
{
	CHECK_EQ(tutti_join_all(f, n), 0);
}

/* Functions under test hand a code or a count out as their pointer. */
static inline void *give(intptr_t code)
{
	return (void *)code;
}

/* Wait for a context that ends well, and say what it gave. */
static inline intptr_t finish(tutti_future *f)
{
	void *result = NULL;

	CHECK_EQ(tutti_future_result(f, &result, sizeof result), 0);
	tutti_future_unref(f);
	return (intptr_t)result;
}

/* Other threads, without a look whether the caller is cancelled. */
static inline void let_others_run(void)
{
	if (tutti_simulated())
		tutti_thread_is_alive(NULL);
	else
		sched_yield();
}

/* Let the tasks of the calling thread run until each of them waits. */
static inline void settle(void)
{
	for (int i = 0; i < 10; i++)
		CHECK_EQ(tutti_yield(), 0);
}

/* Wait for what is going to be so: the suite's watchdog ends what never is. */
#define EVENTUALLY(cond)                            \
	do {                                        \
		while (!(cond))                     \
			CHECK_EQ(tutti_yield(), 0); \
	} while (0)

#endif
