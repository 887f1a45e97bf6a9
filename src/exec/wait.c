/* SPDX-License-Identifier: MIT */
/*
 * wait.c - waiting for many futures at once.
 *
 * A watcher for each, which lies on the waiter's stack if they are few, and one wake-up: whoever
 * completes the one that decides sets woken. Only what completes once all are watched is in order
 * of completion; before that it was done already.
 */
#include "core/wait.h"
#include "base/list.h"
#include "core/alloc.h"
#include "exec/future.h"
#include "exec/watch.h"

#include <errno.h>
#include <limits.h>
#include <tutti/wait.h>

enum { FEW = 16 };

/* What became of a watcher; in its waiter's answer. */
enum { PENDING, EARLY, LATE, LEFT_OUT };

struct many {
	struct tu_watch watch;
	struct tu_context *context;
	tutti_when when;
	uint32_t woken; /* atomic: enough of them are done */
	size_t left;    /* atomic: not told yet; one more until all are watched */
	struct tu_watcher *watchers;
	size_t n, done;
};

static bool failed(uint64_t flags)
{
	return flags & (TU_FUTURE_FAILED | TU_FUTURE_CANCELED);
}

/* Is it enough that one of them has ended with these flags? */
static bool decides(tutti_when when, uint64_t flags)
{
	return when == TUTTI_FIRST_COMPLETED || (when == TUTTI_FIRST_ERROR && failed(flags));
}

/* n of them need no waiting for any more; true: that wakes. */
static bool count_out(struct many *m, size_t n, bool decided)
{
	/* Acquire-release: whoever counts the last one has seen what the others did. */
	bool enough = tu_sub_acqrel(&m->left, n) == n || decided;

	/* [flag-1] release: for tu_wait_for; the first to say so wakes */
	return enough && tu_swap_acqrel(&m->woken, 1u) == 0;
}

static void told(struct tu_watcher *w, uint32_t flags, struct tu_news *news)
{
	struct many *m = tu_container_of(w->watch, struct many, watch);
	struct tu_context *context = m->context;
	bool wake = count_out(m, 1, decides(m->when, flags));

	tu_watcher_let_go(w);
	if (wake)
		tu_wakes_add(&news->wakes, tu_unpark_begin(context));
}

static void watch_all(struct many *m, tutti_future *const *futures)
{
	bool decided = false;
	size_t out = 1;

	m->left = m->n + 1;
	m->woken = 0;
	m->watch.drawn = NULL;
	for (size_t i = 0; i < m->n; i++) {
		struct tu_watcher *w = &m->watchers[i];

		*w = (struct tu_watcher){ .watch = &m->watch, .index = i };
		if (futures[i] && tu_watcher_add(w, futures[i]))
			continue;
		w->waiter.granted = 1; /* nobody else knows of it */
		w->waiter.answer = futures[i] ? EARLY : LEFT_OUT;
		decided = decided || (futures[i] && decides(m->when, tu_future_word(futures[i])));
		out++;
	}
	for (struct tu_watcher *w = tu_watch_take(&m->watch); w; w = w->before)
		w->waiter.answer = EARLY;
	count_out(m, out, decided);
}

/* 0 without being woken: a fork has come in between, and all watchers are lost. */
static int watch_and_wait(struct many *m, tutti_future *const *futures, tutti_time deadline)
{
	int rc;

	do {
		watch_all(m, futures);
		rc = tu_wait_for(m->context, &m->woken, deadline, TU_WAIT_CANCELABLE,
			TU_OP_FUTURE_WAIT_MANY);
		/* [flag-1] acquire, as in tu_wait_for */
	} while (rc == 0 && !tu_load_acq(&m->woken));
	return rc;
}

/* Watch them, wait, watch them no more: then each has its answer. As tu_wait_for. */
static int wait_for(struct many *m, tutti_future *const *futures, tutti_time deadline)
{
	struct tu_job_wait wait = { .job = NULL };
	int rc;

	m->watch.told = told;
	m->context = tu_self();
	if (m->context->job)
		tu_job_wait_many_begins(futures, m->n, &wait);
	rc = watch_and_wait(m, futures, deadline);
	if (wait.job)
		tu_job_wait_over(&wait);
	for (size_t i = 0; i < m->n; i++)
		tu_watcher_end(&m->watchers[i]);
	return rc;
}

