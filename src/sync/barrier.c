/* SPDX-License-Identifier: MIT */
/*
 * barrier.c - rounds of parties. All but the action happens under the lock of the barrier's bucket:
 * whoever arrives waits in nearly every case, so there is no faster path to have.
 *
 *     priv[0]   parties; fixed by init, 0: never initialised
 *     priv[1]   arrived in this round, waiting. Under the lock; read by n_waiting without
 *     priv[2]   state bits. Under the lock; read by broken without
 *     priv[3]   round: counts up when all waiters are let go. Under the lock
 *
 *     BROKEN    every arrival gets TUTTI_EBROKEN, until reset
 *     ACTING    the last has arrived and runs the action. The round is full: its waiters no longer
 *               run out of time, for all came in time, and are no longer cancelled. Who arrives
 *               now waits at the door and arrives once more when the action is over.
 *     SHARED    see barrier_shared.c; never changes
 *
 * Abort and reset reach a full round too; the last to arrive sees by the round's number that it has
 * been let go without it. Such an action may still be running when a later round's begins.
 *
 * The state is changed before anyone is let go and not touched after that: the first who returns
 * may end the barrier's life. In a forked child a barrier in which others waited needs a reset.
 */
#include "sync/barrier.h"
#include "core/wait.h"
#include "sync/flags.h"
#include "sync/grant.h"
#include "sync/look.h"
#include "sync/shared.h"

#include <tutti/barrier.h>

enum { PARTIES, ARRIVED, STATE, ROUND }; /* in priv */

enum { BROKEN = TU_BARRIER_BROKEN, ACTING = TU_BARRIER_ACTING, SHARED = TU_BARRIER_SHARED };

/* What a waiter asks for. */
enum { IN_ROUND = 1, AT_DOOR = 2 };

/* Answers to a waiter, besides TUTTI_EBROKEN. */
enum { THROUGH, ARRIVE_AGAIN };

int tutti_barrier_init(
	tutti_barrier *b, uint32_t parties, tutti_fn action, void *arg, unsigned flags)
{
	int rc = tu_flags_check(flags, TUTTI_SHARED);

	if (rc < 0)
		return rc;
	if (parties == 0 || parties > INT32_MAX)
		return -EINVAL;
	*b = (tutti_barrier){ .priv = { [PARTIES] = parties }, .action = action, .arg = arg };
	if (flags & TUTTI_SHARED)
		tu_barrier_shared_init(b);
	return 0;
}

static bool is_shared(const tutti_barrier *b)
{
	return tu_load_rlx(&b->priv[STATE]) & SHARED; /* that is fixed */
}

/* Under the lock: an empty round in this state. Relaxed: for who looks without the lock. */
static void begin_round(tutti_barrier *b, uint32_t state)
{
	tu_store_rlx(&b->priv[STATE], state);
	tu_store_rlx(&b->priv[ARRIVED], 0);
	b->priv[ROUND]++;
}

/* Somebody will not come in time. A round that is full already does not mind. */
static void give_up(struct tu_bucket *k, tutti_barrier *b)
{
	struct tu_wakes wakes = { 0 };
	uint32_t state = tu_load_rlx(&b->priv[STATE]), asks = AT_DOOR;

	if (state & ACTING) {
		tu_store_rlx(&b->priv[STATE], state | BROKEN);
	} else {
		begin_round(b, BROKEN);
		asks |= IN_ROUND;
	}
	tu_grant_each(k, b, asks, TUTTI_EBROKEN, &wakes);
	tu_lot_unlock(k);
	tu_wakes_flush(&wakes);
}

/* Wait in k, which is locked. THROUGH, ARRIVE_AGAIN or an error; k is unlocked. */
static int wait_in(struct tu_bucket *k, struct tu_context *self, tutti_barrier *b, uint32_t ask,
	tutti_time deadline)
{
	struct tu_waiter me = { .context = self, .ask = ask, .op = TU_OP_BARRIER_WAIT };
	int rc;

	tu_lot_enqueue(k, &me, b);
	tu_lot_unlock(k);
	rc = tu_wait(self, &me, deadline, TU_WAIT_CANCELABLE, &k);
	if (rc == 0)
		return me.answer;
	/* Relaxed: k is locked. */
	if (ask == AT_DOOR || !(tu_load_rlx(&b->priv[STATE]) & ACTING)) {
		give_up(k, b);
		return rc;
	}
	tu_lot_enqueue(k, &me, b);
	tu_lot_unlock(k);
	tu_wait(self, &me, TUTTI_FOREVER, 0, &k);
	return me.answer;
}

