/* SPDX-License-Identifier: MIT */
/*
 * lock.c - locks barge: whoever runs may take a free lock past those who sleep.
 *
 * Waking a sleeper on another CPU takes as long as thousands of short sections, so a lock that
 * waits for the one it woke would stand idle nearly always. Release lets one sleeper go to compete
 * and does not wait for it; until that one has run, further releases wake nobody (WOKEN). It keeps
 * its place at the head of the queue if it comes too late. A waiter that has waited longer than
 * HAND_OFF_NS is given the lock itself, so nobody starves.
 *
 * The lock is touched for the last time by the exchange that frees it: whoever gets it then may
 * end its life.
 */
#include "sync/lock.h"

#include "base/facts.h"
#include "base/trace.h"
#include "core/worker.h"
#include "sync/flags.h"
#include "sync/shared.h"

#define LOCKED (uint32_t) TU_LOCK_LOCKED
#define QUEUED (uint32_t) TU_LOCK_QUEUED
#define WOKEN (uint32_t) TU_LOCK_WOKEN

enum { HAND_OFF_NS = 1000000, SPINS = 6 };

int tutti_lock_init(tutti_lock *l, unsigned flags)
{
	int rc = tu_flags_check(flags, TUTTI_RECURSIVE | TUTTI_SHARED);

	if (rc == 0) {
		*l = (tutti_lock){ { flags & TUTTI_SHARED ? LOCKED : 0, flags }, 0 };
		tu_made(l);
	}
	return rc;
}

/* For reports and for recursion; a holder always finds itself here. */
static inline void set_holder(tutti_lock *l, uint64_t id)
{
	tu_store_rlx(&l->holder, id); /* compared only with the reader's own id */
}

static bool mine(const tutti_lock *l, const struct tu_context *self)
{
	return tu_load_rlx(&l->holder) == self->id; /* if it is, nobody else changes it */
}

/* priv[1]: the holder writes, others look which flags it has at all. */
static inline uint32_t levels(const tutti_lock *l)
{
	return tu_load_rlx(&l->priv[1]);
}

static inline void set_levels(tutti_lock *l, uint32_t levels)
{
	tu_store_rlx(&l->priv[1], levels); /* under the lock itself */
}

/* -- acquiring -------------------------------------------------------------------------------- */

/*
 * One try. It looks first, so that it takes the lock at one exchange also while somebody sleeps or
 * is on its way: then the word is not 0, and the one who runs should not be slowed by them.
 */
static inline bool grab(tutti_lock *l, struct tu_context *self)
{
	uint32_t w = tu_load_rlx(&l->priv[0]);

	/* [lock-1] acquire: all that was done under the lock; from release */
	if ((w & LOCKED) || !tu_cas_acq(&l->priv[0], &w, w | LOCKED))
		return false;
	set_holder(l, self->id);
	return true;
}

/* Take it if it is free, laying down the bits in drop. */
static bool barge(tutti_lock *l, struct tu_context *self, uint32_t drop)
{
	uint32_t w = tu_load_rlx(&l->priv[0]); /* a guess; the exchange tells */

	while (!(w & LOCKED)) {
		/* [lock-1] acquire: all that was done under the lock; from release */
		if (tu_cas_weak_acq(&l->priv[0], &w, (w | LOCKED) & ~drop)) {
			set_holder(l, self->id);
			return true;
		}
	}
	return false;
}

/* Is it likely to come free while we look? Not if the holder needs our own thread to run. */
static bool worth_spinning(const tutti_lock *l, const struct tu_context *self)
{
	return !tu_ids_of_one_thread(tu_load_rlx(&l->holder), self->id) && !tu_single_cpu();
}

static bool spin(tutti_lock *l, struct tu_context *self, uint32_t drop)
{
	for (int i = 0; i < SPINS; i++) {
		tu_pause_briefly();
		if (barge(l, self, drop))
			return true;
	}
	return false;
}

/* Under the bucket's lock: say that somebody is queued. false: it is free, or was just now. */
static bool announce(tutti_lock *l, uint32_t drop)
{
	uint32_t w = tu_load_rlx(&l->priv[0]);

	while (w & LOCKED)
		/* Relaxed: it tells the holder to take the bucket's lock, which has the order. */
		if (tu_cas_rlx(&l->priv[0], &w, (w | QUEUED) & ~drop))
			return true;
	return false;
}