/* -- in order --------------------------------------------------------------------------------- */

/* Those with that answer, in argument order. Returns where the next belong. */
static size_t put(const struct many *m, int32_t answer, size_t *order, size_t at)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->watchers[i].waiter.answer == answer)
			order[at++] = i;
	return at;
}

static void fill(struct many *m, size_t *order)
{
	struct tu_watcher *late = tu_watch_take(&m->watch);
	size_t at = put(m, EARLY, order, 0);

	for (struct tu_watcher *w = late; w; w = w->before) {
		w->waiter.answer = LATE;
		at++;
	}
	m->done = at;
	for (struct tu_watcher *w = late; w; w = w->before)
		order[--at] = w->index;
	put(m, LEFT_OUT, order, put(m, PENDING, order, m->done));
}

static size_t count_done(tutti_future *const *futures, size_t n)
{
	size_t done = 0;

	for (size_t i = 0; i < n; i++)
		done += futures[i] && tu_future_word(futures[i]) & TU_FUTURE_DONE;
	return done;
}

/* Those that are done in argument order, then those that are not, then those that are none. */
static int fill_now(tutti_future *const *futures, size_t n, size_t *order)
{
	size_t done = 0, at, next = 0;

	if (!order)
		return (int)count_done(futures, n);
	for (size_t i = 0; i < n; i++)
		if (futures[i] && tu_future_word(futures[i]) & TU_FUTURE_DONE)
			order[done++] = i;
	at = done;
	for (size_t i = 0; i < n; i++) {
		if (next < done && order[next] == i)
			next++; /* not asked a second time: it may be done by now */
		else if (futures[i])
			order[at++] = i;
	}
	for (size_t i = 0; i < n; i++)
		if (!futures[i])
			order[at++] = i;
	return (int)done;
}

static int finish(struct many *m, tutti_future *const *futures, size_t *order, int rc)
{
	if (rc == TUTTI_ECANCELED)
		return rc;
	if (!order)
		return (int)count_done(futures, m->n);
	fill(m, order);
	return (int)m->done;
}

static int wait_for_few(
	struct many *m, tutti_future *const *futures, size_t *order, tutti_time deadline)
{
	struct tu_watcher watchers[FEW];

	m->watchers = watchers;
	return finish(m, futures, order, wait_for(m, futures, deadline));
}

static int wait_for_any_number(
	struct many *m, tutti_future *const *futures, size_t *order, tutti_time deadline)
{
	int rc;

	if (m->n <= FEW)
		return wait_for_few(m, futures, order, deadline);
	m->watchers = tu_alloc(m->n * sizeof(*m->watchers));
	if (!m->watchers)
		return -ENOMEM;
	rc = finish(m, futures, order, wait_for(m, futures, deadline));
	tu_free(m->watchers);
	return rc;
}

static bool is_done(const tutti_future *f)
{
	return !f || tu_future_word(f) & TU_FUTURE_DONE;
}

/*
 * For all, in any order: a few at a time, from the back, which takes no memory. Most end in the
 * order in which they were begun, so that all are done once the last is: at first very few.
 */
static int watch_for_all(tutti_future *const *futures, size_t n, tutti_time deadline)
{
	struct tu_watcher watchers[FEW];
	int rc = 0;

	for (size_t open = n; rc == 0;) {
		struct many m = { .when = TUTTI_ALL_COMPLETED, .watchers = watchers };

		while (open > 0 && is_done(futures[open - 1]))
			open--;
		if (open == 0)
			break;
		m.n = n - open < FEW ? n - open + 1 : FEW;
		if (m.n > open)
			m.n = open;
		open -= m.n;
		rc = wait_for(&m, futures + open, deadline);
	}
	return rc;
}

/*
 * A job waits for something, which is not of its pool; but what comes after it may be, and the one
 * may wait for the other. *at: where those begin that may be; it goes on to the first that is.
 */