/* The last has arrived, in k, which is locked: act, and let the round go. */
static int complete(struct tu_bucket *k, tutti_barrier *b)
{
	uint32_t round = b->priv[ROUND], place = b->priv[PARTIES] - 1;
	struct tu_wakes wakes = { 0 };

	if (b->action) {
		tu_store_rlx(&b->priv[STATE], ACTING);
		tu_lot_unlock(k);
		b->action(b->arg);
		k = tu_lot_lock(b);
		if (b->priv[ROUND] != round) {
			tu_lot_unlock(k);
			return TUTTI_EBROKEN;
		}
	}
	/* Relaxed: k is locked. BROKEN if somebody at the door has given up. */
	begin_round(b, tu_load_rlx(&b->priv[STATE]) & BROKEN);
	tu_grant_each(k, b, IN_ROUND, THROUGH, &wakes);
	tu_grant_each(k, b, AT_DOOR, ARRIVE_AGAIN, &wakes);
	tu_lot_unlock(k);
	tu_wakes_flush(&wakes);
	return (int)place;
}

/* A place in the round, or an error. */
static int arrive(struct tu_context *self, tutti_barrier *b, tutti_time deadline)
{
	for (;;) {
		struct tu_bucket *k = tu_lot_lock(b);
		uint32_t state = tu_load_rlx(&b->priv[STATE]); /* the lock has the order */
		uint32_t place = tu_load_rlx(&b->priv[ARRIVED]);
		int rc;

		if (state & BROKEN) {
			tu_lot_unlock(k);
			return TUTTI_EBROKEN;
		}
		if (!(state & ACTING)) {
			if (place + 1 == b->priv[PARTIES])
				return complete(k, b);
			tu_store_rlx(&b->priv[ARRIVED], place + 1); /* for n_waiting */
			rc = wait_in(k, self, b, IN_ROUND, deadline);
			return rc == THROUGH ? (int)place : rc;
		}
		rc = wait_in(k, self, b, AT_DOOR, deadline);
		if (rc != ARRIVE_AGAIN)
			return rc;
	}
}

static int wait(tutti_barrier *b, tutti_time deadline)
{
	struct tu_context *self = tu_self();
	int rc;

	if (b->priv[PARTIES] == 0)
		return -EINVAL;
	if (is_shared(b))
		return tu_barrier_shared_wait(b, self, deadline);
	rc = tu_cancel_pending(self);
	if (rc < 0) {
		give_up(tu_lot_lock(b), b);
		return rc;
	}
	return arrive(self, b, deadline);
}

int tutti_barrier_wait(tutti_barrier *b)
{
	tu_point(TU_OP_BARRIER_WAIT, b);
	return wait(b, TUTTI_FOREVER);
}

int tutti_barrier_wait_until(tutti_barrier *b, tutti_time deadline)
{
	tu_point(TU_OP_BARRIER_WAIT, b);
	return wait(b, deadline);
}

static int empty(tutti_barrier *b, uint32_t state)
{
	struct tu_wakes wakes = { 0 };
	struct tu_bucket *k;

	if (b->priv[PARTIES] == 0)
		return -EINVAL;
	if (is_shared(b))
		return tu_barrier_shared_empty(b, state & BROKEN);
	k = tu_lot_lock(b);
	begin_round(b, state);
	tu_grant_each(k, b, IN_ROUND | AT_DOOR, TUTTI_EBROKEN, &wakes);
	tu_lot_unlock(k);
	tu_wakes_flush(&wakes);
	return 0;
}

int tutti_barrier_reset(tutti_barrier *b)
{
	tu_point(TU_OP_BARRIER_CHANGE, b);
	return empty(b, 0);
}

int tutti_barrier_abort(tutti_barrier *b)
{
	tu_point(TU_OP_BARRIER_CHANGE, b);
	return empty(b, BROKEN);
}

bool tutti_barrier_broken(const tutti_barrier *b)
{
	tu_point(TU_OP_BARRIER_LOOK, b);
	/* Relaxed: old news in any order. */
	return tu_polled_unless(tu_load_rlx(&b->priv[STATE]) & BROKEN);
}

uint32_t tutti_barrier_parties(const tutti_barrier *b)
{
	return b->priv[PARTIES];
}

uint32_t tu_barrier_arrived(const tutti_barrier *b)
{
	return tu_load_rlx(&b->priv[ARRIVED]); /* old news in any order */
}

uint32_t tutti_barrier_n_waiting(const tutti_barrier *b)
{
	tu_point(TU_OP_BARRIER_LOOK, b);
	tu_polled();
	if (is_shared(b))
		return tu_barrier_shared_waiting(b);
	return tu_barrier_arrived(b);
}
