/* SPDX-License-Identifier: MIT */
/* select.c - the choice of sync/choice.h, with futures, as the program calls it. */
#include <tutti/select.h>

#include "base/bits.h"
#include "core/wait.h"
#include "core/worker.h"
#include "exec/future.h"
#include "sync/choice.h"

#include <errno.h>
#include <limits.h>

/* -- a future as a case ----------------------------------------------------------------------- */

static int future_look(const tutti_case *c)
{
	return tu_future_word(c->priv.object) & TU_FUTURE_DONE ? 0 : TU_CASE_WAITS;
}

static int future_enqueue(const tutti_case *c, struct tu_waiter *me)
{
	return future_look(c) == TU_CASE_WAITS && tu_future_enqueue(c->priv.object, me);
}

static const struct tu_case_kind case_future = { future_look, future_enqueue, .given = true };

static const struct tu_case_kind *const kinds[] = {
	[TUTTI_CASE_GET] = &tu_case_get,
	[TUTTI_CASE_PUT] = &tu_case_put,
	[TUTTI_CASE_ACQUIRE] = &tu_case_acquire,
	[TUTTI_CASE_EVENT] = &tu_case_event,
	[TUTTI_CASE_FUTURE] = &case_future,
	[TUTTI_CASE_FD] = &tu_case_fd,
};

/* -- as the program calls it ------------------------------------------------------------------ */

static bool is_some_event(uint64_t events)
{
	return events != 0 && (events & ~(uint64_t)(TUTTI_READABLE | TUTTI_WRITABLE)) == 0;
}

static int check(const struct tu_context *self, const tutti_case *cases, size_t n)
{
	if ((!cases && n > 0) || n > INT_MAX)
		return -EINVAL;
	for (size_t i = 0; i < n; i++) {
		int kind = cases[i].priv.kind;
		const void *object = cases[i].priv.object;

		if (kind < 0 || kind > TUTTI_CASE_OTHER || (kind == TUTTI_CASE_NONE && object))
			return -EINVAL;
		if (kind == TUTTI_CASE_FD && object && !is_some_event(cases[i].priv.reserved))
			return -EINVAL;
		if (kind == TUTTI_CASE_OTHER && object && !cases[i].priv.reserved)
			return -EINVAL;
		if (kind == TUTTI_CASE_FUTURE && object && tu_future_is_caller(self, object))
			return -EDEADLK;
	}
	return 0;
}

/*
 * One of 0 to n-1, for who begins to look there. Drawn, not counted: of two tasks that call in turn
 * each would else always begin at the same one.
 */
static size_t draw(struct tu_worker *w, size_t n)
{
	uint64_t drawn;

	if (tu_simulated())
		return tu_choose(TU_CHOICE_RANDOM, (unsigned)n);
	drawn = tu_mix64((uint64_t)w->number << 32 | w->drawn++);
	return (size_t)((drawn >> 32) * n >> 32);
}

/* A job lends its place if what it waits for may be of its own pool; see tutti_wait. */
static int wait_as_job(struct tu_choice *choice, int64_t deadline)
{
	struct tu_job_wait wait = { .job = NULL };
	int rc;

	for (size_t i = 0; i < choice->n && !wait.job; i++) {
		const tutti_case *c = &choice->cases[i];
		tutti_future *f = c->priv.kind == TUTTI_CASE_FUTURE ? c->priv.object : NULL;

		tu_job_wait_many_begins(&f, 1, &wait);
	}
	rc = tu_choice_wait(choice, deadline);
	if (wait.job)
		tu_job_wait_over(&wait);
	return rc;
}

int tutti_select(tutti_case *cases, size_t n, tutti_time deadline)
{
	struct tu_choice choice = { .cases = cases, .n = n, .kinds = kinds };
	struct tu_context *self = tu_self();
	int rc = tu_cancel_pending(self);

	tu_point(TU_OP_SELECT, NULL);
	if (rc == 0)
		rc = check(self, cases, n);
	if (rc < 0)
		return rc;
	choice.first = n > 1 ? draw(self->worker, n) : 0;
	rc = tu_choice_look(&choice);
	if (rc >= 0)
		return rc;
	if (tu_past(deadline)) {
		tu_polled();
		return TUTTI_ETIMEDOUT;
	}
	return self->job ? wait_as_job(&choice, deadline) : tu_choice_wait(&choice, deadline);
}
