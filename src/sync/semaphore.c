/* SPDX-License-Identifier: MIT */
/*
 * semaphore.c - permits, handed over in line.
 *
 *     priv[0]   permits that nobody has, up to INT32_MAX; or WAITERS alone: none, and somebody may
 *               be in the lot
 *     priv[1]   one more than the most there may be, 0 without TUTTI_BOUNDED; fixed by init
 *     priv[2]   TUTTI_SHARED or 0; fixed by init. See semaphore_shared.c
 *
 * Without WAITERS the number changes by compare-and-swap. WAITERS is set, when there is no permit,
 * and taken away under the bucket's lock alone, and while it stands permits go to those in the lot
 * directly: there is never one that a newcomer could take from under them.
 *
 * A release touches the semaphore for the last time when it changes the word, before it lets
 * anyone go: who got the permit may end the semaphore's life.
 *
 * After a fork the child may find WAITERS with nobody in the lot. It means "no permits" there too.
 */
#include "core/wait.h"
#include "sync/choice.h"
#include "sync/flags.h"
#include "sync/shared.h"

#include <tutti/semaphore.h>

#define WAITERS (UINT32_C(1) << 31)

int tutti_semaphore_init(tutti_semaphore *s, uint32_t value, unsigned flags)
{
	int rc = tu_flags_check(flags, TUTTI_BOUNDED | TUTTI_SHARED);

	if (rc < 0)
		return rc;
	if (value > INT32_MAX)
		return -EINVAL;
	*s = (tutti_semaphore){ { value, flags & TUTTI_BOUNDED ? value + 1 : 0 } };
	if (flags & TUTTI_SHARED)
		tu_semaphore_shared_init(s, value);
	return 0;
}

static bool try_acquire(tutti_semaphore *s)
{
	uint32_t v = tu_load_rlx(&s->priv[0]); /* a guess; the exchange below tells */

	while (v > 0 && v != WAITERS) {
		/* [semaphore-1] acquire: what came before the release of this permit */
		if (tu_cas_weak_acq(&s->priv[0], &v, v - 1))
			return true;
	}
	return false;
}

/* Queue me; false: there is a permit. */
static bool enqueue(tutti_semaphore *s, struct tu_waiter *me)
{
	struct tu_bucket *b = tu_lot_lock(s);
	uint32_t v = 0;
	/* Relaxed: it tells others to take the lock, and the lock has the order. */
	bool waits = tu_cas_rlx(&s->priv[0], &v, WAITERS) || v == WAITERS;

	if (waits)
		tu_lot_enqueue(b, me, s);
	tu_lot_unlock(b);
	return waits;
}

/* Under the lock: somebody has given up and left the queue. */
static void left(void *semaphore, struct tu_bucket *b)
{
	tutti_semaphore *s = semaphore;

	/* Relaxed: nobody changes WAITERS without the lock, and no permit is published. */
	if (!tu_lot_first(b, s))
		tu_store_rlx(&s->priv[0], 0);
}

static int acquire_slowly(struct tu_context *self, tutti_semaphore *s, tutti_time deadline)
{
	struct tu_waiter me = { .context = self, .op = TU_OP_SEMAPHORE_ACQUIRE };
	struct tu_bucket *b;
	int rc;

	while (!enqueue(s, &me))
		if (try_acquire(s))
			return 0;
	rc = tu_wait(self, &me, deadline, TU_WAIT_CANCELABLE, &b);
	if (rc < 0) {
		left(s, b);
		tu_lot_unlock(b);
	}
	return rc;
}

static int acquire(tutti_semaphore *s, tutti_time deadline)
{
	struct tu_context *self = tu_self();
	int rc = tu_cancel_pending(self);

	if (rc < 0)
		return rc;
	if (try_acquire(s))
		return 0;
	if (tu_semaphore_is_shared(s))
		return tu_semaphore_shared_acquire(s, self, deadline);
	if (tu_past(deadline)) {
		tu_polled();
		return TUTTI_ETIMEDOUT;
	}
	return acquire_slowly(self, s, deadline);
}

int tutti_semaphore_acquire(tutti_semaphore *s)
{
	tu_point(TU_OP_SEMAPHORE_ACQUIRE, s);
	return acquire(s, TUTTI_FOREVER);
}

