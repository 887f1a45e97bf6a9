/* SPDX-License-Identifier: MIT */
/*
 * rwlock.c - many readers or one writer, in phases.
 *
 *     priv[0]   WRITER    held by a writer
 *               WAITERS   somebody may be in the lot; set and taken away under its lock alone
 *               READER    times the number of readers that hold it
 *     priv[1]   readers in the lot, under its lock
 *     priv[2]   writers in the lot, under its lock
 *
 * Without WAITERS holds come and go by compare-and-swap. With it nobody comes but from the lot, and
 * the last hold is not given back but passed on, under the lock: from a writer to all readers that
 * wait, from the last reader to the first writer. Other readers still go by compare-and-swap.
 *
 * So while somebody waits, somebody holds it; and while readers hold it, the first in the lot is a
 * writer, for without one the others would not wait.
 *
 * The word is changed before anyone is let go, and is not touched any more after that: who got the
 * lock may be the last to use it.
 *
 * After a fork the child may find WAITERS with nobody in the lot, and counts that speak of threads
 * that are not there. Holds of other threads stay for ever, as with any lock.
 */
#include "core/wait.h"
#include "sync/flags.h"
#include "sync/grant.h"

#include <tutti/rwlock.h>

enum { WRITER = 1, WAITERS = 2, READER = 4 };

/* What a waiter asks for; also where priv counts it. */
enum { READ = 1, WRITE = 2 };

enum { PASS_ON = 1 };

int tutti_rwlock_init(tutti_rwlock *l, unsigned flags)
{
	int rc = tu_flags_check(flags, 0);

	if (rc == 0) {
		*l = (tutti_rwlock){ { 0 } };
		tu_made(l);
	}
	return rc;
}

/* -- acquire ---------------------------------------------------------------------------------- */

/* May who asks have the lock, as things are? */
static inline bool open_to(uint32_t v, uint32_t ask)
{
	return ask == READ ? !(v & (WRITER | WAITERS)) : v == 0;
}

static inline bool try_acquire(tutti_rwlock *l, uint32_t ask)
{
	uint32_t v = tu_load_rlx(&l->priv[0]); /* a guess; the exchange below tells */

	while (open_to(v, ask)) {
		/* [rwlock-1] acquire: a reader what the writers did, a writer what all did */
		if (tu_cas_weak_acq(&l->priv[0], &v, v + (ask == READ ? READER : WRITER)))
			return true;
	}
	return false;
}

/* Under the lock: say that somebody waits, unless the lock can be had, which is then taken. */
static bool announce(tutti_rwlock *l, uint32_t ask)
{
	uint32_t v = tu_load_rlx(&l->priv[0]);

	while (!(v & WAITERS)) {
		if (try_acquire(l, ask))
			return false;
		v = tu_load_rlx(&l->priv[0]);
		/* Relaxed: it tells others to take the lock of the lot, and that has the order. */
		if (!open_to(v, ask) && tu_cas_rlx(&l->priv[0], &v, v | WAITERS))
			return true;
	}
	return true;
}

static void enqueue(struct tu_bucket *b, tutti_rwlock *l, struct tu_waiter *me)
{
	if (!tu_lot_first(b, l))
		l->priv[READ] = l->priv[WRITE] = 0; /* they are, but after a fork */
	l->priv[me->ask]++;
	tu_lot_enqueue(b, me, l);
}

/*
 * Under the lock: one who asked has given up and is off the queue. Let the readers in who waited
 * for nothing else, up to the next writer.
 */
static void step_back(struct tu_bucket *b, tutti_rwlock *l, uint32_t asked, struct tu_wakes *wakes)
{
	struct tu_waiter *first = tu_lot_first(b, l);
	uint32_t v =
		tu_load_rlx(&l->priv[0]); /* with WAITERS, WRITER changes under our lock only */
	uint32_t n = 0, keep;

	l->priv[asked]--;
	if (!(v & WRITER))
		for (struct tu_waiter *w = first; w && w->ask == READ; w = tu_lot_after(first, w))
			n++;
	if (first && n == 0)
		return;
	l->priv[READ] -= n;
	keep = l->priv[READ] + l->priv[WRITE] ? ~0u : ~(uint32_t)WAITERS;
	/* [rwlock-1] acquire: what the last writer did, for the readers whom the grant lets go.
	   An exchange, because meanwhile other readers go. */
	while (!tu_cas_weak_acqrel(&l->priv[0], &v, (v + n * READER) & keep))
		;
	while (n-- > 0)
		tu_lot_grant(b, tu_lot_first(b, l), 0, wakes);
}