void tu_lock_waiter_left(tutti_lock *l, struct tu_bucket *b)
{
	if (!tu_lot_first(b, l))
		tu_and_rel(&l->priv[0], ~QUEUED); /* under the bucket's lock; publishes nothing */
}

/* Nobody will release it: better to say so than to hang. Who gives up in time learns that way. */
static void look_at_holder(const tutti_lock *l, tutti_time deadline)
{
	/* Relaxed: what a thread wrote that the fork has left behind does not change any more. */
	tu_check(deadline != TUTTI_FOREVER || !tu_lost_in_fork(tu_load_rlx(&l->holder)),
		"a forked child waits for a lock whose holder it does not have");
}

/*
 * In a forked child WOKEN may speak of one that is not there, and as long as it stands nobody is
 * woken. There it goes down with each who waits, at the price of a wake too many now and then.
 */
static uint32_t woken_and_lost(void)
{
	return tu_fork_ids.below ? WOKEN : 0;
}

/* Queue and wait. 0: *drop is what to compete with, or *had is set. TUTTI_ETIMEDOUT. */
static int wait_in_line(
	tutti_lock *l, struct tu_waiter *me, tutti_time deadline, uint32_t *drop, bool *had)
{
	struct tu_bucket *b = tu_lot_lock(l);
	int rc;

	look_at_holder(l, deadline);
	if (!announce(l, *drop | woken_and_lost())) {
		tu_lot_unlock(b);
		return 0;
	}
	if (*drop)
		tu_lot_enqueue_first(b, me, l); /* was first before, and came too late */
	else
		tu_lot_enqueue(b, me, l);
	*drop = 0;
	if (me->since == 0)
		me->since = tutti_now();
	tu_lot_unlock(b);
	tu_trace(TU_TRACE_LOCK_WAIT, me->context->id, (uintptr_t)l, tu_load_rlx(&l->holder));
	rc = tu_wait(me->context, me, deadline, 0, &b);
	if (rc < 0) {
		tu_lock_waiter_left(l, b);
		tu_lot_unlock(b);
		return rc;
	}
	*had = me->answer == TU_LOCK_YOURS;
	*drop = *had ? 0 : WOKEN;
	return 0;
}

/* drop is WOKEN if the caller is the one who was let go. */
static int compete(tutti_lock *l, struct tu_context *self, tutti_time deadline, uint32_t drop)
{
	struct tu_waiter me = { .context = self, .looks_again = true, .op = TU_OP_LOCK_ACQUIRE };
	bool had = false;
	int rc;

	for (;;) {
		if (barge(l, self, drop))
			return 0;
		if (worth_spinning(l, self) && spin(l, self, drop))
			return 0;
		rc = wait_in_line(l, &me, deadline, &drop, &had);
		if (had) {
			set_holder(l, self->id);
			return 0;
		}
		if (rc < 0)
			return barge(l, self, 0) ? 0 : rc;
	}
}

/* As tu_lock_shared_acquire, if it is a shared one. */
static __attribute__((noinline)) int acquire_slowly(
	tutti_lock *l, struct tu_context *self, tutti_time deadline)
{
	if (levels(l)) {
		if (tu_lock_is_shared(l))
			return tu_lock_shared_acquire(l, self, deadline);
		if (mine(l, self)) {
			set_levels(l, levels(l) + TU_LOCK_DEPTH);
			return 0;
		}
	}
	if (barge(l, self, 0))
		return 0;
	if (deadline != TUTTI_FOREVER && tu_past(deadline)) {
		tu_polled();
		return TUTTI_ETIMEDOUT;
	}
	return compete(l, self, deadline, 0);
}