int tutti_semaphore_acquire_until(tutti_semaphore *s, tutti_time deadline)
{
	tu_point(TU_OP_SEMAPHORE_ACQUIRE, s);
	return acquire(s, deadline);
}

/* Can n more be added to so many? */
static bool fits(const tutti_semaphore *s, uint32_t permits, uint32_t n)
{
	uint32_t most = s->priv[1] ? s->priv[1] - 1 : INT32_MAX;

	return n <= most && permits <= most - n;
}

/* Add n permits. 0, -EOVERFLOW, or 1: somebody waits. */
static int add(tutti_semaphore *s, uint32_t n)
{
	uint32_t v = tu_load_rlx(&s->priv[0]); /* a guess; the exchange below tells */

	/* [semaphore-1] release: all before, for who takes one of them in try_acquire */
	do {
		if (!fits(s, v & ~WAITERS, n))
			return -EOVERFLOW;
		if (v == WAITERS)
			return 1;
	} while (!tu_cas_weak_rel(&s->priv[0], &v, v + n));
	return 0;
}

/* Under the lock, somebody waits: n permits to those in line, the rest to the word. */
static void hand_over(struct tu_bucket *b, tutti_semaphore *s, uint32_t n, struct tu_wakes *wakes)
{
	struct tu_waiter *first = tu_lot_first(b, s), *w = first, *next;
	uint32_t served = 0;

	for (; w && served < n; w = next) {
		next = tu_lot_after(first, w);
		if (tu_lot_claim(b, w))
			served++;
		else if (w == first)
			first = next;
	}
	/* [semaphore-1] release, as in add. Before the grants: see the top. */
	if (!w)
		tu_store_rel(&s->priv[0], n - served);
	while (served-- > 0)
		tu_lot_grant(b, tu_lot_first(b, s), 0, wakes);
}

int tutti_semaphore_release(tutti_semaphore *s, uint32_t n)
{
	struct tu_wakes wakes = { 0 };
	struct tu_bucket *b;
	int rc;

	tu_point(TU_OP_SEMAPHORE_RELEASE, s);
	if (n == 0)
		return -EINVAL;
	rc = add(s, n);
	if (rc <= 0)
		return rc;
	if (tu_semaphore_is_shared(s))
		return tu_semaphore_shared_release(s, n);
	b = tu_lot_lock(s);
	rc = add(s, n); /* those who waited may have given up meanwhile */
	if (rc > 0) {
		hand_over(b, s, n, &wakes);
		rc = 0;
	}
	tu_lot_unlock(b);
	tu_wakes_flush(&wakes);
	return rc;
}

uint32_t tutti_semaphore_value(const tutti_semaphore *s)
{
	uint32_t value;

	tu_point(TU_OP_SEMAPHORE_LOOK, s);
	value = tu_load_rlx(&s->priv[0]) & ~WAITERS; /* old news in any order */
	if (value == 0 && tu_semaphore_is_shared(s))
		value = tu_semaphore_shared_value(s);
	if (value == 0)
		tu_polled();
	return value;
}

/* -- as a case -------------------------------------------------------------------------------- */

static int case_look(const tutti_case *c)
{
	tutti_semaphore *s = c->priv.object;
	bool had = tu_semaphore_is_shared(s) ? tu_semaphore_shared_try(s) : try_acquire(s);

	return had ? 0 : TU_CASE_WAITS;
}

static int case_enqueue(const tutti_case *c, struct tu_waiter *me)
{
	return enqueue(c->priv.object, me);
}

static bool case_is_shared(const void *object)
{
	return tu_semaphore_is_shared(object);
}

static bool case_announce(const tutti_case *c, uint32_t **word, uint32_t *value)
{
	return tu_semaphore_shared_announce(c->priv.object, word, value);
}

static void case_pass_on(const tutti_case *c)
{
	tu_semaphore_shared_pass_on(c->priv.object);
}

static const struct tu_case_words case_words = { case_is_shared, case_announce, case_pass_on,
	NULL };

const struct tu_case_kind tu_case_acquire = { case_look, case_enqueue, left, .given = true,
	.words = &case_words };