static int wait_for_other(
	tutti_future *f, tutti_future *const *futures, size_t n, size_t *at, tutti_time deadline)
{
	struct tu_job_wait wait = { .job = NULL };
	int rc;

	for (; *at < n; (*at)++) {
		tu_job_wait_many_begins(futures + *at, 1, &wait);
		if (wait.job)
			break;
	}
	rc = tu_future_wait(f, deadline, TU_WAIT_CANCELABLE);
	if (wait.job)
		tu_job_wait_over(&wait);
	return rc;
}

/* A job waits for one after the other, so that each wait knows for whom: it may be of its pool. */
static int wait_for_each(tutti_future *const *futures, size_t n, tutti_time deadline)
{
	size_t at = 0;
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0; i++) {
		if (is_done(futures[i]))
			continue;
		if (at <= i)
			at = i + 1; /* if it is of the pool itself, its own wait sees to that */
		if (tu_job_wait_is_own(futures[i]))
			rc = tu_future_wait(futures[i], deadline, TU_WAIT_CANCELABLE);
		else
			rc = wait_for_other(futures[i], futures, n, &at, deadline);
	}
	return rc;
}

static int wait_for_all(tutti_future *const *futures, size_t n, tutti_time deadline)
{
	return tu_self()->job ? wait_for_each(futures, n, deadline)
			      : watch_for_all(futures, n, deadline);
}

/* -- as the program calls it ------------------------------------------------------------------ */

static bool has_caller(tutti_future *const *futures, size_t n)
{
	const struct tu_context *self = tu_self();

	for (size_t i = 0; i < n; i++)
		if (futures[i] && tu_future_is_caller(self, futures[i]))
			return true;
	return false;
}

/* Is there nothing to wait for any more? -EINVAL if there never was. */
static int look(tutti_future *const *futures, size_t n, tutti_when when)
{
	size_t left = 0, there = 0;
	bool decided = false;

	for (size_t i = 0; i < n; i++) {
		uint64_t word = futures[i] ? tu_future_word(futures[i]) : 0;

		there += futures[i] != NULL;
		left += futures[i] && !(word & TU_FUTURE_DONE);
		decided = decided || (word & TU_FUTURE_DONE && decides(when, word));
	}
	if (there == 0)
		return -EINVAL;
	return decided || left == 0;
}

int tutti_wait(
	tutti_future *const *futures, size_t n, tutti_when when, size_t *order, tutti_time deadline)
{
	struct many m = { .when = when, .n = n, .watch.ordered = order != NULL };
	int rc = tu_cancel_pending(tu_self());

	tu_point(TU_OP_FUTURE_WAIT_MANY, NULL);
	if (rc < 0)
		return rc;
	if (!futures || n > INT_MAX || (unsigned)when > TUTTI_FIRST_ERROR)
		return -EINVAL;
	if (has_caller(futures, n))
		return -EDEADLK;
	rc = look(futures, n, when);
	if (rc < 0)
		return rc;
	if (rc == 0 && tu_past(deadline))
		tu_polled();
	if (rc > 0 || tu_past(deadline))
		return fill_now(futures, n, order);
	if (order || when != TUTTI_ALL_COMPLETED)
		return wait_for_any_number(&m, futures, order, deadline);
	rc = wait_for_all(futures, n, deadline);
	return rc < 0 && rc != TUTTI_ETIMEDOUT ? rc : (int)count_done(futures, n);
}

int tutti_join_all(tutti_future **futures, size_t n)
{
	int rc = tu_cancel_pending(tu_self()), first = 0;

	tu_point(TU_OP_FUTURE_WAIT_MANY, NULL);
	if (rc < 0)
		return rc;
	if (!futures && n > 0)
		return -EINVAL;
	if (has_caller(futures, n))
		return -EDEADLK;
	rc = wait_for_all(futures, n, TUTTI_FOREVER);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < n; i++) {
		if (!futures[i])
			continue;
		rc = tu_future_outcome(futures[i]);
		if (first == 0)
			first = rc;
		tu_future_drop(futures[i]);
		futures[i] = NULL;
	}
	return first;
}