/* The same while somebody is told of it (core/probe.h): one look at that is all others pay. */
static __attribute__((noinline)) int acquire_told(
	tutti_lock *l, struct tu_context *self, tutti_time deadline, const void *where)
{
	bool for_ever = deadline == TUTTI_FOREVER;
	int rc;

	tu_point_slowly(for_ever ? TU_OP_LOCK_ACQUIRE : TU_OP_LOCK_ACQUIRE_UNTIL, l, where);
	rc = grab(l, self) ? 0 : acquire_slowly(l, self, deadline);
	if (rc >= 0)
		tu_took_slowly(TU_OP_LOCK_ACQUIRE, l, where);
	return rc;
}

/* For who cannot be told that it failed, or whom it was taken from. */
static void acquire_at_any_rate(tutti_lock *l, struct tu_context *self)
{
	int rc = acquire_slowly(l, self, TUTTI_FOREVER);

	if (tu_unlikely(rc != 0))
		tu_lock_shared_tell(l, rc);
}

void tutti_lock_acquire(tutti_lock *l)
{
	struct tu_context *self = tu_self();

	if (tu_probed()) {
		int rc = acquire_told(l, self, TUTTI_FOREVER, __builtin_return_address(0));

		if (rc != 0)
			tu_lock_shared_tell(l, rc);
	} else if (tu_unlikely(!grab(l, self))) {
		acquire_at_any_rate(l, self);
	}
}

void tu_lock_acquire(tutti_lock *l)
{
	struct tu_context *self = tu_self();

	if (!grab(l, self))
		acquire_at_any_rate(l, self);
}

int tutti_lock_acquire_until(tutti_lock *l, tutti_time deadline)
{
	struct tu_context *self = tu_self();
	int rc;

	if (tu_probed())
		rc = acquire_told(l, self, deadline, __builtin_return_address(0));
	else
		rc = tu_likely(grab(l, self)) ? 0 : acquire_slowly(l, self, deadline);
	return tu_lock_shared_result(rc);
}

/* -- releasing -------------------------------------------------------------------------------- */

/*
 * Is the lock to be given to who waits, or may whoever runs take it first? A simulation is fair
 * unless it is out to find what others do to each other.
 */
static bool hands_over(const struct tu_waiter *first)
{
	if (tu_simulated())
		return tu_choose(TU_CHOICE_BARGE, 2) == 0;
	return tutti_now() - first->since > HAND_OFF_NS;
}

/* LOCKED is ours and QUEUED is set: see who is first. With the bucket's lock nobody changes the
   word now, so plain stores will do. */
static void let_go(tutti_lock *l)
{
	struct tu_wakes wakes = { 0 };
	struct tu_bucket *b = tu_lot_lock(l);
	struct tu_waiter *first = tu_lot_first(b, l), *next;
	uint32_t queued;

	if (!first) {
		tu_store_rel(&l->priv[0], 0); /* [lock-1] release */
		tu_lot_unlock(b);
		return;
	}
	queued = tu_lot_after(first, first) ? QUEUED : 0;
	next = tu_lot_any(first);
	if (hands_over(next)) {
		tu_store_rlx(&l->priv[0], LOCKED | queued); /* stays held; the grant publishes */
		set_holder(l, next->context->id); /* a child that is forked now must know */
		tu_lot_grant(b, next, TU_LOCK_YOURS, &wakes);
	} else {
		tu_store_rel(&l->priv[0], queued | WOKEN); /* [lock-1] release */
		tu_lot_grant(b, next, TU_LOCK_COMPETE, &wakes);
	}
	tu_lot_unlock(b);
	tu_wakes_flush(&wakes);
}

static __attribute__((noinline)) int release_slowly(tutti_lock *l, uint32_t w)
{
	for (;;) {
		if (!(w & LOCKED))
			return TUTTI_EUNLOCKED;
		if ((w & (QUEUED | WOKEN)) == QUEUED) {
			let_go(l);
			return 0;
		}
		/* [lock-1] release: all that was done under the lock */
		if (tu_cas_weak_rel(&l->priv[0], &w, w & ~LOCKED))
			return 0;
	}
}

/* One level of a recursive lock. 1: that was the last but the first. */
static int release_level(tutti_lock *l)
{
	if (!(tu_load_rlx(&l->priv[0]) & LOCKED))
		return TUTTI_EUNLOCKED;
	if (!mine(l, tu_self()))
		return -EPERM;
	if (levels(l) < TU_LOCK_DEPTH)
		return 1;
	set_levels(l, levels(l) - TU_LOCK_DEPTH);
	return 0;
}

