/* SPDX-License-Identifier: MIT */
/*
 * condition.c - wait for a change of what a lock guards.
 *
 *     priv[0]   how many wait; under the bucket's lock. Notify reads it with the user's lock held,
 *               which every waiter held when it counted itself: 0 is really nobody.
 *
 * Who is notified is moved to the lock's queue and sleeps on until the lock comes to it: waking it
 * while the notifier holds the lock would only make it wait again.
 */
#include "core/wait.h"
#include "sync/flags.h"
#include "sync/lock.h"
#include "sync/look.h"
#include "sync/shared.h"

#include <tutti/condition.h>

int tutti_condition_init(tutti_condition *c, unsigned flags)
{
	int rc = tu_flags_check(flags, TUTTI_SHARED);

	if (rc < 0)
		return rc;
	*c = (tutti_condition){ { 0 } };
	if (flags & TUTTI_SHARED)
		tu_condition_shared_init(c);
	return 0;
}

static void count(tutti_condition *c, uint32_t change)
{
	tu_store_rlx(&c->priv[0], tu_load_rlx(&c->priv[0]) + change); /* see the top */
}

/* tu_wait gave up, and where we stood then is locked. Notified in time after all: 0. */
static int gave_up(
	tutti_condition *c, tutti_lock *l, struct tu_waiter *me, struct tu_bucket *b, int rc)
{
	if (tu_load_rlx(&me->key) == l) {
		tu_lock_waiter_left(l, b);
		rc = 0;
	} else {
		count(c, -1u);
	}
	tu_lot_unlock(b);
	return rc;
}

static int wait_for_notify(
	struct tu_context *self, tutti_condition *c, tutti_lock *l, tutti_time deadline)
{
	struct tu_waiter me = { .context = self, .answer = -1, .op = TU_OP_CONDITION_WAIT };
	struct tu_bucket *b = tu_lot_lock(c);
	uint32_t depth;
	int rc;

	/* Queued before the lock is given up: no notify can come in between. */
	tu_lot_enqueue(b, &me, c);
	count(c, 1);
	tu_lot_unlock(b);
	depth = tu_lock_give_all(l);
	rc = tu_wait(self, &me, deadline, TU_WAIT_CANCELABLE, &b);
	if (rc < 0)
		rc = gave_up(c, l, &me, b, rc);
	tu_lock_take_back(l, self, me.answer, depth);
	return rc;
}

/* 0 if c and l go together and the caller has l. */
static int check(const tutti_condition *c, const tutti_lock *l, const struct tu_context *self)
{
	int rc = tu_lock_check(l, self);

	return rc == 0 && tu_condition_is_shared(c) != tu_lock_is_shared(l) ? -EINVAL : rc;
}

static int wait(tutti_condition *c, tutti_lock *l, tutti_time deadline)
{
	struct tu_context *self = tu_self();
	int rc = check(c, l, self);

	if (rc == 0)
		rc = tu_cancel_pending(self);
	if (rc == 0 && tu_past(deadline)) {
		tu_polled();
		rc = TUTTI_ETIMEDOUT;
	}
	if (rc < 0)
		return rc;
	return tu_condition_is_shared(c) ? tu_condition_shared_wait(c, l, self, deadline)
					 : wait_for_notify(self, c, l, deadline);
}

int tutti_condition_wait(tutti_condition *c, tutti_lock *l)
{
	tu_point(TU_OP_CONDITION_WAIT, c);
	return wait(c, l, TUTTI_FOREVER);
}

int tutti_condition_wait_until(tutti_condition *c, tutti_lock *l, tutti_time deadline)
{
	tu_point(TU_OP_CONDITION_WAIT, c);
	return wait(c, l, deadline);
}

int tutti_condition_wait_for(
	tutti_condition *c, tutti_lock *l, bool (*ready)(void *), void *arg, tutti_time deadline)
{
	int rc;

	tu_point(TU_OP_CONDITION_WAIT, c);
	rc = check(c, l, tu_self());
	if (rc == 0)
		rc = tu_cancel_pending(tu_self());
	while (rc == 0 && !ready(arg)) {
		rc = wait(c, l, deadline);
		if (rc == TUTTI_ETIMEDOUT && ready(arg))
			rc = 0;
	}
	return rc;
}

uint32_t tu_condition_waiting(const tutti_condition *c)
{
	return tu_load_rlx(&c->priv[0]); /* old news in any order */
}

int tutti_condition_notify(tutti_condition *c, tutti_lock *l, size_t n)
{
	struct tu_wakes wakes = { 0 };
	struct tu_bucket *both[2];
	struct tu_waiter *w;
	int rc;

	tu_point(TU_OP_CONDITION_NOTIFY, c);
	rc = check(c, l, tu_self());
	/* Relaxed: the user's lock, which we hold, orders it against every wait; see the top. */
	if (rc < 0 || tu_load_rlx(&c->priv[0]) == 0)
		return rc;
	if (tu_condition_is_shared(c)) {
		tu_condition_shared_notify(c, n);
		return 0;
	}
	tu_lot_lock_both(c, l, both);
	while (n-- > 0 && (w = tu_lot_first(both[0], c)) != NULL) {
		count(c, -1u);
		tu_lock_queue_moved(both[0], both[1], w, l, &wakes);
	}
	tu_lot_unlock_both(both);
	tu_wakes_flush(&wakes);
	return 0;
}