static int acquire_slowly(tutti_rwlock *l, uint32_t ask, tutti_time deadline)
{
	struct tu_waiter me = { .context = tu_self(),
		.ask = ask,
		.op = ask == READ ? TU_OP_READ_ACQUIRE : TU_OP_WRITE_ACQUIRE };
	struct tu_bucket *b = tu_lot_lock(l);
	struct tu_wakes wakes = { 0 };
	int rc;

	if (!announce(l, ask)) {
		tu_lot_unlock(b);
		return 0;
	}
	enqueue(b, l, &me);
	tu_lot_unlock(b);
	rc = tu_wait(me.context, &me, deadline, 0, &b);
	if (rc < 0) {
		step_back(b, l, ask, &wakes);
		tu_lot_unlock(b);
		tu_wakes_flush(&wakes);
	}
	return rc;
}

static inline int acquire(tutti_rwlock *l, uint32_t ask, tutti_time deadline)
{
	if (try_acquire(l, ask))
		return 0;
	if (tu_past(deadline)) {
		tu_polled();
		return TUTTI_ETIMEDOUT;
	}
	return acquire_slowly(l, ask, deadline);
}

void tutti_rwlock_acquire_read(tutti_rwlock *l)
{
	tu_point(TU_OP_READ_ACQUIRE, l);
	acquire(l, READ, TUTTI_FOREVER);
	tu_took(TU_OP_READ_ACQUIRE, l);
}

int tutti_rwlock_acquire_read_until(tutti_rwlock *l, tutti_time deadline)
{
	int rc;

	tu_point(deadline == TUTTI_FOREVER ? TU_OP_READ_ACQUIRE : TU_OP_READ_ACQUIRE_UNTIL, l);
	rc = acquire(l, READ, deadline);
	if (tu_likely(rc == 0))
		tu_took(TU_OP_READ_ACQUIRE, l);
	return rc;
}

void tutti_rwlock_acquire_write(tutti_rwlock *l)
{
	tu_point(TU_OP_WRITE_ACQUIRE, l);
	acquire(l, WRITE, TUTTI_FOREVER);
	tu_took(TU_OP_WRITE_ACQUIRE, l);
}

int tutti_rwlock_acquire_write_until(tutti_rwlock *l, tutti_time deadline)
{
	int rc;

	tu_point(deadline == TUTTI_FOREVER ? TU_OP_WRITE_ACQUIRE : TU_OP_WRITE_ACQUIRE_UNTIL, l);
	rc = acquire(l, WRITE, deadline);
	if (tu_likely(rc == 0))
		tu_took(TU_OP_WRITE_ACQUIRE, l);
	return rc;
}

/* -- release ---------------------------------------------------------------------------------- */

/* Give one hold back. 0, TUTTI_EUNLOCKED, or PASS_ON: it is the last and somebody waits. */
static inline int let_go(tutti_rwlock *l)
{
	uint32_t v = tu_load_rlx(&l->priv[0]), hold; /* a guess; the exchange below tells */

	/* [rwlock-1] release: all before, for the next in try_acquire or pass_on */
	do {
		if (!(v & WRITER) && v < READER)
			return TUTTI_EUNLOCKED;
		if ((v & WAITERS) && ((v & WRITER) || v < 2 * READER))
			return PASS_ON;
		hold = v & WRITER ? WRITER : READER;
	} while (!tu_cas_weak_rel(&l->priv[0], &v, v - hold));
	return 0;
}

/* Under the lock, with the last hold, which nobody else can change now: to whoever is next. */
static void pass_on(struct tu_bucket *b, tutti_rwlock *l, struct tu_wakes *wakes)
{
	struct tu_waiter *first = tu_lot_first(b, l);
	/* [rwlock-1] acquire: what the readers did who went before; for the writer, by the grant */
	uint32_t v = tu_load_acq(&l->priv[0]);
	uint32_t readers = l->priv[READ], writers = l->priv[WRITE];

	if (!first) {
		/* [rwlock-1] release: as in let_go */
		tu_store_rel(&l->priv[0], 0);
	} else if (readers > 0 && ((v & WRITER) || writers == 0)) {
		l->priv[READ] = 0;
		/* [rwlock-1] release: as in let_go */
		tu_store_rel(&l->priv[0], readers * READER | (writers ? WAITERS : 0));
		tu_grant_each(b, l, READ, 0, wakes);
	} else {
		l->priv[WRITE] = writers - 1;
		/* [rwlock-1] release: as in let_go */
		tu_store_rel(&l->priv[0], WRITER | (readers + writers > 1 ? WAITERS : 0));
		tu_lot_grant(b, first, 0, wakes);
	}
}

int tutti_rwlock_release(tutti_rwlock *l)
{
	struct tu_wakes wakes = { 0 };
	struct tu_bucket *b;
	int rc;

	tu_point(TU_OP_RWLOCK_RELEASE, l);
	tu_gave(l);
	rc = let_go(l);
	if (tu_likely(rc != PASS_ON))
		return rc;
	b = tu_lot_lock(l);
	rc = let_go(l); /* those who waited may have given up, or come in, meanwhile */
	if (rc == PASS_ON) {
		pass_on(b, l, &wakes);
		rc = 0;
	}
	tu_lot_unlock(b);
	tu_wakes_flush(&wakes);
	return rc;
}