static inline __attribute__((always_inline)) int release_and(tutti_lock *l, bool tell)
{
	uint32_t w;

	if (tu_unlikely(levels(l))) {
		int rc;

		if (tu_lock_is_shared(l))
			return tu_lock_shared_release(l, tell);
		rc = release_level(l);
		if (rc <= 0)
			return rc;
	}
	w = tu_load_rlx(&l->priv[0]); /* a guess, which the exchange below checks */
	if (tu_unlikely(!(w & LOCKED)))
		return TUTTI_EUNLOCKED;
	if (tell)
		tu_gave_slowly(l);
	set_holder(l, 0);
	/* [lock-1] release: all that was done under the lock */
	if (tu_likely((w & (QUEUED | WOKEN)) != QUEUED) &&
		tu_likely(tu_cas_rel(&l->priv[0], &w, w & ~LOCKED)))
		return 0;
	return release_slowly(l, w);
}

static __attribute__((noinline)) int release_told(tutti_lock *l)
{
	return release_and(l, true);
}

static inline int release(tutti_lock *l)
{
	return tu_probed() ? release_told(l) : release_and(l, false);
}

int tutti_lock_release(tutti_lock *l)
{
	if (!tu_probed())
		return release_and(l, false);
	tu_point_slowly(TU_OP_LOCK_RELEASE, l, __builtin_return_address(0));
	return release_told(l);
}

int tu_lock_release(tutti_lock *l)
{
	return release(l);
}

static bool locked(const tutti_lock *l)
{
	if (tu_lock_is_shared(l))
		return tu_lock_shared_locked(l);
	return tu_load_rlx(&l->priv[0]) & LOCKED; /* true or false a moment later already */
}

bool tutti_lock_locked(const tutti_lock *l)
{
	tu_point(TU_OP_LOCK_LOOK, l);
	return locked(l);
}

/* -- for conditions --------------------------------------------------------------------------- */

int tu_lock_check(const tutti_lock *l, const struct tu_context *self)
{
	if (tu_lock_is_shared(l))
		return tu_lock_shared_check(l, self);
	if (!locked(l))
		return TUTTI_EUNLOCKED;
	return levels(l) && !mine(l, self) ? -EPERM : 0;
}

uint32_t tu_lock_give_all(tutti_lock *l)
{
	uint32_t depth = levels(l);

	if (depth)
		set_levels(l, TUTTI_RECURSIVE);
	release(l);
	return depth;
}

void tu_lock_take_back(tutti_lock *l, struct tu_context *self, int answer, uint32_t depth)
{
	if (answer == TU_LOCK_YOURS)
		set_holder(l, self->id);
	else
		compete(l, self, TUTTI_FOREVER, answer == TU_LOCK_COMPETE ? WOKEN : 0);
	if (depth)
		set_levels(l, depth);
	tu_took_again(self, TU_OP_LOCK_ACQUIRE, l);
}

void tu_lock_queue_moved(struct tu_bucket *from, struct tu_bucket *to, struct tu_waiter *w,
	tutti_lock *l, struct tu_wakes *wakes)
{
	if (!announce(l, 0)) { /* somebody else has released it under the notifier's hands */
		tu_lot_grant(from, w, -1, wakes);
		return;
	}
	w->since = tutti_now();
	w->in_order = true; /* they were notified first in, first out */
	w->op = TU_OP_LOCK_ACQUIRE;
	tu_lot_move(from, to, w, l);
}

/* clang-format off */
TU_FACTS(lock,
	TU_FACT_AT("lock.holder", tutti_lock, holder),
	TU_FACT_AT("lock.word", tutti_lock, priv[0]),
	TU_FACT_AT("lock.flags", tutti_lock, priv[1]),
	TU_FACT_SIZE("lock.size", tutti_lock),
	TU_FACT_ADDRESS("lock.locked", TU_LOCK_LOCKED),
	TU_FACT_ADDRESS("lock.shared", TUTTI_SHARED));
/* clang-format on */
