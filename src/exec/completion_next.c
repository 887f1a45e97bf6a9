/* SPDX-License-Identifier: MIT */
/* completion_next.c - the next one, at once or when there is one. See completion_inside.h. */
#include "exec/completion_inside.h"

#include "core/wait.h"
#include "exec/future.h"

#include <errno.h>

/* -- lending: a job asks, and what it waits for may need its seat ----------------------------- */

/* Round and round through all watchers: what the next one watches, if it may be waited for. */
static tutti_future *look_at_next(tutti_completion *c)
{
	struct tu_watcher *w;
	tutti_future *f;

	if (!c->looked_in || ++c->looked_at >= c->looked_in->n) {
		c->looked_in = c->looked_in && c->looked_in->next ? c->looked_in->next : c->blocks;
		c->looked_at = 0;
	}
	w = &c->looked_in->watchers[c->looked_at];
	/* Relaxed: its future from reserve on, which the lot writes once more. And the word: a
	   guess, which saves a look at those that are done. */
	f = w->watch ? (tutti_future *)tu_load_rlx(&w->waiter.key) : NULL;
	if (!f || !tu_job_wait_may_lend(f) || tu_load_rlx(&f->word) & TU_FUTURE_DONE)
		return NULL;
	return f;
}

/* How far a job has come in looking for one to lend its seat for. */
struct search {
	size_t left;    /* to be looked at */
	size_t lenders; /* the completion's, when it began */
};

/* The next one found, with a reference. */
static tutti_future *search(tutti_completion *c, struct search *s)
{
	struct tu_bucket *b = tu_lot_lock(c);
	tutti_future *f = NULL;

	if (s->left > c->room) {
		s->left = c->lenders > 0 ? c->room : 0;
		s->lenders = c->lenders;
	}
	for (; s->left > 0 && !f; s->left--)
		f = look_at_next(c);
	if (f)
		tutti_future_ref(f);
	tu_lot_unlock(b);
	return f;
}

/* The caller is in a job: of those that are left one may be of its pool. Returns lenders. */
static size_t lend_seat(tutti_completion *c, struct tu_job_wait *lent)
{
	struct search s = { .left = SIZE_MAX };
	tutti_future *f;

	while (!lent->job && (f = search(c, &s)) != NULL) {
		tu_job_wait_many_begins(&f, 1, lent);
		tutti_future_unref(f);
	}
	return s.lenders;
}

/* -- taking ----------------------------------------------------------------------------------- */

/* The watcher is ours: nobody else takes it. Until it was told it is still its future's too. */
static void give_back(tutti_completion *c, struct tu_watcher *w, size_t *index)
{
	tutti_future *f = (tutti_future *)w->waiter.key;
	struct tu_bucket *b;

	tu_watcher_end(w);
	if (index)
		*index = w->index;
	b = tu_lot_lock(c);
	w->watch = NULL;
	w->before = c->spare;
	c->spare = w;
	tu_lot_unlock(b);
	tutti_future_unref(f);
}

/* What there is at once: 0 and *w, TUTTI_EDONE or TUTTI_ETIMEDOUT. Under the lock. */
static int try_take(
	tutti_completion *c, struct tu_bucket *b, struct tu_watcher **w, struct tu_wakes *wakes)
{
	int rc = c->left == 0 ? TUTTI_EDONE : TUTTI_ETIMEDOUT;

	*w = tu_completion_take(c);
	if (!*w)
		return rc;
	if (c->left == 0) /* nobody need wait for another */
		tu_completion_hand_out(c, b, wakes);
	return 0;
}

/* Take one or wait until handed one. lenders: of a job that may lend its seat yet; or NULL */
static int take_or_wait(
	tutti_completion *c, struct tu_watcher **w, tutti_time deadline, const size_t *lenders)
{
	struct tu_taker me = { .waiter.context = tu_self(),
		.waiter.looks_again = true,
		.waiter.op = TU_OP_FUTURE_WAIT_MANY,
		.would_lend = lenders != NULL };
	bool caller = tu_watch_has_caller(&c->watch, me.waiter.context);
	struct tu_wakes wakes = { 0 };
	struct tu_bucket *b = tu_lot_lock(c);
	int rc = try_take(c, b, w, &wakes);

	if (rc == TUTTI_ETIMEDOUT && caller && c->left == 1)
		rc = -EDEADLK;
	if (rc == TUTTI_ETIMEDOUT && lenders && *lenders != c->lenders)
		rc = TU_COMPLETION_AGAIN;
	if (rc != TUTTI_ETIMEDOUT) {
		tu_lot_unlock(b);
		tu_wakes_flush(&wakes);
		return rc;
	}
	tu_lot_enqueue(b, &me.waiter, c);
	tu_lot_unlock(b);
	rc = tu_wait(me.waiter.context, &me.waiter, deadline, TU_WAIT_CANCELABLE, &b);
	if (rc < 0) {
		tu_lot_unlock(b);
		return rc;
	}
	*w = me.got;
	/* With nothing in hand it was granted by a fork, if not to look again. */
	return me.got || me.waiter.answer < 0 ? me.waiter.answer : TU_COMPLETION_AGAIN;
}

static int lend_and_wait(tutti_completion *c, struct tu_watcher **w, tutti_time deadline)
{
	struct tu_job_wait lent = { .job = NULL };
	bool in_job = tu_self()->job != NULL;
	size_t lenders = in_job ? lend_seat(c, &lent) : 0;
	int rc = take_or_wait(c, w, deadline, in_job && !lent.job ? &lenders : NULL);

	if (lent.job)
		tu_job_wait_over(&lent);
	return rc;
}

int tutti_completion_next_until(tutti_completion *c, size_t *index, tutti_time deadline)
{
	int rc = tu_cancel_pending(tu_self());
	struct tu_wakes wakes = { 0 };
	struct tu_watcher *w;
	struct tu_bucket *b;
	uint64_t age;

	tu_point(TU_OP_FUTURE_WAIT_MANY, NULL);
	if (rc < 0)
		return rc;
	do {
		age = tu_future_age;
		tu_completion_renew(c);
		b = tu_lot_lock(c);
		rc = try_take(c, b, &w, &wakes);
		tu_lot_unlock(b);
		tu_wakes_flush(&wakes);
		if (rc == TUTTI_ETIMEDOUT && !tu_past(deadline))
			rc = lend_and_wait(c, &w, deadline);
	} while (rc == TU_COMPLETION_AGAIN || (rc == TUTTI_ETIMEDOUT && age != tu_future_age));
	if (rc == TUTTI_ETIMEDOUT)
		tu_polled();
	if (rc == 0)
		give_back(c, w, index);
	return rc;
}

int tutti_completion_next(tutti_completion *c, size_t *index)
{
	return tutti_completion_next_until(c, index, TUTTI_FOREVER);
}
