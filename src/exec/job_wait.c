/* SPDX-License-Identifier: MIT */
/*
 * job_wait.c - a job that waits for another job.
 *
 * Each says so in waits_for. If what it is about to wait for waits, through others perhaps, for
 * itself, nobody would ever end: that wait is refused, so that no circle ever comes to be. Chains
 * are followed from the awaited one on, which has seldom begun to wait for anything, so that a
 * recursion of any depth looks at one link.
 *
 * A wait with a deadline ends by itself: it is no link of a chain, and never refused.
 */
#include "core/fork.h"
#include "core/mutex.h"
#include "core/report.h"
#include "core/wait.h"
#include "exec/executor.h"
#include "exec/job_future.h"

#include <errno.h>

enum { DEEP = 100 }; /* gathers of gathers, looked into on one stack */

static uint32_t lock; /* a tu_mutex: waits_for of all */

/* Does f wait for what runs on the caller's context? Under the lock. */
static bool waits_for(const tutti_future *f, const tutti_future *job)
{
	while (f && f != job) {
		const struct tu_job_future *jf = tu_job_future_of(f);

		f = jf ? jf->waits_for : NULL;
	}
	return f != NULL;
}

/* 0, and noted; -EDEADLK. */
static int note(tutti_future *job, tutti_future *f)
{
	bool circle;

	tu_mutex_lock(&lock);
	circle = waits_for(f, job);
	if (!circle)
		tu_job_future_of(job)->waits_for = f;
	tu_mutex_unlock(&lock);
	if (!circle)
		return 0;
	tu_report(-EDEADLK, "jobs wait for each other: '%s' for '%s', which waits for it",
		tu_job_future_of(job)->job->name, tu_job_future_of(f)->job->name);
	return -EDEADLK;
}

tutti_future *tu_job_waits_for(tutti_future *job, tutti_future *f)
{
	struct tu_job_future *jf = tu_job_future_of(job);
	tutti_future *before;

	tu_mutex_lock(&lock);
	before = jf->waits_for;
	jf->waits_for = f;
	tu_mutex_unlock(&lock);
	return before;
}

/* Where both the caller's job and awaited have their places; NULL: nowhere. */
static tutti_executor *common_executor(const struct tu_job_future *awaited)
{
	tutti_executor *e = awaited ? awaited->executor : NULL;

	return tu_executor_may_lend(e) ? e : NULL;
}

bool tu_job_wait_is_own(const tutti_future *f)
{
	return common_executor(tu_job_future_of(f)) != NULL;
}

int tu_job_wait_begins(tutti_future *f, int64_t deadline, struct tu_job_wait *wait)
{
	struct tu_context *self = tu_self();
	struct tu_job_future *job = tu_job_future_of(self->job), *awaited = tu_job_future_of(f);
	bool for_ever = deadline == TUTTI_FOREVER;
	tutti_executor *e;
	int rc = for_ever ? note(&job->future, f) : 0;

	*wait = (struct tu_job_wait){ .job = rc == 0 ? &job->future : NULL };
	e = rc == 0 ? common_executor(awaited) : NULL;
	/* Here it would run within the caller's scopes, and beyond a deadline of the wait. */
	if (e)
		tu_executor_lend(e, awaited, for_ever && !self->scopes, &wait->lent);
	return rc;
}

/* Lend the place if f is a job of the caller's executor, or waits for one. */
static void lend_for(tutti_future *f, struct tu_job_future *job, struct tu_job_wait *wait)
{
	struct tu_job_future *awaited = tu_job_future_of(f);
	tutti_executor *e = common_executor(awaited);

	if (e) {
		wait->job = &job->future;
		tu_executor_lend(e, awaited, false, &wait->lent);
	} else if (!awaited && f->ops->wait_begins && wait->depth < DEEP) {
		wait->depth++;
		f->ops->wait_begins(f, TUTTI_FOREVER, wait);
		wait->depth--;
	}
}

bool tu_job_wait_may_lend(const tutti_future *f)
{
	return f->ops->wait_begins != NULL;
}

void tu_job_wait_many_begins(tutti_future *const *futures, size_t n, struct tu_job_wait *wait)
{
	struct tu_job_future *job = tu_job_future_of(tu_self()->job);

	for (size_t i = 0; i < n && !wait->job; i++) {
		tutti_future *f = futures[i] ? (tutti_future *)tu_future_inner(futures[i]) : NULL;

		if (f && !(tu_future_word(f) & TU_FUTURE_DONE))
			lend_for(f, job, wait);
	}
}

void tu_job_wait_over(struct tu_job_wait *wait)
{
	tu_job_waits_for(wait->job, NULL);
	tu_executor_take_back(&wait->lent);
}

__attribute__((constructor(101))) static void guard_lock(void)
{
	static struct tu_fork_guard guard = { .lock = &lock };

	tu_fork_guard_add(&guard);
}
