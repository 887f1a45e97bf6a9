/* SPDX-License-Identifier: MIT */
/*
 * once.c - one runs, the others wait; an error passes the turn to the first who waits.
 *
 * priv[0] is one of
 *
 *     NEW       not run, or the last run failed
 *     RUNNING   somebody runs, nobody waits
 *     WAITERS   somebody runs, somebody may be in the lot: changes only under the bucket's lock
 *     DONE      for ever
 *
 *     NEW -> RUNNING                    a caller begins
 *     RUNNING -> DONE or NEW            its fn has ended
 *     RUNNING -> WAITERS                another caller comes, under the lock
 *     WAITERS -> DONE                   fn has ended well, under the lock; all go on
 *     WAITERS -> RUNNING or WAITERS     fn has failed, under the lock; the first in line runs next
 *     WAITERS -> RUNNING                the last who waited gave up, under the lock
 *     WAITERS -> NEW                    fn has failed after a fork, under the lock: see below
 *
 * A forked child keeps the run of the thread that forked, though not those who waited for it. The
 * run of another thread does not go on there, and its once stays RUNNING: run what the child needs
 * before the fork.
 */
#include "core/wait.h"

#include <tutti/once.h>

enum { NEW, RUNNING, WAITERS, DONE };

/* Answers to a waiter. */
enum { IS_DONE, YOUR_TURN };

/* fn has ended and somebody waits, or did. */
static void end_slowly(tutti_once *o, bool done)
{
	struct tu_bucket *b = tu_lot_lock(o);
	struct tu_waiter *w = tu_lot_first(b, o);
	struct tu_wakes wakes = { 0 };

	/* [once-1] release, as in end; also for the next to run, whom the grant tells the same.
	   A plain store: while we run nobody but us ends it, and the lock keeps the others away. */
	if (done) {
		tu_store_rel(&o->priv[0], DONE);
		for (; w; w = tu_lot_first(b, o))
			tu_lot_grant(b, w, IS_DONE, &wakes);
	} else if (w) {
		tu_store_rel(&o->priv[0], tu_lot_after(w, w) ? WAITERS : RUNNING);
		tu_lot_grant(b, tu_lot_any(w), YOUR_TURN, &wakes);
	} else { /* [once-1] release: as above */
		tu_store_rel(&o->priv[0], NEW);
	}
	tu_lot_unlock(b);
	tu_wakes_flush(&wakes);
}

static void end(tutti_once *o, bool done)
{
	uint32_t running = RUNNING;

	/* [once-1] release: all that fn did, for who sees DONE, or NEW and runs again */
	if (!tu_cas_rel(&o->priv[0], &running, done ? DONE : NEW))
		end_slowly(o, done);
}

/*
 * Under the lock: what the word says to a caller. WAITERS: it has been announced and must wait;
 * RUNNING: the turn is its own; DONE.
 */
static uint32_t announce(tutti_once *o)
{
	uint32_t v = NEW;

	for (;;) {
		/* [once-1] acquire: what fn did, or the run before that failed; from end */
		if (v == NEW && tu_cas_acqrel(&o->priv[0], &v, RUNNING))
			return RUNNING;
		/* No order needed to announce oneself: the lock has it. */
		if (v == RUNNING && tu_cas_acqrel(&o->priv[0], &v, WAITERS))
			return WAITERS;
		if (v == WAITERS || v == DONE)
			return v;
	}
}

/* Wait for another's run. IS_DONE, YOUR_TURN or TUTTI_ECANCELED. */
static int wait_for_turn(struct tu_context *self, tutti_once *o)
{
	struct tu_waiter me = { .context = self, .op = TU_OP_ONCE };
	struct tu_bucket *b = tu_lot_lock(o);
	uint32_t v = announce(o);
	int rc;

	if (v != WAITERS) {
		tu_lot_unlock(b);
		return v == DONE ? IS_DONE : YOUR_TURN;
	}
	tu_lot_enqueue(b, &me, o);
	tu_lot_unlock(b);
	rc = tu_wait(self, &me, TUTTI_FOREVER, TU_WAIT_CANCELABLE, &b);
	if (rc == 0)
		return me.answer;
	/* Relaxed: nobody changes WAITERS without the lock, and the run goes on. */
	if (!tu_lot_first(b, o))
		tu_store_rlx(&o->priv[0], RUNNING);
	tu_lot_unlock(b);
	return rc;
}

int tutti_once_run(tutti_once *o, int (*fn)(void *arg), void *arg)
{
	struct tu_context *self = tu_self();
	uint32_t fresh = NEW;
	int rc;

	tu_point(TU_OP_ONCE, o);
	rc = tu_cancel_pending(self);
	if (rc < 0)
		return rc;
	/* [once-1] acquire: all that fn did; from end */
	if (tu_likely(tu_load_acq(&o->priv[0]) == DONE))
		return 0;
	/* [once-1] acquire: what a run before that failed has left; from end */
	if (!tu_cas_acq(&o->priv[0], &fresh, RUNNING)) {
		rc = wait_for_turn(self, o);
		if (rc != YOUR_TURN)
			return rc;
	}
	rc = fn(arg);
	end(o, rc >= 0);
	return rc < 0 ? rc : 0;
}
